//! Whether the journal can be written.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::{error, info};

use crate::engine::journal::JournalError;
use crate::metrics::Metrics;

/// What the last operations of the journal said.
pub(super) struct Health {
    metrics: Arc<Metrics>,
    problem: Mutex<Option<String>>,
}

impl Health {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, problem: Mutex::default() }
    }

    /// It failed. Told to the log when it begins and when it changes, not each time.
    pub(super) fn failed(&self, problem: &JournalError) {
        self.metrics.journal_failed();
        let told = problem.to_string();
        let mut known = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() != Some(&told) {
            let retry = matches!(problem, JournalError::Unavailable(_));
            error!(blame = "us", retry, reason = told, "the journal failed: nothing is taken in until it works again");
            *known = Some(told);
        }
    }

    /// It was written.
    pub(super) fn works(&self) {
        let mut known = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        if known.take().is_some() {
            info!("the journal works again");
        }
    }

    /// Why it cannot be written, if so.
    pub(super) fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
