//! From the configuration to all that serves.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use reqwest::Client;
use tracing::warn;

use super::reply;
use crate::admin::{self, Admin, Door, Readiness};
use crate::carrier::{Joiner, Reports, SmsCarrier, WebhookDoor};
use crate::config::{CarrierConfig, Config};
use crate::engine::{Engine, Intake, Limits, Parts, Store};
use crate::flow::Program;
use crate::metrics::{CarrierName, Metrics};
use crate::opt_out::{Desk, OptOuts};
use crate::step::web_call::WebCaller;
use crate::step::{Messenger, Performer};
use crate::telemetry::Tracer;
use crate::trigger::{inbound_api, inbound_sms::Inbox};

/// What serves.
pub(super) struct Assembly {
    pub(super) router: Router,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) readiness: Arc<Readiness>,
    pub(super) tracer: Tracer,
    /// Answers operators until it is dropped.
    pub(super) admin: Admin,
}

impl Assembly {
    /// Opens and connects all parts; runs of a former process go on from here.
    ///
    /// # Errors
    ///
    /// Sentences, if the configuration cannot be put into effect.
    pub(super) async fn of(program: &'static Program, config: Config) -> Result<Self, Vec<String>> {
        for warning in config.warnings {
            warn!("{warning}");
        }
        let secrets = Arc::new(config.secrets);
        let metrics = Arc::new(Metrics::new(program, config.engine.engine.name().as_str()));
        let limits = Limits { runs: config.max_runs, steps: config.max_steps };
        let client =
            config.outbound.network.client().map_err(|error| vec![format!("TLS could not be set up: {error}")])?;
        let (unsigned, answered) = (config.carrier.account.unsigned, config.carrier.kind.answers);
        let carrier = carrier(&client, config.carrier).map_err(|problem| vec![problem])?;
        let web = WebCaller::new(&config.outbound).map_err(|problem| vec![problem])?;
        let unknown_outcome = config.engine.unknown_outcome;
        let store = Store::open(config.engine, &client).await?;
        let notes = store.notes();
        let opt_outs = match config.opt_outs {
            Some(_) => OptOuts::kept(Arc::clone(&notes)),
            None => OptOuts::left_to_the_carrier(),
        };
        let messenger = Messenger::new(
            Arc::clone(&carrier),
            Arc::clone(&notes),
            opt_outs.clone(),
            config.messages,
            Arc::clone(&metrics),
        );
        let messenger = Arc::new(messenger);
        let desk = config
            .opt_outs
            .map(|texts| Desk::new(opt_outs, Arc::clone(&notes), Arc::clone(&messenger), answered, texts));
        let performer = Performer::new(
            Arc::clone(&secrets),
            messenger,
            web,
            Arc::clone(&notes),
            unknown_outcome,
            Arc::clone(&metrics),
        );
        let tracer = Tracer::start(config.telemetry, &client, &metrics);
        let parts = Parts {
            program,
            secrets: Arc::clone(&secrets),
            performer,
            limits,
            metrics: Arc::clone(&metrics),
            tracer: tracer.clone(),
        };
        // What is wrong with an address is told before any run goes on.
        let door = Door::bind(config.admin).await.map_err(|problem| vec![problem])?;
        let engine = store.start(parts).await?;
        let readiness = Readiness::of(program, &engine);
        let admin = door.open(&readiness, &metrics);
        let intake = Intake { engine: Arc::clone(&engine), metrics };
        let inbox = Inbox::of(program, &secrets, &intake, desk).map_err(|fault| vec![fault.to_string()])?;
        let metrics = Arc::clone(&intake.metrics);
        let joiner = Joiner { notes: Arc::clone(&notes), carrier: carrier.name() };
        let reports = Reports { notes, engine: Arc::clone(&engine), metrics: Arc::clone(&metrics) };
        let webhook =
            WebhookDoor { carrier: Arc::clone(&carrier), inbox: inbox.clone(), joiner, reports, unsigned, metrics };
        let routes = admin::probes(&readiness)
            .merge(inbound_api::routes(program, &secrets, &intake, config.api_rate))
            .merge(Arc::clone(&carrier).routes(inbox))
            .merge(webhook.routes());
        let router = refusing(routes);
        Ok(Self { router, engine, readiness, tracer, admin })
    }
}

fn carrier(client: &Client, config: CarrierConfig) -> Result<Arc<dyn SmsCarrier>, String> {
    let CarrierConfig { kind, account } = config;
    if kind.name == CarrierName::Simulator {
        warn!("the carrier is the simulator: NOTHING REACHES A REAL PHONE; see /simulator/outbox");
    }
    if account.unsigned && kind.name != CarrierName::Simulator {
        warn!("--unsigned: ANYBODY WHO REACHES {} CAN SEND MESSAGES IN THE NAME OF OTHERS", kind.name.path());
    }
    (kind.make)(client, account)
}

/// Tells whoever asks for anything else. To be called with all the routes: one that comes later would answer another
/// method with nothing.
fn refusing(routes: Router) -> Router {
    routes
        .fallback(async || reply::error(StatusCode::NOT_FOUND, "there is nothing at this path"))
        .method_not_allowed_fallback(async || {
            reply::error(StatusCode::METHOD_NOT_ALLOWED, "this path takes another method")
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::extract::Request;
    use axum::http::header::ALLOW;
    use axum::routing::{get, post};
    use http_body_util::BodyExt;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    #[tokio::test]
    async fn another_path_or_method_is_told() {
        let routes = Router::new().route("/a", get("a")).merge(Router::new().route("/b", post("b").with_state(())));
        let service = TowerToHyperService::new(refusing(routes));
        for (request, status, allow, told) in [
            (Request::get("/b"), 405, Some("POST"), "{\"errors\":[\"this path takes another method\"]}"),
            (Request::put("/a"), 405, Some("GET,HEAD"), "{\"errors\":[\"this path takes another method\"]}"),
            (Request::get("/c"), 404, None, "{\"errors\":[\"there is nothing at this path\"]}"),
            (Request::post("/b"), 200, None, "b"),
        ] {
            let answer = service.call(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(answer.headers().get(ALLOW).map(|allow| allow.to_str().unwrap()), allow);
            assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), told);
        }
    }
}
