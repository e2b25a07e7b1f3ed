//! Runs cargo.

mod blame;
mod messages;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use self::messages::Message;
use super::binary::Progress;
use super::cache::Cache;
use super::error::Error;
use super::system::{Command, Exit, Line, System};

/// Variables that would change what cargo makes of a package of ours. Of those that begin with `CARGO_`, only these
/// prefixes stay: where cargo lives, and how it reaches its registry.
const KEPT: &[&str] = &["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"];
const DROPPED: &[&str] =
    &["RUSTC", "RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO", "OUT_DIR"];

/// cargo at work on an emitted package.
pub(super) struct Cargo<'a> {
    pub(super) system: &'a dyn System,
    pub(super) cache: &'a Cache,
    /// The folder of the emitted package.
    pub(super) package: &'a Path,
}

/// What came of a build.
enum Outcome {
    Built(PathBuf),
    /// Crates are not here, and cargo was told not to download any.
    CratesMissing,
}

impl Cargo<'_> {
    /// Sees to it that all crates are in cargo's own cache, and downloads them if they are not.
    pub(super) fn fetch(&self, watch: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        // Without a target, cargo would fetch what only other systems need.
        let target = self.host()?;
        let arguments = ["fetch", "--color=never", "--locked", "--target", &target];
        if self.run(arguments.into_iter().chain(["--offline"]), &mut |_| {})?.is_success() {
            return Ok(());
        }
        watch(Progress::Downloading);
        let exit = self.run(arguments, &mut |_| {})?;
        if exit.is_success() {
            return Ok(());
        }
        Err(blame::for_fetch(self.cache, &messages::without_status(&exit.errors)))
    }

    /// How many crates the package is built from, itself left out; `None` if cargo cannot tell.
    pub(super) fn count(&self) -> Option<usize> {
        let mut crates = BTreeSet::new();
        let arguments = ["tree", "--quiet", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none"];
        let exit = self.run(arguments.into_iter().chain(["--format", "{p}"]), &mut |line| {
            if let Line::Output(text) = line {
                crates.insert(text.trim_end_matches(" (*)").to_owned());
            }
        });
        exit.ok().filter(Exit::is_success)?;
        crates.len().checked_sub(1)
    }

    /// Builds the package; returns the binary's path within the target folder. `watch` hears of what takes long; `total`
    /// is what [`Self::count`] gave.
    ///
    /// Crates that somebody has removed from cargo's cache are fetched again.
    pub(super) fn build(&self, total: Option<usize>, watch: &mut dyn FnMut(Progress)) -> Result<PathBuf, Error> {
        if let Outcome::Built(binary) = self.try_build(total, watch)? {
            return Ok(binary);
        }
        self.fetch(watch)?;
        match self.try_build(total, watch)? {
            Outcome::Built(binary) => Ok(binary),
            Outcome::CratesMissing => Err(blame::for_fetch(self.cache, "crates are missing after a fetch")),
        }
    }

    fn try_build(&self, total: Option<usize>, watch: &mut dyn FnMut(Progress)) -> Result<Outcome, Error> {
        let mut ready = BTreeSet::new();
        let mut binary = None;
        let mut errors = Vec::new();
        let target = self.cache.target();
        let arguments = ["build", "--color=never", "--release", "--locked", "--offline", "--message-format=json"];
        let arguments = arguments.iter().map(Path::new).chain([Path::new("--target-dir"), &target]);
        let exit = self.run(arguments, &mut |line| {
            let text = match line {
                Line::Output(text) => text,
                Line::Error(text) => {
                    return if messages::is_waiting(text) {
                        watch(Progress::WaitingForCargo)
                    };
                }
            };
            match messages::read(text) {
                Some(Message::Binary(path)) => binary = Some(path),
                Some(Message::Crate { id, compiled }) => {
                    ready.insert(id);
                    if compiled {
                        watch(Progress::Building(ready.len(), total));
                    }
                }
                Some(Message::Error(error)) => errors.push(error),
                None => {}
            }
        })?;
        match binary {
            Some(binary) if exit.is_success() => Ok(Outcome::Built(binary)),
            _ if blame::is_crate_missing(&exit.errors) => Ok(Outcome::CratesMissing),
            _ => Err(blame::for_build(self.cache, self.package, &errors, &messages::without_status(&exit.errors))),
        }
    }

    /// The target triple that rustc builds for, unless told otherwise.
    fn host(&self) -> Result<String, Error> {
        let mut host = None;
        let command = Command::new("rustc").with(["-vV"]).within(self.package);
        let exit = run(self.system, command, &mut |line| {
            if let Line::Output(text) = line
                && let Some(triple) = text.strip_prefix("host: ")
            {
                host = Some(triple.to_owned());
            }
        })?;
        host.ok_or_else(|| Error::Cargo { package: self.package.to_owned(), output: exit.errors })
    }

    fn run<A: Into<std::ffi::OsString>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        line: &mut dyn FnMut(Line<'_>),
    ) -> Result<Exit, Error> {
        run(self.system, Command::new("cargo").with(arguments).within(self.package), line)
    }
}

/// Runs cargo or rustc without those variables that would change its work.
pub(super) fn run(system: &dyn System, mut command: Command, line: &mut dyn FnMut(Line<'_>)) -> Result<Exit, Error> {
    command.without = system.variables();
    command.without.retain(|name| is_dropped(name));
    system.run(&command, line).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Error::NoCargo,
        _ => Error::Start { program: command.program.to_string_lossy().into_owned(), cause },
    })
}

fn is_dropped(name: &str) -> bool {
    let cargos = name.starts_with("CARGO_") && !KEPT.iter().any(|prefix| name.starts_with(prefix));
    cargos || DROPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::system::memory::Memory;
    use super::*;

    /// Lines of standard output, exit status, standard error.
    type Played = (&'static [&'static str], i32, &'static str);

    /// A machine on which a program is played by `play`, by the words of its command line.
    fn machine(play: fn(&[&str]) -> Played) -> Memory {
        let memory = Memory {
            program: Some(Box::new(move |_, command| {
                let words: Vec<_> = command.arguments.iter().map(|word| word.to_str().unwrap()).collect();
                let (lines, code, errors) = play(&words);
                let lines = lines.iter().map(|line| (*line).to_owned()).collect();
                (lines, Exit { code: Some(code), errors: errors.to_owned(), ..Exit::default() })
            })),
            ..Memory::default()
        };
        memory.with_variable("FLOWC_CACHE", "/c")
    }

    fn build(memory: &Memory) -> (Result<PathBuf, Error>, Vec<Progress>) {
        let cache = Cache::locate(memory).unwrap();
        let cargo = Cargo { system: memory, cache: &cache, package: Path::new("/c/0.1.0/crates/wx") };
        let mut seen = Vec::new();
        let built = cargo.build(Some(9), &mut |progress| seen.push(progress));
        (built, seen)
    }

    const BINARY: &str = r#"{"reason":"compiler-artifact","package_id":"wx","target":{"kind":["bin"]},"executable":"/c/wx","fresh":false}"#;

    const OLD: &str =
        r#"{"reason":"compiler-artifact","package_id":"a","target":{"kind":["lib"]},"executable":null,"fresh":true}"#;
    const NEW: &str =
        r#"{"reason":"compiler-artifact","package_id":"b","target":{"kind":["lib"]},"executable":null,"fresh":false}"#;

    #[test]
    fn crates_are_counted_as_they_are_compiled() {
        let memory = machine(|_| (&[OLD, NEW, BINARY], 0, ""));
        let (built, seen) = build(&memory);
        assert_eq!(built.unwrap(), Path::new("/c/wx"));
        assert_eq!(seen, [Progress::Building(2, Some(9))]);
        let command = memory.commands.borrow()[0].clone();
        assert_eq!(command.folder.as_deref(), Some(Path::new("/c/0.1.0/crates/wx")));
        assert!(
            command.arguments.contains(&"/c/0.1.0/target".into()) && command.arguments.contains(&"--offline".into())
        );
    }

    #[test]
    fn a_wait_for_another_cargo_is_told() {
        let memory = machine(|_| (&[BINARY], 0, "    Blocking waiting for file lock on package cache\n"));
        assert_eq!(build(&memory).1, [Progress::WaitingForCargo]);
    }

    #[test]
    fn the_users_flags_for_other_programs_stay_outside() {
        let memory = machine(|_| (&[BINARY], 0, "")).with_variable("RUSTFLAGS", "-C x");
        let memory = memory.with_variable("CARGO_BUILD_TARGET", "x").with_variable("CARGO_HOME", "/h");
        let memory = memory.with_variable("PATH", "/bin").with_variable("CARGO_HTTP_PROXY", "p");
        build(&memory).0.unwrap();
        assert_eq!(memory.commands.borrow()[0].without, ["CARGO_BUILD_TARGET", "RUSTFLAGS"]);
    }

    #[test]
    fn crates_that_were_removed_are_fetched_again() {
        let memory = machine(|words| match (words[0], words.contains(&"--offline")) {
            ("-vV", _) => (&["rustc 1.95.0", "host: x"], 0, ""),
            ("fetch", false) => (&[], 0, ""),
            _ => (&[], 101, "error: failed to download `a`\n... but --offline was specified"),
        });
        let (built, seen) = build(&memory);
        assert_eq!(seen, [Progress::Downloading]);
        assert!(matches!(built, Err(Error::Fetch { .. })));
    }

    #[test]
    fn no_cargo_is_said_in_words() {
        let memory = Memory::default().with_variable("FLOWC_CACHE", "/c");
        assert!(matches!(build(&memory).0, Err(Error::NoCargo)));
    }
}
