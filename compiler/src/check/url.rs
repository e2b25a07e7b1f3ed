//! A call's URL, cut at its variables: what is fixed, and where each variable lands.

use crate::syntax::ast::{Expr, ExprKind, Part};
use std::ops::Range;

/// A URL as it stands in a flow.
pub struct UrlTemplate<'a> {
    /// In the order they were written.
    pub pieces: Vec<Piece<'a>>,
}

/// A part of a URL.
pub enum Piece<'a> {
    /// Fixed text.
    Fixed(String),
    /// A variable and where it lands.
    Value(&'a Expr, Landing),
}

/// Where in a URL a variable lands, which says how it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// Scheme, host or port.
    Authority,
    /// Path.
    Path,
    /// Query.
    Query,
}

impl<'a> UrlTemplate<'a> {
    /// Cuts a URL's string; `base` is what stands before it, and `constant` gives the text of an expression that is known
    /// when the flow is compiled.
    pub fn cut(base: &str, url: &'a Expr, constant: impl Fn(&Expr) -> Option<String>) -> Option<Self> {
        let ExprKind::Text(parts) = &url.kind else {
            return None;
        };
        let mut fixed = base.to_owned();
        let mut pieces = Vec::new();
        let mut current = base.to_owned();
        for part in parts {
            let literal = match part {
                Part::Literal(text) => Some(text.value.clone()),
                Part::Value(expr) => constant(expr),
            };
            match (literal, part) {
                (Some(text), _) => {
                    fixed.push_str(&text);
                    current.push_str(&text);
                }
                (None, Part::Value(expr)) => {
                    if !current.is_empty() {
                        pieces.push(Piece::Fixed(std::mem::take(&mut current)));
                    }
                    pieces.push(Piece::Value(expr, landing(&fixed)));
                }
                (None, Part::Literal(_)) => {}
            }
        }
        if !current.is_empty() {
            pieces.push(Piece::Fixed(current));
        }
        Some(Self { pieces })
    }

    /// The URL with a plain word in place of each variable.
    pub fn example(&self) -> String {
        self.pieces.iter().map(|piece| if let Piece::Fixed(text) = piece { text.as_str() } else { "x" }).collect()
    }
}

/// Where a variable behind this fixed text lands.
fn landing(before: &str) -> Landing {
    let Some(authority) = authority(before) else {
        return Landing::Authority;
    };
    match before.get(authority.end..) {
        Some("") | None => Landing::Authority,
        Some(rest) if rest.contains('?') => Landing::Query,
        Some(_) => Landing::Path,
    }
}

/// The range of `host:port` in a URL's text.
pub fn authority(url: &str) -> Option<Range<usize>> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    Some(start..start + rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}
