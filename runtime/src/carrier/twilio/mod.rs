//! Twilio's Programmable Messaging.
//!
//! Sending follows "Messages resource", receiving "Twilio's request to your incoming message
//! webhook URL", both in Twilio's documentation.

mod lookup;
mod numbers;
mod signature;

use std::sync::Arc;

use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use url::form_urlencoded;

use self::numbers::TwilioNumbers;
use self::signature::Signer;
use super::numbers::Numbering;
use super::{
    Account, Brought, CarrierKind, Finding, Handover, Key, Need, NotSent, Obstacle, Outgoing, Parameters, Report,
    Sending, SmsCarrier, Stage, Webhook, WebhookRequest, api, value,
};
use crate::clock::Time;
use crate::encode;
use crate::flow::InboundSms;
use crate::metrics::CarrierName;
use crate::value::{Phone, Url};

const WHO: &str = "Twilio";

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Twilio,
    title: WHO,
    keys: &[
        Key { name: "TWILIO_ACCOUNT_SID", need: Need::Always },
        Key { name: "TWILIO_AUTH_TOKEN", need: Need::Always },
    ],
    carries_media: true,
    // "Twilio support for opt-out keywords".
    answers: &[
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "START",
        "UNSTOP",
        "HELP",
        "INFO",
    ],
    signs_address: true,
    make: |client, account| Ok(Arc::new(Twilio::new(client.clone(), &account)?)),
    numbers: Numbering::Api(|client, account| Ok(Box::new(TwilioNumbers::new(client, account)))),
};

/// An account at Twilio.
struct Twilio {
    client: Client,
    /// The resource of messages.
    messages: reqwest::Url,
    account: String,
    token: String,
    /// Where reports are wanted; `None`: nowhere.
    reports: Option<String>,
    webhook: TwilioWebhook,
}

/// Where Twilio brings messages and reports to.
struct TwilioWebhook {
    /// `None` where the address that Twilio calls is not known.
    signer: Option<Signer>,
}

impl Twilio {
    fn new(client: Client, given: &Account) -> Result<Self, String> {
        let (account, token) = (given.key("TWILIO_ACCOUNT_SID").to_owned(), given.key("TWILIO_AUTH_TOKEN").to_owned());
        let base = given.base("https://api.twilio.com");
        let messages = format!("{base}/2010-04-01/Accounts/{}/Messages.json", encode::segment(&account));
        let messages = messages.parse().map_err(|error| format!("--carrier-url: {error}"))?;
        let webhook = TwilioWebhook { signer: given.public_base().map(|base| Signer::new(&token, &base)) };
        Ok(Self { client, messages, account, token, reports: given.webhook(CarrierName::Twilio), webhook })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Handover {
        let request = self
            .client
            .post(self.messages.clone())
            .basic_auth(&self.account, Some(&self.token))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(self.form(&message));
        match api::ask(&self.client, request, WHO).await {
            Ok(answer) if answer.is_success() => answer.taken(WHO, |Taken { sid }| sid),
            Ok(answer) => refusal(&answer),
            Err(unanswered) => unanswered.into(),
        }
    }

    fn form(&self, message: &Outgoing<'_>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", message.to.as_str());
        form.append_pair("From", message.from.as_str());
        form.append_pair("Body", message.body);
        form.extend_pairs(message.media.iter().map(|url| ("MediaUrl", url.as_str())));
        form.extend_pairs(self.reports.iter().map(|url| ("StatusCallback", url)));
        form.finish()
    }
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
}

/// An error answer: `{code, message, more_info, status}`.
#[derive(Default, Deserialize)]
struct Refusal {
    code: Option<i64>,
    message: Option<String>,
}

/// What an error answer means ("Error and Warning Dictionary" in Twilio's documentation).
fn refusal(answer: &api::Answer) -> Handover {
    let Refusal { code, message } = answer.json().unwrap_or_default();
    let message = message.as_deref().unwrap_or("no reason was given").trim_end_matches('.');
    let why = match code {
        Some(code) => format!("Twilio refused the message with error {code}: {message}"),
        None => format!("Twilio answered {}: {message}", answer.status),
    };
    match code {
        Some(20429) => answer.busy(why),
        Some(21610) => {
            Handover::NotSent(NotSent { why, status: Some(answer.status), obstacle: Obstacle::OptedOut("21610") })
        }
        _ => answer.refusal(why),
    }
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

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(&self.webhook)
    }
}

impl Webhook for TwilioWebhook {
    fn verify(&self, request: &WebhookRequest, _: Time) -> Result<(), String> {
        // A GET carries the parameters in the URL, which the signature covers as it stands.
        let form = if request.method == Method::GET { Parameters::new() } else { request.form() };
        let Some(signer) = &self.signer else {
            return Err("this program was not given --public-url, which Twilio's signatures cover".to_owned());
        };
        match request.header("X-Twilio-Signature") {
            Some(signature) if signer.verify(request.target(), &form, signature.as_bytes()) => Ok(()),
            _ => Err("X-Twilio-Signature is missing or wrong; is --public-url what Twilio calls?".to_owned()),
        }
    }

    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String> {
        let given = request.given();
        match value(&given, "MessageStatus") {
            Some(status) => Ok(vec![Brought::Report(report(&given, status)?)]),
            None => message(&given).map(|(id, sms)| vec![Brought::Message { id, sms }]),
        }
    }

    fn acknowledgement(&self) -> Response {
        ([(header::CONTENT_TYPE, "text/xml")], "<Response></Response>").into_response()
    }
}

/// Reads the parameters of a status callback ("Message status callback" in Twilio's documentation).
fn report(given: &Parameters, status: &str) -> Result<Report, String> {
    let id = value(given, "MessageSid").ok_or("MessageSid is missing")?.to_owned();
    let stage = match status {
        "delivered" | "read" => Stage::Delivered,
        "undelivered" | "failed" | "canceled" => Stage::Failed,
        _ => Stage::Underway,
    };
    let code = value(given, "ErrorCode").filter(|code| !code.is_empty()).map(|code| format!(" {code}"));
    Ok(Report { id, stage, word: format!("{status}{}", code.unwrap_or_default()) })
}

/// Reads the parameters of a message: its MessageSid and what the flow sees.
fn message(given: &Parameters) -> Result<(Option<String>, InboundSms), String> {
    let phone = |name: &str| {
        let number = value(given, name).ok_or_else(|| format!("{name} is missing"))?;
        Phone::parse(number).map_err(|error| format!("{name} is no telephone number: {error}"))
    };
    let count: usize = value(given, "NumMedia").and_then(|count| count.parse().ok()).unwrap_or(0);
    // Twilio's limit is 10 media a message; the bound keeps a false count from costing anything.
    let media = (0..count.min(100)).filter_map(|index| value(given, &format!("MediaUrl{index}")));
    let media = media.map(Url::parse).collect::<Result<_, _>>().map_err(|error| format!("MediaUrl: {error}"))?;
    let body = value(given, "Body").unwrap_or_default().to_owned();
    let sms = InboundSms { from: phone("From")?, to: phone("To")?, body, media };
    Ok((value(given, "MessageSid").map(str::to_owned), sms))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parameters(text: &str) -> Parameters {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn a_message_is_read_from_its_parameters() {
        let given = parameters(
            "MessageSid=MM1&From=%2B15550123456&To=%2B15550199999&Body=hi+there&NumMedia=1&MediaUrl0=https%3A%2F%2Fm.example%2F1&New=x",
        );
        let (id, sms) = message(&given).unwrap();
        assert_eq!(id.as_deref(), Some("MM1"));
        assert_eq!((sms.from.as_str(), sms.body.as_str()), ("+15550123456", "hi there"));
        assert_eq!(sms.media, [Url::literal("https://m.example/1")]);
        assert!(message(&parameters("From=whatsapp%3A%2B1555&To=911")).unwrap_err().starts_with("From is no"));
    }

    fn refused(status: u16, body: &str) -> Handover {
        refusal(&api::Answer { status, headers: Default::default(), body: body.to_owned().into() })
    }

    #[test]
    fn a_refusal_tells_twilios_reason() {
        let told = refused(400, r#"{"code":21211,"message":"The 'To' number is not valid.","status":400}"#);
        let why = "Twilio refused the message with error 21211: The 'To' number is not valid";
        assert_eq!(told, Handover::refused(400, why));
        let why = "Twilio answered 502: no reason was given".to_owned();
        assert_eq!(refused(502, "<html>"), Handover::Unknown { why, status: Some(502) });
    }

    #[test]
    fn what_a_code_means_is_known() {
        let obstacle = |status, code| match refused(status, &format!(r#"{{"code":{code},"message":"x"}}"#)) {
            Handover::NotSent(NotSent { obstacle, .. }) => Some(obstacle),
            _ => None,
        };
        for (status, code, expected) in [
            (401, 20003, Some(Obstacle::Final)),
            (429, 20429, Some(Obstacle::Passing(None))),
            (400, 21211, Some(Obstacle::Final)),
            (400, 21408, Some(Obstacle::Final)),
            (400, 21610, Some(Obstacle::OptedOut("21610"))),
            (400, 21614, Some(Obstacle::Final)),
            (500, 20500, None),
        ] {
            assert_eq!(obstacle(status, code), expected, "{code}");
        }
    }
}
