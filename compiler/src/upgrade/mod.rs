//! What becomes of the runs of an old version of a flow when a new one takes them over.
//!
//! A binary decides it state by state when it reads its journal; here the same is told beforehand, of every place at which
//! a run of the old version can stand.

mod words;

use crate::graph::{FlowGraph, Identities, Machine, Node, NodeId};
use std::collections::HashMap;

/// What a new version makes of an old one.
#[derive(Debug)]
pub struct Upgrade {
    /// The places of the old version at which a run can stand, in the order of its file.
    pub places: Vec<Place>,
    /// The triggers and paths of the old version that the new one does not have.
    pub gone: Vec<Head>,
    /// The flow's name as it was and as it is: a journal is named after its flow, so one of another name does not find the
    /// runs. Of a flow without a name that of its file counts, which is the same in both versions where it is deployed.
    pub renamed: Option<(String, String)>,
}

/// A trigger or a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its line in the old version.
    pub line: u32,
    /// What it is called: `on sms matching "book"`.
    pub words: String,
}

/// A step of the old version at which a run can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its line in the old version.
    pub line: u32,
    /// What it is called: `ask "For how many guests?"`.
    pub title: String,
    /// The trigger or path that it belongs to.
    pub head: String,
    /// Runs wait here, for a reply or for time to pass; at other steps they stand only if they were interrupted.
    pub waits: bool,
    /// What becomes of a run that stands here.
    pub fate: Fate,
}

/// What becomes of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    Survives {
        /// At this line of the new version.
        line: u32,
    },
    /// Its trigger or path is not in the new version.
    HeadGone,
    /// Its step says something else.
    Reworded {
        /// The step's line in the new version.
        line: u32,
        /// What it said.
        before: String,
        /// What it says.
        after: String,
    },
    /// Its step is not in the new version.
    StepGone,
    /// Steps of the new version say the same, but what follows does not tell which of them it was.
    Ambiguous {
        /// Their lines.
        lines: Vec<u32>,
    },
    /// Its step is there, but needs what the run does not hold.
    Unfit {
        /// The step's line in the new version.
        line: u32,
        /// What it lacks.
        lacks: Vec<Lack>,
    },
}

/// A variable that the new version needs and the old one did not keep like that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Its name.
    pub name: String,
    /// The type that the new version needs.
    pub needed: String,
    /// The type that the old version kept; `None`: it did not keep it.
    pub kept: Option<String>,
}

impl Fate {
    /// Whether a run goes on.
    pub fn is_survival(&self) -> bool {
        matches!(self, Self::Survives { .. })
    }
}

fn renamed(old: &FlowGraph, new: &FlowGraph) -> Option<(String, String)> {
    let given = |graph: &FlowGraph| {
        let stem = graph.source.strip_suffix(".flow").unwrap_or(&graph.source);
        (graph.name != stem).then(|| graph.name.clone())
    };
    let (old, new) = (given(old)?, given(new)?);
    (old != new).then_some((old, new))
}

/// Compares two versions of a flow.
pub fn compare(old: &FlowGraph, new: &FlowGraph) -> Upgrade {
    let (old_names, new_names) = (Identities::of(old), Identities::of(new));
    let mut upgrade = Upgrade { places: Vec::new(), gone: Vec::new(), renamed: renamed(old, new) };
    for (at, machine) in old.machines.iter().enumerate() {
        let head = old_names.machine(at);
        let successor = (0..new.machines.len()).find(|other| new_names.machine(*other) == head);
        let before = States::of(machine, at, &old_names);
        match successor.and_then(|other| Some((other, new.machines.get(other)?))) {
            Some((other, successor)) => {
                let after = States::of(successor, other, &new_names);
                upgrade.places.extend(before.all.iter().map(|state| place(head, state, fate(state, &before, &after))));
            }
            None => {
                upgrade.gone.push(Head { line: machine.line, words: head.to_owned() });
                upgrade.places.extend(before.all.iter().map(|state| place(head, state, Fate::HeadGone)));
            }
        }
    }
    upgrade.places.sort_by_key(|place| place.line);
    upgrade
}

/// The states of a machine, in the order of the file.
struct States<'a> {
    all: Vec<State<'a>>,
    by_name: HashMap<&'a str, usize>,
}

#[derive(Clone, Copy)]
struct State<'a> {
    name: &'a str,
    node: &'a Node,
}

impl<'a> States<'a> {
    fn of(machine: &'a Machine, at: usize, names: &'a Identities) -> Self {
        let nodes = machine.nodes.iter().enumerate().filter(|(_, node)| node.kind.is_state());
        let mut all: Vec<_> = nodes.map(|(id, node)| State { name: names.state(at, NodeId(id)), node }).collect();
        all.sort_by_key(|state| state.node.span.start);
        let by_name = all.iter().enumerate().map(|(at, state)| (state.name, at)).collect();
        Self { all, by_name }
    }

    fn named(&self, name: &str) -> Option<&State<'a>> {
        self.by_name.get(name).and_then(|at| self.all.get(*at))
    }

    /// Those of one kind that the other version does not have.
    fn only_here(&self, other: &Self, keyword: &str) -> Vec<State<'a>> {
        let of_kind = self.all.iter().filter(|state| state.node.kind.keyword() == keyword);
        of_kind.filter(|state| other.named(state.name).is_none()).copied().collect()
    }
}

fn place(head: &str, state: &State<'_>, fate: Fate) -> Place {
    let Node { line, kind, .. } = state.node;
    Place { line: *line, title: kind.title(), head: head.to_owned(), waits: kind.waits(), fate }
}

fn fate(state: &State<'_>, before: &States<'_>, after: &States<'_>) -> Fate {
    if let Some(successor) = after.named(state.name) {
        let line = successor.node.line;
        let lacks = lacks(state.node, successor.node);
        return if lacks.is_empty() { Fate::Survives { line } } else { Fate::Unfit { line, lacks } };
    }
    let words = state.node.kind.words();
    let alike: Vec<u32> =
        after.all.iter().filter(|other| other.node.kind.words() == words).map(|other| other.node.line).collect();
    if !alike.is_empty() {
        return Fate::Ambiguous { lines: alike };
    }
    // If as many steps of its kind came as went, they took each other's places.
    let keyword = state.node.kind.keyword();
    let (went, came) = (before.only_here(after, keyword), after.only_here(before, keyword));
    let position = went.iter().position(|other| other.name == state.name).filter(|_| went.len() == came.len());
    match position.and_then(|at| came.get(at)) {
        Some(other) => Fate::Reworded { line: other.node.line, before: words, after: other.node.kind.words() },
        None => Fate::StepGone,
    }
}

/// As stored variables are read: by name and type, where one that may be missing takes one that was always there.
fn lacks(old: &Node, new: &Node) -> Vec<Lack> {
    let fits = |name: &String| {
        let (needed, kept) = (new.live.get(name)?, old.live.get(name)?);
        Some(needed.ty == kept.ty && (needed.optional || !kept.optional))
    };
    let lacking = new.live.iter().filter(|(name, _)| fits(name) != Some(true));
    lacking
        .map(|(name, needed)| Lack {
            name: name.clone(),
            needed: needed.to_string(),
            kept: old.live.get(name).map(ToString::to_string),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::sample::NoSamples;
    use crate::source::SourceFile;

    fn graph(flow: &str) -> FlowGraph {
        let (graph, diagnostics) = crate::graph_of(&SourceFile::new("a.flow", flow), &NoSamples);
        graph.unwrap_or_else(|| panic!("{diagnostics:?}"))
    }

    const OLD: &str = r#"on sms matching "book"
  -> ask "For how many, $body?" < guests: int > within 10m
     reply   -> wait 1d -> sms "$guests: how was it?"
     timeout -> end
"#;

    fn fates(new: &str) -> Vec<Fate> {
        compare(&graph(OLD), &graph(new)).places.into_iter().map(|place| place.fate).collect()
    }

    #[test]
    fn what_only_moves_survives() {
        let new = format!("# New.\non sms matching \"hi\" -> sms \"Hi\"\n{OLD}");
        assert_eq!(fates(&new), [4, 5, 5].map(|line| Fate::Survives { line }));
    }

    #[test]
    fn each_loss_has_its_reason() {
        let told = fates(&OLD.replace("For how many", "How many"));
        assert!(
            matches!(&told[..], [Fate::Reworded { line: 2, before, after }, Fate::Survives { .. }, Fate::Survives { .. }]
            if before.starts_with("ask \"For how many, $body?\" < guests: int >") && after.contains("\"How many"))
        );

        let told = fates(&OLD.replace("\"book\"", "\"table\""));
        assert_eq!(told, [Fate::HeadGone, Fate::HeadGone, Fate::HeadGone]);

        let told = fates(&OLD.replace("wait 1d -> ", ""));
        assert_eq!(told.get(1), Some(&Fate::StepGone));

        let told = fates(&OLD.replace("wait 1d", "wait 1d -> sms \"Soon.\" -> wait 1d"));
        assert_eq!(told.get(1), Some(&Fate::Ambiguous { lines: vec![3, 3] }));

        let told = fates(&OLD.replace("$guests: how", "$guests, $from: how"));
        let lack = Lack { name: "from".to_owned(), needed: "phone".to_owned(), kept: None };
        assert_eq!(told.first(), Some(&Fate::Unfit { line: 2, lacks: vec![lack.clone()] }));
        assert_eq!(told.get(1), Some(&Fate::Unfit { line: 3, lacks: vec![lack] }));
    }

    #[test]
    fn a_variable_of_another_type_does_not_fit() {
        let flow = |ty: &str| {
            format!(
                "on api \"a\" expect Room{ty}\n  -> wait 1d\n  -> sms to \"+15550100\" \"${{Room{}}}\"\n",
                if ty.contains('?') { " ?? 1" } else { "" }
            )
        };
        let fate = |old: &str, new: &str| compare(&graph(&flow(old)), &graph(&flow(new))).places.remove(0).fate;
        assert!(fate(": int", ": int").is_survival() && fate(": int", "?: int").is_survival());
        let kept = |fate| -> Vec<(String, String)> {
            match fate {
                Fate::Unfit { lacks, .. } => lacks.into_iter().map(|lack| (lack.needed, lack.kept.unwrap())).collect(),
                other => panic!("{other:?}"),
            }
        };
        let pair = |needed: &str, kept: &str| vec![(needed.to_owned(), kept.to_owned())];
        assert_eq!(kept(fate("?: int", ": int")), pair("int", "int?"));
        assert_eq!(kept(fate(": int", ": text")), pair("text", "int"));
    }

    #[test]
    fn steps_at_which_nobody_waits_are_told_apart() {
        let upgrade = compare(&graph(OLD), &graph("on sms matching \"book\" -> sms \"Closed.\""));
        assert!(upgrade.gone.is_empty());
        let waits: Vec<bool> = upgrade.places.iter().map(|place| place.waits).collect();
        assert_eq!(waits, [true, true, false]);
        let upgrade = compare(&graph(OLD), &graph("on sms -> sms \"Closed.\""));
        assert_eq!(upgrade.gone, [Head { line: 1, words: "on sms matching \"book\"".to_owned() }]);
    }
}
