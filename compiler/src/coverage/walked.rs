//! The ways that runs took, read from the marks of what was played.

use crate::graph::{FlowGraph, NodeId};
use crate::suite::Report;
use crate::suite::report::{Mark, What};
use std::collections::BTreeMap;

/// How often runs came to each step and took each way.
#[derive(Clone, Debug, Default)]
pub(super) struct Walked {
    at: BTreeMap<Mark, u64>,
    went: BTreeMap<(Mark, NodeId), u64>,
    /// Runs that were over with the outcome of a step, for which the flow has no way.
    over: BTreeMap<Mark, u64>,
}

impl Walked {
    /// Adds up what several plays report.
    pub(super) fn of<'a>(graph: &FlowGraph, reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let mut walked = Self::default();
        for scene in reports.into_iter().flat_map(|report| &report.scenes) {
            let mut chain = Chain::default();
            for event in &scene.events {
                match event.what {
                    What::From(mark) => {
                        walked.end(&mut chain);
                        chain = Chain { last: Some(mark), begins: true };
                    }
                    What::At(mark) => walked.come(graph, &mut chain, mark),
                    _ => walked.end(&mut chain),
                }
            }
            walked.end(&mut chain);
        }
        walked
    }

    /// How often runs came to a step.
    pub(super) fn at(&self, mark: Mark) -> u64 {
        self.at.get(&mark).copied().unwrap_or(0)
    }

    /// How often they went from a step to another.
    pub(super) fn went(&self, from: Mark, to: NodeId) -> u64 {
        self.went.get(&(from, to)).copied().unwrap_or(0)
    }

    /// How often they were over with the outcome of a step.
    pub(super) fn over(&self, mark: Mark) -> u64 {
        self.over.get(&mark).copied().unwrap_or(0)
    }

    fn come(&mut self, graph: &FlowGraph, chain: &mut Chain, mark: Mark) {
        *self.at.entry(mark).or_default() += 1;
        let node = |mark: Mark| graph.machines.get(mark.machine)?.node(NodeId(mark.node));
        if let Some(last) = chain.last.filter(|last| last.machine == mark.machine) {
            let leads = node(last).is_some_and(|node| node.kind.successors().contains(&NodeId(mark.node)));
            if leads {
                *self.went.entry((last, NodeId(mark.node))).or_default() += 1;
            }
        }
        // A run stands at a state; the next mark is another's, or begins with where it goes on from.
        let stands = node(mark).is_none_or(|node| node.kind.is_state());
        *chain = Chain { last: (!stands).then_some(mark), begins: false };
    }

    fn end(&mut self, chain: &mut Chain) {
        if let Chain { last: Some(mark), begins: true } = std::mem::take(chain) {
            *self.over.entry(mark).or_default() += 1;
        }
    }
}

/// Marks that were made in one go, so that those beside each other are a step and the next.
#[derive(Default)]
struct Chain {
    last: Option<Mark>,
    /// Nothing but where a run goes on from has been marked.
    begins: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::{graph_of, played};
    use super::*;
    use crate::graph::NodeKind;

    #[test]
    fn neighbours_of_a_chain_are_ways_and_those_of_two_are_not() {
        let (_, graph) = graph_of("on sms -> if $body == \"a\" -> sms \"A\" else -> wait 2h");
        let find = |is: fn(&NodeKind) -> bool| {
            graph.machines.iter().enumerate().find_map(|(machine, of)| {
                let node = of.nodes.iter().position(|node| is(&node.kind))?;
                Some(Mark { machine, node })
            })
        };
        let branch = find(|kind| matches!(kind, NodeKind::If { .. })).unwrap();
        let sms = find(|kind| matches!(kind, NodeKind::Sms { .. })).unwrap();
        let wait = find(|kind| matches!(kind, NodeKind::Wait { .. })).unwrap();
        let end = Mark { machine: 0, node: 0 };
        let (at, from) = (What::At, What::From);
        let report =
            played(vec![at(branch), at(sms), at(branch), at(wait), from(sms), at(end), from(wait), from(wait)]);
        let walked = Walked::of(&graph, [&report, &report]);
        assert_eq!((walked.at(branch), walked.at(sms), walked.at(end)), (4, 2, 2));
        assert_eq!((walked.went(branch, NodeId(sms.node)), walked.went(branch, NodeId(wait.node))), (2, 2));
        assert_eq!((walked.went(sms, NodeId(end.node)), walked.went(wait, NodeId(end.node))), (2, 0));
        assert_eq!((walked.over(wait), walked.over(sms)), (4, 0));
    }
}
