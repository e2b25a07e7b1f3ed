//! How many segments a message takes. What it may become when the flow runs is told only beside what it is in any case.

use super::words::Words;
use crate::diagnostic::{Code, Diagnostic};
use crate::sms::{Encoding, holds, plain_twin};

/// Characters a carrier takes in one message (Twilio, "Message body length limit").
const MOST_CHARACTERS: usize = 1600;

/// `is_dear`: the characters that force UCS-2 have been told, so the message is counted as it is without them.
pub(super) fn check(words: &Words, is_dear: bool, out: &mut Vec<Diagnostic>) {
    let characters = words.fixed.chars().count();
    if characters > MOST_CHARACTERS {
        let message = format!("a message has at most {MOST_CHARACTERS} characters, and this has {characters}");
        let help = format!("shorten it by {}, or send two messages", counted(characters - MOST_CHARACTERS));
        out.push(Diagnostic::new(Code::SmsTooLong, words.span, message, "too long").with_help(help));
        return;
    }
    let sent = |text: &str| if is_dear { plain(text) } else { text.to_owned() };
    let (fixed, longest) = (sent(&words.fixed), sent(&words.longest));
    let encoding = Encoding::of(&fixed);
    let (least, most) = (encoding.segments(&fixed), encoding.segments(&longest));
    if least == 1 {
        return;
    }
    let segments = match (words.open.is_empty(), most > least) {
        (false, _) => format!("at least {least}"),
        (true, true) => format!("{least} to {most}"),
        (true, false) => least.to_string(),
    };
    let message = format!("this message is sent and charged as {segments} segments");
    let units = encoding.units(&fixed);
    let twice = if units > fixed.chars().count() { ", some of which count twice" } else { "" };
    let label = format!("{units} characters{twice}; one segment holds {}", encoding.whole());
    let over = encoding.units(&longest).saturating_sub(encoding.whole());
    let help = match words.open.as_slice() {
        [] if words.varies => format!("for a single segment, whatever its values, shorten it by {}", counted(over)),
        [] => format!("for a single segment shorten it by {}", counted(over)),
        open => {
            let open: Vec<String> = open.iter().map(|value| format!("`{value}`")).collect();
            let comes = if open.len() == 1 { "comes" } else { "come" };
            format!(
                "for a single segment shorten it by more than {}: {} {comes} on top",
                counted(over),
                open.join(", ")
            )
        }
    };
    out.push(Diagnostic::new(Code::SeveralSegments, words.span, message, label).with_help(help));
}

/// The message once its dear characters are mended.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match holds(character) {
            true => plain.push(character),
            false => plain.push_str(plain_twin(character).unwrap_or_default()),
        }
    }
    plain
}

fn counted(characters: usize) -> String {
    match characters {
        1 => "1 character".to_owned(),
        more => format!("{more} characters"),
    }
}
