//! Secrets are blotted out of an answer so that it stays the document that it is: queries can still be tried on it.

use serde_json::Value as Json;

use crate::redact::{BLOT, Redactor};

/// The body of an answer without secrets, and at how many places one was. In JSON they are looked for in strings and
/// numbers, and all between those stays as it came.
pub(super) fn body(text: &str, redactor: &Redactor) -> (String, usize) {
    match serde_json::from_str::<Json>(text.trim_start_matches('\u{feff}')) {
        Ok(_) => document(text, redactor),
        Err(_) => redactor.blot(text),
    }
}

/// A value without secrets.
pub(super) fn value(value: Json, redactor: &Redactor) -> Json {
    match value {
        Json::String(text) => string(&text, redactor).0.into(),
        Json::Number(number) => match redactor.blot(&number.to_string()) {
            (_, 0) => Json::Number(number),
            // Digits of another number would be no better than none.
            _ => BLOT.into(),
        },
        Json::Array(elements) => elements.into_iter().map(|element| self::value(element, redactor)).collect(),
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (string(&name, redactor).0, self::value(value, redactor)))
                .collect(),
        ),
        single @ (Json::Null | Json::Bool(_)) => single,
    }
}

/// A string of JSON; one that holds JSON itself is read as such, however it is escaped.
fn string(text: &str, redactor: &Redactor) -> (String, usize) {
    let is_document = text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<Json>(text).is_ok();
    let (text, inside) = if is_document { document(text, redactor) } else { (text.to_owned(), 0) };
    let (text, places) = redactor.blot(&text);
    (text, inside + places)
}

/// A text that is JSON.
fn document(text: &str, redactor: &Redactor) -> (String, usize) {
    let mut shown = String::with_capacity(text.len());
    let (mut rest, mut places) = (text, 0);
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        let (before, token) = rest.split_at(start);
        let (token, behind) = token.split_at(length(token));
        let (told, found) = match serde_json::from_str(token) {
            Ok(Json::String(text)) => {
                let (told, found) = string(&text, redactor);
                (Json::from(told), found)
            }
            _ => (BLOT.into(), redactor.blot(token).1.min(1)),
        };
        shown.push_str(before);
        match found {
            0 => shown.push_str(token),
            _ => shown.push_str(&told.to_string()),
        }
        places += found;
        rest = behind;
    }
    shown.push_str(rest);
    (shown, places)
}

/// Of a string with its quotes or of a number, with which this begins.
fn length(text: &str) -> usize {
    let Some(inside) = text.strip_prefix('"') else {
        return text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(text.len());
    };
    let mut is_escaped = false;
    let end = inside.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn redactor() -> Redactor {
        Redactor::of(["481516", "k<e>y\"9"])
    }

    #[test]
    fn json_stays_json_and_all_else_of_it_as_it_came() {
        let told = |text: &str| body(text, &redactor());
        let plain = "\u{feff}{\n  \"a\" : [1.50,-2e9, true],\t\"\\u0062\\\\\": \"x\\\"y\", \"a\": {} }\n";
        assert_eq!(told(plain), (plain.to_owned(), 0));
        let echoed = r#"{ "n": 4815162342, "m": [-481516.0,7], "k<e>y\"9": "a 481516 b 481516", "j": "\u006b\u003ce\u003ey\u00229" }"#;
        let blotted =
            r#"{ "n": "(secret)", "m": ["(secret)",7], "(secret)": "a (secret) b (secret)", "j": "(secret)" }"#;
        assert_eq!(told(echoed), (blotted.to_owned(), 6));
        let within = json!({ "body": "{\"n\": 481516, \"t\": \"\\u006b\\u003ce>y\\u00229\"}" }).to_string();
        let blotted = json!({ "body": "{\"n\": \"(secret)\", \"t\": \"(secret)\"}" }).to_string();
        assert_eq!(told(&within), (blotted, 2));
    }

    #[test]
    fn what_is_no_json_is_searched_as_a_text() {
        let told = body("<a n='481516'>k&lt;e&gt;y&quot;9</a>", &redactor());
        assert_eq!(told, ("<a n='(secret)'>(secret)</a>".to_owned(), 2));
    }

    #[test]
    fn a_value_is_searched_in_all_its_parts() {
        let echoed = json!({ "a": [481516, 4.5, null, true, "481516"], "481516": 1 });
        let blotted = json!({ "a": ["(secret)", 4.5, null, true, "(secret)"], "(secret)": 1 });
        assert_eq!(value(echoed, &redactor()), blotted);
    }
}
