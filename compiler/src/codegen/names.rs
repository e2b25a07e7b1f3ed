//! The variables of an expression: what they are called, and which of them it may move.

use super::idents::Idents;
use crate::graph::{Expr, ExprKind};
use proc_macro2::Ident;
use std::collections::{BTreeMap, BTreeSet};

/// How expressions at one place name their variables.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    idents: &'a Idents,
    moved: &'a BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// `moved`: the variables whose one use here is their last.
    pub(super) fn new(idents: &'a Idents, moved: &'a BTreeSet<String>) -> Self {
        Self { idents, moved }
    }

    /// Where nothing may be moved, because it is read again.
    pub(super) fn kept(idents: &'a Idents) -> Self {
        static NONE: BTreeSet<String> = BTreeSet::new();
        Self { idents, moved: &NONE }
    }

    /// A variable's identifier.
    pub(super) fn variable(self, name: &str) -> Ident {
        self.idents.variable(name)
    }

    /// Whether a use of this variable may move it.
    pub(super) fn may_move(self, name: &str) -> bool {
        self.moved.contains(name)
    }
}

/// The variables that are read exactly once by these expressions.
pub(super) fn read_once<'e>(each: impl FnOnce(&mut dyn FnMut(&'e Expr))) -> BTreeSet<String> {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    each(&mut |expr| {
        expr.walk(&mut |expr| {
            if let ExprKind::Variable(name) = &expr.kind {
                *uses.entry(name).or_default() += 1;
            }
        });
    });
    uses.into_iter().filter(|(_, count)| *count == 1).map(|(name, _)| name.to_owned()).collect()
}
