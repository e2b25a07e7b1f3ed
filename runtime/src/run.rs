//! A run: from an accepted trigger to its end, one step after the other.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tracing::{error, info, warn};

use crate::carrier::SmsCarrier;
pub(crate) use crate::engine::Parties;
use crate::flow::{Action, End, Failure, Fault, Outcome, Program, Secrets, Step};
use crate::logging::{Masked, masked};
use crate::run_id::RunId;
use crate::step::sms;
use crate::step::web_call::WebCaller;

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
        let slots = Arc::new(Semaphore::new(usize::try_from(limits.runs).unwrap_or(Semaphore::MAX_PERMITS)));
        Self { program, secrets, carrier, web, limits, slots }
    }

    /// Starts a run in the background and gives its id, or refuses it at once.
    ///
    /// `line` is the trigger's line in the flow; `begin` is its `start`, with what came in.
    pub(crate) fn accept<F>(self: &Arc<Self>, line: u32, parties: Parties, begin: F) -> Result<RunId, Busy>
    where
        F: FnOnce(&Secrets) -> Result<Step, Fault> + Send + 'static,
    {
        let slot = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| Busy)?;
        let id = RunId::new();
        let person = parties.person.as_ref().map(|phone| Masked(phone).to_string());
        info!(run = %id, line, person, "run accepted");
        tokio::spawn(Run { id, parties, engine: Arc::clone(self), _slot: slot }.carry_out(line, begin));
        Ok(id)
    }

    /// Waits until no run is in flight.
    pub(crate) async fn drained(&self) {
        // All slots are free exactly when no run holds one; the semaphore is never closed.
        let _ = self.slots.acquire_many(self.limits.runs).await;
    }

    /// How many runs are in flight.
    pub(crate) fn in_flight(&self) -> usize {
        usize::try_from(self.limits.runs).unwrap_or(usize::MAX).saturating_sub(self.slots.available_permits())
    }
}

struct Run {
    id: RunId,
    parties: Parties,
    engine: Arc<Engine>,
    _slot: OwnedSemaphorePermit,
}

impl Run {
    /// `line` is the trigger's.
    async fn carry_out<F>(self, mut line: u32, begin: F)
    where
        F: FnOnce(&Secrets) -> Result<Step, Fault>,
    {
        let started = Instant::now();
        let ended = self.steps(&mut line, begin).await;
        let ms = milliseconds(started);
        let run = self.id;
        match ended {
            Ok(End::Completed) => info!(%run, outcome = "completed", ms, "run ended"),
            Ok(End::Failed { line, failure }) => {
                warn!(%run, line, outcome = "failed", kind = %failure.kind, blame = %failure.blame(),
                      retry = failure.may_pass(), reason = masked(&failure.message), ms, "run ended");
            }
            Err(fault) => {
                error!(%run, line, outcome = "fault", blame = %fault.blame(), retry = false, reason = masked(&fault.to_string()), ms, "run ended");
            }
        }
    }

    /// Leaves the line of the last step, or of the trigger, in `line`: what goes wrong between two steps stands at or
    /// behind it.
    async fn steps<F>(&self, line: &mut u32, begin: F) -> Result<End, Fault>
    where
        F: FnOnce(&Secrets) -> Result<Step, Fault>,
    {
        let Engine { program, secrets, limits, .. } = &*self.engine;
        let mut step = begin(secrets)?;
        for _ in 0..limits.steps {
            *line = step.action.line().unwrap_or(*line);
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
            // The engine under way takes these.
            Action::Ask(_) | Action::Wait(_) => return Err(Fault::Bug("nothing waits yet".to_owned())),
            Action::Continue => {
                // A loop without I/O lets other runs have their turn.
                tokio::task::yield_now().await;
                return Ok(Acted::Outcome(Outcome::Done));
            }
            Action::Call(call) => {
                let line = call.line;
                let answered = self.engine.web.carry_out(*call).await?;
                (line, "call", answered.map(Outcome::Response))
            }
            Action::Sms(message) => {
                let line = message.line;
                let sent = sms::carry_out(&*self.engine.carrier, self.id, &self.parties, message).await?;
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
                let failure = Failure { message: self.engine.secrets.redact(failure.message), ..failure };
                warn!(%run, line, step, outcome = "fail", kind = %failure.kind, status = failure.status,
                      blame = %failure.blame(), retry = failure.may_pass(), reason = masked(&failure.message), ms, "step");
                Outcome::Failed(failure)
            }
        }))
    }
}

impl Action {
    /// The line of the step that asks for it.
    fn line(&self) -> Option<u32> {
        match self {
            Action::Call(call) => Some(call.line),
            Action::Sms(sms) => Some(sms.line),
            Action::Ask(ask) => Some(ask.question.line),
            Action::Wait(wait) => Some(wait.line),
            Action::End(End::Failed { line, .. }) => Some(*line),
            Action::Continue | Action::End(End::Completed) => None,
        }
    }
}

enum Acted {
    Outcome(Outcome),
    Ended(End),
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use std::sync::Mutex;

    use axum::Router;
    use tokio::sync::Notify;

    use crate::carrier::{Outgoing, Sending};
    use crate::client;
    use crate::flow::Sms;
    use crate::trigger::inbound_sms::Inbox;
    use crate::value::Phone;

    /// Sends nothing before it is told to.
    #[derive(Default)]
    struct Held {
        go: Notify,
        sent: Mutex<Vec<(String, String)>>,
    }

    impl SmsCarrier for Held {
        fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
            Box::pin(async move {
                self.go.notified().await;
                self.sent.lock().unwrap().push((message.from.to_string(), message.to.to_string()));
                Ok(())
            })
        }

        fn routes(self: Arc<Self>, _: Option<Inbox>) -> Router {
            Router::new()
        }
    }

    fn greet(_: &Secrets) -> Result<Step, Fault> {
        let greeting = Sms { line: 2, to: None, from: None, body: "hi".to_owned(), media: vec![] };
        Ok(Step { state: "greeted".to_owned(), action: Action::Sms(greeting) })
    }

    fn resume(state: &str, _: Outcome, _: &Secrets) -> Result<Step, Fault> {
        let action = if state == "loop" { Action::Continue } else { Action::End(End::Completed) };
        Ok(Step { state: state.to_owned(), action })
    }

    static PROGRAM: Program = Program {
        name: "Test",
        source: "test.flow",
        secrets: &[],
        timezone: "UTC",
        triggers: &[],
        enter: |state, secrets| resume(state, Outcome::Done, secrets),
        resume,
    };

    fn engine(carrier: &Arc<Held>) -> Arc<Engine> {
        let web = WebCaller::new(client::build().unwrap(), vec![]);
        let limits = Limits { runs: 1, steps: 50 };
        Arc::new(Engine::new(&PROGRAM, Secrets::new(vec![]), Arc::clone(carrier) as _, web, limits))
    }

    fn parties() -> Parties {
        Parties { person: Some(Phone::literal("+15550123456")), own: Some(Phone::literal("911")) }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn a_run_holds_its_slot_until_it_has_ended() {
        block_on(async {
            let carrier = Arc::new(Held::default());
            let engine = engine(&carrier);
            assert!(engine.accept(1, parties(), greet).is_ok());
            assert_eq!(engine.accept(1, parties(), greet), Err(Busy));
            assert_eq!(engine.in_flight(), 1);
            carrier.go.notify_one();
            engine.drained().await;
            assert_eq!(*carrier.sent.lock().unwrap(), [("911".to_owned(), "+15550123456".to_owned())]);
            assert!(engine.accept(1, parties(), greet).is_ok());
        });
    }

    #[test]
    fn a_loop_that_never_ends_is_stopped() {
        block_on(async {
            let engine = engine(&Arc::new(Held::default()));
            let step = || Ok(Step { state: "loop".to_owned(), action: Action::Continue });
            assert!(engine.accept(1, parties(), move |_| step()).is_ok());
            engine.drained().await;
        });
    }
}
