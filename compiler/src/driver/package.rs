//! The emitted package as files: in the cache for flowc's own builds, or where a person asks for it.

use std::io;
use std::path::Path;

use super::embed;
use super::error::Error;
use super::files::{sync_folder, write_if_changed};
use super::lock::lock_for;
use super::making::Making;
use super::manifest::{self, Identity};
use super::name::package_name;
use super::system::{Entry, System};
use crate::Emitted;

/// Where the sources are that flowc carries, in a folder that a person gets.
const SOURCES: &str = "flow-runtime";

/// Writes the package that flowc builds itself; its runtime is the cache's.
pub(super) fn write_cached(
    system: &dyn System,
    folder: &Path,
    package: &Identity,
    emitted: &Emitted,
    making: Making,
) -> io::Result<()> {
    write(system, folder, package, emitted, "../../sources/runtime", making)
}

/// Writes a package that stands alone, with the runtime's source in it: `cargo build --release` is all it needs.
///
/// An earlier emission is rewritten, a new or empty folder is filled, and any other is left as it is with
/// [`Error::NotEmission`].
pub fn emit(system: &dyn System, folder: &Path, emitted: &Emitted, making: Making) -> Result<(), Error> {
    let failed = |cause| Error::Write { path: folder.to_owned(), cause };
    match system.entry(folder) {
        Some(Entry::File(_) | Entry::Special) => return Err(Error::NotEmission(folder.to_owned())),
        Some(Entry::Folder) if !system.list(folder).map_err(failed)?.is_empty() => {
            let manifest = system.read(&folder.join("Cargo.toml")).unwrap_or_default();
            if !manifest.starts_with(manifest::MARK.as_bytes()) {
                return Err(Error::NotEmission(folder.to_owned()));
            }
        }
        _ => {}
    }
    // The manifest, which bears the mark, comes first: a run that is killed midway can be run again.
    let package = Identity::alone(package_name(&emitted.name));
    write(system, folder, &package, emitted, &format!("{SOURCES}/runtime"), making).map_err(failed)?;
    sync_folder(system, &folder.join(SOURCES), embed::sources()).map_err(failed)
}

fn write(
    system: &dyn System,
    folder: &Path,
    package: &Identity,
    emitted: &Emitted,
    runtime: &str,
    making: Making,
) -> io::Result<()> {
    write_if_changed(system, &folder.join("Cargo.toml"), &manifest::manifest(package, runtime, emitted, making))?;
    write_if_changed(system, &folder.join("Cargo.lock"), &lock_for(package))?;
    write_if_changed(system, &folder.join("src/main.rs"), &emitted.main_rs)?;
    let config = folder.join(".cargo/config.toml");
    match manifest::cargo_config(making.linking) {
        Some(text) => write_if_changed(system, &config, &text),
        None if system.entry(&config).is_some() => system.remove(&config),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::making::Linking;
    use super::super::system::memory::Memory;
    use super::*;

    fn weather() -> Emitted {
        Emitted { name: "Weather Forecast".to_owned(), main_rs: "fn main() {}\n".to_owned(), has_schedule: false }
    }

    #[test]
    fn a_package_stands_alone_and_can_be_written_again() {
        let memory = Memory::default();
        emit(&memory, Path::new("/out"), &weather(), Making::default()).unwrap();
        assert!(memory.text("/out/Cargo.toml").contains("path = \"flow-runtime/runtime\""));
        assert!(memory.text("/out/Cargo.lock").contains("name = \"weather-forecast\""));
        assert_eq!(memory.text("/out/src/main.rs"), "fn main() {}\n");
        assert!(memory.text("/out/flow-runtime/runtime/Cargo.toml").contains("name = \"flow-runtime\""));
        assert!(memory.text("/out/flow-runtime/query/Cargo.toml").contains("name = \"flow-query\""));

        memory.files.borrow_mut().insert("/out/src/main.rs".into(), b"edited".to_vec());
        memory.writes.borrow_mut().clear();
        emit(&memory, Path::new("/out"), &weather(), Making::default()).unwrap();
        assert_eq!(*memory.writes.borrow(), [Path::new("/out/src/main.rs")]);
    }

    #[test]
    fn what_others_wrote_is_left_alone() {
        let memory =
            Memory::with_files(&[("/home/notes.txt", "mine"), ("/app/Cargo.toml", "[package]"), ("/file", "")]);
        for folder in ["/home", "/app", "/file"] {
            let refused = emit(&memory, Path::new(folder), &weather(), Making::default());
            assert!(matches!(refused, Err(Error::NotEmission(_))), "{folder}");
        }
        assert!(memory.writes.borrow().is_empty());
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn a_dynamic_package_forgets_that_it_was_static() {
        let memory = Memory::default();
        let making = Making { linking: Linking::Static, ..Making::default() };
        emit(&memory, Path::new("/out"), &weather(), making).unwrap();
        assert!(memory.text("/out/.cargo/config.toml").contains("+crt-static"));
        emit(&memory, Path::new("/out"), &weather(), Making::default()).unwrap();
        assert_eq!(memory.entry(Path::new("/out/.cargo/config.toml")), None);
    }
}
