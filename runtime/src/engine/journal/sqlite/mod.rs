//! A journal in one file, for one server: SQLite, with a log that is written ahead.
//!
//! Anybody may look into it with `sqlite3`; the tables are described in `schema/`. Nothing of it is kept in memory but
//! SQLite's own pages, so what an operator's command changes counts at once.

mod arrivals;
mod care;
mod commits;
mod fault;
mod look;
mod notes;
mod open;
mod row;
mod writer;

use std::path::Path;

pub(crate) use self::open::Access;
use self::writer::{Kind, Writer};
use super::{
    Accepted, Arrival, Changed, Commit, Counts, Detail, Done, Filter, Journal, JournalError, Pending, Summary,
    Unfinished, Work,
};
use crate::clock::Time;
use crate::run_id::RunId;
use crate::value::Phone;

/// A [`Journal`] in a SQLite database.
#[derive(Debug)]
pub(crate) struct SqliteJournal {
    writer: Writer,
}

impl SqliteJournal {
    /// Opens the journal in this file. For a server it is made if there is none, brought up to date, and what a former
    /// process held can be claimed.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`]: another server has it open, or it cannot be opened or written.
    /// [`JournalError::Broken`]: it is damaged, another program's, or of a newer version.
    pub(crate) fn open(path: &Path, access: Access) -> Result<Self, JournalError> {
        let opened = open::open(path, access)?;
        let writer = Writer::start(opened, path.to_owned(), access)
            .map_err(|error| JournalError::Unavailable(format!("no thread can be started for it: {error}")))?;
        Ok(Self { writer })
    }
}

impl Journal for SqliteJournal {
    fn accept(&self, arrival: Arrival) -> Pending<'_, Accepted> {
        self.writer.perform(Kind::Syncs, move |connection| arrivals::accept(connection, &arrival, Time::now()))
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Option<Work>> {
        self.writer.perform(Kind::of(commit.durability), move |connection| commits::commit(connection, &commit))
    }

    /// Who holds a run is of no interest after a crash, so this is not synced.
    fn claim(&self, now: Time, most: usize) -> Pending<'_, Vec<Work>> {
        self.writer.perform(Kind::Writes, move |connection| commits::claim(connection, now, most))
    }

    fn shift(&self, by: i64) -> Pending<'_, ()> {
        self.writer.perform(Kind::Syncs, move |connection| care::shift(connection, by))
    }

    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>> {
        let schedule = schedule.to_owned();
        self.writer.perform(Kind::Syncs, move |connection| care::last_tick(connection, &schedule, now))
    }

    fn sweep(&self, runs: Time, keys: Time) -> Pending<'_, u64> {
        Box::pin(async move {
            let mut forgotten = 0;
            loop {
                let swept = self.writer.perform(Kind::Writes, move |connection| care::sweep_runs(connection, runs));
                let swept = swept.await?;
                forgotten += u64::from(swept);
                if swept < care::SWEPT {
                    break;
                }
            }
            while self.writer.perform(Kind::Writes, move |connection| care::sweep_keys(connection, keys)).await?
                == care::SWEPT
            {}
            while self.writer.perform(Kind::Writes, |connection| notes::sweep(connection, Time::now())).await?
                == care::SWEPT
            {}
            while self.writer.perform(Kind::Writes, care::give_back).await? {}
            Ok(forgotten)
        })
    }

    fn probe(&self) -> Pending<'_, ()> {
        self.writer.perform(Kind::Syncs, care::probe)
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.writer.perform(Kind::Reads, look::counts)
    }

    fn unfinished(&self) -> Pending<'_, Vec<Unfinished>> {
        self.writer.perform(Kind::Reads, look::unfinished)
    }

    fn park(&self, runs: Vec<(RunId, String)>) -> Pending<'_, ()> {
        self.writer.perform(Kind::Syncs, move |connection| care::park(connection, &runs, Time::now()))
    }

    fn unpark(&self, runs: Vec<RunId>) -> Pending<'_, ()> {
        self.writer
            .perform(Kind::Syncs, move |connection| runs.iter().try_for_each(|run| care::unpark(connection, *run)))
    }

    fn list(&self, filter: Filter, most: u32) -> Pending<'_, Vec<Summary>> {
        self.writer.perform(Kind::Reads, move |connection| look::list(connection, &filter, most))
    }

    fn show(&self, id: RunId) -> Pending<'_, Option<Detail>> {
        self.writer.perform(Kind::Reads, move |connection| look::show(connection, id))
    }

    fn remark(&self, id: RunId, done: Done) -> Pending<'_, bool> {
        self.writer.perform(Kind::Writes, move |connection| notes::remark(connection, id, &done))
    }

    fn retry(&self, id: RunId) -> Pending<'_, Changed> {
        self.writer.perform(Kind::Syncs, move |connection| care::retry(connection, id))
    }

    fn cancel(&self, id: RunId) -> Pending<'_, Changed> {
        self.writer.perform(Kind::Syncs, move |connection| care::cancel(connection, id, Time::now()))
    }

    /// Nothing is left in the file: what is deleted is overwritten, and the log cut off.
    fn erase<'a>(&'a self, number: &'a Phone) -> Pending<'a, u64> {
        let number = number.clone();
        Box::pin(async move {
            let erased =
                self.writer.perform(Kind::Syncs, move |connection| care::erase(connection, &number, Time::now()));
            let erased = erased.await?;
            self.writer.empty_log().await?;
            Ok(erased)
        })
    }

    fn close(&self) -> Pending<'_, ()> {
        self.writer.close()
    }
}

#[cfg(test)]
mod tests;
