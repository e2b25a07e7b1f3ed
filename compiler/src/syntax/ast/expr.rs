//! Expressions.

use super::{Name, Text};
use crate::source::Span;

/// An expression's number, dense within its file: later phases keep what they find out in tables by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its number.
    pub id: ExprId,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The expressions of the language.
#[derive(Debug)]
pub enum ExprKind {
    /// A string, cut at its variables.
    Text(Vec<Part>),
    /// A number by its digits.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// `null`, which stands only in a comparison: the value is missing.
    Null,
    /// `$name` or `$name.field`; in `${…}` without the dollar sign.
    Variable(Name, Option<Name>),
    /// `not x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `upper(x)`
    Function(Name, Vec<Expr>),
    /// Not understood, already told.
    Bad,
}

/// A part of a string.
#[derive(Debug)]
pub enum Part {
    /// Words as they stand, or an escape resolved.
    Literal(Text),
    /// `$name`, `${expr}`
    Value(Expr),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Not,
    Minus,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Coalesce,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
}

impl BinaryOp {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Coalesce => "??",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }

    /// How tightly it binds: more binds first.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge => 3,
            Self::Coalesce => 4,
            Self::Add | Self::Sub => 5,
            Self::Mul | Self::Div => 6,
        }
    }
}
