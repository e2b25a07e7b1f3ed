//! SMS carriers: how messages leave and how they come in.

mod alphabet;
pub(crate) mod api;
mod catalog;
mod handover;
mod intelepeer;
mod kannel;
mod number;
pub(crate) mod numbers;
mod parts;
mod plivo;
pub(crate) mod report;
mod simulator;
mod telnyx;
mod twilio;
mod url_token;
mod vonage;
mod webhook;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;

pub(crate) use self::catalog::{Account, CARRIERS, CarrierKind, Key, Need, USUAL_WORDS};
pub(crate) use self::handover::{Handover, NotSent, Obstacle};
pub(crate) use self::parts::{Joiner, Part};
pub(crate) use self::report::{Report, Reports};
pub(crate) use self::webhook::{Brought, Parameters, WebhookDoor, WebhookRequest, value};
use crate::clock::Time;
pub(crate) use crate::metrics::{CarrierName, Stage};
use crate::step::EffectId;
use crate::trigger::inbound_sms::Inbox;
use crate::value::{Phone, Url};

/// A message on its way out.
#[derive(Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    /// Which message it is: the same if it is handed over once more.
    pub(crate) effect: EffectId,
    /// Of the step that sends it, in the flow; 0 if none does.
    pub(crate) line: u32,
    pub(crate) from: &'a Phone,
    pub(crate) to: &'a Phone,
    pub(crate) body: &'a str,
    pub(crate) media: &'a [Url],
}

/// A message that is being handed over.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Handover> + Send + 'a>>;

/// Whether a message was handed over before; `None`: the carrier cannot tell.
pub(crate) type Finding<'a> = Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>>;

/// One way to send and receive messages. What a carrier does is here, what is done with it elsewhere: no carrier knows of
/// runs, of retries or of opt-outs.
pub(crate) trait SmsCarrier: Send + Sync {
    /// What it is counted as.
    fn name(&self) -> CarrierName;

    /// Hands a message over, once.
    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a>;

    /// Looks for a message that this program may have handed over since then.
    fn find<'a>(&'a self, _message: Outgoing<'a>, _since: Time) -> Finding<'a> {
        Box::pin(std::future::ready(None))
    }

    /// Where it brings messages and reports to; `None` if it does not, or not to this program.
    fn webhook(&self) -> Option<&dyn Webhook> {
        None
    }

    /// Routes of its own, beside the webhook.
    fn routes(self: Arc<Self>, _inbox: Inbox) -> Router {
        Router::new()
    }
}

/// What a carrier's webhook is called with, and what is to be answered.
pub(crate) trait Webhook: Send + Sync {
    /// Whether a request is the carrier's own: by its signature, in constant time, and by its time where it has one. Or a
    /// sentence that says what it lacks.
    fn verify(&self, request: &WebhookRequest, now: Time) -> Result<(), String>;

    /// What a request brings; or a sentence that says what cannot be understood. Parameters that are not known are passed
    /// over.
    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String>;

    /// What the carrier wants to hear once all of a request has been taken.
    fn acknowledgement(&self) -> Response;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use std::sync::{Mutex, PoisonError};

    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use http_body_util::BodyExt;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use ring::hmac;
    use url::form_urlencoded::Serializer;

    use crate::client::Network;
    use crate::engine::{Limits, in_memory};
    use crate::flow::{Action, End, Fault, InboundSms, Program, Secrets, SmsTrigger, Step, Trigger};

    static STARTED: Mutex<Vec<(&str, String)>> = Mutex::new(Vec::new());

    fn started(trigger: &'static str, sms: InboundSms) -> Result<Step, Fault> {
        STARTED.lock().unwrap_or_else(PoisonError::into_inner).push((trigger, sms.body));
        Ok(Step { state: String::new(), action: Action::End(End::Completed) })
    }

    const HOTEL: &str = "+13055550100";

    static PROGRAM: Program = Program {
        triggers: &[
            Trigger::Sms(SmsTrigger {
                line: 1,
                to: None,
                matching: Some("stop|halt"),
                start: |sms, _| started("stop", sms),
            }),
            Trigger::Sms(SmsTrigger {
                line: 2,
                to: Some(HOTEL),
                matching: None,
                start: |sms, _| started("hotel", sms),
            }),
            Trigger::Sms(SmsTrigger {
                line: 3,
                to: Some(HOTEL),
                matching: Some("help"),
                start: |sms, _| started("help", sms),
            }),
        ],
        ..Program::TEST
    };

    /// Which triggers are started, each with its message, and the answers that the carrier gets.
    async fn delivered(
        carrier: Arc<dyn SmsCarrier>,
        request: impl Fn(&str, &str) -> Request,
    ) -> (Vec<(&'static str, String)>, Vec<(StatusCode, String)>) {
        let intake = in_memory(&PROGRAM, Arc::clone(&carrier), Limits { runs: 4, steps: 10 });
        let secrets = Arc::new(Secrets::new(vec![]));
        let inbox = Inbox::of(&PROGRAM, &secrets, &intake, None).unwrap();
        let metrics = Arc::clone(&intake.metrics);
        let notes = Arc::new(crate::engine::journal::memory::MemoryJournal::default());
        let joiner = Joiner { notes: Arc::clone(&notes) as _, carrier: carrier.name() };
        let reports = Reports { notes, engine: Arc::clone(&intake.engine), metrics: Arc::clone(&metrics) };
        let mut routes = Arc::clone(&carrier).routes(inbox.clone());
        routes = routes.merge(WebhookDoor { carrier, inbox, joiner, reports, unsigned: false, metrics }.routes());
        let service = TowerToHyperService::new(routes);
        let mut answers = Vec::new();
        for (to, body) in [(HOTEL, " STOP "), (HOTEL, "help"), ("+13055550101", "help"), ("+13055550101", "Halt")] {
            let answer = service.call(request(to, body)).await.unwrap();
            let status = answer.status();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            answers.push((status, String::from_utf8(body.to_vec()).unwrap()));
        }
        (std::mem::take(&mut *STARTED.lock().unwrap()), answers)
    }

    #[test]
    fn the_first_trigger_that_takes_a_message_gets_it() {
        let simulator = |to: &str, body: &str| {
            let json = serde_json::json!({ "from": "+13055550123", "to": to, "body": body });
            let request = Request::post("/simulator/sms").header("content-type", "application/json");
            request.body(Body::from(json.to_string())).unwrap()
        };
        let account = Account {
            keys: vec![("TWILIO_ACCOUNT_SID", "AC1".to_owned()), ("TWILIO_AUTH_TOKEN", "token".to_owned())],
            url: Some(Url::literal("http://127.0.0.1:9")),
            public_url: Some(Url::literal("https://flows.example")),
            unsigned: false,
        };
        let twilio = |to: &str, body: &str| {
            let pairs = [("Body", body), ("From", "+13055550123"), ("To", to)];
            let signed = pairs
                .iter()
                .fold("https://flows.example/carrier/twilio".to_owned(), |text, (name, value)| text + name + value);
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"token");
            let form = Serializer::new(String::new()).extend_pairs(pairs).finish();
            let request = Request::post("/carrier/twilio")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("X-Twilio-Signature", BASE64_STANDARD.encode(hmac::sign(&key, signed.as_bytes())));
            request.body(Body::from(form)).unwrap()
        };
        let expected =
            [("stop", " STOP "), ("hotel", "help"), ("stop", "Halt")].map(|(name, body)| (name, body.to_owned()));
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let (started, answers) = delivered(Arc::new(simulator::Simulator::default()), simulator).await;
            assert_eq!(started, expected);
            let statuses: Vec<u16> = answers.iter().map(|(status, _)| status.as_u16()).collect();
            assert_eq!(statuses, [202, 202, 200, 202]);
            let untaken: serde_json::Value = serde_json::from_str(&answers.get(2).unwrap().1).unwrap();
            assert_eq!(
                untaken,
                serde_json::json!({ "run": null, "reason": "no `on sms` of this flow takes this message, and nobody was asked" })
            );

            let carrier = (twilio::KIND.make)(&Network::default().client().unwrap(), account).unwrap();
            let (started, answers) = delivered(carrier, twilio).await;
            assert_eq!(started, expected);
            let empty = (StatusCode::OK, "<Response></Response>".to_owned());
            assert!(answers.iter().all(|answer| *answer == empty), "{answers:?}");
        });
    }
}
