//! The HTTP server: takes triggers in, and drains when it is told to stop.

pub(crate) mod body;
pub(crate) mod connection;
pub(crate) mod identity;
pub(crate) mod reply;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use futures_util::future::{Either, select};
use reqwest::Client;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tracing::{error, info, warn};

use crate::admin::{self, Door, Readiness};
use crate::carrier::{Joiner, Reports, SmsCarrier, WebhookDoor};
use crate::config::{CarrierConfig, Config};
use crate::engine::{Intake, Limits, Parts, Store};
use crate::flow::Program;
use crate::metrics::{CarrierName, Metrics};
use crate::opt_out::{Desk, OptOuts};
use crate::step::web_call::WebCaller;
use crate::step::{Messenger, Performer};
use crate::telemetry::Tracer;
use crate::trigger::{inbound_api, inbound_sms::Inbox};

/// Connections open at a time; more wait in the listener's queue.
const CONNECTIONS: u32 = 1_024;

/// How long requests and runs may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(25);

/// How long traces that were not sent yet may take, after that.
const FLUSH: Duration = Duration::from_secs(2);

/// How long open connections may still begin a request: closing one whose request is on its way
/// would reset it.
const LINGER: Duration = Duration::from_millis(100);

/// What was left when the server had stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Runs that had not ended in time, and do not go on with the next start.
    pub unfinished: usize,
}

/// Serves a program until `shutdown` resolves, then stops accepting and lets requests and steps in
/// flight finish, at most for 25 s. Must be called within a tokio runtime.
///
/// # Errors
///
/// Sentences, if the configuration cannot be put into effect; then nothing was served.
pub async fn serve(
    program: &'static Program,
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<Drained, Vec<String>> {
    for warning in config.warnings {
        warn!("{warning}");
    }
    let secrets = Arc::new(config.secrets);
    let metrics = Arc::new(Metrics::new(program, config.engine.engine.name().as_str()));
    let limits = Limits { runs: config.max_runs, steps: config.max_steps };
    let client = config.outbound.network.client().map_err(|error| vec![format!("TLS could not be set up: {error}")])?;
    let (unsigned, answers_opt_outs) = (config.carrier.account.unsigned, config.carrier.kind.answers_opt_outs);
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
    // A carrier that answers the words by itself would answer them twice.
    let desk = config.opt_outs.map(|texts| {
        let texts = (!answers_opt_outs).then_some(texts);
        Desk::new(opt_outs, Arc::clone(&notes), Arc::clone(&messenger), texts)
    });
    let performer = Performer::new(Arc::clone(&secrets), messenger, web, unknown_outcome, Arc::clone(&metrics));
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
    let _admin = door.open(&readiness, &metrics);
    let intake = Intake { engine: Arc::clone(&engine), metrics };
    let inbox = Inbox::of(program, &secrets, &intake, desk).map_err(|fault| vec![fault.to_string()])?;
    let metrics = Arc::clone(&intake.metrics);
    let joiner = Joiner { notes: Arc::clone(&notes), carrier: carrier.name() };
    let reports = Reports { notes, engine: Arc::clone(&engine), metrics: Arc::clone(&metrics) };
    let webhook =
        WebhookDoor { carrier: Arc::clone(&carrier), inbox: inbox.clone(), joiner, reports, unsigned, metrics };
    let router = router(&readiness)
        .merge(inbound_api::routes(program, &secrets, &intake, config.api_rate))
        .merge(Arc::clone(&carrier).routes(inbox))
        .merge(webhook.routes());
    let (stop, stopped) = watch::channel(false);
    let connections = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let open = |stream, slot| {
        tokio::spawn(connection::serve(stream, router.clone(), stopped.clone(), slot));
    };
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            // The semaphore is never closed.
            let slot = Arc::clone(&connections).acquire_owned().await.ok();
            (listener.accept().await, slot)
        };
        match select(shutdown.as_mut(), pin!(next)).await {
            Either::Left(_) => break,
            Either::Right(((Ok((stream, _)), slot), _)) => open(stream, slot),
            Either::Right(((Err(error), _), _)) => {
                warn!(blame = "us", retry = true, %error, "a connection could not be accepted");
                // Out of file descriptors: some are freed as connections end.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    readiness.stop();
    // Whoever has connected already is served; closing the listener would reset them.
    for stream in connected(listener) {
        open(stream, Arc::clone(&connections).try_acquire_owned().ok());
    }
    info!(runs = engine.in_flight(), "stopping");
    tokio::time::sleep(LINGER).await;
    stop.send_replace(true);
    let started = Instant::now();
    // Requests that were under way are still taken in; their runs go on after the next start, if the engine can.
    let _ = tokio::time::timeout(GRACE, connections.acquire_many(CONNECTIONS)).await;
    let unfinished = engine.drain(GRACE.saturating_sub(started.elapsed())).await;
    if unfinished > 0 {
        error!(unfinished, blame = "upstream", "stopped before all runs had ended; this engine does not keep them");
    }
    tracer.flush(FLUSH).await;
    Ok(Drained { unfinished })
}

/// Those who have connected, and were not accepted yet. The system itself is asked, since tokio may not have heard of all
/// of them. Whoever comes later is refused.
fn connected(listener: TcpListener) -> Vec<TcpStream> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let waiting: Vec<_> = std::iter::from_fn(|| listener.accept().ok()).take(CONNECTIONS as usize).collect();
    drop(listener);
    let stream = |(stream, _): (std::net::TcpStream, _)| {
        stream.set_nonblocking(true).ok()?;
        TcpStream::from_std(stream).ok()
    };
    waiting.into_iter().filter_map(stream).collect()
}

fn carrier(client: &Client, config: CarrierConfig) -> Result<Arc<dyn SmsCarrier>, String> {
    let CarrierConfig { kind, account } = config;
    if kind.name == CarrierName::Simulator {
        warn!("the carrier is the simulator: NOTHING REACHES A REAL PHONE; see /simulator/outbox");
    }
    if account.unsigned {
        warn!("--unsigned: ANYBODY WHO REACHES {} CAN SEND MESSAGES IN THE NAME OF OTHERS", kind.name.path());
    }
    (kind.make)(client, account)
}

fn router(readiness: &Arc<Readiness>) -> Router {
    Router::new()
        .merge(admin::probes(readiness))
        .fallback(async || reply::error(StatusCode::NOT_FOUND, "there is nothing at this path"))
        .method_not_allowed_fallback(async || {
            reply::error(StatusCode::METHOD_NOT_ALLOWED, "this path takes another method")
        })
}
