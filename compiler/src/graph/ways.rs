//! The ways on from a step as its author sees them: what a picture draws, and what a test walks.

use super::words::quoted;
use super::{Expr, ExprKind, Fail, FailFilter, Fails, Machine, Node, NodeId, NodeKind};
use crate::source::SourceFile;
use std::collections::BTreeSet;

/// A way on from a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// When it is taken.
    pub arm: Arm,
    /// The step that it leads to; `None` if the run is over.
    pub to: Option<NodeId>,
}

/// When a way is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arm {
    /// Always: there is no other.
    Next,
    /// A call or a message succeeds.
    Ok,
    /// It fails so.
    Fail(FailFilter),
    /// It fails in a way that nothing before this took.
    AnyFail,
    /// A reply has come.
    Reply,
    /// None has come in time.
    Timeout,
    /// What an `if` asks is so.
    Holds,
    /// It is not.
    HoldsNot,
    /// A case of a `match` fits: its patterns, as they are written.
    Case(String),
    /// None does.
    Else,
}

impl Arm {
    /// The word with which the language begins it: `ok`, `fail status 5xx`, `else`; for a case its patterns. Empty if it is
    /// always taken.
    pub fn words(&self) -> String {
        match self {
            Self::Next => String::new(),
            Self::Ok => "ok".to_owned(),
            Self::Fail(filter) => filter.words(),
            Self::AnyFail => "fail".to_owned(),
            Self::Reply => "reply".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::Holds => "if".to_owned(),
            Self::Case(patterns) => patterns.clone(),
            Self::HoldsNot | Self::Else => "else".to_owned(),
        }
    }
}

impl Node {
    /// The ways on from a step, in the order in which their arms are written; `source` is the file of the graph.
    ///
    /// A `fail` or a `timeout` that is not written is among them, and leads nowhere.
    pub fn ways(&self, source: &SourceFile) -> Vec<Way> {
        let way = |arm, to: &NodeId| Way { arm, to: Some(*to) };
        match &self.kind {
            NodeKind::Start { next }
            | NodeKind::Set { next, .. }
            | NodeKind::Unread { next }
            | NodeKind::Wait { next, .. } => vec![way(Arm::Next, next)],
            NodeKind::Call { ok, fails, .. } | NodeKind::Sms { ok, fails, .. } => {
                [way(Arm::Ok, ok)].into_iter().chain(failures(fails)).collect()
            }
            NodeKind::Talk { talk, ok, timeout, fails } => {
                let silence = talk.within.map(|_| Way { arm: Arm::Timeout, to: *timeout });
                [way(Arm::Ok, ok)].into_iter().chain(silence).chain(failures(fails)).collect()
            }
            NodeKind::Ask { reply, timeout, .. } => {
                vec![way(Arm::Reply, reply), Way { arm: Arm::Timeout, to: *timeout }]
            }
            NodeKind::If { then, otherwise, .. } => vec![way(Arm::Holds, then), way(Arm::HoldsNot, otherwise)],
            NodeKind::Present { then, otherwise, .. } => {
                // `$x == null` asks whether it is missing.
                let is_missing = source.slice(self.span).contains("==");
                let (holds, not) = if is_missing { (otherwise, then) } else { (then, otherwise) };
                vec![way(Arm::Holds, holds), way(Arm::HoldsNot, not)]
            }
            NodeKind::Match { cases, otherwise, .. } => {
                let cases = cases.iter().map(|(patterns, to)| {
                    let patterns: Vec<String> = patterns.iter().map(pattern).collect();
                    way(Arm::Case(patterns.join(" | ")), to)
                });
                cases.chain(otherwise.map(|to| way(Arm::Else, &to))).collect()
            }
            NodeKind::Goto { .. } | NodeKind::End => Vec::new(),
        }
    }

    /// Where a step leads that only fits types to each other: nobody wrote it, so nobody is shown it.
    pub fn passes(&self) -> Option<NodeId> {
        match &self.kind {
            NodeKind::Set { value, next, .. } if matches!(value.kind, ExprKind::Present(_)) => Some(*next),
            _ => None,
        }
    }
}

/// The ways of a step's failures; those that nothing takes end the run.
fn failures(fails: &Fails) -> Vec<Way> {
    let narrowed = fails.narrowed.iter().map(|(filter, to)| Way { arm: Arm::Fail(*filter), to: Some(*to) });
    let otherwise = match fails.otherwise {
        Fail::Arm(to) => Some(to),
        Fail::Ends => None,
    };
    narrowed.chain([Way { arm: Arm::AnyFail, to: otherwise }]).collect()
}

/// A pattern of `match` as it is written.
fn pattern(literal: &Expr) -> String {
    match &literal.kind {
        ExprKind::Literal(text) => quoted(text),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Minus(value) => format!("-{}", pattern(value)),
        ExprKind::ToNumber(value) => pattern(value),
        _ => "…".to_owned(),
    }
}

impl Machine {
    /// The steps that a run can come to.
    pub fn reached(&self) -> BTreeSet<NodeId> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![self.start]);
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(self.node(id).map(|node| node.kind.successors()).unwrap_or_default());
            }
        }
        reached
    }
}
