//! Ways from one state to the next, over the steps that only decide.

use super::Purpose;
use super::border;
use super::expr;
use super::machine::MachineCode;
use super::names::{Names, read_once};
use crate::check::types::Type;
use crate::graph::{Expr, ExprKind, NodeId, NodeKind, Variable};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// The ways of one machine.
pub(super) struct Transitions<'a> {
    code: &'a MachineCode<'a>,
    /// Deciding steps that several ways lead to: functions of their own, so that nothing is emitted twice.
    joins: BTreeMap<NodeId, Ident>,
}

impl<'a> Transitions<'a> {
    pub(super) fn new(code: &'a MachineCode<'a>) -> Self {
        let shared = code
            .machine
            .nodes
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, node)| node.incoming > 1 && node.kind.is_decision());
        let joins = shared.enumerate().map(|(number, (at, _))| (NodeId(at), format_ident!("join_{}", number + 1)));
        Self { code, joins: joins.collect() }
    }

    /// An expression of the type `Run` that leads to a step.
    pub(super) fn to(&self, id: NodeId) -> TokenStream {
        let id = self.emitted(id);
        if self.joins.contains_key(&id) { self.tail(id) } else { self.expression(id) }
    }

    /// The step that stands in the program for this one: what does nothing is only there to be marked.
    fn emitted(&self, id: NodeId) -> NodeId {
        match self.code.purpose {
            Purpose::Ship => self.code.machine.acting(id),
            Purpose::Test => id,
        }
    }

    /// The step itself as an expression: in braces if it binds or marks something first.
    fn expression(&self, id: NodeId) -> TokenStream {
        let step = self.marked(id);
        let binds = self.code.machine.node(id).is_some_and(|node| matches!(node.kind, NodeKind::Set { .. }));
        if binds || self.code.purpose == Purpose::Test { quote!({ #step }) } else { step }
    }

    /// The step, after its mark.
    fn marked(&self, id: NodeId) -> TokenStream {
        let mark = border::mark_at(self.code.purpose, self.code.index, id);
        let step = self.step(id);
        quote!(#mark #step)
    }

    /// The same as the last lines of a block.
    pub(super) fn tail(&self, id: NodeId) -> TokenStream {
        let id = self.emitted(id);
        match self.joins.get(&id) {
            Some(join) => {
                let arguments = self.live(id).map(|(variable, _)| variable);
                quote!(#join(#(#arguments),*)?)
            }
            None => self.marked(id),
        }
    }

    /// The functions of shared steps.
    pub(super) fn joins(&self) -> Vec<TokenStream> {
        self.joins
            .iter()
            .rev()
            .map(|(id, name)| {
                let line = self.code.machine.node(*id).map_or(0, |node| node.line);
                let doc = format!(" Line {line}, where several ways come together.");
                let parameters = self.live(*id).map(|(variable, ty)| quote!(#variable: #ty));
                let step = self.expression(*id);
                quote! {
                    #[doc = #doc]
                    fn #name(#(#parameters),*) -> Result<Run, Fault> {
                        let next = #step;
                        Ok(next)
                    }
                }
            })
            .collect()
    }

    fn live(&self, id: NodeId) -> impl Iterator<Item = (Ident, TokenStream)> {
        let live = self.code.machine.node(id).into_iter().flat_map(|node| &node.live);
        live.map(|(name, typed)| (self.code.idents.variable(name), border::rust_type(*typed)))
    }

    fn step(&self, id: NodeId) -> TokenStream {
        let idents = self.code.idents;
        let Some(node) = self.code.machine.node(id) else {
            return quote!(Run::Completed);
        };
        match &node.kind {
            kind if kind.is_state() => {
                let outer = idents.variant(self.code.index);
                let state = self.code.state(id);
                quote!(Run::#outer(#state))
            }
            NodeKind::End => quote!(Run::Completed),
            NodeKind::Goto { machine, args } => self.code.enter(*machine, args),
            NodeKind::Set { variable, value, next } => {
                let local = idents.variable(&variable.name);
                let ty = border::rust_type(variable.typed);
                let mut moved = read_once(|visit| visit(value));
                let live = self.code.machine.node(*next).map(|node| &node.live);
                moved.retain(|name| *name == variable.name || live.is_none_or(|live| !live.contains_key(name)));
                let value = expr::value(Names::new(idents, &moved), value);
                let next = self.tail(*next);
                quote!(let #local: #ty = #value; #next)
            }
            NodeKind::Unread { next } => self.tail(*next),
            NodeKind::If { condition, then, otherwise } => {
                let condition = expr::value(Names::kept(idents), condition);
                let (then, otherwise) = (self.tail(*then), self.tail(*otherwise));
                quote!(if #condition { #then } else { #otherwise })
            }
            NodeKind::Present { variable, then, otherwise } => self.presence(variable, *then, *otherwise),
            NodeKind::Match { subject, cases, otherwise } => self.choice(subject, cases, *otherwise),
            _ => quote!(Run::Completed),
        }
    }

    fn presence(&self, variable: &Variable, then: NodeId, otherwise: NodeId) -> TokenStream {
        let local = self.code.idents.variable(&variable.name);
        let is_used = self.code.machine.node(then).is_some_and(|node| node.live.contains_key(&variable.name));
        let (then, otherwise) = (self.tail(then), self.tail(otherwise));
        if is_used {
            quote!(if let Some(#local) = #local { #then } else { #otherwise })
        } else {
            quote!(if #local.is_some() { #then } else { #otherwise })
        }
    }

    fn choice(&self, subject: &Expr, cases: &[(Vec<Expr>, NodeId)], otherwise: Option<NodeId>) -> TokenStream {
        let names = Names::kept(self.code.idents);
        if subject.typed.ty == Type::Number {
            return self.number_choice(subject, cases, otherwise);
        }
        let is_text = matches!(subject.typed.ty, Type::Text | Type::Phone | Type::Url);
        let value = if is_text { expr::str_of(names, subject) } else { expr::value(names, subject) };
        let arms = cases.iter().map(|(patterns, to)| {
            let patterns = patterns.iter().map(|pattern| match &pattern.kind {
                ExprKind::Literal(text) => quote!(#text),
                _ => expr::value(names, pattern),
            });
            let to = self.to(*to);
            quote!(#(#patterns)|* => #to,)
        });
        let otherwise = otherwise.map(|to| {
            let to = self.to(to);
            quote!(_ => #to,)
        });
        quote!(match #value { #(#arms)* #otherwise })
    }

    /// Decimals cannot be patterns: a row of `if`.
    fn number_choice(&self, subject: &Expr, cases: &[(Vec<Expr>, NodeId)], otherwise: Option<NodeId>) -> TokenStream {
        let names = Names::kept(self.code.idents);
        let subject = expr::value(names, subject);
        let otherwise = otherwise.map_or_else(|| quote!(Run::Completed), |to| self.tail(to));
        cases.iter().rev().fold(quote!({ #otherwise }), |rest, (patterns, to)| {
            let tests = patterns.iter().map(|pattern| {
                let pattern = expr::value(names, pattern);
                quote!(#subject == #pattern)
            });
            let to = self.tail(*to);
            quote!(if #(#tests)||* { #to } else #rest)
        })
    }
}
