//! Characters that turn a whole message to UCS-2.

use super::length::plain;
use super::words::{Dear, Words};
use crate::diagnostic::{Code, Diagnostic};
use crate::sms::{Encoding, holds, plain_twin};
use crate::source::Span;
use std::collections::HashSet;

/// At most this many of the characters behind the first are pointed at.
const MOST_LABELS: usize = 3;
/// At most this many twins are listed.
const MOST_TWINS: usize = 6;

/// Tells the message's own dear characters in one diagnostic, those of each constant in another, which goes into `told`.
/// Whether there are any.
///
/// A message in a language whose letters GSM-7 does not hold is UCS-2 because it must be: of that nothing is told.
pub(super) fn check(source: &str, words: &Words, told: &mut HashSet<Span>, out: &mut Vec<Diagnostic>) -> bool {
    if words.dear.is_empty() || is_foreign(&words.fixed) {
        return false;
    }
    let (own, of_constants): (Vec<Dear>, Vec<Dear>) =
        words.dear.iter().copied().partition(|dear| dear.of_constant.is_none());
    out.extend(diagnostic(source, words, &own));
    for in_one in of_constants.chunk_by(|a, b| a.of_constant == b.of_constant) {
        if in_one.first().is_some_and(|first| told.insert(first.span)) {
            out.extend(diagnostic(source, words, in_one));
        }
    }
    true
}

/// Whether a text is written in a script that GSM-7 does not hold: most of its letters are not in it, and not all of
/// them have a twin.
fn is_foreign(text: &str) -> bool {
    let letters = || text.chars().filter(|character| character.is_alphabetic());
    let dear = letters().filter(|letter| !holds(*letter)).count();
    dear > letters().count() - dear && letters().any(|letter| !holds(letter) && plain_twin(letter).is_none())
}

/// One diagnostic for all of these, at the first of them.
fn diagnostic(source: &str, words: &Words, dear: &[Dear]) -> Option<Diagnostic> {
    let (first, more) = dear.split_first()?;
    let shown = shown(first.character);
    let who = match more.len() {
        0 => format!("{shown} is"),
        1 => format!("{shown} and 1 more character are"),
        count => format!("{shown} and {count} more characters are"),
    };
    let message = format!("{who} not in the GSM-7 alphabet, so a segment holds 70 characters, not 160");
    let (now, then) = (Encoding::Ucs2.segments(&words.fixed), Encoding::Gsm7.segments(&plain(&words.fixed)));
    let label = match now > then {
        true => format!("forces UCS-2: {now} segments instead of {then}"),
        false => "forces UCS-2".to_owned(),
    };
    let mut diagnostic = Diagnostic::new(Code::ForcedUcs2, first.span, message, label);
    for other in more.iter().take(MOST_LABELS) {
        diagnostic = diagnostic.with_label(other.span, "and this");
    }
    if let Some(used) = first.of_constant {
        diagnostic = diagnostic.with_label(used, "sent from here");
    }
    let diagnostic = diagnostic.with_help(help(dear));
    Some(match replaced(source, dear) {
        Some((span, text)) => diagnostic.with_fix(span, text),
        None => diagnostic,
    })
}

fn help(dear: &[Dear]) -> String {
    let mut seen = HashSet::new();
    let each: Vec<char> = dear.iter().map(|dear| dear.character).filter(|character| seen.insert(*character)).collect();
    if let [one] = each.as_slice() {
        return match plain_twin(*one) {
            Some("") => "leave it out".to_owned(),
            Some(twin) => format!("write {} instead", quoted(twin)),
            None => "leave it out if it need not be there".to_owned(),
        };
    }
    let (with, without): (Vec<char>, Vec<char>) =
        each.into_iter().partition(|character| plain_twin(*character).is_some_and(|twin| !twin.is_empty()));
    let list = |pieces: Vec<String>| {
        let more = if pieces.len() > MOST_TWINS { " and so on" } else { "" };
        let shown: Vec<String> = pieces.into_iter().take(MOST_TWINS).collect();
        format!("{}{more}", shown.join(", "))
    };
    let twins = list(
        with.iter().map(|c| format!("{} for {}", quoted(plain_twin(*c).unwrap_or_default()), named(*c))).collect(),
    );
    let rest = list(without.iter().map(|character| named(*character)).collect());
    match (twins.is_empty(), rest.is_empty()) {
        (false, true) => format!("write {twins}"),
        (true, _) => format!("leave out {rest} if they need not be there"),
        (false, false) => format!("write {twins}; leave out {rest}"),
    }
}

/// The edit that puts the twins in: the text from the first character to the last, which all stand in one string. `None`
/// if one of them has no twin, for then the message stays as dear as it is.
fn replaced(source: &str, dear: &[Dear]) -> Option<(Span, String)> {
    let whole = dear.first()?.span.to(dear.last()?.span);
    let mut text = String::new();
    let mut done = whole.start as usize;
    for dear in dear {
        let twin = plain_twin(dear.character)?;
        text.push_str(source.get(done..dear.span.start as usize)?);
        let before = source.get(..dear.span.start as usize)?;
        if joins_a_name(before, twin) {
            return None;
        }
        // `2½` is not `21/2`.
        let joins_digits = |c: char| c.is_ascii_digit();
        if before.ends_with(joins_digits) && twin.starts_with(joins_digits) {
            text.push(' ');
        }
        text.push_str(&twin.replace('"', "\\\"").replace('\n', "\\n"));
        done = dear.span.end as usize;
    }
    Some((whole, text))
}

/// Whether a twin would become part of the variable's name before it: `$nameé` is not `$namee`.
fn joins_a_name(before: &str, twin: &str) -> bool {
    let name = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    let joins = matches!(twin, "" | ".") || twin.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    joins && name.len() < before.len() && name.ends_with('$')
}

/// As people see it, with its code point.
fn shown(character: char) -> String {
    let code = u32::from(character);
    match spoken(character) {
        Some(name) => format!("{name} (U+{code:04X})"),
        None => format!("`{character}` (U+{code:04X})"),
    }
}

fn named(character: char) -> String {
    spoken(character).map_or_else(|| format!("`{character}`"), str::to_owned)
}

fn quoted(twin: &str) -> String {
    match twin {
        " " => "a space".to_owned(),
        "\n" => "`\\n`".to_owned(),
        twin => format!("`{twin}`"),
    }
}

/// What a character that cannot be shown between backquotes is called.
fn spoken(character: char) -> Option<&'static str> {
    Some(match character {
        '`' => "a backquote",
        '\t' => "a tab",
        '\u{a0}' | '\u{202f}' | '\u{2007}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' => "an invisible character",
        other if other.is_whitespace() => "a wide space",
        other if other.is_control() => "a control character",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_of_other_letters_is_not_told_to_leave_them() {
        for foreign in ["Добрый день!", "Hi Мария", "您好", "Καλημέρα", "مرحبا"] {
            assert!(is_foreign(foreign), "{foreign}");
        }
        // The last has one Cyrillic `о`.
        for latin in ["Grüße, schöne Tage", "Zażółć gęślą jaźń", "Enjoy 😀", "Hellо"] {
            assert!(!is_foreign(latin), "{latin}");
        }
    }

    #[test]
    fn a_twin_does_not_lengthen_a_name() {
        assert!(joins_a_name("Hi $name", "e"));
        assert!(joins_a_name("Hi $failure.kind", ""));
        assert!(joins_a_name("Hi $site", "."));
        assert!(!joins_a_name("Hi $name", "..."));
        assert!(!joins_a_name("Hi $name", "'"));
        assert!(!joins_a_name("Hi ${name}", "e"));
        assert!(!joins_a_name("Hi ", "e"));
    }
}
