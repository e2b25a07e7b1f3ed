//! The segments of a query as they are written.

use crate::syntax::ast::Segment;
use flow_query::JsonPath;
use std::ops::Range;

/// Where each segment of a dotted path stands in its text, without the dot.
pub(super) fn of_path(text: &str, segments: &[Segment]) -> Vec<Range<usize>> {
    let mut at = 0;
    let place = |segment: &Segment| {
        let rest = text.get(at..).unwrap_or_default();
        let start = at + usize::from(rest.starts_with('.'));
        at = match segment {
            Segment::Member(name) => start + name.len(),
            Segment::Index(_) => rest.find(']').map_or(text.len(), |close| at + close + 1),
        };
        start..at
    };
    segments.iter().map(place).collect()
}

/// The ends of the segments of a JSONPath, after that of `$`: what ends there is a JSONPath as well.
pub(super) fn ends(text: &str) -> Vec<usize> {
    let before_a_segment = text.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at);
    let is_whole = |end: &usize| text.get(..*end).is_some_and(|prefix| JsonPath::parse(prefix).is_ok());
    before_a_segment.chain([text.len()]).filter(is_whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_at_its_dots_and_brackets() {
        let member = |name: &str| Segment::Member(name.to_owned());
        let segments = [member("a"), Segment::Index(7), Segment::Index(0), member("bé")];
        assert_eq!(of_path("a[007][0].bé", &segments), [0..1, 1..6, 6..9, 10..13]);
        assert_eq!(of_path("[0].b", &[Segment::Index(0), member("b")]), [0..3, 4..5]);
    }

    #[test]
    fn a_json_path_is_cut_where_it_could_end() {
        assert_eq!(ends("$"), [1]);
        assert_eq!(ends("$.a[0].b"), [1, 3, 6, 8]);
        assert_eq!(ends("$..a[?@.b.c=='x.[y']['d.e']"), [1, 4, 20, 27]);
    }
}
