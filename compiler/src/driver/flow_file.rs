//! Reads flow files, and starts new ones.

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

/// Starts a flow: a folder `name` with `name.flow`, a README and a `.gitignore`.
///
/// Nothing that is there is changed: a file or folder of this name is [`Error::Exists`].
pub fn create(system: &dyn System, name: &str) -> Result<(), Error> {
    let fits = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.chars().all(fits) {
        return Err(Error::BadName(name.to_owned()));
    }
    let folder = Path::new(name);
    if system.entry(folder).is_some() {
        return Err(Error::Exists(folder.to_owned()));
    }
    let binary = super::package_name(name);
    let files = [
        (format!("{name}.flow"), include_str!("new/starter.flow")),
        ("README.md".to_owned(), include_str!("new/README.md")),
        (".gitignore".to_owned(), "/BINARY\n"),
    ];
    system.create_folder(folder).map_err(|cause| Error::Write { path: folder.to_owned(), cause })?;
    for (file, text) in files {
        let path = folder.join(file);
        let text = text.replace("NAME", name).replace("BINARY", &binary);
        system.write(&path, text.as_bytes()).map_err(|cause| Error::Write { path, cause })?;
    }
    Ok(())
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

    #[test]
    fn a_new_flow_compiles_as_it_stands() {
        let memory = Memory::default();
        create(&memory, "wx").unwrap();
        let compilation =
            crate::compile(&SourceFile::new("wx.flow", memory.text("wx/wx.flow")), &crate::sample::NoSamples);
        assert_eq!(compilation.diagnostics, []);
        assert_eq!(memory.text("wx/.gitignore"), "/wx\n");
        assert!(memory.text("wx/README.md").contains("flowc run wx.flow"));
    }

    #[test]
    fn a_new_flow_overwrites_nothing() {
        let memory = Memory::with_files(&[("wx/notes", ""), ("file", "")]);
        for name in ["wx", "file"] {
            assert!(matches!(create(&memory, name), Err(Error::Exists(_))));
        }
        for name in ["", "../x", "a b", "-q", "ü", "1st"] {
            assert!(matches!(create(&memory, name), Err(Error::BadName(_))), "{name}");
        }
        assert!(memory.writes.borrow().is_empty());
    }
}
