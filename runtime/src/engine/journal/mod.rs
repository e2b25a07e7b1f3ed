//! The journal: where runs are kept so that they outlive the process.
//!
//! A journal stores and decides, in one transaction each time; it carries nothing out. What it says of a run is all
//! that is known of it after a crash.

#[cfg(test)]
pub(crate) mod conformance;
pub(crate) mod memory;
mod mention;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::engine::Parties;
use crate::engine::notes::Notes;
use crate::flow::InboundSms;
use crate::run_id::RunId;
use crate::value::Phone;

/// Work of a journal under way.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, JournalError>> + Send + 'a>>;

/// Where runs are kept.
///
/// The rules that each implementation obeys and the conformance suite tests:
///
/// 1. What has resolved with `Ok` survives a crash, unless it is a commit that is only [`Durability::Written`]: that
///    survives the end of the process, and a power failure once anything synced came after it, or a second has passed.
/// 2. A key starts one run, however often and wherever it is delivered, for as long as keys are kept.
/// 3. Texts of one conversation are taken one after the other, in the order in which they were accepted: the next one when
///    the run that took the last has come to rest ([`Phase::is_rest`]). If a run then asks in this conversation, the text is
///    its reply (of several, the one that asked last); else it starts the run that came with it; else it is dropped.
/// 4. A run is carried out by one process at a time, which holds it from when it was given out (`Started`, `Resumed`,
///    `claim`, the next of a commit) until it commits a rest or an end.
pub(crate) trait Journal: Notes {
    /// Takes an arrival in.
    fn accept(&self, arrival: Arrival) -> Pending<'_, Accepted>;

    /// Notes how far a held run has come. When it rests or ends and a text of its conversation waits in line, that text
    /// is taken in the same transaction: the run that it continues or starts is given out.
    ///
    /// A run that is no longer held (an operator cancelled it, or its lease was lost) gives [`JournalError::Superseded`].
    fn commit(&self, commit: Commit) -> Pending<'_, Option<Work>>;

    /// Gives out at most `most` runs that can go on now and that nobody holds: those a crashed process held, those an
    /// operator retried, and those whose time has come. The earliest first.
    fn claim(&self, now: Time, most: usize) -> Pending<'_, Vec<Work>>;

    /// Renews what must be renewed so that held runs stay held; called every few seconds. Most need nothing.
    fn renew(&self) -> Pending<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// The system's clock has jumped by so many milliseconds: timers that run keep their remaining time.
    fn shift(&self, by: i64) -> Pending<'_, ()>;

    /// When a schedule came about last; `None` for one that was never seen, which is noted as seen at `now`.
    /// `schedule` is its five fields and its time zone.
    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>>;

    /// Forgets ended runs that ended before `runs`, keys that came before `keys`, and notes whose time is over; gives the
    /// space back. How many runs it forgot.
    fn sweep(&self, runs: Time, keys: Time) -> Pending<'_, u64>;

    /// Whether accepting is possible now; tried by writing.
    fn probe(&self) -> Pending<'_, ()>;

    /// How many runs there are.
    fn counts(&self) -> Pending<'_, Counts>;

    /// All runs that have not ended, those that are parked among them.
    fn unfinished(&self) -> Pending<'_, Vec<Unfinished>>;

    /// Parks unfinished runs, each with the reason: nothing goes on with them, and a text does not find them.
    fn park(&self, runs: Vec<(RunId, String)>) -> Pending<'_, ()>;

    /// Lets parked runs go on from where they were.
    fn unpark(&self, runs: Vec<RunId>) -> Pending<'_, ()>;

    /// Runs, the newest first.
    fn list(&self, filter: Filter, most: u32) -> Pending<'_, Vec<Summary>>;

    /// A run with all that is known of it.
    fn show(&self, id: RunId) -> Pending<'_, Option<Detail>>;

    /// Adds a line to a run's history, whoever holds the run, and also when it has ended; whether there is such a run.
    fn remark(&self, id: RunId, done: Done) -> Pending<'_, bool>;

    /// Lets a failed or parked run go on from the step where it stopped.
    fn retry(&self, id: RunId) -> Pending<'_, Changed>;

    /// Ends a run that has not ended. Whoever holds it finds out at its next commit.
    fn cancel(&self, id: RunId) -> Pending<'_, Changed>;

    /// Removes all runs and texts of a person: by the parties of a run, by whom it asked, and by the number in a state.
    /// How many runs were removed.
    fn erase<'a>(&'a self, number: &'a Phone) -> Pending<'a, u64>;

    /// Writes down all that is under way and lets go of what is held.
    fn close(&self) -> Pending<'_, ()>;
}

/// What came in, already a state of the flow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arrival {
    /// A text: the reply to a question, or the start of a run.
    Text {
        /// The carrier's id of the message.
        key: Option<Key>,
        /// What it says.
        text: InboundSms,
        /// The run that it starts if nobody has asked; `None`: no trigger takes it.
        start: Option<Fresh>,
    },
    /// A request or a schedule.
    Trigger {
        /// The caller's idempotency key, or the schedule's time.
        key: Option<Key>,
        /// The run that it starts.
        start: Fresh,
        /// The schedule that came about, and when: noted for [`Journal::last_tick`].
        tick: Option<(String, Time)>,
    },
}

/// What makes a delivery the same as another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// With its kind before it: `twilio:SM…`, `api:order-ready:…`.
    pub(crate) name: String,
    /// Of the content; another one under the same name is a conflict. Empty: the content does not matter.
    pub(crate) digest: String,
}

impl Key {
    /// Whether it came before with another content, given the digest it came with then.
    pub(crate) fn conflicts_with(&self, digest: &str) -> bool {
        !self.digest.is_empty() && !digest.is_empty() && self.digest != digest
    }
}

/// A run that has not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fresh {
    pub(crate) id: RunId,
    /// The trigger's line in the flow.
    pub(crate) line: u32,
    pub(crate) parties: Parties,
    /// Its first state.
    pub(crate) state: String,
}

/// What became of an arrival. All but `Conflict` and `Untaken` are to be acknowledged as taken.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Accepted {
    /// The run that came with it has begun; whoever asked holds it.
    Started,
    /// It is the reply to this run's question; whoever asked holds it.
    Resumed(Box<Work>),
    /// Its conversation is busy; it will be taken in its turn.
    Queued,
    /// It was delivered before; the run that it started or continued, if it has been taken.
    Duplicate(Option<RunId>),
    /// Its key came with another content.
    Conflict,
    /// A text that no trigger takes, and nobody has asked. Nothing was stored.
    Untaken,
}

/// A run that somebody holds, and what it goes on with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Work {
    pub(crate) id: RunId,
    /// The trigger's line in the flow.
    pub(crate) line: u32,
    pub(crate) parties: Parties,
    pub(crate) state: String,
    pub(crate) cause: Cause,
    /// How often the person may still be asked again; of an ask.
    pub(crate) retries: Option<u32>,
    /// Steps taken so far.
    pub(crate) steps: u32,
    /// When it was accepted.
    pub(crate) accepted: Time,
    /// When it came to its present phase.
    pub(crate) since: Time,
}

/// Why a run goes on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cause {
    /// Its state's action is to be carried out.
    Ready,
    /// The same, but it may have been carried out already: the process ended in between.
    Unknown,
    /// Its question was answered.
    Reply(InboundSms),
    /// The time for an answer is over.
    TimedOut,
    /// Its pause is over.
    Waited,
}

/// Where a run is, as stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// Its state's action is to be carried out.
    Ready,
    /// An effect of its state's action has begun: if the process ends now, nobody knows whether it happened.
    Begun,
    /// It pauses until then.
    Waiting {
        /// Place in the flow's words, and its line.
        place: Place,
        until: Time,
    },
    /// It has asked and waits for a text of this conversation until then.
    Asked { place: Place, conversation: Conversation, until: Time },
    /// Its state does not fit the flow: it stays as it was, and is held by nobody, until a flow comes that it fits.
    Parked { reason: String },
    /// It is over.
    Ended(Ended),
}

impl Phase {
    /// It waits or is over: the next text of its conversation can be taken.
    pub(crate) fn is_rest(&self) -> bool {
        !matches!(self, Self::Ready | Self::Begun)
    }
}

/// Where a run waits, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// `ask "For how many guests?"`, `wait 2h`
    pub(crate) name: String,
    /// In the flow, from 1.
    pub(crate) line: u32,
}

/// Two numbers that text each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Conversation {
    /// The other one.
    pub(crate) person: Phone,
    /// The number of ours.
    pub(crate) own: Phone,
}

impl fmt::Display for Conversation {
    /// As stored: `+15550123456>+13055550100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{}", self.person, self.own)
    }
}

/// How a run ended. Its state is forgotten, but for a failed one, which can be retried.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    Completed,
    /// A step failed and no `fail` arm took it, or a fault stopped the run; `reason` is for people.
    Failed {
        line: u32,
        kind: String,
        reason: String,
    },
}

impl Ended {
    /// The status it leaves, at which line, and why, as a list of runs tells it.
    pub(crate) fn told(self) -> (Status, Option<u32>, Option<String>) {
        match self {
            Self::Completed => (Status::Completed, None, None),
            Self::Failed { line, kind, reason } => (Status::Failed, Some(line), Some(format!("{kind}: {reason}"))),
        }
    }
}

/// How far a run has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Commit {
    pub(crate) run: RunId,
    pub(crate) state: String,
    pub(crate) phase: Phase,
    /// How often the person may still be asked again; of an ask.
    pub(crate) retries: Option<u32>,
    /// Steps taken so far.
    pub(crate) steps: u32,
    /// What was done since the last commit, the earliest first.
    pub(crate) history: Vec<Done>,
    pub(crate) durability: Durability,
    pub(crate) now: Time,
}

/// A step that was carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) at: Time,
    pub(crate) line: u32,
    /// `call`, `sms`, `ask`, `reply`, `wait`, …
    pub(crate) step: String,
    /// `ok`, `timeout`, or the kind of a failure.
    pub(crate) outcome: String,
    pub(crate) ms: u64,
}

/// When a commit may resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When it is on the disk: something irrevocable comes next.
    Synced,
    /// When it would survive the end of this process.
    Written,
}

/// What an operator's command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    Done,
    /// There is no such run.
    Unknown,
    /// The run is in a status in which that makes no sense.
    Not(Status),
}

/// A run's status, as people see it and as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Somebody carries it out, or will at once.
    Running,
    /// It pauses.
    Waiting,
    /// It waits for a reply.
    Asked,
    Completed,
    Failed,
    Cancelled,
    /// Its state does not fit the flow.
    Parked,
}

impl Status {
    /// All of them, the unfinished ones first.
    pub(crate) const ALL: [Self; 7] =
        [Self::Running, Self::Waiting, Self::Asked, Self::Parked, Self::Completed, Self::Failed, Self::Cancelled];

    /// As people write it, and as it is stored: `running`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Asked => "asked",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Parked => "parked",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many runs there are of each unfinished status, and what waits in line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) running: u64,
    pub(crate) waiting: u64,
    pub(crate) asked: u64,
    pub(crate) parked: u64,
    /// Texts in line behind another one of their conversation.
    pub(crate) queued: u64,
}

/// A run that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unfinished {
    pub(crate) id: RunId,
    pub(crate) state: String,
    /// Where it waits; `None` for one that was being carried out.
    pub(crate) place: Option<Place>,
    pub(crate) status: Status,
}

/// Which runs are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    pub(crate) person: Option<Phone>,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) id: RunId,
    pub(crate) status: Status,
    pub(crate) accepted: Time,
    pub(crate) changed: Time,
    pub(crate) person: Option<Phone>,
    pub(crate) own: Option<Phone>,
    /// The trigger's line.
    pub(crate) trigger: u32,
    /// Line at which it waits or stopped.
    pub(crate) line: Option<u32>,
    /// `ask "For how many guests?"`, or why it failed or was parked.
    pub(crate) note: Option<String>,
    /// Until when it waits.
    pub(crate) until: Option<Time>,
}

/// All that is known of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Detail {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    pub(crate) steps: u32,
    /// Its typed state; none once it has ended well.
    pub(crate) state: Option<String>,
    pub(crate) history: Vec<Done>,
}

/// Why the journal did not do it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code))] // Memory never fails.
pub(crate) enum JournalError {
    /// It cannot be written or read now; nothing was stored. May pass by itself: a full disk, a database that restarts.
    Unavailable(String),
    /// It is damaged, or not one of ours; does not pass by itself.
    Broken(String),
    /// The run is not held any more by whoever asked.
    Superseded,
}

impl JournalError {
    /// Why alone, for whoever did not want to write.
    #[cfg(feature = "sqlite")]
    pub(crate) fn into_reason(self) -> String {
        match self {
            Self::Unavailable(why) | Self::Broken(why) => why,
            Self::Superseded => self.to_string(),
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) => write!(f, "the journal cannot be written: {why}"),
            Self::Broken(why) => write!(f, "the journal cannot be used: {why}"),
            Self::Superseded => f.write_str("the run was taken over or cancelled"),
        }
    }
}

impl std::error::Error for JournalError {}

/// How long the journal keeps what is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Ended runs.
    pub(crate) runs: Duration,
    /// Keys of deliveries; no shorter than carriers redeliver.
    pub(crate) keys: Duration,
}
