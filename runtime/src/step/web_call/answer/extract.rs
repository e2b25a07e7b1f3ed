//! Response variables: from an answer to the flow's values.

use std::fmt;

use flow_query::JsonPath;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::Answer;

use crate::flow::{Binding, Failure, FailureKind, Fault, Query, Segment};
use crate::value::{Json, Value, Values};

/// A response variable, its query understood.
pub(in crate::step::web_call) struct Wanted {
    binding: &'static Binding,
    /// The query, if it is JSONPath.
    path: Option<JsonPath>,
}

impl Wanted {
    /// All response variables of a call. flowc has parsed their queries with the same parser, so one that is not
    /// understood here is its bug.
    pub(in crate::step::web_call) fn of(bindings: &'static [Binding]) -> Result<Vec<Self>, Fault> {
        let wanted = |binding: &'static Binding| {
            let path = match binding.query {
                Query::JsonPath(text) => Some(JsonPath::parse(text)),
                _ => None,
            };
            let bug = |error| Fault::Bug(format!("{}: {error}", Place(binding)));
            Ok(Self { binding, path: path.transpose().map_err(bug)? })
        };
        bindings.iter().map(wanted).collect()
    }

    fn needs_json(&self) -> bool {
        matches!(self.binding.query, Query::Label(_) | Query::Path(_) | Query::JsonPath(_))
    }

    /// Whether it is looked for in the body.
    pub(in crate::step::web_call) fn needs_body(&self) -> bool {
        self.needs_json() || matches!(self.binding.query, Query::Body)
    }
}

impl Answer {
    /// Takes every binding out, in their order. The body is parsed only when one needs it.
    pub(in crate::step::web_call) fn take(&self, wanted: &[Wanted]) -> Result<Values, Failure> {
        let failed = |told: String| Failure::new(FailureKind::Response, told).with_status(self.status);
        let json = if wanted.iter().any(Wanted::needs_json) { self.json().map_err(failed)? } else { Json::Null };
        let mut values = Values::default();
        for wanted in wanted {
            let binding = wanted.binding;
            let found = self.find(wanted, &json).map_err(|error| failed(format!("{}: {error}", Place(binding))))?;
            if found.is_none() && !binding.optional {
                return Err(failed(format!("{}: the answer does not hold it", Place(binding))));
            }
            values.push(binding.name, found);
        }
        Ok(values)
    }

    /// The value of a binding; JSON's `null` is as good as absent.
    fn find(&self, wanted: &Wanted, json: &Json) -> Result<Option<Value>, String> {
        let kind = wanted.binding.kind;
        let from_json = |json: &Json| Value::from_json(kind, json);
        let found = |found: Option<&Json>| found.filter(|value| !value.is_null()).map(from_json);
        let read = match &wanted.binding.query {
            Query::Label(name) => found(flow_query::label(json, name)),
            Query::Path(path) => found(flow_query::path(json, path.iter().map(segment))),
            Query::JsonPath(_) => match &wanted.path {
                Some(path) => found(path.try_first(json).map_err(|error| error.to_string())?),
                None => None,
            },
            Query::Status => Some(from_json(&Json::from(self.status))),
            Query::Header(name) => match self.headers.get(*name) {
                Some(value) => Some(Value::from_text(kind, utf8(value.as_bytes(), "the header")?)),
                None => None,
            },
            Query::Body => Some(Value::from_text(kind, utf8(&self.body, "the body")?)),
        };
        read.transpose().map_err(|mismatch| mismatch.to_string())
    }

    /// Parses the body, if it says that it is JSON, or says nothing of its type at all.
    fn json(&self) -> Result<Json, String> {
        let media_type = self.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
        if let Some(media_type) = &media_type
            && !is_json(media_type)
        {
            let essence = media_type.split(';').next().unwrap_or_default().trim().to_owned();
            return Err(format!("the answer is {essence}, not JSON"));
        }
        if self.body.is_empty() {
            return Err("the answer is empty, not JSON".to_owned());
        }
        // RFC 8259, section 8.1: a parser may ignore a byte order mark.
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| match self.headers.get(CONTENT_ENCODING) {
            Some(encoding) => {
                format!("the answer is compressed ({encoding:?}), which it was not asked to be")
            }
            None => format!("the answer is not valid JSON: {error}"),
        })
    }
}

/// `application/json`, `text/json`, and all that ends in `+json` (RFC 6839).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

fn utf8<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str, String> {
    str::from_utf8(bytes).map_err(|_| format!("{what} is not UTF-8 text"))
}

fn segment(segment: &Segment) -> flow_query::Segment<'static> {
    match segment {
        Segment::Member(name) => flow_query::Segment::Member(name),
        Segment::Index(index) => flow_query::Segment::Index(*index),
    }
}

/// A binding as messages name it: `temp (query temperature)`.
struct Place<'a>(&'a Binding);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "response variable `{}` (query ", self.0.name)?;
        match &self.0.query {
            Query::Label(query) | Query::JsonPath(query) => f.write_str(query)?,
            Query::Status => f.write_str("@status")?,
            Query::Header(name) => write!(f, "@header {name:?}")?,
            Query::Body => f.write_str("@body")?,
            Query::Path(path) => {
                for (position, segment) in path.iter().enumerate() {
                    match segment {
                        Segment::Member(name) if position == 0 => f.write_str(name)?,
                        Segment::Member(name) => write!(f, ".{name}")?,
                        Segment::Index(index) => write!(f, "[{index}]")?,
                    }
                }
            }
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::{Kind, Scalar};
    use reqwest::header::HeaderMap;

    fn answer(media_type: Option<&'static str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(media_type) = media_type {
            headers.insert(CONTENT_TYPE, media_type.parse().unwrap());
        }
        headers.insert("etag", "\"7\"".parse().unwrap());
        let url = "https://a.example/".parse().unwrap();
        let (body, version) = (body.as_bytes().to_vec(), reqwest::Version::HTTP_11);
        Answer { status: 201, headers, body, url, version, location: None, upstream: String::new() }
    }

    fn take(answer: &Answer, kind: Kind, optional: bool, query: Query) -> Result<Option<Value>, String> {
        let bindings: &'static [Binding] = Box::leak(Box::new([Binding { name: "x", kind, optional, query }]));
        let mut values = answer.take(&Wanted::of(bindings).unwrap()).map_err(|failure| failure.message)?;
        Ok(match kind {
            Kind::Int => values.int_opt("x").unwrap().map(Value::Int),
            Kind::Text => values.text_opt("x").unwrap().map(Value::Text),
            _ => values.scalar_opt("x").unwrap().map(Value::Scalar),
        })
    }

    fn scalar(text: &str) -> Result<Option<Value>, String> {
        Ok(Some(Value::Scalar(Scalar::Text(text.to_owned()))))
    }

    #[test]
    fn a_label_is_found_depth_first_in_document_order() {
        let nested =
            answer(Some("application/geo+json; charset=utf-8"), r#"{"b":[{"c":1},{"x":"deep"}],"x":"shallow"}"#);
        assert_eq!(take(&nested, Kind::Scalar, false, Query::Label("x")), scalar("deep"));
        let itself = answer(None, r#"{"x":{"x":"inner"}}"#);
        assert!(take(&itself, Kind::Scalar, false, Query::Label("x")).unwrap_err().contains("an object with 1 member"));
    }

    #[test]
    fn a_json_path_gives_its_first_node() {
        let body = answer(None, r#"{"periods":[{"day":false,"t":1},{"day":true,"t":84},{"day":true,"t":90}]}"#);
        let query = |text| Query::JsonPath(text);
        assert_eq!(take(&body, Kind::Int, false, query("$.periods[?@.day==true].t")), Ok(Some(Value::Int(84))));
        assert_eq!(take(&body, Kind::Int, true, query("$.periods[9].t")), Ok(None));
        assert_eq!(
            take(&body, Kind::Int, false, query("$.periods[9].t")),
            Err("response variable `x` (query $.periods[9].t): the answer does not hold it".to_owned())
        );
        let many = answer(None, &format!("[{}1]", "1,".repeat(100_000)));
        assert!(take(&many, Kind::Int, false, query("$[?count($..*)<1]")).unwrap_err().contains("too long"));
    }

    #[test]
    fn a_query_that_flowc_would_refuse_is_a_bug() {
        static BINDINGS: &[Binding] =
            &[Binding { name: "x", kind: Kind::Int, optional: false, query: Query::JsonPath("$[") }];
        assert!(matches!(Wanted::of(BINDINGS), Err(Fault::Bug(told)) if told.contains("`x` (query $[)")));
    }

    #[test]
    fn a_path_goes_from_the_root() {
        let body = answer(Some("text/json"), r#"{"a":[{"b":"first"},{"b":null}]}"#);
        const FIRST: &[Segment] = &[Segment::Member("a"), Segment::Index(0), Segment::Member("b")];
        const SECOND: &[Segment] = &[Segment::Member("a"), Segment::Index(1), Segment::Member("b")];
        assert_eq!(take(&body, Kind::Scalar, false, Query::Path(FIRST)), scalar("first"));
        assert_eq!(take(&body, Kind::Scalar, true, Query::Path(SECOND)), Ok(None));
        assert_eq!(
            take(&body, Kind::Scalar, false, Query::Path(SECOND)),
            Err("response variable `x` (query a[1].b): the answer does not hold it".to_owned())
        );
    }

    #[test]
    fn status_header_and_body_need_no_json() {
        let html = answer(Some("text/html"), "<p>");
        assert_eq!(take(&html, Kind::Int, false, Query::Status), Ok(Some(Value::Int(201))));
        assert_eq!(take(&html, Kind::Text, false, Query::Header("ETag")), Ok(Some(Value::Text("\"7\"".to_owned()))));
        assert_eq!(take(&html, Kind::Text, false, Query::Body), Ok(Some(Value::Text("<p>".to_owned()))));
        assert_eq!(take(&html, Kind::Text, true, Query::Header("X-No")), Ok(None));
    }

    #[test]
    fn what_is_not_json_is_named() {
        let label = || Query::Label("x");
        let html = answer(Some("text/html; charset=utf-8"), "<p>");
        assert_eq!(take(&html, Kind::Text, true, label()), Err("the answer is text/html, not JSON".to_owned()));
        assert!(take(&answer(None, "<p>"), Kind::Text, true, label()).unwrap_err().contains("not valid JSON"));
        assert!(take(&answer(None, ""), Kind::Text, true, label()).unwrap_err().contains("empty"));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(take(&answer(None, &deep), Kind::Text, true, label()).unwrap_err().contains("recursion"));
    }

    #[test]
    fn a_wrong_type_names_variable_query_and_what_was_found() {
        let body = answer(None, r#"{"x":"12a"}"#);
        assert_eq!(
            take(&body, Kind::Int, false, Query::Label("x")),
            Err(r#"response variable `x` (query x): an int is expected, and the text "12a" was found"#.to_owned())
        );
    }
}
