//! When a call is tried again, and how long before.

use std::time::Duration;

use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use tokio::time::Instant;

use super::answer::Answer;
use crate::backoff;
use crate::clock::Time;
use crate::flow::{Failure, FailureKind};

/// The attempts that a call has left, and the time.
pub(super) struct Retries {
    left: u32,
    /// How many have been made, the one that is under way included.
    pub(super) attempt: u32,
    /// When the time is up.
    deadline: Instant,
}

/// What follows an answer.
pub(super) enum Next {
    /// Nothing: it is good, no attempt would better it, or none is left.
    Nothing,
    /// Another attempt, after this pause.
    Again(Duration),
    /// Nothing, since this pause would outlast the call.
    TooLate(Duration),
}

impl Retries {
    /// So many, as long as there is time.
    pub(super) fn new(retries: u32, deadline: Instant) -> Self {
        Self { left: retries, attempt: 1, deadline }
    }

    /// What follows an answer.
    pub(super) fn next(&mut self, answer: &Result<Answer, Failure>) -> Next {
        if self.left == 0 || !may_pass(answer) {
            return Next::Nothing;
        }
        let wanted = answer.as_ref().ok().and_then(retry_after);
        let pause = backoff::pause(self.attempt).max(wanted.unwrap_or_default());
        if pause >= self.deadline.saturating_duration_since(Instant::now()) {
            return Next::TooLate(pause);
        }
        self.left -= 1;
        self.attempt += 1;
        Next::Again(pause)
    }
}

/// Whether it was lost on its way or met a service that is overloaded. A failure with a status of its own is that of the
/// token's server.
fn may_pass(answer: &Result<Answer, Failure>) -> bool {
    match answer {
        Ok(answer) => is_passing(answer.status),
        Err(Failure { kind: FailureKind::Status, status, .. }) => status.is_some_and(is_passing),
        Err(failure) => matches!(failure.kind, FailureKind::Connect | FailureKind::Dns),
    }
}

fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// The pause that an answer asks for (RFC 9110, 10.2.3). A date is read by the upstream's own clock where it tells what
/// that shows.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = |name: HeaderName| answer.headers.get(name)?.to_str().ok();
    let date = |text: &str| httpdate::parse_http_date(text).ok().map(Time::from);
    let wanted = text(RETRY_AFTER)?.trim();
    if !wanted.is_empty() && wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(wanted.parse().unwrap_or(u64::MAX)));
    }
    Some(date(wanted)?.since(text(DATE).and_then(date).unwrap_or_else(Time::now)))
}
