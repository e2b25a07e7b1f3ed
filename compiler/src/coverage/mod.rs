//! What tests have walked of a flow: its steps, and the ways on from those that have several.
//!
//! A step counts if it stands in the flow's text; a way counts if somebody wrote an arm for it, or wrote its opposite: the
//! `else` that is left out is a way, the `fail` that is left out is none. Ways of a step that lead to one place cannot be told
//! apart, and count as one.

mod gaps;
pub mod lcov;
mod places;
mod walked;

use crate::graph::{Arm, Entry, FlowGraph, Machine, Node, NodeId, NodeKind};
use crate::source::{SourceFile, Span};
use crate::suite::Report;
use crate::suite::report::Mark;
pub use gaps::{Gap, gaps};
use places::Places;
use std::fmt;
use std::ops::AddAssign;
use walked::Walked;

/// What was walked of a flow.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Its triggers and paths, in the order of the graph.
    pub entries: Vec<Entered>,
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
    walked: Walked,
}

/// A trigger or a path.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Its head: `on sms`, `path menu`.
    pub head: String,
    /// Where that stands.
    pub span: Span,
    /// Its line, from 1.
    pub line: u32,
    /// `goto` enters it.
    pub is_path: bool,
    /// How many runs have entered it.
    pub count: u64,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which it is.
    pub mark: Mark,
    /// The word that it begins with.
    pub keyword: &'static str,
    /// Its own words.
    pub span: Span,
    /// Its line, from 1.
    pub line: u32,
    /// How often runs came to it.
    pub count: u64,
    /// The ways on, if there are several.
    pub ways: Vec<Way>,
}

/// A way on from a step that has several.
#[derive(Clone, Debug)]
pub struct Way {
    /// When it is taken: one arm, or those that lead to one place.
    pub arms: Vec<Arm>,
    /// Where the word stands that begins it; `None` if it is not written.
    pub span: Option<Span>,
    /// Where it leads.
    pub to: NodeId,
    /// How often runs took it.
    pub count: u64,
}

/// How much is walked of how much: steps and ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// So many are walked.
    pub walked: usize,
    /// Of so many.
    pub all: usize,
}

impl Coverage {
    /// What plays have walked, all of them together; `source` is the file that the graph was built from.
    pub fn of<'a>(graph: &FlowGraph, source: &SourceFile, reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let walked = Walked::of(graph, reports);
        let places = Places::of(source);
        let mut coverage = Self { entries: Vec::new(), steps: Vec::new(), walked };
        for (at, machine) in graph.machines.iter().enumerate() {
            coverage.entries.push(Entered {
                head: machine.entry.head(),
                span: machine.head,
                line: machine.line,
                is_path: matches!(machine.entry, Entry::Path { .. }),
                count: coverage.walked.at(Mark { machine: at, node: machine.start.0 }),
            });
            for id in machine.reached() {
                let Some(node) = machine.node(id).filter(|node| stands_in_the_text(node, machine)) else { continue };
                let mark = Mark { machine: at, node: id.0 };
                coverage.steps.push(Step {
                    mark,
                    keyword: node.kind.keyword(),
                    span: node.span,
                    line: node.line,
                    count: coverage.walked.at(mark),
                    ways: coverage.ways(mark, node, source, &places),
                });
            }
        }
        coverage.steps.sort_by_key(|step| step.span);
        coverage
    }

    /// How much is walked.
    pub fn share(&self) -> Share {
        let counts = self.steps.iter().flat_map(|step| {
            let ways = step.ways.iter().map(|way| way.count);
            std::iter::once(step.count).chain(ways)
        });
        counts.fold(Share::default(), |share, count| Share {
            walked: share.walked + usize::from(count > 0),
            all: share.all + 1,
        })
    }

    /// Whether a run came to a step.
    pub fn has_come_to(&self, mark: Mark) -> bool {
        self.walked.at(mark) > 0
    }

    /// Whether a run took the way from a step to another; `None` as its end: whether one was over with the step's outcome.
    pub fn has_gone(&self, from: Mark, to: Option<NodeId>) -> bool {
        match to {
            Some(to) => self.walked.went(from, to) > 0,
            None => self.walked.over(from) > 0,
        }
    }

    fn ways(&self, mark: Mark, node: &Node, source: &SourceFile, places: &Places) -> Vec<Way> {
        let spans = places.ways(node.span).iter().copied().chain(std::iter::repeat(None));
        let mut ways: Vec<Way> = Vec::new();
        for (way, span) in node.ways(source).into_iter().zip(spans) {
            let Some(to) = way.to else { continue };
            match ways.iter_mut().find(|other| other.to == to) {
                Some(same) => {
                    same.arms.push(way.arm);
                    same.span = same.span.or(span);
                }
                None => ways.push(Way { arms: vec![way.arm], span, to, count: self.walked.went(mark, to) }),
            }
        }
        if ways.len() > 1 { ways } else { Vec::new() }
    }
}

fn stands_in_the_text(node: &Node, machine: &Machine) -> bool {
    match &node.kind {
        NodeKind::Start { .. } => false,
        // The end of a path that nobody wrote has the place of its head.
        NodeKind::End => node.span != machine.head,
        _ => node.passes().is_none(),
    }
}

impl Way {
    /// What begins it, in the language's words: `fail timeout`, `"a" | "b"`; several are joined by `or`.
    pub fn words(&self) -> String {
        self.arms.iter().map(Arm::words).collect::<Vec<_>>().join(" or ")
    }
}

impl Share {
    /// In percent, rounded down, so that 100 means all.
    pub fn percent(self) -> usize {
        (self.walked * 100).checked_div(self.all).unwrap_or(100)
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.walked += other.walked;
        self.all += other.all;
    }
}

impl fmt::Display for Share {
    /// `12 of 14 (85 %)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} ({} %)", self.walked, self.all, self.percent())
    }
}

#[cfg(test)]
mod tests;
