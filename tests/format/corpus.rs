//! The flows of the project.

use flow_tests::folder::{files_below, workspace};
use flowc::diagnostic::{Code, Diagnostic};
use flowc::source::SourceFile;
use std::fs;
use std::path::{Path, PathBuf};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("format")
}

/// The messy flows, each with the file that holds its canonical layout.
pub(crate) fn messy() -> Vec<(PathBuf, PathBuf)> {
    let golden = |messy: &PathBuf| here().join(messy.file_name().unwrap());
    files_below(&here().join("messy"), "flow").into_iter().map(|messy| (messy.clone(), golden(&messy))).collect()
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let read = |path: PathBuf| (path.display().to_string(), fs::read_to_string(&path).unwrap());
    files_below(folder, "flow").into_iter().map(read).collect()
}

/// What users read: examples, what `flowc new` writes, golden files, the flows in the documents.
pub(crate) fn shown() -> Vec<(String, String)> {
    let root = workspace();
    let folders = ["examples", "compiler/src/driver", "tests/emit"];
    let mut all: Vec<_> = folders.into_iter().flat_map(|folder| files(&root.join(folder))).collect();
    for document in [root.join("README.md")].into_iter().chain(files_below(&root.join("docs"), "md")) {
        let text = fs::read_to_string(&document).unwrap();
        let fences = text.split("```flow\n").skip(1).filter_map(|rest| rest.split_once("```"));
        all.extend(fences.map(|(flow, _)| (document.display().to_string(), flow.to_owned())));
    }
    assert!(all.len() > 15, "flows of the project are not found");
    all
}

/// These, and all others that have no mistake in their syntax.
pub(crate) fn all() -> Vec<(String, String)> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = shown();
    all.extend(files(&tests.join("ui")));
    all.extend(files(&tests.join("format")));
    all.extend(Code::ALL.iter().flat_map(|code| {
        let page = code.page();
        [page.wrong, page.right].map(|flow| (page.id.to_owned(), flow.to_owned()))
    }));
    all.retain(|(_, text)| {
        let parsed = flowc::syntax::parse(&SourceFile::new("corpus.flow", text.clone()));
        !parsed.diagnostics.iter().any(Diagnostic::is_error)
    });
    all
}
