//! How fast flowc checks: files of a thousand to a hundred thousand lines, and brackets in brackets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod measure;

use flow_tests::{Scratch, flowc};
use flowc::sample::NoSamples;
use flowc::source::SourceFile;
use measure::Times;

fn main() {
    if measure::begin("check") {
        by_size();
        by_phase();
        by_depth();
        as_a_program();
    }
}

/// The library alone. Sizes take turns, so that whatever else the machine does falls on all of them.
fn by_size() {
    let mut sizes = [1_000, 10_000, 100_000].map(|lines| (lines, source(generated(lines)), Times::default()));
    for _ in 0..15 {
        for (lines, source, times) in &mut sizes {
            // A short time needs more repetitions for the same certainty.
            for _ in 0..(30_000 / *lines).max(1) {
                let diagnostics = times.time(|| flowc::check(source, &NoSamples));
                assert!(diagnostics.is_empty(), "the generated flow is wrong: {:?}", diagnostics.first());
            }
        }
    }
    let mut former = None;
    for (lines, source, times) in &sizes {
        // A million bytes a second is a thousand a millisecond.
        let speed = source.text.len() as f64 / times.median() / 1_000.0;
        println!("{lines:>7} lines: {times}; {speed:.1} MB/s");
        if let Some((fewer, time)) = former.replace((*lines, times.median())) {
            println!("{:>7} times the lines: {:.1} times the time", lines / fewer, times.median() / time);
        }
    }
}

/// Where the time goes; freeing what a phase has made is in none of them.
fn by_phase() {
    let source = source(generated(10_000));
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
    let file = scratch.write("generated.flow", &generated(10_000));
    let mut times = Times::default();
    for _ in 0..30 {
        let ended = times.time(|| flowc().arg("check").arg(&file).output().unwrap());
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    println!("`flowc check` of 10000 lines: {times} (goal: under 100 ms)");
}

fn source(text: String) -> SourceFile {
    SourceFile::new("generated.flow", text)
}

/// A right flow of so many lines: one trigger after the other, with most of what the language has.
fn generated(lines: usize) -> String {
    let mut text = String::from("flow \"Generated\"\nsecret TOKEN\n\n");
    let whole = |number| format!("on api \"order-{number}\"\n{TRIGGER}\n");
    for number in 0..(lines - text.lines().count()) / whole(0).lines().count() {
        text.push_str(&whole(number));
    }
    let rest = lines - text.lines().count();
    text.push_str(&"# one more line\n".repeat(rest));
    text
}

/// All but the first line of a trigger, which has its number.
const TRIGGER: &str = r#"     token $TOKEN
     expect OrderNo: int, FirstName: text, Phone: phone, Note?: text
  -> call POST "https://crm.example.com/orders/$OrderNo?src=sms"
       header "User-Agent" = "seaside-hotel (ops@seaside.example)"
       json { "name": $FirstName, "phone": $Phone, "note": (upper("x")) }
       < city = customer.city, tier: int = tier >
     ok   -> if $tier > 2 and $OrderNo != 7
               -> sms to $Phone "Hi $FirstName from $city, your order $OrderNo is ready. ${Note ?? ""}"
               else -> match $FirstName {
                 "Ann" | "Bob" -> sms to $Phone "Hello $FirstName, welcome back"
                 else -> set total = $tier * 3 + 1 -> sms to $Phone "Total $total"
               }
     fail -> sms to $Phone "We apologize, please try again later."
"#;
