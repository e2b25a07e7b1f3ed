//! What the plain forms of all vendors have in common, and how a plain form that a person wrote is read.

use serde_json::{Map, Value};

/// An object's members.
pub(super) type Members = Map<String, Value>;

/// The answer as an object.
pub(super) fn answer(answer: &Value) -> Result<&Members, String> {
    answer.as_object().ok_or_else(|| format!("the answer is no object: there is {}", crate::describe(answer)))
}

/// The member of this name, if it is there and says something; `path` is its name in the sentence of an error.
pub(super) fn member<'a, T>(
    of: &'a Members,
    name: &str,
    path: &str,
    what: &str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<Option<T>, String> {
    match of.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(format!("the answer's \"{path}\" is no {what}: there is {}", crate::describe(value))),
        },
    }
}

/// The text at the end of a way of members, if it has characters.
pub(super) fn text<'a>(of: &'a Value, way: &[&str]) -> Option<&'a str> {
    let end = way.iter().try_fold(of, |value, name| value.get(name))?;
    end.as_str().filter(|text| !text.is_empty())
}

/// The elements of a list that is a member; none where there is no list.
pub(super) fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The members that both vendors have, in their order; what is not there has no member.
pub(super) fn common(messages: Vec<String>, intent: Option<&str>, confidence: Option<&Value>, done: bool) -> Members {
    let messages: Vec<String> = messages.iter().filter_map(|message| printable(message)).collect();
    let mut plain = Members::new();
    if !messages.is_empty() {
        plain.insert("message".to_owned(), messages.join("\n").into());
    }
    plain.insert("messages".to_owned(), messages.into());
    if let Some(intent) = intent {
        plain.insert("intent".to_owned(), intent.into());
    }
    if let Some(confidence) = confidence.filter(|confidence| confidence.is_number()) {
        plain.insert("confidence".to_owned(), confidence.clone());
    }
    plain.insert("done".to_owned(), done.into());
    plain
}

/// A message as a person can be texted it: without control characters but for line breaks; `None` if nothing is left.
fn printable(message: &str) -> Option<String> {
    let kept: String = message.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    (!kept.trim().is_empty()).then_some(kept)
}

/// What a person wrote for one text: numbers and truth values are written as they are read.
pub(super) fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The messages of a plain form: its `messages`, or its `message` where it has only that.
pub(super) fn messages(plain: &Value) -> Vec<String> {
    let texts = match plain.get("messages").and_then(Value::as_array) {
        Some(messages) => messages.iter().filter_map(written).collect(),
        None => plain.get("message").and_then(written).into_iter().collect::<Vec<_>>(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// A flag of a plain form; not there is `false`.
pub(super) fn flag(plain: &Value, name: &str) -> bool {
    plain.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The members of an object in a plain form; none where there is no object.
pub(super) fn members(plain: &Value, name: &str) -> Members {
    plain.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}
