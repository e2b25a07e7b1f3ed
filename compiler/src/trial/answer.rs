//! What an answer in JSON holds: where a query finds its value in it, and what else could be asked for.

use flow_query::{JsonPath, Value};
use std::collections::HashMap;

use crate::graph::{Query, Segment};
use crate::suggest;

/// Where a query finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// How many values fit the query; the first is taken.
    pub count: usize,
    /// Where the first is, as a JSONPath (RFC 9535, 2.7: "Normalized Paths", with names by dots where they can be):
    /// `$.properties.periods[0].temperature`.
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
pub fn find(json: &Value, query: &Query) -> Option<Match> {
    let (count, first) = match query {
        Query::Label(name) => {
            let mut count = 0;
            each_member(json, &mut |member, _| count += usize::from(member == name));
            (count, flow_query::label(json, name)?)
        }
        Query::Path(segments) => (1, flow_query::path(json, segments.iter().map(segment))?),
        Query::JsonPath(text) => {
            let nodes = JsonPath::parse(text).ok()?.all(json);
            (nodes.len(), *nodes.first()?)
        }
        Query::Status | Query::Header(_) | Query::Body => return None,
    };
    Some(Match { count, at: place_of(json, first)? })
}

/// Names in an answer that a query which finds nothing may have meant, the nearest first.
pub fn near(json: &Value, query: &Query) -> Vec<String> {
    let mut known: Vec<&str> = Vec::new();
    each_member(json, &mut |member, _| known.push(member));
    let asked: Vec<String> = match query {
        Query::Label(name) => vec![name.clone()],
        Query::Path(segments) => segments.iter().filter_map(member).collect(),
        Query::JsonPath(text) => {
            let names = JsonPath::parse(text).map(|path| path.names()).unwrap_or_default();
            names.into_iter().map(|(name, _)| name).collect()
        }
        Query::Status | Query::Header(_) | Query::Body => Vec::new(),
    };
    let missing = asked.iter().find(|name| !known.contains(&name.as_str()));
    let near = missing.map(|name| suggest::nearest(name, known.iter().copied())).unwrap_or_default();
    near.into_iter().map(str::to_owned).collect()
}

/// The labels of an answer that no query asks for and whose first value is a text, a number or a bool: the most frequent
/// first, then in the order of the answer.
pub fn labels(json: &Value, asked: &[&Query]) -> Vec<Label> {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: HashMap<&str, (usize, &Value)> = HashMap::new();
    each_member(json, &mut |name, value| {
        let (count, _) = counts.entry(name).or_insert_with(|| {
            order.push(name);
            (0, value)
        });
        *count += 1;
    });
    let known: Vec<String> = asked.iter().filter_map(|query| find(json, query)).map(|found| found.at).collect();
    let is_scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let mut labels: Vec<Label> = order
        .into_iter()
        .filter_map(|name| {
            let (count, first) = *counts.get(name)?;
            let at = is_scalar(first).then(|| place_of(json, first)).flatten()?;
            Some(Label { query: written(name), found: Match { count, at } })
        })
        .filter(|label| !known.contains(&label.found.at))
        .collect();
    labels.sort_by_key(|label| std::cmp::Reverse(label.found.count));
    labels
}

/// Every member of every object, each before what is inside it, in the order of the document. The depth is bounded by
/// serde_json's parser: 128.
fn each_member<'a>(json: &'a Value, visit: &mut impl FnMut(&'a str, &'a Value)) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                visit(name, value);
                each_member(value, visit);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| each_member(element, visit)),
        _ => {}
    }
}

/// The path to a value of this document: to itself, not to one like it.
fn place_of(json: &Value, wanted: &Value) -> Option<String> {
    let mut steps = Vec::new();
    follow(json, wanted, &mut steps).then(|| {
        steps.push("$".to_owned());
        steps.reverse();
        steps.concat()
    })
}

/// Collects the steps from the last to the first.
fn follow(json: &Value, wanted: &Value, steps: &mut Vec<String>) -> bool {
    if std::ptr::eq(json, wanted) {
        return true;
    }
    let step = match json {
        Value::Object(members) => {
            members.iter().find_map(|(name, value)| follow(value, wanted, steps).then(|| member_step(name)))
        }
        Value::Array(elements) => {
            let mut elements = elements.iter().enumerate();
            elements.find_map(|(at, value)| follow(value, wanted, steps).then(|| format!("[{at}]")))
        }
        _ => None,
    };
    let found = step.is_some();
    steps.extend(step);
    found
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

/// A label as a flow asks for it.
fn written(name: &str) -> String {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_bare = name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit() || c == '-');
    if is_bare { name.to_owned() } else { format!("\"$..{}\"", member_step(name).replace('"', "\\\"")) }
}

fn member(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Member(name) => Some(name.clone()),
        Segment::Index(_) => None,
    }
}

fn segment(segment: &Segment) -> flow_query::Segment<'_> {
    match segment {
        Segment::Member(name) => flow_query::Segment::Member(name),
        Segment::Index(index) => flow_query::Segment::Index(*index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        find(&forecast(), query).map(|found| (found.count, found.at))
    }

    #[test]
    fn a_query_is_told_with_its_matches_and_the_place_of_the_first() {
        let label = |name: &str| Query::Label(name.to_owned());
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
        assert_eq!(near(&forecast(), &Query::Label("temprature".to_owned())), ["temperature"]);
        assert_eq!(near(&forecast(), &Query::JsonPath("$.period[0].name".to_owned())), ["periods"]);
        assert!(near(&forecast(), &Query::Label("zzzz".to_owned())).is_empty());
    }

    #[test]
    fn labels_with_values_are_listed_by_count() {
        let json = forecast();
        let asked = Query::Label("temperature".to_owned());
        let told: Vec<String> = labels(&json, &[&asked])
            .iter()
            .map(|label| format!("{} {} {}", label.query, label.found.count, label.found.at))
            .collect();
        assert_eq!(
            told,
            [
                "name 2 $.periods[0].name",
                "\"$..['wind speed']\" 2 $.periods[0]['wind speed']",
                "value 2 $.periods[0].chance.value",
                "units 1 $.units",
            ]
        );
    }

    #[test]
    fn every_suggested_query_finds_its_value() {
        let json = json!({ "a b": 1, "it's": 2, "say \"hi\"": 3, "@x": 4, "": 5, "a\\b": 6, "über": 7, "1": 8, "a\tb": 9,
            "first-name": 10, "ok": 11, "end": 12, "true": 13, "null": 14, "timeout": 15, "-": 16, "sample": 17 });
        for label in labels(&json, &[]) {
            let flow = format!(
                "on sms -> call GET \"https://a.example/\" < x = {} > ok -> sms \"$x\" fail -> end",
                label.query
            );
            let source = crate::source::SourceFile::new("a.flow", flow);
            let (graph, diagnostics) = crate::graph_of(&source, &crate::sample::NoSamples);
            assert!(graph.is_some(), "{} {diagnostics:?}", label.query);
            let place = super::super::pick(&source, graph.as_ref().unwrap_or_else(|| unreachable!()), None);
            let query = place.ok().and_then(|place| place.call.bindings.first().map(|binding| binding.query.clone()));
            assert_eq!(query.and_then(|query| find(&json, &query)), Some(label.found), "{}", label.query);
        }
    }
}
