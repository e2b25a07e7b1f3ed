//! What each name of a flow means: the table that resolving makes and later phases read.

use crate::source::Span;
use crate::syntax::ast::{Bot, ExprId, File, Name, TypeName};
use std::collections::HashMap;

/// A variable's number, dense within its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarId(pub usize);

/// What a `$name` in an expression stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referent {
    /// A variable.
    Var(VarId),
    /// The secret with this index in the file.
    Secret(usize),
    /// The constant with this index in the file.
    Const(usize),
}

/// A variable: one binding of a name. A name that is bound again is another variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// What it is called.
    pub name: String,
    /// Where it is bound; empty for what a trigger brings along.
    pub span: Span,
    /// What binds it.
    pub origin: Origin,
    /// Something reads it.
    pub used: bool,
}

/// What binds a variable.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The trigger: `$from`, `$body`, …
    Trigger,
    /// An Expected Input or a path's parameter.
    Declared(Option<TypeName>, Optional),
    /// A response variable.
    Response(Option<TypeName>, Optional),
    /// `ask`: what the person replied.
    Reply(Option<TypeName>),
    /// `set`: the value's expression.
    Set(ExprId),
    /// `$failure` on a `fail` arm.
    Failure,
    /// Behind `if $x != null`: the optional variable that is there.
    Present(VarId),
    /// Several ways that come together, on each of which the name is bound.
    Merge(Vec<VarId>),
}

/// Whether a value may be missing.
pub type Optional = bool;

/// `if $x != null` or `if $x == null`.
#[derive(Clone, Copy, Debug)]
pub struct Presence {
    /// The optional variable.
    pub optional: VarId,
    /// The variable where it is there.
    pub present: VarId,
    /// Whether it is there on the `if`'s own way; else on its `else`.
    pub then: bool,
}

/// What each name of a file means.
#[derive(Debug, Default)]
pub struct Names {
    /// All variables.
    pub vars: Vec<Variable>,
    /// By expression: what the variable there stands for.
    pub uses: Vec<Option<Referent>>,
    /// By the place of a binding name (`set x`, `< x = … >`, an input, a parameter): its variable.
    pub bindings: HashMap<Span, VarId>,
    /// By the place where a step or a test names a bot: its index in the file.
    pub bots: HashMap<Span, usize>,
    /// By the place of the name behind `goto`: the path's index in the file.
    pub gotos: HashMap<Span, usize>,
    /// By the place of a service's name in a call: the service's index in the file.
    pub services: HashMap<Span, usize>,
    /// By the place of an `if`: the optional variable whose presence it asks for, and what it is where it is there.
    pub presences: HashMap<Span, Presence>,
    /// Names that are used and bound nowhere, which has been told.
    pub unknown: Vec<String>,
    /// By the name's place of a secret, a constant or a service: whether something reads it.
    pub globals_used: HashMap<Span, bool>,
}

impl Names {
    /// What the variable of this expression stands for; `None` where that was not known, which has been told.
    pub fn referent(&self, id: ExprId) -> Option<Referent> {
        self.uses.get(id.0 as usize).copied().flatten()
    }

    /// A variable by its number.
    pub fn var(&self, id: VarId) -> Option<&Variable> {
        self.vars.get(id.0)
    }

    /// The bot that this name in a step or a test means.
    pub fn bot<'f>(&self, file: &'f File, name: &Name) -> Option<&'f Bot> {
        self.bots.get(&name.span).and_then(|at| file.bots.get(*at))
    }
}
