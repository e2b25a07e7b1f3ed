//! A folder in the cache for what nobody wants to keep.

use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::error::Error;
use super::system::System;

/// An empty folder that is removed when it is dropped.
pub struct Scratch<'a> {
    system: &'a dyn System,
    folder: PathBuf,
}

impl<'a> Scratch<'a> {
    /// Makes one in flowc's cache folder; it is this process's own.
    ///
    /// # Errors
    ///
    /// The cache folder is nowhere, or cannot be written.
    pub fn new(system: &'a dyn System) -> Result<Self, Error> {
        let cache = Cache::locate(system)?;
        let folder = cache.root().join(format!("scratch/{}", system.process()));
        // A process of this number may have been killed once, and left something.
        let cleared = if system.entry(&folder).is_some() { system.remove(&folder) } else { Ok(()) };
        let made = cleared.and_then(|()| system.create_folder(&folder));
        made.map_err(|cause| Error::cache(cache.root(), &cause))?;
        Ok(Self { system, folder })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is in the cache, which may be deleted at any time.
        let _ = self.system.remove(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn it_begins_empty_and_goes() {
        let memory = Memory::with_files(&[("/c/scratch/7/old", ""), ("/c/scratch/8/other", "")]);
        let memory = memory.with_variable("FLOWC_CACHE", "/c");
        let scratch = Scratch::new(&memory).unwrap();
        assert_eq!(scratch.path(), Path::new("/c/scratch/7"));
        assert!(memory.list(scratch.path()).unwrap().is_empty());
        memory.write(&scratch.path().join("new"), b"").unwrap();
        drop(scratch);
        assert_eq!(memory.entry(Path::new("/c/scratch/7")), None);
        assert!(memory.entry(Path::new("/c/scratch/8/other")).is_some());
    }
}
