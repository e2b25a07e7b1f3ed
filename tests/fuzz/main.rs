//! What no text may do to flowc, and what every text that `check` accepts must do: compile in rustc.
//!
//! Seeds are fixed, so that a failure is the same everywhere; `FLOW_FUZZ_SEED` gives another, `FLOW_FUZZ_ROUNDS` more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod noise;
mod program;

use flow_tests::random::{self, Random};
use flowc::sample::NoSamples;
use flowc::source::{SourceFile, Span};
use std::time::{Duration, Instant};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn random(salt: u64) -> Random {
    Random::new(setting("FLOW_FUZZ_SEED", 1).wrapping_mul(1_000_003) + salt)
}

fn rounds(default: u64) -> u64 {
    setting("FLOW_FUZZ_ROUNDS", 1) * default
}

/// Compiles a text; whatever comes of it must be sound, and come in time.
fn survive(text: &str) {
    let begun = Instant::now();
    let source = SourceFile::new("fuzz.flow", text);
    let compiled = flowc::compile(&source, &NoSamples);
    // 1 s for each 100 kB and 100 ms for the rest, ten times as long in a debug build on a busy machine.
    let most = Duration::from_secs(1 + text.len() as u64 / 10_000);
    assert!(begun.elapsed() < most, "{} bytes took {:?}:\n{text}", text.len(), begun.elapsed());
    let has_error = compiled.diagnostics.iter().any(flowc::diagnostic::Diagnostic::is_error);
    assert_eq!(compiled.emitted.is_none(), has_error, "{text}");
    for diagnostic in &compiled.diagnostics {
        let spans = diagnostic.labels.iter().map(|label| label.span);
        for span in spans.chain([diagnostic.span]).chain(diagnostic.fix.iter().map(|fix| fix.span)) {
            assert!(is_place(text, span), "{span:?} of {diagnostic:?} is no place in\n{text}");
        }
    }
    if let Some(emitted) = compiled.emitted {
        assert!(
            emitted.main_rs.starts_with("//! "),
            "emitted Rust that syn cannot read, for\n{text}\n{}",
            emitted.main_rs
        );
    }
}

fn is_place(text: &str, span: Span) -> bool {
    span.start <= span.end && text.get(span.range()).is_some()
}

#[test]
fn arbitrary_bytes_are_survived() {
    let mut random = random(1);
    for _ in 0..rounds(2_000) {
        let length = random.below(300);
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        survive(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn grammar_shaped_noise_is_survived() {
    let mut random = random(2);
    for _ in 0..rounds(3_000) {
        survive(&noise::words(&mut random));
    }
}

#[test]
fn broken_programs_are_survived() {
    let mut random = random(3);
    for _ in 0..rounds(1_500) {
        let whole = program::program(&mut random);
        survive(&noise::broken(&mut random, &whole));
    }
}

#[test]
fn deep_nesting_is_survived() {
    // A debug build takes a little more than the 2 MiB of a test's thread for 128 levels; a program's first thread has 8.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(nest).unwrap();
    thread.join().unwrap();
}

fn nest() {
    for depth in [100, 127, 128, 129, 3_000] {
        for (open, middle, close) in [
            ("{ ", "sms \"x\"", " }"),
            ("match $body { \"x\" -> ", "end", " else -> end }"),
            ("if $body == \"x\" -> ", "end", " else -> end"),
            ("if (", "true", ") -> end"),
            ("set x = (", "1", ")"),
            ("set x = -", "1", ""),
            ("if not ", "true", " -> end"),
            ("sms \"${upper(", "body", ")}\""),
            ("call GET \"https://e.example\" ok -> ", "end", " fail -> end"),
            ("call POST \"https://e.example\" json [", "1", "]"),
            ("call POST \"https://e.example\" json {\"a\":", "1", "}"),
            ("sms \"a\" -> ", "end", ""),
        ] {
            let repeated = |part: &str| part.repeat(depth);
            survive(&format!("on sms -> {}{middle}{}\n", repeated(open), repeated(close)));
            // The brackets alone, without what comes before them.
            let bracket = open.trim_start_matches(|c: char| !"([{".contains(c));
            survive(&format!("on sms -> if {}{middle}", repeated(bracket)));
        }
        survive(&format!("on sms -> sms \"{}", "${body ?? \"".repeat(depth)));
        survive(&format!("on sms -> set x = 1{} -> sms \"$x\"", " + 1".repeat(depth)));
    }
    for bracket in ["(", "[", "{", "\"${", "<", "$"] {
        survive(&format!("on sms -> if {}", bracket.repeat(100_000)));
    }
}

#[test]
fn what_check_accepts_rustc_compiles() {
    let mut random = random(4);
    let mut accepted = Vec::new();
    let mut made = 0;
    while accepted.len() < rounds(60) as usize {
        made += 1;
        let text = program::program(&mut random);
        let compiled =
            flowc::compile(&SourceFile::new(format!("flow{}.flow", accepted.len()), text.clone()), &NoSamples);
        if let Some(emitted) = compiled.emitted {
            accepted.push((text, emitted.main_rs));
        }
        assert!(made < 20 * rounds(60), "the generator makes too few programs that are accepted");
    }
    flow_tests::rustc::check_all(&accepted);
}
