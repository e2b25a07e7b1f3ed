//! A machine: its states, what each of them asks for, and how another machine enters it.

use super::border;
use super::idents::Idents;
use super::names::{Names, read_once};
use super::transition::Transitions;
use super::{Purpose, action, bot, expr};
use crate::graph::{Binding, Entry, ExprKind, FlowGraph, Identities, Machine, Node, NodeId, NodeKind};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashMap;

/// What is emitted for one machine.
pub(super) struct MachineCode<'a> {
    pub(super) graph: &'a FlowGraph,
    pub(super) idents: &'a Idents,
    pub(super) index: usize,
    pub(super) machine: &'a Machine,
    pub(super) identities: &'a Identities,
    pub(super) purpose: Purpose,
    /// The variant of each node that is a state.
    pub(super) states: HashMap<NodeId, Ident>,
}

impl<'a> MachineCode<'a> {
    pub(super) fn new(
        graph: &'a FlowGraph,
        idents: &'a Idents,
        identities: &'a Identities,
        index: usize,
        machine: &'a Machine,
        purpose: Purpose,
    ) -> Self {
        Self { graph, idents, identities, index, machine, purpose, states: name_states(machine) }
    }

    /// `mod on_sms { … }`
    pub(super) fn module(&self) -> TokenStream {
        let module = self.idents.module(self.index);
        let doc = format!(" Line {}: `{}`.", self.machine.line, self.machine.entry.head());
        let derive = border::derive_storable();
        let variants = self.states().map(|(id, node, variant)| {
            let title = match &node.kind {
                NodeKind::Start { .. } => node.kind.title(),
                kind => format!("`{}`", kind.title()),
            };
            let doc = format!(" Line {}: {title}.", node.line);
            let stored = border::stored_as(self.identities.state(self.index, id));
            let fields = self.fields(node);
            quote!(#[doc = #doc] #stored #variant #fields)
        });
        let tables = self.states().filter_map(|(_, node, variant)| {
            let bindings = bindings(node)?;
            (!bindings.is_empty()).then(|| action::bindings(&table(variant), bindings))
        });
        let transitions = Transitions::new(self);
        let start = self.start(&transitions);
        let action = self.action();
        let resume = self.resume(&transitions);
        let joins = transitions.joins();
        quote! {
            #[doc = #doc]
            mod #module {
                use super::*;

                #derive
                pub enum State { #(#variants),* }

                #(#tables)*

                #start

                impl State {
                    #action
                    #resume
                }

                #(#joins)*
            }
        }
    }

    /// The states with their variants, in the order of the file.
    pub(super) fn states(&self) -> impl Iterator<Item = (NodeId, &Node, &Ident)> {
        in_file_order(self.machine).into_iter().filter_map(|(id, node)| Some((id, node, self.states.get(&id)?)))
    }

    /// A state without variables has braces, too: one that had some may be read back as it.
    fn fields(&self, node: &Node) -> TokenStream {
        let fields = node.live.iter().map(|(name, typed)| {
            let field = self.idents.variable(name);
            let ty = border::rust_type(*typed);
            let stored = border::variable_stored_as(name, *typed);
            quote!(#stored #field: #ty)
        });
        let chat = is_chat(node).then(|| quote!(chat: Chat,));
        quote!({ #chat #(#fields),* })
    }

    /// `State::Variant { a, b }`: the state, which is come to; a chat begins there.
    pub(super) fn state(&self, id: NodeId) -> TokenStream {
        let chat = self.machine.node(id).filter(|node| is_chat(node)).map(|_| quote!(chat: Chat::Begins,));
        self.whole(id, chat)
    }

    /// A chat's state, as an expression or as the pattern that takes all fields out.
    pub(super) fn chat(&self, id: NodeId) -> TokenStream {
        self.whole(id, Some(quote!(chat,)))
    }

    fn whole(&self, id: NodeId, chat: Option<TokenStream>) -> TokenStream {
        let (Some(variant), Some(node)) = (self.states.get(&id), self.machine.node(id)) else {
            return quote!();
        };
        let fields = node.live.keys().map(|name| self.idents.variable(name));
        quote!(State::#variant { #chat #(#fields),* })
    }

    /// The pattern of a state that takes only these fields out.
    pub(super) fn pattern(&self, id: NodeId, wanted: &[Ident]) -> TokenStream {
        let Some(variant) = self.states.get(&id) else {
            return quote!(_);
        };
        let live = self.machine.node(id).map_or(0, |node| node.live.len() + usize::from(is_chat(node)));
        match (live, wanted.len()) {
            (all, some) if all == some => quote!(State::#variant { #(#wanted),* }),
            (_, 0) => quote!(State::#variant { .. }),
            _ => quote!(State::#variant { #(#wanted),*, .. }),
        }
    }

    fn action(&self) -> TokenStream {
        let mut needs_secrets = false;
        let arms: Vec<TokenStream> = self
            .states()
            .map(|(id, node, variant)| {
                let mut used: Vec<Ident> = Vec::new();
                node.kind.each_expr(&mut |expr| {
                    expr.walk(&mut |expr| needs_secrets |= matches!(expr.kind, ExprKind::Secret(_)));
                    used.extend(crate::graph::variables(expr).keys().map(|name| self.idents.variable(name)));
                });
                used.extend(is_chat(node).then(|| format_ident!("chat")));
                used.sort();
                used.dedup();
                let pattern = self.pattern(id, &used);
                let moved = read_once(|visit| node.kind.each_expr(visit));
                let names = Names::new(self.idents, &moved);
                let table = bindings(node).filter(|bindings| !bindings.is_empty()).map(|_| table(variant));
                let action = match &node.kind {
                    NodeKind::Call { call, .. } => action::call(names, node.line, call, table.as_ref()),
                    NodeKind::Talk { talk, .. } => bot::action(names, node, talk, table.as_ref()),
                    NodeKind::Sms { sms, .. } => action::sms(names, node.line, sms),
                    NodeKind::Ask { ask, .. } => action::ask(names, node, ask),
                    NodeKind::Wait { seconds, .. } => action::wait(node, *seconds),
                    _ => quote!(Action::Continue),
                };
                quote!(#pattern => #action)
            })
            .collect();
        let secrets = if needs_secrets { quote!(secrets) } else { quote!(_secrets) };
        let body = if arms.is_empty() {
            quote!(match self {})
        } else {
            quote!(let action = match self { #(#arms,)* }; Ok(action))
        };
        quote! {
            /// What the state asks for.
            pub fn action(self, #secrets: &Secrets) -> Result<Action, Fault> {
                #body
            }
        }
    }

    /// `goto`: the state in which another machine begins.
    pub(super) fn enter(&self, machine: usize, args: &[crate::graph::Expr]) -> TokenStream {
        let module = self.idents.module(machine);
        let outer = self.idents.variant(machine);
        let Some(target) = self.graph.machines.get(machine) else {
            return quote!(Run::Completed);
        };
        let Entry::Path { params, .. } = &target.entry else { return quote!(Run::Completed) };
        let moved = read_once(|visit| args.iter().for_each(visit));
        let names = Names::new(self.idents, &moved);
        let fields: Vec<TokenStream> = params
            .iter()
            .zip(args)
            .map(|(param, arg)| {
                let field = self.idents.variable(&param.name);
                let value = expr::value(names, arg);
                let is_there = !arg.typed.optional && !matches!(arg.kind, ExprKind::Missing);
                if param.typed.optional && is_there { quote!(#field: Some(#value)) } else { quote!(#field: #value) }
            })
            .collect();
        let mark = border::mark_at(self.purpose, machine, target.start);
        quote!(#mark Run::#outer(super::#module::State::Start { #(#fields),* }))
    }
}

fn in_file_order(machine: &Machine) -> Vec<(NodeId, &Node)> {
    let mut nodes: Vec<_> = machine.nodes.iter().enumerate().map(|(at, node)| (NodeId(at), node)).collect();
    nodes.sort_by_key(|(_, node)| node.span.start);
    nodes
}

/// The response variables of a step that may have some.
fn bindings(node: &Node) -> Option<&[Binding]> {
    match &node.kind {
        NodeKind::Call { call, .. } => Some(&call.bindings),
        NodeKind::Talk { talk, .. } => Some(&talk.bindings),
        _ => None,
    }
}

/// Whether a step stands in one of several places while it lasts.
pub(super) fn is_chat(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Talk { talk, .. } if talk.within.is_some())
}

/// The name of a step's table of response variables.
fn table(variant: &Ident) -> Ident {
    format_ident!("{}", variant.to_string().to_ascii_uppercase())
}

/// `Call1`, `Call2`, `Sms1`, …, counted in the order of the file.
fn name_states(machine: &Machine) -> HashMap<NodeId, Ident> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut states = HashMap::new();
    for (id, node) in in_file_order(machine) {
        let kind = match &node.kind {
            // There is one.
            NodeKind::Start { .. } => {
                states.insert(id, format_ident!("Start"));
                continue;
            }
            NodeKind::Call { .. } => "Call",
            NodeKind::Sms { .. } => "Sms",
            NodeKind::Ask { .. } => "Ask",
            NodeKind::Talk { .. } => "Talk",
            NodeKind::Wait { .. } => "Wait",
            _ => continue,
        };
        let count = counts.entry(kind).or_default();
        *count += 1;
        states.insert(id, format_ident!("{kind}{count}"));
    }
    states
}
