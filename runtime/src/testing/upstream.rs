//! The services of a play: they answer as the script has given it.

use std::sync::{Mutex, PoisonError};

use axum::http::{self, HeaderValue, header::HeaderName};
use reqwest::{Request, Response, ResponseBuilderExt, Url};
use tokio::sync::Notify;

use super::report::{Call, What};
use super::script::{Answer, Given};
use super::trace;
use super::url::Pattern;
use crate::flow::{Failure, FailureKind};
use crate::step::web_call::{Answering, Upstreams};

/// All that a flow may call.
pub(super) struct Services {
    offers: Mutex<Vec<Offer>>,
    /// The largest answer that is read, in bytes.
    limit: usize,
    /// A request came that nothing was given for.
    unanswered: Notify,
}

/// A `given`, and how far it is used up.
struct Offer {
    /// Its index among the cues.
    cue: usize,
    given: Given,
    url: Pattern,
    used: usize,
}

impl Services {
    /// They answer nothing yet. `limit` is the largest answer that is read, in bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { offers: Mutex::default(), limit, unanswered: Notify::new() }
    }

    /// From here on they answer so.
    pub(super) fn give(&self, cue: usize, given: Given) {
        let url = Pattern::new(&given.url);
        self.offers.lock().unwrap_or_else(PoisonError::into_inner).push(Offer { cue, given, url, used: 0 });
    }

    /// Until a request comes that nothing was given for.
    pub(super) async fn unanswered(&self) {
        self.unanswered.notified().await;
    }

    /// The answer to the next request of this kind, and the cue that gave it.
    fn next(&self, method: &str, url: &Url) -> Option<(usize, Answer)> {
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |offer: &&mut Offer| {
            offer.given.method.as_deref().is_none_or(|given| given == method) && offer.url.fits(url)
        };
        offers.iter_mut().rev().find(fits)?.next()
    }
}

impl Offer {
    fn next(&mut self) -> Option<(usize, Answer)> {
        let answers = &self.given.answers;
        let answer = answers.get(self.used).or(if self.given.stays { answers.last() } else { None })?;
        self.used += 1;
        Some((self.cue, answer.clone()))
    }
}

impl Upstreams for Services {
    fn answer(&self, request: Request, upstream: String) -> Answering<'_> {
        Box::pin(async move {
            let next = self.next(request.method().as_str(), request.url());
            trace::note(What::Call(Call::of(&request, next.as_ref().map(|(cue, _)| *cue))));
            match next {
                Some((_, Answer::Response { status, headers, body })) => {
                    response(request.url().clone(), status, headers, body, &upstream)
                }
                Some((_, Answer::Fails(trouble))) => Err(trouble.failure(&upstream, self.limit).await),
                None => {
                    trace::close();
                    self.unanswered.notify_one();
                    std::future::pending().await
                }
            }
        })
    }
}

impl Call {
    fn of(request: &Request, given: Option<usize>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            method: request.method().to_string(),
            url: request.url().to_string(),
            headers: request.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
            body: request.body().and_then(reqwest::Body::as_bytes).map(text),
            given,
        }
    }
}

fn response(
    url: Url,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    upstream: &str,
) -> Result<Response, Failure> {
    let mut built = http::Response::builder().status(status).url(url);
    for (name, value) in headers {
        // Names keep no case in HTTP, and bytes that are no ASCII are allowed in values.
        let (name, value) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()));
        built = match (name, value) {
            (Ok(name), Ok(value)) => built.header(name, value),
            _ => return Err(not_http(upstream)),
        };
    }
    built.body(body).map(Response::from).map_err(|_| not_http(upstream))
}

/// What would come of such an answer in earnest.
fn not_http(upstream: &str) -> Failure {
    Failure::new(FailureKind::Response, format!("the answer of {upstream} is not HTTP"))
}
