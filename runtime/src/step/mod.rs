//! The steps of a flow that reach outside.

mod bot;
mod messenger;
mod performer;
mod reply;
mod sms;
pub(crate) mod web_call;

use crate::run_id::RunId;

pub(crate) use self::messenger::Messenger;
pub(crate) use self::performer::{Found, Performed, Performer};
pub(crate) use self::reply::Reply;

/// A message that a run sends: the same one however often it is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EffectId {
    pub(crate) run: RunId,
    /// Which of the run's effects it is.
    pub(crate) number: u32,
}

impl std::fmt::Display for EffectId {
    /// As a carrier is given it: `01a203eb-a40e-7196-b491-936447dcb4d1-3`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.run, self.number)
    }
}
