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
            NodeKind::Talk { talk, ok, timeout, fails } => {
                let bound = talk.bindings.iter().map(|binding| &binding.variable);
                if talk.within.is_some() {
                    let bound: Vec<&Variable> = bound.collect();
                    return vec![self.chat_goes_on(transitions, id, node, (&bound, *ok, *timeout, fails))];
                }
                let ok = self.values(transitions, id, &quote!(Response), bound, *ok);
                vec![ok, self.failed(transitions, id, node, fails)]
            }
            NodeKind::Ask { ask, reply, timeout } => {
                let reply = self.values(transitions, id, &quote!(Reply), ask.reply.iter(), *reply);
                let pattern = self.pattern(id, &timeout.map(|to| self.kept(to, &[])).unwrap_or_default());
                let over = self.silence(transitions, id, *timeout);
                let timeout = quote!((#pattern, Outcome::TimedOut) => #over,);
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
        let (values, next) = self.with_values(transitions, id, &bound, to);
        quote!((#pattern, Outcome::#outcome(#values)) => #next)
    }

    /// The pattern that takes values out, and the way on with them, as an arm of a `match` ends.
    fn with_values(
        &self,
        transitions: &Transitions<'_>,
        id: NodeId,
        bound: &[&Variable],
        to: NodeId,
    ) -> (TokenStream, TokenStream) {
        let live = self.machine.node(to).map(|node| &node.live);
        let take: Vec<TokenStream> = bound
            .iter()
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
            return (quote!(_), quote!(#next,));
        }
        let mark = border::mark_from(self.purpose, self.index, id);
        let next = transitions.tail(to);
        (quote!(mut values), quote!({ #mark #(#take)* #next }))
    }

    /// A chat goes on, or comes to its end: the same state stands in several places one after the other.
    fn chat_goes_on(
        &self,
        transitions: &Transitions<'_>,
        id: NodeId,
        node: &Node,
        (bound, ok, timeout, fails): (&[&Variable], NodeId, Option<NodeId>, &Fails),
    ) -> TokenStream {
        let outer = self.idents.variant(self.index);
        let state = self.chat(id);
        let (values, ended) = self.with_values(transitions, id, bound, ok);
        let silence = self.silence(transitions, id, timeout);
        let (failure, failed) = self.failure(transitions, id, node, fails);
        quote! {
            (#state, outcome @ (Outcome::Response(_) | Outcome::Reply(_) | Outcome::TimedOut | Outcome::Failed(_))) => {
                match chat.next(outcome)? {
                    Turn::Again(chat) => Run::#outer(#state),
                    Turn::Ended(#values) => #ended
                    Turn::TimedOut => #silence,
                    Turn::Failed(#failure) => #failed,
                }
            }
        }
    }

    /// The way on when no reply has come; without one the run is over.
    fn silence(&self, transitions: &Transitions<'_>, id: NodeId, timeout: Option<NodeId>) -> TokenStream {
        match timeout {
            Some(to) => self.way(transitions, id, to),
            None => self.resumed(id, &quote!(Run::Completed)),
        }
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
        let mut kept: Vec<Ident> = fails.arms().flat_map(|to| self.kept(to, &["failure"])).collect();
        kept.sort();
        kept.dedup();
        let pattern = self.pattern(id, &kept);
        let (failure, way) = self.failure(transitions, id, node, fails);
        quote!((#pattern, Outcome::Failed(#failure)) => #way,)
    }

    /// The pattern of a failure, and the way on with it.
    fn failure(
        &self,
        transitions: &Transitions<'_>,
        id: NodeId,
        node: &Node,
        fails: &Fails,
    ) -> (TokenStream, TokenStream) {
        let otherwise = match fails.otherwise {
            Fail::Arm(to) => transitions.to(to),
            Fail::Ends => {
                let line = Literal::u32_unsuffixed(node.line);
                quote!(Run::Failed { line: #line, failure })
            }
        };
        if fails.narrowed.is_empty() {
            let reads = |to: NodeId| self.machine.node(to).is_some_and(|node| node.live.contains_key("failure"));
            let is_read = matches!(fails.otherwise, Fail::Ends) || fails.arms().any(reads);
            let failure = if is_read { quote!(failure) } else { quote!(_) };
            return (failure, self.resumed(id, &otherwise));
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
        (quote!(failure), self.resumed(id, &way))
    }
}
