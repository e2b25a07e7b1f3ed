//! From an edit the size of a keystroke to what is to be said of the flow, as a language server asks for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod generated;
mod measure;

use flowc::sample::NoSamples;
use flowc::source::SourceFile;
use measure::Times;

const LINES: usize = 300;

/// Milliseconds within which an answer feels as if it came with the key.
const GOAL: f64 = 5.0;

fn main() {
    if !measure::begin("keystroke") {
        return;
    }
    let text = generated::flow(LINES).text;
    println!("a flow of {LINES} lines, {} bytes; goal: under {GOAL} ms for any edit", text.len());
    // In the middle of the file, so that there is as much to recover before as behind.
    let middle = text[..text.len() / 2].rfind("     fail ->").unwrap();
    let typed = |name: &str, words: &str| {
        tell(name, (0..=words.len()).map(|so_far| spliced(&text, middle, middle, &words[..so_far])));
    };
    typed("a step, typed", "     fail response -> sms to $Phone \"Hi ${FirstName}, please call us.\"\n");
    typed(
        "a trigger, typed",
        "}\non api \"desk\" expect Name: text -> call GET \"https://e.example/$Name\" < a = b > ok -> end\n",
    );
    let message = text[..middle].rfind("There is no order").unwrap();
    let words = "We are sorry for that, $FirstName: ";
    tell("a message, typed", (0..=words.len()).map(|so_far| spliced(&text, message, message, &words[..so_far])));
    for (name, mark) in [
        ("a brace", "{"),
        ("a closing brace", "}"),
        ("a quote", "\""),
        ("a parenthesis", "("),
        ("an arrow", "->"),
        ("an angle", "<"),
    ] {
        let places = text.match_indices(mark).map(|(at, _)| at);
        tell(&format!("{name}, deleted"), places.map(|at| spliced(&text, at, at + mark.len(), "")));
    }
}

fn spliced(text: &str, start: usize, end: usize, new: &str) -> SourceFile {
    SourceFile::new("generated.flow", format!("{}{new}{}", &text[..start], &text[end..]))
}

/// Checks each text, and says how long the middle one and the dearest took.
///
/// Of each text only the shortest of a few times counts: what else the machine does is not the text's. One that misses
/// the goal is tried more often before that is believed.
fn tell(name: &str, edited: impl Iterator<Item = SourceFile>) {
    let (mut each, mut told) = (Vec::new(), 0);
    for source in edited {
        let mut times = Times::default();
        for round in 0..100 {
            if round < 7 || times.least() >= GOAL {
                told = told.max(times.time(|| flowc::check(&source, &NoSamples)).len());
            }
        }
        each.push(times.least());
    }
    each.sort_by(f64::total_cmp);
    let (median, most) = (each[each.len() / 2], each[each.len() - 1]);
    let verdict = if most < GOAL { "" } else { ": the goal is missed" };
    println!(
        "{name}: median {median:.2} ms, most {most:.2} ms of {} edits; up to {told} diagnostics{verdict}",
        each.len()
    );
}
