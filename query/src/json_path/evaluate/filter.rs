//! Whether a filter takes a node: section 2.3.5.2.

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde_json::Value;

use super::{Evaluation, Sink, Stop};
use crate::json_path::ast::{Anchor, Logical, Operand, Path};

/// A value, or Nothing (section 2.4.1), which is not JSON's `null`.
pub(super) type Found<'a> = Option<Cow<'a, Value>>;

impl<'a> Evaluation<'a> {
    pub(super) fn holds(&self, condition: &Logical, node: &'a Value) -> Result<bool, Stop> {
        self.spend(1)?;
        match condition {
            Logical::Or(parts) => self.any(parts, node, true),
            Logical::And(parts) => self.any(parts, node, false).map(|fails| !fails),
            Logical::Not(inner) => self.deeper(|| self.holds(inner, node)).map(|holds| !holds),
            Logical::Exists(path) => self.exists(path, node),
            Logical::Compare(left, comparison, right) => {
                let (left, right) = (self.operand(left, node)?, self.operand(right, node)?);
                self.compare(left.as_deref(), *comparison, right.as_deref())
            }
            Logical::Regex { text, pattern, whole } => self.matches(text, pattern, *whole, node),
        }
    }

    /// Whether any of the parts is so.
    fn any(&self, parts: &[Logical], node: &'a Value, so: bool) -> Result<bool, Stop> {
        for part in parts {
            if self.deeper(|| self.holds(part, node))? == so {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn exists(&self, path: &Path, node: &'a Value) -> Result<bool, Stop> {
        let mut found = false;
        self.nodes(path, node, &mut |_| {
            found = true;
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Gives the nodes of a query inside a filter.
    pub(super) fn nodes(&self, path: &Path, node: &'a Value, sink: Sink<'_, 'a>) -> Result<(), Stop> {
        let start = match path.anchor {
            Anchor::Root => self.root,
            Anchor::Current => node,
        };
        match self.walk(&path.segments, start, sink) {
            // This query's sink has enough, not the whole evaluation's.
            Ok(()) | Err(Stop::Enough) => Ok(()),
            Err(Stop::TooMuch) => Err(Stop::TooMuch),
        }
    }

    pub(super) fn operand<'o>(&self, operand: &'o Operand, node: &'a Value) -> Result<Found<'o>, Stop>
    where
        'a: 'o,
    {
        match operand {
            Operand::Literal(value) => Ok(Some(Cow::Borrowed(value))),
            Operand::Singular(path) => {
                let mut found = None;
                self.nodes(path, node, &mut |node| {
                    found = Some(Cow::Borrowed(node));
                    ControlFlow::Break(())
                })?;
                Ok(found)
            }
            Operand::Length(value) => self.deeper(|| self.length(value, node)),
            Operand::Count(path) => self.count(path, node),
            Operand::Value(path) => self.value(path, node),
        }
    }
}
