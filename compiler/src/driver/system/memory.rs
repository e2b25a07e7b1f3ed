//! The in-memory twin: a disk in a map, and programs that a test plays.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::{Command, Entry, Exit, Line, Lock, Running, Stamp, System};
use crate::fnv::fnv;

/// What a test plays when a program is run: it sees the command, may touch the files, and gives lines and exit.
pub(crate) type Program = Box<dyn Fn(&Memory, &Command) -> (Vec<String>, Exit)>;

/// What a test plays for a program that listens: its answer to a line, or its end.
pub(crate) type Partner = Rc<dyn Fn(&str) -> Result<String, Exit>>;

/// A machine that exists only in memory.
#[derive(Default)]
pub(crate) struct Memory {
    /// Files by their absolute path; folders are implied by `folders`.
    pub(crate) files: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    /// Folders that were created.
    pub(crate) folders: RefCell<Vec<PathBuf>>,
    /// The environment.
    pub(crate) variables: BTreeMap<String, OsString>,
    /// What standard input holds.
    pub(crate) input: Vec<u8>,
    /// What was written to standard output.
    pub(crate) printed: RefCell<String>,
    /// What was written to standard error.
    pub(crate) reported: RefCell<String>,
    /// Plays every program.
    pub(crate) program: Option<Program>,
    /// Plays every program that listens.
    pub(crate) partner: Option<Partner>,
    /// Commands in the order they ran.
    pub(crate) commands: RefCell<Vec<Command>>,
    /// Every write below this folder fails in this way.
    pub(crate) broken: Option<(PathBuf, io::ErrorKind)>,
    /// Somebody else holds the lock.
    pub(crate) busy: bool,
    /// Paths that were written, in order.
    pub(crate) writes: RefCell<Vec<PathBuf>>,
    /// What `now` says.
    pub(crate) clock: Cell<Duration>,
}

impl Memory {
    /// A machine with these files.
    pub(crate) fn with_files(files: &[(&str, &str)]) -> Self {
        let memory = Self::default();
        for (path, text) in files {
            memory.files.borrow_mut().insert(PathBuf::from(path), text.as_bytes().to_vec());
        }
        memory
    }

    /// Sets an environment variable.
    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// A file's text; empty if there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        let files = self.files.borrow();
        files.get(Path::new(path)).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    fn check(&self, path: &Path) -> io::Result<()> {
        match &self.broken {
            Some((folder, kind)) if path.starts_with(folder) => Err(io::Error::from(*kind)),
            _ => Ok(()),
        }
    }
}

impl System for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.borrow().get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.check(path)?;
        self.writes.borrow_mut().push(path.to_owned());
        self.files.borrow_mut().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.check(path)?;
        self.folders.borrow_mut().push(path.to_owned());
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.check(to)?;
        let bytes = self.files.borrow_mut().remove(from).ok_or(io::ErrorKind::NotFound)?;
        self.files.borrow_mut().insert(to.to_owned(), bytes);
        Ok(())
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        let bytes = self.read(from)?;
        self.write(to, &bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.check(path)?;
        self.files.borrow_mut().retain(|file, _| !file.starts_with(path));
        self.folders.borrow_mut().retain(|folder| !folder.starts_with(path));
        Ok(())
    }

    fn entry(&self, path: &Path) -> Option<Entry> {
        if let Some(bytes) = self.files.borrow().get(path) {
            return Some(Entry::File(bytes.len() as u64));
        }
        let implied = self.files.borrow().keys().any(|file| file.starts_with(path));
        let created = self.folders.borrow().iter().any(|folder| folder.starts_with(path));
        (implied || created).then_some(Entry::Folder)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        // What is written has another time here if it is something else.
        let content = self.read(path).ok()?;
        let bytes = content.len() as u64;
        Some(Stamp { modified: Duration::from_nanos(fnv(content)), bytes })
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        match self.entry(path) {
            Some(_) => Ok(path.components().collect()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let files = self.files.borrow();
        let inside = files.keys().filter_map(|file| file.strip_prefix(folder).ok()?.iter().next());
        let mut paths: Vec<_> = inside.map(|name| folder.join(name)).collect();
        paths.dedup();
        Ok(paths)
    }

    fn lock(&self, path: &Path, waiting: &mut dyn FnMut()) -> io::Result<Box<dyn Lock>> {
        self.check(path)?;
        if self.busy {
            waiting();
        }
        Ok(Box::new(Held))
    }

    fn current_folder(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from("/home/ada"))
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).cloned()
    }

    fn variables(&self) -> Vec<String> {
        self.variables.keys().cloned().collect()
    }

    fn process(&self) -> u32 {
        7
    }

    fn run(&self, command: &Command, line: &mut dyn FnMut(Line<'_>)) -> io::Result<Exit> {
        self.commands.borrow_mut().push(command.clone());
        let program = self.program.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let (lines, exit) = program(self, command);
        lines.iter().for_each(|text| line(Line::Output(text)));
        exit.errors.lines().for_each(|text| line(Line::Error(text)));
        Ok(exit)
    }

    fn start(&self, command: &Command) -> io::Result<Box<dyn Running>> {
        self.commands.borrow_mut().push(command.clone());
        let partner = self.partner.clone().filter(|_| command.listens).ok_or(io::ErrorKind::Unsupported)?;
        Ok(Box::new(Talk { partner, answers: VecDeque::new(), end: None }))
    }

    fn start_heard(&self, _command: &Command, _errors: Sender<String>) -> io::Result<Box<dyn Running>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn become_program(&self, command: &Command) -> io::Error {
        self.commands.borrow_mut().push(command.clone());
        io::ErrorKind::Unsupported.into()
    }

    fn input(&self) -> io::Result<Vec<u8>> {
        Ok(self.input.clone())
    }

    fn print(&self, text: &str) -> io::Result<()> {
        self.printed.borrow_mut().push_str(text);
        Ok(())
    }

    fn report(&self, text: &str) {
        self.reported.borrow_mut().push_str(text);
    }

    fn terminal_width(&self) -> Option<usize> {
        None
    }

    fn output_width(&self) -> Option<usize> {
        None
    }

    fn input_is_terminal(&self) -> bool {
        false
    }

    fn now(&self) -> Duration {
        self.clock.get()
    }

    fn wall(&self) -> Duration {
        self.clock.get()
    }

    fn sleep(&self, time: Duration) {
        self.clock.set(self.clock.get() + time);
    }
}

/// A program that a test plays line by line.
struct Talk {
    partner: Partner,
    answers: VecDeque<String>,
    end: Option<Exit>,
}

impl Running for Talk {
    fn line(&mut self, _patience: Duration) -> Option<String> {
        self.answers.pop_front()
    }

    fn tell(&mut self, line: &str) {
        match (self.partner)(line) {
            _ if self.end.is_some() => {}
            Ok(answer) => self.answers.push_back(answer),
            Err(end) => self.end = Some(end),
        }
    }

    fn has_ended(&mut self) -> bool {
        self.end.is_some()
    }

    fn stop(&mut self, _patience: Duration) -> io::Result<Exit> {
        Ok(self.end.take().unwrap_or(Exit { signal: Some(15), ..Exit::default() }))
    }
}

struct Held;

impl Lock for Held {}
