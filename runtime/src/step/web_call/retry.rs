//! When a call is tried again, and how long before.

use std::time::Duration;

use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::Instant;

use super::answer::Answer;
use crate::clock::Time;
use crate::flow::{Call, Failure, FailureKind};

/// The first pause at its longest; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(250);

/// The longest pause, unless the upstream asks for a longer one.
const LONGEST: Duration = Duration::from_secs(5);

/// The attempts that a call has left, and the time.
pub(super) struct Retries {
    left: u32,
    /// How many have been made, the one that is under way included.
    pub(super) attempt: u32,
    /// When the call's time is up.
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
    /// Of a call whose time begins now.
    pub(super) fn of(call: &Call) -> Self {
        let deadline = Instant::now() + Duration::from_secs(call.timeout.into());
        Self { left: call.retries, attempt: 1, deadline }
    }

    /// What follows an answer.
    pub(super) fn next(&mut self, answer: &Result<Answer, Failure>) -> Next {
        if self.left == 0 || !may_pass(answer) {
            return Next::Nothing;
        }
        let wanted = answer.as_ref().ok().and_then(retry_after);
        let pause = backoff(self.attempt, random()).max(wanted.unwrap_or_default());
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

/// The pause behind this attempt, the first is 1; `random` chooses from its upper half, so that those who failed together
/// do not come back together.
fn backoff(attempt: u32, random: u32) -> Duration {
    let longest = FIRST.saturating_mul(1 << (attempt - 1).min(10)).min(LONGEST);
    longest / 2 + (longest / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    // Without randomness it is the pause's lower end.
    let _ = SystemRandom::new().fill(&mut bytes);
    u32::from_ne_bytes(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_are_scattered() {
        let millis = |attempt, random| backoff(attempt, random).as_millis();
        for (attempt, longest) in
            [(1, 250), (2, 500), (3, 1_000), (5, 4_000), (6, 5_000), (11, 5_000), (u32::MAX, 5_000)]
        {
            assert_eq!((millis(attempt, 0), millis(attempt, u32::MAX)), (longest / 2, longest), "{attempt}");
        }
        let middle = millis(1, u32::MAX / 2);
        assert!((186..=188).contains(&middle), "{middle}");
    }
}
