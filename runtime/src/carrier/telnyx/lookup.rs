//! Whether Telnyx has taken a message. It cannot be asked; but the same message with the same Idempotency-Key goes out
//! once, however often it is handed over ("Idempotency" in Telnyx's documentation). So it is handed over again, and then
//! Telnyx has it.

use std::time::Duration;

use tracing::warn;

use super::Telnyx;
use crate::carrier::{Handover, NotSent, Obstacle, Outgoing};
use crate::clock::Time;

/// Telnyx knows a key for 24 hours; clocks may differ.
const KNOWN: Duration = Duration::from_secs(23 * 3600);

/// How often it is tried, and the pause before the second time; each one is twice as long as the one before.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// The body is another than it was, as after a change of `--public-url`: then the first may have been taken, or not.
const OTHER_BODY: u16 = 422;

impl Telnyx {
    /// `None`: it may have been too long ago, or Telnyx does not say.
    pub(super) async fn hand_over_again(&self, message: Outgoing<'_>, since: Time) -> Option<bool> {
        if Time::now().since(since) > KNOWN {
            return None;
        }
        let mut pause = PAUSE;
        for attempt in 1..=TRIES {
            tokio::time::sleep(pause).await;
            pause *= 2;
            let reason = match self.hand_over(message).await {
                Handover::Sent(_) => return Some(true),
                Handover::NotSent(NotSent { status: Some(OTHER_BODY), .. }) => return None,
                Handover::NotSent(NotSent { obstacle: Obstacle::Final | Obstacle::OptedOut(_), .. }) => {
                    return Some(false);
                }
                Handover::NotSent(NotSent { why, .. }) | Handover::Unknown { why, .. } => why,
            };
            warn!(blame = "carrier", retry = attempt < TRIES, reason, "Telnyx could not be asked");
        }
        None
    }
}
