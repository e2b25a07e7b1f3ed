//! Reading request bodies, bounded in size and time.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};

pub(crate) use axum::body::Bytes;

use super::reply;

/// The largest request body.
const LIMIT: usize = 256 * 1024;

/// How long a whole body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads a body, or gives the answer that refuses it.
pub(crate) async fn read(request: Request) -> Result<Bytes, Response> {
    let too_large =
        || reply::error(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {} KiB", LIMIT / 1024));
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // What announces too much is refused before it is sent.
    if announced.is_some_and(|length| length > LIMIT as u64) {
        return Err(too_large());
    }
    let whole = Limited::new(request.into_body(), LIMIT).collect();
    match tokio::time::timeout(TIMEOUT, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(reply::error(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => {
            Err(reply::error(StatusCode::REQUEST_TIMEOUT, format!("the body took longer than {} s", TIMEOUT.as_secs())))
        }
    }
}

/// Reads a body that says it is `application/json`.
pub(crate) async fn read_json(request: Request<Body>) -> Result<Bytes, Response> {
    let media_type =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let told = "the body should be JSON, with the header Content-Type: application/json";
        return Err(reply::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, told));
    }
    read(request).await
}
