//! What a value is, in words for people.

use serde_json::Value;

/// Characters of a text or digits of a number that are shown.
const EXCERPT: usize = 24;

/// What a value is, behind "there is": ``the text "84"``, `a list of 3 elements`.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "`null`".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number {}", excerpt(&number.to_string())),
        Value::String(text) => format!("the text {:?}", excerpt(text)),
        Value::Array(elements) => match elements.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of 1 element".to_owned(),
            count => format!("a list of {count} elements"),
        },
        Value::Object(members) => match members.len() {
            0 => "an empty object".to_owned(),
            1 => "an object with 1 member".to_owned(),
            count => format!("an object with {count} members"),
        },
    }
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;
    use serde_json::json;

    #[test]
    fn values_are_described_in_the_singular_and_the_plural() {
        assert_eq!(describe(&json!("84")), "the text \"84\"");
        assert_eq!(describe(&json!([1])), "a list of 1 element");
        assert_eq!(describe(&json!({ "a": 1, "b": 2 })), "an object with 2 members");
        assert_eq!(describe(&json!("ä".repeat(30))), format!("the text {:?}", format!("{}…", "ä".repeat(24))));
    }
}
