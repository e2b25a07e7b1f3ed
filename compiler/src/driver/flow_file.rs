//! Reads flow files, and writes them.

use std::path::Path;

use super::error::Error;
use super::files;
use super::system::{Entry, System};
use crate::source::SourceFile;

/// Reads a flow file; its name is the path as the user wrote it.
pub fn read(system: &dyn System, path: &Path) -> Result<SourceFile, Error> {
    if system.entry(path) == Some(Entry::Folder) {
        return Err(Error::SourceIsFolder(path.to_owned()));
    }
    let bytes = system.read(path).map_err(|cause| Error::Read { path: path.to_owned(), cause })?;
    text(path, bytes)
}

/// Reads a flow from standard input; its name is `<stdin>`.
pub fn read_input(system: &dyn System) -> Result<SourceFile, Error> {
    let name = Path::new("<stdin>");
    text(name, system.input().map_err(|cause| Error::Read { path: name.to_owned(), cause })?)
}

/// Gives a flow file another text. What stands there is the old text or the new one at every moment, never half of either.
pub fn write(system: &dyn System, path: &Path, text: &str) -> Result<(), Error> {
    files::rewrite(system, path, text.as_bytes()).map_err(|cause| Error::Write { path: path.to_owned(), cause })
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<SourceFile, Error> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        Error::NotText { path: path.to_owned(), line: 1 + valid.filter(|byte| **byte == b'\n').count() }
    })?;
    Ok(SourceFile::new(path.to_string_lossy(), text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn what_is_no_text_is_named_with_its_line() {
        let memory = Memory::with_files(&[("/a/b.flow", "on sms")]);
        memory.files.borrow_mut().insert("/latin".into(), b"a\nb\n\xe9".to_vec());
        assert!(matches!(read(&memory, Path::new("/latin")), Err(Error::NotText { line: 3, .. })));
        assert!(matches!(read(&memory, Path::new("/a")), Err(Error::SourceIsFolder(_))));
        assert!(matches!(read(&memory, Path::new("/none")), Err(Error::Read { .. })));
        assert_eq!(read(&memory, Path::new("/a/b.flow")).unwrap().text, "on sms");
    }
}
