//! Looks whether flowc has what it needs to build a flow.

use std::path::Path;

use super::cache::{Cache, Stamp};
use super::cargo;
use super::error::Error;
use super::making::Making;
use super::manifest::RUST_VERSION;
use super::system::{Command, Line, System};

/// What was found of one need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub state: State,
    /// What is there, or what is not.
    pub text: String,
    /// How to mend it, or what will be done about it.
    pub mend: Option<String>,
}

/// How one need stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is met.
    Good,
    /// The next build sees to it by itself, and takes longer.
    Later,
    /// No flow can be built.
    Bad,
}

impl Finding {
    fn good(text: impl Into<String>) -> Self {
        Self { state: State::Good, text: text.into(), mend: None }
    }

    fn later(text: impl Into<String>, mend: &str) -> Self {
        Self { state: State::Later, text: text.into(), mend: Some(mend.to_owned()) }
    }

    fn bad(error: &Error) -> Self {
        Self { state: State::Bad, text: error.to_string(), mend: error.help() }
    }
}

/// Examines the machine; what is found is in the order of the work of a build.
pub fn examine(system: &dyn System) -> Vec<Finding> {
    let mut findings = vec![cargo_here(system), rustc_here(system), linker_here(system)];
    match Cache::locate(system) {
        Ok(cache) => {
            findings.push(cache_writable(system, &cache));
            findings.push(if cache.is_stamped(system, Stamp::Fetched) {
                Finding::good("all crates are downloaded")
            } else {
                Finding::later(
                    "crates are not downloaded yet",
                    "the next build does it, and needs the network for that",
                )
            });
            findings.push(if cache.is_stamped(system, Stamp::Built(Making::default(), false)) {
                Finding::good("the runtime is built: a flow is built in about a second")
            } else {
                Finding::later("the runtime is not built yet", "the next build does it, once, in a minute or two")
            });
        }
        Err(error) => findings.push(Finding::bad(&error)),
    }
    findings
}

/// The first line that a program prints.
fn first_line(system: &dyn System, program: &str, argument: &str) -> Result<String, Error> {
    let mut first = None;
    let exit = cargo::run(system, Command::new(program).with([argument]), &mut |line| {
        if let Line::Output(text) = line {
            first.get_or_insert_with(|| text.to_owned());
        }
    })?;
    match first {
        Some(line) if exit.is_success() => Ok(line),
        // rustup's stand-in is there, and has no toolchain to call.
        _ => Err(Error::NoCargo),
    }
}

fn cargo_here(system: &dyn System) -> Finding {
    match first_line(system, "cargo", "--version") {
        Ok(line) => Finding::good(line),
        Err(error) => Finding::bad(&error),
    }
}

fn rustc_here(system: &dyn System) -> Finding {
    match first_line(system, "rustc", "--version") {
        Ok(line) if is_new_enough(&line) => Finding::good(line),
        Ok(_) => Finding::bad(&Error::OldRust { needed: RUST_VERSION }),
        Err(_) => Finding::bad(&Error::NoRustc),
    }
}

fn linker_here(system: &dyn System) -> Finding {
    match first_line(system, "cc", "--version") {
        Ok(line) => Finding::good(format!("C compiler, as the linker: {line}")),
        Err(_) => Finding::bad(&Error::NoLinker),
    }
}

/// Writes a file into the cache folder, since permissions alone do not tell of a full or read-only disk.
fn cache_writable(system: &dyn System, cache: &Cache) -> Finding {
    let root: &Path = cache.root();
    let probe = root.join(format!(".doctor-{}", system.process()));
    let probed = system
        .create_folder(root)
        .and_then(|()| system.write(&probe, b"flowc doctor was here\n"))
        .and_then(|()| system.remove(&probe));
    match probed {
        Ok(()) => Finding::good(format!("cache folder {}", root.display())),
        Err(cause) => Finding::bad(&Error::cache(root, &cause)),
    }
}

/// Whether `rustc 1.95.0 (…)` is at least the version that the runtime needs.
fn is_new_enough(line: &str) -> bool {
    let numbers =
        |version: &str| -> Vec<u32> { version.split(['.', '-']).map_while(|part| part.parse().ok()).collect() };
    numbers(line.split(' ').nth(1).unwrap_or_default()) >= numbers(RUST_VERSION)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::super::system::Exit;
    use super::super::system::memory::Memory;
    use super::*;

    fn machine(rustc: &'static str) -> Memory {
        let memory = Memory {
            program: Some(Box::new(move |_, command| {
                let line = if command.program == "rustc" { rustc } else { "tool 1.0" };
                (vec![line.to_owned()], Exit { code: Some(0), ..Exit::default() })
            })),
            ..Memory::default()
        };
        memory.with_variable("FLOWC_CACHE", "/c")
    }

    fn states(memory: &Memory) -> Vec<State> {
        examine(memory).iter().map(|finding| finding.state).collect()
    }

    #[test]
    fn a_fresh_machine_can_build() {
        use State::{Good, Later};
        let memory = machine("rustc 1.95.0 (abc 2026-01-01)");
        assert_eq!(states(&memory), [Good, Good, Good, Good, Later, Later]);
        assert!(memory.files.borrow().is_empty());
    }

    #[test]
    fn what_is_wrong_says_how_to_mend_it() {
        let mut memory = machine("rustc 1.85.0 (abc 2025-01-01)");
        memory.broken = Some(("/c".into(), ErrorKind::PermissionDenied));
        let bad: Vec<_> = examine(&memory).into_iter().filter(|finding| finding.state == State::Bad).collect();
        assert_eq!(bad.len(), 2);
        assert!(bad.iter().all(|finding| finding.mend.is_some()));
        assert_eq!(states(&Memory::default()), [State::Bad; 4]);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (line, enough) in
            [("rustc 1.95.0", true), ("rustc 1.100.1-nightly (x)", true), ("rustc 1.94.9", false), ("", false)]
        {
            assert_eq!(is_new_enough(line), enough, "{line}");
        }
    }
}
