//! The simulator: a carrier without phones, for tests and for trying a flow out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::json;

use super::numbers::Numbering;
use super::{CarrierKind, Handover, Outgoing, Sending, SmsCarrier};
use crate::engine::Receipt;
use crate::flow::InboundSms;
use crate::metrics::CarrierName;
use crate::server::{body, reply};
use crate::trigger::inbound_sms::{Answer, Inbox};
use crate::trigger::members::Members;
use crate::trigger::reader::{Findings, Reader};
use crate::value::{Kind, Phone, Url, Values};

/// Messages kept for `GET /simulator/outbox`; older ones are forgotten.
const OUTBOX: usize = 1_000;

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Simulator,
    title: "the simulator",
    keys: &[],
    carries_media: true,
    answers: &[],
    signs_address: false,
    make: |_, _| Ok(Arc::new(Simulator::default())),
    numbers: Numbering::Elsewhere("any number will do; --carrier names a real carrier"),
};

/// Keeps what was sent in memory.
#[derive(Default)]
pub(crate) struct Simulator {
    outbox: Mutex<Outbox>,
}

/// The last messages, oldest first.
#[derive(Default)]
struct Outbox {
    kept: VecDeque<Sent>,
    /// All that were ever sent. The number of a message counts from 1.
    sent: u64,
}

/// A message with its number, by which whoever looks again knows what is new.
#[derive(Serialize)]
struct Numbered<'a> {
    number: u64,
    #[serde(flatten)]
    sent: &'a Sent,
}

#[derive(Serialize)]
struct Sent {
    from: Phone,
    to: Phone,
    body: String,
    media: Vec<Url>,
    /// `None`: the program itself answers a word.
    run: Option<String>,
}

impl SmsCarrier for Simulator {
    fn name(&self) -> CarrierName {
        CarrierName::Simulator
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(async move {
            let sent = Sent {
                from: message.from.clone(),
                to: message.to.clone(),
                body: message.body.to_owned(),
                media: message.media.to_vec(),
                run: (message.line > 0).then(|| message.effect.run.to_string()),
            };
            self.outbox.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
            Handover::Sent(None)
        })
    }

    fn routes(self: Arc<Self>, inbox: Inbox) -> Router {
        Router::new()
            .route("/simulator/sms", post(receive).with_state(inbox))
            .route("/simulator/outbox", get(outbox).with_state(self))
    }
}

impl Outbox {
    fn push(&mut self, sent: Sent) {
        if self.kept.len() == OUTBOX {
            self.kept.pop_front();
        }
        self.kept.push_back(sent);
        self.sent += 1;
    }

    /// What was sent after the message of this number, as far as it is kept.
    fn after(&self, number: u64) -> Vec<Numbered<'_>> {
        let first = self.sent - self.kept.len() as u64 + 1;
        (first..)
            .zip(&self.kept)
            .map(|(number, sent)| Numbered { number, sent })
            .filter(|m| m.number > number)
            .collect()
    }
}

async fn outbox(State(simulator): State<Arc<Simulator>>, uri: Uri) -> Response {
    let after = uri.query().and_then(|query| query.split('&').find_map(|member| member.strip_prefix("after=")));
    let after = after.map(str::parse::<u64>).transpose();
    let outbox = simulator.outbox.lock().unwrap_or_else(PoisonError::into_inner);
    match after {
        Ok(None) => reply::json(StatusCode::OK, &outbox.kept),
        Ok(Some(number)) => reply::json(StatusCode::OK, &outbox.after(number)),
        Err(_) => reply::error(StatusCode::BAD_REQUEST, "`after` is the number of a message, as in ?after=12"),
    }
}

async fn receive(State(inbox): State<Inbox>, request: Request) -> Response {
    match read(request).await {
        Ok((id, sms)) => match inbox.receive(id, sms).await {
            Ok(Answer::Taken(receipt)) => told(receipt),
            Ok(Answer::Word(word)) => {
                let told = format!("{word} is seen to by the program itself");
                reply::json(StatusCode::OK, &json!({ "run": null, "word": word, "reason": told }))
            }
            Ok(Answer::TakesNone) => {
                reply::error(StatusCode::NOT_FOUND, "this flow has no `on sms` and no `ask`, so it takes no texts")
            }
            Err(refused) => refused.into_response(),
        },
        Err(refused) => refused,
    }
}

fn told(receipt: Receipt) -> Response {
    match receipt {
        Receipt::Started(run) => reply::json(StatusCode::ACCEPTED, &json!({ "run": run })),
        Receipt::Reply(run) => reply::json(StatusCode::ACCEPTED, &json!({ "run": run, "reply": true })),
        Receipt::Queued => {
            let told = "it waits for the message before it";
            reply::json(StatusCode::ACCEPTED, &json!({ "run": null, "reason": told }))
        }
        Receipt::Duplicate(run) => {
            reply::json(StatusCode::OK, &json!({ "run": run, "reason": "a message with this id came before" }))
        }
        Receipt::Untaken => {
            let told = "no `on sms` of this flow takes this message, and nobody was asked";
            reply::json(StatusCode::OK, &json!({ "run": null, "reason": told }))
        }
    }
}

async fn read(request: Request) -> Result<(Option<String>, InboundSms), Response> {
    let body = body::read_json(request).await?;
    parse(&body).map_err(|problems| reply::errors(StatusCode::BAD_REQUEST, problems))
}

const MEMBERS: [(&str, Kind, bool); 5] = [
    ("from", Kind::Phone, true),
    ("to", Kind::Phone, true),
    ("body", Kind::Text, true),
    ("media", Kind::List(&Kind::Url), false),
    ("id", Kind::Text, false),
];

/// A message, and its id if it has one: a carrier brings a message again under the same id.
fn parse(body: &[u8]) -> Result<(Option<String>, InboundSms), Vec<String>> {
    let mut reader = Reader::new(Members::parse(body).map_err(|problem| vec![problem])?, "a member of a message");
    let mut values = Values::default();
    for (name, kind, required) in MEMBERS {
        values.push(name, reader.take(name, kind, required, ""));
    }
    let Findings { mut problems, unknown } = reader.finish();
    problems.extend(unknown.iter().map(|name| {
        format!("{name:?} is not a member of a message, which has \"from\", \"to\", \"body\", and may have \"media\" and \"id\"")
    }));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut take = || {
        let id = values.text_opt("id")?.map(|id| format!("simulator:{id}"));
        let sms = InboundSms {
            from: values.phone("from")?,
            to: values.phone("to")?,
            body: values.text("body")?,
            media: values.urls_opt("media")?.unwrap_or_default(),
        };
        Ok((id, sms))
    };
    take().map_err(|fault: crate::flow::Fault| vec![fault.to_string()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_text_needs_no_media() {
        let (id, sms) = parse(br#"{"from":"+15550123456","to":"+15550199999","body":"weather"}"#).unwrap();
        assert_eq!(id, None);
        assert_eq!((sms.from.as_str(), sms.body.as_str(), sms.media.len()), ("+15550123456", "weather", 0));
    }

    #[test]
    fn what_is_new_is_found_by_its_number() {
        let mut outbox = Outbox::default();
        let numbers = |outbox: &Outbox, after| outbox.after(after).iter().map(|m| m.number).collect::<Vec<_>>();
        assert!(outbox.after(0).is_empty());
        for _ in 0..=OUTBOX {
            let (from, to) = (Phone::literal("+15550199999"), Phone::literal("+15550123456"));
            outbox.push(Sent { from, to, body: "hi".to_owned(), media: vec![], run: Some("r".to_owned()) });
        }
        let last = OUTBOX as u64 + 1;
        assert_eq!(numbers(&outbox, 0), (2..=last).collect::<Vec<_>>());
        assert_eq!(numbers(&outbox, last - 1), [last]);
        assert!(numbers(&outbox, last).is_empty());
        let shown = serde_json::to_value(outbox.after(last - 1)).unwrap();
        assert_eq!((&shown[0]["number"], &shown[0]["body"]), (&json!(last), &json!("hi")));
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let problems = parse(br#"{"from":"555","to":12,"boby":"x","media":["nope"]}"#).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:#?}");
        assert!(problems.iter().any(|problem| problem.contains("did you mean \"body\"?")));
        assert!(parse(b"hello").unwrap_err()[0].starts_with("the body is not JSON"));
    }
}
