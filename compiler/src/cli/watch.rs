//! `flowc run --watch`: each version of a flow that is saved runs in the place of the one before.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use super::Exit;
use super::check::compile;
use super::console::Console;
use super::engine::Engine;
use super::run;
use crate::Emitted;
use crate::driver::system::Command;
use crate::driver::{Error, Scratch, Served, Signals, Watch, flow_file};

/// A flow that is run in whichever version was saved last.
pub(super) struct Latest<'a> {
    pub(super) console: &'a Console<'a>,
    /// The flow file.
    pub(super) file: &'a Path,
    /// What keeps runs, if the user says so.
    pub(super) engine: Option<Engine>,
    /// What the user tells the binary.
    pub(super) arguments: &'a [OsString],
}

/// What has come of the versions so far.
#[derive(Default)]
struct Stand<'a> {
    /// What was built last.
    emitted: Option<Emitted>,
    /// The binary that serves.
    served: Option<Served>,
    /// Where the first one listened, and so all after it.
    address: Option<SocketAddr>,
    /// Where runs are kept, and the signals after which nothing may be left of that; from the first start on.
    kept: Option<(Scratch<'a>, Signals)>,
}

impl<'a> Latest<'a> {
    /// Runs it until a signal comes.
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let system = self.console.system;
        // That there is no such file is told at once.
        flow_file::read(system, self.file)?;
        let mut stand = Stand::default();
        let signal = loop {
            let watch = Watch::over(system, [self.file]);
            let made = self.renew(&mut stand);
            // What a signal breaks off is no failure.
            let mut signal = stand.signal();
            if signal.is_none() {
                self.tell(made, &stand);
            }
            let mut goes_on = || {
                signal = signal.or_else(|| stand.signal());
                self.mourn(&mut stand);
                signal.is_none()
            };
            watch.wait(system, &mut goes_on);
            match signal {
                Some(signal) => break signal,
                None => clear(self.console),
            }
        };
        if let Some(served) = stand.served.take() {
            served.stop();
        }
        drop(stand);
        Signals::obey(signal);
        Ok(Exit::Fine)
    }

    /// Builds what was saved and has it take the place of the version before, if it is another: how long that took, in seconds.
    /// `None` if it has errors, which are drawn.
    fn renew(&self, stand: &mut Stand<'a>) -> Result<Option<f64>, Error> {
        let system = self.console.system;
        let began = system.now();
        let Some(emitted) = compile(self.console, self.file)?.emitted else { return Ok(None) };
        if stand.served.is_none() || stand.emitted.as_ref() != Some(&emitted) {
            let binary = run::build(self.console, self.file, &emitted, self.engine)?;
            let (scratch, _) = match &stand.kept {
                Some(kept) => kept,
                None => stand.kept.insert((Scratch::new(system)?, Signals::listen())),
            };
            let command = Command::new(&binary).with(self.arguments(stand.address, scratch));
            // One binary at a time has the port and the journal.
            if let Some(served) = stand.served.take() {
                served.stop();
            }
            let served = Served::start_loud(system, &command)?;
            self.console.result(&format!("ready on http://{}\n", served.address))?;
            stand.address = Some(served.address);
            (stand.emitted, stand.served) = (Some(emitted), Some(served));
        }
        Ok(Some((system.now() - began).as_secs_f64()))
    }

    /// What the binary is told: what the user says; to keep its runs for the next version, unless the user says where; and
    /// to listen where the version before did.
    fn arguments(&self, address: Option<SocketAddr>, scratch: &Scratch<'_>) -> Vec<OsString> {
        let mut told = match run::keeping(self.console.system, self.engine, self.arguments) {
            [] => Vec::new(),
            _ => keeping_in(scratch.path()),
        };
        told.extend(without_listen(self.arguments, address.is_some()));
        if let Some(address) = address {
            told.extend(["--listen".into(), address.to_string().into()]);
        }
        told
    }

    /// Says how things stand.
    fn tell(&self, made: Result<Option<f64>, Error>, stand: &Stand<'_>) {
        let name = self.file.display();
        let is_made = made.as_ref().is_ok_and(Option::is_some);
        if let Err(error) = &made {
            super::failed(self.console, error);
        }
        let line = match (made, &stand.served) {
            (Ok(Some(seconds)), _) => {
                format!("{name} runs, after {seconds:.1} s; save it, and the new version takes over")
            }
            (_, Some(served)) => format!("the version before goes on at http://{}", served.address),
            (_, None) => format!("{name} does not run; save it to try again"),
        };
        // Whoever wants to hear only what is wrong hears that the old version goes on.
        if is_made { self.console.notice(&line) } else { self.console.system.report(&format!("{line}\n")) }
    }

    /// Notices that the binary has ended by itself.
    fn mourn(&self, stand: &mut Stand<'_>) {
        if stand.served.as_mut().is_some_and(Served::has_ended)
            && let Some(served) = stand.served.take()
        {
            self.tell(Err(served.ended(std::iter::empty())), stand);
        }
    }
}

impl Stand<'_> {
    /// The signal that has come.
    fn signal(&mut self) -> Option<i32> {
        self.kept.as_mut().and_then(|(_, signals)| signals.come())
    }
}

/// What a binary is told that keeps its runs in this folder for the next one. Runs that do not fit the next one do not keep
/// it from starting.
pub(super) fn keeping_in(folder: &Path) -> Vec<OsString> {
    let journal = folder.join("runs.journal").into_os_string();
    vec!["--engine".into(), "sqlite".into(), "--state".into(), journal, "--unfit-runs".into(), "park".into()]
}

/// The user's arguments; once there is an address, without theirs of where to listen.
fn without_listen(arguments: &[OsString], is_known: bool) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--listen") if is_known => drop(arguments.next()),
            Some(given) if is_known && given.starts_with("--listen=") => {}
            _ => kept.push(argument.clone()),
        }
    }
    kept
}

/// Makes room on a terminal for what is told of the next version.
pub(super) fn clear(console: &Console<'_>) {
    if console.system.terminal_width().is_some() {
        // ECMA-48: ED, erase the page; CUP, to its first place.
        console.system.report("\u{1b}[2J\u{1b}[H");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_stays_the_first_ones() {
        let given = ["--listen", "127.0.0.1:0", "--log", "off", "--listen=x"].map(OsString::from);
        assert_eq!(without_listen(&given, false), given);
        assert_eq!(without_listen(&given, true), ["--log", "off"]);
    }
}
