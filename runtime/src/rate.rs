//! How often something may be done.

use std::time::Duration;

use tokio::time::Instant;

/// What may come at once is what is saved up in this time.
const BURST: Duration = Duration::from_secs(1);

/// A token bucket: it holds one second's tokens, and is filled evenly.
///
/// It is kept as the time at which it will be full again (the "virtual scheduling algorithm" of ITU-T I.371), so that
/// nothing has to fill it.
#[derive(Debug)]
pub(crate) struct Rate {
    /// From one token to the next.
    gap: Duration,
    /// `None`: nothing was taken yet.
    full: Option<Instant>,
}

impl Rate {
    /// So many a second, and as many at once; 0 counts as 1.
    pub(crate) fn new(per_second: u32) -> Self {
        Self { gap: BURST / per_second.max(1), full: None }
    }

    /// Whether nothing would be different if it were forgotten.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full.is_none_or(|full| full <= now)
    }

    /// Takes the next token that there will be, and says how long it is until then: so those who come first go first.
    pub(crate) fn reserve(&mut self, now: Instant) -> Duration {
        let full = self.full.map_or(now, |full| full.max(now)) + self.gap;
        self.full = Some(full);
        full.duration_since(now).saturating_sub(BURST)
    }

    /// Takes a token. The time may not go backwards, as that of the system's monotonic clock does not.
    ///
    /// # Errors
    ///
    /// How long until there is one, if there is none; nothing was taken.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let full = self.full.map_or(now, |full| full.max(now)) + self.gap;
        match full.duration_since(now).checked_sub(BURST) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                self.full = Some(full);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, milliseconds: u64) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    /// How many of `tries` are let through at one moment.
    fn taken(rate: &mut Rate, now: Instant, tries: usize) -> usize {
        (0..tries).filter(|_| rate.take(now).is_ok()).count()
    }

    #[test]
    fn a_seconds_tokens_come_at_once_and_then_evenly() {
        let (start, mut rate) = (Instant::now(), Rate::new(4));
        assert_eq!(taken(&mut rate, start, 9), 4);
        assert_eq!(rate.take(at(start, 0)), Err(Duration::from_millis(250)));
        assert_eq!(rate.take(at(start, 249)), Err(Duration::from_millis(1)));
        assert_eq!(rate.take(at(start, 250)), Ok(()));
        assert_eq!(rate.take(at(start, 250)), Err(Duration::from_millis(250)));
        assert_eq!(taken(&mut rate, at(start, 1_000), 9), 3);
    }

    #[test]
    fn no_more_than_one_second_is_saved_up() {
        let (start, mut rate) = (Instant::now(), Rate::new(3));
        assert_eq!(taken(&mut rate, start, 9), 3);
        assert_eq!(taken(&mut rate, at(start, 3_600_000), 9), 3);
    }

    #[test]
    fn what_was_refused_costs_nothing() {
        let (start, mut rate) = (Instant::now(), Rate::new(1));
        assert_eq!(taken(&mut rate, start, 1_000), 1);
        assert_eq!(taken(&mut rate, at(start, 999), 1_000), 0);
        assert_eq!(taken(&mut rate, at(start, 1_000), 1_000), 1);
    }

    #[test]
    fn what_is_reserved_comes_in_its_order() {
        let (start, mut rate) = (Instant::now(), Rate::new(4));
        let waits: Vec<u128> = (0..7).map(|_| rate.reserve(start).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 250, 500, 750]);
        assert_eq!(rate.reserve(at(start, 1_000)).as_millis(), 0);
    }

    #[test]
    fn any_number_a_second_will_do() {
        let start = Instant::now();
        assert_eq!(taken(&mut Rate::new(0), start, 9), 1);
        assert_eq!(taken(&mut Rate::new(7), start, 99), 7);
        assert_eq!(taken(&mut Rate::new(1_000_000), start, 1_000_002), 1_000_000);
    }
}
