//! The types of the language as a running flow holds them.

mod convert;
mod json_body;
mod phone;
mod scalar;
mod url;
mod values;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::phone::{Phone, PhoneError};
pub use self::scalar::Scalar;
pub use self::url::{Url, UrlError};
pub use self::values::Values;

/// `number`: exact decimal digits; its text form keeps the scale, so `12.50` stays `12.50`.
pub type Number = rust_decimal::Decimal;

/// `json`: any JSON value; its numbers keep the digits they came with.
pub type Json = serde_json::Value;

/// The `number` of a literal such as `12.50`, which the compiler has checked: up to 28 digits
/// and one point. Any other text reads as 0.
pub fn number(digits: &str) -> Number {
    Number::from_str_exact(digits).unwrap_or_default()
}

/// A type of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Text,
    Int,
    Number,
    Bool,
    Phone,
    Url,
    Json,
    /// A response variable without a type: a text, a number or a bool.
    Scalar,
    List(&'static Kind),
}

impl fmt::Display for Kind {
    /// Writes the type as a sentence needs it: `an int`, `a list of urls`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Text => "a text",
            Kind::Int => "an int",
            Kind::Number => "a number",
            Kind::Bool => "a bool",
            Kind::Phone => "a phone",
            Kind::Url => "a url",
            Kind::Json => "any JSON",
            Kind::Scalar => "a text, a number or a bool",
            Kind::List(kind) => return write!(f, "a list of {}", kind.plural()),
        })
    }
}

impl Kind {
    fn plural(self) -> &'static str {
        match self {
            Kind::Text => "texts",
            Kind::Int => "ints",
            Kind::Number => "numbers",
            Kind::Bool => "bools",
            Kind::Phone => "phones",
            Kind::Url => "urls",
            Kind::Json => "JSON values",
            Kind::Scalar => "texts, numbers or bools",
            Kind::List(_) => "lists",
        }
    }
}

/// A value of the language, one variant for each [`Kind`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Value {
    Text(String),
    Int(i64),
    Number(Number),
    Bool(bool),
    Phone(Phone),
    Url(Url),
    Json(Json),
    Scalar(Scalar),
    List(Vec<Value>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_keeps_its_scale() {
        assert_eq!(number("12.50").to_string(), "12.50");
        assert_eq!(number("-0.001").to_string(), "-0.001");
        assert_eq!(number("1234567890123456789012345678").to_string(), "1234567890123456789012345678");
    }

    #[test]
    fn a_kind_reads_well_in_a_sentence() {
        assert_eq!(Kind::Int.to_string(), "an int");
        assert_eq!(Kind::List(&Kind::Url).to_string(), "a list of urls");
    }
}
