//! What `call` writes: one JSON document.

use reqwest::header::AUTHORIZATION;
use serde_json::{Map, Value as Json, json};

use super::blot;
use super::placeholder::Placeholders;
use crate::flow::{Auth, Call, Failure};
use crate::redact::Redactor;
use crate::step::web_call::{Prepared, Seen, Trial};
use crate::value::{Scalar, Value};

/// A document for a call of which no request can be made, because a value does not fit its place.
pub(super) fn refused(why: &Failure, placeholders: &Placeholders) -> Map<String, Json> {
    let failure = failure(why, |text| placeholders.named(text));
    [("request", Json::Null), ("sent", false.into()), ("failure", failure)].map(named).into_iter().collect()
}

/// A document of the request that a call makes, with the names of its secrets where they go.
pub(super) fn request(call: &Call, prepared: &Prepared, placeholders: &Placeholders) -> Map<String, Json> {
    let headers: Vec<Json> = prepared
        .headers
        .iter()
        .map(|header| {
            let value = match &call.auth {
                Some(auth) if header.name == AUTHORIZATION => credentials(auth),
                _ => None,
            };
            let value = value.unwrap_or_else(|| String::from_utf8_lossy(header.value.as_bytes()).into_owned());
            json!({ "name": header.name.as_str(), "value": placeholders.named(&value), "added": header.added })
        })
        .collect();
    let request = json!({
        "method": method(call),
        "url": placeholders.named(prepared.url.as_str()),
        "headers": headers,
        "body": prepared.body.as_ref().map(|body| placeholders.named(&String::from_utf8_lossy(body))),
        "timeout": call.timeout,
        "retries": call.retries,
    });
    [("request", request), ("sent", false.into()), ("failure", Json::Null)].map(named).into_iter().collect()
}

fn named((name, value): (&str, Json)) -> (String, Json) {
    (name.to_owned(), value)
}

fn method(call: &Call) -> &'static str {
    use crate::flow::Method;
    match call.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Patch => "PATCH",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
    }
}

/// Credentials whose header says nothing of what is in it.
fn credentials(auth: &Auth) -> Option<String> {
    match auth {
        Auth::Basic { user, password } => Some(format!("Basic base64({user}:{password})")),
        Auth::Oauth(oauth) => Some(format!("Bearer [token from {}]", oauth.token_url)),
        Auth::Bearer(_) | Auth::Aws(_) | Auth::Iam(_) => None,
    }
}

/// Adds what came of the request that was sent.
pub(super) fn trial(call: &Call, trial: &Trial, redactor: &Redactor, document: &mut Map<String, Json>) {
    let variables: Json = call
        .bindings
        .iter()
        .zip(&trial.variables)
        .map(|(binding, found)| match found {
            Ok(Some(value)) => {
                json!({ "name": binding.name, "value": blot::value(plain(value), redactor) })
            }
            Ok(None) => json!({ "name": binding.name, "value": Json::Null }),
            Err(why) => json!({ "name": binding.name, "problem": redactor.text(why) }),
        })
        .collect();
    let told = [
        ("sent", true.into()),
        ("ms", u64::try_from(trial.took.as_millis()).unwrap_or(u64::MAX).into()),
        ("answer", trial.answer.as_ref().map(|seen| answer(seen, redactor)).into()),
        ("variables", variables),
        ("failure", trial.failure.as_ref().map(|why| failure(why, |text| redactor.text(text))).into()),
    ];
    document.extend(told.map(named));
}

/// Why a call takes its `fail` path.
fn failure(failure: &Failure, shown: impl Fn(&str) -> String) -> Json {
    json!({ "kind": failure.kind, "status": failure.status, "message": shown(&failure.message) })
}

fn answer(seen: &Seen, redactor: &Redactor) -> Json {
    let value = |value: &[u8]| redactor.text(&String::from_utf8_lossy(value));
    let headers = seen.headers.iter();
    let headers: Vec<Json> =
        headers.map(|(name, text)| json!({ "name": name.as_str(), "value": value(text.as_bytes()) })).collect();
    // What is no text is nothing to look at, and a secret in it could not be found.
    let body = seen.body.as_ref().map(|text| blot::body(text, redactor));
    let (body, blotted) = body.map_or((None, 0), |(body, places)| (Some(body), places));
    json!({
        "status": seen.status,
        "version": format!("{:?}", seen.version),
        "redirected": seen.redirected.as_ref().map(|url| redactor.text(url.as_str())),
        "headers": headers,
        "bytes": seen.size,
        "body": body,
        "blotted": blotted,
    })
}

/// The value as JSON has it, a number with all its digits.
fn plain(value: &Value) -> Json {
    let number = |digits: &str| serde_json::from_str(digits).unwrap_or_else(|_| Json::from(digits));
    match value {
        Value::Text(text) | Value::Scalar(Scalar::Text(text)) => text.as_str().into(),
        Value::Int(value) => (*value).into(),
        Value::Number(value) => number(&value.to_string()),
        Value::Scalar(Scalar::Number(digits)) => number(digits),
        Value::Bool(value) | Value::Scalar(Scalar::Bool(value)) => (*value).into(),
        Value::Phone(phone) => phone.as_str().into(),
        Value::Url(url) => url.as_str().into(),
        Value::Json(json) => json.clone(),
        Value::List(elements) => elements.iter().map(plain).collect(),
    }
}
