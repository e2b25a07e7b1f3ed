//! Telnyx's messaging.
//!
//! Sending follows "Send a message", receiving "Receiving Webhooks for Messaging", errors "Messaging Error Code Reference",
//! all in Telnyx's documentation.

mod event;
mod lookup;
mod numbers;
mod signature;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::numbers::TelnyxNumbers;
use self::signature::Verifier;
use super::numbers::Numbering;
use super::{
    Account, Brought, CarrierKind, Finding, Handover, Key, Need, NotSent, Obstacle, Outgoing, Sending, SmsCarrier,
    USUAL_WORDS, Webhook, WebhookRequest, api,
};
use crate::clock::Time;
use crate::metrics::CarrierName;
use crate::value::Url;

const WHO: &str = "Telnyx";

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Telnyx,
    title: WHO,
    keys: &[
        Key { name: "TELNYX_API_KEY", need: Need::Always },
        Key { name: "TELNYX_PUBLIC_KEY", need: Need::Webhooks },
    ],
    carries_media: true,
    answers: USUAL_WORDS,
    signs_address: false,
    make: |client, account| Ok(Arc::new(Telnyx::new(client.clone(), &account)?)),
    numbers: Numbering::Api(|client, account| Ok(Box::new(TelnyxNumbers::new(client, account)))),
};

/// An account at Telnyx.
struct Telnyx {
    client: Client,
    /// The resource of messages.
    messages: reqwest::Url,
    key: String,
    /// Where reports are wanted; `None`: where the messaging profile says.
    reports: Option<String>,
    webhook: TelnyxWebhook,
}

/// Where Telnyx brings messages and reports to.
struct TelnyxWebhook {
    /// `None` where nothing is brought, or taken from anybody.
    verifier: Option<Verifier>,
}

impl Telnyx {
    fn new(client: Client, given: &Account) -> Result<Self, String> {
        let messages = format!("{}/v2/messages", given.base("https://api.telnyx.com"));
        let messages = messages.parse().map_err(|error| format!("--carrier-url: {error}"))?;
        let public_key = Some(given.key("TELNYX_PUBLIC_KEY")).filter(|key| !key.is_empty());
        Ok(Self {
            client,
            messages,
            key: given.key("TELNYX_API_KEY").to_owned(),
            reports: given.webhook(CarrierName::Telnyx),
            webhook: TelnyxWebhook { verifier: public_key.map(Verifier::new).transpose()? },
        })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Handover {
        // The same bytes each time: what is handed over once more is known by its key and its body.
        let Ok(body) = serde_json::to_vec(&self.submission(&message)) else {
            return Handover::refused(400, "the message could not be written as JSON");
        };
        let request = self
            .client
            .post(self.messages.clone())
            .bearer_auth(&self.key)
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", message.effect.to_string())
            .body(body);
        match api::ask(&self.client, request, WHO).await {
            Ok(answer) if answer.is_success() => answer.taken(WHO, |Taken { data }| data.id),
            Ok(answer) => refusal(&answer),
            Err(unanswered) => unanswered.into(),
        }
    }

    fn submission<'a>(&'a self, message: &Outgoing<'a>) -> Submission<'a> {
        Submission {
            from: message.from.as_str(),
            to: message.to.as_str(),
            // A picture may go alone.
            text: Some(message.body).filter(|body| message.media.is_empty() || !body.is_empty()),
            media_urls: message.media.iter().map(Url::as_str).collect(),
            webhook_url: self.reports.as_deref(),
        }
    }
}

/// A message, as Telnyx takes it.
#[derive(Serialize)]
struct Submission<'a> {
    from: &'a str,
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media_urls: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<&'a str>,
}

#[derive(Deserialize)]
struct Taken {
    data: TakenMessage,
}

#[derive(Deserialize)]
struct TakenMessage {
    id: String,
}

/// An error answer.
#[derive(Default, Deserialize)]
struct Refusal {
    errors: Vec<Problem>,
}

/// What is wrong, in an error answer or in a report.
#[derive(Deserialize)]
struct Problem {
    /// A text, or a number.
    code: Value,
    title: Option<String>,
    detail: Option<String>,
}

impl Problem {
    fn code(&self) -> String {
        self.code.as_str().map_or_else(|| self.code.to_string(), str::to_owned)
    }

    fn reason(&self) -> String {
        let parts = [&self.title, &self.detail].into_iter().flatten().map(|part| part.trim_end_matches('.'));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }
}

/// What an error answer means.
fn refusal(answer: &api::Answer) -> Handover {
    let status = answer.status;
    let Some(problem) = answer.json().and_then(|Refusal { errors }| errors.into_iter().next()) else {
        return answer.refusal(format!("Telnyx answered {status}: no reason was given"));
    };
    let code = problem.code();
    let why = format!("Telnyx refused the message with error {code}: {}", problem.reason());
    match (code.as_str(), status) {
        // The person has sent STOP.
        ("40300", _) => Handover::NotSent(NotSent { why, status: Some(status), obstacle: Obstacle::OptedOut("40300") }),
        ("10011", _) => answer.busy(why),
        // It took too long inside Telnyx, or the same message is being worked on.
        ("10008", _) | (_, 408 | 409) => Handover::Unknown { why, status: Some(status) },
        _ => answer.refusal(why),
    }
}

impl SmsCarrier for Telnyx {
    fn name(&self) -> CarrierName {
        CarrierName::Telnyx
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.hand_over(message))
    }

    fn find<'a>(&'a self, message: Outgoing<'a>, since: Time) -> Finding<'a> {
        Box::pin(self.hand_over_again(message, since))
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(&self.webhook)
    }
}

impl Webhook for TelnyxWebhook {
    fn verify(&self, request: &WebhookRequest, now: Time) -> Result<(), String> {
        match &self.verifier {
            Some(verifier) => verifier.verify(request, now),
            None => Err("this program was not given TELNYX_PUBLIC_KEY, since its flow takes no texts".to_owned()),
        }
    }

    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String> {
        event::read(&request.body).map(|brought| vec![brought])
    }

    fn acknowledgement(&self) -> Response {
        StatusCode::OK.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Handover {
        refusal(&api::Answer { status, headers: Default::default(), body: body.to_owned().into() })
    }

    #[test]
    fn a_refusal_tells_telnyxs_reason() {
        let body =
            r#"{"errors":[{"code":"40310","title":"Invalid 'to' address","detail":"The 'to' address is invalid."}]}"#;
        let why = "Telnyx refused the message with error 40310: Invalid 'to' address: The 'to' address is invalid";
        assert_eq!(refused(400, body), Handover::refused(400, why));
        let why = "Telnyx answered 502: no reason was given".to_owned();
        assert_eq!(refused(502, "<html>"), Handover::Unknown { why, status: Some(502) });
    }

    #[test]
    fn what_a_code_means_is_known() {
        for (status, code, expected) in [
            (401, r#""10009""#, Some(Obstacle::Final)),
            (403, r#""10010""#, Some(Obstacle::Final)),
            (400, r#""10015""#, Some(Obstacle::Final)),
            (404, r#""10005""#, Some(Obstacle::Final)),
            (422, r#""10002""#, Some(Obstacle::Final)),
            (402, r#""20100""#, Some(Obstacle::Final)),
            (400, "40310", Some(Obstacle::Final)),
            (409, r#""40300""#, Some(Obstacle::OptedOut("40300"))),
            (400, r#""40300""#, Some(Obstacle::OptedOut("40300"))),
            (429, r#""10011""#, Some(Obstacle::Passing(None))),
            (429, r#""40318""#, Some(Obstacle::Passing(None))),
            (408, r#""10008""#, None),
            (409, r#""90000""#, None),
            (500, r#""10007""#, None),
            (503, r#""10016""#, None),
        ] {
            let obstacle = match refused(status, &format!(r#"{{"errors":[{{"code":{code},"title":"x"}}]}}"#)) {
                Handover::NotSent(NotSent { obstacle, .. }) => Some(obstacle),
                _ => None,
            };
            assert_eq!(obstacle, expected, "{status} {code}");
        }
    }
}
