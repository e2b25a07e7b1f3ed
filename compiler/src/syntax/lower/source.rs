//! What starts a run: the source behind `on`.

use super::{Lower, Pair, foreign, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{ApiSource, Field, SmsSource, Source};
use crate::syntax::grammar::Rule;

const SOURCES: &[&str] = &["sms", "api", "schedule"];

/// Whether a pair is a source.
pub(super) fn is_source(rule: Rule) -> bool {
    matches!(rule, Rule::sms_source | Rule::api_source | Rule::schedule_source | Rule::unknown_source)
}

impl Lower {
    pub(super) fn source(&mut self, pair: Pair<'_>) -> (Span, Source) {
        let span = self.span(&pair);
        let source = match pair.as_rule() {
            Rule::sms_source => self.sms_source(pair, span),
            Rule::api_source => self.api(pair, span),
            Rule::schedule_source => self.schedule(pair, span),
            _ => {
                self.unknown_source(pair.as_str().trim(), span);
                Source::Bad
            }
        };
        (span, source)
    }

    fn unknown_source(&mut self, word: &str, span: Span) {
        let diagnostic = Diagnostic::new(
            Code::UnknownTrigger,
            span,
            format!("nothing starts a flow `on {word}`"),
            "unknown trigger",
        );
        if word == "call" {
            return self.report(diagnostic.with_help("voice calls are not understood by this version of flowc"));
        }
        let diagnostic =
            diagnostic.with_help("a flow starts `on sms`, `on api \"name\"` or `on schedule \"0 9 * * *\"`");
        let near = suggest::nearest(word, SOURCES.iter().copied()).first().copied();
        self.report(match near.or_else(|| foreign::word(word, SOURCES)) {
            Some(near) => diagnostic.with_fix(span, near),
            None => diagnostic,
        });
    }

    /// `sms [to X] [matching "…"]`
    fn sms_source(&mut self, pair: Pair<'_>, span: Span) -> Source {
        let mut source = SmsSource { to: None, matching: None, incomplete: false };
        for part in pair.into_inner() {
            let part_span = self.span(&part);
            match part.as_rule() {
                Rule::to_clause => {
                    let expected = "a number of yours behind `to`, as in `on sms to \"+15550100\"`";
                    self.clause_once(&mut source.to, part, "to", expected);
                }
                Rule::matching_clause => {
                    self.repeated(source.matching.is_some(), part_span, "matching");
                    let pattern = part.into_inner().find(|part| part.as_rule() == Rule::string);
                    match pattern {
                        Some(pattern) => {
                            let pattern = self.pattern(&pattern);
                            source.incomplete |= pattern.is_none();
                            source.matching = pattern.or(source.matching);
                        }
                        None => self.expected(span, "a word or a regular expression, as in `on sms matching \"STOP\"`"),
                    }
                }
                _ => {}
            }
        }
        Source::Sms(source)
    }

    fn schedule(&mut self, pair: Pair<'_>, span: Span) -> Source {
        match pair.into_inner().find(|part| part.as_rule() == Rule::string) {
            Some(cron) => Source::Schedule(self.plain_string(cron, "a schedule")),
            None => {
                self.expected(span, "when, as in `on schedule \"0 9 * * MON-FRI\"`");
                Source::Bad
            }
        }
    }

    fn api(&mut self, pair: Pair<'_>, span: Span) -> Source {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_api).map_or(span, |keyword| self.span(&keyword));
        let name = take(&mut parts, Rule::string).map(|name| self.plain_string(name, "a trigger's name"));
        let mut token = None;
        let mut inputs: Option<Vec<Field>> = None;
        for part in parts {
            let part_span = self.span(&part);
            if part.as_rule() == Rule::token_clause {
                let value = self.clause_value(part, "the Auth Token behind `token`, as in `token $ORDER_TOKEN`");
                self.repeated(token.is_some(), part_span, "token");
                token = value.or(token);
            } else {
                self.repeated(inputs.is_some(), part_span, "expect");
                let fields = self.inputs(part, part_span);
                inputs.get_or_insert_default().extend(fields);
            }
        }
        match name {
            Some(name) => Source::Api(ApiSource { name, token, inputs: inputs.unwrap_or_default() }),
            None => {
                self.expected(keyword, "the trigger's name, as in `on api \"order-ready\"`");
                Source::Bad
            }
        }
    }

    fn inputs(&mut self, pair: Pair<'_>, span: Span) -> Vec<Field> {
        let is_input = |part: &Pair<'_>| matches!(part.as_rule(), Rule::input | Rule::loose_input);
        let inputs: Vec<_> = pair.into_inner().filter(is_input).collect();
        for loose in inputs.iter().filter(|input| input.as_rule() == Rule::loose_input) {
            let place = Span::at(self.span(loose).start);
            let message = "expected `,` between two Expected Inputs";
            self.report(Diagnostic::new(Code::MissingPart, place, message, "expected here").with_fix(place, ", "));
        }
        if inputs.is_empty() {
            self.expected(span, "an Expected Input, as in `expect OrderNo: int`");
        }
        inputs.into_iter().filter_map(|input| self.field(input)).collect()
    }
}
