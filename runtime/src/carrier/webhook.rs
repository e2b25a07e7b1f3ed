//! Where a carrier brings messages and delivery reports: `/carrier/NAME`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tracing::{info, warn};
use url::form_urlencoded;

use super::{Joiner, Part, Report, Reports, SmsCarrier, Webhook};
use crate::clock::Time;
use crate::engine::Refusal;
use crate::flow::InboundSms;
use crate::metrics::{Metrics, WebhookResult};
use crate::server::{body, reply};
use crate::trigger::inbound_sms::Inbox;

/// A request of a carrier, whole.
#[derive(Debug)]
pub(crate) struct WebhookRequest {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: body::Bytes,
}

/// Names with their values, in their order; a name may come more than once.
pub(crate) type Parameters = Vec<(String, String)>;

impl WebhookRequest {
    /// Path and query, as they came.
    pub(crate) fn target(&self) -> &str {
        self.uri.path_and_query().map_or("/", |target| target.as_str())
    }

    /// The parameters of the URL.
    pub(crate) fn query(&self) -> Parameters {
        parameters(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a body that is a form.
    pub(crate) fn form(&self) -> Parameters {
        parameters(&self.body)
    }

    /// The parameters, wherever a request of this method has them.
    pub(crate) fn given(&self) -> Parameters {
        if self.method == Method::GET { self.query() } else { self.form() }
    }

    /// A header's value; one that is no ASCII counts as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn parameters(text: &[u8]) -> Parameters {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The first value under a name.
pub(crate) fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What a request brings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Brought {
    /// A message, with the carrier's id of it: one that comes again is taken once.
    Message { id: Option<String>, sms: InboundSms },
    /// A part of a message, of which the others come by themselves.
    Part(Part),
    /// What became of a message that was handed over.
    Report(Report),
    /// Something that no flow needs to know, as one's own message that the carrier has queued; what it is, for the log.
    Nothing(String),
}

/// Serves a carrier's webhook.
pub(crate) struct WebhookDoor {
    pub(crate) carrier: Arc<dyn SmsCarrier>,
    pub(crate) inbox: Inbox,
    pub(crate) joiner: Joiner,
    pub(crate) reports: Reports,
    /// Requests are taken from anybody.
    pub(crate) unsigned: bool,
    pub(crate) metrics: Arc<Metrics>,
}

impl WebhookDoor {
    /// No route for a carrier that brings nothing.
    pub(crate) fn routes(self) -> Router {
        if self.carrier.webhook().is_none() {
            return Router::new();
        }
        let path = self.carrier.name().path();
        Router::new().route(&path, get(receive).post(receive).with_state(Arc::new(self)))
    }

    async fn receive(&self, webhook: &dyn Webhook, request: Request) -> Result<Response, Response> {
        let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
        let body = if method == Method::GET { body::Bytes::new() } else { body::read(request).await? };
        let request = WebhookRequest { method, uri, headers, body };
        if !self.unsigned {
            webhook.verify(&request, Time::now()).map_err(|why| {
                self.count(WebhookResult::Forged);
                warn!(blame = "carrier", retry = false, "webhook refused: {why}");
                reply::error(StatusCode::FORBIDDEN, why)
            })?;
        }
        let brought = webhook.read(&request).map_err(|why| {
            self.count(WebhookResult::Malformed);
            warn!(blame = "carrier", retry = false, "webhook refused: {why}");
            reply::error(StatusCode::BAD_REQUEST, why)
        })?;
        for brought in brought {
            self.take(brought).await?;
        }
        Ok(webhook.acknowledgement())
    }

    async fn take(&self, brought: Brought) -> Result<(), Response> {
        match brought {
            Brought::Message { id, sms } => {
                self.count(WebhookResult::Message);
                self.receive_message(id, sms).await?;
            }
            Brought::Part(part) => {
                self.count(WebhookResult::Part);
                let whole = self.joiner.take(part).await;
                let whole = whole.map_err(|error| Refusal::Unavailable(error.to_string()).into_response())?;
                if let Some((id, sms)) = whole {
                    self.receive_message(Some(id), sms).await?;
                }
            }
            Brought::Report(report) => {
                self.count(WebhookResult::Report);
                self.reports
                    .take(self.carrier.name(), report)
                    .await
                    .map_err(|error| Refusal::Unavailable(error.to_string()).into_response())?;
            }
            Brought::Nothing(what) => {
                self.count(WebhookResult::Nothing);
                info!("webhook that needs nothing to be done: {what}");
            }
        }
        Ok(())
    }

    async fn receive_message(&self, id: Option<String>, sms: InboundSms) -> Result<(), Response> {
        let id = id.map(|id| format!("{}:{id}", self.carrier.name().as_str()));
        self.inbox.receive(id, sms).await.map(|_| ()).map_err(IntoResponse::into_response)
    }

    fn count(&self, result: WebhookResult) {
        self.metrics.webhook(self.carrier.name(), result);
    }
}

async fn receive(State(door): State<Arc<WebhookDoor>>, request: Request) -> Response {
    match door.carrier.webhook() {
        Some(webhook) => door.receive(webhook, request).await.unwrap_or_else(|refused| refused),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
