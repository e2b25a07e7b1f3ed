//! A journal that ends with its process: for flows that lose nothing by it, for tests, and as the measure of what a
//! durable one costs.

mod book;
mod notes;
mod run;
mod waiting;

use std::future::ready;
use std::sync::{Mutex, PoisonError};

use self::book::Book;
use self::run::{Run, Stage};
pub(crate) use self::waiting::Waiter;
use super::{
    Accepted, Arrival, Changed, Commit, Counts, Detail, Done, Filter, Journal, JournalError, Pending, Summary,
    Unfinished, Work,
};
use crate::clock::Time;
use crate::run_id::RunId;
use crate::value::Phone;

/// A [`Journal`] in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryJournal(Mutex<Book>);

impl MemoryJournal {
    /// Does it at once: nothing here waits.
    fn at_once<'a, T: Send + 'a>(&self, work: impl FnOnce(&mut Book) -> Result<T, JournalError>) -> Pending<'a, T> {
        // A panic under the lock ends the program's promise for one run, not for all others.
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(ready(work(&mut book)))
    }
}

impl Journal for MemoryJournal {
    fn accept(&self, arrival: Arrival) -> Pending<'_, Accepted> {
        self.at_once(|book| Ok(book.accept(arrival, Time::now())))
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Option<Work>> {
        self.at_once(|book| book.commit(commit))
    }

    fn claim(&self, now: Time, most: usize) -> Pending<'_, Vec<Work>> {
        self.at_once(|book| Ok(book.claim(now, most)))
    }

    fn shift(&self, by: i64) -> Pending<'_, ()> {
        self.at_once(|book| {
            book.shift(by);
            Ok(())
        })
    }

    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>> {
        self.at_once(|book| {
            let last = book.ticks.get(schedule).copied();
            if last.is_none() {
                book.ticks.insert(schedule.to_owned(), now);
            }
            Ok(last)
        })
    }

    fn sweep(&self, runs: Time, keys: Time) -> Pending<'_, u64> {
        self.at_once(|book| {
            book.keys.retain(|_, seen| seen.at >= keys);
            book.forget_notes(Time::now());
            Ok(book.remove_where(|run| matches!(run.stage, Stage::Ended(_)) && run.changed < runs))
        })
    }

    fn probe(&self) -> Pending<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.at_once(|book| Ok(book.counts()))
    }

    fn unfinished(&self) -> Pending<'_, Vec<Unfinished>> {
        self.at_once(|book| {
            let unfinished = book.runs.values().filter(|run| !matches!(run.stage, Stage::Ended(_)));
            Ok(unfinished.map(Run::unfinished).collect())
        })
    }

    fn park(&self, runs: Vec<(RunId, String)>) -> Pending<'_, ()> {
        self.at_once(|book| {
            for (id, reason) in runs {
                book.park(id, reason);
            }
            Ok(())
        })
    }

    fn unpark(&self, runs: Vec<RunId>) -> Pending<'_, ()> {
        self.at_once(|book| {
            for id in runs {
                book.change(id, |run| run.parked = None);
            }
            Ok(())
        })
    }

    fn list(&self, filter: Filter, most: u32) -> Pending<'_, Vec<Summary>> {
        self.at_once(|book| {
            let mut found: Vec<&Run> = book.runs.values().filter(|run| run.passes(&filter)).collect();
            found.sort_by_key(|run| std::cmp::Reverse(run.number));
            Ok(found.into_iter().take(usize::try_from(most).unwrap_or(usize::MAX)).map(Run::summary).collect())
        })
    }

    fn show(&self, id: RunId) -> Pending<'_, Option<Detail>> {
        self.at_once(|book| Ok(book.runs.get(&id).map(Run::detail)))
    }

    fn remark(&self, id: RunId, done: Done) -> Pending<'_, bool> {
        self.at_once(|book| Ok(book.change(id, |run| run.history.push(done)).is_some()))
    }

    fn retry(&self, id: RunId) -> Pending<'_, Changed> {
        self.at_once(|book| Ok(book.retry(id)))
    }

    fn cancel(&self, id: RunId) -> Pending<'_, Changed> {
        self.at_once(|book| Ok(book.cancel(id, Time::now())))
    }

    fn erase<'a>(&'a self, number: &'a Phone) -> Pending<'a, u64> {
        self.at_once(|book| {
            for line in book.lanes.values_mut() {
                line.retain(|text| !text.mentions(number));
            }
            book.erase_notes(number);
            Ok(book.remove_where(|run| run.mentions(number)))
        })
    }

    fn close(&self) -> Pending<'_, ()> {
        self.at_once(|book| {
            let running: Vec<RunId> = book.runs.values().filter(|run| run.is_running()).map(|run| run.id).collect();
            for id in running {
                book.change(id, Run::let_go);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::journal::conformance::{Subject, suite};

    struct Memory;

    impl Subject for Memory {
        const DURABLE: bool = false;
        const SHIFTS: bool = true;

        async fn open(&self) -> Arc<dyn Journal> {
            Arc::new(MemoryJournal::default())
        }
    }

    suite!(Memory);
}
