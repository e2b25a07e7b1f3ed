//! What a command is to read: files, folders with all their flows, standard input.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::driver::system::{Entry, System};
use crate::driver::{Error, flow_file, flow_files};
use crate::source::SourceFile;

/// The paths of a command line.
#[derive(Debug, Args)]
pub(super) struct Inputs {
    /// Flow files; folders, for all flow files below them; `-` for standard input [default: this folder]
    #[arg(value_name = "FILE|FOLDER|-")]
    paths: Vec<PathBuf>,
}

/// One flow to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Standard input.
    Standard,
    /// A file.
    File(PathBuf),
}

impl Inputs {
    /// The flows that are meant, each once, in the order they are named; those of a folder in the order of their paths.
    ///
    /// What cannot be looked into does not keep the rest from being found.
    pub(super) fn find(&self, system: &dyn System) -> (Vec<Input>, Vec<Error>) {
        let here = [PathBuf::from(".")];
        let paths = if self.paths.is_empty() { here.as_slice() } else { &self.paths };
        let (mut inputs, mut errors) = (Vec::new(), Vec::new());
        for path in paths {
            if !is_standard(path) && system.entry(path) == Some(Entry::Folder) {
                let (files, unread) = flow_files(system, path);
                if files.is_empty() && unread.is_empty() {
                    errors.push(Error::NoFlows(path.clone()));
                }
                inputs.extend(files.into_iter().map(Input::File));
                errors.extend(unread);
            } else {
                inputs.push(Input::of(path));
            }
        }
        let mut known = HashSet::new();
        inputs.retain(|input| known.insert(input.identity(system)));
        (inputs, errors)
    }

    /// Whether standard input is to be read.
    pub(super) fn has_standard(&self) -> bool {
        self.paths.iter().any(|path| is_standard(path))
    }
}

impl Input {
    /// What a path stands for: a file, or standard input for `-`.
    pub(super) fn of(path: &Path) -> Self {
        if is_standard(path) { Self::Standard } else { Self::File(path.to_owned()) }
    }

    /// Reads its text.
    pub(super) fn read(&self, system: &dyn System) -> Result<SourceFile, Error> {
        match self {
            Self::Standard => flow_file::read_input(system),
            Self::File(path) => flow_file::read(system, path),
        }
    }

    /// The path beside which its samples lie; those of standard input lie in the current folder.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Standard => Path::new("-"),
            Self::File(path) => path,
        }
    }

    /// What is the same for two ways to name one file.
    fn identity(&self, system: &dyn System) -> PathBuf {
        system.real_path(self.path()).unwrap_or_else(|_| self.path().to_owned())
    }
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::system::memory::Memory;

    #[test]
    fn a_file_is_read_once_however_often_it_is_named() {
        let memory = Memory::with_files(&[("f/a.flow", ""), ("f/b.flow", "")]);
        let inputs = Inputs { paths: ["f/b.flow", "-", "f", "f/./a.flow", "-"].map(PathBuf::from).to_vec() };
        let (found, errors) = inputs.find(&memory);
        let file = |path: &str| Input::File(path.into());
        assert_eq!(found, [file("f/b.flow"), Input::Standard, file("f/a.flow")]);
        assert!(errors.is_empty());
    }
}
