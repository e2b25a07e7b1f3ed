//! Twilio's Programmable Messaging.
//!
//! Sending follows "Messages resource", receiving "Twilio's request to your incoming message
//! webhook URL", both in Twilio's documentation.

mod lookup;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use tracing::warn;
use url::form_urlencoded;

use self::signature::Signer;
use super::{Finding, Outgoing, Sending, SmsCarrier};
use crate::clock::Time;
use crate::config::TwilioConfig;
use crate::encode;
use crate::flow::{Failure, FailureKind, InboundSms};
use crate::metrics::CarrierName;
use crate::server::{body, reply};
use crate::step::web_call::{classify, read_body};
use crate::trigger::inbound_sms::Inbox;
use crate::value::{Json, Phone, Url};

/// Twilio takes a message within seconds or not at all.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// Answers of the API are small.
const ANSWER_LIMIT: usize = 256 * 1024;

/// An account at Twilio.
pub(crate) struct Twilio {
    client: Client,
    messages: reqwest::Url,
    account: String,
    token: String,
    /// Where Twilio reaches this program, without a slash at the end; `None` for a flow that takes no texts.
    public_url: Option<String>,
}

impl Twilio {
    pub(crate) fn new(client: Client, config: &TwilioConfig) -> Result<Self, url::ParseError> {
        let base = config.url.as_str().trim_end_matches('/');
        let account = config.account.clone();
        let messages = format!("{base}/2010-04-01/Accounts/{}/Messages.json", encode::segment(&account)).parse()?;
        let public_url = config.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
        Ok(Self { client, messages, account, token: config.token.clone(), public_url })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Result<(), Failure> {
        let request = self
            .client
            .post(self.messages.clone())
            .basic_auth(&self.account, Some(&self.token))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form(&message))
            .build();
        let failed = |told: String| Failure::new(FailureKind::Carrier, told);
        let unknown = |why: &str| failed(format!("it is not known whether Twilio took the message: {why}"));
        let request = request.map_err(|_| failed("the request to Twilio could not be built".to_owned()))?;
        let answer = async {
            let response = self.client.execute(request).await.map_err(|error| {
                let why = classify(&error, "Twilio").message;
                // Without a connection nothing was sent; after that, anything may have been.
                if error.is_connect() { failed(why) } else { unknown(&why) }
            })?;
            let status = response.status().as_u16();
            let body = read_body(response, ANSWER_LIMIT, "Twilio").await;
            body.map(|body| (status, body)).map_err(|failure| unknown(&failure.message))
        };
        let late = |_| unknown(&format!("there was no answer within {} s", SEND_TIMEOUT.as_secs()));
        let (status, answer) = tokio::time::timeout(SEND_TIMEOUT, answer).await.map_err(late)??;
        if (200..300).contains(&status) { Ok(()) } else { Err(refusal(status, &answer)) }
    }
}

fn form(message: &Outgoing<'_>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("To", message.to.as_str());
    form.append_pair("From", message.from.as_str());
    form.append_pair("Body", message.body);
    form.extend_pairs(message.media.iter().map(|url| ("MediaUrl", url.as_str())));
    form.finish()
}

/// Reads an error answer: `{code, message, more_info, status}`.
fn refusal(status: u16, answer: &[u8]) -> Failure {
    let answer: Json = serde_json::from_slice(answer).unwrap_or_default();
    let message = answer.get("message").and_then(Json::as_str).unwrap_or("no reason was given").trim_end_matches('.');
    let told = match answer.get("code").and_then(Json::as_i64) {
        Some(code) => format!("Twilio refused the message with error {code}: {message}"),
        None => format!("Twilio answered {status}: {message}"),
    };
    Failure::new(FailureKind::Carrier, told).with_status(status)
}

impl SmsCarrier for Twilio {
    fn name(&self) -> CarrierName {
        CarrierName::Twilio
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.hand_over(message))
    }

    fn find<'a>(&'a self, message: Outgoing<'a>, since: Time) -> Finding<'a> {
        Box::pin(self.look_up(message, since))
    }

    fn routes(self: Arc<Self>, inbox: Option<Inbox>) -> Router {
        let (Some(inbox), Some(public_url)) = (inbox, &self.public_url) else {
            return Router::new();
        };
        let webhook = Webhook { signer: Signer::new(&self.token, public_url), inbox };
        Router::new().route("/carrier/twilio", get(receive).post(receive).with_state(Arc::new(webhook)))
    }
}

struct Webhook {
    signer: Signer,
    inbox: Inbox,
}

async fn receive(State(webhook): State<Arc<Webhook>>, request: Request) -> Response {
    webhook.receive(request).await.unwrap_or_else(|refused| refused)
}

impl Webhook {
    async fn receive(&self, request: Request) -> Result<Response, Response> {
        let uri = request.uri().clone();
        let signature = request.headers().get("X-Twilio-Signature").cloned();
        // A GET carries the parameters in the URL, which the signature covers as it stands.
        let in_url = request.method() == Method::GET;
        let body = if in_url { body::Bytes::new() } else { body::read(request).await? };
        let signed = parameters(&body);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let genuine = signature.is_some_and(|signature| self.signer.verify(target, &signed, signature.as_bytes()));
        if !genuine {
            warn!(
                blame = "carrier",
                retry = false,
                "X-Twilio-Signature is missing or wrong; is --public-url what Twilio calls?"
            );
            return Err(reply::error(StatusCode::FORBIDDEN, "X-Twilio-Signature is missing or wrong"));
        }
        let given = if in_url { parameters(uri.query().unwrap_or_default().as_bytes()) } else { signed };
        let (id, sms) = message(&given).map_err(|problem| reply::error(StatusCode::BAD_REQUEST, problem))?;
        let id = id.map(|sid| format!("twilio:{sid}"));
        self.inbox.receive(id, sms).await.map_err(IntoResponse::into_response)?;
        Ok(([(header::CONTENT_TYPE, "text/xml")], "<Response></Response>").into_response())
    }
}

type Parameters = Vec<(String, String)>;

fn parameters(text: &[u8]) -> Parameters {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Reads the parameters of a message: its MessageSid and what the flow sees.
fn message(given: &Parameters) -> Result<(Option<String>, InboundSms), String> {
    let get = |name: &str| given.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let phone = |name: &str| {
        let value = get(name).ok_or_else(|| format!("{name} is missing"))?;
        Phone::parse(value).map_err(|error| format!("{name} is no telephone number: {error}"))
    };
    let count: usize = get("NumMedia").and_then(|count| count.parse().ok()).unwrap_or(0);
    // Twilio's limit is 10 media a message; the bound keeps a false count from costing anything.
    let media = (0..count.min(100)).filter_map(|index| get(&format!("MediaUrl{index}")));
    let media = media.map(Url::parse).collect::<Result<_, _>>().map_err(|error| format!("MediaUrl: {error}"))?;
    let sms =
        InboundSms { from: phone("From")?, to: phone("To")?, body: get("Body").unwrap_or_default().to_owned(), media };
    Ok((get("MessageSid").map(str::to_owned), sms))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_message_is_read_from_its_parameters() {
        let given = parameters(b"MessageSid=MM1&From=%2B15550123456&To=%2B15550199999&Body=hi+there&NumMedia=1&MediaUrl0=https%3A%2F%2Fm.example%2F1&New=x");
        let (id, sms) = message(&given).unwrap();
        assert_eq!(id.as_deref(), Some("MM1"));
        assert_eq!((sms.from.as_str(), sms.body.as_str()), ("+15550123456", "hi there"));
        assert_eq!(sms.media, [Url::literal("https://m.example/1")]);
        assert!(message(&parameters(b"From=whatsapp%3A%2B1555&To=911")).unwrap_err().starts_with("From is no"));
    }

    #[test]
    fn a_refusal_tells_twilios_reason() {
        let failure = refusal(400, br#"{"code":21211,"message":"The 'To' number is not valid.","status":400}"#);
        assert_eq!(failure.message, "Twilio refused the message with error 21211: The 'To' number is not valid");
        assert_eq!((failure.kind, failure.status), (FailureKind::Carrier, Some(400)));
        assert_eq!(refusal(502, b"<html>").message, "Twilio answered 502: no reason was given");
    }
}
