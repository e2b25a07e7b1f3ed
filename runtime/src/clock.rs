//! The one place that reads the time.

use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970 in UTC, leap seconds aside. The form in which journals hold time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Time(pub(crate) i64);

impl Time {
    /// The clock on the wall, as the system has it.
    pub(crate) fn now() -> Self {
        Self::from(SystemTime::now())
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
}
