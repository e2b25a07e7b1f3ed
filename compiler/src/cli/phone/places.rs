//! The words of a flow's steps. The log names a step by its line and its kind alone, so where several stand on one line the
//! way that a run has gone tells which of them it is.

use std::collections::BTreeSet;

use super::log::{Outcome, Step};
use crate::graph::{FlowGraph, NodeId, NodeKind};
use crate::source::{SourceFile, Span};

/// The places of a flow at which a run can be.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    all: Vec<Place>,
}

/// A trigger, or a step that a run stands at.
#[derive(Clone, Debug)]
struct Place {
    line: usize,
    /// `call`, `sms`, `ask`, `wait`; `on` for a trigger.
    kind: &'static str,
    /// Its own words, if the line has others, too.
    words: Option<String>,
    /// The places that may follow if it is done.
    ok: BTreeSet<usize>,
    /// Those that may follow if it fails.
    fail: BTreeSet<usize>,
}

/// A run's way through the steps.
#[derive(Clone, Debug)]
pub(super) struct Way<'a> {
    places: &'a Places,
    /// The places that may be next; empty if nothing is known of that.
    next: BTreeSet<usize>,
}

impl Places {
    /// Of a flow without errors.
    pub(super) fn of(file: &SourceFile, graph: &FlowGraph) -> Self {
        let atlas = Atlas::of(graph);
        let place = |&(machine, node): &(usize, Option<NodeId>)| atlas.place(file, machine, node);
        let mut places: Vec<Place> = atlas.stands.iter().filter_map(place).collect();
        let lines: Vec<usize> = places.iter().map(|place| place.line).collect();
        for place in &mut places {
            if lines.iter().filter(|line| **line == place.line).count() == 1 {
                place.words = None;
            }
        }
        Self { all: places }
    }

    /// The way of a run that the trigger of a line begins, and the trigger's own words if others stand on that line.
    pub(super) fn begin(&self, line: usize) -> (Way<'_>, Option<&str>) {
        let mut way = Way { places: self, next: BTreeSet::new() };
        let words = way.go(line, "on", &Outcome::Ok);
        (way, words)
    }
}

impl<'a> Way<'a> {
    /// Goes a step further. The step's own words come back if others stand on its line, and it is known which it is.
    pub(super) fn step(&mut self, line: usize, step: &Step) -> Option<&'a str> {
        // A reply belongs to its question.
        let kind = if step.word == "reply" { "ask" } else { &step.word };
        self.go(line, kind, &step.outcome)
    }

    /// The words of the step at which the run rests: a question, or a `wait`.
    pub(super) fn rest(mut self, line: usize, for_reply: bool) -> Option<&'a str> {
        // The question has been told of as a step before.
        let kind = if for_reply { "ask" } else { "wait" };
        self.go(line, kind, &Outcome::Ok)
    }

    fn go(&mut self, line: usize, kind: &str, outcome: &Outcome) -> Option<&'a str> {
        let places = &self.places.all;
        let all = places.iter().enumerate().filter(|(_, place)| place.line == line && place.kind == kind);
        let all: Vec<(usize, &Place)> = all.collect();
        let expected: Vec<_> = all.iter().filter(|(at, _)| self.next.contains(at)).copied().collect();
        let fitting = if expected.is_empty() { all } else { expected };
        self.next = match outcome {
            Outcome::Ok => fitting.iter().flat_map(|(_, place)| &place.ok).copied().collect(),
            Outcome::Failed(_) => fitting.iter().flat_map(|(_, place)| &place.fail).copied().collect(),
            // The same step follows.
            Outcome::Again(_) | Outcome::NotUnderstood => fitting.iter().map(|(at, _)| *at).collect(),
        };
        if kind == "ask" {
            // It may ask again, or its reply may be told of.
            self.next.extend(fitting.iter().map(|(at, _)| *at));
        }
        match fitting.as_slice() {
            [(_, place)] => place.words.as_deref(),
            _ => None,
        }
    }
}

/// All places of a graph, and how one gets from each to the others.
struct Atlas<'a> {
    graph: &'a FlowGraph,
    /// Each with its machine; without a step it is the machine's head.
    stands: Vec<(usize, Option<NodeId>)>,
}

impl<'a> Atlas<'a> {
    fn of(graph: &'a FlowGraph) -> Self {
        let mut stands = Vec::new();
        for (at, machine) in graph.machines.iter().enumerate() {
            stands.push((at, None));
            let nodes = machine.nodes.iter().enumerate().filter(|(_, node)| is_place(&node.kind));
            stands.extend(nodes.map(|(number, _)| (at, Some(NodeId(number)))));
        }
        Self { graph, stands }
    }

    fn place(&self, file: &SourceFile, at: usize, node: Option<NodeId>) -> Option<Place> {
        let words = |span: Span| Some(file.slice(span).split_whitespace().collect::<Vec<_>>().join(" "));
        let machine = self.graph.machines.get(at)?;
        let Some(node) = node else {
            let ok = self.reached(at, [machine.start]);
            let (line, words) = (machine.line as usize, words(machine.head));
            return Some(Place { line, kind: "on", words, ok, fail: BTreeSet::new() });
        };
        let node = machine.node(node)?;
        let (ok, fail) = match &node.kind {
            NodeKind::Call { ok, fails, .. } | NodeKind::Sms { ok, fails, .. } => (vec![*ok], fails.arms().collect()),
            NodeKind::Talk { ok, timeout, fails, .. } => {
                ([*ok].into_iter().chain(*timeout).collect(), fails.arms().collect())
            }
            kind => (kind.successors(), Vec::new()),
        };
        let (ok, fail) = (self.reached(at, ok), self.reached(at, fail));
        Some(Place { line: node.line as usize, kind: node.kind.keyword(), words: words(node.span), ok, fail })
    }

    /// The first places on all ways from these nodes of a machine.
    fn reached(&self, machine: usize, from: impl IntoIterator<Item = NodeId>) -> BTreeSet<usize> {
        let mut open: Vec<(usize, NodeId)> = from.into_iter().map(|node| (machine, node)).collect();
        let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
        while let Some((at, id)) = open.pop() {
            let Some(machine) = self.graph.machines.get(at) else { continue };
            let Some(node) = machine.node(id).filter(|_| seen.insert((at, id))) else { continue };
            match &node.kind {
                kind if is_place(kind) => {
                    found.extend(self.stands.iter().position(|stand| *stand == (at, Some(id))));
                }
                NodeKind::Goto { machine: to, .. } => {
                    open.extend(self.graph.machines.get(*to).map(|machine| (*to, machine.start)));
                }
                kind => open.extend(kind.successors().into_iter().map(|to| (at, to))),
            }
        }
        found
    }
}

/// Whether the log tells of such a step.
fn is_place(kind: &NodeKind) -> bool {
    kind.is_state() && !matches!(kind, NodeKind::Start { .. })
}

#[cfg(test)]
mod tests {
    use super::super::flow::tests::flow_of;
    use super::*;

    fn step(word: &str, outcome: Outcome) -> Step {
        Step { word: word.to_owned(), outcome, milliseconds: None }
    }

    fn failed() -> Outcome {
        Outcome::Failed("timeout: late".to_owned())
    }

    #[test]
    fn steps_on_one_line_are_told_by_the_way_that_leads_to_them() {
        let text = "on sms -> call GET \"https://a.example\" < t = temp > ok -> sms \"It is $t.\" fail -> goto sorry\n\
                    path sorry -> sms \"Sorry.\" -> wait 1h -> sms \"Again.\"\n";
        let places = flow_of(text).places;
        let (way, head) = places.begin(1);
        assert_eq!(head, Some("on sms"));
        let mut well = way.clone();
        let call = Some("call GET \"https://a.example\"");
        assert_eq!(well.step(1, &step("call", Outcome::Again("x".into()))), call);
        assert_eq!(well.step(1, &step("call", Outcome::Ok)), call);
        assert_eq!(well.step(1, &step("sms", Outcome::Ok)), Some("sms \"It is $t.\""));
        let mut badly = way;
        assert_eq!(badly.step(1, &step("call", failed())), call);
        assert_eq!(badly.step(2, &step("sms", Outcome::Ok)), Some("sms \"Sorry.\""));
        assert_eq!(badly.clone().rest(2, false), Some("wait 1h"));
        badly.go(2, "wait", &Outcome::Ok);
        assert_eq!(badly.step(2, &step("sms", Outcome::Ok)), Some("sms \"Again.\""));
    }

    #[test]
    fn a_line_of_its_own_and_a_way_that_is_not_known_leave_the_line() {
        let places = flow_of("on sms\n  -> sms \"a\"\non schedule \"0 7 * * *\" -> sms to \"+13055550100\" from \"+13055550101\" \"b\"\n").places;
        let (mut way, head) = places.begin(1);
        assert_eq!((head, way.step(2, &step("sms", Outcome::Ok))), (None, None));
        let either = "on sms -> if $body == \"x\" -> sms \"a\" else -> sms \"b\"\n";
        let places = flow_of(either).places;
        assert_eq!(places.begin(1).0.step(1, &step("sms", Outcome::Ok)), None, "either of the two");
        assert_eq!(places.begin(0).1, None);
    }

    #[test]
    fn a_question_is_asked_again_and_its_reply_leads_on() {
        let places =
            flow_of("on sms -> ask \"How many?\" < n: int > within 1h reply -> sms \"$n\" timeout -> sms \"Bye.\"\n")
                .places;
        let (mut way, _) = places.begin(1);
        let ask = Some("ask \"How many?\" < n: int > within 1h");
        assert_eq!(way.step(1, &step("ask", Outcome::Ok)), ask);
        assert_eq!(way.clone().rest(1, true), ask);
        assert_eq!(way.step(1, &step("reply", Outcome::NotUnderstood)), ask);
        assert_eq!(way.step(1, &step("reply", Outcome::Ok)), ask);
    }
}
