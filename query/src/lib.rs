//! Where a response variable is found in JSON or XML, what a bot's answer says, and which texts a pattern matches.
//!
//! flowc parses queries and patterns with this crate while it compiles, and tries queries on recorded samples; a flow's
//! binary evaluates them with the same code. So what compiles is understood at run time, and finds the same.

pub mod bot;
mod describe;
mod error;
mod json_path;
mod label;
mod node;
mod path;
mod pattern;
mod xml;

pub use serde_json::Value;

pub use crate::describe::describe;
pub use crate::error::ParseError;
pub use crate::json_path::{JsonPath, TooMuch};
pub use crate::label::label;
pub use crate::node::{Document, Node, Part};
pub use crate::path::{Segment, path};
pub use crate::pattern::{Pattern, check_pattern};
pub use crate::xml::{Place, Xml, XmlError};
