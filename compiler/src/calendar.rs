//! Days and times of the Gregorian calendar, in no time zone.

use std::fmt;

/// A date and a time as people write it: `2026-12-24 09:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    /// 1–9999
    pub year: i64,
    /// 1–12
    pub month: i64,
    /// 1–31
    pub day: i64,
    /// 0–23
    pub hour: i64,
    /// 0–59
    pub minute: i64,
}

impl LocalTime {
    /// Reads `2026-12-24 09:00`, the `T` of ISO 8601 in place of the space too; `None`: it is no time that exists.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.trim().split_once([' ', 'T'])?;
        let digits = |text: &str, length: usize| {
            let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<i64>().ok()).flatten()
        };
        let mut date = date.split('-');
        let (year, month, day) = (digits(date.next()?, 4)?, digits(date.next()?, 2)?, digits(date.next()?, 2)?);
        let (hour, minute) = time.trim_start().split_once(':')?;
        let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
        let exists = date.next().is_none()
            && year > 0
            && (1..=12).contains(&month)
            && civil(days(year, month, day)) == (year, month, day)
            && hour < 24
            && minute < 60;
        exists.then_some(Self { year, month, day, hour, minute })
    }

    /// Midnight of the day after so many days.
    pub fn midnight_after(self, count: i64) -> Self {
        let (year, month, day) = civil(days(self.year, self.month, self.day) + count);
        Self { year, month, day, hour: 0, minute: 0 }
    }

    /// Seconds from 1970-01-01 00:00 to it, as long as each day has 24 hours.
    pub fn seconds(self) -> i64 {
        (days(self.year, self.month, self.day) * 24 + self.hour) * 3_600 + self.minute * 60
    }

    /// The minute that holds this second, counted from 1970-01-01 00:00.
    pub fn at_seconds(seconds: i64) -> Self {
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        Self { year, month, day, hour: of_day / 3_600, minute: of_day % 3_600 / 60 }
    }

    /// 0–6, Sunday is 0.
    pub fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        (days(self.year, self.month, self.day) + 4).rem_euclid(7)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. A year is counted from March, so that a leap day ends it.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn dates_come_back_from_their_days() {
        for day in (-800_000..800_000).step_by(37) {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(days(2028, 2, 29)), (2028, 2, 29));
    }

    #[test]
    fn times_come_back_from_their_seconds() {
        for (text, seconds) in [("1970-01-01 00:00", 0), ("2030-01-07 08:00", 1_894_003_200), ("1969-12-31 23:59", -60)]
        {
            let time = LocalTime::parse(text).unwrap();
            assert_eq!((time.seconds(), LocalTime::at_seconds(seconds + 59)), (seconds, time), "{text}");
        }
    }

    #[test]
    fn times_are_read_if_they_exist() {
        let eve = LocalTime::parse("2026-12-24 09:05").unwrap();
        assert_eq!((eve.to_string().as_str(), eve.weekday()), ("2026-12-24 09:05", 4));
        assert_eq!(LocalTime::parse("2026-12-24T09:05"), Some(eve));
        assert_eq!(eve.midnight_after(8).to_string(), "2027-01-01 00:00");
        for wrong in [
            "2026-12-24",
            "2026-02-29 09:00",
            "2026-13-01 09:00",
            "2026-12-24 24:00",
            "26-12-24 09:00",
            "2026-12-24 9:00",
            "",
        ] {
            assert_eq!(LocalTime::parse(wrong), None, "{wrong}");
        }
    }
}
