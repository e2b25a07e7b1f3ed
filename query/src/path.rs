//! A dotted path from the root: `customer.address.city`, `[0].first_name`.

use serde_json::Value;

/// A step of a dotted path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'s> {
    /// `.name`
    Member(&'s str),
    /// `[0]`
    Index(usize),
}

/// What a path leads to, if all of it is there.
pub fn path<'a, 's>(json: &'a Value, segments: impl IntoIterator<Item = Segment<'s>>) -> Option<&'a Value> {
    segments.into_iter().try_fold(json, |json, segment| match segment {
        Segment::Member(name) => json.get(name),
        Segment::Index(index) => json.get(index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_followed_to_its_end_or_not_at_all() {
        let body = json!({ "a": [{ "b": "first" }, { "b": null }] });
        let at = |index, name| path(&body, [Segment::Member("a"), Segment::Index(index), Segment::Member(name)]);
        assert_eq!(at(0, "b"), Some(&json!("first")));
        assert_eq!(at(1, "b"), Some(&json!(null)));
        assert_eq!(at(2, "b"), None);
        assert_eq!(at(0, "c"), None);
        assert_eq!(path(&body, []), Some(&body));
        assert_eq!(path(&body, [Segment::Index(0)]), None);
    }
}
