//! The one place that reads the time, or pretends to.

use std::cell::Cell;
use std::fmt;
use std::ops::{Add, Sub};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::logging::rfc3339;

/// A moment: milliseconds since 1970 in UTC, leap seconds aside. The form in which journals hold time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Time(pub(crate) i64);

impl Time {
    /// The clock on the wall, as the system has it; or the one of a [`Pretence`].
    pub(crate) fn now() -> Self {
        PRETENDED.get().map_or_else(|| Self::from(SystemTime::now()), |began| Pretence::START + began.elapsed())
    }

    /// The moment from which a timer is set, and by which it is due: a jump of the clock that [`Jumps`] has not seen yet
    /// is left out, since all timers are moved by it once it has.
    pub(crate) fn of_timers() -> Self {
        if Pretence::is_on() {
            // It never jumps, whatever the system's clock does meanwhile.
            return Self::now();
        }
        let (now, seen) = (Self::now(), SEEN.load(Ordering::Relaxed));
        let unseen = if seen == UNWATCHED { 0 } else { ahead() - seen };
        if unseen.abs() < JUMP { now } else { Self(now.0 - unseen) }
    }

    /// How long it is from an earlier moment until this one; nothing if that one is later.
    pub(crate) fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(time.duration_since(UNIX_EPOCH).map_or_else(|before| -millis(before.duration()), millis))
    }
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, duration: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, duration: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Time {
    /// RFC 3339, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rfc3339(UNIX_EPOCH + self.since(Time::default())))
    }
}

thread_local! {
    /// When the pretence on this thread began, if there is one.
    static PRETENDED: Cell<Option<tokio::time::Instant>> = const { Cell::new(None) };
}

/// As long as it is kept, the clock on the wall of this thread goes as tokio's does, which may be paused and jump from
/// timer to timer.
pub(crate) struct Pretence(());

impl Pretence {
    /// What the clock shows at first: Monday, 2030-01-07, 08:00 in UTC.
    pub(crate) const START: Time = Time(1_894_003_200_000);

    /// Whether there is one on this thread.
    pub(crate) fn is_on() -> bool {
        PRETENDED.get().is_some()
    }

    /// Begins now. Must be called within the tokio runtime whose clock it is.
    pub(crate) fn begin() -> Self {
        PRETENDED.set(Some(tokio::time::Instant::now()));
        Self(())
    }
}

impl Drop for Pretence {
    fn drop(&mut self) {
        PRETENDED.set(None);
    }
}

/// Watches the clock on the wall for jumps, by a clock that does not.
pub(crate) struct Jumps {
    /// How far the wall's clock is ahead of the steady one, in milliseconds.
    ahead: i64,
}

/// [`Jumps::ahead`] for all of the process: it has one clock.
static SEEN: AtomicI64 = AtomicI64::new(UNWATCHED);

const UNWATCHED: i64 = i64::MIN;

/// What is less may be the clock being slewed, or this process being held up between two readings.
const JUMP: i64 = 1_000;

impl Jumps {
    /// Begins to watch.
    pub(crate) fn watch() -> Self {
        let ahead = ahead();
        SEEN.store(ahead, Ordering::Relaxed);
        Self { ahead }
    }

    /// By how many milliseconds the clock has jumped since it was asked last.
    pub(crate) fn seen(&mut self) -> Option<i64> {
        let ahead = ahead();
        SEEN.store(ahead, Ordering::Relaxed);
        self.seen_at(ahead)
    }

    fn seen_at(&mut self, ahead: i64) -> Option<i64> {
        let by = ahead - self.ahead;
        self.ahead = ahead;
        (by.abs() >= JUMP).then_some(by)
    }
}

fn ahead() -> i64 {
    let steady = steady();
    Time::now().0.saturating_sub(i64::try_from(steady.as_millis()).unwrap_or(i64::MAX))
}

/// A clock that never jumps and, where the system offers that, does not stand still while the machine sleeps:
/// Linux's time since boot (proc_uptime(5)), else the monotonic clock.
fn steady() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    static HAS_UPTIME: OnceLock<bool> = OnceLock::new();
    let uptime = || -> Option<Duration> {
        let text = std::fs::read_to_string("/proc/uptime").ok()?;
        Duration::try_from_secs_f64(text.split(' ').next()?.parse().ok()?).ok()
    };
    // One clock for as long as the process lives: the two begin at different times.
    if *HAS_UPTIME.get_or_init(|| uptime().is_some()) {
        uptime().unwrap_or_default()
    } else {
        START.get_or_init(Instant::now).elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_durations_add_up() {
        let noon = Time(1_000_000);
        assert_eq!((noon + Duration::from_secs(2)).since(noon), Duration::from_secs(2));
        assert_eq!(noon.since(noon + Duration::from_secs(2)), Duration::ZERO);
        assert_eq!(Time::from(UNIX_EPOCH - Duration::from_millis(5)), Time(-5));
    }

    #[test]
    fn a_jump_is_told_once_and_a_slew_is_none() {
        let mut jumps = Jumps { ahead: 0 };
        assert_eq!(jumps.seen_at(400), None);
        assert_eq!(jumps.seen_at(800), None);
        assert_eq!(jumps.seen_at(3_600_800), Some(3_600_000));
        assert_eq!(jumps.seen_at(3_600_800), None);
        assert_eq!(jumps.seen_at(800), Some(-3_600_000));
    }
}
