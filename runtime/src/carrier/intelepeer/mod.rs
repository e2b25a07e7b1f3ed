//! IntelePeer's messages.
//!
//! Sending follows "Sending SMS Messages", receiving "Receiving SMS Messages", both in IntelePeer's documentation.

mod login;
mod numbers;
mod webhook;

use std::sync::Arc;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use self::login::Login;
use self::numbers::IntelepeerNumbers;
use self::webhook::IntelepeerWebhook;
use super::numbers::Numbering;
use super::url_token::UrlToken;
use super::{Account, CarrierKind, Handover, Key, Need, NotSent, Outgoing, Sending, SmsCarrier, Webhook, api};
use crate::metrics::CarrierName;
use crate::value::Phone;

const WHO: &str = "IntelePeer";

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Intelepeer,
    title: WHO,
    keys: &[
        Key { name: "INTELEPEER_USERNAME", need: Need::Always },
        Key { name: "INTELEPEER_PASSWORD", need: Need::Always },
        Key { name: "INTELEPEER_TOKEN", need: Need::Webhooks },
    ],
    carries_media: false,
    answers: &[],
    signs_address: false,
    make: |client, account| Ok(Arc::new(Intelepeer::new(client.clone(), &account)?)),
    numbers: Numbering::Api(|client, account| Ok(Box::new(IntelepeerNumbers::new(client, account)?))),
};

/// A user of IntelePeer's API.
struct Intelepeer {
    client: Client,
    messages: reqwest::Url,
    login: Login,
    webhook: Option<IntelepeerWebhook>,
}

/// Why a request to the API has no answer.
enum Unheard {
    /// It was not sent, for lack of a token.
    NoToken(NotSent),
    NoAnswer(api::Unanswered),
}

impl Intelepeer {
    fn new(client: Client, given: &Account) -> Result<Self, String> {
        let url = |own: &str, path: &str| {
            format!("{}{path}", given.base(own)).parse().map_err(|error| format!("--carrier-url: {error}"))
        };
        let login = url("https://atmosphere.intelepeer.com", "/_rest/v4/authenticate")?;
        let token = UrlToken::of(given.key("INTELEPEER_TOKEN"));
        Ok(Self {
            messages: url("https://api.intelepeer.com", "/_rest/v4/app/sms/send")?,
            login: Login::new(
                client.clone(),
                login,
                given.key("INTELEPEER_USERNAME"),
                given.key("INTELEPEER_PASSWORD"),
            ),
            webhook: (token.is_some() || given.unsigned).then_some(IntelepeerWebhook { token }),
            client,
        })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Handover {
        let body = json!({
            "from": endpoint(message.from),
            "to": endpoint(message.to),
            "text": message.body,
            "guid": message.effect.to_string(),
        });
        let request = || {
            let request = self.client.post(self.messages.clone());
            request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body.to_string())
        };
        match self.ask(request).await {
            Ok(answer) if answer.is_success() => answer.taken(WHO, |Taken { refid }| refid),
            Ok(answer) => refusal(&answer),
            Err(Unheard::NoToken(not_sent)) => Handover::NotSent(not_sent),
            Err(Unheard::NoAnswer(unanswered)) => unanswered.into(),
        }
    }

    /// Sends a request with the token, and once more with another one if that is refused: it has expired before its time.
    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> Result<api::Answer, Unheard> {
        let token = self.login.token().await.map_err(Unheard::NoToken)?;
        let answer = api::ask(&self.client, request().bearer_auth(token.as_str()), WHO).await;
        let answer = answer.map_err(Unheard::NoAnswer)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.login.refused(&token).await;
        let token = self.login.token().await.map_err(Unheard::NoToken)?;
        api::ask(&self.client, request().bearer_auth(token.as_str()), WHO).await.map_err(Unheard::NoAnswer)
    }
}

#[derive(Deserialize)]
struct Taken {
    refid: String,
}

/// A number as the API wants it: a short code has its country before it ("Code Formatting"), and the United States have
/// the most of them.
fn endpoint(phone: &Phone) -> String {
    let number = phone.as_str();
    if number.starts_with('+') { number.to_owned() } else { format!("1-{number}") }
}

/// What an error answer means ("Response Codes").
fn refusal(answer: &api::Answer) -> Handover {
    answer.refusal(told(answer, "the message"))
}

/// An error answer for people; `what` was refused.
fn told(answer: &api::Answer, what: &str) -> String {
    // `{"code": 401, "error": "Unauthorized"}`, or not JSON at all.
    let words = match answer.json::<Value>() {
        Some(json) => json.get("error").or(json.get("message")).and_then(Value::as_str).unwrap_or_default().to_owned(),
        None => answer.words(),
    };
    let reason = match answer.status {
        _ if !words.is_empty() => words.trim_end_matches('.'),
        403 => "messages to this country are not available",
        404 => "the number is not this account's",
        _ => "no reason was given",
    };
    match answer.status {
        400..=499 => format!("{WHO} refused {what} with {}: {reason}", answer.status),
        status => format!("{WHO} answered {status}: {reason}"),
    }
}

impl SmsCarrier for Intelepeer {
    fn name(&self) -> CarrierName {
        CarrierName::Intelepeer
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.hand_over(message))
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        self.webhook.as_ref().map(|webhook| webhook as &dyn Webhook)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::Obstacle;

    fn refused(status: u16, body: &str) -> Handover {
        refusal(&api::Answer { status, headers: Default::default(), body: body.to_owned().into() })
    }

    #[test]
    fn a_refusal_tells_intelepeers_reason() {
        let why = "IntelePeer refused the message with 401: Unauthorized";
        assert_eq!(refused(401, r#"{"code":401,"error":"Unauthorized."}"#), Handover::refused(401, why));
        let why = "IntelePeer refused the message with 400: to is missing";
        assert_eq!(refused(400, r#"{"message":"to is missing"}"#), Handover::refused(400, why));
        let why = "IntelePeer refused the message with 404: the number is not this account's";
        assert_eq!(refused(404, ""), Handover::refused(404, why));
        let why = "IntelePeer answered 502: <html>".to_owned();
        assert_eq!(refused(502, "<html>\n"), Handover::Unknown { why, status: Some(502) });
    }

    #[test]
    fn what_a_status_means_is_known() {
        let obstacle = |status| match refused(status, "{}") {
            Handover::NotSent(NotSent { obstacle, .. }) => Some(obstacle),
            _ => None,
        };
        for status in [400, 401, 403, 404] {
            assert_eq!(obstacle(status), Some(Obstacle::Final), "{status}");
        }
        assert_eq!(obstacle(429), Some(Obstacle::Passing(None)));
        assert_eq!((obstacle(500), obstacle(503)), (None, None));
    }

    #[test]
    fn a_short_code_has_its_country() {
        assert_eq!(endpoint(&Phone::literal("+13055550100")), "+13055550100");
        assert_eq!(endpoint(&Phone::literal("72345")), "1-72345");
    }
}
