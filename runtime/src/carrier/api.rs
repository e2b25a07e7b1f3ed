//! Talking to a carrier's HTTP API.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;

use super::{Handover, NotSent, Obstacle};
use crate::step::web_call::{classify, read_body};

/// A carrier takes a message within seconds or not at all.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Answers of such APIs are small.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// How much of a carrier's own words is quoted, in characters.
const QUOTED: usize = 200;

/// What an API answered, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer; a sentence each.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// Nothing was sent: there was no connection, or no request to send.
    NotSent(String),
    /// Anything may have come of it.
    Unknown(String),
}

/// Sends a request and reads the whole answer, whatever its status, within 15 s. `who` is the carrier as people call it.
pub(crate) async fn ask(client: &Client, request: RequestBuilder, who: &str) -> Result<Answer, Unanswered> {
    let request =
        request.build().map_err(|_| Unanswered::NotSent(format!("the request to {who} could not be built")))?;
    let exchange = async {
        let response = client.execute(request).await.map_err(|error| {
            let why = classify(&error, who).message;
            // Without a connection nothing was sent; after that, anything may have been.
            if error.is_connect() { Unanswered::NotSent(why) } else { Unanswered::Unknown(why) }
        })?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response, ANSWER_LIMIT, who).await;
        let body = body.map_err(|failure| Unanswered::Unknown(failure.message))?;
        Ok(Answer { status, headers, body: body.into() })
    };
    let late = |_| Unanswered::Unknown(format!("there was no answer from {who} within {} s", TIMEOUT.as_secs()));
    tokio::time::timeout(TIMEOUT, exchange).await.map_err(late)?
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON of a known shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What the body begins with, for people: one line, and not a long one.
    pub(crate) fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(QUOTED).collect()
    }

    /// The seconds of Retry-After (RFC 9110, 10.2.3); carriers send no dates.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
    }

    /// What a status other than 2xx means of a message, where the carrier's documents say nothing else: 429 was not taken
    /// and may be later, 5xx may have been taken, all others were refused. `why` is the carrier's reason, for people.
    pub(crate) fn refusal(&self, why: String) -> Handover {
        match self.status {
            429 => self.busy(why),
            status @ 500..=599 => Handover::Unknown { why, status: Some(status) },
            status => Handover::refused(status, why),
        }
    }

    /// What a 2xx means of a message: it is taken under the id that the answer names. One that names none may come from
    /// somebody else on the way.
    pub(crate) fn taken<T: DeserializeOwned>(&self, who: &str, id: impl FnOnce(T) -> String) -> Handover {
        self.json().map_or_else(|| self.not_understood(who), |taken| Handover::Sent(Some(id(taken))))
    }

    /// It cannot be told from the answer whether the message was taken.
    pub(crate) fn not_understood(&self, who: &str) -> Handover {
        let why = format!("{who} answered {}, but not as it does when it takes a message", self.status);
        Handover::Unknown { why, status: Some(self.status) }
    }

    /// It was not taken, and may be later.
    pub(crate) fn busy(&self, why: String) -> Handover {
        let obstacle = Obstacle::Passing(self.retry_after());
        Handover::NotSent(NotSent { why, status: Some(self.status), obstacle })
    }
}

impl Unanswered {
    /// The sentence.
    pub(crate) fn told(self) -> String {
        match self {
            Self::NotSent(why) | Self::Unknown(why) => why,
        }
    }
}

impl From<Unanswered> for Handover {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::NotSent(why) => Self::NotSent(NotSent { why, status: None, obstacle: Obstacle::Passing(None) }),
            Unanswered::Unknown(why) => Self::Unknown { why, status: None },
        }
    }
}
