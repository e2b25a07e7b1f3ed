//! What time brings: timers, runs that a former process left, schedules, and the care of the journal.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::Instant;
use tracing::warn;

use super::Shared;
use crate::clock::{Jumps, Time};
use crate::engine::journal::{Cause, Retention, Work};
use crate::engine::schedule::Schedules;

/// How often due runs are looked for: a timer is late by no more than this and the work before it.
const TICK: Duration = Duration::from_millis(200);

/// The same while there is more to do than free slots.
const BACKLOG_TICK: Duration = Duration::from_millis(5);

/// Runs that are claimed at once.
const BATCH: usize = 128;

const RENEW_EVERY: Duration = Duration::from_secs(3);
const PROBE_EVERY: Duration = Duration::from_millis(500);
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Works until the program has stopped.
pub(super) async fn dispatch(shared: Arc<Shared>, mut schedules: Schedules, retention: Retention) {
    let mut stopping = shared.stopping.subscribe();
    let mut jumps = Jumps::watch();
    let mut renewed = Every::new(RENEW_EVERY);
    let mut probed = Every::new(PROBE_EVERY);
    let mut swept = Every::new(SWEEP_EVERY);
    // What a former process left is taken up at once.
    let mut pause = Duration::ZERO;
    loop {
        // The value that `wait_for` lends out must not be held while the journal works.
        let stopped = async { drop(stopping.wait_for(|stopping| *stopping).await) };
        if let Either::Left(_) = select(pin!(stopped), pin!(tokio::time::sleep(pause))).await {
            break;
        }
        if let Some(by) = jumps.seen() {
            warn!(milliseconds = by, "the system's clock has jumped; waiting runs keep their remaining time");
            shared.note(shared.journal.shift(by).await);
            schedules.reset();
        }
        if renewed.is_due() {
            shared.note(shared.journal.renew().await);
        }
        if shared.health.problem().is_some() && probed.is_due() {
            shared.note(shared.journal.probe().await);
        }
        schedules.tick(&shared, Time::now()).await;
        pause = if shared.claim().await { BACKLOG_TICK } else { TICK };
        if swept.is_due() {
            let now = Time::now();
            shared.note(shared.journal.sweep(now - retention.runs, now - retention.keys).await);
        }
    }
    // Steps that still finish are held until they have.
    while shared.in_flight() > 0 {
        tokio::time::sleep(TICK).await;
        if renewed.is_due() {
            shared.note(shared.journal.renew().await);
        }
    }
}

/// Something to be done from time to time.
struct Every {
    period: Duration,
    last: Instant,
}

impl Every {
    fn new(period: Duration) -> Self {
        Self { period, last: Instant::now() }
    }

    fn is_due(&mut self) -> bool {
        let is_due = self.last.elapsed() >= self.period;
        if is_due {
            self.last = Instant::now();
        }
        is_due
    }
}

impl Shared {
    /// Carries out runs that can go on, as many as half of the free slots: the others are for what comes in. Says
    /// whether there may be more.
    pub(super) async fn claim(self: &Arc<Self>) -> bool {
        let most = self.slots.available_permits().div_ceil(2).min(BATCH);
        if most == 0 {
            return false;
        }
        let works = match self.journal.claim(Time::of_timers(), most).await {
            Ok(works) => works,
            Err(error) => {
                self.failed(&error);
                return false;
            }
        };
        let is_more = works.len() == most;
        let now = Time::now();
        for work in works {
            // What waited for its time says how late it is once its step is known.
            if !matches!(work.cause, Cause::Waited | Cause::TimedOut) {
                self.metrics.claimed(now.since(work.since));
            }
            self.spawn_in_turn(work);
        }
        is_more
    }

    /// Carries work out once a slot is free: what came in meanwhile may have taken those that were.
    fn spawn_in_turn(self: &Arc<Self>, work: Work) {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return self.spawn(work, None, slot);
        }
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            // The semaphore is never closed.
            if let Ok(slot) = Arc::clone(&shared.slots).acquire_owned().await {
                shared.spawn(work, None, slot);
            }
        });
    }
}
