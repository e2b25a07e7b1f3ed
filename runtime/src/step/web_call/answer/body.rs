//! The body of an answer.

use reqwest::Response;

use crate::flow::{Failure, FailureKind};
use crate::step::web_call::classify;

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(mut response: Response, limit: usize, upstream: &str) -> Result<Vec<u8>, Failure> {
    let status = response.status().as_u16();
    let too_large = || {
        let told = format!("the answer of {upstream} is larger than {} KiB", limit / 1024);
        Failure::new(FailureKind::TooLarge, told).with_status(status)
    };
    let announced = response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > limit {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(announced);
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error, upstream).with_status(status))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
