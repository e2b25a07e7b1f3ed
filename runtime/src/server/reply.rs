//! Answers that are the same everywhere.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::run::Busy;

/// Any value as JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `{"errors": [sentence, …]}`
pub(crate) fn errors(status: StatusCode, problems: Vec<String>) -> Response {
    json(status, &json!({ "errors": problems }))
}

/// The same with one sentence.
pub(crate) fn error(status: StatusCode, problem: impl Into<String>) -> Response {
    errors(status, vec![problem.into()])
}

impl IntoResponse for Busy {
    fn into_response(self) -> Response {
        let answer =
            error(StatusCode::SERVICE_UNAVAILABLE, "as many runs are in flight as may be; try again in a second");
        ([(header::RETRY_AFTER, "1")], answer).into_response()
    }
}
