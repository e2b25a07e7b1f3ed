//! Diagnostics: each `.flow` here carries what `flowc check` says of it.
//!
//! A line `#^ 21-26 error[F0201]: there is no variable …` tells of the line above it: columns (characters, from 1, the
//! end not included), severity, code and message. `FLOW_BLESS=1` writes what is said now; read the change before you
//! commit it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use flow_tests::folder::{Beside, files_below};
use flowc::diagnostic::Code;
use flowc::source::{LineIndex, SourceFile};
use std::path::{Path, PathBuf};

/// What the examples of the pages may name as a sample.
const PAGE_SAMPLES: [(&str, &str); 1] =
    [("weather.json", r#"{"properties": {"temperature": 84, "wind": {"speed": "14 mph"}, "isDaytime": true}}"#)];

fn fixtures() -> Vec<PathBuf> {
    files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"), "flow")
}

fn without_annotations(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("#^")).map(|line| format!("{line}\n")).collect()
}

fn annotated(path: &Path, text: &str) -> String {
    let beside = Beside(path);
    let source = SourceFile::new("ui.flow", text);
    let lines = LineIndex::new(text);
    let mut said: Vec<(u32, String)> = flowc::check(&source, &beside)
        .into_iter()
        .map(|diagnostic| {
            let start = lines.line_column(text, diagnostic.span.start);
            let end = lines.line_column(text, diagnostic.span.end);
            let columns = if end.line == start.line {
                format!("{}-{}", start.column, end.column)
            } else {
                format!("{}-{}:{}", start.column, end.line - start.line, end.column)
            };
            let severity = diagnostic.code.severity().as_str();
            (start.line, format!("#^ {columns} {severity}[{}]: {}\n", diagnostic.code.id(), diagnostic.message))
        })
        .collect();
    said.sort_by_key(|(line, _)| *line);
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        out.push_str(line);
        out.push('\n');
        for (_, annotation) in said.iter().filter(|(of, _)| *of as usize == at + 1) {
            out.push_str(annotation);
        }
    }
    let beyond = text.lines().count();
    for (_, annotation) in said.iter().filter(|(of, _)| *of as usize > beyond) {
        out.push_str(annotation);
    }
    out
}

#[test]
fn every_fixture_says_what_flowc_says() {
    let bless = std::env::var_os("FLOW_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).unwrap();
        let now = annotated(&path, &without_annotations(&text));
        if bless {
            std::fs::write(&path, now).unwrap();
        } else if now != text {
            wrong.push(format!("--- {}\n{now}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "flowc says otherwise (FLOW_BLESS=1 to accept):\n{}", wrong.join("\n"));
}

#[test]
fn twenty_mistakes_of_twenty_kinds_are_twenty_errors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/twenty-mistakes.flow");
    let text = without_annotations(&std::fs::read_to_string(&path).unwrap());
    let told = flowc::check(&SourceFile::new("twenty.flow", text), &Beside(&path));
    let kinds: std::collections::BTreeSet<&str> = told.iter().map(|diagnostic| diagnostic.code.id()).collect();
    assert_eq!((told.len(), kinds.len()), (20, 20), "{told:#?}");
}

#[test]
fn every_code_has_a_fixture() {
    let names: Vec<String> =
        fixtures().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.id()).filter(|id| !names.iter().any(|name| name.starts_with(id))).collect();
    assert!(missing.is_empty(), "no fixture for {missing:?}");
}

#[test]
fn the_wrong_example_of_each_page_breaks_just_its_rule_and_the_right_one_none() {
    let said = |text: &str| -> Vec<Code> {
        let page = SourceFile::new("page.flow", text);
        flowc::check(&page, &PAGE_SAMPLES).into_iter().map(|diagnostic| diagnostic.code).collect()
    };
    let mut other = Vec::new();
    for code in Code::ALL {
        let page = code.page();
        for (example, expected) in [(page.wrong, vec![*code]), (page.right, vec![])] {
            let told = said(example);
            if told != expected {
                other.push(format!("{}: {told:?} for\n{example}", page.id));
            }
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
}

#[test]
fn fixes_mend_what_they_are_for() {
    for path in fixtures() {
        let text = without_annotations(&std::fs::read_to_string(&path).unwrap());
        let beside = Beside(&path);
        let before = flowc::check(&SourceFile::new("fix.flow", text.clone()), &beside);
        for diagnostic in before.iter().filter(|diagnostic| diagnostic.fix.is_some()) {
            let fix = diagnostic.fix.as_ref().unwrap();
            let mut mended = text.clone();
            mended.replace_range(fix.span.range(), &fix.replacement);
            let after = flowc::check(&SourceFile::new("fix.flow", mended.clone()), &beside);
            let told = |all: &[flowc::diagnostic::Diagnostic]| {
                all.iter().filter(|other| other.code == diagnostic.code).count()
            };
            assert!(
                told(&after) < told(&before),
                "{}: the fix of `{}` does not mend it:\n{mended}\n{after:#?}",
                path.display(),
                diagnostic.message
            );
        }
    }
}
