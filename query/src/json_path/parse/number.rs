//! Integers and number literals: sections 2.1, 2.3.3 and 2.3.5.

use serde_json::Value;

use super::{Parsed, Parser};
use crate::ParseError;

/// The largest integer of I-JSON (RFC 7493, section 2.2): 2^53 - 1.
const LARGEST: i64 = (1 << 53) - 1;

impl Parser<'_> {
    /// An index or a bound of a slice, if one stands here.
    pub(super) fn optional_int(&mut self) -> Parsed<Option<i64>> {
        let start = self.cursor.at();
        let negative = self.cursor.eat('-');
        let digits = self.cursor.take_while(|c| c.is_ascii_digit());
        let span = start..self.cursor.at();
        if digits.is_empty() {
            return match negative {
                true => Err(ParseError::new(span, "expected digits behind the minus sign")),
                false => Ok(None),
            };
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(ParseError::new(span, "an integer has no zeros in front")
                .with_help(format!("write `{}`", trimmed(negative, digits))));
        }
        if negative && digits == "0" {
            return Err(ParseError::new(span, "there is no negative zero here").with_help("write `0`"));
        }
        match self.cursor.since(start).parse() {
            Ok(value) if (-LARGEST..=LARGEST).contains(&value) => Ok(Some(value)),
            _ => Err(ParseError::new(span, "this integer is out of range")
                .with_help(format!("JSONPath's integers lie between -{LARGEST} and {LARGEST}"))),
        }
    }

    /// A number in a comparison. The grammar is JSON's own.
    pub(super) fn number(&mut self) -> Parsed<Value> {
        let start = self.cursor.at();
        let text = self.cursor.take_while(|c| matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E'));
        serde_json::from_str(text).map_err(|_| {
            let error = ParseError::new(start..self.cursor.at(), "this is no number");
            match text.trim_start_matches('-') {
                digits if digits.starts_with('.') => error.with_help("a digit stands before the point: `0.5`"),
                digits if digits.starts_with('0') => error.with_help("a number has no zeros in front"),
                digits if digits.ends_with('.') => error.with_help("a digit stands behind the point: `1.0`"),
                _ => error.with_help("a number is written as in JSON: `-12.5`, `1e3`"),
            }
        })
    }
}

fn trimmed(negative: bool, digits: &str) -> String {
    match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits if negative => format!("-{digits}"),
        digits => digits.to_owned(),
    }
}
