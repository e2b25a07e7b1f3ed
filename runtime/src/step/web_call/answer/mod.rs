//! What an upstream answered.

pub(super) mod body;
mod charset;
pub(super) mod coding;
mod document;
pub(super) mod extract;

use flow_query::Document;
use reqwest::header::HeaderMap;
use reqwest::{Response, Url, Version};

use self::coding::Undecoded;
use self::document::Format;
use super::redirect;
use super::request::authority;
use crate::flow::{Failure, FailureKind};
use crate::value::Json;

/// An answer of which only the head has been read.
pub(super) struct Reached {
    pub(super) response: Response,
    /// What was addressed; `--connect-to` may have put something in its place.
    pub(super) url: Url,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(in crate::step) struct Answer {
    pub(in crate::step) status: u16,
    pub(in crate::step) headers: HeaderMap,
    /// Decoded; empty when nobody needs it.
    pub(in crate::step) body: Vec<u8>,
    /// What was addressed last, behind all redirects.
    pub(super) url: Url,
    /// The version of HTTP that it came in.
    pub(super) version: Version,
    /// Where it points to, if its status says that it does.
    location: Option<String>,
    /// Host, and port where it is not the scheme's own, for messages.
    upstream: String,
}

impl Answer {
    /// Reads an answer, the body only if it is wanted and of at most `limit` bytes.
    pub(super) async fn read(reached: Reached, wants_body: bool, limit: usize) -> Result<Self, Failure> {
        let Reached { response, url } = reached;
        let upstream = authority(&url);
        let status = response.status().as_u16();
        let (version, headers) = (response.version(), response.headers().clone());
        let location = redirect::location(&response, &url);
        let body = match wants_body {
            true => {
                let failed = |failure: Failure| failure.with_status(status);
                read_decoded(response, limit, &upstream).await.map_err(failed)?
            }
            false => Vec::new(),
        };
        Ok(Self { status, headers, body, url, version, location, upstream })
    }

    /// The body as JSON, whatever its Content-Type says.
    pub(in crate::step) fn json(&self) -> Result<Json, Failure> {
        let failed = |told| Failure::new(FailureKind::Response, told).with_status(self.status);
        let text = self.text().map_err(failed)?;
        match document::parse(Format::Json, &text).map_err(failed)? {
            Document::Json(json) => Ok(json),
            Document::Xml(_) => Err(failed("the answer is not JSON".to_owned())),
        }
    }

    /// `None` for a 2xx status.
    pub(in crate::step) fn failure(&self) -> Option<Failure> {
        if (200..300).contains(&self.status) {
            return None;
        }
        let mut told = format!("{} answered {}", self.upstream, self.status);
        if let Some(location) = &self.location {
            told.push_str(&format!(", which points to {location}"));
        }
        Some(Failure::new(FailureKind::Status, told).with_status(self.status))
    }
}

/// Reads a body and takes its Content-Encoding off.
async fn read_decoded(response: Response, limit: usize, upstream: &str) -> Result<Vec<u8>, Failure> {
    let undecoded = |told: String| Failure::new(FailureKind::Response, told);
    let codings = coding::applied(response.headers()).map_err(undecoded)?;
    let body = body::read(response, limit, upstream).await?;
    if codings.is_empty() {
        return Ok(body);
    }
    // A small body may take milliseconds, in which no worker should stand still.
    let decoded = tokio::task::spawn_blocking(move || coding::decode(body, &codings, limit)).await;
    match decoded {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(Undecoded::TooLarge)) => Err(body::too_large(upstream, limit)),
        Ok(Err(error)) => Err(undecoded(error.to_string())),
        Err(_) => Err(undecoded("the answer could not be decompressed".to_owned())),
    }
}

/// Names the option behind the limit of calls, which a person may want to raise.
pub(super) fn with_option(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::TooLarge => {
            let message = format!("{}, which is what --max-response allows", failure.message);
            Failure { message, ..failure }
        }
        _ => failure,
    }
}
