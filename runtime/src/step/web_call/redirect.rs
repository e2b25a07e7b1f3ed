//! Where an answer points to.

use reqwest::Response;

use super::request::Outbound;
use crate::flow::Failure;

/// The request that follows an answer; `None`: the answer is the last.
pub(super) fn next(_sent: &Outbound, _answer: &Response, _hops: u32) -> Result<Option<Outbound>, Failure> {
    Ok(None)
}
