//! The clocks of services that refuse what was signed at another time than theirs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::DATE;
use tracing::warn;

use super::error_type;
use crate::clock::Time;
use crate::step::web_call::answer::Answer;

/// What AWS says of a request whose time or whose signature is wrong ("Common errors" in its API references).
const REFUSED: [&str; 4] =
    ["InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch"];

/// AWS bears five minutes. What is off by less than this has been refused for another reason.
const BORNE: Duration = Duration::from_mins(4);

/// How far the clocks of services are ahead of ours, in milliseconds, by host: only those that have refused our time.
#[derive(Default)]
pub(in crate::step::web_call) struct Clocks {
    ahead: Mutex<HashMap<String, i64>>,
}

impl Clocks {
    /// What time it is there, as far as is known.
    pub(super) fn now(&self, host: &str) -> Time {
        let ahead = self.lock().get(host).copied().unwrap_or_default();
        Time(Time::now().0.saturating_add(ahead))
    }

    /// Takes the time from an answer that refuses a request of `signed`; whether that time was wrong.
    pub(super) fn set_by(&self, host: &str, answer: &Answer, signed: Time) -> bool {
        if !error_type(answer).is_some_and(|error| REFUSED.contains(&error.as_str())) {
            return false;
        }
        let date = answer.headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let Some(theirs) = date.map(Time::from) else { return false };
        if theirs.since(signed).max(signed.since(theirs)) < BORNE {
            return false;
        }
        let ahead = theirs.0.saturating_sub(Time::now().0);
        let seconds = ahead / 1_000;
        warn!(
            upstream = host,
            seconds, "a service's clock is ahead of this machine's by so much; requests have its time"
        );
        self.lock().insert(host.to_owned(), ahead);
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
