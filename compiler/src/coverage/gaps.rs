//! Where tests stop walking: the places from which nothing further is walked, not all that lies behind them.

use super::{Coverage, Entered, Step, Way};
use crate::graph::{Arm, FlowGraph, Machine, Node, NodeId};
use crate::source::{SourceFile, Span};
use crate::suite::report::Mark;

/// A place at which tests leave something out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The word of an arm, the first word of a step, or the head of a trigger.
    pub span: Span,
    /// What is left out there, in a few words.
    pub label: String,
}

/// All gaps, in the order of the file. With none, everything is walked.
pub fn gaps(coverage: &Coverage, graph: &FlowGraph, source: &SourceFile) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (at, (machine, entered)) in graph.machines.iter().zip(&coverage.entries).enumerate() {
        if entered.count == 0 {
            // Some `goto` leads to a path, and what is left out begins before that.
            gaps.extend((!entered.is_path).then(|| unentered(entered, source)));
            continue;
        }
        for id in machine.reached() {
            let mark = Mark { machine: at, node: id.0 };
            if let Some(node) = machine.node(id).filter(|_| coverage.has_come_to(mark)) {
                gaps.extend(behind(coverage, machine, mark, node));
            }
        }
    }
    gaps.sort_by_key(|gap| gap.span);
    gaps.dedup();
    gaps
}

/// What is left out right behind a step that is walked.
fn behind(coverage: &Coverage, machine: &Machine, mark: Mark, node: &Node) -> Vec<Gap> {
    let step = coverage.steps.iter().find(|step| step.mark == mark);
    if let Some(step) = step.filter(|step| !step.ways.is_empty()) {
        return step.ways.iter().filter(|way| way.count == 0).map(|way| untaken(step, way)).collect();
    }
    let unseen = |id: NodeId| !coverage.has_come_to(Mark { node: id.0, ..mark });
    let next = node.kind.successors().into_iter().filter(|to| unseen(*to));
    next.filter_map(|to| {
        let mut to = to;
        while let Some(next) = machine.node(to).and_then(Node::passes) {
            to = next;
        }
        let step = coverage.steps.iter().find(|step| step.mark == Mark { node: to.0, ..mark })?;
        (step.count == 0).then(|| Gap { span: first_word(step), label: "no test comes here".to_owned() })
    })
    .collect()
}

fn unentered(entered: &Entered, source: &SourceFile) -> Gap {
    // A head may go over several lines.
    let line = source.slice(entered.span).lines().next().unwrap_or_default();
    let start = entered.span.range().start;
    Gap { span: Span::new(start, start + line.trim_end().len()), label: "no test starts a run here".to_owned() }
}

fn untaken(step: &Step, way: &Way) -> Gap {
    let label = match (way.arms.as_slice(), way.span) {
        ([Arm::Holds], _) => "no test has this hold".to_owned(),
        ([Arm::HoldsNot], None) => "in every test this holds".to_owned(),
        ([Arm::Case(_)], _) => "no test walks this case".to_owned(),
        (_, Some(_)) => format!("no test walks this `{}`", way.words()),
        (_, None) => format!("no test walks the `{}` of this `{}`", way.words(), step.keyword),
    };
    Gap { span: way.span.unwrap_or_else(|| first_word(step)), label }
}

/// The word of a step that says what it is: all of its words may be many lines.
fn first_word(step: &Step) -> Span {
    let start = step.span.range().start;
    Span::new(start, start + step.keyword.len())
}
