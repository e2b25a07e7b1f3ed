//! A stand-in for the binary of a flow's tests: it walks the graph, with texts alone as values. What real binaries do is
//! seen in the end-to-end tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, VecDeque};

use crate::check::function::Function;
use crate::graph::{
    Entry, Expr, ExprKind, Fail, FailFilter, Fails, FlowGraph, NodeId, NodeKind, Part, Query, Segment, Talk, UrlPart,
};
use crate::suite::report::{Call, Ended, Event, Mark, Scene, Sms, Waiting, What};
use crate::suite::script::{Answer, Cue, Trouble};
use crate::suite::{Report, Script, bot};
use crate::syntax::ast::BinaryOp;

/// Steps of one run.
const MOST_STEPS: usize = 100;

pub(super) fn play(graph: &FlowGraph, script: &Script) -> Report {
    let mut world = World { graph, ..World::of(graph) };
    let mut report = Report::default();
    for cue in &script.cues {
        world.events.clear();
        world.cue(cue);
        let waiting = world.waiting().into_iter().collect();
        report.scenes.push(Scene { events: std::mem::take(&mut world.events), waiting });
        if world.stopped {
            report.stopped = true;
            break;
        }
    }
    report
}

struct World<'a> {
    graph: &'a FlowGraph,
    /// What each service answers.
    givens: Vec<(Option<String>, String, VecDeque<Answer>, bool)>,
    refused: Vec<Option<String>>,
    at: Option<Mark>,
    values: BTreeMap<String, String>,
    person: String,
    ours: String,
    /// How often the question was asked again.
    again: u32,
    ms: u64,
    events: Vec<Event>,
    steps: usize,
    stopped: bool,
}

impl<'a> World<'a> {
    fn of(graph: &'a FlowGraph) -> Self {
        let (givens, refused, values, events) = Default::default();
        let (person, ours) = Default::default();
        Self {
            graph,
            givens,
            refused,
            at: None,
            values,
            person,
            ours,
            again: 0,
            ms: 0,
            events,
            steps: 0,
            stopped: false,
        }
    }

    fn tell(&mut self, what: What) {
        self.events.push(Event { ms: self.ms, what });
    }

    fn kind(&self, at: Mark) -> &'a NodeKind {
        &self.graph.machines[at.machine].nodes[at.node].kind
    }

    fn line(&self, at: Mark) -> u32 {
        self.graph.machines[at.machine].nodes[at.node].line
    }

    fn cue(&mut self, cue: &Cue) {
        match cue {
            Cue::Given(given) => {
                let answers = given.answers.iter().cloned().collect();
                self.givens.push((given.method.clone(), given.url.clone(), answers, given.stays));
            }
            Cue::RefuseSms { to } => self.refused.push(to.clone()),
            Cue::Sms { from, to, body, .. } => match self.at.map(|at| (at, self.kind(at))) {
                Some((at, NodeKind::Ask { ask, reply, timeout })) => {
                    let is_int =
                        ask.reply.as_ref().is_some_and(|reply| reply.typed.ty == crate::check::types::Type::Int);
                    if is_int && body.parse::<i64>().is_err() {
                        if self.again < ask.retries {
                            self.again += 1;
                            let words = self.eval(ask.again.as_ref().unwrap_or(&ask.question.text));
                            self.send(&self.person.clone(), &words);
                        } else {
                            self.left(at, *timeout);
                        }
                        return;
                    }
                    if let Some(reply) = &ask.reply {
                        self.values.insert(reply.name.clone(), body.clone());
                    }
                    self.left(at, Some(*reply));
                }
                Some((at, NodeKind::Talk { talk, .. })) => self.turn(at, talk, body),
                _ => {
                    (self.person, self.ours) = (from.clone(), to.clone());
                    self.values = BTreeMap::from([("body".to_owned(), body.clone())]);
                    let takes = |entry: &Entry| match entry {
                        Entry::Sms { matching, .. } => matching.as_ref().is_none_or(|matching| {
                            flow_query::Pattern::whole_in_any_case(matching).unwrap().is_match(body)
                        }),
                        _ => false,
                    };
                    match self.graph.machines.iter().position(|machine| takes(&machine.entry)) {
                        Some(machine) => self.go(Mark { machine, node: self.graph.machines[machine].start.0 }),
                        None => self.tell(What::Untaken(vec!["no trigger".to_owned()])),
                    }
                }
            },
            Cue::Pass { seconds } => {
                self.ms += seconds * 1_000;
                match self.at.map(|at| (at, self.kind(at))) {
                    Some((at, NodeKind::Ask { timeout, .. } | NodeKind::Talk { timeout, .. })) => {
                        self.left(at, *timeout)
                    }
                    Some((at, NodeKind::Wait { next, .. })) => self.left(at, Some(*next)),
                    _ => {}
                }
            }
            Cue::Api { .. } | Cue::Schedule { .. } => panic!("not in these tests"),
        }
    }

    fn waiting(&self) -> Option<Waiting> {
        let at = self.at?;
        let (person, seconds) = match self.kind(at) {
            NodeKind::Ask { ask, .. } => (Some(self.person.clone()), ask.within),
            NodeKind::Talk { talk, .. } => (Some(self.person.clone()), talk.within?),
            NodeKind::Wait { seconds, .. } => (None, *seconds),
            _ => return None,
        };
        Some(Waiting { line: self.line(at), place: String::new(), person, seconds: seconds.into() })
    }

    /// Goes on from a step.
    fn left(&mut self, from: Mark, to: Option<NodeId>) {
        self.tell(What::From(from));
        match to {
            Some(to) => self.go(Mark { node: to.0, ..from }),
            None => self.over(Ended::Completed),
        }
    }

    fn over(&mut self, ended: Ended) {
        self.at = None;
        self.tell(What::Ended(ended));
    }

    fn go(&mut self, at: Mark) {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            let (kind, reason) = ("fault".to_owned(), "it comes to no end".to_owned());
            return self.over(Ended::Failed { line: self.line(at), kind, reason });
        }
        self.at = Some(at);
        self.tell(What::At(at));
        let next = |to: NodeId| Mark { node: to.0, ..at };
        match self.kind(at) {
            NodeKind::Start { next: to } => self.left(at, Some(*to)),
            NodeKind::Ask { ask, .. } => {
                self.again = 0;
                let words = self.eval(&ask.question.text);
                self.send(&self.person.clone(), &words);
            }
            NodeKind::Wait { .. } => {}
            NodeKind::Sms { sms, ok, fails } => {
                let to = sms.to.as_ref().map_or_else(|| self.person.clone(), |to| self.eval(to));
                let words = self.eval(&sms.text);
                if self.send(&to, &words) { self.left(at, Some(*ok)) } else { self.fail(at, fails, "carrier", 0) }
            }
            NodeKind::Call { call, ok, fails } => {
                let fixed = |part: &UrlPart| match part {
                    UrlPart::Fixed(text) => text.clone(),
                    UrlPart::Value(value, _) => self.eval(value),
                };
                let url: String = call.url.iter().map(fixed).collect();
                let answer = self.answer(&call.method, &url);
                let given = answer.as_ref().map(|_| 0);
                let (method, headers, body) = (call.method.clone(), Vec::new(), None);
                self.tell(What::Call(Call { method, url, headers, body, given }));
                match answer {
                    None => self.stopped = true,
                    Some(Answer::Fails(trouble)) => {
                        if trouble == Trouble::Timeout {
                            self.ms += u64::from(call.timeout) * 1_000;
                        }
                        self.fail(at, fails, trouble.word(), 0);
                    }
                    Some(Answer::Response { status: status @ 300.., .. }) => self.fail(at, fails, "status", status),
                    Some(Answer::Response { body, .. }) => {
                        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
                        for binding in &call.bindings {
                            let crate::graph::Query::Label(name) = &binding.query else { panic!("a label") };
                            let Some(value) = body.get(name) else { return self.fail(at, fails, "response", 200) };
                            self.values.insert(binding.variable.name.clone(), super::pool::written(value));
                        }
                        self.left(at, Some(*ok));
                    }
                }
            }
            NodeKind::Talk { talk, .. } => {
                let words = self.eval(&talk.words);
                self.turn(at, talk, &words);
            }
            NodeKind::If { condition, then, otherwise } => {
                let to = if self.eval(condition) == "true" { then } else { otherwise };
                self.go(next(*to));
            }
            NodeKind::Match { subject, cases, otherwise } => {
                let subject = self.eval(subject);
                let case = cases.iter().find(|(literals, _)| literals.iter().any(|one| self.eval(one) == subject));
                self.go(next(case.map_or_else(|| otherwise.unwrap(), |(_, to)| *to)));
            }
            NodeKind::Set { variable, value, next: to } => {
                let value = self.eval(value);
                self.values.insert(variable.name.clone(), value);
                self.go(next(*to));
            }
            NodeKind::Unread { next: to } => self.go(next(*to)),
            NodeKind::Goto { machine, args } => {
                let Entry::Path { params, .. } = &self.graph.machines[*machine].entry else { panic!("a path") };
                let values = params.iter().zip(args).map(|(param, arg)| (param.name.clone(), self.eval(arg)));
                self.values = values.collect();
                self.go(Mark { machine: *machine, node: self.graph.machines[*machine].start.0 });
            }
            NodeKind::End => self.over(Ended::Completed),
            NodeKind::Present { .. } => panic!("not in these tests"),
        }
    }

    /// A turn with a bot of Lex.
    fn turn(&mut self, at: Mark, talk: &Talk, words: &str) {
        let NodeKind::Talk { ok, fails, .. } = self.kind(at) else { panic!("a turn") };
        let url = bot::turns(&talk.bot, Vec::new()).url.replace('*', "s");
        let answer = self.answer("POST", &url);
        let (method, body) = ("POST".to_owned(), Some(serde_json::json!({ "text": words }).to_string()));
        let given = answer.as_ref().map(|_| 0);
        self.tell(What::Call(Call { method, url, headers: Vec::new(), body, given }));
        let answer = match answer {
            None => return self.stopped = true,
            Some(Answer::Fails(trouble)) => return self.fail(at, fails, trouble.word(), 0),
            Some(Answer::Response { status: status @ 300.., .. }) => return self.fail(at, fails, "status", status),
            Some(answer) => bot::said(&talk.bot, &answer).unwrap(),
        };
        if talk.within.is_some() && answer["done"] == false {
            match answer["message"].as_str() {
                Some(question) => drop(self.send(&self.person.clone(), question)),
                None => self.fail(at, fails, "response", 200),
            }
            return;
        }
        for binding in &talk.bindings {
            let Query::Path(path) = &binding.query else { panic!("a path") };
            let value = path.iter().try_fold(&answer, |value, step| match step {
                Segment::Member(name) => value.get(name),
                Segment::Index(at) => value.get(at),
            });
            match value {
                Some(value) => drop(self.values.insert(binding.variable.name.clone(), super::pool::written(value))),
                None if binding.variable.typed.optional => {}
                None => return self.fail(at, fails, "response", 200),
            }
        }
        self.left(at, Some(*ok));
    }

    fn fail(&mut self, at: Mark, fails: &Fails, kind: &str, status: u16) {
        let takes = |filter: &FailFilter| match filter {
            FailFilter::Kind(wanted) => wanted.as_str() == kind,
            FailFilter::Status(first, last) => (*first..=*last).contains(&status),
            FailFilter::Bad => false,
        };
        let narrowed = fails.narrowed.iter().find(|(filter, _)| takes(filter)).map(|(_, to)| *to);
        match (narrowed, fails.otherwise) {
            (Some(to), _) | (None, Fail::Arm(to)) => self.left(at, Some(to)),
            (None, Fail::Ends) => {
                self.tell(What::From(at));
                let (line, kind) = (self.line(at), kind.to_owned());
                self.over(Ended::Failed { line, kind, reason: String::new() });
            }
        }
    }

    fn answer(&mut self, method: &str, url: &str) -> Option<Answer> {
        let fits = |given: &&mut (Option<String>, String, VecDeque<Answer>, bool)| {
            given.0.as_ref().is_none_or(|known| known == method) && (given.1 == "*" || given.1.replace('*', "s") == url)
        };
        let (_, _, answers, stays) = self.givens.iter_mut().rev().find(fits)?;
        if *stays && answers.len() == 1 { answers.front().cloned() } else { answers.pop_front() }
    }

    fn send(&mut self, to: &str, body: &str) -> bool {
        let refused = self.refused.iter().any(|number| number.as_ref().is_none_or(|number| number == to));
        let (to, body, from) = (to.to_owned(), body.to_owned(), self.ours.clone());
        self.tell(What::Sms(Sms { from, to, body, media: Vec::new(), refused }));
        !refused
    }

    fn eval(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(text) => text.clone(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Variable(name) => self.values.get(name).cloned().unwrap_or_default(),
            ExprKind::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => text.clone(),
                    Part::Value(value) => self.eval(value),
                })
                .collect(),
            ExprKind::Function(Function::Lower, args) => self.eval(&args[0]).to_lowercase(),
            ExprKind::Function(Function::Contains, args) => {
                self.eval(&args[0]).contains(&self.eval(&args[1])).to_string()
            }
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (self.eval(left), self.eval(right));
                let number = |text: &str| text.parse::<i64>().unwrap();
                match op {
                    BinaryOp::Eq => (left == right).to_string(),
                    BinaryOp::Gt => (number(&left) > number(&right)).to_string(),
                    BinaryOp::Add => (number(&left) + number(&right)).to_string(),
                    _ => panic!("not in these tests"),
                }
            }
            _ => panic!("not in these tests: {:?}", expr.kind),
        }
    }
}
