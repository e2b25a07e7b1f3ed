//! What the binary tells of a call, and what flowc adds: where each query finds its value, and what else is there.

use flow_query::{Node, Value, Xml};
use serde_json::{Map, json};

use crate::trial::answer::{self, Label, Match};
use crate::trial::{Binding, Place, Type};

/// The JSON document of `BINARY call`.
pub(super) struct Document {
    whole: Value,
    /// The answer's body, if it can be read as JSON.
    pub(super) body: Option<Value>,
    /// Whether queries look into it: it is JSON or XML, and says so, of an answer that is no failure.
    pub(super) is_document: bool,
    /// One for each response variable, in the flow's order.
    pub(super) variables: Vec<Variable>,
    /// What could be asked for, too.
    pub(super) labels: Vec<Label>,
}

/// What became of a response variable.
pub(super) struct Variable {
    /// Its value, `null` where there is none; or why it has none.
    pub(super) value: Result<Value, String>,
    /// Where its query finds something in the body.
    pub(super) found: Option<Match>,
    /// Labels of the body that were probably meant.
    pub(super) near: Vec<String>,
}

impl Document {
    /// Reads it; `None` if it is none.
    pub(super) fn read(printed: &str, call: &Place<'_>) -> Option<Self> {
        let whole: Value = serde_json::from_str(printed).ok()?;
        whole.get("request")?;
        let text = whole.pointer("/answer/body").and_then(Value::as_str).unwrap_or_default();
        let body: Option<Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
        let format = is_success(&whole).then(|| format(&whole, text)).flatten();
        let xml = (format == Some(Format::Xml)).then(|| Xml::parse(text).ok()).flatten();
        let root = match format {
            Some(Format::Json) => body.as_ref().map(Node::Json),
            Some(Format::Xml) => xml.as_ref().map(|xml| Node::Xml(xml.root())),
            None => None,
        };
        let bindings = &call.call.bindings;
        let told = whole.get("variables").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let variable = |(told, binding): (&Value, &Binding)| {
            let value = match told.get("problem").and_then(Value::as_str) {
                Some(problem) => Err(problem.to_owned()),
                None => Ok(told.get("value").cloned().unwrap_or_default()),
            };
            let found = root.and_then(|root| answer::find(root, &binding.query));
            let near = match (root, &found) {
                (Some(root), None) => answer::near(root, &binding.query),
                _ => Vec::new(),
            };
            Variable { value, found, near }
        };
        let variables = told.iter().zip(bindings).map(variable).collect();
        let asked: Vec<_> = bindings.iter().map(|binding| &binding.query).collect();
        let labels = root.map(|root| answer::labels(root, &asked)).unwrap_or_default();
        let is_document = root.is_some();
        Some(Self { body, is_document, variables, labels, whole })
    }

    /// A text of it, by a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.whole.pointer(pointer).and_then(Value::as_str)
    }

    /// A number of it, by a JSON pointer.
    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        self.whole.pointer(pointer).and_then(Value::as_u64)
    }

    /// Names and values of headers, and whether it is the flow that says them.
    pub(super) fn headers(&self, pointer: &str) -> impl Iterator<Item = (&str, &str, bool)> {
        headers(&self.whole, pointer)
    }

    /// Whether a request could be made of the call at all.
    pub(super) fn has_request(&self) -> bool {
        self.whole.get("request").is_some_and(Value::is_object)
    }

    /// Whether it was sent.
    pub(super) fn is_sent(&self) -> bool {
        self.whole.get("sent").and_then(Value::as_bool).unwrap_or_default()
    }

    /// Whether the answer's status is one of success: queries look into no other.
    pub(super) fn is_success(&self) -> bool {
        is_success(&self.whole)
    }

    /// At how many places of the body a secret was blotted out.
    pub(super) fn blotted(&self) -> u64 {
        self.number("/answer/blotted").unwrap_or_default()
    }

    /// The whole for other programs: one line.
    pub(super) fn json(&self, file: &str, call: &Place<'_>) -> String {
        let place = [("file", json!(file)), ("line", json!(call.start.line))];
        let mut whole: Map<String, Value> = place.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        whole.extend(self.whole.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        if self.is_sent() {
            let variables: Vec<Value> = self
                .variables
                .iter()
                .zip(&call.call.bindings)
                .map(|(variable, binding)| {
                    let typed = binding.variable.typed;
                    json!({
                        "name": binding.variable.name,
                        "type": (typed.ty != Type::Scalar).then(|| typed.ty.to_string()),
                        "optional": typed.optional,
                        "query": binding.query.written(),
                        "value": variable.value.as_ref().ok(),
                        "problem": variable.value.as_ref().err(),
                        "matches": variable.found.as_ref().map(|found| found.count),
                        "at": variable.found.as_ref().map(|found| &found.at),
                        "near": variable.near,
                    })
                })
                .collect();
            let labels = self
                .labels
                .iter()
                .map(|label| json!({ "query": label.query, "matches": label.found.count, "at": label.found.at }));
            whole.insert("variables".to_owned(), variables.into());
            whole.insert("labels".to_owned(), labels.collect());
        }
        format!("{}\n", Value::Object(whole))
    }
}

fn headers<'a>(whole: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a str, &'a str, bool)> {
    let headers = whole.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    headers.iter().filter_map(|header| {
        let added = header.get("added").and_then(Value::as_bool).unwrap_or_default();
        Some((header.get("name")?.as_str()?, header.get("value")?.as_str()?, !added))
    })
}

/// RFC 9110, section 15.3.
fn is_success(whole: &Value) -> bool {
    whole.pointer("/answer/status").and_then(Value::as_u64).is_some_and(|status| (200..300).contains(&status))
}

/// What queries can look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
}

/// What an answer is, as the binary sees it: what it says that it is (RFC 6839); if it says nothing, what it begins with
/// decides.
fn format(whole: &Value, text: &str) -> Option<Format> {
    let Some((_, media_type, _)) = headers(whole, "/answer/headers").find(|(name, ..)| *name == "content-type") else {
        return Some(if text.trim_start().starts_with('<') { Format::Xml } else { Format::Json });
    };
    match media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        json if matches!(json, "application/json" | "text/json") || json.ends_with("+json") => Some(Format::Json),
        xml if matches!(xml, "application/xml" | "text/xml") || xml.ends_with("+xml") => Some(Format::Xml),
        _ => None,
    }
}
