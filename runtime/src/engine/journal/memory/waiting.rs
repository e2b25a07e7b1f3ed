//! What waits, for whoever plays with the clock.

use std::sync::PoisonError;

use super::MemoryJournal;
use super::run::Stage;
use crate::clock::Time;
use crate::engine::journal::Place;
use crate::value::Phone;

/// A run that waits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waiter {
    pub(crate) place: Place,
    /// Of whom it waits for a reply; `None`: it pauses.
    pub(crate) person: Option<Phone>,
    pub(crate) until: Time,
}

impl MemoryJournal {
    /// The runs that wait, in the order in which they were accepted.
    pub(crate) fn waiting(&self) -> Vec<Waiter> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut runs: Vec<_> = book.runs.values().filter(|run| run.parked.is_none()).collect();
        runs.sort_by_key(|run| run.number);
        let waiter = |stage: &Stage| match stage {
            Stage::Waiting { place, until } => Some(Waiter { place: place.clone(), person: None, until: *until }),
            Stage::Asked { place, conversation, until } => {
                let person = Some(conversation.person.clone());
                Some(Waiter { place: place.clone(), person, until: *until })
            }
            Stage::Running { .. } | Stage::Ended(_) => None,
        };
        runs.into_iter().filter_map(|run| waiter(&run.stage)).collect()
    }

    /// When the next run can be claimed.
    pub(crate) fn next_due(&self) -> Option<Time> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.due.first_key_value().map(|((due, _), _)| *due)
    }
}
