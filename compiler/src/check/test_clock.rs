//! The clock of a test: when the schedules in it come, and how much time passes before.

use std::fmt;

use super::cron::{self, Times};
use crate::calendar::LocalTime;
use crate::syntax::ast::{File, Source, TestStepKind, Trigger, WhenSchedule};

/// Where the clock of a test begins, unless a schedule is what happens first: a Monday.
pub(crate) const BEGINNING: LocalTime = LocalTime { year: 2030, month: 1, day: 7, hour: 8, minute: 0 };

/// Shows the time of the flow's zone, without its summer time: a day of a test has 24 hours.
///
/// It hears each line of one test, in their order. Time that calls take is not counted.
pub(crate) struct Clock<'a> {
    triggers: &'a [Trigger],
    now: Moment,
    /// Something has happened in the test.
    has_begun: bool,
    /// The triggers whose schedules came at this very moment.
    come: Vec<usize>,
}

/// Seconds from 1970-01-01 00:00, by the clock of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

/// A schedule comes in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coming {
    /// Index of its trigger in the file.
    pub(crate) trigger: usize,
    /// When it comes.
    pub(crate) time: LocalTime,
    /// Seconds that pass before it comes, from where the clock stands.
    pub(crate) pause: Result<u64, Past>,
}

/// The time that a test names is over: the clock stands behind it, and stays there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    /// What the clock shows.
    pub(crate) clock: Moment,
    /// When the schedule comes next.
    pub(crate) next: Option<LocalTime>,
}

impl<'a> Clock<'a> {
    pub(crate) fn of(file: &'a File) -> Self {
        Self { triggers: &file.triggers, now: Moment::of(BEGINNING), has_begun: false, come: Vec::new() }
    }

    /// Moves as a line of the test has it. `None`: it is no schedule, or one that does not come, of which a rule tells.
    pub(crate) fn hear(&mut self, line: &TestStepKind) -> Option<Coming> {
        match line {
            TestStepKind::WhenSchedule(schedule) => return self.schedule(schedule),
            TestStepKind::WhenPass(duration) => self.go_to(Moment(self.now.0 + i64::from(duration.seconds))),
            TestStepKind::WhenSms(_) | TestStepKind::WhenApi(..) => {}
            _ => return None,
        }
        self.has_begun = true;
        None
    }

    fn schedule(&mut self, schedule: &WhenSchedule) -> Option<Coming> {
        let (trigger, times) = self.meant(schedule)?;
        let time = match &schedule.at {
            Some(at) => LocalTime::parse(&at.value)?,
            None => self.next(trigger, &times)?,
        };
        let moment = Moment::of(time);
        let pause = match self.has_begun {
            false => Ok(0),
            true => u64::try_from(moment.0 - self.now.0)
                .map_err(|_| Past { clock: self.now, next: self.next(trigger, &times) }),
        };
        if pause.is_ok() {
            self.has_begun = true;
            self.go_to(moment);
            self.come.push(trigger);
        }
        Some(Coming { trigger, time, pause })
    }

    /// The trigger that a test means, and when it comes.
    fn meant(&self, schedule: &WhenSchedule) -> Option<(usize, Times)> {
        let mut fitting = self.triggers.iter().enumerate().filter_map(|(at, trigger)| match &trigger.source {
            Source::Schedule(text) if schedule.times.as_ref().is_none_or(|times| times.value == text.value) => {
                Some((at, text))
            }
            _ => None,
        });
        let (at, text) = fitting.next()?;
        let is_clear = schedule.times.is_some() || fitting.next().is_none();
        cron::parse(&text.value).ok().filter(|_| is_clear).map(|times| (at, times))
    }

    /// The next time of a schedule; now is one if the schedule has not come now.
    fn next(&self, trigger: usize, times: &Times) -> Option<LocalTime> {
        // Schedules come at whole minutes: 59 seconds on is the first minute that does not begin before now.
        let ahead = if self.come.contains(&trigger) { 60 } else { 59 };
        times.first_from(LocalTime::at_seconds(self.now.0 + ahead))
    }

    fn go_to(&mut self, moment: Moment) {
        if moment != self.now {
            self.come.clear();
        }
        self.now = moment;
    }
}

impl Moment {
    fn of(time: LocalTime) -> Self {
        Self(time.seconds())
    }
}

impl fmt::Display for Moment {
    /// `2030-01-07 08:00`, and with its seconds where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", LocalTime::at_seconds(self.0))?;
        match self.0.rem_euclid(60) {
            0 => Ok(()),
            seconds => write!(f, ":{seconds:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceFile;

    /// When schedules come in a test, and the pause before; or where the clock stands, and when it comes next.
    fn comings(lines: &str) -> Vec<String> {
        let schedules = "on sms -> end\non schedule \"0 9 * * *\" -> end\non schedule \"*/10 8 * * *\" -> end\n";
        let text = format!("{schedules}test \"t\"\n{lines}");
        let parsed = crate::syntax::parse(&SourceFile::new("a.flow", text));
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let mut clock = Clock::of(&parsed.file);
        let heard = parsed.file.tests[0].steps.iter().filter_map(|step| clock.hear(&step.kind));
        let told = |coming: Coming| match coming.pause {
            Ok(seconds) => format!("{} {} {seconds}", coming.trigger, coming.time),
            Err(past) => format!("{} {} {}", coming.time, past.clock, past.next.unwrap()),
        };
        heard.map(told).collect()
    }

    const NINE: &str = "when schedule \"0 9 * * *\"\n";
    const TENS: &str = "when schedule \"*/10 8 * * *\"\n";
    const SMS: &str = "when sms \"a\" from \"+15550123\"\n";

    #[test]
    fn a_schedule_that_comes_first_sets_the_clock() {
        let eve = "given sms -> refused\nwhen schedule \"0 9 * * *\" at \"2026-12-24 09:00\"\nthen nothing\n";
        let comings = comings(&format!("{eve}{NINE}"));
        assert_eq!(comings, ["1 2026-12-24 09:00 0", "1 2026-12-25 09:00 86400"]);
    }

    #[test]
    fn a_schedule_comes_at_its_next_time() {
        assert_eq!(comings(TENS), ["2 2030-01-07 08:00 0"]);
        assert_eq!(comings(&format!("{SMS}{TENS}{TENS}")), ["2 2030-01-07 08:00 0", "2 2030-01-07 08:10 600"]);
        assert_eq!(comings(&format!("when 1d pass\n{NINE}")), ["1 2030-01-08 09:00 3600"]);
        assert_eq!(
            comings(&format!("when 601s pass\n{TENS}{NINE}")),
            ["2 2030-01-07 08:20 599", "1 2030-01-07 09:00 2400"]
        );
        assert_eq!(comings(&format!("when 59m pass\n{TENS}")), ["2 2030-01-08 08:00 82860"]);
        // What came at another moment may come now; so may another schedule.
        assert_eq!(comings(&format!("{TENS}when 10m pass\n{TENS}"))[1], "2 2030-01-07 08:10 0");
        assert_eq!(comings(&format!("{TENS}when 0s pass\n{TENS}"))[1], "2 2030-01-07 08:10 600");
    }

    #[test]
    fn no_schedule_comes_at_a_time_that_is_past() {
        let at = |time: &str| format!("when schedule \"0 9 * * *\" at \"{time}\"\n");
        let eve = at("2026-12-24 09:00");
        let heard = comings(&format!("{SMS}when 90s pass\n{eve}{NINE}{NINE}"));
        let next = "2026-12-24 09:00 2030-01-07 08:01:30 2030-01-07 09:00";
        assert_eq!(heard, [next, "1 2030-01-07 09:00 3510", "1 2030-01-08 09:00 86400"]);
        assert_eq!(comings(&format!("{NINE}{}", at("2030-01-07 09:00")))[1], "1 2030-01-07 09:00 0");
    }

    #[test]
    fn what_does_not_come_does_not_move_the_clock() {
        let heard = comings(&format!("when schedule\nwhen schedule \"0 9 * * *\" at \"2026-02-30 09:00\"\n{NINE}"));
        assert_eq!(heard, ["1 2030-01-07 09:00 0"]);
    }
}
