//! `ask` and `wait`: the steps that take their time.

use super::{Lower, Pair, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Ask, AskArms, AskRetry, Expr, Field, StepKind};
use crate::syntax::grammar::Rule;

const CLAUSES: &[&str] = &["to", "from", "within", "retry"];

impl Lower {
    pub(super) fn ask(&mut self, pair: Pair<'_>, span: Span) -> StepKind {
        let mut ask = Ask {
            to: None,
            from: None,
            text: None,
            reply: None,
            within: None,
            retry: None,
            incomplete: false,
            arms: AskArms::default(),
        };
        let mut end = span;
        for part in pair.into_inner() {
            let part_span = self.span(&part);
            match part.as_rule() {
                Rule::kw_ask => end = part_span,
                Rule::string => {
                    end = part_span;
                    ask.text = Some(self.string(part));
                }
                Rule::to_clause => {
                    self.clause_once(&mut ask.to, part, "to", "a phone number behind `to`, as in `to $Phone`");
                }
                Rule::from_clause => {
                    let expected = "a phone number behind `from`, as in `from \"+15550100\"`";
                    self.clause_once(&mut ask.from, part, "from", expected);
                }
                Rule::within_clause => {
                    self.repeated(ask.within.is_some(), part_span, "within");
                    let mut parts = part.into_inner().peekable();
                    let keyword = take(&mut parts, Rule::kw_within).map_or(part_span, |keyword| self.span(&keyword));
                    let within = self.duration_behind(&mut parts, keyword, "within 10m");
                    ask.incomplete |= within.is_none();
                    ask.within = within.or(ask.within);
                }
                Rule::retry_clause => {
                    self.repeated(ask.retry.is_some(), part_span, "retry");
                    let (times, text) = self.retry(part, part_span, "retry 2 \"Please answer with a number.\"");
                    ask.incomplete |= times.is_none();
                    ask.retry = times.map(|times| AskRetry { times, text, span: part_span }).or(ask.retry);
                }
                Rule::bindings => ask.reply = self.reply(part, ask.reply.is_some()).or(ask.reply),
                Rule::bad_ask_clause => {
                    ask.incomplete = true;
                    let instead = "`within 10m`, `retry 2 \"…\"`, `< … >` or `->`";
                    self.unknown_word(Code::UnknownClause, &part, CLAUSES, "a question has no clause", instead);
                }
                _ => {}
            }
        }
        if ask.text.is_none() {
            self.expected(end, "the question in double quotes, as in `ask \"How many guests?\" < guests: int >`");
        }
        ask.incomplete |= ask.text.is_none();
        StepKind::Ask(Box::new(ask))
    }

    /// `< name: type >`: one variable, and no query.
    fn reply(&mut self, pair: Pair<'_>, again: bool) -> Option<Field> {
        let span = self.span(&pair);
        let listed = self.listed(pair, ("<", ">"), "two variables");
        if again || listed.items.len() > 1 {
            self.report(
                Diagnostic::new(Code::Repeated, span, "a question has one reply", "more than one variable")
                    .with_help("ask once for each value"),
            );
        }
        let Some(item) = listed.items.into_iter().next() else {
            if listed.closed {
                self.expected(listed.open, "the variable that holds the reply, as in `< guests: int >`");
            }
            return None;
        };
        let item_span = self.span(&item);
        if item.as_rule() != Rule::binding {
            self.unexpected(item_span, item.as_str(), "the variable that holds the reply, as in `guests: int`");
            return None;
        }
        let query = item.clone().into_inner().find(|part| matches!(part.as_rule(), Rule::assign | Rule::query));
        let field = self.field(item)?;
        if let Some(query) = query {
            let place = Span { start: self.span(&query).start, end: item_span.end };
            self.report(
                Diagnostic::new(
                    Code::UnexpectedText,
                    place,
                    "a reply is one value, so there is nothing to look it up by",
                    "leave it out",
                )
                .with_fix(Span { start: field_end(&field), end: item_span.end }, ""),
            );
        }
        Some(field)
    }

    /// `retry 2 ["…"]`
    pub(super) fn retry(&mut self, pair: Pair<'_>, span: Span, example: &str) -> (Option<u32>, Option<Expr>) {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_retry).map_or(span, |keyword| self.span(&keyword));
        let number = take(&mut parts, Rule::number);
        let text = take(&mut parts, Rule::string).map(|text| self.string(text));
        let Some(number) = number else {
            self.expected(keyword, &format!("how many times, as in `{example}`"));
            return (None, text);
        };
        let times = number.as_str().parse::<u32>();
        if number.as_str().contains('.') {
            let at = self.span(&number);
            self.unexpected(at, number.as_str(), &format!("a whole number, as in `{example}`"));
            return (None, text);
        }
        (Some(times.unwrap_or(u32::MAX)), text)
    }
}

/// Where `name?: type` ends.
fn field_end(field: &Field) -> u32 {
    match &field.ty {
        Some(ty) => ty.item.as_ref().unwrap_or(&ty.name).span.end,
        None => field.name.span.end,
    }
}
