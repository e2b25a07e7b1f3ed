//! Answers that are the same everywhere.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::engine::Refusal;

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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let told = self.to_string();
        let seconds = match self {
            Self::Busy => "1",
            Self::Stopping | Self::Unavailable(_) => "5",
            Self::Conflict => return error(StatusCode::CONFLICT, told),
            Self::Fault(_) => return error(StatusCode::INTERNAL_SERVER_ERROR, told),
        };
        ([(header::RETRY_AFTER, seconds)], error(StatusCode::SERVICE_UNAVAILABLE, told)).into_response()
    }
}
