//! What takes triggers in and has their runs carried out.

mod health;
pub(crate) mod journal;
mod journalled;
pub(crate) mod notes;
mod open;
#[cfg(feature = "restate")]
mod restate;
mod schedule;
pub(crate) mod unfit;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::flow::{Action, Fault, Step};
use crate::metrics::{Metrics, Received, TriggerKind};
use crate::run_id::RunId;
use crate::value::Phone;

use self::journal::{Arrival, Counts, Done, Pending};
pub(crate) use self::journalled::{Journalled, Parts};
pub(crate) use self::open::{Store, open_for_operator, open_notes_for_operator};

/// Bounds on runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Runs carried out at a time.
    pub(crate) runs: u32,
    /// Steps of one run; a loop that never ends is stopped here.
    pub(crate) steps: u32,
}

impl Limits {
    /// Where no option says something else.
    pub(crate) const USUAL: Self = Self { runs: 256, steps: 1_000 };

    /// A place for each run that may be carried out.
    fn slots(self) -> Semaphore {
        Semaphore::new(usize::try_from(self.runs).unwrap_or(Semaphore::MAX_PERMITS))
    }

    /// How many of these places are taken.
    fn in_flight(self, slots: &Semaphore) -> usize {
        usize::try_from(self.runs).unwrap_or(usize::MAX).saturating_sub(slots.available_permits())
    }

    /// A run that has taken so many steps goes no further, unless it ends with the next action.
    fn stop(self, steps: u32, next: &Action) -> Result<(), Fault> {
        if steps < self.steps || matches!(next, Action::End(_)) {
            return Ok(());
        }
        Err(Fault::Flow(format!(
            "the run was stopped after {} steps: does a `goto` loop end? (--max-steps sets the limit)",
            self.steps
        )))
    }
}

/// Whom a run talks with, and as whom: what `sms` falls back to without `to` and `from`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parties {
    /// The person.
    pub(crate) person: Option<Phone>,
    /// The number of ours.
    pub(crate) own: Option<Phone>,
}

/// An engine takes an arrival in, durably where it is durable at all, and has its run carried out in the background.
pub(crate) trait Engine: Send + Sync {
    /// Takes an arrival in; whoever brought it may be told so once this has resolved. `first` is what the arrival's
    /// new run, if it starts one, is to do first: the step of its state.
    fn accept(&self, arrival: Arrival, first: Option<Step>) -> Accepting<'_>;

    /// Why nothing can be taken in now, if so.
    fn unready(&self) -> Option<String>;

    /// How many runs are being carried out.
    fn in_flight(&self) -> usize;

    /// How many runs have not ended; `None` if it cannot be told now, or not by this engine.
    fn counts(&self) -> Pin<Box<dyn Future<Output = Option<Counts>> + Send + '_>> {
        Box::pin(async { None })
    }

    /// As [`journal::Journal::remark`]; false of an engine whose histories others keep.
    fn remark(&self, _run: RunId, _done: Done) -> Pending<'_, bool> {
        Box::pin(async { Ok(false) })
    }

    /// Lets runs come to rest, at most for `grace`; near its end those that can go on after a restart go no further than
    /// the step they are at. Resolves with how many runs were lost.
    fn drain(&self, grace: Duration) -> Pin<Box<dyn Future<Output = usize> + Send + '_>>;
}

/// The way into an engine, on which is counted what goes in.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Intake {
    /// As [`Engine::accept`].
    pub(crate) async fn accept(
        &self,
        kind: TriggerKind,
        arrival: Arrival,
        first: Option<Step>,
    ) -> Result<Receipt, Refusal> {
        counted(&self.metrics, kind, self.engine.accept(arrival, first)).await
    }
}

/// Counts what becomes of an arrival, and how long that takes.
async fn counted(
    metrics: &Metrics,
    kind: TriggerKind,
    accepting: impl Future<Output = Result<Receipt, Refusal>>,
) -> Result<Receipt, Refusal> {
    let started = Instant::now();
    let answer = accepting.await;
    metrics.accepted(kind, Received::of(&answer), started.elapsed());
    answer
}

/// An arrival on its way in.
pub(crate) type Accepting<'a> = Pin<Box<dyn Future<Output = Result<Receipt, Refusal>> + Send + 'a>>;

/// What became of an arrival that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// It started this run.
    Started(RunId),
    /// It is the reply to this run's question.
    Reply(RunId),
    /// It will be taken when the text before it has been dealt with.
    Queued,
    /// It was delivered before, and started or continued this run, if it has had its turn.
    Duplicate(Option<RunId>),
    /// No trigger takes it.
    Untaken,
}

/// Why an arrival was not taken; it may be brought again, but for a conflict or a fault.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    /// As many runs are in flight as may be.
    Busy,
    /// The program is stopping, and what it took could not go on later.
    #[cfg_attr(not(feature = "restate"), allow(dead_code))]
    Stopping,
    /// It cannot be stored.
    Unavailable(String),
    /// Its key came before with another content.
    Conflict,
    /// The flow's first step cannot be worked out from what it says.
    Fault(Fault),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("as many runs are in flight as may be; try again in a second"),
            Self::Stopping => f.write_str("the program is stopping; try again in a few seconds"),
            // Why is for the log: it may name files.
            Self::Unavailable(_) => f.write_str("it cannot be stored now; try again in a few seconds"),
            Self::Fault(fault) => write!(f, "the flow cannot start with these values: {fault}"),
            Self::Conflict => f.write_str("this Idempotency-Key came before with another body"),
        }
    }
}

/// What an engine of a program without secrets is made of, for tests.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
fn parts_of(
    program: &'static crate::flow::Program,
    carrier: Arc<dyn crate::carrier::SmsCarrier>,
    limits: Limits,
) -> Parts {
    let secrets = Arc::new(crate::flow::Secrets::new(vec![]));
    let metrics = Arc::new(Metrics::new(program, "memory"));
    let web = crate::step::web_call::WebCaller::new(&Default::default()).unwrap();
    let messenger = crate::step::Messenger::for_tests(carrier, &metrics);
    let notes = Arc::new(journal::memory::MemoryJournal::default());
    let unknown = Default::default();
    let performer =
        crate::step::Performer::new(Arc::clone(&secrets), messenger, web, notes, unknown, Arc::clone(&metrics));
    Parts { program, secrets, performer, limits, metrics, tracer: Default::default() }
}

/// A way into an engine in memory, for tests.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) fn in_memory(
    program: &'static crate::flow::Program,
    carrier: Arc<dyn crate::carrier::SmsCarrier>,
    limits: Limits,
) -> Intake {
    let keep = journal::Retention { runs: Duration::from_secs(60), keys: Duration::from_secs(60) };
    let journal = Arc::new(journal::memory::MemoryJournal::default());
    let parts = parts_of(program, carrier, limits);
    let metrics = Arc::clone(&parts.metrics);
    let engine = journalled::Journalled::start(parts, journal, false, keep).unwrap();
    Intake { engine: Arc::new(engine), metrics }
}
