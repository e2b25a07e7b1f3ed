//! Notes, and what is added to a run's history from outside it.

use std::time::SystemTime;

use tokio_postgres::Row;

use super::arguments::stored;
use super::call::Call;
use super::{PostgresJournal, SWEPT_AT_ONCE, row};
use crate::clock::Time;
use crate::engine::journal::{Done, Durability, JournalError, Pending};
use crate::engine::notes::{Note, Notes, Topic};
use crate::run_id::RunId;

impl Notes for PostgresJournal {
    fn note(&self, note: Note, durability: Durability) -> Pending<'_, bool> {
        Box::pin(async move {
            let Note { topic, name, value, at, until } = note;
            // The database is told how long it is, and finds by its own clock until when.
            let keep = until.map(|until| until.0.saturating_sub(Time::now().0));
            let is_synced = durability == Durability::Synced;
            let row = self
                .ask_one(
                    Call::Note,
                    &[&topic.as_str(), &stored(&name), &stored(&value), &row::moment(at), &keep, &is_synced],
                )
                .await?;
            row::get(&row, 0)
        })
    }

    fn noted<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, Option<Note>> {
        Box::pin(async move {
            let found = self.ask(Call::Noted, &[&topic.as_str(), &stored(name)]).await?;
            found.first().map(|row| read(topic, row)).transpose()
        })
    }

    fn unnote<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, bool> {
        Box::pin(async move {
            let gone = self.ask(Call::Unnote, &[&topic.as_str(), &stored(name)]).await?;
            gone.first().map_or(Ok(false), |row| row::get(row, 0))
        })
    }

    fn notes<'a>(&'a self, topic: Topic, prefix: &'a str) -> Pending<'a, Vec<Note>> {
        Box::pin(async move {
            let found = self.ask(Call::Notes, &[&topic.as_str(), &stored(prefix)]).await?;
            found.iter().map(|row| read(topic, row)).collect()
        })
    }
}

fn read(topic: Topic, row: &Row) -> Result<Note, JournalError> {
    Ok(Note {
        topic,
        name: row::get(row, 0)?,
        value: row::get(row, 1)?,
        at: row::get::<SystemTime>(row, 2)?.into(),
        until: row::get::<Option<SystemTime>>(row, 3)?.map(Time::from),
    })
}

impl PostgresJournal {
    pub(super) async fn add_to_history(&self, id: RunId, done: Done) -> Result<bool, JournalError> {
        let Done { at, line, step, outcome, ms } = done;
        let (line, ms) = (i64::from(line), i64::try_from(ms).unwrap_or(i64::MAX));
        let (step, outcome) = (stored(&step), stored(&outcome));
        let row = self.ask_one(Call::Remark, &[&id.to_string(), &row::moment(at), &line, &step, &outcome, &ms]).await?;
        row::get(&row, 0)
    }

    /// Forgets some of the notes whose time is over; whether there may be more.
    pub(super) async fn forget_notes(&self) -> Result<bool, JournalError> {
        let row = self.ask_one(Call::SweepNotes, &[&SWEPT_AT_ONCE]).await?;
        Ok(row::get::<i64>(&row, 0)? == SWEPT_AT_ONCE)
    }
}
