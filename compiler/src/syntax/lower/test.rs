//! `test "…" given … when … then …`

use super::{Lower, Pair, Parts, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Answer, AnswerBody, BotAnswer, ClauseKind, Expr, File, Given, GivenBot, METHODS, Name, Test, TestStep,
    TestStepKind, Text, ThenCall, ThenSms, Trouble, WhenSchedule, Words,
};
use crate::syntax::grammar::Rule;

const PARTS: &[&str] = &["given", "when", "then"];

impl Lower {
    pub(super) fn test(&mut self, mut parts: Parts<'_>, keyword: Span, file: &mut File) {
        let Some(name) = take(&mut parts, Rule::string) else {
            return self.expected(keyword, "what the test shows, as in `test \"a guest gets the forecast\"`");
        };
        let name = self.plain_string(name, "a test's name");
        let mut test = Test { name, steps: Vec::new(), incomplete: false };
        for part in parts {
            let span = self.span(&part);
            let kind = match part.as_rule() {
                Rule::given => self.given(part, span),
                Rule::when => self.when(part, span),
                Rule::then => self.then(part, span),
                _ => {
                    let instead = "`given`, `when` or `then`";
                    self.unknown_word(Code::UnexpectedText, &part, PARTS, "a test has no part", instead);
                    None
                }
            };
            match kind {
                Some(kind) => test.steps.push(TestStep { span, kind }),
                None => test.incomplete = true,
            }
        }
        file.tests.push(test);
    }

    /// `GET "https://…"`: what a request is known by.
    fn request(&mut self, parts: &mut Parts<'_>, keyword: Span, example: &str) -> Option<(Name, Text)> {
        let method = take(parts, Rule::method).map(|method| self.name(&method));
        let url = take(parts, Rule::string).map(|url| self.plain_string(url, "a URL in a test"));
        match (method, url) {
            (Some(method), Some(url)) => Some((method, url)),
            (None, _) => {
                self.expected(keyword, &format!("a method and a URL, as in `{example}`"));
                None
            }
            (Some(method), None) => {
                self.expected(method.span, &format!("a URL, as in `{example}`"));
                None
            }
        }
    }

    fn given(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        const EXAMPLE: &str = "given GET \"https://api.example.com/*\" -> 200 json { \"open\": true }";
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_given).map_or(span, |keyword| self.span(&keyword));
        if let Some(sms) = take(&mut parts, Rule::given_sms) {
            return self.given_sms(sms, parts);
        }
        if let Some(bot) = parts.next_if(|part| part.as_rule() == Rule::given_bot && !METHODS.contains(&part.as_str()))
        {
            return self.given_bot(bot, parts, span);
        }
        let (method, url) = self.request(&mut parts, keyword, EXAMPLE)?;
        self.answer_arrow(&mut parts, url.span, EXAMPLE)?;
        let pairs: Vec<_> = parts.filter(|part| part.as_rule() == Rule::answer).collect();
        if pairs.is_empty() {
            self.expected(span, "an answer: a status, as in `-> 503`, or `timeout`, `refused`, `reset`, `dns`, `tls`");
        }
        let all = pairs.len();
        let answers: Vec<Answer> = pairs.into_iter().filter_map(|answer| self.answer(answer)).collect();
        (all > 0 && answers.len() == all).then_some(TestStepKind::Given(Given { method, url, answers }))
    }

    /// `concierge -> json { "message": "For how many nights?" }, 503`
    fn given_bot(&mut self, pair: Pair<'_>, mut parts: Parts<'_>, span: Span) -> Option<TestStepKind> {
        let bot = pair.into_inner().next().map(|name| self.name(&name))?;
        self.answer_arrow(&mut parts, bot.span, "given concierge -> json { \"message\": \"Which room?\" }")?;
        let pairs: Vec<_> = parts.filter(|part| part.as_rule() == Rule::answer).collect();
        if pairs.is_empty() {
            self.expected(
                span,
                "an answer: `json { \"message\": \"…\" }`, `sample \"….json\"`, a status, or `timeout`, `refused`",
            );
        }
        let all = pairs.len();
        let answers: Vec<BotAnswer> = pairs.into_iter().filter_map(|answer| self.bot_answer(answer)).collect();
        (all > 0 && answers.len() == all).then_some(TestStepKind::GivenBot(GivenBot { bot, answers }))
    }

    fn bot_answer(&mut self, pair: Pair<'_>) -> Option<BotAnswer> {
        let span = self.span(&pair);
        let first = pair.clone().into_inner().next()?;
        match first.as_rule() {
            Rule::answer_json => match self.answer_json(first, span)? {
                AnswerBody::Json(json) => Some(BotAnswer::Plain(json, span)),
                _ => {
                    let message = "a recorded answer of a bot is given by `sample`";
                    let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not of a bot");
                    self.report(
                        diagnostic.with_help("write `sample \"booked.json\"`: the answer as its vendor gives it"),
                    );
                    None
                }
            },
            Rule::sample_clause => match self.clause_or_bad(first, span)?.kind {
                ClauseKind::Sample(name) => Some(BotAnswer::Sample(name)),
                _ => None,
            },
            _ => match self.answer(pair)? {
                Answer::Fails(trouble) => Some(BotAnswer::Fails(trouble)),
                Answer::Response { status, headers, body: None } if headers.is_empty() && status >= 300 => {
                    Some(BotAnswer::Status(status))
                }
                Answer::Response { .. } => {
                    let instead = "`json { … }` or `sample \"….json\"` alone, or a status that is no success";
                    self.unexpected(span, "a status with a body", instead);
                    None
                }
            },
        }
    }

    /// `->` behind what is answered, which ends here.
    fn answer_arrow(&mut self, parts: &mut Parts<'_>, behind: Span, example: &str) -> Option<()> {
        match take(parts, Rule::arrow_mark) {
            Some(arrow) => self.arrow_spelling(&arrow),
            None => {
                self.expected(behind, &format!("`->` and the answer, as in `{example}`"));
                return None;
            }
        }
        Some(())
    }

    /// `sms to "+15550123" -> refused`: the only thing to be said of a carrier.
    fn given_sms(&mut self, pair: Pair<'_>, mut parts: Parts<'_>) -> Option<TestStepKind> {
        const EXAMPLE: &str = "given sms to \"+15550123\" -> refused";
        let span = self.span(&pair);
        let mut to = None;
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::to_clause) {
            self.clause_once(&mut to, part, "to", "a phone number behind `to`");
        }
        self.answer_arrow(&mut parts, span, EXAMPLE)?;
        let answers: Vec<_> = parts.collect();
        match answers.as_slice() {
            [answer] if answer.as_str().trim() == "refused" => Some(TestStepKind::GivenSms(to)),
            [] => {
                self.expected(span, &format!("`refused`, as in `{EXAMPLE}`"));
                None
            }
            [answer, ..] => {
                let place = self.span(answer);
                self.unexpected(
                    place,
                    answer.as_str().trim(),
                    &format!("`refused`, as in `{EXAMPLE}`: a carrier takes a message, or does not"),
                );
                None
            }
        }
    }

    fn answer(&mut self, pair: Pair<'_>) -> Option<Answer> {
        let mut parts = pair.into_inner().peekable();
        let first = parts.next()?;
        let span = self.span(&first);
        if matches!(first.as_rule(), Rule::answer_json | Rule::sample_clause) {
            self.expected(Span::at(span.start), "the status of the answer, as in `-> 200 json { … }`");
            return None;
        }
        if let Some(trouble) = Trouble::named(first.as_str().trim()) {
            return Some(Answer::Fails(trouble));
        }
        let Some(status) = first.as_str().parse::<u16>().ok().filter(|status| (100..=599).contains(status)) else {
            self.unexpected(span, first.as_str(), "an HTTP status from 100 to 599, as in `-> 503`");
            return None;
        };
        let mut headers: Vec<(Text, Expr)> = Vec::new();
        let mut body = None;
        for part in parts {
            let part_span = self.span(&part);
            match part.as_rule() {
                Rule::header_clause => match self.clause_or_bad(part, part_span)?.kind {
                    ClauseKind::Header(name, value) => headers.push((name, value)),
                    _ => return None,
                },
                Rule::answer_json => {
                    self.repeated(body.is_some(), part_span, "the body");
                    body = Some(self.answer_json(part, part_span)?);
                }
                _ => {
                    self.repeated(body.is_some(), part_span, "the body");
                    body = Some(self.answer_text(part, part_span)?);
                }
            }
        }
        Some(Answer::Response { status, headers, body })
    }

    fn answer_json(&mut self, pair: Pair<'_>, span: Span) -> Option<AnswerBody> {
        match pair.into_inner().nth(1) {
            Some(file) if file.as_rule() == Rule::file_clause => self.file_name(file).map(AnswerBody::JsonFile),
            Some(json) => self.json(json).map(AnswerBody::Json),
            None => {
                self.expected(span, "a JSON value, or `file \"forecast.json\"`");
                None
            }
        }
    }

    fn answer_text(&mut self, pair: Pair<'_>, span: Span) -> Option<AnswerBody> {
        match pair.into_inner().nth(1) {
            Some(file) if file.as_rule() == Rule::file_clause => self.file_name(file).map(AnswerBody::TextFile),
            Some(text) => Some(AnswerBody::Text(self.string(text))),
            None => {
                self.expected(span, "a text, or `file \"page.html\"`");
                None
            }
        }
    }

    fn file_name(&mut self, pair: Pair<'_>) -> Option<Text> {
        let span = self.span(&pair);
        match pair.into_inner().nth(1) {
            Some(name) => Some(self.plain_string(name, "a file's name")),
            None => {
                self.expected(span, "the file's name, as in `file \"forecast.json\"`");
                None
            }
        }
    }

    fn when(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        let mut parts = pair.into_inner().peekable();
        take(&mut parts, Rule::kw_when);
        let Some(part) = parts.next() else {
            let forms = "`sms \"…\" from \"+15550123\"`, `api \"…\" { … }`, `schedule` or `10m pass`";
            self.expected(span, &format!("what happens: {forms}"));
            return None;
        };
        let part_span = self.span(&part);
        match part.as_rule() {
            Rule::sms_step => {
                let sms = self.sms(part, part_span);
                sms.text.is_some().then_some(TestStepKind::WhenSms(sms))
            }
            Rule::when_api => self.when_api(part, part_span),
            Rule::when_schedule => self.when_schedule(part),
            _ => self.when_pass(part, part_span),
        }
    }

    fn when_api(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        let mut parts = pair.into_inner().peekable();
        take(&mut parts, Rule::kw_api);
        let name = take(&mut parts, Rule::string).map(|name| self.plain_string(name, "a trigger's name"));
        match parts.next() {
            Some(members) => self.json(members).map(|members| TestStepKind::WhenApi(name, members)),
            None => {
                self.expected(span, "the request's members, as in `when api \"order-ready\" { \"OrderNo\": 7 }`");
                None
            }
        }
    }

    fn when_schedule(&mut self, pair: Pair<'_>) -> Option<TestStepKind> {
        const TIME: &str = "a time, as in `at \"2026-12-24 09:00\"`";
        let (mut times, mut at) = (None, None);
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::string => times = Some(self.plain_string(part, "a schedule")),
                Rule::when_at => match part.into_inner().nth(1) {
                    Some(time) => at = Some(self.plain_string(time, "a time")),
                    None => {
                        self.expected(span, TIME);
                        return None;
                    }
                },
                _ => {}
            }
        }
        Some(TestStepKind::WhenSchedule(WhenSchedule { times, at }))
    }

    fn when_pass(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        let mut parts = pair.into_inner().peekable();
        let duration = take(&mut parts, Rule::duration)?;
        let duration = self.duration(&duration, "when 10m pass")?;
        if take(&mut parts, Rule::kw_pass).is_none() {
            self.expected(span, "`pass`, as in `when 10m pass`");
            return None;
        }
        Some(TestStepKind::WhenPass(duration))
    }

    fn then(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        let mut parts = pair.into_inner().peekable();
        take(&mut parts, Rule::kw_then);
        let Some(part) = parts.next() else {
            self.expected(span, "what is expected: `sms \"…\"`, `call POST \"…\"`, `nothing`, `waits` or `fails`");
            return None;
        };
        let part_span = self.span(&part);
        match part.as_rule() {
            Rule::then_sms => self.then_sms(part, part_span),
            Rule::then_call => self.then_call(part, part_span),
            Rule::then_bot => self.then_bot(part),
            _ if part.as_str() == "waits" => Some(TestStepKind::ThenWaits),
            _ if part.as_str() == "fails" => Some(TestStepKind::ThenFails),
            _ => Some(TestStepKind::ThenNothing),
        }
    }

    fn then_bot(&mut self, pair: Pair<'_>) -> Option<TestStepKind> {
        let mut parts = pair.into_inner();
        let bot = parts.next().map(|name| self.name(&name))?;
        let words = parts.next().map(|words| self.string(words));
        Some(TestStepKind::ThenBot(bot, words))
    }

    fn then_sms(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        let mut then = ThenSms { to: None, from: None, words: None, media: Vec::new() };
        for part in pair.into_inner() {
            let part_span = self.span(&part);
            let words = match part.as_rule() {
                Rule::to_clause => {
                    self.clause_once(&mut then.to, part, "to", "a phone number behind `to`");
                    continue;
                }
                Rule::from_clause => {
                    self.clause_once(&mut then.from, part, "from", "a phone number behind `from`");
                    continue;
                }
                Rule::media_clause => {
                    then.media.extend(self.clause_value(part, "a URL behind `media`"));
                    continue;
                }
                Rule::string => Words::Exactly(self.string(part)),
                Rule::matching_clause => match part.into_inner().nth(1) {
                    Some(pattern) => Words::Matching(self.pattern(&pattern)?),
                    None => {
                        self.expected(part_span, "a regular expression, as in `matching \"We apologi[sz]e\"`");
                        return None;
                    }
                },
                _ => continue,
            };
            if then.words.is_some() {
                let message = "a message has its words once";
                let diagnostic = Diagnostic::new(Code::Repeated, part_span, message, "the second ones");
                self.report(diagnostic.with_help("write `then sms` again for a second message"));
            }
            then.words = Some(words);
        }
        if then.words.is_none() && then.to.is_none() && then.media.is_empty() {
            self.expected(span, "which message, as in `then sms to \"+15550123\" \"Thank you!\"`");
            return None;
        }
        Some(TestStepKind::ThenSms(then))
    }

    fn then_call(&mut self, pair: Pair<'_>, span: Span) -> Option<TestStepKind> {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_call).map_or(span, |keyword| self.span(&keyword));
        let (method, url) = self.request(&mut parts, keyword, "then call POST \"https://api.example.com/orders\"")?;
        let mut clauses = Vec::new();
        for part in parts {
            let part_span = self.span(&part);
            let is_asked = matches!(
                part.as_rule(),
                Rule::header_clause
                    | Rule::query_clause
                    | Rule::json_clause
                    | Rule::form_clause
                    | Rule::xml_clause
                    | Rule::text_clause
            );
            if !is_asked {
                self.unexpected(part_span, part.as_str(), "`header`, `query` or a body: what the request must hold");
                return None;
            }
            clauses.push(self.clause_or_bad(part, part_span)?);
        }
        Some(TestStepKind::ThenCall(ThenCall { method, url, clauses }))
    }
}
