//! A run: from an accepted trigger to its end, one step after the other.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::carrier::SmsCarrier;
use crate::flow::{Action, End, Failure, Fault, Outcome, Program, Secrets, Step};
use crate::step::sms;
use crate::step::web_call::WebCaller;
use crate::value::Phone;

/// Names one run in answers, logs and the simulator's outbox: a UUID of version 7 (RFC 9562), so
/// that ids sort by the time they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunId(Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whom a run talks with, and as whom: what `sms` falls back to without `to` and `from`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parties {
    /// The person.
    pub(crate) person: Option<Phone>,
    /// The number of ours.
    pub(crate) own: Option<Phone>,
}

/// As many runs are in flight as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

/// What carries runs out.
pub(crate) struct Engine {
    pub(crate) program: &'static Program,
    pub(crate) secrets: Secrets,
    pub(crate) carrier: Arc<dyn SmsCarrier>,
    pub(crate) web: WebCaller,
    pub(crate) limits: Limits,
    slots: Arc<Semaphore>,
}

/// Bounds on runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Runs in flight at a time.
    pub(crate) runs: u32,
    /// Steps of one run; a loop that never ends is stopped here.
    pub(crate) steps: u32,
}

impl Engine {
    pub(crate) fn new(
        program: &'static Program,
        secrets: Secrets,
        carrier: Arc<dyn SmsCarrier>,
        web: WebCaller,
        limits: Limits,
    ) -> Self {
        let slots = Arc::new(Semaphore::new(
            usize::try_from(limits.runs).unwrap_or(Semaphore::MAX_PERMITS),
        ));
        Self {
            program,
            secrets,
            carrier,
            web,
            limits,
            slots,
        }
    }

    /// Starts a run in the background and gives its id, or refuses it at once.
    ///
    /// `line` is the trigger's line in the flow; `begin` is its `start`, with what came in.
    pub(crate) fn accept<F>(
        self: &Arc<Self>,
        line: u32,
        parties: Parties,
        begin: F,
    ) -> Result<RunId, Busy>
    where
        F: FnOnce(&Secrets) -> Result<Step, Fault> + Send + 'static,
    {
        let slot = Arc::clone(&self.slots)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        let id = RunId(Uuid::now_v7());
        info!(run = %id, line, "run accepted");
        tokio::spawn(
            Run {
                id,
                parties,
                engine: Arc::clone(self),
                _slot: slot,
            }
            .carry_out(begin),
        );
        Ok(id)
    }

    /// Waits until no run is in flight.
    pub(crate) async fn drained(&self) {
        // All slots are free exactly when no run holds one; the semaphore is never closed.
        let _ = self.slots.acquire_many(self.limits.runs).await;
    }

    /// How many runs are in flight.
    pub(crate) fn in_flight(&self) -> usize {
        usize::try_from(self.limits.runs)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.slots.available_permits())
    }
}

struct Run {
    id: RunId,
    parties: Parties,
    engine: Arc<Engine>,
    _slot: OwnedSemaphorePermit,
}

impl Run {
    async fn carry_out<F>(self, begin: F)
    where
        F: FnOnce(&Secrets) -> Result<Step, Fault>,
    {
        let started = Instant::now();
        let ended = self.steps(begin).await;
        let ms = milliseconds(started);
        let run = self.id;
        match ended {
            Ok(End::Completed) => info!(%run, outcome = "completed", ms, "run ended"),
            Ok(End::Failed { line, failure }) => {
                warn!(%run, line, outcome = "failed", kind = %failure.kind, blame = %failure.blame(),
                      retry = failure.may_pass(), reason = failure.message, ms, "run ended");
            }
            Err(fault) => {
                error!(%run, outcome = "fault", blame = %fault.blame(), retry = false, reason = %fault, ms, "run ended");
            }
        }
    }

    async fn steps<F>(&self, begin: F) -> Result<End, Fault>
    where
        F: FnOnce(&Secrets) -> Result<Step, Fault>,
    {
        let Engine {
            program,
            secrets,
            limits,
            ..
        } = &*self.engine;
        let mut step = begin(secrets)?;
        for _ in 0..limits.steps {
            let outcome = match self.carry_out_action(step.action).await? {
                Acted::Outcome(outcome) => outcome,
                Acted::Ended(end) => return Ok(end),
            };
            step = (program.resume)(&step.state, outcome, secrets)?;
        }
        match step.action {
            Action::End(end) => Ok(end),
            _ => Err(Fault::Flow(format!(
                "the run was stopped after {} steps: does a `goto` loop end? (--max-steps sets the limit)",
                limits.steps
            ))),
        }
    }

    async fn carry_out_action(&self, action: Action) -> Result<Acted, Fault> {
        let started = Instant::now();
        let (line, step, done) = match action {
            Action::End(end) => return Ok(Acted::Ended(end)),
            Action::Continue => {
                // A loop without I/O lets other runs have their turn.
                tokio::task::yield_now().await;
                return Ok(Acted::Outcome(Outcome::Done));
            }
            Action::Call(call) => (
                call.line,
                "call",
                self.engine
                    .web
                    .carry_out(*call)
                    .await
                    .map(Outcome::Response),
            ),
            Action::Sms(message) => {
                let line = message.line;
                let sent =
                    sms::carry_out(&*self.engine.carrier, self.id, &self.parties, message).await?;
                (line, "sms", sent.map(|()| Outcome::Done))
            }
        };
        let (run, ms) = (self.id, milliseconds(started));
        Ok(Acted::Outcome(match done {
            Ok(outcome) => {
                info!(%run, line, step, outcome = "ok", ms, "step");
                outcome
            }
            Err(failure) => {
                // An upstream may echo what it was sent; a secret must not come back into the flow.
                let failure = Failure {
                    message: self.engine.secrets.redact(failure.message),
                    ..failure
                };
                warn!(%run, line, step, outcome = "fail", kind = %failure.kind, status = failure.status,
                      blame = %failure.blame(), retry = failure.may_pass(), reason = failure.message, ms, "step");
                Outcome::Failed(failure)
            }
        }))
    }
}

enum Acted {
    Outcome(Outcome),
    Ended(End),
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
