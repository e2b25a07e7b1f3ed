//! A call that is tried out: what it would send, and all that comes back.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Url, Version};
use tokio::time::Instant;

use super::WebCaller;
use super::answer::extract::Wanted;
use super::exchange::Errand;
use super::oauth::Token;
use super::request::Outbound;
use crate::flow::{Auth, Call, Failure, Fault};
use crate::metrics::StepKind;
use crate::run_id::RunId;
use crate::value::Value;

/// A request as it goes over the wire.
pub(crate) struct Prepared {
    pub(crate) url: Url,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Option<Bytes>,
}

/// A header of a request.
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
    /// It is no header of the flow's own: requests have it by themselves.
    pub(crate) added: bool,
}

impl Prepared {
    /// What a call would send; without the token of `oauth`, which is not fetched for it.
    pub(crate) fn of(call: &Call) -> Result<Self, Failure> {
        let outbound = Outbound::of(call, None)?;
        let is_own = |name: &HeaderName| {
            *name == AUTHORIZATION || call.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name.as_str()))
        };
        let header = |(name, value): (&HeaderName, &HeaderValue)| Header {
            name: name.clone(),
            value: value.clone(),
            added: !is_own(name),
        };
        let mut headers: Vec<Header> = outbound.headers.iter().map(header).collect();
        if matches!(call.auth, Some(Auth::Oauth(_))) {
            headers.retain(|header| header.name != AUTHORIZATION);
            let value = HeaderValue::from_static("Bearer");
            headers.push(Header { name: AUTHORIZATION, value, added: false });
        }
        let added = added(&outbound).into_iter().filter(|(name, _)| !outbound.headers.contains_key(name));
        headers.extend(added.map(|(name, value)| Header { name, value, added: true }));
        Ok(Self { url: outbound.url, headers, body: outbound.body })
    }
}

/// What the HTTP client puts behind the headers of an [`Outbound`], unless it is there.
fn added(outbound: &Outbound) -> Vec<(HeaderName, HeaderValue)> {
    use reqwest::header::{ACCEPT, CONTENT_LENGTH, HOST, USER_AGENT};
    let mut added: Vec<_> =
        HeaderValue::try_from(outbound.upstream()).ok().map(|host| (HOST, host)).into_iter().collect();
    added.push((ACCEPT, HeaderValue::from_static("*/*")));
    added.push((USER_AGENT, HeaderValue::from_static(concat!("flowc/", env!("CARGO_PKG_VERSION")))));
    added.extend(outbound.body.as_ref().map(|body| (CONTENT_LENGTH, body.len().into())));
    added
}

/// What came of a call that was sent.
pub(crate) struct Trial {
    /// `None`: none came, or it was not whole.
    pub(crate) answer: Option<Seen>,
    /// What was found for each response variable, or why it was not, in the order of the call's bindings; empty if the
    /// answer's status or what it is keeps all of them from being looked for.
    pub(crate) variables: Vec<Result<Option<Value>, String>>,
    /// Why the call takes its `fail` path; `None`: it takes `ok`.
    pub(crate) failure: Option<Failure>,
    /// The tokens that it was sent with, which the answer may hold.
    pub(crate) tokens: Vec<Token>,
    /// How long it took, with all that belongs to it: token, redirects, retries.
    pub(crate) took: Duration,
}

/// An answer, whatever its status.
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) version: Version,
    /// What was asked last, if that is another URL than the call's: there were redirects.
    pub(crate) redirected: Option<Url>,
    pub(crate) headers: HeaderMap,
    /// In bytes, decompressed.
    pub(crate) size: usize,
    /// `None`: it is no text.
    pub(crate) body: Option<String>,
}

impl WebCaller {
    /// Sends a call as [`Self::carry_out`] does, and keeps all that comes back, whatever its status.
    pub(crate) async fn try_out(&self, call: &Call) -> Result<Trial, Fault> {
        let wanted = Wanted::of(call.bindings)?;
        let started = Instant::now();
        let errand = Errand::begins(RunId::new(), StepKind::Call, call.timeout);
        let (mut asked, mut tokens) = (None, Vec::new());
        let answered = match Outbound::of(call, None) {
            Ok(outbound) => {
                asked = Some(outbound.url.clone());
                self.exchange(errand, call, &outbound, |_| true, &mut tokens).await
            }
            Err(failure) => Err(failure),
        };
        let took = started.elapsed();
        let answer = match answered {
            Ok(answer) => answer,
            Err(failure) => {
                return Ok(Trial { answer: None, variables: Vec::new(), failure: Some(failure), tokens, took });
            }
        };
        let mut failure = answer.failure();
        let mut variables = Vec::new();
        if failure.is_none() {
            failure = answer.take(&wanted).err();
            // Each by itself, so that one that is missing hides no other.
            variables.extend(wanted.chunks(1).map(|one| {
                let taken = answer.take(one).map_err(|failure| failure.message)?;
                Ok(taken.into_values().into_iter().next().flatten())
            }));
        }
        let text = answer.text().ok().map(|text| text.into_owned());
        let seen = Seen {
            status: answer.status,
            version: answer.version,
            redirected: Some(answer.url).filter(|url| asked.as_ref() != Some(url)),
            size: answer.body.len(),
            body: text,
            headers: answer.headers,
        };
        Ok(Trial { answer: Some(seen), variables, failure, tokens, took })
    }
}
