//! Text that begins no item: misspelt items, and steps without a path.

use super::junk::ARMS;
use super::step::STEPS;
use super::{Lower, Pair, first_word, foreign};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;

const ITEMS: &[&str] = &["flow", "timezone", "secret", "const", "service", "lex", "watson", "on", "path", "test"];

impl Lower {
    /// Text that begins no item, a line of it. What follows a misspelt item belongs to that, and is passed over.
    pub(super) fn stray_item(&mut self, pair: &Pair<'_>) {
        let span = self.span(pair);
        let word = first_word(pair.as_str());
        let is_known = is_misspelt_item(word);
        if !is_known && self.in_stray_item {
            return;
        }
        self.in_stray_item = true;
        if stands_in_path(word) {
            let place = Span { start: span.start, end: span.start + Span::new(0, word.len()).end };
            let message = format!("`{word}` stands in a path, and none has begun here");
            let diagnostic = Diagnostic::new(Code::UnexpectedText, place, message, "of which trigger or path?");
            return self.report(diagnostic.with_help("a path begins behind a trigger: `on sms -> sms \"Hello\"`"));
        }
        match pair.as_str() {
            text if text.starts_with("//") => {
                let slashes = Span { start: span.start, end: span.start + 2 };
                self.foreign(slashes, "//", "#", "a comment");
                // The next line is none of it.
                self.in_stray_item = false;
            }
            ";" => {
                let diagnostic =
                    Diagnostic::new(Code::UnexpectedText, span, "an item ends without a mark", "leave it out");
                self.report(diagnostic.with_fix(span, ""));
                self.in_stray_item = false;
            }
            _ => self.told_as_item(pair),
        }
    }

    /// Whether a text that fits nowhere in a path begins a line with a word that is nearly that of an item. Then it is told,
    /// and what follows belongs to that item.
    pub(super) fn misspelt_item(&mut self, pair: &Pair<'_>) -> bool {
        let before = pair.as_span().get_input().get(..pair.as_span().start()).unwrap_or_default();
        let begins_line = before.is_empty() || before.ends_with('\n');
        if self.base != 0 || !begins_line || !is_misspelt_item(first_word(pair.as_str())) {
            return false;
        }
        self.told_as_item(pair);
        true
    }

    fn told_as_item(&mut self, pair: &Pair<'_>) {
        let quoted: Vec<String> = ITEMS.iter().map(|item| format!("`{item}`")).collect();
        let instead = format!("an item: {}", quoted.join(", "));
        if self.unknown_word(Code::UnexpectedText, pair, ITEMS, "nothing begins with", &instead).is_some() {
            // What it would have declared is not missed.
            let name =
                pair.as_str().split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).nth(1);
            self.lost_names.extend(name.map(str::to_owned));
        }
    }
}

fn is_misspelt_item(word: &str) -> bool {
    let near = || suggest::nearest(word, ITEMS.iter().copied());
    !stands_in_path(word) && (foreign::word(word, ITEMS).is_some() || !near().is_empty())
}

/// Words that stand in a path only.
fn stands_in_path(word: &str) -> bool {
    STEPS.contains(&word) || ARMS.contains(&word)
}
