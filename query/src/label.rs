//! A bare label: a member, wherever it is.

use serde_json::Value;

/// The first member of this name, depth-first in document order: a member is looked at before what is inside it.
///
/// The depth is that of the JSON, which serde_json's parser bounds to 128.
pub fn label<'a>(json: &'a Value, name: &str) -> Option<&'a Value> {
    match json {
        Value::Object(members) => {
            members.iter().find_map(|(member, value)| if member == name { Some(value) } else { label(value, name) })
        }
        Value::Array(elements) => elements.iter().find_map(|element| label(element, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_label_is_found_depth_first_in_document_order() {
        let nested = json!({ "b": [{ "c": 1 }, { "x": "deep" }], "x": "shallow" });
        assert_eq!(label(&nested, "x"), Some(&json!("deep")));
        let itself = json!({ "x": { "x": "inner" } });
        assert_eq!(label(&itself, "x"), Some(&json!({ "x": "inner" })));
        assert_eq!(label(&nested, "X"), None);
        assert_eq!(label(&json!("x"), "x"), None);
    }
}
