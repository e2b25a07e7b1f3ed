//! The ways of a flow's graph that no play has walked yet.

use std::collections::BTreeSet;

use super::trail::events;
use crate::graph::{FlowGraph, NodeKind};
use crate::suite::Report;
use crate::suite::report::{Mark, What};

/// From a step to the next. Where two ways of a step lead to one step, they are one.
pub(super) struct Ways {
    open: BTreeSet<(Mark, Mark)>,
}

impl Ways {
    /// All ways that can be walked.
    pub(super) fn of(graph: &FlowGraph) -> Self {
        let mut open = BTreeSet::new();
        for (at, machine) in graph.machines.iter().enumerate() {
            let (mut reached, mut next) = (BTreeSet::new(), vec![machine.start]);
            while let Some(id) = next.pop() {
                let Some(node) = machine.node(id).filter(|_| reached.insert(id)) else { continue };
                let from = Mark { machine: at, node: id.0 };
                let to = node.kind.successors();
                open.extend(to.iter().map(|to| (from, Mark { machine: at, node: to.0 })));
                next.extend(to);
                if let NodeKind::Goto { machine, .. } = &node.kind
                    && let Some(path) = graph.machines.get(*machine)
                {
                    open.insert((from, Mark { machine: *machine, node: path.start.0 }));
                }
            }
        }
        Self { open }
    }

    /// Walks those of a play; whether one of them is new.
    pub(super) fn walk(&mut self, report: &Report) -> bool {
        let before = self.open.len();
        let mut last = None;
        for event in events(report) {
            match event.what {
                What::From(mark) => last = Some(mark),
                What::At(mark) => {
                    if let Some(from) = last.replace(mark) {
                        self.open.remove(&(from, mark));
                    }
                }
                _ => last = None,
            }
        }
        self.open.len() < before
    }

    pub(super) fn is_all_walked(&self) -> bool {
        self.open.is_empty()
    }
}
