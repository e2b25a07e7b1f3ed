//! Finds flow files.

use std::path::{Path, PathBuf};

use super::error::Error;
use super::system::{Entry, System};

/// Folders of other tools, which hold copies of files and files of others.
const PASSED_BY: [&str; 2] = ["target", "node_modules"];

/// All flow files in a folder and the folders below it, in the order of their paths.
///
/// Files and folders whose names begin with a dot are passed by, and so are `target` and `node_modules`. A link to a folder
/// is not followed: it may lead out of the folder that was meant, or back into it. A folder that cannot be read is an error
/// beside the files that were found.
pub fn flow_files(system: &dyn System, folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = system.real_path(&folder).and_then(|real| Ok((real, system.list(&folder)?)));
        match entries {
            Err(cause) => errors.push(Error::Read { path: folder, cause }),
            Ok((real, paths)) => {
                for path in paths {
                    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
                    let is_own = || path.file_name().map(|name| real.join(name)) == system.real_path(&path).ok();
                    match system.entry(&path) {
                        _ if name.starts_with('.') => {}
                        Some(Entry::Folder) if !PASSED_BY.contains(&&*name) && is_own() => folders.push(path),
                        Some(Entry::File(_)) if path.extension().is_some_and(|end| end == "flow") => files.push(path),
                        _ => {}
                    }
                }
            }
        }
    }
    // People write `menu/menu.flow`, not `./menu/menu.flow`.
    let named = |path: PathBuf| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
    let mut files: Vec<_> = files.into_iter().map(named).collect();
    files.sort();
    (files, errors)
}

#[cfg(test)]
mod tests {
    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn flows_are_found_in_order_and_other_tools_are_passed_by() {
        let memory = Memory::with_files(&[
            ("f/b.flow", ""),
            ("f/a/z.flow", ""),
            ("f/a.flow", ""),
            ("f/a/deep/er/c.flow", ""),
            ("f/a/notes.txt", ""),
            ("f/flow", ""),
            ("f/.git/x.flow", ""),
            ("f/.b.flow", ""),
            ("f/target/x.flow", ""),
            ("f/a/node_modules/x.flow", ""),
        ]);
        let (files, errors) = flow_files(&memory, Path::new("f"));
        assert_eq!(files, ["f/a/deep/er/c.flow", "f/a/z.flow", "f/a.flow", "f/b.flow"].map(PathBuf::from));
        assert!(errors.is_empty());
        // A folder that is named is meant.
        assert_eq!(flow_files(&memory, Path::new("f/target")).0, [PathBuf::from("f/target/x.flow")]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let (files, errors) = flow_files(&Memory::default(), Path::new("none"));
        assert!(files.is_empty() && matches!(errors.as_slice(), [Error::Read { .. }]));
    }
}
