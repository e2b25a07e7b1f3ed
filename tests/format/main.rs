//! The formatter: golden pairs for review, and what holds for every flow.
//!
//! `messy/NAME.flow` is formatted to `NAME.flow`; `FLOW_BLESS=1` writes that anew. Read the change before you commit it.
//! Seeds are fixed; `FLOW_FUZZ_SEED` gives another, `FLOW_FUZZ_ROUNDS` more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod corpus;
#[allow(dead_code)]
#[path = "../fuzz/noise.rs"]
mod noise;
#[allow(dead_code)]
#[path = "../fuzz/program.rs"]
mod program;
use flow_tests::random;
mod respace;

use flowc::source::SourceFile;
use random::Random;
use std::fs;
use std::time::{Duration, Instant};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn random(salt: u64) -> Random {
    Random::new(setting("FLOW_FUZZ_SEED", 1).wrapping_mul(1_000_003) + salt)
}

fn format(text: &str) -> String {
    match flowc::format(&SourceFile::new("format.flow", text)) {
        Ok(formatted) => formatted,
        Err(diagnostics) => panic!("not formatted: {diagnostics:#?}\n{text}"),
    }
}

/// The tree of a text without the places in it.
fn tree(text: &str) -> String {
    let parsed = flowc::syntax::parse(&SourceFile::new("format.flow", text));
    assert!(parsed.diagnostics.is_empty(), "{:#?}\n{text}", parsed.diagnostics);
    let drawn = format!("{:?}", parsed.file);
    let mut without = String::with_capacity(drawn.len());
    let mut rest = drawn.as_str();
    while let Some((before, after)) = rest.split_once("Span { ") {
        without.push_str(before);
        rest = after.split_once('}').unwrap().1;
    }
    without + rest
}

/// All that is no white space, comments with the rest.
fn ink(text: &str) -> String {
    text.trim_start().trim_start_matches('\u{feff}').chars().filter(|c| !c.is_whitespace()).collect()
}

/// Formats a text and checks what holds for every one.
fn sound(text: &str) -> String {
    let formatted = format(text);
    assert_eq!(ink(text), ink(&formatted), "other than white space was changed in\n{text}\n---\n{formatted}");
    assert_eq!(tree(text), tree(&formatted), "the tree is another for\n{text}\n---\n{formatted}");
    let again = format(&formatted);
    assert!(again == formatted, "not the same the second time:\n{text}\n--- first\n{formatted}\n--- second\n{again}");
    for line in formatted.lines() {
        assert_eq!(line.trim_end(), line, "white space at a line's end in\n{formatted}");
    }
    assert!(!formatted.contains("\n\n\n") && !formatted.ends_with("\n\n"), "blank lines in\n{formatted}");
    assert!(formatted.is_empty() || formatted.ends_with('\n'), "no line break at the end of\n{formatted}");
    formatted
}

#[test]
fn golden_pairs_hold() {
    let bless = std::env::var_os("FLOW_BLESS").is_some();
    let pairs = corpus::messy();
    assert!(!pairs.is_empty());
    for (messy, expected) in pairs {
        let now = sound(&fs::read_to_string(&messy).unwrap());
        if bless {
            fs::write(&expected, &now).unwrap();
        }
        let golden = fs::read_to_string(&expected).unwrap_or_default();
        assert!(now == golden, "{} is laid out otherwise (FLOW_BLESS=1 to accept):\n{now}", messy.display());
    }
}

#[test]
fn what_the_project_shows_is_in_canonical_layout() {
    let mut other = Vec::new();
    for (name, text) in corpus::shown() {
        let formatted = sound(&text);
        if formatted != text {
            other.push(format!("--- {name}\n{formatted}"));
        }
    }
    assert!(other.is_empty(), "these are laid out otherwise:\n{}", other.join("\n"));
}

#[test]
fn every_flow_without_syntax_errors_is_formatted() {
    for (_, text) in corpus::all() {
        sound(&text);
    }
}

#[test]
fn any_white_space_and_comments_between_any_tokens_are_kept_in_order() {
    let mut random = random(1);
    for (name, text) in corpus::all() {
        for _ in 0..setting("FLOW_FUZZ_ROUNDS", 1) * 3 {
            let wild = respace::with_comments(&mut random, &format(&text));
            assert_eq!(tree(&text), tree(&wild), "{name}: the test spoils the flow:\n{wild}");
            sound(&wild);
        }
    }
}

#[test]
fn line_breaks_of_the_writer_do_not_matter() {
    let mut random = random(2);
    for (name, text) in corpus::all() {
        // Blank lines and comments are the writer's.
        let plain = respace::without_comments(&text);
        let expected = format(&plain);
        for _ in 0..setting("FLOW_FUZZ_ROUNDS", 1) * 3 {
            let wild = respace::without_blank_lines(&mut random, &plain);
            assert_eq!(tree(&plain), tree(&wild), "{name}: the test spoils the flow:\n{wild}");
            let formatted = format(&wild);
            assert!(
                formatted == expected,
                "{name}: laid out otherwise:\n{wild}\n--- is\n{formatted}\n--- not\n{expected}"
            );
        }
    }
}

#[test]
fn random_programs_are_formatted() {
    let mut random = random(3);
    for _ in 0..setting("FLOW_FUZZ_ROUNDS", 1) * 150 {
        let program = program::program(&mut random);
        let formatted = sound(&program);
        sound(&respace::with_comments(&mut random, &formatted));
    }
}

#[test]
fn what_is_spoilt_is_formatted_if_it_is_still_a_flow() {
    let mut random = random(4);
    let corpus = corpus::all();
    let mut formatted = 0;
    for _ in 0..setting("FLOW_FUZZ_ROUNDS", 1) * 1_500 {
        let whole = match random.one_in(2) {
            true => program::program(&mut random),
            false => random.pick(&corpus).1.clone(),
        };
        let spoilt = noise::broken(&mut random, &whole);
        let source = SourceFile::new("spoilt.flow", spoilt.clone());
        if flowc::syntax::parse(&source).diagnostics.is_empty() {
            sound(&spoilt);
            formatted += 1;
        } else {
            drop(flowc::format(&source));
        }
    }
    assert!(formatted > 50, "only {formatted} were still flows");
}

#[test]
fn syntax_errors_are_given_back_and_no_others() {
    let error = flowc::format(&SourceFile::new("x.flow", "on sms -> sms \"unclosed")).unwrap_err();
    assert_eq!(error[0].code.id(), "F0003");
    assert_eq!(sound("on sms->sms \"$nobody\"->goto nowhere"), "on sms\n  -> sms \"$nobody\"\n  -> goto nowhere\n");
}

#[test]
fn the_ends_of_lines_are_kept_and_a_byte_order_mark_is_not() {
    assert_eq!(format("\u{feff}on sms -> end"), "on sms -> end\n");
    assert_eq!(format("on sms\r\n->  end # x \r\n"), "on sms -> end  # x\r\n");
    assert_eq!(format("\r\n\r\n# a\r\n\r\n\r\n# b\r\non sms\n-> end -> end"), {
        "# a\r\n\r\n# b\r\non sms\r\n  -> end\r\n  -> end\r\n"
    });
    assert_eq!(format(" \n \t"), "");
    assert_eq!(format("# only this"), "# only this\n");
}

#[test]
fn deep_nesting_is_formatted() {
    // A debug build takes a little more than the 2 MiB of a test's thread for 128 levels; a program's first thread has 8.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(|| {
        let repeated = |open: &str, middle: &str, close: &str, depth| {
            sound(&format!("on sms -> {}{middle}{}\n", open.repeat(depth), close.repeat(depth)));
        };
        repeated("{ ", "sms \"x\"", " }", 127);
        repeated("match $body { \"x\" -> ", "end", " else -> end }", 63);
        repeated("if $body == \"x\" -> ", "end", " else -> end", 127);
        repeated("if $body == \"x\" -> end else -> ", "end", "", 120);
        repeated("call GET \"https://e.example\" ok -> ", "end", " fail -> end", 127);
        repeated("call GET \"https://e.example\" -> { ", "end", " } fail -> end", 63);
        let parentheses = "(".repeat(127) + "1" + &")".repeat(127);
        sound(&format!("on sms -> set x = {parentheses}{} -> end", " + 1".repeat(100)));
        sound(&format!(
            "on sms -> set x = {}",
            format!("f(\"{}\", ", "y".repeat(90)).repeat(100) + "1" + &")".repeat(100)
        ));
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn a_long_file_takes_linear_time() {
    let block = format(
        "on api \"a\" expect A: int -> call GET \"https://e.example/x\" < t = temp > ok -> sms \"$t\" fail -> end",
    );
    let long = |times| block.repeat(times);
    let took = |text: String| {
        let begun = Instant::now();
        assert_eq!(format(&text).len(), text.len() + text.matches("on api").count() - 1);
        begun.elapsed()
    };
    let (short, long) = (took(long(500)), took(long(5_000)));
    // Ten times the text in thirty times the time at most, on a busy machine.
    assert!(long < short * 30 + Duration::from_secs(1), "{short:?} and {long:?}");
}
