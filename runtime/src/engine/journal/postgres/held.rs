//! The runs that this process holds, by what it knows; the database may know of more.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::run_id::RunId;

/// What is held.
///
/// An answer that never arrives, because the connection broke or nobody waited for it any more, may have given out a
/// run that nobody here carries out, and that no other process takes: it is held. So whenever an answer is missing, what
/// the database says is held is compared with this for a while, and the rest is let go.
#[derive(Default)]
pub(super) struct Held {
    runs: Mutex<HashSet<RunId>>,
    missing: Mutex<Option<Instant>>,
}

impl Held {
    pub(super) fn add(&self, run: RunId) {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(run);
    }

    pub(super) fn remove(&self, run: RunId) {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }

    /// Those of these runs that nobody here knows of.
    pub(super) fn unknown(&self, runs: impl IntoIterator<Item = RunId>) -> Vec<RunId> {
        let held = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.into_iter().filter(|run| !held.contains(run)).collect()
    }

    /// An answer that may give out a run is awaited; it is missing unless it is told to have arrived.
    pub(super) fn awaits(&self) -> Awaited<'_> {
        Awaited { held: self, arrived: false }
    }

    /// Since when no answer has been missing any more, if one was.
    pub(super) fn missing(&self) -> Option<Instant> {
        *self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that was held without knowing has been let go, if nothing was missing within this time.
    pub(super) fn settled(&self, within: Duration) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.is_some_and(|last| last.elapsed() > within) {
            *missing = None;
        }
    }
}

/// An answer that is awaited.
pub(super) struct Awaited<'a> {
    held: &'a Held,
    arrived: bool,
}

impl Awaited<'_> {
    pub(super) fn arrived(mut self) {
        self.arrived = true;
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if !self.arrived {
            *self.held.missing.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_that_never_arrives_is_missed() {
        let held = Held::default();
        held.awaits().arrived();
        assert_eq!(held.missing(), None);
        drop(held.awaits());
        assert!(held.missing().is_some());
        held.settled(Duration::from_secs(60));
        assert!(held.missing().is_some());
        held.settled(Duration::ZERO);
        assert_eq!(held.missing(), None);
    }

    #[test]
    fn what_is_not_known_is_found() {
        let held = Held::default();
        let (known, unknown) = (RunId::new(), RunId::new());
        held.add(known);
        assert_eq!(held.unknown([known, unknown]), [unknown]);
        held.remove(known);
        assert_eq!(held.unknown([known]), [known]);
    }
}
