//! Whether what a flow did is what its test expects.

use std::cell::RefCell;
use std::cmp::Ordering;

use super::bot;
use super::compare::{self, Difference};
use super::play::{Play, Then, Wanted, WantedBot, WantedCall, WantedSms};
use super::report::{Call, Ended, Report, Scene, Sms, What};
use super::script::Cue;
use crate::graph::{Bot, FlowGraph, NodeKind, quoted};
use crate::source::Span;

/// Why a test fails: the first reason, for what comes later is mostly its echo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One sentence, with no full stop.
    pub message: String,
    /// The line of the test that it is about.
    pub span: Span,
    /// What is to be said of this line.
    pub label: String,
    /// A step of the flow that has to do with it.
    pub step: Option<(Span, String)>,
    /// What is other than the line expects.
    pub differences: Vec<Difference>,
    /// How to mend it.
    pub help: Option<String>,
    /// A line to be added to the test, as the help says.
    pub line: Option<String>,
    /// What happened behind the scene with this index has nothing to do with it.
    pub scene: usize,
}

/// How to mend a fault.
const OF_FAULTS: &str = "a fault is a mistake of the flow: no `then` can expect it";

/// Why a test fails; `None`: what came about is what it expects.
pub fn judge(graph: &FlowGraph, play: &Play, report: &Report) -> Option<Failure> {
    let cues = &play.script.cues;
    let is_when = |at: &usize| !matches!(cues.get(*at), Some(Cue::Given(_) | Cue::RefuseSms { .. }));
    let whens: Vec<usize> = (0..cues.len()).filter(is_when).filter(|at| play.begins_line(*at)).collect();
    whens.iter().enumerate().find_map(|(at, when)| {
        let end = whens.get(at + 1).copied().unwrap_or(cues.len());
        let scenes = report.scenes.get(*when..end.min(report.scenes.len())).unwrap_or_default();
        let thens = play.thens.iter().filter(|then| then.after > *when && then.after <= end).collect();
        let span = play.cues.get(*when).map_or(play.span, |line| line.span);
        let stopped = report.stopped && report.scenes.len() <= end;
        Stretch { graph, play, span, scenes, thens, stopped, last: end - 1, claims: RefCell::default() }.failure()
    })
}

/// A `when`, what came of it, and what is expected of that.
struct Stretch<'a> {
    graph: &'a FlowGraph,
    play: &'a Play,
    /// The `when`.
    span: Span,
    scenes: &'a [Scene],
    thens: Vec<&'a Then>,
    /// The play was stopped here.
    stopped: bool,
    /// Index of its last scene.
    last: usize,
    claims: RefCell<Claims>,
}

/// What the `then`s so far have spoken of.
#[derive(Default)]
struct Claims {
    /// How many of the messages, which are expected in their order.
    messages: usize,
    /// Which of the requests.
    requests: Vec<usize>,
    /// How many of the failures.
    failures: usize,
}

impl<'a> Stretch<'a> {
    fn failure(&self) -> Option<Failure> {
        let causes = [Self::untaken, Self::unanswered, Self::failed];
        let cause = causes.iter().find_map(|cause| cause(self));
        let then = || self.thens.iter().find_map(|then| self.unmet(then));
        cause.or_else(then).or_else(|| self.message().map(|sms| self.unexpected(sms)))
    }

    fn events(&self) -> impl Iterator<Item = &'a What> {
        self.scenes.iter().flat_map(|scene| &scene.events).map(|event| &event.what)
    }

    /// The messages that people got: one that the carrier refused reached nobody.
    fn messages(&self) -> Vec<&'a Sms> {
        let sms = |what: &'a What| match what {
            What::Sms(sms) => Some(sms).filter(|sms| !sms.refused),
            _ => None,
        };
        self.events().filter_map(sms).collect()
    }

    /// The requests that a test may name.
    fn requests(&self) -> Vec<&'a Call> {
        let call = |what: &'a What| match what {
            What::Call(call) => Some(call).filter(|call| !self.play.is_errand(call)),
            _ => None,
        };
        self.events().filter_map(call).collect()
    }

    fn expects(&self, wanted: &Wanted) -> bool {
        self.thens.iter().any(|then| then.wanted == *wanted)
    }

    fn at(&self, span: Span, message: impl Into<String>, label: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            span,
            label: label.into(),
            step: None,
            differences: Vec::new(),
            help: None,
            line: None,
            scene: self.last,
        }
    }

    /// The first message that no `then` has spoken of.
    fn message(&self) -> Option<&'a Sms> {
        self.messages().get(self.claims.borrow().messages).copied()
    }

    fn untaken(&self) -> Option<Failure> {
        let why = self.events().find_map(|what| match what {
            What::Untaken(why) => Some(why.join("; ")),
            _ => None,
        });
        // It was taken, and the first steps found a value that cannot be.
        if let Some(why) = why.clone().filter(|_| self.events().any(|what| matches!(what, What::At(_)))) {
            return Some(Failure { help: Some(OF_FAULTS.to_owned()), ..self.at(self.span, why, "came to a fault") });
        }
        let why = why.filter(|_| !self.expects(&Wanted::Nothing))?;
        let help = "where that is meant, expect just this:".to_owned();
        let line = "then  nothing".to_owned();
        Some(Failure { help: Some(help), line: Some(line), ..self.at(self.span, why, "not taken") })
    }

    fn unanswered(&self) -> Option<Failure> {
        let call = self.requests().pop().filter(|call| self.stopped && call.given.is_none())?;
        let marks = self.events().filter_map(|what| match what {
            What::At(mark) | What::From(mark) => Some(mark),
            _ => None,
        });
        let node = marks.last().and_then(|mark| mark.node(self.graph));
        if let Some(told) = bot::told(self.graph, call) {
            let says = match self.graph.sample_of(told.bot) {
                Some(sample) => format!("sample {}", quoted(sample)),
                None => "json { \"message\": \"…\" }".to_owned(),
            };
            let message = format!("no `given` says what `{}` answers to {}", told.bot.name, quoted(&told.words));
            let failure = self.at(self.span, message, "came to a turn without an answer");
            return Some(Failure {
                step: self.talking(told.bot).map(|span| (span, "talks with it".to_owned())),
                help: Some("say what the bot answers, above this line:".to_owned()),
                line: Some(format!("given {} -> {says}", told.bot.name)),
                ..failure
            });
        }
        let url = call.url.split('?').next().unwrap_or(&call.url);
        let message = format!("no `given` answers {} {}", call.method, call.url);
        let (sample, step) = match node.map(|node| (&node.kind, node.span)) {
            Some((NodeKind::Call { call: step, .. }, span)) if step.method == call.method => {
                (step.sample.as_deref(), Some((span, "asks for it".to_owned())))
            }
            _ => (None, None),
        };
        let body = sample.map_or_else(|| "json { … }".to_owned(), |name| format!("json file {}", quoted(name)));
        let help = Some("say what the service answers, above this line:".to_owned());
        let line = Some(format!("given {} {} -> 200 {body}", call.method, quoted(url)));
        Some(Failure { help, line, step, ..self.at(self.span, message, "came to a request without an answer") })
    }

    /// The step that talks with a bot, if it is the only one: a chat may have begun long before this.
    fn talking(&self, bot: &Bot) -> Option<Span> {
        let nodes = self.graph.machines.iter().flat_map(|machine| &machine.nodes);
        let mut talking = nodes.filter(|node| match &node.kind {
            NodeKind::Talk { talk, .. } => talk.bot.name == bot.name,
            _ => false,
        });
        let first = talking.next()?;
        talking.next().is_none().then_some(first.span)
    }

    fn failed(&self) -> Option<Failure> {
        let mut expected = self.thens.iter().filter(|then| then.wanted == Wanted::Fails).count();
        // The step that a run came to last before it ended.
        let mut last = None;
        let failure = self.events().find_map(|what| match what {
            What::From(mark) | What::At(mark) => {
                last = Some(mark);
                None
            }
            What::Ended(Ended::Failed { line, kind, reason }) => {
                let is_expected = kind != "fault" && expected > 0;
                expected -= usize::from(is_expected);
                (!is_expected).then_some((*line, kind.as_str(), reason.as_str()))
            }
            _ => None,
        });
        let (line, kind, reason) = failure?;
        let is_fault = kind == "fault";
        let what = if is_fault { "stops with a fault" } else { "fails" };
        let node = last.and_then(|mark| mark.node(self.graph));
        let step = node.filter(|node| is_fault || node.line == line);
        let line = step.map_or(line, |node| node.line);
        let message = format!("the run {what} at line {line}: {}", reason.trim_end_matches('.'));
        let help = match is_fault {
            true => OF_FAULTS,
            false => "give the step a `fail`, or write `then fails` where that is meant",
        };
        Some(Failure {
            step: step.map(|node| (node.span, what.to_owned())),
            help: Some(help.to_owned()),
            ..self.at(self.span, message, "came to a failure")
        })
    }

    /// Why a `then` is not met.
    fn unmet(&self, then: &Then) -> Option<Failure> {
        match &then.wanted {
            Wanted::Sms(wanted) => self.sms(then, wanted),
            Wanted::Call(wanted) => self.call(then, wanted),
            Wanted::Bot(wanted) => self.turn(then, wanted),
            Wanted::Nothing => self.something(then),
            Wanted::Waits => self.restless(then),
            Wanted::Fails => {
                let failures = self.events().filter(|what| matches!(what, What::Ended(Ended::Failed { .. }))).count();
                let mut claims = self.claims.borrow_mut();
                claims.failures += 1;
                let message = if failures == 0 { "no run fails" } else { "no further run fails" };
                (claims.failures > failures).then(|| self.at(then.span, message, "expected a failure"))
            }
        }
    }

    fn sms(&self, then: &Then, wanted: &WantedSms) -> Option<Failure> {
        let Some(sms) = self.message() else {
            let is_refused = self.events().any(|what| matches!(what, What::Sms(sms) if sms.refused));
            let message = match self.messages().len() {
                0 if is_refused => "no message reached anybody: the carrier refused what was sent".to_owned(),
                0 => "no message was sent".to_owned(),
                1 => "no second message was sent".to_owned(),
                sent => format!("no message was sent besides the {sent} that are expected above"),
            };
            return Some(self.at(then.span, message, "expected this one"));
        };
        let differences = compare::of_sms(wanted, sms);
        if differences.is_empty() {
            self.claims.borrow_mut().messages += 1;
            return None;
        }
        let failure = self.at(then.span, "another message was sent than this one", "expected this one");
        Some(Failure { differences, ..failure })
    }

    fn call(&self, then: &Then, wanted: &WantedCall) -> Option<Failure> {
        let requests = self.requests();
        let compared: Vec<_> = requests.iter().map(|request| compare::of_call(wanted, request)).collect();
        let next = self.claims.borrow().requests.last().map_or(0, |last| last + 1);
        let mut fitting = compared.iter().enumerate().filter(|(_, differences)| differences.is_empty());
        if let Some((at, _)) = fitting.clone().find(|(at, _)| *at >= next) {
            self.claims.borrow_mut().requests.push(at);
            return None;
        }
        if fitting.next().is_some() {
            let message = "no further request like this one was sent";
            let help = "requests are expected in the order in which they are sent, each by a `then` of its own";
            let failure = self.at(then.span, message, "expected this one");
            return Some(Failure { help: Some(help.to_owned()), ..failure });
        }
        let near = |one: &&Vec<Difference>, other: &&Vec<Difference>| nearness(one).cmp(&nearness(other));
        let left = compared.get(next..).unwrap_or_default();
        Some(match left.iter().min_by(near) {
            None if compared.is_empty() => self.at(then.span, "no request was sent", "expected this one"),
            None => self.at(then.span, "no further request was sent", "expected this one"),
            Some(nearest) => {
                let message = match left.len() {
                    1 => "another request was sent than this one".to_owned(),
                    sent => format!("none of the {sent} requests that were sent is this one; the nearest"),
                };
                let failure = self.at(then.span, message, "expected this one");
                Failure { differences: nearest.clone(), ..failure }
            }
        })
    }

    fn turn(&self, then: &Then, wanted: &WantedBot) -> Option<Failure> {
        let next = self.claims.borrow().requests.last().map_or(0, |last| last + 1);
        let told = self.requests().into_iter().enumerate().skip(next);
        let told: Vec<_> =
            told.filter_map(|(at, call)| Some((at, compare::of_bot(wanted, &bot::told(self.graph, call)?)))).collect();
        if let Some((at, _)) = told.iter().find(|(_, differences)| differences.is_empty()) {
            self.claims.borrow_mut().requests.push(*at);
            return None;
        }
        // What the bot itself was told is nearer than what another was.
        let nearest = told.iter().map(|(_, differences)| differences);
        let nearest = nearest.min_by_key(|differences| differences.iter().any(|difference| difference.part == "bot"));
        let name = &wanted.bot;
        let message = match (nearest, next) {
            (None, 0) => format!("`{name}` was told nothing"),
            (None, _) => format!("`{name}` was told nothing more"),
            (Some(_), _) => format!("`{name}` was told something else"),
        };
        let failure = self.at(then.span, message, "expected this turn");
        Some(Failure { differences: nearest.cloned().unwrap_or_default(), ..failure })
    }

    fn something(&self, then: &Then) -> Option<Failure> {
        if let Some(sms) = self.message() {
            let message = format!("a message was sent to {}: {}", sms.to, quoted(&sms.body));
            return Some(self.at(then.span, message, "expected no message"));
        }
        let claims = self.claims.borrow();
        let requests = self.requests();
        let (_, call) = requests.iter().enumerate().find(|(at, _)| !claims.requests.contains(at))?;
        if let Some(told) = bot::told(self.graph, call) {
            let message = format!("`{}` was told {}", told.bot.name, quoted(&told.words));
            return Some(self.at(then.span, message, "expected no turn with a bot"));
        }
        let message = format!("a request was sent: {} {}", call.method, call.url);
        Some(self.at(then.span, message, "expected no request"))
    }

    fn restless(&self, then: &Then) -> Option<Failure> {
        let waits = self.scenes.last().is_some_and(|scene| !scene.waiting.is_empty());
        let ended = self.events().any(|what| matches!(what, What::Ended(_)));
        let message = if ended { "no run waits: it is over" } else { "no run waits" };
        (!waits).then(|| self.at(then.span, message, "expected one that waits"))
    }

    /// A message that nothing in the test speaks of.
    fn unexpected(&self, sms: &Sms) -> Failure {
        let message = "a message was sent that no `then sms` expects";
        let words = if sms.body.is_empty() { String::new() } else { format!(" {}", quoted(&sms.body)) };
        let media: String = sms.media.iter().map(|url| format!(" media {}", quoted(url))).collect();
        let help = Some("if it is as it should be, expect it:".to_owned());
        let line = Some(format!("then  sms to {}{words}{media}", quoted(&sms.to)));
        Failure { help, line, ..self.at(self.span, message, "brought about more than is expected") }
    }
}

/// How far a request is from the one that is wanted: one with another address is farther than any with the same.
fn nearness(differences: &[Difference]) -> (Ordering, usize) {
    let elsewhere = differences.iter().any(|difference| matches!(difference.part.as_str(), "method" | "URL"));
    (if elsewhere { Ordering::Greater } else { Ordering::Equal }, differences.len())
}
