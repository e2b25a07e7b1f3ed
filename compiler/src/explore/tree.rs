//! Conversations that begin alike, drawn together into one tree.

use super::bots::ASKS;
use super::trail::{Timed, Trail, Turn};

/// A turn, and all that may follow it.
#[derive(Debug)]
pub struct Branch<'a> {
    /// What happens.
    pub turn: &'a Turn,
    /// What may happen next; several where the flow or the world decides.
    pub next: Vec<Branch<'a>>,
    /// The conversation that ends here.
    pub end: Option<&'a Trail>,
}

/// The tree of all conversations, in the order of the file.
pub fn tree(trails: &[Trail]) -> Vec<Branch<'_>> {
    let mut roots = Vec::new();
    for trail in trails {
        grow(&mut roots, &trail.turns, trail);
    }
    sort(&mut roots);
    roots
}

fn grow<'a>(branches: &mut Vec<Branch<'a>>, turns: &'a [Timed], trail: &'a Trail) {
    let Some((Timed { turn, .. }, rest)) = turns.split_first() else { return };
    let found = branches.iter().position(|branch| branch.turn == turn);
    let at = found.unwrap_or_else(|| {
        branches.push(Branch { turn, next: Vec::new(), end: None });
        branches.len() - 1
    });
    if let Some(branch) = branches.get_mut(at) {
        match rest {
            [] => branch.end = branch.end.or(Some(trail)),
            rest => grow(&mut branch.next, rest, trail),
        }
    }
}

fn sort(branches: &mut [Branch<'_>]) {
    for branch in branches.iter_mut() {
        sort(&mut branch.next);
    }
    branches.sort_by_key(order);
}

/// What goes well comes first; then the order of the steps in the file to which the branches lead.
fn order(branch: &Branch<'_>) -> (bool, u32) {
    let goes_wrong = match branch.turn {
        Turn::Outcome { label, .. } => label != "ok" && label != ASKS,
        Turn::Flow { is_refused, .. } => *is_refused,
        _ => false,
    };
    (goes_wrong, first_line(branch))
}

fn first_line(branch: &Branch<'_>) -> u32 {
    match branch.turn {
        Turn::Start { line, .. } | Turn::Call { line, .. } | Turn::Talk { line, .. } | Turn::Flow { line, .. } => *line,
        _ => branch.next.first().map_or(u32::MAX, first_line),
    }
}
