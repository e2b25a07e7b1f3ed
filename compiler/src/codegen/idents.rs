//! Names of a flow as Rust identifiers.

use crate::graph::{Entry, FlowGraph, NodeKind};
use proc_macro2::{Ident, Span};
use quote::format_ident;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Words that a variable may not be called in the emitted code: Rust's own, and the locals that we emit (besides
/// `part_1` and `join_1` and so on).
const TAKEN: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "api", "outcome",
    "next", "secrets", "sms", "some", "values",
];

/// The identifiers of one program.
pub(super) struct Idents {
    variables: HashMap<String, Ident>,
    machines: Vec<Ident>,
}

impl Idents {
    pub(super) fn of(graph: &FlowGraph) -> Self {
        Self { variables: variables(graph), machines: machines(graph) }
    }

    /// A variable.
    pub(super) fn variable(&self, name: &str) -> Ident {
        self.variables.get(name).cloned().unwrap_or_else(|| ident(&escaped(&snake_case(name))))
    }

    /// The module of a machine.
    pub(super) fn module(&self, machine: usize) -> Ident {
        self.machines.get(machine).cloned().unwrap_or_else(|| format_ident!("machine_{machine}"))
    }

    /// The variant of a machine in the program's `State`.
    pub(super) fn variant(&self, machine: usize) -> Ident {
        ident(&camel_case(&self.module(machine).to_string()))
    }
}

fn variables(graph: &FlowGraph) -> HashMap<String, Ident> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for machine in &graph.machines {
        match &machine.entry {
            Entry::Api(api) => names.extend(api.inputs.iter().map(|input| input.name.as_str())),
            Entry::Path { params, .. } => names.extend(params.iter().map(|param| param.name.as_str())),
            Entry::Sms { .. } | Entry::Schedule { .. } => {}
        }
        for node in &machine.nodes {
            names.extend(node.live.keys().map(String::as_str));
            match &node.kind {
                NodeKind::Set { variable, .. } | NodeKind::Present { variable, .. } => {
                    names.insert(&variable.name);
                }
                NodeKind::Call { call, .. } => {
                    names.extend(call.bindings.iter().map(|binding| binding.variable.name.as_str()));
                }
                _ => {}
            }
        }
    }
    let mut used = HashSet::new();
    // Names that are snake_case already keep theirs; the others give way.
    let (as_they_are, others): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| snake_case(name) == *name);
    as_they_are
        .into_iter()
        .chain(others)
        .map(|name| (name.to_owned(), ident(&free(escaped(&snake_case(name)), &mut used))))
        .collect()
}

fn machines(graph: &FlowGraph) -> Vec<Ident> {
    let mut used = HashSet::new();
    graph
        .machines
        .iter()
        .map(|machine| {
            let name = match &machine.entry {
                Entry::Sms { .. } => "on_sms".to_owned(),
                Entry::Schedule { .. } => "on_schedule".to_owned(),
                Entry::Api(api) => format!("on_api_{}", snake_case(&api.name)),
                Entry::Path { name, .. } => format!("path_{}", snake_case(name)),
            };
            ident(&numbered(&name, &mut used))
        })
        .collect()
}

/// The name, with a number behind it if another has taken it: `on_sms_2`.
fn numbered(name: &str, used: &mut HashSet<String>) -> String {
    let others = (2..).map(|number| format!("{name}_{number}"));
    let free = std::iter::once(name.to_owned()).chain(others).find(|name| !used.contains(name));
    let name = free.unwrap_or_else(|| name.to_owned());
    used.insert(name.clone());
    name
}

/// The name, with underscores behind it if another has taken it.
fn free(mut name: String, used: &mut HashSet<String>) -> String {
    while !used.insert(name.clone()) {
        name.push('_');
    }
    name
}

fn escaped(name: &str) -> String {
    let is_ours = TAKEN.contains(&name) || name.starts_with("part_") || name.starts_with("join_");
    if is_ours || name.chars().all(|c| c == '_') { format!("{name}_") } else { name.to_owned() }
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// `OrderNo` to `order_no`; whatever is no letter or digit becomes an underscore.
fn snake_case(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        let begins_word = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if begins_word {
            snake.push('_');
        }
        snake.push(if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' });
    }
    snake
}

fn camel_case(snake: &str) -> String {
    let words = snake.split('_').filter(|word| !word.is_empty());
    let mut camel: String = words
        .flat_map(|word| {
            let (first, rest) = word.split_at(1);
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect();
    // What tells two modules apart must tell their variants apart.
    camel.extend(snake.chars().rev().take_while(|c| *c == '_'));
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_rust_names() {
        for (flow, rust) in
            [("OrderNo", "order_no"), ("ANI", "ani"), ("orderNO", "order_no"), ("a-b", "a_b"), ("x1Y", "x1_y")]
        {
            assert_eq!(snake_case(flow), rust);
        }
        assert_eq!(camel_case("on_api_order_ready"), "OnApiOrderReady");
        assert_eq!(camel_case("path_a_"), "PathA_");
        assert_eq!(escaped("type"), "type_");
        assert_eq!(escaped("_"), "__");
    }
}
