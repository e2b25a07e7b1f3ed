//! Which numbers a request must bring along.

use super::{Entry, FlowGraph, Machine, NodeKind};

/// Finds out which api triggers write to `$ANI` or from `$DNIS`, over all the paths they reach.
pub(super) fn note_needed(graph: &mut FlowGraph) {
    for at in 0..graph.machines.len() {
        let (ani, dnis) = numbers_of(graph, at);
        if let Some(Machine { entry: Entry::Api(api), .. }) = graph.machines.get_mut(at) {
            api.needs_ani = ani;
            api.needs_dnis = dnis;
        }
    }
}

fn numbers_of(graph: &FlowGraph, machine: usize) -> (bool, bool) {
    let mut seen = vec![false; graph.machines.len()];
    let mut open = vec![machine];
    let (mut ani, mut dnis) = (false, false);
    while let Some(at) = open.pop() {
        let Some(flag) = seen.get_mut(at).filter(|seen| !**seen) else {
            continue;
        };
        *flag = true;
        let Some(found) = graph.machines.get(at) else {
            continue;
        };
        for node in &found.nodes {
            match &node.kind {
                NodeKind::Ask { ask, .. } => {
                    ani |= ask.question.to.is_none();
                    dnis |= ask.question.from.is_none();
                }
                NodeKind::Sms { sms, .. } => {
                    ani |= sms.to.is_none();
                    dnis |= sms.from.is_none();
                }
                NodeKind::Talk { talk, .. } if talk.within.is_some() => (ani, dnis) = (true, true),
                NodeKind::Goto { machine, .. } => open.push(*machine),
                _ => {}
            }
        }
        if at == machine {
            let live = found.node(found.start).map(|node| &node.live);
            ani |= live.is_some_and(|live| live.contains_key("ANI"));
            dnis |= live.is_some_and(|live| live.contains_key("DNIS"));
        }
    }
    (ani, dnis)
}
