//! Effects that this process has begun and of which Restate does not have the outcome yet.
//!
//! When Restate loses its connection, or is started anew, it makes another attempt while the effect of the former one is
//! still under way here. The new attempt waits for that one: nothing is sent twice, and nothing is unknown.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::outcome::Recorded;
use crate::step::EffectId;

/// `None`: it ended without an outcome.
type Outcome = Shared<BoxFuture<'static, Option<Recorded>>>;

/// The effects under way. One whose run goes on in another replica stays until the end of the process.
#[derive(Default)]
pub(super) struct Underway {
    effects: Mutex<HashMap<EffectId, Outcome>>,
}

impl Underway {
    /// The outcome of an effect, which begins now unless it has begun already. Nothing stops it once it has.
    pub(super) fn join<W>(&self, effect: EffectId, begin: impl FnOnce() -> W) -> Outcome
    where
        W: Future<Output = Recorded> + Send + 'static,
    {
        let mut effects = self.effects.lock().unwrap_or_else(PoisonError::into_inner);
        effects.entry(effect).or_insert_with(|| tokio::spawn(begin()).map(Result::ok).boxed().shared()).clone()
    }

    /// Restate has the outcome.
    pub(super) fn recorded(&self, effect: EffectId) {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner).remove(&effect);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn what_is_under_way_is_not_begun_again() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let underway = Underway::default();
            let begun = Arc::new(AtomicU32::new(0));
            let begin = || {
                let begun = Arc::clone(&begun);
                async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    Recorded::Done
                }
            };
            let effect = EffectId { run: crate::run_id::RunId::new(), number: 1 };
            // The first attempt is given up, the second one gets the outcome.
            drop(underway.join(effect, begin));
            assert_eq!(underway.join(effect, begin).await, Some(Recorded::Done));
            assert_eq!(begun.load(Ordering::Relaxed), 1);
            underway.recorded(effect);
            assert_eq!(underway.join(effect, begin).await, Some(Recorded::Done));
            assert_eq!(begun.load(Ordering::Relaxed), 2);
        });
    }
}
