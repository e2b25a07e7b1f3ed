//! What a sample has at a place: its names, the way to one of them.

use flow_query::Value;
use std::collections::HashSet;

/// The member names of these values, or of all within them; each once, in document order.
pub(super) fn names<'a>(values: &[&'a Value], deep: bool) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for value in values {
        collect(value, deep, &mut |name| {
            if seen.insert(name) {
                names.push(name);
            }
        });
    }
    names
}

/// The depth is bounded by serde_json's parser: 128.
fn collect<'a>(value: &'a Value, deep: bool, found: &mut impl FnMut(&'a str)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                found(name);
                if deep {
                    collect(value, deep, found);
                }
            }
        }
        Value::Array(elements) if deep => elements.iter().for_each(|element| collect(element, deep, found)),
        _ => {}
    }
}

/// The dotted path from a value to the first member of this name below it, at any depth.
pub(super) fn way_to(value: &Value, name: &str) -> Option<String> {
    let mut steps = Vec::new();
    follow(value, name, &mut steps).then(|| {
        steps.reverse();
        steps.concat().trim_start_matches('.').to_owned()
    })
}

/// Collects the steps from the last to the first.
fn follow(value: &Value, name: &str, steps: &mut Vec<String>) -> bool {
    let mut step = |member: String, inner: &Value, found: bool| {
        let found = found || follow(inner, name, steps);
        if found {
            steps.push(member);
        }
        found
    };
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(member, _)| is_plain(member))
            .any(|(member, inner)| step(format!(".{member}"), inner, member == name)),
        Value::Array(elements) => {
            elements.iter().enumerate().any(|(at, element)| step(format!("[{at}]"), element, false))
        }
        _ => false,
    }
}

/// Whether a name can stand in a dotted path as it is; in a JSONPath it can then as well.
pub(super) fn is_plain(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// One step into a value, if there is something inside: `.speed`, `[0]`.
pub(super) fn deeper(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => members.keys().find(|name| is_plain(name)).map(|name| format!(".{name}")),
        Value::Array(elements) if !elements.is_empty() => Some("[0]".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_come_in_the_order_of_the_document() {
        let json = json!({ "b": [{ "c": 1, "a": { "d": 0 } }, { "c": 2 }], "a": 1 });
        assert_eq!(names(&[&json], false), ["b", "a"]);
        assert_eq!(names(&[&json], true), ["b", "c", "a", "d"]);
        assert_eq!(names(&[&json!([1])], true), [""; 0]);
    }

    #[test]
    fn the_way_to_a_name_is_a_dotted_path() {
        let json = json!({ "x y": { "d": 1 }, "b": [0, { "c": { "d": 1 } }] });
        assert_eq!(way_to(&json, "d").as_deref(), Some("b[1].c.d"));
        assert_eq!(way_to(&json!([[{ "d": 1 }]]), "d").as_deref(), Some("[0][0].d"));
        assert_eq!(way_to(&json, "e"), None);
    }
}
