//! The HTTP server: takes triggers in, and drains when it is told to stop.

mod assembly;
pub(crate) mod body;
pub(crate) mod connection;
pub(crate) mod identity;
pub(crate) mod reply;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tracing::{error, info, warn};

use self::assembly::Assembly;
use crate::config::Config;
use crate::flow::Program;

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
    let Assembly { router, engine, readiness, tracer, admin: _admin } = Assembly::of(program, config).await?;
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
