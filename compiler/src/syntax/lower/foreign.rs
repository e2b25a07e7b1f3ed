//! What other languages write, told with the word of this one.

use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::grammar::Rule;

/// Words of other languages and tools, and the word that stands here for the same.
const WORDS: &[(&str, &str)] = &[
    ("send", "sms"),
    ("respond", "sms"),
    ("reply", "sms"),
    ("message", "sms"),
    ("text", "sms"),
    ("mms", "sms"),
    ("print", "sms"),
    ("http", "call"),
    ("fetch", "call"),
    ("request", "call"),
    ("get", "call"),
    ("post", "call"),
    ("question", "ask"),
    ("prompt", "ask"),
    ("input", "ask"),
    ("gather", "ask"),
    ("switch", "match"),
    ("case", "match"),
    ("let", "set"),
    ("var", "set"),
    ("assign", "set"),
    ("jump", "goto"),
    ("go", "goto"),
    ("stop", "end"),
    ("exit", "end"),
    ("return", "end"),
    ("done", "end"),
    ("sleep", "wait"),
    ("delay", "wait"),
    ("pause", "wait"),
    ("okay", "ok"),
    ("replies", "reply"),
    ("answer", "reply"),
    ("success", "ok"),
    ("catch", "fail"),
    ("error", "fail"),
    ("failure", "fail"),
    ("default", "else"),
    ("otherwise", "else"),
    ("elif", "else"),
    ("headers", "header"),
    ("params", "query"),
    ("body", "json"),
    ("data", "json"),
    ("retries", "retry"),
    ("import", "service"),
    ("env", "secret"),
    ("let", "const"),
    ("function", "path"),
    ("def", "path"),
    ("when", "on"),
    ("trigger", "on"),
    ("name", "flow"),
    ("cron", "schedule"),
    ("webhook", "api"),
];

/// The word among `known` that stands here for a word of another language.
pub(super) fn word(foreign: &str, known: &[&'static str]) -> Option<&'static str> {
    let lower = foreign.to_ascii_lowercase();
    // The same word in capitals comes first.
    let same = known.iter().find(|known| **known == lower).copied();
    same.or_else(|| WORDS.iter().find(|(word, ours)| *word == lower && known.contains(ours)).map(|(_, ours)| *ours))
}

impl Lower {
    /// Says that another language's way of writing stands here.
    pub(super) fn foreign(&mut self, span: Span, written: &str, ours: &str, what: &str) {
        let message = format!("{what} is written `{ours}`, not `{written}`");
        self.report(Diagnostic::new(Code::ForeignSpelling, span, message, "of another language").with_fix(span, ours));
    }

    /// Tells a foreign operator; those of the language are passed over.
    pub(super) fn operator_spelling(&mut self, pair: &Pair<'_>, bare: bool) {
        let span = self.span(pair);
        match (pair.as_rule(), pair.as_str().trim()) {
            (Rule::foreign_and, written) => self.foreign(span, written, "and", "this operator"),
            (Rule::foreign_is, written) if written.contains("not") => self.foreign(span, written, "!=", "a comparison"),
            (Rule::foreign_is, written) => self.foreign(span, written, "==", "a comparison"),
            (Rule::foreign_or, written) if bare => self.foreign(span, written, "??", "a default"),
            (Rule::foreign_or, written) => self.foreign(span, written, "or", "this operator"),
            (Rule::foreign_not, written) => {
                let message = format!("this operator is written `not`, not `{written}`");
                let diagnostic = Diagnostic::new(Code::ForeignSpelling, span, message, "of another language");
                self.report(diagnostic.with_fix(span, "not "));
            }
            (Rule::foreign_eq, "!==") => self.foreign(span, "!==", "!=", "a comparison"),
            (Rule::foreign_eq, written) => self.foreign(span, written, "==", "a comparison"),
            _ => {}
        }
    }

    /// Tells an arrow that is not `->`.
    pub(super) fn arrow_spelling(&mut self, pair: &Pair<'_>) {
        let written = pair.as_str().trim();
        if written != "->" {
            let span = self.span(pair);
            self.foreign(span, written, "->", "an arrow");
        }
    }

    /// `'…'` and typographic quotes: tells them, and gives the text between.
    pub(super) fn quotes_spelling<'i>(&mut self, pair: &Pair<'i>) -> &'i str {
        let span = self.span(pair);
        let mut inside = pair.as_str().chars();
        let open = inside.next().unwrap_or('\'');
        inside.next_back();
        let text = inside.as_str();
        let mended = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        self.report(
            Diagnostic::new(
                Code::ForeignSpelling,
                span,
                format!("a string stands in straight double quotes, not in `{open}`"),
                "other quotes",
            )
            .with_fix(span, mended),
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_foreign_word_is_told_only_where_its_own_may_stand() {
        assert_eq!(word("send", &["sms", "call"]), Some("sms"));
        assert_eq!(word("SMS", &["sms", "call"]), Some("sms"));
        assert_eq!(word("send", &["header"]), None);
        assert_eq!(word("guest", &["sms"]), None);
    }
}
