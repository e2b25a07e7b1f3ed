//! JSONPath: RFC 9535, "JSONPath: Query Expressions for JSON".

mod ast;
mod evaluate;
mod parse;

use std::ops::{ControlFlow, Range};

use serde_json::Value;

use self::ast::Segment;
use self::evaluate::Evaluation;
use crate::ParseError;

/// A query that was understood: `$.properties.periods[?@.isDaytime==true].temperature`.
#[derive(Clone, Debug)]
pub struct JsonPath {
    segments: Vec<Segment>,
    names: Vec<(String, Range<usize>)>,
}

/// An answer that was made to keep the query busy: the work is bounded, and this is where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch;

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the query would take too long on this JSON")
    }
}

impl std::error::Error for TooMuch {}

impl JsonPath {
    /// Reads a query. All of RFC 9535 is understood, and its rules on types (section 2.4.3) and integers (2.1) are kept.
    ///
    /// A literal pattern in `match` or `search` is checked as well: one that could match nothing is an error here, not a
    /// query that silently finds nothing.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (segments, names) = parse::query(text)?;
        Ok(Self { segments, names })
    }

    /// The first node of the nodelist, if there is one; see [`Self::try_first`].
    pub fn first<'a>(&self, json: &'a Value) -> Option<&'a Value> {
        self.try_first(json).ok().flatten()
    }

    /// The first node of the nodelist; nothing behind it is looked for.
    ///
    /// # Errors
    ///
    /// [`TooMuch`] after some tens of millions of steps: a filter that asks for the whole document at each of its nodes
    /// would otherwise need days for an answer of some megabytes.
    pub fn try_first<'a>(&self, json: &'a Value) -> Result<Option<&'a Value>, TooMuch> {
        let mut first = None;
        Evaluation::new(json).query(&self.segments, &mut |node| {
            first = Some(node);
            ControlFlow::Break(())
        })?;
        Ok(first)
    }

    /// All nodes, in the order of RFC 9535; those that were found within the bound of [`Self::try_first`].
    pub fn all<'a>(&self, json: &'a Value) -> Vec<&'a Value> {
        let mut nodes = Vec::new();
        // What was found until then is what this function promises.
        let _ = Evaluation::new(json).query(&self.segments, &mut |node| {
            nodes.push(node);
            ControlFlow::Continue(())
        });
        nodes
    }

    /// The member names that the query asks for, in filters as well, with where they stand in its text: without quotes,
    /// as they are written there. For "did you mean".
    pub fn names(&self) -> Vec<(String, Range<usize>)> {
        self.names.clone()
    }
}
