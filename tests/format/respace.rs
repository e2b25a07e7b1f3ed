//! The same flow with other white space.

use crate::random::Random;

const COMMENTS: &[&str] = &["#", " # -> sms \"${ { (", "#x\u{2028}y # \t", "\n   # on sms", "\n# a \r"];

const SPACES: &[&str] = &["\n", " ", "\n\n\n", "\t", "\r\n", "   "];

/// A text in pieces: what stands between white space, and white space with its comments.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        let is_gap = first.is_whitespace() || first == '#';
        if is_gap != (pieces.len() % 2 == 0) {
            pieces.push(String::new());
        }
        pieces.last_mut().unwrap().push_str(piece);
        rest = after;
    }
    pieces
}

/// How long the string is that begins here.
fn string_length(text: &str) -> usize {
    let mut at = 1;
    while let Some(next) = text[at..].chars().next() {
        at += match next {
            '"' => return at + 1,
            '\\' => 1 + text[at + 1..].chars().next().unwrap().len_utf8(),
            '$' if text[at..].starts_with("$$") => 2,
            '$' if text[at..].starts_with("${") => expression_length(&text[at..]),
            _ => next.len_utf8(),
        };
    }
    panic!("a string is not closed: {text}")
}

fn expression_length(text: &str) -> usize {
    let mut at = 2;
    loop {
        at += match text[at..].chars().next().unwrap() {
            '}' => return at + 1,
            '"' => string_length(&text[at..]),
            next => next.len_utf8(),
        };
    }
}

/// Sets what is between the tokens: `gap` is asked for each place where there is white space, and told whether there must
/// be.
fn respace(text: &str, mut gap: impl FnMut(bool) -> String) -> String {
    let pieces = pieces(text);
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at % 2 == 0 {
            out.push_str(piece);
            continue;
        }
        let next = pieces.get(at + 1).map_or("", String::as_str);
        let parts = |c: Option<char>| c.is_none_or(|c| "(){}[],\"".contains(c));
        let is_needed = !parts(out.chars().next_back()) && !parts(next.chars().next());
        out.push_str(&gap(is_needed));
    }
    out
}

/// No comments, no blank lines.
pub(crate) fn without_comments(text: &str) -> String {
    respace(text.trim_start(), |_| "\n".to_owned()).trim().to_owned()
}

/// Other white space, and no blank lines.
pub(crate) fn without_blank_lines(random: &mut Random, text: &str) -> String {
    respace(text, |is_needed| match random.below(6) {
        0 if !is_needed => String::new(),
        0..=2 => " ".to_owned(),
        3 => " \n".to_owned(),
        4 => "\t ".to_owned(),
        _ => "\n \t".to_owned(),
    })
}

/// Any white space, and comments anywhere; those that were there stay.
pub(crate) fn with_comments(random: &mut Random, text: &str) -> String {
    let often = 1 + random.below(8);
    let spaced = pieces(text).into_iter().enumerate().map(|(at, piece)| {
        if at % 2 == 0 {
            return piece;
        }
        let mut gap = String::new();
        // A comment stays one only with the end of its line.
        if piece.contains('#') {
            gap.push_str(&piece);
            gap.push('\n');
        }
        for _ in 0..random.below(3) {
            if random.one_in(often) {
                gap.push_str(random.pick::<&str>(COMMENTS));
                gap.push('\n');
            }
            gap.push_str(random.pick::<&str>(SPACES));
        }
        if gap.is_empty() { " ".to_owned() } else { gap }
    });
    spaced.collect()
}
