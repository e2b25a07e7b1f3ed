//! A query as a tree, with the types of RFC 9535, section 2.4.1, already checked: what is of a wrong type cannot be said.

use serde_json::Value;

use crate::pattern::Regex;

/// Sections 2.5.1 and 2.5.2: the selectors of one segment, for the children or for all descendants.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) descendants: bool,
    pub(super) selectors: Vec<Selector>,
}

/// Section 2.3.
#[derive(Clone, Debug)]
pub(super) enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice(Slice),
    Filter(Logical),
}

/// `start:end:step`, section 2.3.4.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) step: i64,
}

/// Whether a node is selected: section 2.3.5, LogicalType.
#[derive(Clone, Debug)]
pub(super) enum Logical {
    Or(Vec<Logical>),
    And(Vec<Logical>),
    Not(Box<Logical>),
    Compare(Operand, Comparison, Operand),
    /// The query finds something.
    Exists(Path),
    /// `match(text, pattern)`, and `search` when a part is enough.
    Regex {
        text: Operand,
        pattern: Pattern,
        whole: bool,
    },
}

/// A query inside a filter.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) anchor: Anchor,
    pub(super) segments: Vec<Segment>,
}

/// Where a query begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// `$`
    Root,
    /// `@`
    Current,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value or Nothing: ValueType.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Literal(Value),
    /// A query that finds one node at most.
    Singular(Path),
    /// `length(value)`
    Length(Box<Operand>),
    /// `count(nodes)`
    Count(Path),
    /// `value(nodes)`
    Value(Path),
}

/// The pattern of `match` and `search`.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Literal(Regex),
    FromData(Operand),
}
