//! Response variables: from an answer to the flow's values.

use std::borrow::Cow;
use std::fmt;

use flow_query::{Document, JsonPath, Node, Place as XmlPlace};
use reqwest::header::CONTENT_TYPE;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::document::{self, Format};
use super::{Answer, charset};
use crate::flow::{Binding, Failure, FailureKind, Fault, Query, Segment};
use crate::value::{Json, Kind, Value, Values};

/// From so many bytes on, a body is not parsed beside other runs.
const LONG: usize = 64 << 10;

/// A response variable, its query understood.
pub(in crate::step) struct Wanted {
    binding: &'static Binding,
    /// The query, if it is JSONPath.
    path: Option<JsonPath>,
}

impl Wanted {
    /// All response variables of a step. flowc has parsed their queries with the same parser, so one that is not
    /// understood here is its bug.
    pub(in crate::step) fn of(bindings: &'static [Binding]) -> Result<Vec<Self>, Fault> {
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

    fn needs_document(&self) -> bool {
        needs_document(self.binding)
    }

    /// Whether it is looked for in the body.
    pub(in crate::step::web_call) fn needs_body(&self) -> bool {
        needs_body(self.binding)
    }
}

fn needs_document(binding: &Binding) -> bool {
    matches!(binding.query, Query::Label(_) | Query::Path(_) | Query::JsonPath(_))
}

/// Whether a response variable is looked for in the body.
pub(in crate::step::web_call) fn needs_body(binding: &Binding) -> bool {
    needs_document(binding) || matches!(binding.query, Query::Body)
}

impl Answer {
    /// Takes every binding out, in their order. The body is decoded and parsed only when one needs it.
    pub(in crate::step::web_call) fn take(&self, wanted: &[Wanted]) -> Result<Values, Failure> {
        let is_long = self.body.len() > LONG && wanted.iter().any(Wanted::needs_body);
        let may_step_aside = || Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread);
        match is_long && may_step_aside() {
            // Megabytes of JSON take a while, in which this worker's other runs go on elsewhere.
            true => tokio::task::block_in_place(|| self.take_here(wanted)),
            false => self.take_here(wanted),
        }
    }

    fn take_here(&self, wanted: &[Wanted]) -> Result<Values, Failure> {
        let failed = |told: String| Failure::new(FailureKind::Response, told).with_status(self.status);
        let read = self.text_of(wanted).map_err(failed)?;
        let document = read.format.map(|format| document::parse(format, &read.text)).transpose().map_err(failed)?;
        let sources = Sources { answer: self, text: &read.text, document: document.as_ref() };
        gather(wanted, |wanted| sources.find(wanted)).map_err(failed)
    }

    /// The text of the body, whoever wants it.
    ///
    /// # Errors
    ///
    /// A sentence, if it is no text in the encoding that it says it has.
    pub(in crate::step::web_call) fn text(&self) -> Result<Cow<'_, str>, String> {
        let content_type = self.headers.get(CONTENT_TYPE).map(|value| charset::header(value.as_bytes()));
        let is_xml = document::format(content_type.as_deref(), &self.body) == Ok(Format::Xml);
        charset::text(&self.body, content_type.as_deref(), is_xml)
    }

    /// The text of the body, and as what it is to be parsed.
    fn text_of(&self, wanted: &[Wanted]) -> Result<ReadBody<'_>, String> {
        if !wanted.iter().any(Wanted::needs_body) {
            return Ok(ReadBody { text: Cow::Borrowed(""), format: None });
        }
        let content_type = self.headers.get(CONTENT_TYPE).map(|value| charset::header(value.as_bytes()));
        let format = document::format(content_type.as_deref(), &self.body);
        let is_xml = format == Ok(Format::Xml);
        // What says nothing (as 204 does) says no word of what may be missing, whatever its Content-Type is.
        let may_be_empty = wanted.iter().filter(|wanted| wanted.needs_document()).all(|wanted| wanted.binding.optional);
        let has_document = wanted.iter().any(Wanted::needs_document) && !(self.body.is_empty() && may_be_empty);
        let format = has_document.then_some(format).transpose()?;
        Ok(ReadBody { text: charset::text(&self.body, content_type.as_deref(), is_xml)?, format })
    }
}

/// A body that has been read as far as the response variables need it.
struct ReadBody<'a> {
    /// Empty when none needs it.
    text: Cow<'a, str>,
    /// `None` when none looks into it, or there is nothing to look into and none needs it.
    format: Option<Format>,
}

/// The values of all bindings, in their order.
fn gather(wanted: &[Wanted], find: impl Fn(&Wanted) -> Result<Found, String>) -> Result<Values, String> {
    let mut values = Values::default();
    for wanted in wanted {
        let binding = wanted.binding;
        let value = match find(wanted).map_err(|error| format!("{}: {error}", Place(binding)))? {
            Found::Value(value) => Some(value),
            _ if binding.optional => None,
            Found::Null => {
                return Err(format!("{}: {} is expected, and `null` was found", Place(binding), binding.kind));
            }
            Found::Nothing => return Err(format!("{}: the answer does not hold it", Place(binding))),
        };
        values.push(binding.name, value);
    }
    Ok(values)
}

/// Takes every binding out of a bot's answer in plain form, in their order. Bots tell values as texts, so a text is read as
/// the variable's type says.
///
/// # Errors
///
/// A sentence that names the response variable.
pub(in crate::step) fn take_plain(wanted: &[Wanted], plain: &Json) -> Result<Values, String> {
    gather(wanted, |wanted| {
        let kind = wanted.binding.kind;
        let Query::Path(path) = wanted.binding.query else {
            return Err("only a path looks into the answer of a bot".to_owned());
        };
        let read = match Node::Json(plain).path(path.iter().map(segment)) {
            None => return Ok(Found::Nothing),
            Some(node) if node.is_null() => return Ok(Found::Null),
            Some(Node::Json(Json::String(text))) if !matches!(kind, Kind::Json | Kind::List(_)) => {
                Value::from_text(kind, text).map_err(|mismatch| mismatch.to_string())
            }
            Some(node) => value_of(kind, node),
        };
        read.map(Found::Value)
    })
}

/// What a query comes to.
enum Found {
    Value(Value),
    /// It is there, and says that it has no value: JSON's `null`, XML's `nil`.
    Null,
    Nothing,
}

/// All that a query may look into.
struct Sources<'a> {
    answer: &'a Answer,
    text: &'a str,
    document: Option<&'a Document<'a>>,
}

impl Sources<'_> {
    /// The value of a binding.
    fn find(&self, wanted: &Wanted) -> Result<Found, String> {
        let kind = wanted.binding.kind;
        let from_text =
            |text: &str| Value::from_text(kind, text).map(Found::Value).map_err(|mismatch| mismatch.to_string());
        let value = |found: Option<Node<'_>>| match found {
            None => Ok(Found::Nothing),
            Some(node) if node.is_null() => Ok(Found::Null),
            Some(node) => value_of(kind, node).map(Found::Value),
        };
        let root = self.document.map(Document::root);
        match &wanted.binding.query {
            Query::Label(name) => value(root.and_then(|root| root.label(name))),
            Query::Path(path) => value(root.and_then(|root| root.path(path.iter().map(segment)))),
            Query::JsonPath(_) => match (&wanted.path, root) {
                (Some(path), Some(Node::Json(json))) => {
                    let found = path.try_first(json).map_err(|error| error.to_string())?;
                    value(found.map(Node::Json))
                }
                (_, Some(Node::Xml(_))) => Err("JSONPath looks into JSON, and the answer is XML".to_owned()),
                (_, None) | (None, _) => Ok(Found::Nothing),
            },
            Query::Status => value(Some(Node::Json(&Json::from(self.answer.status)))),
            Query::Header(name) => {
                let header = self.answer.headers.get(*name).map(|value| charset::header(value.as_bytes()));
                header.map_or(Ok(Found::Nothing), |text| from_text(&text))
            }
            Query::Body if self.text.is_empty() && wanted.binding.optional => Ok(Found::Nothing),
            Query::Body => from_text(self.text),
        }
    }
}

/// Reads what a query has found. XML has no types of its own, so a text is read as the variable's type says.
fn value_of(kind: Kind, node: Node<'_>) -> Result<Value, String> {
    let mismatch = match node {
        Node::Json(json) => return Value::from_json(kind, json).map_err(|mismatch| mismatch.to_string()),
        Node::Xml(_) if matches!(kind, Kind::Json | Kind::List(_)) => "; XML gives single values",
        Node::Xml(place) => match XmlPlace::text(place) {
            Some(text) => return Value::from_text(kind, &text).map_err(|mismatch| mismatch.to_string()),
            None => "",
        },
    };
    Err(format!("{kind} is expected, and {} was found{mismatch}", node.describe()))
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
            take(&body, Kind::Text, false, Query::Path(SECOND)),
            Err("response variable `x` (query a[1].b): a text is expected, and `null` was found".to_owned())
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
        assert_eq!(take(&html, Kind::Text, true, label()), Err("the answer is text/html, not JSON or XML".to_owned()));
        assert!(take(&answer(None, "<p>"), Kind::Text, true, label()).unwrap_err().contains("not valid XML"));
        assert!(take(&answer(None, ""), Kind::Text, false, label()).unwrap_err().contains("empty"));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(take(&answer(None, &deep), Kind::Text, true, label()).unwrap_err().contains("deeper than 128 levels"));
    }

    #[test]
    fn an_empty_answer_holds_nothing_that_is_needed() {
        for media_type in [None, Some("application/json"), Some("text/html"), Some("")] {
            let empty = answer(media_type, "");
            for query in [Query::Label("x"), Query::JsonPath("$.x"), Query::Body] {
                assert_eq!(take(&empty, Kind::Int, true, query), Ok(None), "{media_type:?}");
            }
            assert!(take(&empty, Kind::Int, false, Query::Label("x")).is_err(), "{media_type:?}");
            assert_eq!(take(&empty, Kind::Text, false, Query::Body), Ok(Some(Value::Text(String::new()))));
            let query = |name, optional| Binding { name, kind: Kind::Text, optional, query: Query::Label(name) };
            let mixed: &'static [Binding] = Box::leak(Box::new([query("x", true), query("y", false)]));
            assert!(empty.take(&Wanted::of(mixed).unwrap()).is_err(), "{media_type:?}");
        }
        assert!(take(&answer(None, " "), Kind::Int, true, Query::Label("x")).unwrap_err().contains("empty"));
    }

    #[test]
    fn a_wrong_type_names_variable_query_and_what_was_found() {
        let body = answer(None, r#"{"x":"12a"}"#);
        assert_eq!(
            take(&body, Kind::Int, false, Query::Label("x")),
            Err(r#"response variable `x` (query x): an int is expected, and the text "12a" was found"#.to_owned())
        );
    }

    #[test]
    fn xml_is_read_by_label_and_path() {
        let xml =
            answer(Some("application/xml"), "<wx><now unit='F'> 84 </now><day><low>71</low></day><gone nil='1'/></wx>");
        const LOW: &[Segment] = &[Segment::Member("wx"), Segment::Member("day"), Segment::Member("low")];
        assert_eq!(take(&xml, Kind::Scalar, false, Query::Label("now")), scalar("84"));
        assert_eq!(take(&xml, Kind::Int, false, Query::Label("now")), Ok(Some(Value::Int(84))));
        assert_eq!(take(&xml, Kind::Int, false, Query::Path(LOW)), Ok(Some(Value::Int(71))));
        assert_eq!(take(&xml, Kind::Text, false, Query::Label("unit")), Ok(Some(Value::Text("F".to_owned()))));
        let told = |kind, query| take(&xml, kind, false, query).unwrap_err();
        assert_eq!(
            told(Kind::Int, Query::Label("unit")),
            "response variable `x` (query unit): an int is expected, and the text \"F\" was found"
        );
        assert_eq!(
            told(Kind::Text, Query::Label("wx")),
            "response variable `x` (query wx): a text is expected, and an element with 3 children was found"
        );
        assert!(told(Kind::Json, Query::Label("now")).ends_with("was found; XML gives single values"));
        assert!(told(Kind::Text, Query::JsonPath("$.wx")).ends_with("JSONPath looks into JSON, and the answer is XML"));
        assert!(told(Kind::Text, Query::Label("high")).ends_with("the answer does not hold it"));
    }

    #[test]
    fn a_bots_texts_are_read_by_type() {
        let plain = serde_json::json!({
            "message": "Booked.", "messages": ["Booked."], "confidence": 0.83, "done": true, "gone": null,
            "slots": { "Nights": "2", "Sauna": "yes", "Total": "1.50", "Breakfast": "true" },
        });
        const fn slot(name: &'static str, kind: Kind, path: &'static [Segment]) -> Binding {
            Binding { name, kind, optional: false, query: Query::Path(path) }
        }
        static BINDINGS: &[Binding] = &[
            slot("reply", Kind::Text, &[Segment::Member("message")]),
            slot("all", Kind::List(&Kind::Text), &[Segment::Member("messages")]),
            slot("nights", Kind::Int, &[Segment::Member("slots"), Segment::Member("Nights")]),
            slot("total", Kind::Number, &[Segment::Member("slots"), Segment::Member("Total")]),
            slot("breakfast", Kind::Bool, &[Segment::Member("slots"), Segment::Member("Breakfast")]),
            slot("any", Kind::Json, &[Segment::Member("slots"), Segment::Member("Nights")]),
            slot("done", Kind::Bool, &[Segment::Member("done")]),
        ];
        let mut values = take_plain(&Wanted::of(BINDINGS).unwrap(), &plain).unwrap();
        assert_eq!(values.text("reply").unwrap(), "Booked.");
        assert_eq!(values.texts("all").unwrap(), ["Booked."]);
        assert_eq!(values.int("nights").unwrap(), 2);
        assert_eq!(values.number("total").unwrap().to_string(), "1.50");
        assert!(values.bool("breakfast").unwrap() && values.bool("done").unwrap());
        assert_eq!(values.json("any").unwrap(), "2");
        let told = |kind, path: &'static [Segment]| {
            let bindings: &'static [Binding] = Box::leak(Box::new([slot("x", kind, path)]));
            take_plain(&Wanted::of(bindings).unwrap(), &plain).unwrap_err()
        };
        let slots = |name| Box::leak(Box::new([Segment::Member("slots"), Segment::Member(name)]));
        assert_eq!(
            told(Kind::Bool, slots("Sauna")),
            "response variable `x` (query slots.Sauna): a bool is expected, and the text \"yes\" was found"
        );
        assert!(told(Kind::Text, slots("RoomType")).ends_with("the answer does not hold it"));
        assert!(told(Kind::Text, &[Segment::Member("gone")]).ends_with("and `null` was found"));
        assert!(told(Kind::Text, &[Segment::Member("confidence")]).contains("a text is expected"));
    }

    #[test]
    fn a_nil_element_is_missing() {
        let xsi = "http://www.w3.org/2001/XMLSchema-instance";
        let xml = answer(None, &format!("<a xmlns:xsi='{xsi}'><x xsi:nil='true'/></a>"));
        assert_eq!(take(&xml, Kind::Text, true, Query::Label("x")), Ok(None));
        assert!(take(&xml, Kind::Text, false, Query::Label("x")).is_err());
    }

    #[test]
    fn numbers_keep_their_digits() {
        let body = answer(None, r#"{"a":84,"b":12345678901234567890,"c":1.10,"d":1E400,"e":1e999}"#);
        for (label, digits) in
            [("a", "84"), ("b", "12345678901234567890"), ("c", "1.10"), ("d", "1e+400"), ("e", "1e+999")]
        {
            let number = Scalar::Number(digits.to_owned());
            assert_eq!(take(&body, Kind::Scalar, false, Query::Label(label)), Ok(Some(Value::Scalar(number))));
        }
        assert!(take(&body, Kind::Number, false, Query::Label("e")).unwrap_err().contains("28 digits"));
    }

    #[test]
    fn many_members_are_no_matter() {
        let members: Vec<String> = (0..1_000_000).map(|at| format!("\"k{at}\":{at}")).collect();
        let body = answer(None, &format!("{{{}}}", members.join(",")));
        assert_eq!(take(&body, Kind::Int, false, Query::Label("k999999")), Ok(Some(Value::Int(999_999))));
    }

    #[test]
    fn the_charset_is_that_of_the_answer() {
        let mut latin = answer(Some("application/json; charset=iso-8859-1"), "");
        latin.body = b"{\"x\":\"caf\xe9\"}".to_vec();
        latin.headers.insert("x-name", reqwest::header::HeaderValue::from_bytes(b"caf\xe9").unwrap());
        assert_eq!(take(&latin, Kind::Scalar, false, Query::Label("x")), scalar("café"));
        assert_eq!(take(&latin, Kind::Scalar, false, Query::Header("X-Name")), scalar("café"));
        assert_eq!(take(&latin, Kind::Scalar, false, Query::Body), scalar("{\"x\":\"café\"}"));
        let mut broken = answer(Some("application/json"), "");
        broken.body = latin.body;
        for query in [Query::Label("x"), Query::Body] {
            let told = take(&broken, Kind::Scalar, true, query).unwrap_err();
            assert_eq!(told, "the answer is not UTF-8 text: byte 9 of 12 is wrong");
        }
    }
}
