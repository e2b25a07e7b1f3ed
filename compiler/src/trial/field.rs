//! Fields of records, of which not every value of their type is one.

use std::ops::RangeInclusive;

use crate::graph::FailureKind;

/// A field of `$now` or `$failure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Kind,
    Status,
    Date,
    Time,
    Weekday,
    Year,
    Month,
    Day,
    Hour,
    Minute,
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Field {
    /// The field of this name; `None` if it takes every text.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "kind" => Self::Kind,
            "status" => Self::Status,
            "date" => Self::Date,
            "time" => Self::Time,
            "weekday" => Self::Weekday,
            "year" => Self::Year,
            "month" => Self::Month,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            _ => return None,
        })
    }

    /// Whether it may have this value, which is one of its type; if not, what one is like.
    pub(super) fn check(self, text: &str) -> Result<(), &'static str> {
        let within = |range: RangeInclusive<u32>| text.parse().is_ok_and(|number: u32| range.contains(&number));
        let (fits, why) = match self {
            Self::Kind => (
                FailureKind::ALL.iter().any(|kind| kind.as_str() == text),
                "it is the kind of a failure, as timeout, status or response",
            ),
            // RFC 9110, section 15: three digits.
            Self::Status => (within(100..=999), "a status is a number of three digits, as 404"),
            Self::Date => (is_date(text), "it is a day of the calendar, as 2026-11-22"),
            Self::Time => (is_time(text), "it is a time from 00:00 to 23:59"),
            Self::Weekday => (WEEKDAYS.contains(&text), "it is a day of the week, as Monday"),
            Self::Year => (within(1..=9999), "a year has up to four digits, as 2026"),
            Self::Month => (within(1..=12), "a month is a number from 1 to 12"),
            Self::Day => (within(1..=31), "a day is a number from 1 to 31"),
            Self::Hour => (within(0..=23), "an hour is a number from 0 to 23"),
            Self::Minute => (within(0..=59), "a minute is a number from 0 to 59"),
        };
        if fits { Ok(()) } else { Err(why) }
    }

    /// A value of it.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Kind => "timeout",
            Self::Status => "404",
            Self::Date => "2026-11-22",
            Self::Time => "09:00",
            Self::Weekday => "Monday",
            Self::Year => "2026",
            Self::Month => "11",
            Self::Day => "22",
            Self::Hour => "9",
            Self::Minute => "0",
        }
    }
}

/// A number of exactly so many digits, which ends at a mark or with the text.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A day of the Gregorian calendar, as RFC 3339's `full-date` has it.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let &[year, month, day] = parts.as_slice() else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    let Some((hour, minute)) = text.split_once(':') else { return false };
    number(hour, 2).is_some_and(|hour| hour < 24) && number(minute, 2).is_some_and(|minute| minute < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_takes_what_there_is() {
        let values: &[(Field, &[&str], &[&str])] = &[
            (Field::Kind, &["timeout"], &["late"]),
            (Field::Status, &["100", "404"], &["0", "2000", "-1"]),
            (
                Field::Date,
                &["2026-11-23", "2024-02-29", "2000-02-29"],
                &["2026-02-31", "2026-02-29", "1900-02-29", "2026-13-01", "2026-1-1", "2026-01-00", "today", ""],
            ),
            (Field::Time, &["00:00", "23:59"], &["24:00", "9:00", "09:60", "09:00:00", ""]),
            (Field::Weekday, &["Monday"], &["monday", "Someday"]),
            (Field::Month, &["12"], &["0", "13"]),
            (Field::Day, &["31"], &["32"]),
            (Field::Hour, &["0", "23"], &["25", "-1"]),
            (Field::Minute, &["59"], &["60"]),
            (Field::Year, &["2026"], &["0", "20266"]),
        ];
        for (field, taken, refused) in values {
            assert_eq!(field.check(field.example()), Ok(()), "{field:?}");
            for text in *taken {
                assert_eq!(field.check(text), Ok(()), "{field:?}: {text}");
            }
            for text in *refused {
                assert!(field.check(text).is_err(), "{field:?}: {text}");
            }
        }
    }
}
