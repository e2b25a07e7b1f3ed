//! What a webhook of Telnyx brings ("Receiving Webhooks for Messaging" in Telnyx's documentation).

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Problem;
use crate::carrier::{Brought, Report, Stage, number};
use crate::flow::InboundSms;
use crate::value::Url;

#[derive(Deserialize)]
struct Event {
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    event_type: String,
    #[serde(default)]
    payload: Value,
}

/// A message that came in.
#[derive(Deserialize)]
struct Received {
    id: String,
    from: Party,
    to: Recipients,
    text: Option<String>,
    media: Option<Vec<Medium>>,
}

/// A message that was sent.
#[derive(Deserialize)]
struct Sent {
    id: String,
    to: Recipients,
    errors: Option<Vec<Problem>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Recipients {
    Many(Vec<Party>),
    One(String),
}

#[derive(Deserialize)]
struct Party {
    phone_number: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Medium {
    url: Option<String>,
}

/// Reads an event; or says in a sentence what cannot be understood.
pub(super) fn read(body: &[u8]) -> Result<Brought, String> {
    let Event { data } = serde_json::from_slice(body).map_err(|error| format!("the body is no event: {error}"))?;
    let EventData { event_type, payload } = data;
    match event_type.as_str() {
        "message.received" => message(part(&event_type, payload)?),
        "message.sent" | "message.finalized" => Ok(Brought::Report(report(part(&event_type, payload)?))),
        _ => Ok(Brought::Nothing(event_type)),
    }
}

fn part<T: DeserializeOwned>(event: &str, payload: Value) -> Result<T, String> {
    serde_json::from_value(payload).map_err(|error| format!("the payload is none of {event}: {error}"))
}

fn message(received: Received) -> Result<Brought, String> {
    let Received { id, from, to, text, media } = received;
    let phone = |name: &str, text: Option<&str>| {
        let text = text.ok_or_else(|| format!("{name} has no phone_number"))?;
        number::international(name, Some(text))
    };
    let media = media.unwrap_or_default().into_iter().filter_map(|medium| medium.url);
    let media =
        media.map(|url| Url::parse(&url)).collect::<Result<_, _>>().map_err(|error| format!("media: {error}"))?;
    let sms = InboundSms {
        from: phone("from", from.phone_number.as_deref())?,
        to: phone("to", to.ours())?,
        body: text.unwrap_or_default(),
        media,
    };
    Ok(Brought::Message { id: Some(id), sms })
}

impl Recipients {
    /// The number of this account: of several recipients, the one whose webhook this is.
    fn ours(&self) -> Option<&str> {
        match self {
            Self::One(number) => Some(number),
            Self::Many(parties) => {
                let ours = parties.iter().find(|party| party.status.as_deref() == Some("webhook_delivered"));
                ours.or(parties.first())?.phone_number.as_deref()
            }
        }
    }

    /// What became of a message to one recipient, as all of ours are.
    fn status(&self) -> &str {
        match self {
            Self::One(_) => None,
            Self::Many(parties) => parties.first().and_then(|party| party.status.as_deref()),
        }
        .unwrap_or("unknown")
    }
}

fn report(sent: Sent) -> Report {
    let status = sent.to.status();
    let stage = match status {
        "delivered" => Stage::Delivered,
        "sending_failed" | "delivery_failed" | "expired" => Stage::Failed,
        // Among them `delivery_unconfirmed`: of many networks no more is heard.
        _ => Stage::Underway,
    };
    let codes = sent.errors.unwrap_or_default().iter().map(|error| format!(" {}", error.code())).collect::<String>();
    Report { id: sent.id, stage, word: format!("{status}{codes}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    use serde_json::json;

    fn event(event_type: &str, payload: Value) -> Result<Brought, String> {
        let body =
            json!({ "data": { "event_type": event_type, "id": "e1", "payload": payload, "new": 1 }, "meta": {} });
        read(body.to_string().as_bytes())
    }

    #[test]
    fn a_message_is_read() {
        let payload = json!({
            "id": "m1", "type": "MMS", "direction": "inbound", "text": "hé",
            "from": { "phone_number": "+13055550123", "carrier": "T-Mobile" },
            "to": [
                { "phone_number": "+13055550177", "status": "delivered" },
                { "phone_number": "+13055550100", "status": "webhook_delivered" },
            ],
            "media": [{ "url": "https://media.example/1.png", "size": 12 }, { "url": null }],
        });
        let Brought::Message { id, sms } = event("message.received", payload).unwrap() else { panic!() };
        assert_eq!(id.as_deref(), Some("m1"));
        assert_eq!((sms.from.as_str(), sms.to.as_str(), sms.body.as_str()), ("+13055550123", "+13055550100", "hé"));
        assert_eq!(sms.media, [Url::literal("https://media.example/1.png")]);
    }

    #[test]
    fn a_recipient_may_stand_alone_and_a_text_be_missing() {
        for to in [json!("13055550100"), json!([{ "phone_number": "+13055550100" }])] {
            let payload = json!({ "id": "m1", "from": { "phone_number": "741741" }, "to": to, "text": null });
            let Brought::Message { sms, .. } = event("message.received", payload).unwrap() else { panic!() };
            assert_eq!((sms.from.as_str(), sms.to.as_str(), sms.body.as_str()), ("741741", "+13055550100", ""));
        }
    }

    #[test]
    fn what_is_no_message_is_said() {
        let from = json!({ "phone_number": "+13055550123" });
        for (payload, told) in [
            (json!(null), "the payload is none of message.received"),
            (json!({ "id": "m1", "from": from, "to": [] }), "to has no phone_number"),
            (json!({ "id": "m1", "from": {}, "to": "+13055550100" }), "from has no phone_number"),
            (json!({ "id": "m1", "from": from, "to": "me" }), "to is no telephone number"),
            (json!({ "id": "m1", "from": from, "to": "+13055550100", "media": [{ "url": "x" }] }), "media: "),
        ] {
            let why = event("message.received", payload).unwrap_err();
            assert!(why.starts_with(told), "{why}");
        }
        for body in ["", "[]", "{}", "{\"data\":[]}"] {
            assert!(read(body.as_bytes()).unwrap_err().starts_with("the body is no event: "));
        }
    }

    #[test]
    fn a_report_tells_how_far_a_message_has_come() {
        for (status, stage) in [
            ("queued", Stage::Underway),
            ("sent", Stage::Underway),
            ("delivered", Stage::Delivered),
            ("sending_failed", Stage::Failed),
            ("delivery_failed", Stage::Failed),
            ("delivery_unconfirmed", Stage::Underway),
        ] {
            let payload = json!({ "id": "m1", "to": [{ "phone_number": "+13055550123", "status": status }] });
            let expected = Report { id: "m1".to_owned(), stage, word: status.to_owned() };
            assert_eq!(event("message.finalized", payload), Ok(Brought::Report(expected)));
        }
        let errors = json!([{ "code": "40008", "title": "Undeliverable" }]);
        let payload = json!({ "id": "m1", "to": [{ "status": "delivery_failed" }], "errors": errors });
        let expected = Report { id: "m1".to_owned(), stage: Stage::Failed, word: "delivery_failed 40008".to_owned() };
        assert_eq!(event("message.sent", payload), Ok(Brought::Report(expected)));
    }

    #[test]
    fn other_events_need_nothing() {
        assert_eq!(event("number.registered", json!({})), Ok(Brought::Nothing("number.registered".to_owned())));
    }
}
