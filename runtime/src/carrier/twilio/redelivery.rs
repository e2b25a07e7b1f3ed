//! Twilio brings a message again when it has seen no answer; its MessageSid stays the same.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How many of the latest messages are remembered.
const WINDOW: usize = 10_000;

/// The MessageSids of messages that were accepted.
#[derive(Default)]
pub(super) struct Seen {
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    /// Accepts a message unless it was accepted before. One that could not be accepted is not
    /// remembered, so that its redelivery gets another chance; one without an id is always new.
    pub(super) fn once<T, E>(&self, id: Option<String>, accept: impl FnOnce() -> Result<T, E>) -> Result<(), E> {
        let Some(id) = id else {
            return accept().map(|_| ());
        };
        // The lock is held while the run is started, so of two deliveries at once only one starts it.
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.known.contains(&id) {
            return Ok(());
        }
        accept()?;
        if window.order.len() == WINDOW
            && let Some(oldest) = window.order.pop_front()
        {
            window.known.remove(&oldest);
        }
        window.order.push_back(id.clone());
        window.known.insert(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_runs_once() {
        let seen = Seen::default();
        let mut runs = 0;
        for _ in 0..3 {
            assert_eq!(
                seen.once(Some("SM1".to_owned()), || {
                    runs += 1;
                    Ok::<_, ()>(())
                }),
                Ok(())
            );
        }
        assert_eq!(runs, 1);
    }

    #[test]
    fn a_refused_message_may_come_again() {
        let seen = Seen::default();
        assert_eq!(seen.once(Some("SM1".to_owned()), || Err::<(), _>("busy")), Err("busy"));
        let mut ran = false;
        assert_eq!(
            seen.once(Some("SM1".to_owned()), || {
                ran = true;
                Ok::<_, &str>(())
            }),
            Ok(())
        );
        assert!(ran);
    }

    #[test]
    fn the_window_is_bounded() {
        let seen = Seen::default();
        for number in 0..=WINDOW {
            let _ = seen.once(Some(number.to_string()), || Ok::<_, ()>(()));
        }
        let mut ran = false;
        let _ = seen.once(Some("0".to_owned()), || {
            ran = true;
            Ok::<_, ()>(())
        });
        assert!(ran);
    }
}
