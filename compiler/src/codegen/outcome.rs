//! Where the outcome of each state leads.

use super::Purpose;
use super::border;
use super::machine::MachineCode;
use super::transition::Transitions;
use crate::graph::{Fail, Fails, Node, NodeId, NodeKind, Variable};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

impl MachineCode<'_> {
    /// `resume`: from a state and its outcome to the next state.
    pub(super) fn resume(&self, transitions: &Transitions<'_>) -> TokenStream {
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
            let next = self.way(transitions, id, *to);
            quote!((#pattern, Outcome::Done) => #next,)
        };
        match &node.kind {
            NodeKind::Start { next } => vec![done(next)],
            NodeKind::Sms { ok, fails, .. } => vec![done(ok), self.failed(transitions, id, node, fails)],
            NodeKind::Wait { next, .. } => vec![done(next)],
            NodeKind::Call { call, ok, fails } => {
                let bound = call.bindings.iter().map(|binding| &binding.variable);
                let ok = self.values(transitions, id, &quote!(Response), bound, *ok);
                vec![ok, self.failed(transitions, id, node, fails)]
            }
            NodeKind::Ask { ask, reply, timeout } => {
                let reply = self.values(transitions, id, &quote!(Reply), ask.reply.iter(), *reply);
                let timeout = match timeout {
                    Some(to) => {
                        let pattern = self.pattern(id, &self.kept(*to, &[]));
                        let next = self.way(transitions, id, *to);
                        quote!((#pattern, Outcome::TimedOut) => #next,)
                    }
                    None => {
                        let pattern = self.pattern(id, &[]);
                        let over = self.resumed(id, &quote!(Run::Completed));
                        quote!((#pattern, Outcome::TimedOut) => #over,)
                    }
                };
                // An `ask` has no `fail`: a question that cannot be sent ends the run.
                let fails = Fails { narrowed: Vec::new(), otherwise: Fail::Ends };
                vec![reply, timeout, self.failed(transitions, id, node, &fails)]
            }
            _ => Vec::new(),
        }
    }

    /// The way on with the values that an outcome has brought; those that nothing reads are left in it.
    fn values<'g>(
        &self,
        transitions: &Transitions<'_>,
        id: NodeId,
        outcome: &TokenStream,
        bound: impl Iterator<Item = &'g Variable>,
        to: NodeId,
    ) -> TokenStream {
        let bound: Vec<&Variable> = bound.collect();
        let names: Vec<&str> = bound.iter().map(|variable| variable.name.as_str()).collect();
        let pattern = self.pattern(id, &self.kept(to, &names));
        let live = self.machine.node(to).map(|node| &node.live);
        let take: Vec<TokenStream> = bound
            .into_iter()
            .filter(|variable| live.is_some_and(|live| live.contains_key(&variable.name)))
            .map(|variable| {
                let local = self.idents.variable(&variable.name);
                let accessor = format_ident!("{}", border::accessor(variable.typed));
                let name = &variable.name;
                quote!(let #local = values.#accessor(#name)?;)
            })
            .collect();
        if take.is_empty() {
            let next = self.way(transitions, id, to);
            return quote!((#pattern, Outcome::#outcome(_)) => #next,);
        }
        let mark = border::mark_from(self.purpose, self.index, id);
        let next = transitions.tail(to);
        quote!((#pattern, Outcome::#outcome(mut values)) => { #mark #(#take)* #next })
    }

    /// The way on from a state to a step.
    fn way(&self, transitions: &Transitions<'_>, id: NodeId, to: NodeId) -> TokenStream {
        match self.purpose {
            Purpose::Ship => transitions.to(to),
            Purpose::Test => self.resumed(id, &transitions.tail(to)),
        }
    }

    /// What comes of a state, after the mark that a run goes on from there.
    fn resumed(&self, id: NodeId, next: &TokenStream) -> TokenStream {
        let mark = border::mark_from(self.purpose, self.index, id);
        match self.purpose {
            Purpose::Ship => next.clone(),
            Purpose::Test => quote!({ #mark #next }),
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
            let otherwise = self.resumed(id, &otherwise);
            return quote!((#pattern, Outcome::Failed(#failure)) => #otherwise,);
        }
        let narrowed = fails.narrowed.iter().map(|(filter, to)| {
            let filter = border::failure_pattern(*filter);
            let to = transitions.to(*to);
            quote!(#filter => #to,)
        });
        let way = quote! {
            match (failure.kind, failure.status) {
                #(#narrowed)*
                _ => #otherwise,
            }
        };
        let way = self.resumed(id, &way);
        quote!((#pattern, Outcome::Failed(failure)) => #way,)
    }
}
