//! What a stored run is found again by when a new version of a flow has replaced the old one.
//!
//! A run is stored with the state that it is in. The state's name is made of the step's own words, so that it is the same
//! wherever the step moves to, and another as soon as the step says something else. Steps of one machine that say the
//! same are told apart by what follows them, as far as that takes: a new step before an equal one is never taken for it.

use super::words::field;
use super::{Entry, FlowGraph, Machine, NodeId, NodeKind};
use crate::check::types::Typed;
use crate::fnv::Fnv;
use std::collections::BTreeMap;

/// How many steps behind two equal ones are looked at one by one; what differs only beyond is told apart by all that
/// follows.
const FURTHEST: usize = 64;

impl FlowGraph {
    /// A short name of all that the flow does, in hexadecimal digits: another one as soon as it does something else, the
    /// same whatever its layout and its comments, and whichever flowc compiles it.
    pub fn identity(&self) -> String {
        let mut hash = Fnv::default();
        hash.text(&self.name);
        hash.text(self.timezone.as_deref().unwrap_or("UTC"));
        for machine in &self.machines {
            hash.text(&machine.entry.head());
            match &machine.entry {
                Entry::Api(api) => {
                    hash.text(api.token.as_deref().unwrap_or_default());
                    api.inputs.iter().for_each(|input| hash.text(&field(input)));
                }
                Entry::Path { params, .. } => params.iter().for_each(|param| hash.text(&field(param))),
                Entry::Sms { .. } | Entry::Schedule { .. } => {}
            }
            for node in &machine.nodes {
                match &node.kind {
                    NodeKind::Ask { ask, .. } => hash.text(&ask.patience()),
                    NodeKind::Talk { talk, .. } => hash.text(&talk.patience()),
                    _ => {}
                }
            }
            let start = machine.acting(machine.start);
            hash.number(Hashes::of(self, machine).whole.get(start.0).copied().unwrap_or_default());
        }
        format!("{:016x}", hash.finish())
    }
}

/// The names under which a flow's states are stored.
#[derive(Debug)]
pub struct Identities {
    heads: Vec<String>,
    states: Vec<BTreeMap<NodeId, String>>,
}

impl Identities {
    /// Finds the names of all states of a flow.
    pub fn of(graph: &FlowGraph) -> Self {
        let mut taken = Taken::default();
        let heads = graph.machines.iter().map(|machine| taken.name(machine.entry.head())).collect();
        let states = graph.machines.iter().map(|machine| states(graph, machine)).collect();
        Self { heads, states }
    }

    /// A trigger or a path, by its index: `on sms matching "book"`.
    pub fn machine(&self, machine: usize) -> &str {
        self.heads.get(machine).map_or("", String::as_str)
    }

    /// A state of it: `ask 3fa9c2d15be0`; empty for a step at which no run can stand.
    pub fn state(&self, machine: usize, id: NodeId) -> &str {
        self.states.get(machine).and_then(|states| states.get(&id)).map_or("", String::as_str)
    }
}

/// The name under which a state keeps a variable: with its type, so that none is ever read as another.
pub fn kept_as(name: &str, typed: Typed) -> String {
    format!("{name}: {typed}")
}

/// The names of a machine's states.
///
/// They are sorted into groups by their words, then, where a group holds states that go on in different ways, by the words
/// of the steps behind them, of those behind these, and so on. A state is named by the first hash that no other way of
/// going on shares; those that share it to the end are numbered, for it makes no difference which of them a run is at.
fn states(graph: &FlowGraph, machine: &Machine) -> BTreeMap<NodeId, String> {
    let mut hashes = Hashes::of(graph, machine);
    let mut groups = vec![in_file_order(machine)];
    let mut names = BTreeMap::new();
    let mut taken = Taken::default();
    for round in 0..=FURTHEST {
        let mut open = Vec::new();
        for group in groups.into_iter().flat_map(|group| hashes.split(group)) {
            if round < FURTHEST && hashes.differ(&group) {
                open.push(group);
                continue;
            }
            for id in group {
                if let Some(node) = machine.node(id) {
                    names.insert(id, taken.name(name(&node.kind, hashes.now(id))));
                }
            }
        }
        groups = open;
        match groups.is_empty() {
            true => break,
            false if round + 1 == FURTHEST => hashes.look_to_the_end(),
            false => hashes.look_further(),
        }
    }
    names
}

fn in_file_order(machine: &Machine) -> Vec<NodeId> {
    let states = machine.nodes.iter().enumerate().filter(|(_, node)| node.kind.is_state());
    let mut states: Vec<(usize, NodeId)> = states.map(|(at, node)| (node.span.start as usize, NodeId(at))).collect();
    states.sort();
    states.into_iter().map(|(_, id)| id).collect()
}

/// 48 bits of the hash: two of a thousand states of a machine get the same once in 500 million machines, and are numbered.
fn name(kind: &NodeKind, hash: u64) -> String {
    match kind {
        // Each path has one.
        NodeKind::Start { .. } => kind.keyword().to_owned(),
        _ => format!("{} {:012x}", kind.keyword(), hash >> 16),
    }
}

/// A hash of each step of a machine.
struct Hashes {
    /// Where each step leads, and the hash of that way's name.
    ways: Vec<Vec<(u64, NodeId)>>,
    /// Of its own words.
    own: Vec<u64>,
    /// Of its words and those of the steps behind it, as far as was looked.
    now: Vec<u64>,
    /// Of its words and all that follow.
    whole: Vec<u64>,
}

impl Hashes {
    fn of(graph: &FlowGraph, machine: &Machine) -> Self {
        let own: Vec<u64> = machine.nodes.iter().map(|node| own(graph, &node.kind)).collect();
        let ways = machine.nodes.iter().map(|node| ways(machine, &node.kind)).collect();
        let mut hashes = Self { ways, now: own.clone(), own, whole: Vec::new() };
        for at in 0..machine.nodes.len() {
            // Each step is behind those it leads to, and there are no loops.
            let whole = hashes.with_ways(at, &hashes.whole);
            hashes.whole.push(whole);
        }
        hashes
    }

    fn now(&self, id: NodeId) -> u64 {
        self.now.get(id.0).copied().unwrap_or_default()
    }

    /// Sorts a group into those that are alike as far as was looked.
    fn split(&self, group: Vec<NodeId>) -> Vec<Vec<NodeId>> {
        let mut groups: BTreeMap<u64, Vec<NodeId>> = BTreeMap::new();
        for id in group {
            groups.entry(self.now(id)).or_default().push(id);
        }
        groups.into_values().collect()
    }

    /// Whether steps that are alike so far go on in different ways.
    fn differ(&self, group: &[NodeId]) -> bool {
        let mut wholes = group.iter().map(|id| self.whole.get(id.0));
        let first = wholes.next();
        wholes.any(|whole| Some(whole) != first)
    }

    /// Looks at one more step behind each.
    fn look_further(&mut self) {
        self.now = (0..self.own.len()).map(|at| self.with_ways(at, &self.now)).collect();
    }

    fn look_to_the_end(&mut self) {
        self.now.clone_from(&self.whole);
    }

    /// A step's words, with what its ways lead to by these hashes.
    fn with_ways(&self, at: usize, to: &[u64]) -> u64 {
        let mut hash = Fnv::default();
        hash.number(self.own.get(at).copied().unwrap_or_default());
        for (way, next) in self.ways.get(at).into_iter().flatten() {
            hash.number(*way);
            hash.number(to.get(next.0).copied().unwrap_or_default());
        }
        hash.finish()
    }
}

/// The ways on from a step. One that does nothing changes nobody's name, so they lead over it.
fn ways(machine: &Machine, kind: &NodeKind) -> Vec<(u64, NodeId)> {
    let named = |way: &String| {
        let mut hash = Fnv::default();
        hash.text(way);
        hash.finish()
    };
    let to = kind.successors().into_iter().map(|to| machine.acting(to));
    kind.ways().iter().map(named).zip(to).collect()
}

fn own(graph: &FlowGraph, kind: &NodeKind) -> u64 {
    let mut hash = Fnv::default();
    hash.text(&kind.words());
    if let NodeKind::Goto { machine, .. } = kind {
        let path = graph.machines.get(*machine).map(|machine| machine.entry.head());
        hash.text(&path.unwrap_or_default());
    }
    hash.finish()
}

/// How often each name was given.
#[derive(Default)]
struct Taken(BTreeMap<String, u32>);

impl Taken {
    /// The name, with a number behind it if another has taken it.
    fn name(&mut self, name: String) -> String {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} {count}") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use std::collections::BTreeSet;

    use crate::sample::NoSamples;
    use crate::source::SourceFile;

    fn graph(flow: &str) -> FlowGraph {
        let (graph, diagnostics) = crate::graph_of(&SourceFile::new("a.flow", flow), &NoSamples);
        graph.unwrap_or_else(|| panic!("{diagnostics:?}"))
    }

    /// The names of all states of the first machine, in the order of the file.
    fn names(flow: &str) -> Vec<String> {
        let graph = graph(flow);
        let identities = Identities::of(&graph);
        let machine = graph.machines.first().unwrap();
        in_file_order(machine).into_iter().map(|id| identities.state(0, id).to_owned()).collect()
    }

    fn shared(a: &[String], b: &[String]) -> usize {
        a.iter().filter(|name| b.contains(name)).count()
    }

    const SURVEY: &str = r#"on sms
  -> wait 1d
  -> ask "How was it, $body?" < score: int > within 2d retry 1 "A number."
     reply -> sms "$score, thank you."
"#;

    #[test]
    fn layout_and_place_change_nothing() {
        let before = names(SURVEY);
        assert_eq!(before.len(), 3);
        let one_line = SURVEY.split_whitespace().collect::<Vec<_>>().join(" ").replace("1d", "24h");
        let moved = format!("# A comment.\nsecret KEY\n\n\n{one_line}\non api \"a\" token $KEY -> end");
        assert_eq!(names(&moved), before);
        let clauses = SURVEY.replace("within 2d retry 1 \"A number.\"", "retry 1 \"A number.\" within 48h");
        assert_ne!(clauses, SURVEY);
        assert_eq!(names(&clauses), before);
        assert_eq!(names(&SURVEY.replace("$body?", "${body}?")), before);
    }

    #[test]
    fn a_flow_is_another_as_soon_as_it_does_something_else() {
        let flow = format!("{SURVEY}on api \"a\" token $KEY expect N: int -> sms \"$N\" fail -> end\nsecret KEY\n");
        let identity = |flow: &str| graph(flow).identity();
        let before = identity(&flow);
        assert!(before.len() == 16 && before.bytes().all(|digit| digit.is_ascii_hexdigit()), "{before}");
        let one_line = flow.split_whitespace().collect::<Vec<_>>().join(" ").replace("2d", "48h");
        assert_eq!(identity(&format!("# A comment.\n{one_line}")), before);
        let others = [
            ("1d", "2d"),
            ("2d", "3d"),
            ("retry 1", "retry 2"),
            ("A number", "Digits"),
            ("thank you", "thanks"),
            ("N: int", "N: text"),
            ("N: int", "N: int, M: int"),
            (" token $KEY", ""),
            ("\"a\"", "\"b\""),
            ("on sms", "on sms matching \"x\""),
            ("on sms", "flow \"b\" on sms"),
            ("on sms", "timezone \"Europe/Berlin\" on sms"),
            (" fail -> end", " fail -> sms \"Again\""),
        ];
        for (old, new) in others {
            let other = flow.replacen(old, new, 1);
            assert!(other != flow && identity(&other) != before, "{old}: {other}");
        }
        assert_eq!(identity("on sms -> sms \"Hi\""), "41bba24990ea9303", "it does not change with flowc");
    }

    #[test]
    fn what_nothing_reads_is_in_no_name() {
        let flow = "on sms -> { if $body == \"x\" -> wait 1d } -> wait 1d -> sms \"a\"";
        let sets = "on sms -> set a = 1 -> { if $body == \"x\" -> wait 1d -> set a = 2 else -> set a = 3 } -> set a = 4 -> wait 1d -> sms \"a\" -> set a = 5";
        assert_eq!(names(sets), names(flow));
        assert_eq!(graph(sets).identity(), graph(flow).identity());
    }

    #[test]
    fn other_words_are_another_step() {
        let before = names(SURVEY);
        for (old, new, kept) in [
            ("1d", "2d", 2),
            ("How was it", "How was your stay", 2),
            ("$body", "$from", 2),
            ("score: int", "score: number", 2),
            // How an answer is waited for may change.
            ("A number", "Digits", 3),
            ("retry 1", "retry 2", 3),
            ("2d", "3d", 3),
            (", thank you", "", 2),
        ] {
            assert_eq!(shared(&names(&SURVEY.replace(old, new)), &before), kept, "{old}");
        }
    }

    #[test]
    fn names_do_not_change_with_flowc() {
        assert_eq!(names("on sms -> wait 1d -> sms \"Hi\""), ["wait f23e7be7cf68", "sms 1b44389b677c"]);
    }

    #[test]
    fn a_new_step_is_not_taken_for_an_equal_one_behind_it() {
        let two = names("on sms -> wait 1d -> sms \"a\" -> wait 1d -> sms \"b\"");
        let three = names("on sms -> wait 1d -> sms \"new\" -> wait 1d -> sms \"a\" -> wait 1d -> sms \"b\"");
        assert_eq!(three.len(), 6);
        assert_eq!(three.iter().collect::<BTreeSet<_>>().len(), 6);
        assert_eq!(three.get(2..), two.get(..));
        // What was the only one of its words may be either of two.
        let one = names("on sms -> wait 1d -> sms \"a\"");
        assert_eq!(shared(&one, &two), 1);
    }

    #[test]
    fn only_what_tells_steps_apart_is_in_their_names() {
        let flow = "on sms -> wait 1d -> sms \"a\" -> sms \"end\" -> wait 1d -> sms \"b\"";
        let (before, after) = (names(flow), names(&flow.replace("end", "bye")));
        assert_eq!(shared(&before, &after), before.len() - 1);
        // Far behind them, they differ.
        let far = names(
            "on sms -> if $body == \"x\" -> wait 1d -> sms \"a\" -> sms \"b\" else -> wait 1d -> sms \"a\" -> sms \"c\"",
        );
        assert_eq!(far.iter().collect::<BTreeSet<_>>().len(), 6);
        assert!(far.iter().all(|name| name.split(' ').count() == 2), "{far:?}");
    }

    #[test]
    fn steps_that_go_on_alike_are_numbered() {
        let one = names("on sms -> sms \"Please call.\"");
        let two = names("on sms -> if $body == \"x\" -> sms \"Please call.\" else -> sms \"Please call.\"");
        assert_eq!(two, [one.concat(), format!("{} 2", one.concat())]);
    }

    #[test]
    fn where_a_jump_leads_is_told_by_name() {
        let flow = "on sms -> if $body == \"x\" -> wait 1d -> goto a else -> wait 1d -> goto b\npath a -> sms \"a\"\npath b -> sms \"b\"\n";
        let swapped = "on sms -> if $body == \"x\" -> wait 1d -> goto a else -> wait 1d -> goto b\npath b -> sms \"b\"\npath a -> sms \"a\"\n";
        assert_eq!(names(flow), names(swapped));
        let graph = graph(flow);
        let identities = Identities::of(&graph);
        assert_eq!((identities.machine(0), identities.machine(2)), ("on sms", "path b"));
        let path = graph.machines.get(2).unwrap();
        assert_eq!(identities.state(2, path.start), "start");
    }

    #[test]
    fn what_differs_far_behind_is_told_apart_too() {
        let row = " -> sms \"a\"".repeat(100);
        let names = names(&format!("on sms -> if $body == \"x\"{row} -> sms \"b\" else{row} -> sms \"c\""));
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 202);
        assert!(names.iter().all(|name| name.split(' ').count() == 2), "{names:?}");
    }

    #[test]
    fn every_state_of_a_large_flow_has_a_name_of_its_own() {
        let mut flow = String::from("on sms");
        for _ in 0..600 {
            flow.push_str(" -> { if $body == \"x\" -> sms \"a\" } -> wait 1d");
        }
        let names = names(&flow);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 1200);
    }
}
