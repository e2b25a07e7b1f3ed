//! Where Restate reaches this program: HTTP/2, as its service protocol wants it.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use futures_util::future::{Either, select};
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing::{debug, warn};

use super::attempt::{Attempt, Halt};
use super::handlers::Handler;
use super::{Shared, conversation, notes, run, trigger};
use crate::failpoint::Failpoint;

/// Version 4 of the endpoint manifest: the first with a policy of retries. Restate 1.5 and later ask for it.
const MANIFEST: &str = "application/vnd.restate.endpointmanifest.v4+json";

/// Invocations on one connection at a time; Restate opens as many connections as it needs.
const STREAMS: u32 = 1_024;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Serves Restate until the program has stopped.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut stopped = shared.stopped.subscribe();
    loop {
        let stop = pin!(async { drop(stopped.wait_for(|stopped| *stopped).await) });
        match select(stop, pin!(listener.accept())).await {
            Either::Left(_) => break,
            Either::Right((Ok((stream, _)), _)) => {
                tokio::spawn(connection(stream, Arc::clone(&shared)));
            }
            Either::Right((Err(error), _)) => {
                warn!(blame = "us", retry = true, %error, "a connection of Restate's could not be accepted");
                // Out of file descriptors: some are freed as connections end.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // What is said is short, and the other side waits for it.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let answer = answer(&shared, request);
        async { Ok::<_, Infallible>(answer) }
    });
    let served = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        debug!(%error, "a connection of Restate's ended");
    }
}

fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let path = request.uri().path();
    if path.ends_with("/discover") && request.method() == Method::GET {
        return manifest(shared, request.headers());
    }
    let Some(handler) = shared.names.find(path).filter(|_| request.method() == Method::POST) else {
        return refused(StatusCode::NOT_FOUND, "this flow has no such handler");
    };
    if shared.is_stopping() {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "the program is stopping");
    }
    let (parts, input) = request.into_parts();
    let (output, written) = unbounded_channel();
    match Attempt::new(parts.headers, input, output) {
        Ok((attempt, head)) => {
            // Of its own: an effect under way is finished even if Restate goes away.
            tokio::spawn(handle(Arc::clone(shared), handler, attempt));
            let mut response = Response::builder().status(head.status_code);
            for header in &head.headers {
                response = response.header(&*header.key, &*header.value);
            }
            response
                .body(streamed(written))
                .unwrap_or_else(|error| refused(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))
        }
        Err(error) => {
            refused(StatusCode::from_u16(error.code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error.message())
        }
    }
}

async fn handle(shared: Arc<Shared>, handler: Handler, mut attempt: Attempt) {
    let begun = attempt.begin().await;
    macro_rules! end {
        ($handled:expr) => {{
            let ended = match begun {
                Ok(()) => $handled.await,
                Err(halt) => Err(halt),
            };
            if let Err(Halt::Later(reason)) = &ended {
                warn!(handler = handler.name(), key = attempt.key(), reason, retry = true, "Restate will try again");
            }
            attempt.end(ended).await;
            Failpoint::Rested.reach();
        }};
    }
    match handler {
        Handler::Trigger => end!(trigger::trigger(&mut attempt, &shared)),
        Handler::Last => end!(trigger::last(&mut attempt)),
        Handler::Came => end!(trigger::came(&mut attempt)),
        Handler::Text => end!(conversation::text(&mut attempt, &shared)),
        Handler::Rested => end!(conversation::rested(&mut attempt, &shared)),
        Handler::Unasked => end!(conversation::unasked(&mut attempt, &shared)),
        Handler::Back => end!(conversation::back(&mut attempt, &shared)),
        Handler::Start => end!(shared.slot(run::start(&mut attempt, &shared))),
        Handler::Reply => end!(shared.slot(run::reply(&mut attempt, &shared))),
        Handler::Wake => end!(shared.slot(run::wake(&mut attempt, &shared))),
        Handler::Cancel => end!(run::cancel(&mut attempt, &shared)),
        Handler::Note => end!(notes::note(&mut attempt, &shared)),
        Handler::Noted => end!(notes::noted(&mut attempt)),
        Handler::Unnote => end!(notes::unnote(&mut attempt)),
        Handler::Forget => end!(notes::forget(&mut attempt)),
    }
}

fn manifest(shared: &Shared, headers: &HeaderMap) -> Response<Body> {
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if !accepts.contains(MANIFEST) {
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "this flow needs Restate 1.5 or later");
    }
    let mut response = Response::new(whole(shared.names.manifest(shared.keep).to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(MANIFEST));
    response
}

fn refused(status: StatusCode, why: &str) -> Response<Body> {
    let mut response = Response::new(whole(why.to_owned()));
    *response.status_mut() = status;
    response
}

fn whole(text: String) -> Body {
    Full::new(Bytes::from(text)).boxed_unsync()
}

/// What the attempt writes, until it is dropped.
fn streamed(written: UnboundedReceiver<Bytes>) -> Body {
    let frames = stream::unfold(written, |mut written| async {
        written.recv().await.map(|bytes| (Ok(Frame::data(bytes)), written))
    });
    StreamBody::new(frames).boxed_unsync()
}
