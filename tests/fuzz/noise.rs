//! Texts that look like flows and are none.

use crate::random::Random;

const WORDS: &[&str] = &[
    "on",
    "sms",
    "api",
    "->",
    "call",
    "GET",
    "POST",
    "\"https://e.example/$body\"",
    "\"x\"",
    "\"$",
    "\"${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "=",
    "==",
    "!=",
    "<=",
    "??",
    ",",
    ":",
    "?",
    "|",
    "$body",
    "$from",
    "$x",
    "$",
    "x",
    "temp",
    "ok",
    "fail",
    "else",
    "if",
    "match",
    "set",
    "goto",
    "end",
    "path",
    "secret",
    "const",
    "flow",
    "expect",
    "token",
    "header",
    "query",
    "basic",
    "bearer",
    "timeout",
    "10s",
    "10",
    "json",
    "form",
    "text",
    "to",
    "from",
    "media",
    "not",
    "and",
    "or",
    "+",
    "-",
    "*",
    "/",
    "1",
    "2.5",
    "true",
    "null",
    "int",
    "phone",
    "list",
    "#",
    "\n",
    "\"",
    "\\",
    "@status",
    "@header",
    "$$",
    "é",
    "😀",
    "\u{0}",
    "\r",
    "a.b[0].c",
    "$failure.kind",
    "upper(",
];

/// Words of the language in any order.
pub(crate) fn words(random: &mut Random) -> String {
    let mut text =
        String::from(*random.pick(&["", "on sms -> ", "on api \"a\" ", "path p -> ", "on sms -> call GET "]));
    for _ in 0..random.below(60) {
        text.push_str(random.pick::<&str>(WORDS));
        if !random.one_in(5) {
            text.push(' ');
        }
    }
    text
}

/// A program with a few pieces cut out, doubled or replaced.
pub(crate) fn broken(random: &mut Random, whole: &str) -> String {
    let mut characters: Vec<char> = whole.chars().collect();
    for _ in 0..=random.below(4) {
        if characters.is_empty() {
            break;
        }
        let at = random.below(characters.len() as u64) as usize;
        let end = (at + 1 + random.below(6) as usize).min(characters.len());
        match random.below(3) {
            0 => drop(characters.drain(at..end)),
            1 => {
                let copy: Vec<char> = characters[at..end].to_vec();
                characters.splice(at..at, copy);
            }
            _ => {
                let word: Vec<char> = random.pick(WORDS).chars().collect();
                characters.splice(at..end, word);
            }
        }
    }
    characters.into_iter().collect()
}
