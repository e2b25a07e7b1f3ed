//! What the language has and emitted code cannot carry out yet.

use crate::graph::{Auth, FlowGraph, Node, NodeKind};
use crate::source::Span;

/// The parts of a flow that cannot be built, in the order of the file: where, and what they are called.
pub fn unbuilt(graph: &FlowGraph) -> Vec<(Span, &'static str)> {
    let nodes = graph.machines.iter().flat_map(|machine| &machine.nodes);
    let mut found: Vec<_> = nodes.filter_map(|node| Some((node.span, step(node)?))).collect();
    found.sort();
    found
}

fn step(node: &Node) -> Option<&'static str> {
    let NodeKind::Call { call, .. } = &node.kind else { return None };
    match (&call.auth, call.retries) {
        (Some(Auth::Oauth(_)), _) => Some("a call with `oauth`"),
        (_, Some(_)) => Some("a call with `retry`"),
        _ => None,
    }
}
