//! `on schedule`: the times of a flow's schedules as they come about.

#[cfg_attr(not(feature = "schedule"), path = "no_calendar.rs")]
mod calendar;

use tracing::{error, info};

use self::calendar::Calendar;
use super::journal::{Arrival, Fresh, Key, Pending};
use super::{Accepting, Parties};
use crate::clock::Time;
use crate::flow::{Fault, Program, ScheduleTrigger, Secrets, Step, Trigger};
use crate::run_id::RunId;

/// The schedules of a flow.
pub(crate) struct Schedules {
    schedules: Vec<Schedule>,
}

struct Schedule {
    trigger: &'static ScheduleTrigger,
    calendar: Calendar,
    /// What the journal knows it by.
    name: String,
    /// When it comes about next; `None`: not asked for yet, or never.
    next: Option<Time>,
    /// The journal has said when it came about last.
    known: bool,
}

/// What a schedule needs of its engine.
pub(crate) trait Host: Sync {
    fn secrets(&self) -> &Secrets;

    /// When a schedule came about last, as [`super::journal::Journal::last_tick`] says.
    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>>;

    fn accept(&self, arrival: Arrival, first: Step) -> Accepting<'_>;
}

impl Schedules {
    /// # Errors
    /// The flow's time zone is not known here.
    pub(crate) fn of(program: &'static Program) -> Result<Self, String> {
        let triggers = program.triggers.iter().filter_map(|trigger| match trigger {
            Trigger::Schedule(trigger) => Some(trigger),
            Trigger::Sms(_) | Trigger::Api(_) => None,
        });
        let schedule = |trigger: &'static ScheduleTrigger| {
            let calendar = Calendar::of(program.timezone)?;
            let name = format!("{} {}", trigger.text, program.timezone);
            Ok(Schedule { trigger, calendar, name, next: None, known: false })
        };
        Ok(Self { schedules: triggers.map(schedule).collect::<Result<_, String>>()? })
    }

    /// The system's clock has jumped: the next times are to be looked up anew.
    pub(crate) fn reset(&mut self) {
        for schedule in &mut self.schedules {
            schedule.known = false;
        }
    }

    /// Starts the runs of the schedules whose time has come.
    pub(crate) async fn tick(&mut self, host: &impl Host, now: Time) {
        for schedule in &mut self.schedules {
            schedule.tick(host, now).await;
        }
    }
}

impl Schedule {
    async fn tick(&mut self, host: &impl Host, now: Time) {
        if !self.known {
            // One that was never seen begins now; what was missed since the last time is made up for.
            let Ok(last) = host.last_tick(&self.name, now).await else { return };
            self.next = self.calendar.next(&self.trigger.times, last.unwrap_or(now).min(now));
            self.known = true;
        }
        let Some(due) = self.next.filter(|next| *next <= now) else { return };
        // Of several times that were missed, the last one stands for all.
        let due = self.calendar.last(&self.trigger.times, due, now);
        let start = (self.trigger.start)(self.calendar.now(now), host.secrets());
        match start {
            Ok(step) => {
                if !self.came(host, due, step).await {
                    return;
                }
            }
            Err(fault) => tell(self.trigger.line, &fault),
        }
        self.next = self.calendar.next(&self.trigger.times, due.max(now));
    }

    /// Whether it was taken; if not, it comes again with the next tick.
    async fn came(&self, host: &impl Host, due: Time, step: Step) -> bool {
        let line = self.trigger.line;
        let start = Fresh { id: RunId::new(), line, parties: Parties::default(), state: step.state.clone() };
        let key = Key { name: format!("schedule:{}@{}", self.name, due.0), digest: String::new() };
        let arrival = Arrival::Trigger { key: Some(key), start, tick: Some((self.name.clone(), due)) };
        match host.accept(arrival, step).await {
            Ok(_) => {
                info!(line, due = %due, "schedule came about");
                true
            }
            Err(_) => false,
        }
    }
}

fn tell(line: u32, fault: &Fault) {
    error!(line, outcome = "fault", blame = %fault.blame(), retry = false, reason = %fault, "a schedule started no run");
}
