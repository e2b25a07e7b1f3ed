//! The list of those who get nothing more.

use std::sync::Arc;

use super::{OptOut, name};
use crate::clock::Time;
use crate::engine::journal::{Durability, JournalError};
use crate::engine::notes::{Notes, Topic};
use crate::run_id::RunId;
use crate::value::Phone;

/// The list, in the notes beside the runs; or none, where the carrier keeps it.
#[derive(Clone)]
pub(crate) struct OptOuts(Option<Arc<dyn Notes>>);

impl OptOuts {
    pub(crate) fn kept(notes: Arc<dyn Notes>) -> Self {
        Self(Some(notes))
    }

    /// Nobody is ever on it.
    pub(crate) fn left_to_the_carrier() -> Self {
        Self(None)
    }

    /// The person gets nothing more, as was said `by` this word or carrier to a number of ours, but for what the run that
    /// is `answering` that says; whether that is new.
    pub(crate) async fn add(
        &self,
        person: &Phone,
        by: &str,
        own: &Phone,
        answering: Option<RunId>,
    ) -> Result<bool, JournalError> {
        let Some(notes) = &self.0 else { return Ok(false) };
        let said = OptOut { by: by.to_owned(), own: Some(own.clone()), answering };
        notes.note(said.note(person, Time::now()), Durability::Synced).await
    }

    /// The person gets messages again; whether that is new.
    pub(super) async fn remove(&self, person: &Phone) -> Result<bool, JournalError> {
        let Some(notes) = &self.0 else { return Ok(false) };
        notes.unnote(Topic::OptOut, &name(person)).await
    }

    /// Whether the person gets nothing more of this run.
    pub(crate) async fn has(&self, person: &Phone, run: RunId) -> Result<bool, JournalError> {
        let Some(notes) = &self.0 else { return Ok(false) };
        let noted = notes.noted(Topic::OptOut, &name(person)).await?;
        Ok(noted.is_some_and(|note| OptOut::of(&note).answering != Some(run)))
    }
}
