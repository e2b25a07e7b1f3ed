//! What IntelePeer's webhook brings: texts ("Receiving SMS Messages").
//!
//! A message is `refid`, `from`, `to`, `message` and `signature`, in JSON. The documents are of several ages and do not
//! agree on all names, so those of their kin are taken too, in any case, and also as a form.

use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::carrier::number::number;
use crate::carrier::url_token::UrlToken;
use crate::carrier::{Brought, Parameters, Webhook, WebhookRequest};
use crate::clock::Time;
use crate::flow::InboundSms;
use crate::value::Phone;

/// What the text, and the message's id, may be called; the first that is there counts.
const TEXT: &[&str] = &["message", "text", "body"];
const ID: &[&str] = &["refid", "guid", "id", "messageid"];

/// Where IntelePeer brings messages to.
pub(super) struct IntelepeerWebhook {
    /// `None`: they are taken from anybody.
    pub(super) token: Option<UrlToken>,
}

impl Webhook for IntelepeerWebhook {
    fn verify(&self, request: &WebhookRequest, _: Time) -> Result<(), String> {
        let Some(token) = &self.token else { return Ok(()) };
        // What the portal calls the signature is a code that both know.
        let signature = members(request).ok().and_then(|members| first(&members, &["signature"]).map(str::to_owned));
        match signature {
            Some(signature) if token.is(&signature) => Ok(()),
            _ => token.verify(request),
        }
    }

    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String> {
        let members = members(request)?;
        let body = first(&members, TEXT).ok_or("message is missing")?.to_owned();
        let (from, to) = (endpoint("from", &members)?, endpoint("to", &members)?);
        let id = first(&members, ID).filter(|id| !id.is_empty()).map(str::to_owned);
        Ok(vec![Brought::Message { id, sms: InboundSms { from, to, body, media: vec![] } }])
    }

    fn acknowledgement(&self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], "{}").into_response()
    }
}

/// The members of the JSON object, or the parameters, with their names in lower case; of the members, those that are texts
/// or numbers.
fn members(request: &WebhookRequest) -> Result<Parameters, String> {
    let is_json = request.body.trim_ascii_start().first() == Some(&b'{');
    let members: Parameters = if request.method == Method::GET {
        request.query()
    } else if is_json {
        let object: Map<String, Value> =
            serde_json::from_slice(&request.body).map_err(|error| format!("the body is no JSON object: {error}"))?;
        object.into_iter().filter_map(|(name, value)| Some((name, plain(value)?))).collect()
    } else {
        request.form()
    };
    Ok(members.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
}

fn plain(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The value of the first of these names that is there.
fn first<'a>(members: &'a Parameters, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| crate::carrier::value(members, name))
}

/// A telephone number, or a short code with its country before it: `1-72345`.
fn endpoint(name: &str, members: &Parameters) -> Result<Phone, String> {
    let given = first(members, &[name]);
    let code = given.and_then(|given| given.split_once('-')).filter(|(country, _)| !country.starts_with('+'));
    number(name, code.map(|(_, code)| code).or(given))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Bytes;

    fn request(target: &str, body: &str) -> WebhookRequest {
        WebhookRequest {
            method: Method::POST,
            uri: target.parse().unwrap(),
            headers: Default::default(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn read(body: &str) -> Result<(Option<String>, String, String, String), String> {
        match (IntelepeerWebhook { token: None }).read(&request("/", body))?.remove(0) {
            Brought::Message { id, sms } => Ok((id, sms.from.into(), sms.to.into(), sms.body)),
            brought => Err(format!("{brought:?}")),
        }
    }

    #[test]
    fn a_message_is_read_as_the_documents_show_it_and_as_their_kin() {
        let expected = (Some("AB1".to_owned()), "+13055550123".to_owned(), "+13055550100".to_owned(), "hé".to_owned());
        for body in [
            r#"{"refid":"AB1","from":"+13055550123","to":"+13055550100","message":"hé","signature":"x"}"#,
            r#" {"RefId":"AB1","From":"13055550123","TO":13055550100,"Text":"hé","new":{"a":[1]}}"#,
            r#"{"guid":"AB1","from":"+13055550123","to":"+13055550100","body":"hé"}"#,
            "id=AB1&from=%2B13055550123&to=%2B13055550100&message=h%C3%A9",
        ] {
            assert_eq!(read(body).unwrap(), expected, "{body}");
        }
        let (id, _, to, _) = read(r#"{"from":"+13055550123","to":"1-72345","message":""}"#).unwrap();
        assert_eq!((id, to.as_str()), (None, "72345"));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for (body, why) in [
            ("", "message is missing"),
            ("{\"from\":", "the body is no JSON object"),
            (r#"{"from":"+13055550123","to":"+13055550100"}"#, "message is missing"),
            (r#"{"from":"+13055550123","message":"a"}"#, "to is missing"),
            (r#"{"from":"+1 305 555-0123","to":"+13055550100","message":"a"}"#, "from is no telephone number"),
        ] {
            assert!(read(body).unwrap_err().starts_with(why), "{body}");
        }
    }

    #[test]
    fn the_token_is_in_the_url_or_is_the_signature() {
        let webhook = IntelepeerWebhook { token: UrlToken::of("s3cret") };
        let verify = |target: &str, body: &str| webhook.verify(&request(target, body), Time::now());
        assert_eq!(verify("/?token=s3cret", "{"), Ok(()));
        assert_eq!(verify("/", r#"{"signature":"s3cret"}"#), Ok(()));
        assert_eq!(verify("/", r#"{"signature":"S3cret"}"#).unwrap_err(), "the URL has no `token`");
        assert!(verify("/?token=x", "{}").is_err());
    }
}
