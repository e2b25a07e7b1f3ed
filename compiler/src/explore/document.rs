//! A JSON document in which the queries of a call find given values.

use serde_json::{Map, Value as Json};

use crate::graph::{Query, Segment};

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Member(String),
    Index(usize),
    /// An element of a list with such members: `[?@.free==true]`.
    With(Vec<(String, Json)>),
}

/// The document; `None` where a query is one that is not understood here. A query without a value finds nothing.
pub(super) fn document(values: &[(&Query, Option<&Json>)]) -> Option<Json> {
    let mut document = Json::Object(Map::new());
    // A label is found wherever it stands first, so labels come before what might hold members of the same name.
    let is_label = |query: &Query| matches!(query, Query::Label(_));
    let labels = values.iter().filter(|(query, _)| is_label(query));
    for (query, value) in labels.chain(values.iter().filter(|(query, _)| !is_label(query))) {
        let Some(mut steps) = steps(query)? else { continue };
        let last = if value.is_none() { steps.pop() } else { None };
        if matches!(last, Some(Step::With(_) | Step::Index(_))) {
            continue;
        }
        let place = place(&mut document, &steps)?;
        match value {
            Some(value) => *place = (*value).clone(),
            None if place.is_null() => *place = Json::Object(Map::new()),
            None => {}
        }
    }
    Some(document)
}

/// The way to what a query finds; the inner `None` is of one that does not look into the body.
fn steps(query: &Query) -> Option<Option<Vec<Step>>> {
    Some(Some(match query {
        Query::Label(name) => vec![Step::Member(name.clone())],
        Query::Path(segments) => segments
            .iter()
            .map(|segment| match segment {
                Segment::Member(name) => Step::Member(name.clone()),
                Segment::Index(index) => Step::Index(*index),
            })
            .collect(),
        Query::JsonPath(text) => Reader { rest: text.strip_prefix('$')? }.steps()?,
        Query::Status | Query::Header(_) | Query::Body => return Some(None),
    }))
}

/// The place that steps lead to, made where it is missing.
fn place<'a>(root: &'a mut Json, steps: &[Step]) -> Option<&'a mut Json> {
    let mut place = root;
    for (at, step) in steps.iter().enumerate() {
        let is_empty = place.is_null() || place.as_object().is_some_and(Map::is_empty);
        place = match step {
            Step::Member(name) => {
                if place.is_null() {
                    *place = Json::Object(Map::new());
                }
                place.as_object_mut()?.entry(name.clone()).or_insert(Json::Null)
            }
            Step::Index(index) => {
                if is_empty {
                    *place = Json::Array(Vec::new());
                }
                let list = place.as_array_mut()?;
                while list.len() <= *index {
                    list.push(if steps.len() > at + 1 { Json::Object(Map::new()) } else { Json::Null });
                }
                list.get_mut(*index)?
            }
            Step::With(members) => {
                if is_empty {
                    *place = Json::Array(Vec::new());
                }
                let list = place.as_array_mut()?;
                let fits = |element: &Json| members.iter().all(|(name, value)| element.get(name) == Some(value));
                match list.iter().position(fits) {
                    Some(found) => list.get_mut(found)?,
                    None => {
                        list.push(Json::Object(members.iter().cloned().collect()));
                        list.last_mut()?
                    }
                }
            }
        };
    }
    Some(place)
}

/// Reads the simple forms of JSONPath: names, indexes, `..name`, and filters that compare a member with a literal.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn steps(&mut self) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        while !self.rest.is_empty() {
            if self.takes("..") && !self.rest.starts_with('[') || self.takes(".") {
                steps.push(if self.takes("*") { Step::Index(0) } else { Step::Member(self.name()?) });
            } else if self.takes("[") {
                let step = self.bracket()?;
                self.takes("]").then_some(())?;
                steps.push(step);
            } else {
                return None;
            }
        }
        Some(steps)
    }

    fn bracket(&mut self) -> Option<Step> {
        if self.takes("*") {
            return Some(Step::Index(0));
        }
        if self.rest.starts_with(['\'', '"']) {
            return self.literal().and_then(|name| name.as_str().map(|name| Step::Member(name.to_owned())));
        }
        if !self.takes("?") {
            return self.literal()?.as_u64().and_then(|index| usize::try_from(index).ok()).map(Step::Index);
        }
        let is_enclosed = self.takes("(");
        let mut members = Vec::new();
        loop {
            self.blanks();
            self.takes("@.").then_some(())?;
            let name = self.name()?;
            self.blanks();
            let value = if self.takes("==") {
                self.blanks();
                self.literal()?
            } else {
                // That a member is there is all that is asked.
                Json::Bool(true)
            };
            members.push((name, value));
            self.blanks();
            if !self.takes("&&") {
                break;
            }
        }
        (!is_enclosed || self.takes(")")).then_some(Step::With(members))
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn taken_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|character| !fits(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken.to_owned()
    }

    fn name(&mut self) -> Option<String> {
        let name =
            self.taken_while(|character| character.is_alphanumeric() || character == '_' || !character.is_ascii());
        (!name.is_empty()).then_some(name)
    }

    /// A text in either quotes, a number, `true`, `false`, `null`.
    fn literal(&mut self) -> Option<Json> {
        if let Some(quote) = self.rest.chars().next().filter(|quote| matches!(quote, '\'' | '"')) {
            self.takes(if quote == '"' { "\"" } else { "'" });
            let text = self.taken_while(|character| character != quote && character != '\\');
            self.takes(if quote == '"' { "\"" } else { "'" }).then_some(())?;
            return Some(Json::from(text));
        }
        let word = self.taken_while(|character| character.is_ascii_alphanumeric() || "+-.".contains(character));
        serde_json::from_str(&word).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use flow_query::JsonPath;
    use serde_json::json;

    #[test]
    fn labels_and_paths_find_their_values() {
        let path = Query::Path(vec![
            Segment::Member("customers".to_owned()),
            Segment::Index(1),
            Segment::Member("name".to_owned()),
        ]);
        let label = Query::Label("name".to_owned());
        let (ann, bob) = (json!("Ann"), json!("Bob"));
        assert_eq!(
            document(&[(&path, Some(&bob)), (&label, Some(&ann))]).unwrap(),
            json!({ "name": "Ann", "customers": [{}, { "name": "Bob" }] })
        );
        assert_eq!(document(&[(&path, None), (&label, None)]).unwrap(), json!({ "customers": [null, {}] }));
        assert_eq!(document(&[(&Query::Status, Some(&ann))]).unwrap(), json!({}));
    }

    #[test]
    fn simple_forms_of_json_path_find_their_value() {
        for text in [
            "$.a.b[2].c",
            "$['a b'][\"c\"]",
            "$..name",
            "$.rooms[?@.free==true].number",
            "$.rooms[?@.free == true && @.beds==2].number",
            "$.rooms[?(@.kind=='suite')].number",
            "$.rooms[*].number",
            "$[0]",
        ] {
            let query = Query::JsonPath(text.to_owned());
            let value = json!(7);
            let made = document(&[(&query, Some(&value))]).unwrap();
            assert_eq!(JsonPath::parse(text).unwrap().first(&made), Some(&value), "{text}: {made}");
            let none = document(&[(&query, None)]).unwrap();
            assert_eq!(JsonPath::parse(text).unwrap().first(&none), None, "{text}: {none}");
        }
        assert_eq!(document(&[(&Query::JsonPath("$.a[?length(@.b)>2]".to_owned()), None)]), None);
    }

    #[test]
    fn elements_of_one_filter_are_one() {
        let queries = ["number", "price"].map(|name| Query::JsonPath(format!("$.rooms[?@.free==true].{name}")));
        let (one, two) = (json!(1), json!(2));
        let [number, price] = &queries;
        assert_eq!(
            document(&[(number, Some(&one)), (price, Some(&two))]).unwrap(),
            json!({ "rooms": [{ "free": true, "number": 1, "price": 2 }] })
        );
    }
}
