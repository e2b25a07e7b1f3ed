//! What an upstream answered.

pub(super) mod body;
pub(super) mod extract;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, Url, Version};

use super::request::authority;
use crate::flow::{Failure, FailureKind};

/// An answer of which only the head has been read.
pub(super) struct Reached {
    pub(super) response: Response,
    /// What was addressed; `--connect-to` may have put something in its place.
    pub(super) url: Url,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// Decoded; empty when nobody needs it.
    pub(super) body: Vec<u8>,
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
        let location = location(&response, &url);
        let body = if wants_body { body::read(response, limit, &upstream).await? } else { Vec::new() };
        Ok(Self { status, headers, body, url, version, location, upstream })
    }

    /// `None` for a 2xx status.
    pub(super) fn failure(&self) -> Option<Failure> {
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

/// Where a redirect points to, without what might be secret in it.
fn location(response: &Response, url: &Url) -> Option<String> {
    let location = response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    let mut target = url.join(location.to_str().ok()?).ok()?;
    target.set_query(None);
    target.set_fragment(None);
    // Never fails for a URL with a host, and every http URL has one.
    let _ = target.set_username("").and_then(|()| target.set_password(None));
    Some(target.into())
}
