//! Vonage's SMS API.
//!
//! Sending follows "Send an SMS", receiving "Inbound SMS", reports "Delivery Receipts", all in Vonage's documentation.

mod answer;
mod numbers;
mod signature;

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use serde_json::{Map, Value};
use url::form_urlencoded;

use self::numbers::VonageNumbers;
use self::signature::Signer;
use super::numbers::Numbering;
use super::{
    Account, Brought, CarrierKind, Handover, Key, Need, Outgoing, Parameters, Part, Report, Sending, SmsCarrier, Stage,
    Webhook, WebhookRequest, alphabet, api, number, value,
};
use crate::clock::Time;
use crate::flow::InboundSms;
use crate::metrics::CarrierName;

const WHO: &str = "Vonage";

/// Vonage refuses a longer address for reports.
const LONGEST_CALLBACK: usize = 100;

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Vonage,
    title: WHO,
    keys: &[
        Key { name: "VONAGE_API_KEY", need: Need::Always },
        Key { name: "VONAGE_API_SECRET", need: Need::Always },
        Key { name: "VONAGE_SIGNATURE_SECRET", need: Need::Webhooks },
    ],
    carries_media: false,
    // Only where its support has been asked to.
    answers: &[],
    signs_address: false,
    make: |client, account| Ok(Arc::new(Vonage::new(client.clone(), &account)?)),
    numbers: Numbering::Api(|client, account| Ok(Box::new(VonageNumbers::new(client, account)))),
};

/// An account at Vonage.
struct Vonage {
    client: Client,
    /// The resource of messages.
    messages: reqwest::Url,
    key: String,
    secret: String,
    /// Where reports are wanted; `None`: where the account's settings say.
    reports: Option<String>,
    webhook: VonageWebhook,
}

/// Where Vonage brings messages and reports to.
struct VonageWebhook {
    /// `None` where nothing is brought, or taken from anybody.
    signer: Option<Signer>,
}

impl Vonage {
    fn new(client: Client, given: &Account) -> Result<Self, String> {
        let messages = format!("{}/sms/json", given.base("https://rest.nexmo.com"));
        let messages = messages.parse().map_err(|error| format!("--carrier-url: {error}"))?;
        let secret = Some(given.key("VONAGE_SIGNATURE_SECRET")).filter(|secret| !secret.is_empty());
        Ok(Self {
            client,
            messages,
            key: given.key("VONAGE_API_KEY").to_owned(),
            secret: given.key("VONAGE_API_SECRET").to_owned(),
            reports: given.webhook(CarrierName::Vonage).filter(|url| url.len() <= LONGEST_CALLBACK),
            webhook: VonageWebhook { signer: secret.map(Signer::new) },
        })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Handover {
        let request = self
            .client
            .post(self.messages.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(&message));
        match api::ask(&self.client, request, WHO).await {
            Ok(answer) => answer::handover(&answer),
            Err(unanswered) => unanswered.into(),
        }
    }

    fn form(&self, message: &Outgoing<'_>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("api_key", &self.key);
        form.append_pair("api_secret", &self.secret);
        form.append_pair("from", number::digits(message.from));
        form.append_pair("to", number::digits(message.to));
        form.append_pair("text", message.body);
        // Without it, what the alphabet does not hold would come as question marks.
        form.append_pair("type", if message.body.chars().all(alphabet::holds) { "text" } else { "unicode" });
        form.extend_pairs(self.reports.iter().map(|url| ("callback", url)));
        form.finish()
    }
}

impl SmsCarrier for Vonage {
    fn name(&self) -> CarrierName {
        CarrierName::Vonage
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.hand_over(message))
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(&self.webhook)
    }
}

impl Webhook for VonageWebhook {
    fn verify(&self, request: &WebhookRequest, now: Time) -> Result<(), String> {
        match &self.signer {
            Some(signer) => signer.verify(&parameters(request)?, now),
            None => Err("this program was not given VONAGE_SIGNATURE_SECRET, since its flow takes no texts".to_owned()),
        }
    }

    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String> {
        let given = parameters(request)?;
        let brought = match (value(&given, "status"), value(&given, "type")) {
            (Some(status), _) => Brought::Report(report(&given, status)?),
            (None, Some("binary")) => Brought::Nothing("a message of bytes".to_owned()),
            (None, _) => message(&given)?,
        };
        Ok(vec![brought])
    }

    fn acknowledgement(&self) -> Response {
        StatusCode::OK.into_response()
    }
}

/// By the account's settings they come in the URL, as a form, or as JSON.
fn parameters(request: &WebhookRequest) -> Result<Parameters, String> {
    let is_json = request.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("json"));
    if request.method == Method::GET || !is_json {
        return Ok(request.given());
    }
    let members: Map<String, Value> =
        serde_json::from_slice(&request.body).map_err(|error| format!("the body is no JSON object: {error}"))?;
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(members.into_iter().map(|(name, value)| (name, text(value))).collect())
}

fn report(given: &Parameters, status: &str) -> Result<Report, String> {
    let id = value(given, "messageId").ok_or("messageId is missing")?.to_owned();
    let stage = match status {
        "delivered" => Stage::Delivered,
        "expired" | "failed" | "rejected" | "deleted" | "undeliverable" => Stage::Failed,
        _ => Stage::Underway,
    };
    let code = value(given, "err-code").filter(|code| !matches!(*code, "" | "0"));
    Ok(Report { id, stage, word: code.map_or_else(|| status.to_owned(), |code| format!("{status} {code}")) })
}

fn message(given: &Parameters) -> Result<Brought, String> {
    let phone = |name: &str| number::international(name, value(given, name));
    let body = value(given, "text").unwrap_or_default().to_owned();
    let sms = InboundSms { from: phone("msisdn")?, to: phone("to")?, body, media: Vec::new() };
    let id = value(given, "messageId").map(str::to_owned);
    if value(given, "concat") != Some("true") {
        return Ok(Brought::Message { id, sms });
    }
    let of_part = |name: &str| value(given, name).ok_or_else(|| format!("{name} is missing"));
    let count = |name: &str| of_part(name)?.parse::<u8>().map_err(|_| format!("{name} is no number up to 255"));
    let (number, total) = (count("concat-part")?, count("concat-total")?);
    if !(1..=total).contains(&number) {
        return Err(format!("concat-part {number} is none of 1 to {total}"));
    }
    let id = id.ok_or("messageId is missing")?;
    Ok(Brought::Part(Part { id, sms, reference: of_part("concat-ref")?.to_owned(), number, total }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    use axum::http::HeaderMap;

    fn brought(method: Method, target: &str, content: &'static str, body: &str) -> Result<Brought, String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content.parse().unwrap());
        let request = WebhookRequest { method, uri: target.parse().unwrap(), headers, body: body.to_owned().into() };
        VonageWebhook { signer: None }.read(&request).map(|mut brought| brought.swap_remove(0))
    }

    fn read(form: &str) -> Result<Brought, String> {
        brought(Method::POST, "/carrier/vonage", "application/x-www-form-urlencoded", form)
    }

    #[test]
    fn a_message_comes_in_three_forms() {
        let form = "msisdn=13055550123&to=4512345678&messageId=A1&text=a+%26+b&type=text&keyword=A&new=1";
        let json =
            r#"{"msisdn":"13055550123","to":"4512345678","messageId":"A1","text":"a & b","type":"text","new":1}"#;
        for brought in [
            read(form),
            brought(Method::GET, &format!("/carrier/vonage?{form}"), "application/json", ""),
            brought(Method::POST, "/carrier/vonage", "application/json; charset=UTF-8", json),
        ] {
            let Brought::Message { id, sms } = brought.unwrap() else { panic!() };
            assert_eq!(id.as_deref(), Some("A1"));
            assert_eq!(
                (sms.from.as_str(), sms.to.as_str(), sms.body.as_str()),
                ("+13055550123", "+4512345678", "a & b")
            );
        }
    }

    #[test]
    fn a_part_says_which_it_is() {
        let part = "msisdn=13055550123&to=13055550100&messageId=A1&text=one&concat=true";
        let Brought::Part(read_part) = read(&format!("{part}&concat-ref=7&concat-total=3&concat-part=2")).unwrap()
        else {
            panic!()
        };
        assert_eq!((read_part.id.as_str(), read_part.reference.as_str()), ("A1", "7"));
        assert_eq!((read_part.number, read_part.total, read_part.sms.body.as_str()), (2, 3, "one"));
        for (more, told) in [
            ("concat-total=3&concat-part=2", "concat-ref is missing"),
            ("concat-ref=7&concat-part=2", "concat-total is missing"),
            ("concat-ref=7&concat-total=3&concat-part=0", "concat-part 0 is none of 1 to 3"),
            ("concat-ref=7&concat-total=3&concat-part=4", "concat-part 4 is none of 1 to 3"),
            ("concat-ref=7&concat-total=256&concat-part=1", "concat-total is no number up to 255"),
        ] {
            assert_eq!(read(&format!("{part}&{more}")).unwrap_err(), told);
        }
    }

    #[test]
    fn what_is_no_message_is_said() {
        assert_eq!(read("").unwrap_err(), "msisdn is missing");
        assert!(read("msisdn=1&to=13055550100").unwrap_err().starts_with("msisdn is no telephone number"));
        assert_eq!(read("status=delivered").unwrap_err(), "messageId is missing");
        let json = |body| brought(Method::POST, "/carrier/vonage", "application/json", body);
        assert!(json("[]").unwrap_err().starts_with("the body is no JSON object"));
        assert_eq!(json("{}").unwrap_err(), "msisdn is missing");
        assert!(matches!(read("msisdn=13055550123&to=13055550100&type=binary&data=00"), Ok(Brought::Nothing(_))));
    }

    #[test]
    fn a_report_tells_how_far_a_message_has_come() {
        for (parameters, stage, word) in [
            ("status=accepted&err-code=0", Stage::Underway, "accepted"),
            ("status=buffered", Stage::Underway, "buffered"),
            ("status=unknown&err-code=99", Stage::Underway, "unknown 99"),
            ("status=delivered&err-code=0", Stage::Delivered, "delivered"),
            ("status=expired&err-code=1", Stage::Failed, "expired 1"),
            ("status=failed&err-code=6", Stage::Failed, "failed 6"),
            ("status=rejected&err-code=5", Stage::Failed, "rejected 5"),
        ] {
            let report = Report { id: "A1".to_owned(), stage, word: word.to_owned() };
            let form = format!("msisdn=13055550123&to=Hotel&messageId=A1&price=0.1&scts=2001011400&{parameters}");
            assert_eq!(read(&form), Ok(Brought::Report(report)));
        }
    }
}
