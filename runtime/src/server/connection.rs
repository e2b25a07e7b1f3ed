//! One HTTP/1 connection.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use futures_util::future::{Either, select};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tracing::debug;

/// How long a request's head may take, the wait of an idle connection included.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest request head, and the most that is read ahead.
const BUFFER: usize = 64 * 1024;

/// Serves a connection until it closes; once `stopped` is true, only the request in flight.
pub(crate) async fn serve(
    stream: TcpStream,
    router: Router,
    mut stopped: watch::Receiver<bool>,
    _slot: Option<OwnedSemaphorePermit>,
) {
    // Answers are small and written whole, so there is nothing to be gained by Nagle's wait.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // The value that `wait_for` lends out must not be held while the connection drains.
    let stop = pin!(async { drop(stopped.wait_for(|stopped| *stopped).await) });
    let ended = match select(pin!(connection), stop).await {
        Either::Left((ended, _)) => ended,
        Either::Right((_, mut connection)) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "connection ended");
    }
}
