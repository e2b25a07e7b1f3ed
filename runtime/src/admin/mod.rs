//! What operators and their machines ask: is it alive, is it ready, what has it done.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
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
use crate::metrics::{CONTENT_TYPE, Metrics, Moment};
use crate::server::{connection, reply};

/// The port that Prometheus' list of default ports gives to exporters of OpenTelemetry; nothing else of ours uses it.
const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Connections open at a time; more wait.
const CONNECTIONS: usize = 16;

/// How long counting runs may take: then the rest is told without.
const PATIENCE: Duration = Duration::from_secs(2);

/// Listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Admin {
    listening: Option<JoinHandle<()>>,
}

impl Drop for Admin {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

impl Admin {
    /// Listens where operators ask, until what it gives is dropped. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// A sentence, if the address that was asked for cannot be had.
    pub(crate) async fn start(
        config: AdminConfig,
        engine: &Arc<dyn Engine>,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, String> {
        let (address, asked_for) = match config {
            AdminConfig::Off => return Ok(Self { listening: None }),
            AdminConfig::At(address) => (address, true),
            AdminConfig::IfFree => (USUAL, false),
        };
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            Err(error) if asked_for => return Err(format!("--admin {address}: {error}")),
            Err(error) => {
                warn!(%address, reason = %error, "nobody is told of metrics: --admin names another address, or off");
                return Ok(Self { listening: None });
            }
        };
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        info!(%address, "metrics are told");
        let router = router(Arc::clone(engine), Arc::clone(metrics));
        Ok(Self { listening: Some(tokio::spawn(listen(listener, router))) })
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

fn router(engine: Arc<dyn Engine>, metrics: Arc<Metrics>) -> Router {
    let readiness = Arc::clone(&engine);
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || ready(readiness.unready())))
        .route("/metrics", get(async move || tell(&*engine, &metrics).await))
        .fallback(async || reply::error(StatusCode::NOT_FOUND, "here are /metrics, /readyz and /healthz"))
}

/// `/healthz` and `/readyz` as everybody may see them.
pub(crate) fn probes(engine: &Arc<dyn Engine>) -> Router {
    let engine = Arc::clone(engine);
    Router::new().route("/healthz", get(async || "ok")).route(
        "/readyz",
        // What stands behind the colon may name files.
        get(async move || ready(engine.unready().map(|why| why.split(':').next().unwrap_or_default().to_owned()))),
    )
}

fn ready(unready: Option<String>) -> Response {
    match unready {
        None => "ready".into_response(),
        Some(why) => reply::error(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}")),
    }
}

async fn tell(engine: &dyn Engine, metrics: &Metrics) -> Response {
    let counts = tokio::time::timeout(PATIENCE, engine.counts()).await.ok().flatten();
    let moment = Moment { counts, in_flight: engine.in_flight(), ready: engine.unready().is_none() };
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.render(&moment)).into_response()
}

#[cfg(test)]
mod tests;
