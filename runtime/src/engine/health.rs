//! Whether what keeps the runs works.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::{error, info};

use crate::metrics::Metrics;

/// What keeps the runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    Journal,
    #[cfg(feature = "restate")]
    Restate,
}

impl Of {
    fn failed(self) -> &'static str {
        match self {
            Self::Journal => "the journal failed: nothing is taken in until it works again",
            #[cfg(feature = "restate")]
            Self::Restate => "Restate failed: nothing is taken in until it works again",
        }
    }

    fn works(self) -> &'static str {
        match self {
            Self::Journal => "the journal works again",
            #[cfg(feature = "restate")]
            Self::Restate => "Restate works and knows the flow",
        }
    }
}

/// What was last said by what keeps the runs.
pub(super) struct Health {
    of: Of,
    metrics: Arc<Metrics>,
    problem: Mutex<Option<String>>,
}

impl Health {
    /// It has not failed yet.
    pub(super) fn new(of: Of, metrics: Arc<Metrics>) -> Self {
        Self { of, metrics, problem: Mutex::default() }
    }

    /// It is still to work for the first time, for this reason.
    #[cfg(feature = "restate")]
    pub(super) fn failed_so_far(of: Of, metrics: Arc<Metrics>, why: &str) -> Self {
        Self { of, metrics, problem: Mutex::new(Some(why.to_owned())) }
    }

    /// It failed, and that may pass by itself or not. Told to the log when it begins and when it changes, not each time.
    pub(super) fn failed(&self, why: &str, may_pass: bool) {
        self.metrics.journal_failed();
        let mut known = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_deref() != Some(why) {
            error!(blame = "us", retry = may_pass, reason = why, "{}", self.of.failed());
            *known = Some(why.to_owned());
        }
    }

    /// It did what it was asked.
    pub(super) fn works(&self) {
        if self.problem.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            info!("{}", self.of.works());
        }
    }

    /// Why it does not work, if so.
    pub(super) fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
