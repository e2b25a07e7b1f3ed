//! Schedules: five fields, as in cron (POSIX `crontab`, with the names, steps and Sunday as 7 of Vixie cron).

use std::ops::{Range, RangeInclusive};

use crate::calendar::LocalTime;

/// Why a text is no schedule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CronError {
    /// Where in the text, in bytes.
    pub(crate) range: Range<usize>,
    /// What is wrong there.
    pub(crate) message: String,
}

/// When a schedule comes: bit `n` of a field is set where the value `n` is among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// 0–59.
    pub minutes: u64,
    /// 0–23.
    pub hours: u32,
    /// Days of the month, 1–31.
    pub days: u32,
    /// 1–12.
    pub months: u16,
    /// 0–6, Sunday is 0.
    pub weekdays: u8,
    /// Neither field of days begins with `*`, so either will do (Vixie cron, `crontab(5)`); else both must fit.
    pub either_day: bool,
}

impl Times {
    /// Whether a time is one of them.
    pub(crate) fn has(&self, time: LocalTime) -> bool {
        let is_set = |bits: u64, value: i64| bits >> value & 1 == 1;
        self.has_day(time) && is_set(self.hours.into(), time.hour) && is_set(self.minutes, time.minute)
    }

    fn has_day(&self, time: LocalTime) -> bool {
        let is_set = |bits: u64, value: i64| bits >> value & 1 == 1;
        let (day, weekday) = (is_set(self.days.into(), time.day), is_set(self.weekdays.into(), time.weekday()));
        is_set(self.months.into(), time.month) && if self.either_day { day || weekday } else { day && weekday }
    }

    /// The first of them that is not before this one.
    pub(crate) fn first_from(&self, start: LocalTime) -> Option<LocalTime> {
        // The rarest day, a 29 February of one weekday, comes within 40 years.
        const DAYS_AHEAD: i64 = 40 * 366;
        let later = (1..DAYS_AHEAD).map(|count| start.midnight_after(count));
        [start].into_iter().chain(later).filter(|day| self.has_day(*day)).find_map(|day| self.first_of_day(day))
    }

    /// The first of them on the same day that is not before this one.
    fn first_of_day(&self, start: LocalTime) -> Option<LocalTime> {
        let minutes = start.hour * 60 + start.minute..24 * 60;
        minutes.map(|at| LocalTime { hour: at / 60, minute: at % 60, ..start }).find(|time| self.has(*time))
    }
}

struct Field {
    name: &'static str,
    values: RangeInclusive<u32>,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", values: 0..=59, names: &[] },
    Field { name: "hour", values: 0..=23, names: &[] },
    Field { name: "day of the month", values: 1..=31, names: &[] },
    Field {
        name: "month",
        values: 1..=12,
        names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    },
    Field { name: "weekday", values: 0..=7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
];

/// Days of each month, February's in a leap year.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Reads a schedule that can come about.
///
/// # Errors
/// The first mistake, at its place.
pub(crate) fn parse(text: &str) -> Result<Times, CronError> {
    let words: Vec<(usize, &str)> = words(text);
    if words.len() != FIELDS.len() {
        let many = words.len();
        let range = words.get(FIELDS.len()).map_or(0..text.len(), |(at, _)| *at..text.len());
        return Err(CronError { range, message: format!("a schedule has five fields, and this has {many}") });
    }
    let mut values: Vec<Vec<u32>> = Vec::new();
    for ((at, word), field) in words.iter().zip(&FIELDS) {
        values.push(field.parse(*at, word)?);
    }
    let [minutes, hours, days, months, weekdays] = values.as_slice() else { return Ok(Times::default()) };
    let is_given = |field: usize| words.get(field).is_some_and(|(_, word)| !word.starts_with('*'));
    let either_day = is_given(2) && is_given(4);
    if !either_day && !months.iter().any(|month| days.iter().any(|day| exists(*day, *month))) {
        let range = words.get(2).map_or(0..text.len(), |(at, word)| *at..at + word.len());
        return Err(CronError { range, message: "no month of this schedule has such a day".to_owned() });
    }
    let bits = |values: &[u32]| values.iter().fold(0_u64, |bits, value| bits | 1 << value);
    // Each field is as wide as its values need; 7 is Sunday, too.
    Ok(Times {
        minutes: bits(minutes),
        hours: bits(hours) as u32,
        days: bits(days) as u32,
        months: bits(months) as u16,
        weekdays: (bits(weekdays) | bits(weekdays) >> 7) as u8 & 0x7f,
        either_day,
    })
}

fn exists(day: u32, month: u32) -> bool {
    let at = month.saturating_sub(1) as usize;
    DAYS.get(at).is_some_and(|days| day <= *days)
}

/// Words with their places.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match (character.is_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                words.extend(text.get(from..at).map(|word| (from, word)));
                start = None;
            }
            _ => {}
        }
    }
    words
}

impl Field {
    /// `*`, `5`, `1-5`, `*/10`, `MON-FRI`, or several with commas: the values it stands for.
    fn parse(&self, at: usize, word: &str) -> Result<Vec<u32>, CronError> {
        let mut values = Vec::new();
        let mut start = at;
        for item in word.split(',') {
            values.extend(self.item(start, item)?);
            start += item.len() + 1;
        }
        Ok(values)
    }

    fn item(&self, at: usize, item: &str) -> Result<Vec<u32>, CronError> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some((at + range.len() + 1, step))),
            None => (item, None),
        };
        let (first, last) = if range == "*" {
            (*self.values.start(), *self.values.end())
        } else if let Some((first, last)) = range.split_once('-') {
            let ends = (self.value(at, first)?, self.value(at + first.len() + 1, last)?);
            if ends.0 > ends.1 {
                let message = format!("`{range}` runs backwards");
                return Err(CronError { range: at..at + range.len(), message });
            }
            ends
        } else {
            let value = self.value(at, range)?;
            // `5/10` begins at 5 and runs to the end.
            (value, if step.is_some() { *self.values.end() } else { value })
        };
        let step = match step {
            None => 1,
            Some((at, text)) => match text.parse::<u32>() {
                Ok(step) if step > 0 && step <= *self.values.end() => step,
                _ => {
                    let message = format!("`{text}` is no step of a {}", self.name);
                    return Err(CronError { range: at..at + text.len(), message });
                }
            },
        };
        Ok((first..=last).step_by(step as usize).collect())
    }

    fn value(&self, at: usize, text: &str) -> Result<u32, CronError> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match named {
            Some(index) => u32::try_from(index).ok().map(|index| index + self.values.start()),
            None => text.parse::<u32>().ok().filter(|value| self.values.contains(value)),
        };
        value.ok_or_else(|| {
            let message = match text {
                "" => format!("a {} is missing here", self.name),
                _ => {
                    let (first, last) = (self.values.start(), self.values.end());
                    let numbers = format!("`{text}` is no {}: it is {first} to {last}", self.name);
                    match (self.names.first(), self.names.last()) {
                        (Some(first), Some(last)) => format!("{numbers}, or {first} to {last}"),
                        _ => numbers,
                    }
                }
            };
            CronError { range: at..at + text.len(), message }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn schedules_are_understood() {
        for text in [
            "0 9 * * MON-FRI",
            "*/10 * * * *",
            "0 0 1,15 * *",
            "5/20 8-18 * jan-mar 0",
            "0 0 29 2 *",
            "0 0 31 2 MON",
            "0 0 * * 7",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn each_field_gives_its_values() {
        let times = parse("*/20 8-18/5 1,31 JAN,DEC *").unwrap();
        let wanted = Times {
            minutes: 1 | 1 << 20 | 1 << 40,
            hours: 1 << 8 | 1 << 13 | 1 << 18,
            days: 1 << 1 | 1 << 31,
            months: 1 << 1 | 1 << 12,
            weekdays: 0x7f,
            either_day: false,
        };
        assert_eq!(times, wanted);
    }

    #[test]
    fn the_first_time_is_one_of_them() {
        let start = LocalTime::parse("2030-01-07 00:00").unwrap();
        for (text, first) in [
            ("0 9 * * MON-FRI", "2030-01-07 09:00"),
            ("*/10 8-18 * * SUN", "2030-01-13 08:00"),
            ("30 6 1 * *", "2030-02-01 06:30"),
            ("0 0 13 * FRI", "2030-01-11 00:00"),
            ("0 0 29 2 *", "2032-02-29 00:00"),
        ] {
            let times = parse(text).unwrap();
            let found = times.first_from(start).unwrap();
            assert_eq!(found.to_string(), first, "{text}");
            assert!(times.has(found) && !times.has(LocalTime { minute: found.minute + 1, ..found }), "{text}");
        }
    }

    #[test]
    fn the_first_time_is_looked_for_from_a_minute_on() {
        let first = |text: &str, start: &str| {
            parse(text).unwrap().first_from(LocalTime::parse(start).unwrap()).map(|time| time.to_string())
        };
        for (start, found) in [
            ("2030-01-07 08:00", "2030-01-07 08:00"),
            ("2030-01-07 08:01", "2030-01-07 08:30"),
            ("2030-01-07 08:31", "2030-01-07 17:00"),
            ("2030-01-07 17:31", "2030-01-08 08:00"),
            ("2030-01-11 23:59", "2030-01-14 08:00"),
        ] {
            assert_eq!(first("*/30 8,17 * * MON-FRI", start).as_deref(), Some(found), "{start}");
        }
        assert_eq!(first("0 0 31 4 MON", "2030-01-07 00:00").as_deref(), Some("2030-04-01 00:00"));
    }

    #[test]
    fn sunday_has_two_numbers() {
        for text in ["0 0 * * 0", "0 0 * * 7", "0 0 * * SUN", "0 0 * * 0,7"] {
            assert_eq!(parse(text).unwrap().weekdays, 1, "{text}");
        }
        assert_eq!(parse("0 0 * * 5-7").unwrap().weekdays, 1 | 1 << 5 | 1 << 6);
    }

    #[test]
    fn either_day_will_do_where_both_are_given() {
        let either = |text| parse(text).unwrap().either_day;
        assert!(either("0 0 13 * FRI") && either("0 0 30 2 MON") && either("0 0 1-31 * 1"));
        assert!(!either("0 0 13 * *") && !either("0 0 * * FRI") && !either("0 0 */2 * FRI") && !either("0 0 13 * */2"));
    }

    #[test]
    fn mistakes_have_their_place() {
        let place = |text| parse(text).map_err(|error| error.range);
        assert_eq!(place("0 25 * * *"), Err(2..4));
        assert_eq!(place("0 9 * *"), Err(0..7));
        assert_eq!(place("0 9 * * * *"), Err(10..11));
        assert_eq!(place("0 9 * * FRI-MON"), Err(8..15));
        assert_eq!(place("*/0 9 * * *"), Err(2..3));
        assert_eq!(place("1,,2 9 * * *"), Err(2..2));
        assert_eq!(place("0 9 30 2 *"), Err(4..6));
        assert_eq!(place("0 9 0 * *"), Err(4..5));
        assert_eq!(place("0 9 30 2 */2"), Err(4..6));
    }
}
