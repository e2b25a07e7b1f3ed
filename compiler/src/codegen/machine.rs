//! A machine: its states, what enters it, what each state asks for, and where each outcome leads.

use super::border;
use super::idents::Idents;
use super::transition::Transitions;
use super::{action, expr};
use crate::graph::{Api, Entry, Fail, Fails, FlowGraph, Machine, Node, NodeId, NodeKind};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashMap;

/// What is emitted for one machine.
pub(super) struct MachineCode<'a> {
    pub(super) graph: &'a FlowGraph,
    pub(super) idents: &'a Idents,
    pub(super) index: usize,
    pub(super) machine: &'a Machine,
    /// The variant of each node that is a state.
    pub(super) states: HashMap<NodeId, Ident>,
}

impl<'a> MachineCode<'a> {
    pub(super) fn new(graph: &'a FlowGraph, idents: &'a Idents, index: usize, machine: &'a Machine) -> Self {
        Self { graph, idents, index, machine, states: name_states(machine) }
    }

    /// `mod on_sms { … }`
    pub(super) fn module(&self) -> TokenStream {
        let module = self.idents.module(self.index);
        let doc = format!(" Line {}: `{}`.", self.machine.line, self.title());
        let derive = border::derive_storable();
        let variants = self.states().map(|(id, node, variant)| {
            let doc = format!(" Line {}: {}.", node.line, node.kind.title());
            let fields = self.fields(id);
            quote!(#[doc = #doc] #variant #fields)
        });
        let tables = self.states().filter_map(|(_, node, variant)| match &node.kind {
            NodeKind::Call { call, .. } if !call.bindings.is_empty() => {
                Some(action::bindings(&table(variant), &call.bindings))
            }
            _ => None,
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

    /// The row of this machine in the program's triggers; `None` for a path.
    pub(super) fn trigger(&self) -> Option<TokenStream> {
        let module = self.idents.module(self.index);
        let line = Literal::u32_unsuffixed(self.machine.line);
        match &self.machine.entry {
            Entry::Sms { to, matching } => {
                let option =
                    |text: &Option<String>| text.as_ref().map_or_else(|| quote!(None), |text| quote!(Some(#text)));
                let (to, matching) = (option(to), option(matching));
                Some(quote! {
                    Trigger::Sms(SmsTrigger { line: #line, to: #to, matching: #matching, start: #module::start })
                })
            }
            Entry::Api(api) => {
                let Api { name, needs_ani, needs_dnis, .. } = api;
                let token = api.token.as_ref().map_or_else(|| quote!(None), |token| quote!(Some(#token)));
                let inputs = api.inputs.iter().map(|input| {
                    let name = &input.name;
                    let kind = border::kind(input.typed.ty);
                    let optional = input.typed.optional;
                    quote!(Input { name: #name, kind: #kind, optional: #optional })
                });
                Some(quote! {
                    Trigger::Api(ApiTrigger {
                        line: #line,
                        name: #name,
                        token: #token,
                        inputs: &[#(#inputs),*],
                        needs_ani: #needs_ani,
                        needs_dnis: #needs_dnis,
                        start: #module::start,
                    })
                })
            }
            Entry::Schedule { .. } | Entry::Path { .. } => None,
        }
    }

    fn title(&self) -> String {
        match &self.machine.entry {
            Entry::Sms { to, matching } => {
                let to = to.iter().map(|to| format!(" to {to:?}"));
                let matching = matching.iter().map(|pattern| format!(" matching {pattern:?}"));
                format!("on sms{}", to.chain(matching).collect::<String>())
            }
            Entry::Schedule { cron } => format!("on schedule {cron:?}"),
            Entry::Api(api) => format!("on api {:?}", api.name),
            Entry::Path { name, .. } => format!("path {name}"),
        }
    }

    /// The states with their variants, in the order of the file.
    fn states(&self) -> impl Iterator<Item = (NodeId, &Node, &Ident)> {
        in_file_order(self.machine).into_iter().filter_map(|(id, node)| Some((id, node, self.states.get(&id)?)))
    }

    fn fields(&self, id: NodeId) -> TokenStream {
        let live = self.machine.node(id).map(|node| &node.live);
        let fields: Vec<TokenStream> = live
            .into_iter()
            .flatten()
            .map(|(name, typed)| {
                let field = self.idents.variable(name);
                let ty = border::rust_type(*typed);
                quote!(#field: #ty)
            })
            .collect();
        if fields.is_empty() { quote!() } else { quote!({ #(#fields),* }) }
    }

    /// `State::Variant { a, b }`, as an expression or as the pattern that takes all fields out.
    pub(super) fn state(&self, id: NodeId) -> TokenStream {
        let Some(variant) = self.states.get(&id) else {
            return quote!();
        };
        let fields: Vec<Ident> = self
            .machine
            .node(id)
            .into_iter()
            .flat_map(|node| node.live.keys())
            .map(|name| self.idents.variable(name))
            .collect();
        if fields.is_empty() { quote!(State::#variant) } else { quote!(State::#variant { #(#fields),* }) }
    }

    /// The pattern of a state that takes only these fields out.
    fn pattern(&self, id: NodeId, wanted: &[Ident]) -> TokenStream {
        let Some(variant) = self.states.get(&id) else {
            return quote!(_);
        };
        let live = self.machine.node(id).map_or(0, |node| node.live.len());
        match (live, wanted.len()) {
            (0, _) => quote!(State::#variant),
            (_, 0) => quote!(State::#variant { .. }),
            (all, some) if all == some => quote!(State::#variant { #(#wanted),* }),
            _ => quote!(State::#variant { #(#wanted),*, .. }),
        }
    }

    fn start(&self, transitions: &Transitions<'_>) -> TokenStream {
        let start = self.machine.start;
        let live: Vec<(Ident, &str, _)> = self
            .machine
            .node(start)
            .into_iter()
            .flat_map(|node| &node.live)
            .map(|(name, typed)| (self.idents.variable(name), name.as_str(), *typed))
            .collect();
        let (argument, bind): (TokenStream, Vec<TokenStream>) = match &self.machine.entry {
            Entry::Schedule { .. } | Entry::Path { .. } => return quote!(),
            Entry::Sms { .. } => {
                let bind = live.iter().map(|(variable, name, _)| match *name {
                    "to" | "DNIS" => quote!(let #variable = sms.to.clone();),
                    "body" => quote!(let #variable = sms.body;),
                    "media" => quote!(let #variable = sms.media;),
                    _ => quote!(let #variable = sms.from.clone();),
                });
                (if live.is_empty() { quote!(_sms: InboundSms) } else { quote!(sms: InboundSms) }, bind.collect())
            }
            Entry::Api(api) => {
                let mut takes_values = false;
                let bind: Vec<_> = live
                    .iter()
                    .map(|(variable, name, typed)| {
                        if api.inputs.iter().any(|input| input.name == *name) {
                            takes_values = true;
                            let accessor = format_ident!("{}", border::accessor(*typed));
                            quote!(let #variable = api.inputs.#accessor(#name)?;)
                        } else {
                            let member = format_ident!("{}", if *name == "ANI" { "ani" } else { "dnis" });
                            let missing = format!("${name} is needed and was not asked for");
                            quote! {
                                let #variable =
                                    api.#member.clone().ok_or_else(|| Fault::Bug(#missing.to_owned()))?;
                            }
                        }
                    })
                    .collect();
                let argument = match (live.is_empty(), takes_values) {
                    (true, _) => quote!(_api: InboundApi),
                    (false, true) => quote!(mut api: InboundApi),
                    (false, false) => quote!(api: InboundApi),
                };
                (argument, bind)
            }
        };
        let next = transitions.to(start);
        quote! {
            pub fn start(#argument, secrets: &Secrets) -> Result<Step, Fault> {
                #(#bind)*
                let next = #next;
                next.step(secrets)
            }
        }
    }

    fn action(&self) -> TokenStream {
        let mut needs_secrets = false;
        let arms: Vec<TokenStream> = self
            .states()
            .map(|(id, node, variant)| {
                let mut used: Vec<Ident> = Vec::new();
                node.kind.each_expr(&mut |expr| {
                    expr.walk(&mut |expr| needs_secrets |= matches!(expr.kind, crate::graph::ExprKind::Secret(_)));
                    used.extend(crate::graph::variables(expr).keys().map(|name| self.idents.variable(name)));
                });
                used.sort();
                used.dedup();
                let pattern = self.pattern(id, &used);
                let action = match &node.kind {
                    NodeKind::Call { call, .. } => {
                        let table = table(variant);
                        let table = (!call.bindings.is_empty()).then_some(&table);
                        action::call(self.idents, node.line, call, table)
                    }
                    NodeKind::Sms { sms, .. } => action::sms(self.idents, node.line, sms),
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

    fn resume(&self, transitions: &Transitions<'_>) -> TokenStream {
        let arms: Vec<TokenStream> =
            self.states().flat_map(|(id, node, _)| self.outcomes(transitions, id, node)).collect();
        let (outcome, body) = if arms.is_empty() {
            (quote!(_outcome), quote!(match self {}))
        } else {
            (
                quote!(outcome),
                quote!(let next = match (self, outcome) { #(#arms)* _ => return Err(unasked()), }; Ok(next)),
            )
        };
        quote! {
            /// Where the outcome of that leads.
            pub fn resume(self, #outcome: Outcome) -> Result<Run, Fault> {
                #body
            }
        }
    }

    fn outcomes(&self, transitions: &Transitions<'_>, id: NodeId, node: &Node) -> Vec<TokenStream> {
        let done = |to: &NodeId| {
            let pattern = self.pattern(id, &self.kept(*to, &[]));
            let next = transitions.to(*to);
            quote!((#pattern, Outcome::Done) => #next,)
        };
        match &node.kind {
            NodeKind::Start { next } => vec![done(next)],
            NodeKind::Sms { ok, fails, .. } => vec![done(ok), self.failed(transitions, id, node, fails)],
            NodeKind::Call { call, ok, fails } => {
                let names: Vec<&str> = call.bindings.iter().map(|binding| binding.variable.name.as_str()).collect();
                let pattern = self.pattern(id, &self.kept(*ok, &names));
                let live = self.machine.node(*ok).map(|node| &node.live);
                let take: Vec<TokenStream> = call
                    .bindings
                    .iter()
                    .map(|binding| &binding.variable)
                    .filter(|variable| live.is_some_and(|live| live.contains_key(&variable.name)))
                    .map(|variable| {
                        let local = self.idents.variable(&variable.name);
                        let accessor = format_ident!("{}", border::accessor(variable.typed));
                        let name = &variable.name;
                        quote!(let #local = values.#accessor(#name)?;)
                    })
                    .collect();
                let ok = if take.is_empty() {
                    let next = transitions.to(*ok);
                    quote!((#pattern, Outcome::Response(_)) => #next,)
                } else {
                    let next = transitions.tail(*ok);
                    quote!((#pattern, Outcome::Response(mut values)) => { #(#take)* #next })
                };
                vec![ok, self.failed(transitions, id, node, fails)]
            }
            _ => Vec::new(),
        }
    }

    /// What a way on still needs of a state's variables.
    fn kept(&self, to: NodeId, bound: &[&str]) -> Vec<Ident> {
        let needed = self.machine.node(to).into_iter().flat_map(|node| node.live.keys());
        needed.filter(|name| !bound.contains(&name.as_str())).map(|name| self.idents.variable(name)).collect()
    }

    /// Where a step's failures lead.
    fn failed(&self, transitions: &Transitions<'_>, id: NodeId, node: &Node, fails: &Fails) -> TokenStream {
        let arms = fails.narrowed.iter().map(|(_, to)| *to);
        let ways: Vec<NodeId> = match fails.otherwise {
            Fail::Arm(to) => arms.chain([to]).collect(),
            Fail::Ends => arms.collect(),
        };
        let mut kept: Vec<Ident> = ways.iter().flat_map(|to| self.kept(*to, &["failure"])).collect();
        kept.sort();
        kept.dedup();
        let pattern = self.pattern(id, &kept);
        let otherwise = match fails.otherwise {
            Fail::Arm(to) => transitions.to(to),
            Fail::Ends => {
                let line = Literal::u32_unsuffixed(node.line);
                quote!(Run::Failed { line: #line, failure })
            }
        };
        if fails.narrowed.is_empty() {
            let reads = |to: &NodeId| self.machine.node(*to).is_some_and(|node| node.live.contains_key("failure"));
            let is_read = matches!(fails.otherwise, Fail::Ends) || ways.iter().any(reads);
            let failure = if is_read { quote!(failure) } else { quote!(_) };
            return quote!((#pattern, Outcome::Failed(#failure)) => #otherwise,);
        }
        let narrowed = fails.narrowed.iter().map(|(filter, to)| {
            let filter = border::failure_pattern(*filter);
            let to = transitions.to(*to);
            quote!(#filter => #to,)
        });
        quote! {
            (#pattern, Outcome::Failed(failure)) => match (failure.kind, failure.status) {
                #(#narrowed)*
                _ => #otherwise,
            },
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
        let fields: Vec<TokenStream> = params
            .iter()
            .zip(args)
            .map(|(param, arg)| {
                let field = self.idents.variable(&param.name);
                let value = expr::value(self.idents, arg);
                if param.typed.optional && !arg.typed.optional {
                    quote!(#field: Some(#value))
                } else {
                    quote!(#field: #value)
                }
            })
            .collect();
        let fields = if fields.is_empty() { quote!() } else { quote!({ #(#fields),* }) };
        quote!(Run::#outer(super::#module::State::Start #fields))
    }
}

fn in_file_order(machine: &Machine) -> Vec<(NodeId, &Node)> {
    let mut nodes: Vec<_> = machine.nodes.iter().enumerate().map(|(at, node)| (NodeId(at), node)).collect();
    nodes.sort_by_key(|(_, node)| node.span.start);
    nodes
}

/// The name of a call's table of response variables.
fn table(variant: &Ident) -> Ident {
    format_ident!("{}", variant.to_string().to_ascii_uppercase())
}

/// `Call1`, `Call2`, `Sms1`, …, counted in the order of the file.
fn name_states(machine: &Machine) -> HashMap<NodeId, Ident> {
    let (mut calls, mut messages) = (0, 0);
    let mut states = HashMap::new();
    for (id, node) in in_file_order(machine) {
        let variant = match &node.kind {
            NodeKind::Start { .. } => format_ident!("Start"),
            NodeKind::Call { .. } => {
                calls += 1;
                format_ident!("Call{calls}")
            }
            NodeKind::Sms { .. } => {
                messages += 1;
                format_ident!("Sms{messages}")
            }
            _ => continue,
        };
        states.insert(id, variant);
    }
    states
}
