//! What an answer holds: where a query finds its value in it, and what else could be asked for.

use flow_query::{JsonPath, Node, Place, Value};
use std::collections::{HashMap, HashSet};

use crate::graph::{Query, Segment};
use crate::suggest;

/// Where a query finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// How many values fit the query; the first is taken.
    pub count: usize,
    /// Where the first is. In JSON, as a JSONPath: `$.properties.periods[0].temperature` (RFC 9535, section 2.7, with names
    /// by dots where they can be); in XML, as a dotted path: `forecast.period[1].temperature`.
    pub at: String,
}

/// A label of an answer whose first value could be taken into a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// How a flow asks for it: `temperature`; a JSONPath where the label cannot stand by itself.
    pub query: String,
    /// Where it is.
    pub found: Match,
}

/// What a query finds in an answer; `None` for nothing, and for what is no part of the body.
pub fn find(root: Node<'_>, query: &Query) -> Option<Match> {
    let (count, first) = match query {
        Query::Label(name) => {
            let mut count = 0;
            each_member(root, &mut |member, _| count += usize::from(member == name));
            (count, root.label(name)?)
        }
        Query::Path(segments) => (1, root.path(segments.iter().map(Segment::of_query))?),
        Query::JsonPath(text) => {
            let Node::Json(json) = root else { return None };
            let nodes = JsonPath::parse(text).ok()?.all(json);
            (nodes.len(), Node::Json(nodes.first()?))
        }
        Query::Status | Query::Header(_) | Query::Body => return None,
    };
    Some(Match { count, at: place_of(root, first)? })
}

/// Names in an answer that a query which finds nothing may have meant, the nearest first.
pub fn near(root: Node<'_>, query: &Query) -> Vec<String> {
    let mut known: HashSet<&str> = HashSet::new();
    each_member(root, &mut |member, _| {
        known.insert(member);
    });
    let asked: Vec<String> = match query {
        Query::Label(name) => vec![name.clone()],
        Query::Path(segments) => segments.iter().filter_map(member).collect(),
        Query::JsonPath(text) => {
            let names = JsonPath::parse(text).map(|path| path.names()).unwrap_or_default();
            names.into_iter().map(|(name, _)| name).collect()
        }
        Query::Status | Query::Header(_) | Query::Body => Vec::new(),
    };
    let missing = asked.iter().find(|name| !known.contains(name.as_str()));
    let near = missing.map(|name| suggest::nearest(name, known.iter().copied())).unwrap_or_default();
    near.into_iter().map(str::to_owned).collect()
}

/// The labels of an answer that no query asks for and whose first value is a single one: the most frequent first, then in
/// the order of the answer.
pub fn labels(root: Node<'_>, asked: &[&Query]) -> Vec<Label> {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    each_member(root, &mut |name, _| {
        let count = counts.entry(name).or_insert_with(|| {
            order.push(name);
            0
        });
        *count += 1;
    });
    let known: Vec<String> = asked.iter().filter_map(|query| find(root, query)).map(|found| found.at).collect();
    let label = |name: &str| {
        // What a flow would find: in XML, an element comes before the attributes of its children.
        let first = root.label(name).filter(|first| is_single(*first))?;
        let at = place_of(root, first)?;
        let count = counts.get(name).copied().unwrap_or_default();
        Some(Label { query: written(root, name)?, found: Match { count, at } })
    };
    let mut labels: Vec<Label> = order.into_iter().filter_map(label).collect();
    labels.retain(|label| !known.contains(&label.found.at));
    labels.sort_by_key(|label| std::cmp::Reverse(label.found.count));
    labels
}

fn is_single(node: Node<'_>) -> bool {
    match node {
        Node::Json(value) => value.is_string() || value.is_number() || value.is_boolean(),
        Node::Xml(place) => !place.is_nil() && place.text().is_some(),
    }
}

/// Every member, each before what is inside it, in the order of the document. The depth is bounded where it is parsed: 128.
fn each_member<'a>(node: Node<'a>, visit: &mut impl FnMut(&'a str, Node<'a>)) {
    for part in node.parts() {
        if let Some(name) = part.name {
            visit(name, part.node);
        }
        each_member(part.node, visit);
    }
}

/// The path to a place of this document: to itself, not to one like it.
fn place_of(root: Node<'_>, wanted: Node<'_>) -> Option<String> {
    let mut steps = Vec::new();
    follow(root, wanted, &mut steps).then(|| {
        steps.reverse();
        match root {
            Node::Json(_) => format!("${}", steps.concat()),
            Node::Xml(_) => steps.concat().trim_start_matches('.').to_owned(),
        }
    })
}

/// Collects the steps from the last to the first.
fn follow(node: Node<'_>, wanted: Node<'_>, steps: &mut Vec<String>) -> bool {
    if is_same(node, wanted) {
        return true;
    }
    let inside = node.parts().into_iter().find_map(|part| {
        let step = match (part.node, part.name) {
            (Node::Json(_), Some(name)) => member_step(name),
            _ => part.step,
        };
        follow(part.node, wanted, steps).then_some(step)
    });
    let found = inside.is_some();
    steps.extend(inside);
    found
}

fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one, other) {
        (Node::Json(one), Node::Json(other)) => std::ptr::eq(one, other),
        (Node::Xml(Place::Element(one)), Node::Xml(Place::Element(other))) => one == other,
        (Node::Xml(Place::Attribute(one)), Node::Xml(Place::Attribute(other))) => std::ptr::eq(one, other),
        _ => false,
    }
}

/// RFC 9535, section 2.7: in single quotes, unless the name is one that needs none.
fn member_step(name: &str) -> String {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit()) {
        return format!(".{name}");
    }
    let text = Value::from(name).to_string();
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    format!("['{}']", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}

/// A label as a flow asks for it; in XML, one that cannot stand by itself has no other form.
fn written(root: Node<'_>, name: &str) -> Option<String> {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit() || c == '-') {
        return Some(name.to_owned());
    }
    matches!(root, Node::Json(_)).then(|| format!("\"$..{}\"", member_step(name).replace('"', "\\\"")))
}

fn member(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Member(name) => Some(name.clone()),
        Segment::Index(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use flow_query::Xml;
    use serde_json::json;

    fn forecast() -> Value {
        json!({
            "@context": ["x"],
            "units": "us",
            "periods": [
                { "name": "Today", "temperature": 84, "wind speed": "5", "chance": { "value": 3 } },
                { "name": "Tonight", "temperature": 71, "wind speed": "7", "chance": { "value": null } },
            ],
        })
    }

    fn found(query: &Query) -> Option<(usize, String)> {
        find(Node::Json(&forecast()), query).map(|found| (found.count, found.at))
    }

    fn label(name: &str) -> Query {
        Query::Label(name.to_owned())
    }

    fn told(root: Node<'_>, asked: &[&Query]) -> Vec<String> {
        let told = |label: &Label| format!("{} {} {}", label.query, label.found.count, label.found.at);
        labels(root, asked).iter().map(told).collect()
    }

    #[test]
    fn a_query_is_told_with_its_matches_and_the_place_of_the_first() {
        assert_eq!(found(&label("temperature")), Some((2, "$.periods[0].temperature".to_owned())));
        assert_eq!(found(&label("temprature")), None);
        let path = vec![Segment::Member("periods".to_owned()), Segment::Index(1), Segment::Member("name".to_owned())];
        assert_eq!(found(&Query::Path(path)), Some((1, "$.periods[1].name".to_owned())));
        let night = Query::JsonPath("$.periods[?@.name=='Tonight']['wind speed']".to_owned());
        assert_eq!(found(&night), Some((1, "$.periods[1]['wind speed']".to_owned())));
        assert_eq!(found(&Query::Status), None);
    }

    #[test]
    fn what_was_probably_meant_is_in_the_answer() {
        let forecast = forecast();
        let near = |query| near(Node::Json(&forecast), &query);
        assert_eq!(near(label("temprature")), ["temperature"]);
        assert_eq!(near(Query::JsonPath("$.period[0].name".to_owned())), ["periods"]);
        assert!(near(label("zzzz")).is_empty());
    }

    #[test]
    fn labels_with_values_are_listed_by_count() {
        assert_eq!(
            told(Node::Json(&forecast()), &[&label("temperature")]),
            [
                "name 2 $.periods[0].name",
                "\"$..['wind speed']\" 2 $.periods[0]['wind speed']",
                "value 2 $.periods[0].chance.value",
                "units 1 $.units",
            ]
        );
    }

    #[test]
    fn xml_is_told_by_dotted_paths() {
        let text = "<wx unit='F'><period><temp>84</temp></period><period><temp>71</temp><wind>5</wind></period></wx>";
        let xml = Xml::parse(text).unwrap();
        let root = Node::Xml(xml.root());
        assert_eq!(told(root, &[]), ["temp 2 wx.period.temp", "unit 1 wx.unit", "wind 1 wx.period[1].wind"]);
        assert_eq!(find(root, &label("wind")).unwrap().at, "wx.period[1].wind");
        assert_eq!(near(root, &label("tmp")), ["temp"]);
        assert_eq!(find(root, &Query::JsonPath("$.a".to_owned())), None);
    }

    #[test]
    fn every_suggested_query_finds_its_value() {
        let json = json!({
            "a b": 1, "it's": 2, "say \"hi\"": 3, "@x": 4, "": 5, "a\\b": 6, "über": 7, "1": 8, "a\tb": 9,
            "first-name": 10, "ok": 11, "end": 12, "true": 13, "null": 14, "timeout": 15, "-": 16, "sample": 17
        });
        let root = Node::Json(&json);
        let labels = labels(root, &[]);
        assert_eq!(labels.len(), 17);
        for label in labels {
            let asked = format!("< x = {} > ok -> sms \"$x\" fail -> end", label.query);
            let flow = format!("on sms -> call GET \"https://a.example/\" {asked}");
            let source = crate::source::SourceFile::new("a.flow", flow);
            let (graph, diagnostics) = crate::graph_of(&source, &crate::sample::NoSamples);
            let graph = graph.unwrap_or_else(|| unreachable!("{} {diagnostics:?}", label.query));
            let place = super::super::pick(&source, &graph, None).unwrap();
            let query = &place.call.bindings.first().unwrap().query;
            assert_eq!(find(root, query), Some(label.found), "{}", label.query);
        }
    }
}
