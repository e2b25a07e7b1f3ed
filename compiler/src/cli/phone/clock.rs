//! Times as people read them: the binary's log has UTC, and a phone shows the time of its place.

use crate::calendar::{civil, days};

const DAY: i64 = 86_400;

/// How far the clocks of this place are ahead of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Zone {
    seconds: i64,
}

impl Zone {
    /// From the form that `date +%z` has (POSIX): `+0530`. UTC, if it is none.
    pub(super) fn parse(text: &str) -> Self {
        let read = |text: &str| {
            let (sign, digits) = text.split_at_checked(1)?;
            let (hours, minutes) = digits.split_at_checked(2)?;
            let seconds = hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60;
            Some(if sign == "-" { -seconds } else { seconds })
        };
        Self { seconds: read(text.trim()).unwrap_or(0) }
    }

    /// `14:05`
    pub(super) fn minute(self, moment: i64) -> String {
        let second = (moment + self.seconds).rem_euclid(DAY);
        format!("{:02}:{:02}", second / 3_600, second / 60 % 60)
    }

    /// `14:05:09`
    pub(super) fn second(self, moment: i64) -> String {
        format!("{}:{:02}", self.minute(moment), (moment + self.seconds).rem_euclid(60))
    }

    /// `14:05` of today, or of another day `24 Nov 14:05`.
    pub(super) fn day_and_minute(self, now: i64, moment: i64) -> String {
        let day = |moment: i64| (moment + self.seconds).div_euclid(DAY);
        if day(now) == day(moment) {
            return self.minute(moment);
        }
        let (_, month, date) = civil(day(moment));
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
        format!("{date} {month} {}", self.minute(moment))
    }
}

/// Seconds since 1970 began of a time as the log has it: RFC 3339 in UTC, `2026-11-23T15:41:44.33Z`.
pub(super) fn moment(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut time = time.split('.').next()?.splitn(3, ':').map(str::parse::<i64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    Some(days(year, month, day) * DAY + hour * 3_600 + minute * 60 + second)
}

/// How long something takes yet: `40 s`, `9 min`, `2 h`, `3 d`.
pub(super) fn length(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_time_of_the_log_is_shown_in_the_zone() {
        let moment = moment("2026-11-23T23:41:44.334861Z").unwrap();
        assert_eq!(moment, 1_795_477_304);
        assert_eq!(Zone::default().second(moment), "23:41:44");
        let india = Zone::parse("+0530\n");
        assert_eq!(india.minute(moment), "05:11");
        assert_eq!(Zone::parse("-0330").minute(moment), "20:11");
        assert_eq!(Zone::parse("UTC"), Zone::default());
        assert_eq!(india.day_and_minute(moment, moment + 60), "05:12");
        assert_eq!(Zone::default().day_and_minute(moment, moment + 86_400), "24 Nov 23:41");
        assert_eq!(Zone::default().day_and_minute(moment, moment + 98 * DAY), "1 Mar 23:41");
    }

    #[test]
    fn what_is_no_time_of_the_log_is_none() {
        assert_eq!(moment("2026-11-23"), None);
        assert_eq!(moment("nothing"), None);
    }

    #[test]
    fn lengths_are_told_in_one_unit() {
        assert_eq!([-1, 90, 600, 7_300, 200_000].map(length), ["0 s", "90 s", "10 min", "2 h", "2 d"]);
    }
}
