//! The simulator: a carrier without phones, for tests and for trying a flow out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::json;

use super::{Outgoing, Sending, SmsCarrier};
use crate::flow::InboundSms;
use crate::server::{body, reply};
use crate::trigger::inbound_sms::{Inbox, Received};
use crate::trigger::members::Members;
use crate::trigger::reader::{Findings, Reader};
use crate::value::{Kind, Phone, Url, Values};

/// Messages kept for `GET /simulator/outbox`; older ones are forgotten.
const OUTBOX: usize = 1_000;

/// Keeps what was sent in memory.
#[derive(Default)]
pub(crate) struct Simulator {
    outbox: Mutex<VecDeque<Sent>>,
}

#[derive(Clone, Serialize)]
struct Sent {
    from: Phone,
    to: Phone,
    body: String,
    media: Vec<Url>,
    run: String,
}

impl SmsCarrier for Simulator {
    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(async move {
            let sent = Sent {
                from: message.from.clone(),
                to: message.to.clone(),
                body: message.body.to_owned(),
                media: message.media.to_vec(),
                run: message.run.to_string(),
            };
            let mut outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
            if outbox.len() == OUTBOX {
                outbox.pop_front();
            }
            outbox.push_back(sent);
            Ok(())
        })
    }

    fn routes(self: Arc<Self>, inbox: Option<Inbox>) -> Router {
        Router::new()
            .route("/simulator/sms", post(receive).with_state(inbox))
            .route("/simulator/outbox", get(outbox).with_state(self))
    }
}

async fn outbox(State(simulator): State<Arc<Simulator>>) -> Response {
    let outbox = simulator.outbox.lock().unwrap_or_else(PoisonError::into_inner);
    reply::json(StatusCode::OK, &*outbox)
}

async fn receive(State(inbox): State<Option<Inbox>>, request: Request) -> Response {
    let Some(inbox) = inbox else {
        return reply::error(StatusCode::NOT_FOUND, "this flow has no `on sms`, so no text can start it");
    };
    match read(request).await {
        Ok(sms) => match inbox.receive(sms) {
            Ok(Received::Run(run)) => reply::json(StatusCode::ACCEPTED, &json!({ "run": run.to_string() })),
            Ok(Received::Untaken) => {
                let told = "no `on sms` of this flow takes this message";
                reply::json(StatusCode::OK, &json!({ "run": null, "reason": told }))
            }
            Err(busy) => busy.into_response(),
        },
        Err(refused) => refused,
    }
}

async fn read(request: Request) -> Result<InboundSms, Response> {
    let body = body::read_json(request).await?;
    parse(&body).map_err(|problems| reply::errors(StatusCode::BAD_REQUEST, problems))
}

const MEMBERS: [(&str, Kind, bool); 4] = [
    ("from", Kind::Phone, true),
    ("to", Kind::Phone, true),
    ("body", Kind::Text, true),
    ("media", Kind::List(&Kind::Url), false),
];

fn parse(body: &[u8]) -> Result<InboundSms, Vec<String>> {
    let mut reader = Reader::new(Members::parse(body).map_err(|problem| vec![problem])?, "a member of a message");
    let mut values = Values::default();
    for (name, kind, required) in MEMBERS {
        values.push(name, reader.take(name, kind, required, ""));
    }
    let Findings { mut problems, unknown } = reader.finish();
    problems.extend(unknown.iter().map(|name| {
        format!("{name:?} is not a member of a message, which has \"from\", \"to\", \"body\" and, if it is an MMS, \"media\"")
    }));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut take = || {
        Ok(InboundSms {
            from: values.phone("from")?,
            to: values.phone("to")?,
            body: values.text("body")?,
            media: values.urls_opt("media")?.unwrap_or_default(),
        })
    };
    take().map_err(|fault: crate::flow::Fault| vec![fault.to_string()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_text_needs_no_media() {
        let sms = parse(br#"{"from":"+15550123456","to":"+15550199999","body":"weather"}"#).unwrap();
        assert_eq!((sms.from.as_str(), sms.body.as_str(), sms.media.len()), ("+15550123456", "weather", 0));
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let problems = parse(br#"{"from":"555","to":12,"boby":"x","media":["nope"]}"#).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:#?}");
        assert!(problems.iter().any(|problem| problem.contains("did you mean \"body\"?")));
        assert!(parse(b"hello").unwrap_err()[0].starts_with("the body is not JSON"));
    }
}
