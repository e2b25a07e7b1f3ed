//! Requests and schedules: each starts a run.

use serde::{Deserialize, Serialize};

use super::Shared;
use super::attempt::{Attempt, Halt};
use super::conversation::{Taken, Verdict};
use super::handlers::Handler;
use super::run::Start;
use crate::clock::Time;
use crate::engine::journal::Fresh;

/// Under which the object of a schedule keeps when it came about last.
const LAST: &str = "last";

/// A request or a schedule, as the ingress is given it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// As in [`super::conversation::Delivery`].
    pub(super) id: String,
    pub(super) digest: String,
    pub(super) start: Fresh,
    /// The schedule that came about, and when.
    pub(super) tick: Option<(String, Time)>,
}

/// [`Handler::Trigger`]
pub(super) async fn trigger(attempt: &mut Attempt, shared: &Shared) -> Result<Taken, Halt> {
    let Request { id: delivery, digest, start, tick } = attempt.given()?;
    let run = start.id;
    attempt.send(&shared.names.of_run(Handler::Start, run), &Start { fresh: start, from: None })?;
    if let Some((schedule, at)) = tick {
        attempt.send(&shared.names.of_schedule(Handler::Came, schedule), &at)?;
    }
    Ok(Taken { delivery, digest, verdict: Verdict::Started(run) })
}

/// [`Handler::Last`]: a schedule that was never seen is seen now.
pub(super) async fn last(attempt: &mut Attempt) -> Result<Option<Time>, Halt> {
    let now: Time = attempt.given()?;
    let last = attempt.get::<Time>(LAST).await?;
    if last.is_none() {
        attempt.set(LAST, &now)?;
    }
    Ok(last)
}

/// [`Handler::Came`]
pub(super) async fn came(attempt: &mut Attempt) -> Result<(), Halt> {
    let at: Time = attempt.given()?;
    if attempt.get::<Time>(LAST).await?.is_none_or(|last| last < at) {
        attempt.set(LAST, &at)?;
    }
    Ok(())
}
