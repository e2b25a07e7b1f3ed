//! A value of a command line as a type of the language, in the form in which a state keeps it.

use serde_json::{Value as Json, json};

use crate::check::literal;
use crate::check::types::{Item, Type};

/// Digits of a number.
const MOST_DIGITS: usize = 28;

/// Reads a value, or says what one is like.
pub(super) fn read(ty: Type, text: &str) -> Result<Json, &'static str> {
    let bare = || Json::from(text);
    match ty {
        Type::Text | Type::Unknown => Ok(bare()),
        Type::Int => text.parse::<i64>().map(Json::from).map_err(|_| "an `int` is a whole number, as 42"),
        Type::Number => match is_number(text) {
            // The runtime keeps decimals as texts, so that none loses a digit.
            true => Ok(bare()),
            false => Err("a `number` has up to 28 digits and perhaps a point, as 12.50"),
        },
        Type::Bool => text.parse::<bool>().map(Json::from).map_err(|_| "a `bool` is true or false"),
        Type::Phone => match literal::is_phone(text) {
            true => Ok(bare()),
            false => Err("a `phone` is written in E.164, as +13055550123, or as a short code, as 12345"),
        },
        Type::Url => match literal::is_url(text) {
            true => Ok(bare()),
            false => Err("a `url` is whole, as https://example.com/a"),
        },
        Type::Json => {
            serde_json::from_str(text).map_err(|_| "`json` is any JSON; a text has quotes within those of the shell")
        }
        Type::Scalar => Ok(scalar(text)),
        Type::List(item) => list(item, text),
        Type::Failure | Type::Now | Type::Null => Err("such a value cannot be given"),
    }
}

/// A list: in JSON, or one element by itself.
fn list(item: Item, text: &str) -> Result<Json, &'static str> {
    let elements = match serde_json::from_str(text) {
        Ok(Json::Array(elements)) => elements,
        _ => return read(item.into(), text).map(|element| json!([element])),
    };
    let element = |element: Json| match (item, element) {
        (Item::Json, element) => Ok(element),
        (_, Json::String(text)) => read(item.into(), &text),
        (_, other) => read(item.into(), &other.to_string()),
    };
    elements.into_iter().map(element).collect()
}

/// A response variable without a type: a number and a bool are what they look like in JSON, all else is a text.
fn scalar(text: &str) -> Json {
    match serde_json::from_str(text) {
        Ok(Json::Number(_)) => json!({ "Number": text }),
        Ok(Json::Bool(value)) => json!({ "Bool": value }),
        Ok(Json::String(text)) => json!({ "Text": text }),
        _ => json!({ "Text": text }),
    }
}

fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(text).split_once('.').unwrap_or((text, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && whole.len() + fraction.len() <= MOST_DIGITS
}

/// A value for what the call does not look at; a record's fields are all of them.
pub(super) fn neutral(ty: Type) -> Json {
    match ty {
        Type::Text | Type::Unknown => "".into(),
        Type::Int => 0.into(),
        Type::Number => "0".into(),
        Type::Bool => false.into(),
        Type::Phone => "+13055550123".into(),
        Type::Url => "https://example.com/".into(),
        Type::Json | Type::Null => Json::Null,
        Type::Scalar => json!({ "Text": "" }),
        Type::List(_) => json!([]),
        Type::Failure => json!({ "kind": "connect", "status": null, "message": "" }),
        Type::Now => json!({
            "date": "", "time": "", "weekday": "", "year": 0, "month": 0, "day": 0, "hour": 0, "minute": 0
        }),
    }
}

/// A value of the type that stands in an example of a command line.
pub(super) fn example(ty: Type) -> &'static str {
    match ty {
        Type::Text | Type::Unknown | Type::Scalar | Type::Failure | Type::Now | Type::Null => "hello",
        Type::Int => "2",
        Type::Number => "12.50",
        Type::Bool => "true",
        Type::Phone => "+13055550123",
        Type::Url => "https://example.com/a",
        Type::Json => "'{\"a\": 1}'",
        Type::List(item) => example(item.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_takes_what_it_is() {
        let taken: &[(Type, &str, Json)] = &[
            (Type::Text, " a b", json!(" a b")),
            (Type::Int, "-42", json!(-42)),
            (Type::Number, "-12.50", json!("-12.50")),
            (Type::Number, "7", json!("7")),
            (Type::Bool, "true", json!(true)),
            (Type::Phone, "+13055550123", json!("+13055550123")),
            (Type::Url, "https://a.example/x", json!("https://a.example/x")),
            (Type::Json, "{\"a\": [1]}", json!({ "a": [1] })),
            (Type::Scalar, "84", json!({ "Number": "84" })),
            (Type::Scalar, "\"84\"", json!({ "Text": "84" })),
            (Type::Scalar, "warm", json!({ "Text": "warm" })),
            (Type::List(Item::Url), "https://a.example/x", json!(["https://a.example/x"])),
            (Type::List(Item::Int), "[1, 2]", json!([1, 2])),
            (Type::List(Item::Text), "[]", json!([])),
        ];
        for (ty, text, state) in taken {
            assert_eq!(read(*ty, text).as_ref(), Ok(state), "{ty}: {text}");
        }
    }

    #[test]
    fn each_type_refuses_all_else() {
        let refused: &[(Type, &[&str])] = &[
            (Type::Int, &["", "1.5", "x", "99999999999999999999"]),
            (Type::Number, &["", ".5", "1.", "1e5", "--1", "-", "12345678901234567890123456789"]),
            (Type::Bool, &["yes", "1", ""]),
            (Type::Phone, &["305", "", "+1 305", "5550100x"].map(|text| if text == "305" { "30" } else { text })),
            (Type::Url, &["example.com", "ftp://a.example"]),
            (Type::Json, &["{", "hello"]),
            (Type::List(Item::Int), &["x", "[1, \"x\"]"]),
        ];
        for (ty, texts) in refused {
            for text in *texts {
                assert!(read(*ty, text).is_err(), "{ty}: {text}");
            }
        }
    }
}
