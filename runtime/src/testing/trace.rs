//! What comes about in a play, in its order.
//!
//! It is kept by thread, since emitted code, which tells of the steps that a run takes, knows nothing of plays. Outside of
//! one nothing is kept.

use std::cell::RefCell;

use super::report::{Ended, Event, Mark, What};
use crate::clock::{Pretence, Time};
use crate::engine::journal::{self, Phase};

thread_local! {
    static NOTED: RefCell<Option<Noted>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Noted {
    events: Vec<Event>,
    /// The play is stopped: what still comes about is no part of it.
    closed: bool,
}

/// As long as it is kept, what comes about on this thread is noted.
pub(super) struct Trace(());

impl Trace {
    pub(super) fn begin() -> Self {
        NOTED.set(Some(Noted::default()));
        Self(())
    }

    /// Takes out what came about since it was asked last.
    pub(super) fn take(&self) -> Vec<Event> {
        with(|noted| std::mem::take(&mut noted.events)).unwrap_or_default()
    }

    /// How much came about since then.
    pub(super) fn len(&self) -> usize {
        with(|noted| noted.events.len()).unwrap_or_default()
    }

    /// Notes what came about before all but the first `at` events.
    pub(super) fn note_at(&self, at: usize, what: What) {
        let at_once = |noted: &mut Noted| {
            let at = at.min(noted.events.len());
            let ms = noted.events.get(at).map_or_else(now, |next| next.ms);
            noted.events.insert(at, Event { ms, what });
        };
        with(at_once);
    }

    /// Forgets the steps that were noted from the `at`-th event on, up to anything else: no run has gone over them.
    pub(super) fn forget_steps(&self, at: usize) {
        let forget = |noted: &mut Noted| {
            let steps = noted.events.iter().skip(at).take_while(|event| matches!(event.what, What::At(_))).count();
            let at = at.min(noted.events.len());
            noted.events.drain(at..at + steps);
        };
        with(forget);
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        NOTED.set(None);
    }
}

/// A run comes to a step of the flow: one that it will stand at, or one that decides on the way.
pub fn at(machine: usize, node: usize) {
    note(What::At(Mark { machine, node }));
}

/// A run goes on from a step of the flow at which it stood.
pub fn from(machine: usize, node: usize) {
    note(What::From(Mark { machine, node }));
}

/// Notes what comes about now.
pub(super) fn note(what: What) {
    let push = |noted: &mut Noted| {
        if !noted.closed {
            noted.events.push(Event { ms: now(), what });
        }
    };
    with(push);
}

/// Notes how a run ends, if it does.
pub(super) fn note_rest(phase: &Phase) {
    note(What::Ended(match phase {
        Phase::Ended(journal::Ended::Completed) => Ended::Completed,
        Phase::Ended(journal::Ended::Failed { line, kind, reason }) => {
            Ended::Failed { line: *line, kind: kind.clone(), reason: reason.clone() }
        }
        // No state of another version is played.
        Phase::Parked { reason } => Ended::Failed { line: 0, kind: "fault".to_owned(), reason: reason.clone() },
        Phase::Ready | Phase::Begun | Phase::Waiting { .. } | Phase::Asked { .. } => return,
    }));
}

/// Nothing more is noted.
pub(super) fn close() {
    with(|noted| noted.closed = true);
}

fn with<T>(change: impl FnOnce(&mut Noted) -> T) -> Option<T> {
    NOTED.with_borrow_mut(|noted| noted.as_mut().map(change))
}

fn now() -> u64 {
    u64::try_from(Time::now().since(Pretence::START).as_millis()).unwrap_or(u64::MAX)
}
