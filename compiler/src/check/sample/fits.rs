//! The values of samples and the types of the language: as strict as the runtime is (`value/convert.rs` there).

use crate::check::literal;
use crate::check::types::Type;
use flow_query::{Node, Value, describe};

/// Digits of a number, and places behind its point.
const MOST_DIGITS: i64 = 28;

/// Why a value is not of a type.
pub(super) struct Misfit {
    /// What was found, in words.
    pub(super) found: String,
    /// What more there is to say.
    pub(super) why: Option<&'static str>,
    /// A type that it has.
    pub(super) instead: Option<&'static str>,
}

/// The type of a variable that has none of its own; `None` for what is no single value.
///
/// Every JSON number is a `number`: one answer with a whole one does not promise that the next has no fraction. Texts stay
/// texts, for nobody has said that a phone number or a URL is meant.
///
/// In XML all is text: that one answer has digits there does not promise that the next has.
pub(super) fn inferred(node: Node<'_>) -> Option<Type> {
    let value = match node {
        Node::Json(value) => value,
        Node::Xml(place) => return place.text().map(|_| Type::Text),
    };
    match value {
        Value::String(text) if text.contains('\0') => Some(Type::Scalar),
        Value::String(_) => Some(Type::Text),
        Value::Number(number) if is_decimal(&number.to_string()) => Some(Type::Number),
        Value::Number(_) => Some(Type::Scalar),
        Value::Bool(_) => Some(Type::Bool),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether what was found, which is not `null`, is of a type. What XML has is read as the type says.
pub(super) fn fits(node: Node<'_>, ty: Type) -> Result<(), Misfit> {
    let place = match node {
        Node::Json(value) => return json_fits(value, ty),
        Node::Xml(place) => place,
    };
    let misfit = |why| Err(Misfit { found: node.describe(), why, instead: None });
    match (ty, place.text()) {
        (Type::Unknown, _) => Ok(()),
        (Type::Json | Type::List(_), _) => misfit(Some("XML gives single values; `json` and lists are for JSON")),
        (_, None) => misfit(Some("only an element without child elements is a single value")),
        (Type::Int | Type::Number | Type::Bool, Some(text)) => match serde_json::from_str(&text) {
            Ok(value) => json_fits(&value, ty),
            Err(_) => json_fits(&Value::String(text), ty),
        },
        (_, Some(text)) => json_fits(&Value::String(text), ty),
    }
}

fn json_fits(value: &Value, ty: Type) -> Result<(), Misfit> {
    let misfit = |why| Err(Misfit { found: describe(value), why, instead: instead(value) });
    match (ty, value) {
        (Type::Json | Type::Unknown, _) | (Type::Bool, Value::Bool(_)) => Ok(()),
        (Type::Text, Value::String(text)) if text.contains('\0') => misfit(Some("a text holds no NUL character")),
        (Type::Text, Value::String(_)) => Ok(()),
        (Type::Int, Value::Number(number)) => match number.to_string() {
            digits if digits.parse::<i64>().is_ok() => Ok(()),
            digits if digits.contains(['.', 'e', 'E']) => {
                misfit(Some("an `int` has no decimal point and no exponent; `number` takes it"))
            }
            _ => misfit(Some("an `int` has 64 bits; `number` takes up to 28 digits")),
        },
        (Type::Number, Value::Number(number)) if is_decimal(&number.to_string()) => Ok(()),
        (Type::Number, Value::Number(_)) => misfit(Some("a `number` has at most 28 digits")),
        (Type::Phone, Value::String(text)) if literal::is_phone(text) => Ok(()),
        (Type::Phone, Value::String(_)) => {
            misfit(Some("a `phone` is `+` and the whole number, or a short code: nothing is stripped or guessed"))
        }
        (Type::Url, Value::String(text)) if literal::is_url(text) => Ok(()),
        (Type::Url, Value::String(_)) => misfit(Some("a `url` is whole, with `https://` or `http://`")),
        (Type::List(item), Value::Array(elements)) => {
            let of_element = |(at, element): (usize, &Value)| {
                json_fits(element, item.into()).map_err(|misfit| Misfit {
                    found: format!("{} as element {}", misfit.found, at + 1),
                    instead: None,
                    ..misfit
                })
            };
            elements.iter().enumerate().try_for_each(of_element)
        }
        _ => misfit(None),
    }
}

/// A number that the type `number` holds exactly.
fn is_decimal(digits: &str) -> bool {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let Ok(exponent) = exponent.parse::<i64>() else { return false };
    let (whole, fraction) = mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa, ""));
    let significant = format!("{whole}{fraction}");
    let significant = significant.trim_start_matches(['-', '0']).len();
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let places = length(fraction).saturating_sub(exponent);
    let count = i64::try_from(significant).unwrap_or(i64::MAX);
    count.saturating_add((-places).max(0)) <= MOST_DIGITS && places <= MOST_DIGITS
}

fn instead(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) => Some("text"),
        Value::Number(number) if number.to_string().parse::<i64>().is_ok() => Some("int"),
        Value::Number(_) => Some("number"),
        Value::Bool(_) => Some("bool"),
        Value::Array(_) | Value::Object(_) => Some("json"),
        Value::Null => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::check::types::Item;
    use flow_query::Xml;

    fn told(ty: Type, json: &str) -> Option<String> {
        json_fits(&serde_json::from_str(json).unwrap(), ty).err().map(|misfit| misfit.found)
    }

    #[test]
    fn types_are_strict() {
        for (ty, json) in [
            (Type::Int, "-9223372036854775808"),
            (Type::Number, "84"),
            (Type::Number, "1.5e2"),
            (Type::Text, "\"84\""),
            (Type::Bool, "false"),
            (Type::Phone, "\"+13055550123\""),
            (Type::Url, "\"https://example.com\""),
            (Type::Json, "{}"),
            (Type::List(Item::Int), "[1, 2]"),
            (Type::List(Item::Int), "[]"),
        ] {
            assert_eq!(told(ty, json), None, "{json}");
        }
        for (ty, json, found) in [
            (Type::Int, "\"84\"", "the text \"84\""),
            (Type::Int, "84.0", "the number 84.0"),
            (Type::Int, "9223372036854775808", "the number 9223372036854775808"),
            (Type::Number, "1e999", "the number 1e+999"),
            (Type::Text, "84", "the number 84"),
            (Type::Bool, "\"true\"", "the text \"true\""),
            (Type::Phone, "\"305-555-0123\"", "the text \"305-555-0123\""),
            (Type::Url, "\"example.com\"", "the text \"example.com\""),
            (Type::List(Item::Int), "[1, \"2\"]", "the text \"2\" as element 2"),
            (Type::List(Item::Text), "{\"a\": 1}", "an object with 1 member"),
        ] {
            assert_eq!(told(ty, json).as_deref(), Some(found), "{json}");
        }
    }

    #[test]
    fn the_texts_of_xml_are_read_as_the_type_says() {
        let told = |ty, text: &str| {
            let xml = Xml::parse(text).unwrap();
            fits(Node::Xml(xml.root().label("a").unwrap()), ty).err().map(|misfit| misfit.found)
        };
        for (ty, text) in [
            (Type::Int, "<a> 84 </a>"),
            (Type::Number, "<a>84.50</a>"),
            (Type::Bool, "<a>true</a>"),
            (Type::Text, "<a/>"),
            (Type::Phone, "<b a='+13055550123'/>"),
        ] {
            assert_eq!(told(ty, text), None, "{text}");
        }
        for (ty, text, found) in [
            (Type::Int, "<a>84.5</a>", "the number 84.5"),
            (Type::Int, "<a>084</a>", "the text \"084\""),
            (Type::Bool, "<a>yes</a>", "the text \"yes\""),
            (Type::Text, "<a><b/></a>", "an element with 1 child"),
            (Type::Json, "<a>1</a>", "the text \"1\""),
        ] {
            assert_eq!(told(ty, text).as_deref(), Some(found), "{text}");
        }
    }

    #[test]
    fn what_a_number_holds() {
        for number in ["0", "-0.0001", "1234567890123456789012345678", "1e27", "1.5E2", "1e-28", "100e-2"] {
            assert!(is_decimal(number), "{number}");
        }
        for other in ["12345678901234567890123456789", "1e28", "1e-29", "1e99999999999999999999"] {
            assert!(!is_decimal(other), "{other}");
        }
    }
}
