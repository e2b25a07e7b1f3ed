//! Places at which a test may end the process, as abruptly as `kill -9` would.
//!
//! Only a binary that was built with the feature `failpoints` has them: `FLOW_FAILPOINT=begun@3` ends it when the place
//! `begun` is reached for the third time.

/// The boundaries of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failpoint {
    /// An arrival is in the journal; whoever brought it has not been told.
    Accepted,
    /// An effect is noted in the journal, and has not begun.
    Begun,
    /// An effect was carried out; its outcome is not in the journal.
    Performed,
    /// The journal has a rest or an end.
    Rested,
}

#[cfg(not(feature = "failpoints"))]
impl Failpoint {
    /// Nothing.
    pub(crate) fn reach(self) {}
}

#[cfg(feature = "failpoints")]
impl Failpoint {
    /// Ends the process if that was asked for.
    pub(crate) fn reach(self) {
        use std::sync::OnceLock;
        use std::sync::atomic::{AtomicU64, Ordering};

        static ASKED: OnceLock<Option<(String, u64)>> = OnceLock::new();
        static REACHED: AtomicU64 = AtomicU64::new(0);
        let asked = ASKED.get_or_init(|| {
            let asked = std::env::var("FLOW_FAILPOINT").ok()?;
            let (place, count) = asked.split_once('@')?;
            Some((place.to_owned(), count.parse().ok()?))
        });
        let Some((place, count)) = asked else { return };
        if *place == format!("{self:?}").to_lowercase() && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == *count {
            std::process::abort();
        }
    }
}
