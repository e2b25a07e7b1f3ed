//! The only door outside: files, processes, the environment, the terminal and the clock.
//!
//! Nothing else in flowc may touch them (`clippy.toml` forbids it), so that all the rest is tested without a disk and
//! without cargo, against the in-memory twin.

#[cfg(test)]
pub(crate) mod memory;
mod real;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

pub use real::Real;

/// What flowc asks of the machine it runs on.
///
/// File operations report the plain [`io::Error`]; the caller knows what the file was for and says so.
pub trait System {
    /// The whole content of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Creates or overwrites a file. A crash may leave half of it: use [`super::files::replace`] where that matters.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Creates a folder and those above it; that they exist is no error.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Moves a file; what stood at `to` is replaced in one step.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Copies a file with its permissions.
    fn copy(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file, or a folder with all that is in it.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// What stands at a path; `None` if nothing does. Links are followed.
    fn entry(&self, path: &Path) -> Option<Entry>;
    /// What tells a file from what it is after it was written anew; `None` if there is none.
    fn stamp(&self, path: &Path) -> Option<Stamp>;
    /// The absolute path of what stands at a path, with no link in it.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;
    /// The paths of a folder's entries, in the order of their names.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
    /// Takes a lock that ends with the process, however it ends. Calls `waiting` once if another process holds it.
    fn lock(&self, path: &Path, waiting: &mut dyn FnMut()) -> io::Result<Box<dyn Lock>>;

    /// The folder that relative paths start from.
    fn current_folder(&self) -> io::Result<PathBuf>;
    /// An environment variable; `None` if it is unset or empty.
    fn variable(&self, name: &str) -> Option<OsString>;
    /// The names of all environment variables that are valid Unicode.
    fn variables(&self) -> Vec<String>;
    /// A number that no other running process has, for names of temporary files.
    fn process(&self) -> u32;

    /// Runs a program to its end, handing over each line that it writes as it comes.
    fn run(&self, command: &Command, line: &mut dyn FnMut(Line<'_>)) -> io::Result<Exit>;
    /// Starts a program and returns while it runs.
    fn start(&self, command: &Command) -> io::Result<Box<dyn Running>>;
    /// The same; each line of its standard error is sent on as it comes, and the channel closes when there is no more.
    fn start_heard(&self, command: &Command, errors: Sender<String>) -> io::Result<Box<dyn Running>>;
    /// Becomes another program. Returns only if that fails.
    fn become_program(&self, command: &Command) -> io::Error;

    /// All of standard input, up to its end.
    fn input(&self) -> io::Result<Vec<u8>>;
    /// Writes to standard output.
    fn print(&self, text: &str) -> io::Result<()>;
    /// Writes to standard error.
    fn report(&self, text: &str);
    /// The width of the terminal that standard error is, in characters; `None` if it is no terminal.
    fn terminal_width(&self) -> Option<usize>;
    /// The same of the terminal that standard output is.
    fn output_width(&self) -> Option<usize>;
    /// Whether standard input is a terminal.
    fn input_is_terminal(&self) -> bool;

    /// Time since some fixed moment in the past; never goes back.
    fn now(&self) -> Duration;
    /// The clock on the wall: time since 1970 began, in UTC. It may be shown to people; nothing that flowc makes depends on it.
    fn wall(&self) -> Duration;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// What may stand at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file of so many bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A device, a pipe, a socket.
    Special,
}

/// When a file was written last, and how large it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Time since 1970.
    pub modified: Duration,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A lock that is held until it is dropped.
pub trait Lock {}

/// A program to run, without a shell.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// A path, or a name to look up in `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The folder it runs in; `None`: flowc's own.
    pub folder: Option<PathBuf>,
    /// Environment variables that it shall not see.
    pub without: Vec<String>,
    /// What it reads from standard input.
    pub input: Vec<u8>,
    /// It reads what [`Running::tell`] writes while it runs, and not `input`; only [`System::start`] heeds it.
    pub listens: bool,
    /// Its standard error is flowc's own; only [`System::start`] heeds it.
    pub is_loud: bool,
}

impl Command {
    /// A program with no arguments.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into(), ..Self::default() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn with<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Gives it this to read from standard input.
    #[must_use]
    pub fn reading(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Has it read what it is told while it runs.
    #[must_use]
    pub fn listening(mut self) -> Self {
        self.listens = true;
        self
    }

    /// Lets it write to flowc's standard error.
    #[must_use]
    pub fn loud(mut self) -> Self {
        self.is_loud = true;
        self
    }

    /// Runs it in this folder.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }
}

/// A line that a program has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// On standard output.
    Output(&'a str),
    /// On standard error.
    Error(&'a str),
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Its exit status; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// All that it wrote to standard error, unless that was sent on.
    pub errors: String,
}

impl Exit {
    /// Whether it ended with status 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }
}

/// A program that runs beside flowc. Dropping it kills it.
pub trait Running {
    /// The next line of its standard output; `None` if none comes in time or it has ended.
    fn line(&mut self, patience: Duration) -> Option<String>;
    /// Writes a line to its standard input, if it listens, and does not wait until it is read. That a program reads no
    /// more is seen by its giving no answer.
    fn tell(&mut self, line: &str);
    /// Whether it has ended by itself.
    fn has_ended(&mut self) -> bool;
    /// Asks it to stop (SIGTERM), and kills it if it has not stopped in time.
    fn stop(&mut self, patience: Duration) -> io::Result<Exit>;
}
