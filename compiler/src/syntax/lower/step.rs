//! Steps other than `call`.

use super::path::PathBuilder;
use super::{Lower, Pair, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Arm, Arms, Case, Expr, Goto, If, Match, Path, Set, Sms, Step, StepKind};
use crate::syntax::grammar::Rule;

pub(super) const STEPS: &[&str] = &["call", "sms", "ask", "chat", "if", "match", "set", "wait", "goto", "end"];

/// "`call`, `sms`, …"
pub(super) fn names() -> String {
    let quoted: Vec<String> = STEPS.iter().map(|step| format!("`{step}`")).collect();
    quoted.join(", ")
}

impl Lower {
    /// A step without its arms.
    pub(super) fn step(&mut self, pair: Pair<'_>) -> Step {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::call_step => return self.call(pair),
            Rule::sms_step => StepKind::Sms(Box::new(self.sms(pair, span))),
            Rule::talk_step => self.talk(pair),
            Rule::ask_step => self.ask(pair, span),
            Rule::wait_step => self.wait(pair, span),
            Rule::if_step => self.if_step(pair, span),
            Rule::match_step => return self.match_step(pair, span),
            Rule::set_step => self.set(pair, span),
            Rule::goto_step => self.goto(pair, span),
            Rule::end_step => StepKind::End,
            Rule::group => return self.group(pair, span),
            _ => {
                self.unknown_word(Code::UnknownStep, &pair, STEPS, "there is no step", &format!("a step: {}", names()));
                StepKind::Bad(Vec::new())
            }
        };
        Step { span, kind }
    }

    /// `sms …`, as a step or as a message of a test.
    pub(super) fn sms(&mut self, pair: Pair<'_>, span: Span) -> Sms {
        let mut sms = Sms { to: None, from: None, text: None, media: Vec::new(), arms: Arms::default() };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::string => sms.text = Some(self.string(part)),
                Rule::to_clause => {
                    let expected = "a phone number behind `to`, as in `to $Phone` or `to \"+15550100\"`";
                    self.clause_once(&mut sms.to, part, "to", expected);
                }
                Rule::from_clause => {
                    let expected = "a phone number behind `from`, as in `from \"+15550100\"`";
                    self.clause_once(&mut sms.from, part, "from", expected);
                }
                Rule::media_clause => {
                    let value = self.clause_value(part, "a URL behind `media`, as in `media \"https://…\"`");
                    sms.media.extend(value);
                }
                _ => {}
            }
        }
        if sms.text.is_none() {
            self.expected(span, "the message's text in double quotes, as in `sms \"Hello $from\"`");
        }
        sms
    }

    fn wait(&mut self, pair: Pair<'_>, span: Span) -> StepKind {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_wait).map_or(span, |keyword| self.span(&keyword));
        match self.duration_behind(&mut parts, keyword, "wait 2h") {
            Some(duration) => StepKind::Wait(duration),
            None => StepKind::Bad(Vec::new()),
        }
    }

    /// The value of a clause such as `to V`.
    pub(super) fn clause_value(&mut self, pair: Pair<'_>, expected: &str) -> Option<Expr> {
        let mut parts = pair.into_inner();
        let keyword = parts.next()?;
        match parts.next() {
            Some(value) => Some(self.value(value)),
            None => {
                let span = self.span(&keyword);
                self.expected(span, expected);
                None
            }
        }
    }

    /// The value of a clause that may stand once.
    pub(super) fn clause_once(&mut self, slot: &mut Option<Expr>, pair: Pair<'_>, word: &str, expected: &str) {
        let span = self.span(&pair);
        let value = self.clause_value(pair, expected);
        self.once(slot, value, span, word);
    }

    pub(super) fn once(&mut self, slot: &mut Option<Expr>, value: Option<Expr>, span: Span, word: &str) {
        if let (Some(first), Some(_)) = (slot.as_ref(), value.as_ref()) {
            let diagnostic = given_twice(span, word).with_label(first.span, "the first one");
            self.report(diagnostic);
        }
        if value.is_some() {
            *slot = value;
        }
    }

    fn if_step(&mut self, pair: Pair<'_>, span: Span) -> StepKind {
        let mut parts = pair.into_inner().peekable();
        take(&mut parts, Rule::kw_if);
        let condition = match take(&mut parts, Rule::expr) {
            Some(expr) => self.expr(expr, false),
            None => {
                self.expected(span, "a condition, as in `if $Total > 100`");
                self.bad_expr(span)
            }
        };
        StepKind::If(If { condition, then: Path::default(), otherwise: None })
    }

    fn match_step(&mut self, pair: Pair<'_>, whole: Span) -> Step {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_match).map_or(whole, |keyword| self.span(&keyword));
        let subject = match take(&mut parts, Rule::expr) {
            Some(expr) => self.expr(expr, false),
            None => {
                self.expected(keyword, "what to compare, as in `match $body { … }`");
                self.bad_expr(keyword)
            }
        };
        let span = keyword.to(subject.span);
        let Some(open) = take(&mut parts, Rule::open_brace).map(|open| self.span(&open)) else {
            self.expected(span, "`{` and the cases, as in `match $body { \"yes\" -> …  else -> … }`");
            return Step { span, kind: StepKind::Bad(Vec::new()) };
        };
        self.enter(open);
        let mut cases = Cases::default();
        let mut closed = false;
        for part in parts {
            match part.as_rule() {
                Rule::pattern => cases.pattern(self, part),
                Rule::close_brace => closed = true,
                Rule::comma => {
                    let comma = self.span(&part);
                    let message = "cases stand one behind the other, without commas";
                    let diagnostic = Diagnostic::new(Code::UnexpectedText, comma, message, "leave it out");
                    self.report(diagnostic.with_fix(comma, ""));
                }
                _ => cases.element(self, part),
            }
        }
        cases.finish_case(self);
        if !closed {
            self.unclosed(open, "{", "}");
        }
        let kept = self.leave();
        if cases.cases.is_empty() && closed {
            self.expected(open, "a case, as in `\"yes\" -> sms \"…\"`");
        }
        let kind = if kept {
            StepKind::Match(Match { subject, cases: cases.cases, otherwise: cases.otherwise })
        } else {
            StepKind::Bad(Vec::new())
        };
        Step { span, kind }
    }

    fn set(&mut self, pair: Pair<'_>, span: Span) -> StepKind {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_set).map_or(span, |keyword| self.span(&keyword));
        let Some(name) = self.bound_name(&mut parts) else {
            self.expected(keyword, "a name that is no word of the language, as in `set total = $a + $b`");
            return StepKind::Bad(Vec::new());
        };
        let value = self.assigned(&mut parts, name.span);
        StepKind::Set(Set { name, value })
    }

    fn goto(&mut self, pair: Pair<'_>, span: Span) -> StepKind {
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_goto).map_or(span, |keyword| self.span(&keyword));
        let Some(path) = take(&mut parts, Rule::name).map(|name| self.name(&name)) else {
            self.expected(keyword, "a path's name behind `goto`, as in `goto menu`");
            return StepKind::Bad(Vec::new());
        };
        let args = take(&mut parts, Rule::args).map(|args| self.args(args, false)).unwrap_or_default();
        StepKind::Goto(Goto { path, args })
    }

    fn group(&mut self, pair: Pair<'_>, whole: Span) -> Step {
        let mut parts = pair.into_inner().peekable();
        let open = take(&mut parts, Rule::open_brace).map_or(whole, |open| self.span(&open));
        self.enter(open);
        let mut builder = PathBuilder::group();
        let mut closed = false;
        for part in parts {
            if part.as_rule() == Rule::close_brace {
                closed = true;
            } else if let Some(stray) = builder.feed(self, part) {
                self.stray_else(&stray);
            }
        }
        let path = builder.finish(self);
        let kept = self.leave();
        if !closed {
            self.unclosed(open, "{", "}");
        } else if path.steps.is_empty() {
            self.expected(open, "a step between the braces");
        }
        let kind = if kept { StepKind::Group(path) } else { StepKind::Bad(Vec::new()) };
        Step { span: open, kind }
    }

    /// A word as a case: its quotes are missing.
    fn case_word(&mut self, pair: &Pair<'_>) -> Expr {
        let (span, word) = (self.span(pair), pair.as_str().trim());
        let message = format!("a word is compared in quotes: `\"{word}\"`");
        let diagnostic = Diagnostic::new(Code::MissingDollar, span, message, "neither a word nor a variable");
        self.report(diagnostic.with_fix(span, format!("\"{word}\"")));
        self.bad_expr(span)
    }

    /// Says that an `else` belongs to no `if`.
    pub(super) fn stray_else(&mut self, pair: &Pair<'_>) {
        let span = self.span(pair);
        self.report(
            Diagnostic::new(
                Code::ArmWithoutStep,
                span,
                "no `if` before this `else` can still take it",
                "`else` of which step?",
            )
            .with_help("`else` belongs to an `if` before it, or stands last among the cases of a `match`"),
        );
    }
}

/// The diagnostic for a part that stands twice where once is enough.
pub(super) fn given_twice(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::Repeated, span, format!("`{word}` is given twice"), "the second one")
        .with_help("leave one of them out")
}

/// The cases of a `match` that is being read.
#[derive(Default)]
struct Cases {
    cases: Vec<Case>,
    otherwise: Option<Arm>,
    current: Option<(CaseHead, PathBuilder)>,
}

enum CaseHead {
    Patterns(Span, Vec<Expr>),
    Else(Span),
}

impl Cases {
    fn pattern(&mut self, lower: &mut Lower, pair: Pair<'_>) {
        self.finish_case(lower);
        let span = lower.span(&pair);
        let written = pair.as_str().trim();
        if matches!(written, "Else" | "ELSE" | "default" | "Default" | "otherwise" | "_") {
            lower.foreign(span, written, "else", "the case for all other values");
            self.current = Some((CaseHead::Else(span), PathBuilder::new()));
            return;
        }
        let mut patterns = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::bar | Rule::arrow_mark => {}
                Rule::comma => {
                    let comma = lower.span(&part);
                    lower.foreign(comma, ",", " |", "what parts the values of a case");
                }
                Rule::bare_value => patterns.push(lower.case_word(&part)),
                _ => patterns.push(lower.value(part)),
            }
        }
        self.current = Some((CaseHead::Patterns(span, patterns), PathBuilder::new()));
    }

    fn element(&mut self, lower: &mut Lower, pair: Pair<'_>) {
        let stray = match &mut self.current {
            Some((_, builder)) => builder.feed(lower, pair),
            None if pair.as_rule() == Rule::arm && pair.as_str().trim() == "else" => Some(pair),
            None => {
                let span = lower.span(&pair);
                lower.unexpected(span, pair.as_str(), "a case, as in `\"yes\" -> sms \"…\"`");
                None
            }
        };
        let Some(stray) = stray else { return };
        self.finish_case(lower);
        let span = lower.span(&stray);
        if let Some(first) = &self.otherwise {
            lower.report(
                Diagnostic::new(Code::Repeated, span, "this `match` has a second `else`", "the second one")
                    .with_label(first.span, "the first one")
                    .with_help("leave one of them out"),
            );
        }
        self.current = Some((CaseHead::Else(span), PathBuilder::new()));
    }

    fn finish_case(&mut self, lower: &mut Lower) {
        let Some((head, builder)) = self.current.take() else {
            return;
        };
        let path = builder.finish(lower);
        let span = match &head {
            CaseHead::Patterns(span, _) | CaseHead::Else(span) => *span,
        };
        if path.steps.is_empty() {
            lower.expected(span, "`-> STEP` for this case");
        }
        match head {
            CaseHead::Patterns(span, patterns) => self.cases.push(Case { span, patterns, path }),
            CaseHead::Else(span) => self.otherwise = Some(Arm { span, implied: false, path }),
        }
    }
}
