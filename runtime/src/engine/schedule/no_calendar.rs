//! In place of the calendar, in a binary whose flow has no schedule.

use crate::clock::Time;
use crate::flow::{Now, Times};

/// There is none.
pub(super) enum Calendar {}

impl Calendar {
    pub(super) fn of(_timezone: &str) -> Result<Self, String> {
        Err("a bug of flowc, please report it: the flow has a schedule, and its binary was built without a calendar"
            .to_owned())
    }

    pub(super) fn next(&self, _times: &Times, _after: Time) -> Option<Time> {
        match *self {}
    }

    pub(super) fn last(&self, _times: &Times, _due: Time, _now: Time) -> Time {
        match *self {}
    }

    pub(super) fn now(&self, _time: Time) -> Now {
        match *self {}
    }
}
