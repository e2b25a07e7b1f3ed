//! Comparisons: section 2.3.5.2.2.

use std::cmp::Ordering;

use serde_json::Value;

use super::decimal::Decimal;
use super::{Evaluation, Stop};
use crate::json_path::ast::Comparison;

impl Evaluation<'_> {
    /// Whether a comparison holds; `None` is Nothing, which is equal to itself alone.
    pub(super) fn compare(
        &self,
        left: Option<&Value>,
        comparison: Comparison,
        right: Option<&Value>,
    ) -> Result<bool, Stop> {
        match comparison {
            Comparison::Equal => self.equal(left, right),
            Comparison::NotEqual => self.equal(left, right).map(|equal| !equal),
            Comparison::Less => self.less(left, right),
            Comparison::Greater => self.less(right, left),
            Comparison::LessOrEqual => Ok(self.less(left, right)? || self.equal(left, right)?),
            Comparison::GreaterOrEqual => Ok(self.less(right, left)? || self.equal(left, right)?),
        }
    }

    fn equal(&self, left: Option<&Value>, right: Option<&Value>) -> Result<bool, Stop> {
        match (left, right) {
            (Some(left), Some(right)) => self.equal_values(left, right),
            (left, right) => Ok(left.is_none() && right.is_none()),
        }
    }

    /// Numbers are equal by value, lists by their elements, objects by their members in any order.
    fn equal_values(&self, left: &Value, right: &Value) -> Result<bool, Stop> {
        self.spend(1)?;
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => {
                Ok(self.order(left.as_str(), right.as_str())? == Ordering::Equal)
            }
            (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
                for (left, right) in left.iter().zip(right) {
                    if !self.deeper(|| self.equal_values(left, right))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
                for (name, left) in left {
                    let equal = match right.get(name) {
                        Some(right) => self.deeper(|| self.equal_values(left, right))?,
                        None => false,
                    };
                    if !equal {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Value::Array(_) | Value::Object(_), _) => Ok(false),
            (left, right) => Ok(left == right),
        }
    }

    /// Numbers by value, texts by their characters; nothing else has an order.
    fn less(&self, left: Option<&Value>, right: Option<&Value>) -> Result<bool, Stop> {
        match (left, right) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => {
                Ok(self.order(left.as_str(), right.as_str())? == Ordering::Less)
            }
            // The order of UTF-8's bytes is that of the characters.
            (Some(Value::String(left)), Some(Value::String(right))) => Ok(left < right),
            _ => Ok(false),
        }
    }

    fn order(&self, left: &str, right: &str) -> Result<Ordering, Stop> {
        self.spend((left.len() + right.len()) / 16)?;
        Ok(Decimal::of(left).order(&Decimal::of(right)))
    }
}
