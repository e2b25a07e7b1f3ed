//! The machine itself.

// This file is the door that `clippy.toml` keeps all others behind.
#![allow(clippy::disallowed_methods)]

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Command, Entry, Exit, Line, Lock, Running, Stamp, System};

/// Columns of a terminal that does not say how many it has.
const USUAL_WIDTH: usize = 80;

/// The machine flowc runs on.
#[derive(Debug)]
pub struct Real {
    started: Instant,
}

impl Real {
    /// The clock starts now.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for Real {
    fn default() -> Self {
        Self::new()
    }
}

impl System for Real {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(path, bytes)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::copy(from, to).map(|_| ())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
    }

    fn entry(&self, path: &Path) -> Option<Entry> {
        let metadata = fs::metadata(path).ok()?;
        Some(match metadata.file_type() {
            kind if kind.is_dir() => Entry::Folder,
            kind if kind.is_file() => Entry::File(metadata.len()),
            _ => Entry::Special,
        })
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let metadata = fs::metadata(path).ok()?;
        // Where a disk keeps no times, the size has to do.
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Some(Stamp { modified: modified.unwrap_or_default(), bytes: metadata.len() })
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut paths =
            fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    }

    fn lock(&self, path: &Path, waiting: &mut dyn FnMut()) -> io::Result<Box<dyn Lock>> {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(Box::new(HeldFile { _file: file }))
    }

    fn current_folder(&self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    fn variables(&self) -> Vec<String> {
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
    }

    fn process(&self) -> u32 {
        std::process::id()
    }

    fn run(&self, command: &Command, line: &mut dyn FnMut(Line<'_>)) -> io::Result<Exit> {
        let mut prepared = prepare(command);
        if !command.input.is_empty() {
            prepared.stdin(Stdio::piped());
        }
        let mut child = prepared.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        feed(child.stdin.take(), command.input.clone());
        // Both pipes are read at once, or a program that fills the one nobody reads would stop for ever.
        let (sender, lines) = mpsc::channel();
        send_lines(child.stdout.take(), sender.clone(), |text| (false, text));
        send_lines(child.stderr.take(), sender, |text| (true, text));
        let mut errors = String::new();
        for (is_error, text) in lines {
            if is_error {
                errors += &text;
                errors.push('\n');
                line(Line::Error(&text));
            } else {
                line(Line::Output(&text));
            }
        }
        Ok(exit(child.wait()?, errors))
    }

    fn start(&self, command: &Command) -> io::Result<Box<dyn Running>> {
        let mut prepared = prepare(command);
        if command.listens {
            prepared.stdin(Stdio::piped());
        }
        let errors = if command.is_loud { Stdio::inherit() } else { Stdio::piped() };
        let mut child = prepared.stdout(Stdio::piped()).stderr(errors).spawn()?;
        let input = child.stdin.take().map(write_lines);
        let errors = Some(collect(child.stderr.take()));
        let (sender, lines) = mpsc::channel();
        send_lines(child.stdout.take(), sender, |text| text);
        Ok(Box::new(Process { child, input, lines, errors }))
    }

    fn start_heard(&self, command: &Command, errors: Sender<String>) -> io::Result<Box<dyn Running>> {
        let mut child = prepare(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        send_lines(child.stderr.take(), errors, |text| text);
        let (sender, lines) = mpsc::channel();
        send_lines(child.stdout.take(), sender, |text| text);
        Ok(Box::new(Process { child, input: None, lines, errors: None }))
    }

    #[cfg(unix)]
    fn become_program(&self, command: &Command) -> io::Error {
        use std::os::unix::process::CommandExt;
        prepare(command).stdin(Stdio::inherit()).exec()
    }

    #[cfg(not(unix))]
    fn become_program(&self, command: &Command) -> io::Error {
        match prepare(command).stdin(Stdio::inherit()).status() {
            Ok(status) => std::process::exit(status.code().unwrap_or(2)),
            Err(error) => error,
        }
    }

    fn input(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn print(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    }

    fn report(&self, text: &str) {
        // There is nowhere left to complain to when standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    fn terminal_width(&self) -> Option<usize> {
        let size = || terminal_size::terminal_size_of(io::stderr());
        io::stderr().is_terminal().then(|| size().map_or(USUAL_WIDTH, |(width, _)| width.0.into()))
    }

    fn output_width(&self) -> Option<usize> {
        let size = || terminal_size::terminal_size_of(io::stdout());
        io::stdout().is_terminal().then(|| size().map_or(USUAL_WIDTH, |(width, _)| width.0.into()))
    }

    fn input_is_terminal(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn wall(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The operating system drops the lock with the file.
struct HeldFile {
    _file: File,
}

impl Lock for HeldFile {}

fn prepare(command: &Command) -> std::process::Command {
    let mut prepared = std::process::Command::new(&command.program);
    prepared.args(&command.arguments).stdin(Stdio::null());
    for name in &command.without {
        prepared.env_remove(name);
    }
    if let Some(folder) = &command.folder {
        prepared.current_dir(folder);
    }
    prepared
}

/// Writes a program's standard input, from a thread of its own: it may write itself before it has read all.
fn feed(pipe: Option<impl Write + Send + 'static>, input: Vec<u8>) {
    let Some(mut pipe) = pipe else { return };
    // A program that reads no further has its reasons, and tells them.
    std::thread::spawn(move || drop(pipe.write_all(&input)));
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A pipe that breaks has given all that there is.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Sends each line of a pipe until it ends, from a thread of its own.
fn send_lines<T: Send + 'static>(
    pipe: Option<impl Read + Send + 'static>,
    sender: Sender<T>,
    wrap: impl Fn(String) -> T + Send + 'static,
) {
    let Some(pipe) = pipe else { return };
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            if sender.send(wrap(String::from_utf8_lossy(&line).into_owned())).is_err() {
                return;
            }
        }
    });
}

/// Writes what is sent to a pipe, from a thread of its own: whoever sends it does not stop where nobody reads.
fn write_lines(mut pipe: impl Write + Send + 'static) -> Sender<String> {
    let (sender, lines) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        let mut write = |line: String| pipe.write_all(line.as_bytes()).and_then(|()| pipe.flush());
        lines.iter().map_while(|line| write(line).ok()).for_each(drop);
    });
    sender
}

fn exit(status: ExitStatus, errors: String) -> Exit {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    Exit { code: status.code(), signal, errors }
}

struct Process {
    child: Child,
    input: Option<Sender<String>>,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
}

impl Process {
    fn exit(&mut self, status: ExitStatus) -> Exit {
        let errors = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        exit(status, errors)
    }
}

impl Running for Process {
    fn line(&mut self, patience: Duration) -> Option<String> {
        self.lines.recv_timeout(patience).ok()
    }

    fn tell(&mut self, line: &str) {
        if let Some(input) = &self.input {
            // Nobody takes it any more where the program has ended.
            let _ = input.send(format!("{line}\n"));
        }
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    fn stop(&mut self, patience: Duration) -> io::Result<Exit> {
        let deadline = Instant::now() + patience;
        if let Some(status) = self.child.try_wait()? {
            return Ok(self.exit(status));
        }
        // The standard library sends no signal but SIGKILL, so the system's own tool sends SIGTERM.
        let asked = std::process::Command::new("kill").arg(self.child.id().to_string()).status();
        while asked.is_ok() && Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(self.exit(status));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child.kill()?;
        let status = self.child.wait()?;
        Ok(self.exit(status))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
