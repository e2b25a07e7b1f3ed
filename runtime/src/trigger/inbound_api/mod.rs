//! `on api`: the Inbound API, in the wire format of IntelePeer's "Trigger a Flow".

mod inputs;
mod token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
use tokio::time::Instant;
use tracing::{info, warn};

use self::inputs::Accepted;
use self::token::Token;
use super::inbound_sms::not_started;
use super::members::Members;
use crate::engine::journal::{Arrival, Fresh, Key};
use crate::engine::{Intake, Parties, Receipt, Refusal};
use crate::flow::{ApiTrigger, InboundApi, Program, Secrets, Trigger};
use crate::metrics::{Received, TriggerKind};
use crate::rate::Rate;
use crate::run_id::RunId;
use crate::server::{body, identity, reply};
use crate::value::Json;

/// The header that names the run in a 202.
const RUN_HEADER: &str = "X-Flow-Run";

/// The header by which a caller names a request, so that it may be sent again: draft-ietf-httpapi-idempotency-key-header.
const IDEMPOTENCY_HEADER: &str = "Idempotency-Key";

/// The longest name that a caller may give.
const LONGEST_KEY: usize = 255;

struct Api {
    intake: Intake,
    secrets: Arc<Secrets>,
    entries: Vec<Entry>,
}

struct Entry {
    trigger: &'static ApiTrigger,
    token: Option<Token>,
    /// How often it may be triggered; `None`: as often as it is.
    rate: Option<Mutex<Rate>>,
}

impl Entry {
    /// # Errors
    ///
    /// How long until it may be triggered again.
    fn take(&self) -> Result<(), Duration> {
        let Some(rate) = &self.rate else { return Ok(()) };
        rate.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now())
    }
}

/// The routes of all api triggers; the trigger is told by `flowId` in the body. Each takes `rate` requests a second.
pub(crate) fn routes(program: &'static Program, secrets: &Arc<Secrets>, intake: &Intake, rate: Option<u32>) -> Router {
    let entries: Vec<Entry> = program
        .triggers
        .iter()
        .filter_map(|trigger| match trigger {
            Trigger::Api(trigger) => {
                let token = trigger.token.map(|secret| Token::new(secrets.get(secret)));
                Some(Entry { trigger, token, rate: rate.map(|rate| Mutex::new(Rate::new(rate))) })
            }
            Trigger::Sms(_) | Trigger::Schedule(_) => None,
        })
        .collect();
    if entries.is_empty() {
        return Router::new();
    }
    let api = Arc::new(Api { intake: intake.clone(), secrets: Arc::clone(secrets), entries });
    Router::new()
        .route("/openapi.json", get(async move || document(program)))
        .route("/_rest/v4/sfgen/apitriggers", post(receive))
        .route("/v2/api/apitriggers", post(receive))
        .with_state(api)
}

/// What requests may look like, as flowc has described it; for everybody, so it names inputs but no token.
fn document(program: &'static Program) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    identity::signed(program, (headers, program.openapi.unwrap_or_default()).into_response())
}

async fn receive(State(api): State<Arc<Api>>, request: Request) -> Response {
    api.receive(request).await.unwrap_or_else(|refused| refused)
}

impl Api {
    async fn receive(&self, request: Request) -> Result<Response, Response> {
        let headers = request.headers().clone();
        let bad = |problems| reply::errors(StatusCode::BAD_REQUEST, problems);
        let body = body::read_json(request).await?;
        let mut members = Members::parse(&body).map_err(|problem| bad(vec![problem]))?;
        let entry = self.entry(&mut members).map_err(|(status, told)| reply::error(status, told))?;
        // Before the inputs are looked at: whoever has no token is told no more than that.
        if let Some(token) = &entry.token
            && !token.admits(&headers)
        {
            warn!(line = entry.trigger.line, status = 401, "request refused: its token is missing or wrong");
            let refused =
                reply::error(StatusCode::UNAUTHORIZED, "a valid token is needed: Authorization: Bearer <token>");
            return Err(([(header::WWW_AUTHENTICATE, "Bearer")], refused).into_response());
        }
        // After the token, so that nobody without one can use the limit up, and before the work that it is to limit.
        entry.take().map_err(|wait| self.too_many(entry.trigger, wait))?;
        let Accepted { api, ignored } = inputs::read(entry.trigger, members).map_err(bad)?;
        let key = key(&headers, entry.trigger.name, &body).map_err(|told| bad(vec![told]))?;
        let line = entry.trigger.line;
        let begun = begin(entry.trigger, api, key, &self.intake, &self.secrets).await;
        let run = begun.map_err(IntoResponse::into_response)?;
        if !ignored.is_empty() {
            info!(%run, line, ignored = ignored.join(", "), "members that the flow does not expect");
        }
        Ok(([(RUN_HEADER, run.to_string())], reply::json(StatusCode::ACCEPTED, &true)).into_response())
    }

    /// The answer to a request that comes this long before its turn.
    fn too_many(&self, trigger: &ApiTrigger, wait: Duration) -> Response {
        self.intake.metrics.accepted(TriggerKind::Api, Received::Refused, Duration::ZERO);
        warn!(line = trigger.line, status = 429, "request refused: more come than --api-rate lets through");
        // In whole seconds (RFC 9110, section 10.2.3).
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let refused = reply::error(StatusCode::TOO_MANY_REQUESTS, "too many requests a second; try again in a second");
        ([(header::RETRY_AFTER, seconds.to_string())], refused).into_response()
    }

    fn entry(&self, members: &mut Members) -> Result<&Entry, (StatusCode, &'static str)> {
        match members.take("flowId") {
            Some(Json::String(name)) => self
                .entries
                .iter()
                .find(|entry| entry.trigger.name == name)
                .ok_or((StatusCode::NOT_FOUND, "there is no flow with this flowId")),
            Some(_) => Err((StatusCode::BAD_REQUEST, "\"flowId\" should be a text: the name of the flow's `on api`")),
            None => Err((StatusCode::BAD_REQUEST, "\"flowId\" is missing: the name of the flow's `on api`")),
        }
    }
}

/// Starts a run with what a request says, or finds the one that the same request has started before.
async fn begin(
    trigger: &ApiTrigger,
    api: InboundApi,
    key: Option<Key>,
    intake: &Intake,
    secrets: &Secrets,
) -> Result<RunId, Refusal> {
    let (id, line) = (RunId::new(), trigger.line);
    let parties = Parties { person: api.ani.clone(), own: api.dnis.clone() };
    let step = (trigger.start)(api, secrets).map_err(|fault| not_started(line, fault))?;
    let start = Fresh { id, line, parties, state: step.state.clone() };
    let arrival = Arrival::Trigger { key, start, tick: None };
    Ok(match intake.accept(TriggerKind::Api, arrival, Some(step)).await? {
        Receipt::Started(run) => run,
        Receipt::Duplicate(run) => run.unwrap_or(id),
        Receipt::Reply(_) | Receipt::Queued | Receipt::Untaken => id,
    })
}

/// Does with the body of a request, less its `flowId`, what is done with one that has come past the token.
///
/// # Errors
///
/// The sentences that its caller would be told.
pub(crate) async fn receive_admitted(
    trigger: &ApiTrigger,
    body: &[u8],
    intake: &Intake,
    secrets: &Secrets,
) -> Result<(), Vec<String>> {
    let members = Members::parse(body).map_err(|problem| vec![problem])?;
    let Accepted { api, .. } = inputs::read(trigger, members)?;
    begin(trigger, api, None, intake, secrets).await.map(drop).map_err(|refusal| vec![refusal.to_string()])
}

/// What makes a request the same as another one, if its caller has named it.
fn key(headers: &HeaderMap, flow: &str, body: &[u8]) -> Result<Option<Key>, String> {
    let mut all = headers.get_all(IDEMPOTENCY_HEADER).iter();
    let Some(given) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(format!("{IDEMPOTENCY_HEADER} is given more than once: a request has one name"));
    }
    let given = given.to_str().unwrap_or_default().trim();
    if given.is_empty() || given.len() > LONGEST_KEY {
        return Err(format!("{IDEMPOTENCY_HEADER} should be 1 to {LONGEST_KEY} printable ASCII characters"));
    }
    let digest = digest::digest(&digest::SHA256, body);
    Ok(Some(Key { name: format!("api:{flow}:{given}"), digest: BASE64_STANDARD.encode(digest) }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn keyed(values: &[&str]) -> Result<Option<String>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_HEADER, value.parse().unwrap());
        }
        key(&headers, "flow", b"{}").map(|key| key.map(|key| key.name))
    }

    #[test]
    fn a_request_has_one_name() {
        assert_eq!(keyed(&[]), Ok(None));
        assert_eq!(keyed(&[" order 1 "]), Ok(Some("api:flow:order 1".to_owned())));
        let twice = Err("Idempotency-Key is given more than once: a request has one name".to_owned());
        assert_eq!(keyed(&["order 1", "order 2"]), twice);
        assert_eq!(keyed(&["order 1", "order 1"]), twice);
        for wrong in [" ".to_owned(), "x".repeat(256)] {
            assert!(keyed(&[&wrong]).unwrap_err().ends_with("1 to 255 printable ASCII characters"), "{wrong}");
        }
    }
}
