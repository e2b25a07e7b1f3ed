//! The words of a call: all that it sends and takes, what its service adds included.

use super::expr::{expr, quoted, template, url};
use super::{duration, field};
use crate::graph::{Auth, Binding, Body, Call, Expr, Json, Query, Segment};
use std::fmt::Write;

impl Call {
    /// What it addresses: `GET "https://example.com/orders/$number"`.
    pub fn target(&self) -> String {
        format!("{} {}", self.method, url(&self.url))
    }
}

pub(super) fn words(call: &Call) -> String {
    let mut words = format!("call {}", call.target());
    for (name, value) in &call.query {
        clause(&mut words, "query", &named(name, value));
    }
    for (name, value) in &call.headers {
        clause(&mut words, "header", &named(name, value));
    }
    match &call.auth {
        Some(Auth::Basic(user, password)) => clause(&mut words, "basic", &format!("{} {}", expr(user), expr(password))),
        Some(Auth::Bearer(token)) => clause(&mut words, "bearer", &expr(token)),
        Some(Auth::Oauth(oauth)) => {
            clause(&mut words, "oauth token_url", &url(&oauth.token_url));
            clause(&mut words, "client_id", &expr(&oauth.client_id));
            clause(&mut words, "client_secret", &expr(&oauth.client_secret));
            oauth.scope.iter().for_each(|scope| clause(&mut words, "scope", &expr(scope)));
            oauth.audience.iter().for_each(|audience| clause(&mut words, "audience", &expr(audience)));
            oauth.auth_method.iter().for_each(|method| clause(&mut words, "auth_method", &quoted(method)));
        }
        None => {}
    }
    clause(&mut words, "timeout", &duration(call.timeout.into()));
    call.retries.iter().for_each(|retries| clause(&mut words, "retry", &retries.to_string()));
    match &call.body {
        Some(Body::Json(value)) => clause(&mut words, "json", &json(value)),
        Some(Body::Form(fields)) => {
            let fields: Vec<String> = fields.iter().map(|(name, value)| named(name, value)).collect();
            clause(&mut words, "form", &format!("{{ {} }}", fields.join(", ")));
        }
        Some(Body::Xml(parts)) => clause(&mut words, "xml", &template(parts)),
        Some(Body::Text(text)) => clause(&mut words, "text", &expr(text)),
        None => {}
    }
    if !call.bindings.is_empty() {
        let bindings: Vec<String> = call.bindings.iter().map(binding).collect();
        clause(&mut words, "<", &format!("{} >", bindings.join(", ")));
    }
    words
}

fn clause(words: &mut String, keyword: &str, value: &str) {
    // A `String` takes whatever is written to it.
    let _ = write!(words, " {keyword} {value}");
}

fn named(name: &str, value: &Expr) -> String {
    format!("{} = {}", quoted(name), expr(value))
}

fn json(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Value(value) => expr(value),
        Json::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", quoted(name), json(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}

pub(super) fn binding(binding: &Binding) -> String {
    format!("{} = {}", field(&binding.variable), query(&binding.query))
}

fn query(query: &Query) -> String {
    match query {
        Query::Label(label) => label.clone(),
        Query::Path(segments) => segments.iter().map(segment).collect(),
        Query::JsonPath(path) => format!("\"{path}\""),
        Query::Status => "@status".to_owned(),
        Query::Header(name) => format!("@header {}", quoted(&name.value)),
        Query::Body => "@body".to_owned(),
    }
}

impl Query {
    /// As a flow writes it: `temperature`, `periods[0].name`, `@status`.
    pub fn written(&self) -> String {
        let words = query(self);
        words.strip_prefix('.').map(str::to_owned).unwrap_or(words)
    }
}

/// A path always begins with a dot or a bracket here, so that it is never taken for a label.
fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Member(name) => format!(".{name}"),
        Segment::Index(index) => format!("[{index}]"),
    }
}
