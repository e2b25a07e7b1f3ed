//! What is wrong with conversations, or worth knowing.

use std::collections::{BTreeMap, BTreeSet};

use super::Bounds;
use super::trail::{End, Trail, Turn};
use crate::graph::{Entry, FlowGraph, NodeId, NodeKind};

/// Something to be told of.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The line of the flow that it is about.
    pub line: u32,
    /// A conversation that shows it, by its index; `None`: the flow itself does.
    pub trail: Option<usize>,
}

/// What may be found.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A person wrote this and got no answer before the run ended, failed, or waited for time to pass.
    DeadEnd(String),
    /// The same where an `end` of the flow says that it is meant.
    MeantSilence(String),
    /// Nothing but a failure leaves this path or those it jumps to.
    EndlessLoop(String),
    /// A run was ended since it came to no end, or for another fault of the flow; why.
    Fault(String),
    /// One person is sent so many messages.
    TooManyMessages(usize),
    /// A run fails, and no `fail` takes it: its kind.
    Unhandled(String),
}

impl Kind {
    /// Whether it is a mistake; if not, it is only told.
    pub fn is_mistake(&self) -> bool {
        !matches!(self, Self::MeantSilence(_) | Self::Unhandled(_))
    }
}

/// The longest time from a person's message to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slowest {
    /// Virtual milliseconds.
    pub ms: u64,
    /// Line of the message that answers.
    pub line: u32,
    /// In which conversation, by its index.
    pub trail: usize,
}

/// All findings, in the order of the file; each once for a line.
pub(super) fn findings(graph: &FlowGraph, trails: &[Trail], bounds: Bounds) -> Vec<Finding> {
    let mut findings: Vec<Finding> = endless(graph);
    for (at, trail) in trails.iter().enumerate() {
        let all = unanswered(trail).into_iter().chain(failed(trail)).chain(too_many(trail, bounds.messages));
        for (line, kind) in all {
            let same = |known: &Finding| {
                known.line == line && std::mem::discriminant(&known.kind) == std::mem::discriminant(&kind)
            };
            if !findings.iter().any(same) {
                findings.push(Finding { kind, line, trail: Some(at) });
            }
        }
    }
    findings.sort_by_key(|finding| (!finding.kind.is_mistake(), finding.line));
    findings
}

/// The message that waited longest for its answer.
pub(super) fn slowest(trails: &[Trail]) -> Option<Slowest> {
    let mut slowest: Option<Slowest> = None;
    for (at, trail) in trails.iter().enumerate() {
        for (number, timed) in trail.turns.iter().enumerate() {
            let Turn::Person { from, .. } = &timed.turn else { continue };
            let answer = trail.turns.iter().skip(number + 1).find_map(|later| match &later.turn {
                Turn::Flow { to, line, is_refused: false, .. } if to == from => Some((later.ms, *line)),
                _ => None,
            });
            if let Some((ms, line)) = answer {
                let ms = ms.saturating_sub(timed.ms);
                if slowest.is_none_or(|slowest| ms > slowest.ms) {
                    slowest = Some(Slowest { ms, line, trail: at });
                }
            }
        }
    }
    slowest
}

/// Messages that nobody answers, each at the line of what was done last.
fn unanswered(trail: &Trail) -> Vec<(u32, Kind)> {
    let mut found = Vec::new();
    for (at, timed) in trail.turns.iter().enumerate() {
        let Turn::Person { from, body, .. } = &timed.turn else { continue };
        let behind = trail.turns.get(at + 1..).unwrap_or_default();
        // What comes once time had to pass is no answer any more.
        let next = behind.iter().position(|later| matches!(later.turn, Turn::Time { .. } | Turn::Person { .. }));
        let scene = behind.get(..next.unwrap_or(behind.len())).unwrap_or_default();
        let is_answered = scene.iter().any(|later| match &later.turn {
            Turn::Flow { to, is_refused, .. } => to == from && !is_refused,
            Turn::Word(_) => true,
            _ => false,
        });
        if is_answered {
            continue;
        }
        let before = trail.turns.get(..at + 1 + scene.len()).unwrap_or_default();
        let line = before.iter().rev().find_map(line_of).unwrap_or_default();
        let found_here = match (&trail.end, next) {
            // It is not known yet, or not for the flow to answer.
            (End::Cut | End::Again(_) | End::Untaken(_), None) => continue,
            (End::Completed { line: Some(end) }, None) => (*end, Kind::MeantSilence(body.clone())),
            (End::Failed { line, .. }, None) => (*line, Kind::DeadEnd(body.clone())),
            _ => (line, Kind::DeadEnd(body.clone())),
        };
        found.push(found_here);
    }
    found
}

fn line_of(timed: &super::trail::Timed) -> Option<u32> {
    match &timed.turn {
        Turn::Start { line, .. } | Turn::Call { line, .. } | Turn::Talk { line, .. } | Turn::Flow { line, .. } => {
            Some(*line)
        }
        _ => None,
    }
}

fn failed(trail: &Trail) -> Option<(u32, Kind)> {
    match &trail.end {
        End::Failed { line, kind, reason } if kind == "fault" => Some((*line, Kind::Fault(reason.clone()))),
        End::Failed { line, kind, .. } => Some((*line, Kind::Unhandled(kind.clone()))),
        _ => None,
    }
}

fn too_many(trail: &Trail, most: usize) -> Option<(u32, Kind)> {
    let mut counts: BTreeMap<&str, (usize, u32)> = BTreeMap::new();
    for timed in &trail.turns {
        if let Turn::Flow { to, line, is_refused: false, .. } = &timed.turn {
            let (count, last) = counts.entry(to).or_default();
            *count += 1;
            *last = *line;
        }
    }
    let (count, line) = counts.into_values().max()?;
    (count > most).then_some((line, Kind::TooManyMessages(count)))
}

/// Paths from which no run ever ends but by a failure.
fn endless(graph: &FlowGraph) -> Vec<Finding> {
    let mut ends: BTreeSet<(usize, NodeId)> = BTreeSet::new();
    // Backwards from the ends, until nothing more is found.
    loop {
        let before = ends.len();
        for (at, machine) in graph.machines.iter().enumerate() {
            for (id, node) in machine.nodes.iter().enumerate() {
                let leads = match &node.kind {
                    NodeKind::End | NodeKind::Ask { timeout: None, .. } => true,
                    NodeKind::Talk { talk, timeout: None, .. } if talk.within.is_some() => true,
                    NodeKind::Goto { machine, .. } => {
                        graph.machines.get(*machine).is_some_and(|path| ends.contains(&(*machine, path.start)))
                    }
                    kind => kind.successors().iter().any(|to| ends.contains(&(at, *to))),
                };
                if leads {
                    ends.insert((at, NodeId(id)));
                }
            }
        }
        if ends.len() == before {
            break;
        }
    }
    // A path without any end is one that only jumps lead out of; the trigger that leads there is not to blame.
    let paths = graph.machines.iter().enumerate().filter(|(_, machine)| matches!(machine.entry, Entry::Path { .. }));
    let endless = paths.filter(|(at, machine)| !ends.contains(&(*at, machine.start)));
    let found = endless.map(|(_, machine)| Finding {
        kind: Kind::EndlessLoop(machine.entry.head()),
        line: machine.line,
        trail: None,
    });
    found.collect()
}
