//! How fast flowc checks: files of a thousand to a hundred thousand lines, and brackets in brackets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod generated;
mod growth;
mod measure;

use flow_tests::{Scratch, flowc};
use flowc::sample::NoSamples;
use flowc::source::SourceFile;
use measure::Times;

fn main() {
    if growth::is_child(check) || !measure::begin("check") {
        return;
    }
    growth::by_size("check", check);
    by_phase();
    by_depth();
    as_a_program();
}

fn check(source: &SourceFile) {
    let diagnostics = flowc::check(source, &NoSamples);
    assert!(diagnostics.is_empty(), "the generated flow is wrong: {:?}", diagnostics.first());
}

/// Where the time goes; freeing what a phase has made is in none of them.
fn by_phase() {
    let source = generated::flow(10_000);
    let (mut syntax, mut resolve, mut check) = (Times::default(), Times::default(), Times::default());
    for _ in 0..30 {
        let parsed = syntax.time(|| flowc::syntax::parse(&source));
        let (names, _) = resolve.time(|| flowc::resolve::resolve(&parsed.file));
        check.time(|| flowc::check::check(&source, &parsed.file, &names, &NoSamples, true));
    }
    println!("of 10000 lines: syntax {syntax}");
    println!("               resolve {resolve}");
    println!("                 check {check}");
}

/// Brackets in brackets, up to almost as deep as a flow may have them: twice the depth should be twice the time.
fn by_depth() {
    for (name, first, open, inner, close) in [
        ("parentheses", "-> set a = ", "(", "1", ")"),
        ("parentheses left open", "-> set a = ", "(", "1", ""),
        ("braces", "", "-> match $body { \"a\" ", "-> sms \"a\"", " else -> sms \"b\" }"),
        ("braces left open", "", "-> match $body { \"a\" ", "-> sms \"a\"", ""),
    ] {
        for depth in [30, 60, 120] {
            let brackets = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            let source = source(format!("flow \"Deep\"\non sms {first}{brackets}\n"));
            let mut times = Times::default();
            for _ in 0..50 {
                let diagnostics = times.time(|| flowc::check(&source, &NoSamples));
                let is_right = !diagnostics.iter().any(flowc::diagnostic::Diagnostic::is_error);
                assert_eq!(is_right, !close.is_empty(), "{diagnostics:?}");
            }
            println!("{depth:>7} {name}: {times}");
        }
    }
}

/// What a person waits for: the process, reading the file and all.
fn as_a_program() {
    let scratch = Scratch::new();
    let file = scratch.write("generated.flow", &generated::flow(10_000).text);
    let mut times = Times::default();
    for _ in 0..30 {
        let ended = times.time(|| flowc().arg("check").arg(&file).output().unwrap());
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    println!("`flowc check` of 10000 lines: {times} (goal: under 100 ms)");
}

fn source(text: String) -> SourceFile {
    SourceFile::new("deep.flow", text)
}
