//! The engine that carries runs out on a journal.
//!
//! An arrival is in the journal before it is acknowledged; an effect is noted there before it begins. So whatever the
//! process was at when it ended is found by the next one.

mod dispatch;
mod run;
#[cfg(test)]
mod tests;
pub(crate) mod upgrade;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tracing::info;

use self::run::Run;
use super::health::{Health, Of};
use super::journal::{
    Accepted, Arrival, Cause, Counts, Done, Fresh, Journal, JournalError, Pending, Phase, Retention, Work,
};
use super::schedule::{Host, Schedules};
use super::{Accepting, Engine, Limits, Receipt, Refusal, counted};
use crate::clock::Time;
use crate::failpoint::Failpoint;
use crate::flow::{Program, Secrets, Step};
use crate::logging::Masked;
use crate::metrics::{Metrics, TriggerKind};
use crate::run_id::RunId;
use crate::step::Performer;
use crate::telemetry::Tracer;

/// The end of a drain, in which only the steps under way go on: most runs rest before it, and one that is parked at the
/// end of a step leaves no outcome unknown.
const LAST_STEPS: Duration = Duration::from_secs(10);

/// Carries runs out on a journal.
pub(crate) struct Journalled {
    shared: Arc<Shared>,
}

/// What the runs and the dispatcher share.
struct Shared {
    program: &'static Program,
    secrets: Arc<Secrets>,
    performer: Performer,
    journal: Arc<dyn Journal>,
    limits: Limits,
    /// The journal outlives the process.
    survives: bool,
    slots: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    /// The program stops so soon that runs go no further than the step they are at.
    parking: AtomicBool,
    health: Health,
    metrics: Arc<Metrics>,
    tracer: Tracer,
    /// Hears of each run that comes to rest.
    rests: Box<Rests>,
}

/// Hears how a run comes to rest, just before the journal does.
type Rests = dyn Fn(&Phase) + Send + Sync;

/// What the engine is made of.
pub(crate) struct Parts {
    pub(crate) program: &'static Program,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) performer: Performer,
    pub(crate) limits: Limits,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tracer: Tracer,
}

impl Journalled {
    /// Begins to carry out what the journal holds and what time brings. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// A sentence, if the flow's schedules cannot be kept.
    pub(crate) fn start(
        parts: Parts,
        journal: Arc<dyn Journal>,
        survives: bool,
        keep: Retention,
    ) -> Result<Self, String> {
        let schedules = Schedules::of(parts.program)?;
        let engine = Self::of(parts, journal, survives, Box::new(|_| {}));
        tokio::spawn(dispatch::dispatch(Arc::clone(&engine.shared), schedules, keep));
        Ok(engine)
    }

    /// One that does nothing by itself: what time brings comes when somebody [turns](Self::turn) it. `rests` hears of each
    /// run that comes to rest, and how.
    pub(crate) fn by_hand(
        parts: Parts,
        journal: Arc<dyn Journal>,
        rests: impl Fn(&Phase) + Send + Sync + 'static,
    ) -> Self {
        Self::of(parts, journal, false, Box::new(rests))
    }

    fn of(parts: Parts, journal: Arc<dyn Journal>, survives: bool, rests: Box<Rests>) -> Self {
        let Parts { program, secrets, performer, limits, metrics, tracer } = parts;
        let slots = Arc::new(limits.slots());
        let (stopping, _) = watch::channel(false);
        let health = Health::new(Of::Journal, Arc::clone(&metrics));
        let shared = Arc::new(Shared {
            program,
            secrets,
            performer,
            journal,
            limits,
            survives,
            slots,
            stopping,
            parking: AtomicBool::new(false),
            health,
            metrics,
            tracer,
            rests,
        });
        Self { shared }
    }

    /// Begins to carry out the runs that can go on now.
    pub(crate) async fn turn(&self) {
        while self.shared.claim().await {}
    }

    /// Until no run is being carried out.
    pub(crate) async fn idle(&self) {
        self.shared.idle().await;
    }
}

impl Engine for Journalled {
    fn accept(&self, arrival: Arrival, first: Option<Step>) -> Accepting<'_> {
        // Whoever brought it may hang up; what the journal has taken in by then is carried out all the same.
        let shared = Arc::clone(&self.shared);
        let taken = tokio::spawn(async move { shared.accept(arrival, first).await });
        Box::pin(async {
            taken.await.unwrap_or_else(|_| Err(Refusal::Unavailable("it could not be taken in".to_owned())))
        })
    }

    fn unready(&self) -> Option<String> {
        if self.shared.is_stopping() { Some("it is stopping".to_owned()) } else { self.shared.health.problem() }
    }

    fn in_flight(&self) -> usize {
        self.shared.in_flight()
    }

    fn counts(&self) -> Pin<Box<dyn Future<Output = Option<Counts>> + Send + '_>> {
        // A journal that fails here is noted when something is stored, which is what counts.
        Box::pin(async { self.shared.journal.counts().await.ok() })
    }

    fn remark(&self, run: RunId, done: Done) -> Pending<'_, bool> {
        self.shared.journal.remark(run, done)
    }

    fn drain(&self, grace: Duration) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(self.shared.drain(grace))
    }
}

impl Shared {
    async fn accept(self: &Arc<Self>, arrival: Arrival, first: Option<Step>) -> Result<Receipt, Refusal> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let start = match &arrival {
            Arrival::Text { start, .. } => start.clone(),
            Arrival::Trigger { start, .. } => Some(start.clone()),
        };
        let started = Instant::now();
        let accepted = match self.journal.accept(arrival).await {
            Ok(accepted) => accepted,
            Err(error) => {
                self.failed(&error);
                return Err(match error {
                    JournalError::Unavailable(why) | JournalError::Broken(why) => Refusal::Unavailable(why),
                    JournalError::Superseded => Refusal::Unavailable(error.to_string()),
                });
            }
        };
        self.metrics.committed(started.elapsed());
        Failpoint::Accepted.reach();
        Ok(match (accepted, start) {
            (Accepted::Started, Some(start)) => {
                let id = start.id;
                let person = start.parties.person.as_ref().map(|phone| Masked(phone).to_string());
                info!(run = %id, line = start.line, person, "run accepted");
                self.spawn(Work::fresh(start), first, slot);
                Receipt::Started(id)
            }
            (Accepted::Resumed(work), _) => {
                let id = work.id;
                info!(run = %id, line = work.line, "reply accepted");
                self.spawn(*work, None, slot);
                Receipt::Reply(id)
            }
            (Accepted::Queued, _) => Receipt::Queued,
            (Accepted::Duplicate(run), _) => Receipt::Duplicate(run),
            (Accepted::Conflict, _) => return Err(Refusal::Conflict),
            (Accepted::Untaken, _) | (Accepted::Started, None) => Receipt::Untaken,
        })
    }

    /// Carries work out in the background, and what its conversation has after it.
    fn spawn(self: &Arc<Self>, work: Work, mut first: Option<Step>, slot: OwnedSemaphorePermit) {
        if self.parks_now() {
            // It stays in the journal for the next process.
            return;
        }
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let _slot = slot;
            let mut next = Some(work);
            while let Some(work) = next {
                next = Run::carry_out(&shared, work, first.take()).await;
                if shared.parks_now() {
                    break;
                }
            }
        });
    }

    /// What an operation of the journal says of its health.
    fn note<T>(&self, result: Result<T, JournalError>) {
        match result {
            Ok(_) => self.health.works(),
            Err(error) => self.failed(&error),
        }
    }

    /// The journal did not do what it was asked.
    fn failed(&self, error: &JournalError) {
        self.health.failed(&error.to_string(), matches!(error, JournalError::Unavailable(_)));
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Runs go no further here, and go on in the next process.
    fn parks_now(&self) -> bool {
        self.survives && self.parking.load(Ordering::Relaxed)
    }

    fn in_flight(&self) -> usize {
        self.limits.in_flight(&self.slots)
    }

    /// All slots are free exactly when no run holds one.
    async fn idle(&self) {
        // The semaphore is never closed.
        drop(self.slots.acquire_many(self.limits.runs).await);
    }

    async fn drain(&self, grace: Duration) -> usize {
        self.stopping.send_replace(true);
        let last_steps = LAST_STEPS.min(grace);
        if tokio::time::timeout(grace - last_steps, self.idle()).await.is_err() {
            self.parking.store(true, Ordering::Relaxed);
            let _ = tokio::time::timeout(last_steps, self.idle()).await;
        }
        let unfinished = if self.survives { 0 } else { self.unfinished().await };
        if let Err(error) = self.journal.close().await {
            self.failed(&error);
        }
        unfinished
    }

    /// All that has not ended, what waits included.
    async fn unfinished(&self) -> usize {
        let counts = self.journal.counts().await.unwrap_or_default();
        let Counts { running, waiting, asked, parked, queued } = counts;
        usize::try_from(running + waiting + asked + parked + queued).unwrap_or(usize::MAX)
    }
}

impl Host for Arc<Shared> {
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>> {
        self.journal.last_tick(schedule, now)
    }

    fn accept(&self, arrival: Arrival, first: Step) -> Accepting<'_> {
        Box::pin(counted(&self.metrics, TriggerKind::Schedule, Shared::accept(self, arrival, Some(first))))
    }
}

impl Work {
    /// A run that begins.
    fn fresh(start: Fresh) -> Self {
        let Fresh { id, line, parties, state } = start;
        let now = Time::now();
        Self { id, line, parties, state, cause: Cause::Ready, retries: None, steps: 0, accepted: now, since: now }
    }
}
