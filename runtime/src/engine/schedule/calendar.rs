//! When a schedule comes about: calendar days and hours of a time zone.

use std::time::Duration;

use jiff::civil::{Date, Time as Clock, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::clock::Time;
use crate::flow::{Now, Times};

/// A schedule on the 29th of February may have to wait eight years.
const HORIZON_DAYS: usize = 366 * 9;

/// Times that were missed longer ago are not counted one by one.
const MISSED: Duration = Duration::from_secs(32 * 24 * 3600);

const EVERY_HOUR: u32 = (1 << 24) - 1;

/// A time zone's calendar.
pub(super) struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// The system's time zones are asked first, then those that came with the binary.
    pub(super) fn of(timezone: &str) -> Result<Self, String> {
        let zone = TimeZone::get(timezone).map_err(|_| format!("the time zone {timezone:?} is not known here"))?;
        Ok(Self { zone })
    }

    /// The first time after that one; `None`: there is none.
    ///
    /// Where clocks are set forward, a time that does not exist comes as much later as they were set; where they are set
    /// back, a time that comes twice is meant the first time. Both hold for schedules that name hours: one of every hour
    /// goes by the hours that really pass.
    pub(super) fn next(&self, times: &Times, after: Time) -> Option<Time> {
        let local = self.zone.to_datetime(timestamp(after)?);
        // A time that clocks skip just before midnight comes about on the next day.
        let first = local.date().checked_sub(1.day()).unwrap_or(local.date());
        let mut days = first.series(1.day()).take(HORIZON_DAYS).filter(|date| times.has_day(*date));
        days.find_map(|date| self.on_day(times, date).filter(|time| *time > after).min())
    }

    /// The last time that is not after `now`, from one of its times on.
    pub(super) fn last(&self, times: &Times, due: Time, now: Time) -> Time {
        let mut last = due.max(now - MISSED);
        while let Some(next) = self.next(times, last).filter(|next| *next <= now) {
            last = next;
        }
        if last > due && self.next(times, last - Duration::from_millis(1)) != Some(last) { due } else { last }
    }

    fn on_day(&self, times: &Times, date: Date) -> impl Iterator<Item = Time> {
        let hours = (0..24_i8).filter(|hour| times.hours >> hour & 1 == 1);
        let clocks = hours.flat_map(|hour| {
            let minutes = (0..60_i8).filter(|minute| times.minutes >> minute & 1 == 1);
            minutes.filter_map(move |minute| Clock::new(hour, minute, 0, 0).ok())
        });
        let every_hour = times.hours == EVERY_HOUR;
        clocks.flat_map(move |clock| self.instants(date, clock, every_hour)).flatten()
    }

    /// The moments at which clocks show this time.
    fn instants(&self, date: Date, clock: Clock, every_hour: bool) -> [Option<Time>; 2] {
        let shown = self.zone.to_ambiguous_timestamp(date.to_datetime(clock));
        let time = |timestamp: Result<Timestamp, jiff::Error>| timestamp.ok().map(|at| Time(at.as_millisecond()));
        match shown.offset() {
            AmbiguousOffset::Gap { .. } if every_hour => [None, None],
            AmbiguousOffset::Fold { .. } if every_hour => [time(shown.earlier()), time(shown.later())],
            _ => [time(shown.compatible()), None],
        }
    }

    /// What people there see on their clocks and calendars.
    pub(super) fn now(&self, time: Time) -> Now {
        let local = self.zone.to_datetime(timestamp(time).unwrap_or_default());
        Now {
            date: format!("{:04}-{:02}-{:02}", local.year(), local.month(), local.day()),
            time: format!("{:02}:{:02}", local.hour(), local.minute()),
            weekday: weekday(local.weekday()).to_owned(),
            year: local.year().into(),
            month: local.month().into(),
            day: local.day().into(),
            hour: local.hour().into(),
            minute: local.minute().into(),
        }
    }
}

impl Times {
    fn has_day(&self, date: Date) -> bool {
        let day = self.days >> date.day() & 1 == 1;
        let weekday = self.weekdays >> date.weekday().to_sunday_zero_offset() & 1 == 1;
        let is_day = if self.either_day { day || weekday } else { day && weekday };
        is_day && self.months >> date.month() & 1 == 1
    }
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_millisecond(time.0).ok()
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ALL_DAYS: u32 = u32::MAX << 1;
    const ALL_MONTHS: u16 = 0b1_1111_1111_1110;
    const ALL_WEEKDAYS: u8 = 0b111_1111;

    fn at(hours: u32, minutes: u64) -> Times {
        Times { minutes, hours, days: ALL_DAYS, months: ALL_MONTHS, weekdays: ALL_WEEKDAYS, either_day: false }
    }

    fn utc(text: &str) -> Time {
        Time(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    /// The next times, in UTC.
    fn following(zone: &str, times: Times, after: &str, many: usize) -> Vec<String> {
        let calendar = Calendar::of(zone).unwrap();
        let mut found = Vec::new();
        let mut after = utc(after);
        for _ in 0..many {
            let Some(next) = calendar.next(&times, after) else { break };
            found.push(timestamp(next).unwrap().to_string());
            after = next;
        }
        found
    }

    #[test]
    fn a_working_day_at_nine() {
        let times = Times { weekdays: 0b011_1110, ..at(1 << 9, 1) };
        // The 20th of November 2026 is a Friday; New York is five hours behind.
        let next = following("America/New_York", times, "2026-11-20T13:59:00Z", 3);
        assert_eq!(next, ["2026-11-20T14:00:00Z", "2026-11-23T14:00:00Z", "2026-11-24T14:00:00Z"]);
    }

    #[test]
    fn either_day_will_do_where_both_are_given() {
        let both = Times { days: 1 << 13, weekdays: 1 << 5, either_day: true, ..at(1, 1) };
        let next = following("UTC", both, "2026-11-01T00:00:00Z", 4);
        assert_eq!(
            next,
            ["2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z"]
        );
        let next = following("UTC", both, "2026-12-11T00:00:00Z", 1);
        assert_eq!(next, ["2026-12-13T00:00:00Z"]);
    }

    #[test]
    fn a_time_that_clocks_skip_comes_later_that_day() {
        let next = following("America/New_York", at(1 << 2, 1 << 30), "2026-03-07T12:00:00Z", 2);
        assert_eq!(next, ["2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"]);
    }

    #[test]
    fn a_time_that_comes_twice_is_meant_the_first_time() {
        let next = following("America/New_York", at(1 << 1, 1 << 30), "2026-11-01T00:00:00Z", 2);
        assert_eq!(next, ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]);
    }

    #[test]
    fn every_hour_goes_by_hours_that_pass() {
        let hourly = at(EVERY_HOUR, 1);
        let back = following("America/New_York", hourly, "2026-11-01T04:30:00Z", 3);
        assert_eq!(back, ["2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"]);
        let forward = following("America/New_York", hourly, "2026-03-08T06:30:00Z", 2);
        assert_eq!(forward, ["2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"]);
    }

    #[test]
    fn a_leap_day_is_found() {
        let times = Times { days: 1 << 29, months: 1 << 2, ..at(1, 1) };
        assert_eq!(following("UTC", times, "2096-03-01T00:00:00Z", 1), ["2104-02-29T00:00:00Z"]);
    }

    #[test]
    fn the_last_missed_time_stands_for_all() {
        let calendar = Calendar::of("UTC").unwrap();
        let daily = at(1 << 9, 1);
        let last = |due, now| timestamp(calendar.last(&daily, utc(due), utc(now))).unwrap().to_string();
        assert_eq!(last("2026-11-20T09:00:00Z", "2026-11-22T10:00:00Z"), "2026-11-22T09:00:00Z");
        assert_eq!(last("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"), "2026-11-20T09:00:00Z");
        let yearly = Times { days: 1 << 1, months: 1 << 1, ..daily };
        let last = calendar.last(&yearly, utc("2026-01-01T09:00:00Z"), utc("2026-06-01T00:00:00Z"));
        assert_eq!(last, utc("2026-01-01T09:00:00Z"));
    }

    #[test]
    fn now_is_what_clocks_there_show() {
        let now = Calendar::of("America/New_York").unwrap().now(utc("2026-11-22T14:05:59Z"));
        assert_eq!((now.date.as_str(), now.time.as_str(), now.weekday.as_str()), ("2026-11-22", "09:05", "Sunday"));
        assert_eq!((now.year, now.month, now.day, now.hour, now.minute), (2026, 11, 22, 9, 5));
    }
}
