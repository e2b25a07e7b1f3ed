//! What a sample has at a place: its names, the way to one of them.

use flow_query::{Node, Part};
use std::collections::HashSet;

/// The member names of these places, or of all within them; each once, in document order.
pub(super) fn names<'a>(places: &[Node<'a>], deep: bool) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for place in places {
        collect(*place, deep, &mut |name| {
            if seen.insert(name) {
                names.push(name);
            }
        });
    }
    names
}

/// The depth is bounded by the parsers of both JSON and XML: 128.
fn collect<'a>(place: Node<'a>, deep: bool, found: &mut impl FnMut(&'a str)) {
    for Part { name, node, .. } in place.parts() {
        name.map(&mut *found);
        if deep {
            collect(node, deep, found);
        }
    }
}

/// The dotted path from a place to the first member of this name below it, at any depth.
pub(super) fn way_to(place: Node<'_>, name: &str) -> Option<String> {
    let mut steps = Vec::new();
    follow(place, name, &mut steps).then(|| {
        steps.reverse();
        steps.concat().trim_start_matches('.').to_owned()
    })
}

/// Collects the steps from the last to the first.
fn follow(place: Node<'_>, name: &str, steps: &mut Vec<String>) -> bool {
    place.parts().into_iter().filter(|part| part.name.is_none_or(is_plain)).any(|part| {
        let found = part.name == Some(name) || follow(part.node, name, steps);
        if found {
            steps.push(part.step);
        }
        found
    })
}

/// Whether a name can stand in a dotted path as it is; in a JSONPath it can then as well.
pub(super) fn is_plain(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// One step into a place, if there is something inside: `.speed`, `[0]`.
pub(super) fn deeper(place: Node<'_>) -> Option<String> {
    place.parts().into_iter().find(|part| part.name.is_none_or(is_plain)).map(|part| part.step)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use flow_query::Xml;
    use serde_json::json;

    #[test]
    fn names_come_in_the_order_of_the_document() {
        let json = json!({ "b": [{ "c": 1, "a": { "d": 0 } }, { "c": 2 }], "a": 1 });
        assert_eq!(names(&[Node::Json(&json)], false), ["b", "a"]);
        assert_eq!(names(&[Node::Json(&json)], true), ["b", "c", "a", "d"]);
        assert_eq!(names(&[Node::Json(&json!([1]))], true), [""; 0]);
        let xml = Xml::parse("<a b='1'><c><d/></c><c/><b/></a>").unwrap();
        assert_eq!(names(&[Node::Xml(xml.root())], true), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_way_to_a_name_is_a_dotted_path() {
        let json = json!({ "x y": { "d": 1 }, "b": [0, { "c": { "d": 1 } }] });
        assert_eq!(way_to(Node::Json(&json), "d").as_deref(), Some("b[1].c.d"));
        assert_eq!(way_to(Node::Json(&json!([[{ "d": 1 }]])), "d").as_deref(), Some("[0][0].d"));
        assert_eq!(way_to(Node::Json(&json), "e"), None);
        let xml = Xml::parse("<a><b/><b><c>1</c></b></a>").unwrap();
        assert_eq!(way_to(Node::Xml(xml.root()), "c").as_deref(), Some("a.b[1].c"));
    }
}
