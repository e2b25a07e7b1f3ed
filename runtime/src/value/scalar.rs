//! A response variable without a type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text, a number or a bool that is only ever put into text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scalar {
    /// A JSON string.
    Text(String),
    /// A JSON number, by its digits as they came: `84` stays `84`, and no digit is lost.
    Number(String),
    /// A JSON bool.
    Bool(bool),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Text(text) | Scalar::Number(text) => f.write_str(text),
            Scalar::Bool(value) => write!(f, "{value}"),
        }
    }
}
