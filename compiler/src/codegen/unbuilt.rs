//! What the language has and emitted code cannot carry out yet.

use crate::graph::{Auth, Entry, FlowGraph, Node, NodeKind};
use crate::source::Span;

/// The parts of a flow that cannot be built, in the order of the file: where, and what they are called.
pub fn unbuilt(graph: &FlowGraph) -> Vec<(Span, &'static str)> {
    let mut found = Vec::new();
    for machine in &graph.machines {
        if let Entry::Schedule { .. } = machine.entry {
            found.push((machine.head, "`on schedule`"));
        }
        found.extend(machine.nodes.iter().filter_map(|node| Some((node.span, step(node)?))));
    }
    found.sort();
    found
}

fn step(node: &Node) -> Option<&'static str> {
    match &node.kind {
        NodeKind::Ask { .. } => Some("`ask`"),
        NodeKind::Wait { .. } => Some("`wait`"),
        NodeKind::Call { call, .. } => match (&call.auth, call.retries) {
            (Some(Auth::Oauth(_)), _) => Some("a call with `oauth`"),
            (_, Some(_)) => Some("a call with `retry`"),
            _ => None,
        },
        _ => None,
    }
}
