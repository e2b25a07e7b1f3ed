//! What the documents show is what flowc takes.

use std::fs;
use std::path::PathBuf;

use flow_tests::folder::{Beside, workspace};
use flowc::source::SourceFile;

/// README.md and docs/*.md.
fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(workspace().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = docs.chain([workspace().join("README.md")]).collect();
    all.retain(|path| path.exists() && path.extension().is_some_and(|extension| extension == "md"));
    all.sort();
    all
}

/// The fenced flows of a document, each with its line.
fn flows(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut within = false;
    for (number, line) in text.lines().enumerate() {
        match (within, line.trim()) {
            (false, "```flow") => {
                within = true;
                found.push((number + 2, String::new()));
            }
            (true, "```") => within = false,
            (true, _) => {
                let flow = &mut found.last_mut().unwrap().1;
                flow.push_str(line);
                flow.push('\n');
            }
            (false, _) => {}
        }
    }
    assert!(!within, "a fence is not closed");
    found
}

#[test]
fn every_flow_in_the_documents_is_without_errors() {
    let mut wrong = Vec::new();
    // What a document names as a sample is the one that the example has recorded.
    let beside = workspace().join("examples/weather-forecast/document.flow");
    for path in documents() {
        for (line, flow) in flows(&fs::read_to_string(&path).unwrap()) {
            let file = SourceFile::new(format!("{}:{line}", path.display()), flow);
            let errors = flowc::check(&file, &Beside(&beside)).into_iter().filter(|diagnostic| diagnostic.is_error());
            wrong.extend(errors.map(|error| format!("{}: {} {}", file.name, error.code.id(), error.message)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn errors_md_is_current() {
    let path = workspace().join("docs/errors.md");
    let now = flowc::diagnostic::reference::document();
    if std::env::var_os("FLOW_BLESS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == now, "docs/errors.md is not what the table of codes says; FLOW_BLESS=1 writes it");
}

#[test]
fn fences_are_found() {
    let text = "a\n```flow\non sms\n  -> end\n```\n```sh\nx\n```\n```flow\nb\n```\n";
    assert_eq!(flows(text), [(3, "on sms\n  -> end\n".to_owned()), (10, "b\n".to_owned())]);
}
