//! SMS carriers: how messages leave and how they come in.

pub(crate) mod simulator;
pub(crate) mod twilio;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;

use crate::clock::Time;
use crate::flow::Failure;
use crate::metrics::CarrierName;
use crate::run_id::RunId;
use crate::trigger::inbound_sms::Inbox;
use crate::value::{Phone, Url};

/// A message on its way out.
#[derive(Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    /// The run that sends it.
    pub(crate) run: RunId,
    pub(crate) from: &'a Phone,
    pub(crate) to: &'a Phone,
    pub(crate) body: &'a str,
    pub(crate) media: &'a [Url],
}

/// A message that is being handed over; a failure's kind is always `carrier`.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// Whether a message was handed over before; `None`: the carrier cannot tell.
pub(crate) type Finding<'a> = Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>>;

/// One way to send and receive messages.
pub(crate) trait SmsCarrier: Send + Sync {
    /// What it is counted as.
    fn name(&self) -> CarrierName;

    /// Hands a message over. `Ok` says that the carrier took it, not that it was delivered.
    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a>;

    /// Looks for a message that this program may have handed over since then, before its process ended.
    fn find<'a>(&'a self, _message: Outgoing<'a>, _since: Time) -> Finding<'a> {
        Box::pin(std::future::ready(None))
    }

    /// The carrier's own routes, where it brings messages to. `inbox` is `None` for a flow without
    /// an `on sms`.
    fn routes(self: Arc<Self>, inbox: Option<Inbox>) -> Router;
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
    use crate::config::TwilioConfig;
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
        let service = TowerToHyperService::new(carrier.routes(Inbox::of(&PROGRAM, &secrets, &intake).unwrap()));
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
        let config = TwilioConfig {
            url: Url::literal("http://127.0.0.1:9"),
            account: "AC1".to_owned(),
            token: "token".to_owned(),
            public_url: Some(Url::literal("https://flows.example")),
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

            let carrier = twilio::Twilio::new(Network::default().client().unwrap(), &config).unwrap();
            let (started, answers) = delivered(Arc::new(carrier), twilio).await;
            assert_eq!(started, expected);
            let empty = (StatusCode::OK, "<Response></Response>".to_owned());
            assert!(answers.iter().all(|answer| *answer == empty), "{answers:?}");
        });
    }
}
