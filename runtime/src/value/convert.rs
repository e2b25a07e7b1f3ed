//! From JSON and from plain text to the types of the language: the one place where this is done.

use std::fmt;

use super::{Json, Kind, Number, Phone, PhoneError, Scalar, Url, UrlError, Value};

/// Why a value is not of a [`Kind`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    expected: Kind,
    found: String,
    why: Option<Why>,
}

#[derive(Clone, Debug, PartialEq)]
enum Why {
    Phone(PhoneError),
    Url(UrlError),
    Fraction,
    IntRange,
    Digits,
    Nul,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is expected, and {} was found", self.expected, self.found)?;
        match &self.why {
            None => Ok(()),
            Some(Why::Phone(error)) => write!(f, "; {error}"),
            Some(Why::Url(error)) => write!(f, "; {error}"),
            Some(Why::Fraction) => f.write_str("; an int has no decimal point and no exponent"),
            Some(Why::IntRange) => write!(f, "; an int lies between {} and {}", i64::MIN, i64::MAX),
            Some(Why::Digits) => f.write_str("; a number has at most 28 digits"),
            Some(Why::Nul) => f.write_str("; a text holds no NUL character"),
        }
    }
}

impl Value {
    /// Reads a JSON value as a `kind`, strictly by its JSON type: a text is a JSON string, and
    /// `"12"` is no int. JSON's `null` is of no kind but `json`.
    pub(crate) fn from_json(kind: Kind, json: &Json) -> Result<Self, Mismatch> {
        let mismatch = |why| Mismatch { expected: kind, found: flow_query::describe(json), why };
        match (kind, json) {
            (Kind::Json, json) => Ok(Value::Json(json.clone())),
            (Kind::Text | Kind::Scalar, Json::String(text)) if text.contains('\0') => Err(mismatch(Some(Why::Nul))),
            (Kind::Text, Json::String(text)) => Ok(Value::Text(text.clone())),
            (Kind::Scalar, Json::String(text)) => Ok(Value::Scalar(Scalar::Text(text.clone()))),
            (Kind::Scalar, Json::Number(number)) => Ok(Value::Scalar(Scalar::Number(number.to_string()))),
            (Kind::Scalar, Json::Bool(value)) => Ok(Value::Scalar(Scalar::Bool(*value))),
            (Kind::Int, Json::Number(number)) => int(&number.to_string()).map_err(|why| mismatch(Some(why))),
            (Kind::Number, Json::Number(number)) => decimal(&number.to_string()).map_err(|why| mismatch(Some(why))),
            (Kind::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
            (Kind::Phone, Json::String(text)) => {
                Phone::parse(text).map(Value::Phone).map_err(|error| mismatch(Some(Why::Phone(error))))
            }
            (Kind::Url, Json::String(text)) => {
                Url::parse(text).map(Value::Url).map_err(|error| mismatch(Some(Why::Url(error))))
            }
            (Kind::List(kind), Json::Array(elements)) => elements
                .iter()
                .map(|element| Self::from_json(*kind, element))
                .collect::<Result<_, _>>()
                .map(Value::List),
            _ => Err(mismatch(None)),
        }
    }

    /// Reads what has no JSON type of its own, a header or a body as text, as a `kind`.
    pub(crate) fn from_text(kind: Kind, text: &str) -> Result<Self, Mismatch> {
        let json = match kind {
            Kind::Text | Kind::Scalar | Kind::Phone | Kind::Url => None,
            Kind::Int | Kind::Number | Kind::Bool | Kind::Json | Kind::List(_) => {
                serde_json::from_str(text.trim()).ok()
            }
        };
        Self::from_json(kind, &json.unwrap_or_else(|| Json::String(text.to_owned())))
    }
}

fn int(digits: &str) -> Result<Value, Why> {
    match digits.parse() {
        Ok(value) => Ok(Value::Int(value)),
        Err(_) if digits.contains(['.', 'e', 'E']) => Err(Why::Fraction),
        Err(_) => Err(Why::IntRange),
    }
}

fn decimal(digits: &str) -> Result<Value, Why> {
    let parsed = match digits.contains(['e', 'E']) {
        true => Number::from_scientific(digits),
        false => Number::from_str_exact(digits),
    };
    parsed.map(Value::Number).map_err(|_| Why::Digits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::number;
    use serde_json::json;

    fn read(kind: Kind, json: &str) -> Result<Value, String> {
        Value::from_json(kind, &serde_json::from_str(json).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_has_its_json_type() {
        assert_eq!(read(Kind::Text, r#""a""#), Ok(Value::Text("a".to_owned())));
        assert_eq!(read(Kind::Int, "-9223372036854775808"), Ok(Value::Int(i64::MIN)));
        assert_eq!(read(Kind::Number, "12.50"), Ok(Value::Number(number("12.50"))));
        assert_eq!(read(Kind::Number, "1.5e2"), Ok(Value::Number(number("150"))));
        assert_eq!(read(Kind::Bool, "true"), Ok(Value::Bool(true)));
        assert_eq!(read(Kind::Json, "[1]"), Ok(Value::Json(json!([1]))));
        assert_eq!(
            read(Kind::Scalar, "12345678901234567890"),
            Ok(Value::Scalar(Scalar::Number("12345678901234567890".to_owned())))
        );
        assert_eq!(read(Kind::List(&Kind::Int), "[1,2]"), Ok(Value::List(vec![Value::Int(1), Value::Int(2)])));
    }

    #[test]
    fn a_mismatch_says_what_was_found() {
        assert_eq!(read(Kind::Int, r#""12a""#), Err(r#"an int is expected, and the text "12a" was found"#.to_owned()));
        assert_eq!(read(Kind::Text, "7"), Err("a text is expected, and the number 7 was found".to_owned()));
        assert_eq!(
            read(Kind::Int, "1.0"),
            Err("an int is expected, and the number 1.0 was found; an int has no decimal point and no exponent"
                .to_owned())
        );
        assert!(read(Kind::Int, "9223372036854775808").unwrap_err().contains("an int lies between"));
        assert!(read(Kind::Number, "1e999").unwrap_err().contains("at most 28 digits"));
        assert!(read(Kind::Phone, r#""555 0123""#).unwrap_err().contains("E.164"));
        assert!(read(Kind::Url, r#""example.com""#).unwrap_err().contains("https://"));
        assert!(read(Kind::Text, r#""a\u0000b""#).unwrap_err().contains("NUL"));
        assert!(read(Kind::List(&Kind::Int), r#"[1,"x"]"#).unwrap_err().starts_with("an int is expected"));
    }

    #[test]
    fn long_values_are_shortened() {
        let long = format!("{:?}", "é".repeat(100));
        assert!(read(Kind::Int, &long).unwrap_err().len() < 120);
    }

    #[test]
    fn plain_text_is_read_by_kind() {
        assert_eq!(Value::from_text(Kind::Int, " 42"), Ok(Value::Int(42)));
        assert_eq!(Value::from_text(Kind::Text, "42"), Ok(Value::Text("42".to_owned())));
        assert_eq!(Value::from_text(Kind::Scalar, "42"), Ok(Value::Scalar(Scalar::Text("42".to_owned()))));
        assert!(Value::from_text(Kind::Int, "abc").is_err());
    }
}
