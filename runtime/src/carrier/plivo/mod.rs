//! Plivo's messaging.
//!
//! Sending follows "Send a message", receiving "Handling incoming messages", reports "Message status callbacks", all in
//! Plivo's documentation.

mod numbers;
mod signature;

use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::numbers::PlivoNumbers;
use self::signature::Signer;
use super::numbers::Numbering;
use super::{
    Account, Brought, CarrierKind, Handover, Key, Need, Outgoing, Parameters, Report, Sending, SmsCarrier, Stage,
    USUAL_WORDS, Webhook, WebhookRequest, api, number, value,
};
use crate::clock::Time;
use crate::encode;
use crate::flow::InboundSms;
use crate::metrics::CarrierName;
use crate::value::Url;

const WHO: &str = "Plivo";

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Plivo,
    title: WHO,
    keys: &[Key { name: "PLIVO_AUTH_ID", need: Need::Always }, Key { name: "PLIVO_AUTH_TOKEN", need: Need::Always }],
    carries_media: true,
    answers: USUAL_WORDS,
    signs_address: true,
    make: |client, account| Ok(Arc::new(Plivo::new(client.clone(), &account)?)),
    numbers: Numbering::Api(|client, account| Ok(Box::new(PlivoNumbers::new(client, account)))),
};

/// An account at Plivo.
struct Plivo {
    client: Client,
    /// The resource of messages.
    messages: reqwest::Url,
    id: String,
    token: String,
    /// Where reports are wanted; `None`: Plivo does not reach this program.
    reports: Option<String>,
    webhook: PlivoWebhook,
}

/// Where Plivo brings messages and reports to.
struct PlivoWebhook {
    /// `None`: no public address, so no signature can be checked.
    signer: Option<Signer>,
}

impl Plivo {
    fn new(client: Client, given: &Account) -> Result<Self, String> {
        let (id, token) = (given.key("PLIVO_AUTH_ID").to_owned(), given.key("PLIVO_AUTH_TOKEN").to_owned());
        let base = given.base("https://api.plivo.com");
        let messages = format!("{base}/v1/Account/{}/Message/", encode::segment(&id));
        let messages = messages.parse().map_err(|error| format!("--carrier-url: {error}"))?;
        let webhook = PlivoWebhook { signer: given.public_base().map(|base| Signer::new(&token, base)) };
        Ok(Self { client, messages, id, token, reports: given.webhook(CarrierName::Plivo), webhook })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Handover {
        let Ok(body) = serde_json::to_vec(&self.submission(&message)) else {
            return Handover::refused(400, "the message could not be written as JSON");
        };
        let request = self
            .client
            .post(self.messages.clone())
            .basic_auth(&self.id, Some(&self.token))
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        match api::ask(&self.client, request, WHO).await {
            Ok(answer) if answer.is_success() => taken(&answer),
            Ok(answer) => refusal(&answer),
            Err(unanswered) => unanswered.into(),
        }
    }

    fn submission<'a>(&'a self, message: &Outgoing<'a>) -> Submission<'a> {
        Submission {
            src: number::digits(message.from),
            dst: number::digits(message.to),
            text: message.body,
            kind: if message.media.is_empty() { "sms" } else { "mms" },
            media_urls: message.media.iter().map(Url::as_str).collect(),
            url: self.reports.as_deref(),
            method: self.reports.as_ref().map(|_| "POST"),
        }
    }
}

/// A message, as Plivo takes it.
#[derive(Serialize)]
struct Submission<'a> {
    src: &'a str,
    dst: &'a str,
    text: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media_urls: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
}

/// What was taken, and what was not: a request may name several numbers, though ours name one.
#[derive(Deserialize)]
struct Taken {
    #[serde(default)]
    message_uuid: Vec<String>,
    #[serde(default)]
    invalid_number: Vec<String>,
}

fn taken(answer: &api::Answer) -> Handover {
    let Some(Taken { message_uuid, invalid_number }) = answer.json() else {
        return answer.not_understood(WHO);
    };
    match message_uuid.into_iter().next() {
        None if !invalid_number.is_empty() => {
            Handover::refused(answer.status, "Plivo refused the message: it says that the number is not valid")
        }
        id => Handover::Sent(id),
    }
}

/// What an error answer means ("API response codes" in Plivo's documentation).
fn refusal(answer: &api::Answer) -> Handover {
    #[derive(Deserialize)]
    struct Refusal {
        /// A sentence, or an object of them.
        error: Value,
    }
    let reason = answer.json().map(|Refusal { error }| error.as_str().map_or_else(|| error.to_string(), str::to_owned));
    let reason = reason.as_deref().unwrap_or("no reason was given").trim_end_matches('.');
    answer.refusal(format!("Plivo answered {}: {reason}", answer.status))
}

impl SmsCarrier for Plivo {
    fn name(&self) -> CarrierName {
        CarrierName::Plivo
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.hand_over(message))
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(&self.webhook)
    }
}

impl Webhook for PlivoWebhook {
    fn verify(&self, request: &WebhookRequest, _: Time) -> Result<(), String> {
        match &self.signer {
            Some(signer) => signer.verify(request),
            None => Err("this program was not given --public-url, which Plivo's signatures cover".to_owned()),
        }
    }

    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String> {
        let given = request.given();
        let brought = match (value(&given, "Status"), value(&given, "Type")) {
            (Some(status), _) => Brought::Report(report(&given, status)?),
            // Its answer would be an SMS to somebody who has sent none.
            (None, Some("whatsapp")) => Brought::Nothing("a message of WhatsApp".to_owned()),
            (None, _) => message(&given)?,
        };
        Ok(vec![brought])
    }

    fn acknowledgement(&self) -> Response {
        ([(header::CONTENT_TYPE, "application/xml")], "<Response/>").into_response()
    }
}

fn report(given: &Parameters, status: &str) -> Result<Report, String> {
    let id = value(given, "MessageUUID").ok_or("MessageUUID is missing")?.to_owned();
    let stage = match status {
        "delivered" | "read" => Stage::Delivered,
        "failed" | "undelivered" | "rejected" => Stage::Failed,
        _ => Stage::Underway,
    };
    let code = value(given, "ErrorCode").filter(|code| code.chars().any(|digit| digit != '0'));
    Ok(Report { id, stage, word: code.map_or_else(|| status.to_owned(), |code| format!("{status} {code}")) })
}

fn message(given: &Parameters) -> Result<Brought, String> {
    let phone = |name: &str| number::international(name, value(given, name));
    // The words of an MMS come under another name than those of an SMS.
    let words = |name: &str| value(given, name).filter(|words| !words.is_empty());
    let body = words("Text").or_else(|| words("Body")).unwrap_or_default().to_owned();
    let sms = InboundSms { from: phone("From")?, to: phone("To")?, body, media: media(given)? };
    Ok(Brought::Message { id: value(given, "MessageUUID").map(str::to_owned), sms })
}

/// `Media0`, `Media1`, …: some documents count from 0, some from 1.
fn media(given: &Parameters) -> Result<Vec<Url>, String> {
    let mut media: Vec<(u32, &str)> = given
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("Media")?.parse().ok()?, value.as_str())))
        .collect();
    media.sort_unstable();
    media
        .into_iter()
        .map(|(_, url)| Url::parse(url))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("Media: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    use axum::http::{Method, Uri};

    use crate::carrier::{NotSent, Obstacle};

    fn read(form: &str) -> Result<Brought, String> {
        let request = WebhookRequest {
            method: Method::POST,
            uri: Uri::from_static("/carrier/plivo"),
            headers: Default::default(),
            body: form.to_owned().into(),
        };
        PlivoWebhook { signer: None }.read(&request).map(|mut brought| brought.swap_remove(0))
    }

    #[test]
    fn a_message_is_read_from_its_parameters() {
        let form = "From=4512345678&To=13055550100&Type=mms&Body=hi+there&MessageUUID=u1&MediaCount=3\
                    &Media10=https%3A%2F%2Fm.example%2F10&Media2=https%3A%2F%2Fm.example%2F2&Media1=https%3A%2F%2Fm.example%2F1&New=x";
        let Brought::Message { id, sms } = read(form).unwrap() else { panic!() };
        assert_eq!(id.as_deref(), Some("u1"));
        assert_eq!(
            (sms.from.as_str(), sms.to.as_str(), sms.body.as_str()),
            ("+4512345678", "+13055550100", "hi there")
        );
        let media: Vec<&str> = sms.media.iter().map(Url::as_str).collect();
        assert_eq!(media, ["https://m.example/1", "https://m.example/2", "https://m.example/10"]);
        let Brought::Message { sms, .. } = read("From=741741&To=13055550100&Text=hi&Body=").unwrap() else { panic!() };
        assert_eq!((sms.from.as_str(), sms.body.as_str()), ("741741", "hi"));
    }

    #[test]
    fn what_is_no_message_is_said() {
        assert_eq!(read("").unwrap_err(), "From is missing");
        assert!(read("From=me&To=13055550100").unwrap_err().starts_with("From is no telephone number"));
        assert!(read("From=13055550123&To=13055550100&Media0=x").unwrap_err().starts_with("Media: "));
        assert_eq!(read("Status=sent").unwrap_err(), "MessageUUID is missing");
        let whatsapp = read("From=13055550123&To=13055550100&Type=whatsapp&Body=hi");
        assert_eq!(whatsapp, Ok(Brought::Nothing("a message of WhatsApp".to_owned())));
    }

    #[test]
    fn a_report_tells_how_far_a_message_has_come() {
        for (parameters, stage, word) in [
            ("Status=queued", Stage::Underway, "queued"),
            ("Status=sent&ErrorCode=", Stage::Underway, "sent"),
            ("Status=delivered&ErrorCode=000", Stage::Delivered, "delivered"),
            ("Status=read", Stage::Delivered, "read"),
            ("Status=undelivered&ErrorCode=200", Stage::Failed, "undelivered 200"),
            ("Status=failed&ErrorCode=040", Stage::Failed, "failed 040"),
            ("Status=rejected", Stage::Failed, "rejected"),
        ] {
            let report = Report { id: "u1".to_owned(), stage, word: word.to_owned() };
            assert_eq!(read(&format!("MessageUUID=u1&From=1&To=2&Type=sms&{parameters}")), Ok(Brought::Report(report)));
        }
    }

    fn answer(status: u16, body: &str) -> api::Answer {
        api::Answer { status, headers: Default::default(), body: body.to_owned().into() }
    }

    #[test]
    fn a_refusal_tells_plivos_reason() {
        let told = refusal(&answer(400, r#"{"api_id":"a","error":"src parameter not present."}"#));
        assert_eq!(told, Handover::refused(400, "Plivo answered 400: src parameter not present"));
        let told = refusal(&answer(400, r#"{"error":{"dst":["bad"]}}"#));
        assert_eq!(told, Handover::refused(400, r#"Plivo answered 400: {"dst":["bad"]}"#));
        for (status, expected) in [
            (400, Some(Obstacle::Final)),
            (401, Some(Obstacle::Final)),
            (402, Some(Obstacle::Final)),
            (404, Some(Obstacle::Final)),
            (405, Some(Obstacle::Final)),
            (429, Some(Obstacle::Passing(None))),
            (500, None),
            (503, None),
        ] {
            let obstacle = match refusal(&answer(status, "not JSON")) {
                Handover::NotSent(NotSent { obstacle, why, .. }) => {
                    assert_eq!(why, format!("Plivo answered {status}: no reason was given"));
                    Some(obstacle)
                }
                _ => None,
            };
            assert_eq!(obstacle, expected, "{status}");
        }
    }

    #[test]
    fn what_is_taken_has_an_id_unless_its_number_is_not_valid() {
        let body = r#"{"message":"message(s) queued","message_uuid":["u1"],"api_id":"a"}"#;
        assert_eq!(taken(&answer(202, body)), Handover::Sent(Some("u1".to_owned())));
        assert!(matches!(taken(&answer(202, "<html>")), Handover::Unknown { status: Some(202), .. }));
        let refused = taken(&answer(202, r#"{"message_uuid":[],"invalid_number":["13055550123"]}"#));
        assert!(matches!(refused, Handover::NotSent(NotSent { obstacle: Obstacle::Final, .. })), "{refused:?}");
    }
}
