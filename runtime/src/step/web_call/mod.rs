//! External Web Call.

mod address;
mod connect_to;
mod extract;
mod failure;
mod request;

use std::time::Duration;

use reqwest::header::{HeaderValue, LOCATION};
use reqwest::{Client, Response};

pub(crate) use self::connect_to::ConnectTo;
use self::extract::Wanted;
pub(crate) use self::failure::classify;
use crate::flow::{Call, Failure, FailureKind, Fault};
use crate::value::Values;

/// The largest answer that is read.
const ANSWER_LIMIT: usize = 10 * 1024 * 1024;

/// Carries web calls out, all on one client.
pub(crate) struct WebCaller {
    client: Client,
    connect_to: Vec<ConnectTo>,
}

impl WebCaller {
    pub(crate) fn new(client: Client, connect_to: Vec<ConnectTo>) -> Self {
        Self { client, connect_to }
    }

    /// Does the whole exchange within the call's timeout and takes the response variables out.
    pub(crate) async fn carry_out(
        &self,
        call: Call,
        traceparent: Option<String>,
    ) -> Result<Result<Values, Failure>, Fault> {
        let wanted = Wanted::of(call.bindings)?;
        Ok(self.exchange(call, traceparent, &wanted).await)
    }

    async fn exchange(&self, call: Call, traceparent: Option<String>, wanted: &[Wanted]) -> Result<Values, Failure> {
        let seconds = call.timeout;
        let mut prepared = request::prepare(call, &self.connect_to)?;
        if let Some(value) = traceparent.and_then(|value| HeaderValue::try_from(value).ok()) {
            // A flow that passes a trace on keeps it.
            prepared.request.headers_mut().entry("traceparent").or_insert(value);
        }
        let upstream = prepared.upstream;
        let exchange = async {
            let response = self.client.execute(prepared.request).await.map_err(|error| classify(&error, &upstream))?;
            let status = response.status();
            if !status.is_success() {
                return Err(refused(&response, &upstream));
            }
            let headers = response.headers().clone();
            let body = if wanted.iter().any(Wanted::needs_body) {
                read_body(response, ANSWER_LIMIT, &upstream).await?
            } else {
                Vec::new()
            };
            Ok(extract::Answer { status: status.as_u16(), headers, body })
        };
        let answer = tokio::time::timeout(Duration::from_secs(seconds.into()), exchange).await.map_err(|_| {
            Failure::new(FailureKind::Timeout, format!("there was no whole answer from {upstream} within {seconds} s"))
        })??;
        answer.take(wanted)
    }
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read_body(mut response: Response, limit: usize, upstream: &str) -> Result<Vec<u8>, Failure> {
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

/// The failure of an answer that is not 2xx.
fn refused(response: &Response, upstream: &str) -> Failure {
    let status = response.status();
    let mut told = format!("{upstream} answered {status}");
    if status.is_redirection()
        && let Some(target) = response.headers().get(LOCATION).and_then(|location| location.to_str().ok())
        && let Ok(mut target) = response.url().join(target)
    {
        target.set_query(None);
        target.set_fragment(None);
        // Never fails for a URL with a host, and every http URL has one.
        let _ = target.set_username("").and_then(|()| target.set_password(None));
        told.push_str(&format!(", which points to {target}; redirects are not followed: write that URL into the flow"));
    }
    Failure::new(FailureKind::Status, told).with_status(status.as_u16())
}
