//! What a killed build leaves behind.
//!
//! rustc writes the objects of an incremental build one by one. Killed between two of them it leaves a set that does not
//! link, which cargo then takes for whole. So a mark stands beside the package while cargo is at work on it; who finds one
//! throws away what was built under that name.

use std::io;
use std::path::{Path, PathBuf};

use super::system::System;

/// A package while cargo is at work on it.
pub(super) struct Watch<'a> {
    pub(super) system: &'a dyn System,
    /// The folder of the emitted package.
    pub(super) package: &'a Path,
    /// Where cargo puts what it builds.
    pub(super) built: &'a Path,
    /// The package's name.
    pub(super) name: &'a str,
}

impl Watch<'_> {
    /// Cleans up if the last build was killed, and sets the mark.
    pub(super) fn begin(&self) -> io::Result<()> {
        if self.system.entry(&self.mark()).is_some() {
            self.clean()?;
        }
        self.system.write(&self.mark(), b"")
    }

    /// Takes the mark away: cargo has ended by itself.
    pub(super) fn end(&self) -> io::Result<()> {
        self.system.remove(&self.mark())
    }

    fn mark(&self) -> PathBuf {
        self.package.join("building")
    }

    fn clean(&self) -> io::Result<()> {
        // cargo names its folders after the package, rustc its files after the crate.
        let prefixes = [format!("{}-", self.name), format!("{}-", self.name.replace('-', "_"))];
        for folder in ["incremental", ".fingerprint", "deps"].map(|folder| self.built.join(folder)) {
            if self.system.entry(&folder).is_none() {
                continue;
            }
            for path in self.system.list(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
                    self.system.remove(&path)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn a_killed_build_starts_over() {
        let memory = Memory::with_files(&[
            ("/b/deps/my_flow-1.o", ""),
            ("/b/.fingerprint/my-flow-1/bin", ""),
            ("/b/deps/tokio-1.rlib", ""),
        ]);
        let watch = Watch { system: &memory, package: Path::new("/p"), built: Path::new("/b"), name: "my-flow" };
        let is_there = |path: &str| memory.entry(Path::new(path)).is_some();

        watch.begin().unwrap();
        watch.end().unwrap();
        watch.begin().unwrap();
        assert!(is_there("/b/deps/my_flow-1.o"), "the build before has ended by itself");

        watch.begin().unwrap();
        assert!(!is_there("/b/deps/my_flow-1.o") && !is_there("/b/.fingerprint/my-flow-1/bin"));
        assert!(is_there("/b/deps/tokio-1.rlib"));
    }
}
