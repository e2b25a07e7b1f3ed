//! The binary of a flow's tests, on which one script is played after the other.

use std::path::Path;
use std::time::Duration;

use super::error::Error;
use super::served;
use super::system::{Command, Running, System};
use crate::suite::{Report, Script};

/// How long a play may take. Its clock is virtual, so all of this is work; the longest loop that a run may make takes a
/// few milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the binary may take to end that is asked to.
const FAREWELL: Duration = Duration::from_secs(2);

/// A binary that plays. Dropping it kills it.
pub struct Stage<'a> {
    system: &'a dyn System,
    running: Box<dyn Running>,
}

impl<'a> Stage<'a> {
    /// Starts the binary of a flow's tests, which waits for scripts.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn open(system: &'a dyn System, binary: &Path) -> Result<Self, Error> {
        let started = system.start(&Command::new(binary).listening());
        let running = started.map_err(|cause| Error::Start { program: binary.display().to_string(), cause })?;
        Ok(Self { system, running })
    }

    /// Plays a script from nothing, whatever was played before it.
    ///
    /// # Errors
    ///
    /// The binary ended, reported nothing in 30 seconds or something else than a report. It takes no further script then.
    pub fn play(&mut self, script: &Script) -> Result<Report, Error> {
        let unread = |cause: serde_json::Error| Error::PlayUnread(cause.to_string());
        let began = self.system.now();
        self.running.tell(&serde_json::to_string(script).map_err(unread)?);
        match self.running.line(PATIENCE) {
            Some(line) => serde_json::from_str(&line).map_err(unread),
            None => Err(self.silent(self.system.now() - began)),
        }
    }

    /// Why no report came within this time.
    fn silent(&mut self, time: Duration) -> Error {
        let exit = self.running.stop(FAREWELL).ok();
        if time >= PATIENCE {
            return Error::PlayTooLong { seconds: PATIENCE.as_secs() };
        }
        let said = exit.iter().flat_map(|exit| exit.errors.lines()).filter(|line| !line.trim().is_empty());
        let said = said.map(|line| format!("\n  {line}")).collect();
        Error::PlayBroke { why: served::end(exit.as_ref()), said }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use std::rc::Rc;

    use super::super::system::Exit;
    use super::super::system::memory::Memory;
    use super::*;
    use crate::suite::report::What;
    use crate::suite::script::Cue;

    fn played(partner: impl Fn(&str) -> Result<String, Exit> + 'static) -> Vec<Result<Report, String>> {
        let memory = Memory { partner: Some(Rc::new(partner)), ..Memory::default() };
        let mut stage = Stage::open(&memory, Path::new("/c/wx-test")).unwrap();
        let script = Script { cues: vec![Cue::Pass { seconds: 7 }] };
        (0..2).map(|_| stage.play(&script).map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn each_script_has_its_report() {
        let reports = played(|script| {
            assert_eq!(script, r#"{"cues":[{"pass":{"seconds":7}}]}"#);
            Ok(r#"{"scenes":[{"events":[{"ms":7,"what":{"word":"STOP"}}],"waiting":[]}]}"#.to_owned())
        });
        for report in reports {
            assert_eq!(report.unwrap().scenes[0].events[0].what, What::Word("STOP".to_owned()));
        }
    }

    #[test]
    fn a_binary_that_does_not_report_is_told_of() {
        let said = "\nthread 'main' panicked\n".to_owned();
        let dies = played(move |_| Err(Exit { code: Some(101), signal: None, errors: said.clone() }));
        let words = "the binary of the flow's tests ended with exit code 101 in the middle of a play\n  \
                     thread 'main' panicked";
        assert_eq!(dies[0], Err(words.to_owned()));
        let babbles = played(|_| Ok("ready".to_owned()));
        assert!(babbles[0].as_ref().unwrap_err().contains("was not understood: expected value"), "{babbles:?}");
    }
}
