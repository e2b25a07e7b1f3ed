//! Emitted Rust: golden files for review, the same bytes from the same source, and rustc's word on every example.
//!
//! `FLOW_BLESS=1` writes the golden files anew; read the change before you commit it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod driven;

use flow_tests::folder::{Beside, files_below};
use flowc::sample::NoSamples;
use flowc::source::SourceFile;
use std::fs;
use std::path::{Path, PathBuf};

fn flows(folder: &Path) -> Vec<PathBuf> {
    files_below(folder, "flow")
}

fn emitted(path: &Path, name: &str) -> String {
    let source = SourceFile::new(name, fs::read_to_string(path).unwrap());
    let compilation = flowc::compile(&source, &Beside(path));
    compilation.emitted.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), compilation.diagnostics)).main_rs
}

/// The same with the marks of tests.
fn marked(path: &Path, name: &str) -> String {
    let source = SourceFile::new(name, fs::read_to_string(path).unwrap());
    let (graph, diagnostics) = flowc::graph_of(&source, &Beside(path));
    let graph = graph.unwrap_or_else(|| panic!("{}: {diagnostics:#?}", path.display()));
    flowc::emit_for_tests(&graph).main_rs
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("emit")
}

fn examples() -> Vec<PathBuf> {
    flows(&flow_tests::folder::workspace().join("examples"))
}

#[test]
fn golden_files_hold() {
    for path in flows(&golden()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_golden(&path.with_extension("rs"), &emitted(&path, name));
    }
    // The two side by side show what a test's program says of its way.
    let marks = golden().join("marks.flow");
    assert_golden(&marks.with_extension("test.rs"), &marked(&marks, "marks.flow"));
}

fn assert_golden(expected: &Path, now: &str) {
    if std::env::var_os("FLOW_BLESS").is_some() {
        fs::write(expected, now).unwrap();
    }
    let text = fs::read_to_string(expected).unwrap_or_default();
    assert!(now == text, "{} is emitted otherwise (FLOW_BLESS=1 to accept):\n{now}", expected.display());
}

#[test]
fn a_program_that_is_shipped_has_no_mark() {
    for path in examples().into_iter().chain(flows(&golden())) {
        assert!(!emitted(&path, "a.flow").contains("testing"), "{}", path.display());
    }
}

#[test]
fn what_nothing_reads_changes_no_byte_of_a_program_that_is_shipped() {
    let sets = r#"
on sms -> set a = $from -> set s = $body
  -> { if $s == "x" -> set b = "$body $to" -> set s = "w" else -> set b = 2 -> set c = $b -> set s = "v" }
  -> { match $body { "a" | "b" -> set d = 1 -> { set d = 2 -> set s = "y" } else -> set d = 3 -> sms "n" } }
  -> { call GET "https://example.com/" < n? = n > fail timeout -> set s = "z" -> set e = 1 fail -> set e = $failure.message -> end } -> set n = 1
  -> { if $s == "y" -> sms "$s" -> set f = $s else -> ask "$s?" < g: text > timeout -> set f = 1 -> goto p } -> set h = 1
path p -> set i = 1 -> wait 1d -> set i = 2 -> goto p
"#;
    let bare = r#"
on sms -> set s = $body
  -> { if $s == "x" -> set s = "w" else -> set s = "v" }
  -> { match $body { "a" | "b" -> set s = "y" else -> sms "n" } }
  -> { call GET "https://example.com/" < n? = n > fail timeout -> set s = "z" fail -> end }
  -> { if $s == "y" -> sms "$s" else -> ask "$s?" < g: text > timeout -> goto p }
path p -> wait 1d -> goto p
"#;
    let emit = |flow: &str| {
        let compilation = flowc::compile(&SourceFile::new("a.flow", flow), &NoSamples);
        compilation.emitted.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics)).main_rs
    };
    assert_eq!(emit(sets), emit(bare));
}

#[test]
fn the_same_source_gives_the_same_bytes_wherever_it_lies() {
    for path in examples() {
        let first = emitted(&path, "a/wx.flow");
        for _ in 0..5 {
            assert_eq!(emitted(&path, "/elsewhere/b/wx.flow"), first);
        }
    }
}

#[test]
fn rustc_takes_every_example_without_a_warning() {
    let all: Vec<(String, String)> = examples()
        .into_iter()
        .chain(flows(&golden()))
        .flat_map(|path| {
            let shipped = (path.display().to_string(), emitted(&path, "example.flow"));
            let tested = (format!("{} with marks", path.display()), marked(&path, "example.flow"));
            [shipped, tested]
        })
        .collect();
    assert!(all.len() >= 10);
    flow_tests::rustc::check_all(&all);
}

#[test]
fn a_step_is_emitted_once_however_many_ways_lead_to_it() {
    let mut flow = String::from("on sms\n");
    for at in 0..40 {
        flow.push_str(&format!("  -> {{ if $body == \"{at}\" -> set a{at} = 1 else -> set a{at} = 2 }}\n"));
    }
    let sum: Vec<String> = (0..40).map(|at| format!("$a{at}")).collect();
    flow.push_str(&format!("  -> set sum = {}\n  -> sms \"$sum\"\n", sum.join(" + ")));
    let emitted = flowc::compile(&SourceFile::new("ways.flow", flow), &NoSamples).emitted.unwrap().main_rs;
    // Copied into each branch, they would be 2^40.
    assert!(emitted.len() < 200_000, "{} bytes", emitted.len());
}
