//! What the functions of section 2.4 give.

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde_json::Value;

use super::filter::Found;
use super::{Evaluation, Stop};
use crate::json_path::ast::{Operand, Path, Pattern};
use crate::pattern::Regex;

/// Steps for each byte that a pattern of the query is tried on.
const WRITTEN: usize = 8;

/// Steps for each byte that a pattern from the data is tried on, and for each byte of that pattern: it may be made to be
/// slow.
const FOREIGN: usize = 32;

/// Steps to set such a pattern up.
const SETUP: usize = 500;

impl<'a> Evaluation<'a> {
    /// Section 2.4.4: characters (Unicode scalar values), elements, members; of anything else, Nothing.
    pub(super) fn length<'o>(&self, value: &'o Operand, node: &'a Value) -> Result<Found<'o>, Stop>
    where
        'a: 'o,
    {
        let value = self.operand(value, node)?;
        let length = match value.as_deref() {
            Some(Value::String(text)) => {
                self.spend(text.len() / 16)?;
                text.chars().count()
            }
            Some(Value::Array(elements)) => elements.len(),
            Some(Value::Object(members)) => members.len(),
            _ => return Ok(None),
        };
        Ok(Some(Cow::Owned(Value::from(length))))
    }

    /// Section 2.4.5. A node that was found twice counts twice.
    pub(super) fn count<'o>(&self, path: &Path, node: &'a Value) -> Result<Found<'o>, Stop> {
        let mut count = 0_u64;
        self.nodes(path, node, &mut |_| {
            count += 1;
            ControlFlow::Continue(())
        })?;
        Ok(Some(Cow::Owned(Value::from(count))))
    }

    /// Section 2.4.8: the only node's value; of none or several, Nothing.
    pub(super) fn value<'o>(&self, path: &Path, node: &'a Value) -> Result<Found<'o>, Stop>
    where
        'a: 'o,
    {
        let mut nodes = [None, None];
        self.nodes(path, node, &mut |node| {
            let [first, second] = &mut nodes;
            if first.is_none() {
                *first = Some(node);
                return ControlFlow::Continue(());
            }
            *second = Some(node);
            ControlFlow::Break(())
        })?;
        Ok(match nodes {
            [Some(only), None] => Some(Cow::Borrowed(only)),
            _ => None,
        })
    }

    /// Sections 2.4.6 and 2.4.7: what is no text matches nothing, and what is no pattern neither.
    pub(super) fn matches(
        &self,
        text: &Operand,
        pattern: &Pattern,
        whole: bool,
        node: &'a Value,
    ) -> Result<bool, Stop> {
        let text = self.operand(text, node)?;
        let Some(Value::String(text)) = text.as_deref() else {
            return Ok(false);
        };
        match pattern {
            Pattern::Literal(regex) => {
                self.spend(text.len().saturating_mul(WRITTEN))?;
                Ok(regex.is_match(text))
            }
            Pattern::FromData(operand) => {
                let pattern = self.operand(operand, node)?;
                let Some(Value::String(pattern)) = pattern.as_deref() else {
                    return Ok(false);
                };
                self.spend(text.len().saturating_add(pattern.len()).saturating_mul(FOREIGN).saturating_add(SETUP))?;
                Ok(Regex::of_foreign_i_regexp(pattern, whole).is_some_and(|regex| regex.is_match(text)))
            }
        }
    }
}
