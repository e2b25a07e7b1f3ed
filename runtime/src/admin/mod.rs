//! What operators and their machines ask: is it alive, is it ready, what has it done.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::config::AdminConfig;
use crate::engine::Engine;
use crate::flow::Program;
use crate::metrics::{CONTENT_TYPE, Metrics, Moment};
use crate::server::{connection, identity, reply};

/// The port that Prometheus' list of default ports gives to exporters of OpenTelemetry; nothing else of ours uses it.
const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Connections open at a time; more wait.
const CONNECTIONS: usize = 16;

/// How long counting runs may take: then the rest is told without.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether what comes in can be taken.
pub(crate) struct Readiness {
    program: &'static Program,
    engine: Arc<dyn Engine>,
    stopping: AtomicBool,
}

impl Readiness {
    pub(crate) fn of(program: &'static Program, engine: &Arc<dyn Engine>) -> Arc<Self> {
        Arc::new(Self { program, engine: Arc::clone(engine), stopping: AtomicBool::new(false) })
    }

    /// From now on whoever asks is told to go elsewhere, while requests under way are still served.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn unready(&self) -> Option<String> {
        if self.stopping.load(Ordering::Relaxed) { Some("it is stopping".to_owned()) } else { self.engine.unready() }
    }

    /// The answer to `/readyz`, which says which flow it is of, too.
    fn tell(&self, unready: Option<String>) -> Response {
        let answer = match unready {
            None => "ready".into_response(),
            Some(why) => reply::error(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}")),
        };
        identity::signed(self.program, answer)
    }
}

/// The address where operators ask, before anybody is answered.
#[derive(Debug)]
pub(crate) struct Door(Option<TcpListener>);

impl Door {
    /// # Errors
    /// A sentence, if the address that was asked for cannot be had.
    pub(crate) async fn bind(config: AdminConfig) -> Result<Self, String> {
        let (address, asked_for) = match config {
            AdminConfig::Off => return Ok(Self(None)),
            AdminConfig::At(address) => (address, true),
            AdminConfig::IfFree => (USUAL, false),
        };
        match TcpListener::bind(address).await {
            Ok(listener) => Ok(Self(Some(listener))),
            Err(error) if asked_for => Err(format!("--admin {address}: {error}")),
            Err(error) => {
                warn!(%address, reason = %error, "nobody is told of metrics: --admin names another address, or off");
                Ok(Self(None))
            }
        }
    }

    /// Answers until what it gives is dropped. Must be called within a tokio runtime.
    pub(crate) fn open(self, readiness: &Arc<Readiness>, metrics: &Arc<Metrics>) -> Admin {
        Admin(self.0.map(|listener| {
            if let Ok(address) = listener.local_addr() {
                info!(%address, "metrics are told");
            }
            tokio::spawn(listen(listener, router(Arc::clone(readiness), Arc::clone(metrics))))
        }))
    }
}

/// Answers operators until it is dropped.
#[derive(Debug)]
pub(crate) struct Admin(Option<JoinHandle<()>>);

impl Drop for Admin {
    fn drop(&mut self) {
        if let Some(listening) = &self.0 {
            listening.abort();
        }
    }
}

async fn listen(listener: TcpListener, router: Router) {
    // It is told what goes on until the process ends, so its connections need not be told of that.
    let (_running, stopped) = watch::channel(false);
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let slot = Arc::clone(&connections).acquire_owned().await.ok();
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection::serve(stream, router.clone(), stopped.clone(), slot));
            }
            // Out of file descriptors: some are freed as connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

fn router(readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Router {
    let asked = Arc::clone(&readiness);
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || asked.tell(asked.unready())))
        .route("/metrics", get(async move || tell(&readiness, &metrics).await))
        .fallback(async || reply::error(StatusCode::NOT_FOUND, "here are /metrics, /readyz and /healthz"))
}

/// `/healthz` and `/readyz` as everybody may see them.
pub(crate) fn probes(readiness: &Arc<Readiness>) -> Router {
    let asked = Arc::clone(readiness);
    Router::new().route("/healthz", get(async || "ok")).route(
        "/readyz",
        // What stands behind the colon may name files.
        get(async move || asked.tell(asked.unready().map(|why| why.split(':').next().unwrap_or_default().to_owned()))),
    )
}

async fn tell(readiness: &Readiness, metrics: &Metrics) -> Response {
    let engine = &readiness.engine;
    let counts = tokio::time::timeout(PATIENCE, engine.counts()).await.ok().flatten();
    let moment = Moment { counts, in_flight: engine.in_flight(), ready: readiness.unready().is_none() };
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.render(&moment)).into_response()
}

#[cfg(test)]
mod tests;
