//! What narrows a `fail`.

use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::{FailFilter, FailureKind};
use crate::syntax::grammar::Rule;

impl Lower {
    /// The step behind an arrow, if there is one.
    pub(super) fn arrow<'i>(&mut self, pair: Pair<'i>) -> Option<Pair<'i>> {
        let mut parts = pair.into_inner();
        self.arrow_spelling(&parts.next()?);
        parts.next()
    }

    /// What narrows a `fail`.
    pub(super) fn fail_filter(&mut self, pair: Pair<'_>) -> FailFilter {
        self.understood_filter(pair).unwrap_or(FailFilter::Bad)
    }

    /// `None` if it is not understood, which has been told.
    fn understood_filter(&mut self, pair: Pair<'_>) -> Option<FailFilter> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        let word = first.as_str().trim();
        if first.as_rule() == Rule::status_pattern {
            let message = "a status stands behind the word `status`";
            let diagnostic = Diagnostic::new(Code::UnknownFailure, span, message, "a status?");
            self.report(diagnostic.with_fix(span, format!("status {word}")));
            return None;
        }
        let Some(kind) = FailureKind::ALL.iter().copied().find(|kind| kind.as_str() == word) else {
            let known: Vec<&str> = FailureKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let word_span = self.span(&first);
            let diagnostic = Diagnostic::new(
                Code::UnknownFailure,
                word_span,
                format!("a step does not fail with `{word}`"),
                "unknown kind of failure",
            );
            self.report(match suggest::nearest(word, known.iter().copied()).first() {
                Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")).with_fix(word_span, *near),
                None => diagnostic.with_help(format!("the kinds are `{}`", known.join("`, `"))),
            });
            return None;
        };
        match parts.next() {
            None => Some(FailFilter::Kind(kind)),
            Some(status) => self.status(kind, &status),
        }
    }

    /// `404`, or `5xx` for all from 500 to 599.
    fn status(&mut self, kind: FailureKind, pair: &Pair<'_>) -> Option<FailFilter> {
        let (written, span) = (pair.as_str().trim(), self.span(pair));
        let lower = written.to_ascii_lowercase();
        let class = lower.strip_suffix("xx").and_then(|digit| digit.parse::<u16>().ok());
        let found = match (class, lower.parse::<u16>()) {
            (Some(class @ 1..=9), _) => Some((class * 100, class * 100 + 99)),
            (_, Ok(status)) => Some((status, status)),
            _ => None,
        };
        match found {
            Some((first, last)) if kind == FailureKind::Status && (300..=599).contains(&first) => {
                return Some(FailFilter::Status(first, last));
            }
            _ => {}
        }
        let diagnostic = if kind == FailureKind::Status {
            let message = match found {
                Some((200..=299, _)) => format!("an answer with the status {written} is no failure"),
                _ => format!("`{written}` is no status that an answer can fail with"),
            };
            let diagnostic = Diagnostic::new(Code::UnknownFailure, span, message, "not a status of a failure");
            match lower.strip_suffix('x').filter(|digit| matches!(*digit, "3" | "4" | "5")) {
                Some(digit) => diagnostic.with_fix(span, format!("{digit}xx")),
                None => diagnostic.with_help("write one from 300 to 599, or `3xx`, `4xx`, `5xx` for all that begin so"),
            }
        } else {
            let message = format!("only `fail status` names a status, not `fail {}`", kind.as_str());
            Diagnostic::new(Code::UnknownFailure, span, message, "leave it out").with_fix(span, "")
        };
        self.report(diagnostic);
        None
    }
}
