//! Writing files so that a kill at any moment leaves nothing broken.

use std::io;
use std::path::{Path, PathBuf};

use super::embed::SourceText;
use super::system::{Entry, System};

/// Writes a file unless it already holds this text: cargo takes a file for changed when its time has changed.
pub(super) fn write_if_changed(system: &dyn System, path: &Path, text: &str) -> io::Result<()> {
    if system.read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        system.create_folder(folder)?;
    }
    system.write(path, text.as_bytes())
}

/// Makes a folder hold these files and no others. A half-done run is completed by the next.
pub(super) fn sync_folder(system: &dyn System, folder: &Path, files: &[SourceText]) -> io::Result<()> {
    for (name, text) in files {
        write_if_changed(system, &folder.join(name), text)?;
    }
    let wanted: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    remove_others(system, folder, &wanted)
}

fn remove_others(system: &dyn System, folder: &Path, wanted: &[PathBuf]) -> io::Result<()> {
    for path in system.list(folder)? {
        if wanted.contains(&path) {
            continue;
        }
        if wanted.iter().any(|file| file.starts_with(&path)) {
            remove_others(system, &path, wanted)?;
        } else {
            system.remove(&path)?;
        }
    }
    Ok(())
}

/// Copies a file to a path in one step: what stands at `to` is the old file or the new one, never half of either.
///
/// A running program whose file is replaced keeps the old one.
pub(super) fn replace(system: &dyn System, from: &Path, to: &Path) -> io::Result<()> {
    in_one_step(system, to, |part| system.copy(from, part))
}

/// Gives a file another content in one step. It keeps its permissions, and a link to it stays a link.
pub(super) fn rewrite(system: &dyn System, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = system.real_path(path)?;
    in_one_step(system, &file, |part| {
        // The copy brings the permissions along; a file that may not be written cannot be written here either.
        system.copy(&file, part).and_then(|()| system.write(part, bytes))
    })
}

/// Makes a file beside another one, and puts it in its place once it is whole.
fn in_one_step(system: &dyn System, to: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let name = to.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    // A rename is one step only within a disk, so the new file is made beside its goal.
    let part = to.with_file_name(format!(".{}.{}.part", name.display(), system.process()));
    let done = make(&part).and_then(|()| system.rename(&part, to));
    if done.is_err() && system.entry(&part).is_some() {
        // The first error is the one to tell.
        let _ = system.remove(&part);
    }
    done
}

/// The size of a file in bytes; 0 if there is none.
pub fn size(system: &dyn System, path: &Path) -> u64 {
    match system.entry(path) {
        Some(Entry::File(bytes)) => bytes,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn an_unchanged_file_is_not_touched() {
        let memory = Memory::with_files(&[("/a/same", "1")]);
        write_if_changed(&memory, Path::new("/a/same"), "1").unwrap();
        write_if_changed(&memory, Path::new("/a/other"), "2").unwrap();
        assert_eq!(*memory.writes.borrow(), [PathBuf::from("/a/other")]);
    }

    #[test]
    fn a_synced_folder_holds_just_its_files() {
        let memory =
            Memory::with_files(&[("/r/src/old.rs", "x"), ("/r/src/lib.rs", "half"), ("/r/gone/a", ""), ("/b", "")]);
        sync_folder(&memory, Path::new("/r"), &[("Cargo.toml", "m"), ("src/lib.rs", "whole")]).unwrap();
        let files: Vec<_> = memory.files.borrow().keys().cloned().collect();
        assert_eq!(files, ["/b", "/r/Cargo.toml", "/r/src/lib.rs"].map(PathBuf::from));
        assert_eq!(memory.text("/r/src/lib.rs"), "whole");
    }

    #[test]
    fn a_binary_is_replaced_whole_or_not_at_all() {
        let mut memory = Memory::with_files(&[("/t/new", "new"), ("/out/wx", "old")]);
        replace(&memory, Path::new("/t/new"), Path::new("/out/wx")).unwrap();
        assert_eq!(memory.text("/out/wx"), "new");
        assert_eq!(*memory.writes.borrow(), [PathBuf::from("/out/.wx.7.part")]);

        memory.broken = Some(("/out/.wx.7.part".into(), io::ErrorKind::StorageFull));
        assert!(replace(&memory, Path::new("/t/new"), Path::new("/out/wx")).is_err());
        assert_eq!(memory.text("/out/wx"), "new");
        assert_eq!(memory.files.borrow().len(), 2);
    }

    #[test]
    fn a_file_is_rewritten_whole_or_not_at_all() {
        let mut memory = Memory::with_files(&[("a/wx.flow", "old")]);
        rewrite(&memory, Path::new("a/wx.flow"), b"new").unwrap();
        assert_eq!(memory.text("a/wx.flow"), "new");
        assert_eq!(memory.files.borrow().len(), 1);

        memory.broken = Some(("a/.wx.flow.7.part".into(), io::ErrorKind::StorageFull));
        assert!(rewrite(&memory, Path::new("a/wx.flow"), b"newer").is_err());
        assert_eq!(memory.text("a/wx.flow"), "new");
        assert!(rewrite(&memory, Path::new("a/none.flow"), b"").is_err());
        assert_eq!(memory.files.borrow().len(), 1);
    }
}
