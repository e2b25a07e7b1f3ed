//! A journal in PostgreSQL: for many processes that carry out the runs of one flow together.
//!
//! What it decides is decided by functions in the flow's own schema (`schema/`): each operation is one statement, which
//! is one transaction and one round trip. The conversation's advisory lock keeps its texts in order across processes, a
//! process holds runs by a lease that it renews, and the database's clock says when something is due.

mod address;
mod arguments;
mod call;
mod fault;
mod held;
mod notes;
mod pool;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod tls;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use tracing::{debug, warn};

use self::address::Address;
use self::arguments::{Accept, CommitRun};
use self::call::Call;
use self::held::Held;
use self::pool::{Pool, Source};
use super::{
    Accepted, Arrival, Changed, Commit, Counts, Detail, Done, Filter, Journal, JournalError, Pending, Status, Summary,
    Unfinished, Work,
};
use crate::clock::Time;
use crate::run_id::RunId;
use crate::value::Phone;

/// How long an answer is waited for. The server gives up before that (`statement_timeout`), if it is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a transaction is done again that two of them kept each other from.
const REPEATS: usize = 5;

/// Runs, keys and notes that are forgotten in one transaction, and how many of these there are in one sweep.
const SWEPT_AT_ONCE: i64 = 1_000;
const MOST_SWEEPS: usize = 100;

/// Where runs are kept, and how this process shares them with others.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The flow's name as files and schemas may be named: `weather-forecast`.
    pub(crate) flow: String,
    /// For how long this process holds what it holds without renewing it: longer than an answer is waited for.
    pub(crate) lease: Duration,
    pub(crate) connections: usize,
}

impl Settings {
    /// Those of a flow of this name.
    pub(crate) fn of(flow: &str) -> Self {
        Self { flow: flow.to_owned(), lease: Duration::from_secs(15), connections: 8 }
    }
}

/// A [`Journal`] in PostgreSQL, version 14 or later.
pub(crate) struct PostgresJournal {
    source: Source,
    pool: Pool,
    schema: String,
    /// This process, among those that work on the schema.
    owner: String,
    lease: i64,
    /// The lease has been taken out: with the first run that this process holds, which an operator's command never does.
    holds: AtomicBool,
    held: Held,
}

type Parameters<'a> = [&'a (dyn ToSql + Sync)];

impl PostgresJournal {
    /// Connects to the database at a URL (`postgres://user:password@host/database`), makes the flow's schema or brings it
    /// up to date, and keeps connections from then on: one that is lost is made anew. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] if nobody answers there, [`JournalError::Broken`] for all that a person must mend:
    /// the URL, the password, a schema of another flow or of a newer binary.
    pub(crate) async fn connect(url: &str, settings: Settings) -> Result<Self, JournalError> {
        let address = Address::parse(url, &format!("flowc {}", settings.flow)).map_err(JournalError::Broken)?;
        let name = address.name();
        let at = |error: JournalError| match error {
            JournalError::Unavailable(why) => JournalError::Unavailable(format!("{name}: {why}")),
            JournalError::Broken(why) => JournalError::Broken(format!("{name}: {why}")),
            JournalError::Superseded => JournalError::Superseded,
        };
        let schema = schema::name_for(&settings.flow);
        let source = Source::new(address, Call::statements(&schema)).map_err(JournalError::Broken).map_err(at)?;
        let mut client = source.open().await.map_err(|error| at(fault::of_journal(&error)))?;
        schema::migrate(&mut client, &schema, &settings.flow).await.map_err(at)?;
        drop(client);
        let pool = Pool::connect(&source, settings.connections).await.map_err(|error| at(fault::of_journal(&error)))?;
        Ok(Self {
            source,
            pool,
            schema,
            owner: RunId::new().to_string(),
            lease: milliseconds(settings.lease),
            holds: AtomicBool::new(false),
            held: Held::default(),
        })
    }

    /// Asks the database, on the connection with the least to do.
    async fn ask(&self, call: Call, parameters: &Parameters<'_>) -> Result<Vec<Row>, JournalError> {
        let session = self.pool.lend()?;
        let statement = session.statement(call)?;
        let mut repeats = 0;
        loop {
            let error = match timeout(PATIENCE, session.client.query(statement, parameters)).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => error,
                Err(_) => {
                    session.retire();
                    let seconds = PATIENCE.as_secs();
                    return Err(JournalError::Unavailable(format!("the database did not answer within {seconds} s")));
                }
            };
            if fault::ends_session(&error) {
                session.retire();
            }
            repeats += 1;
            if !fault::may_be_repeated(&error) || repeats > REPEATS {
                return Err(fault::of_journal(&error));
            }
            debug!(?call, reason = fault::told(&error), "done again");
        }
    }

    /// The same, of what answers with one row.
    async fn ask_one(&self, call: Call, parameters: &Parameters<'_>) -> Result<Row, JournalError> {
        let mut rows = self.ask(call, parameters).await?;
        rows.pop().ok_or_else(|| JournalError::Broken(format!("the database answered nothing to {call:?}")))
    }

    /// Whoever holds a run has a lease.
    async fn ensure_lease(&self) -> Result<(), JournalError> {
        if !self.holds.load(Ordering::Acquire) {
            self.renew_lease(false).await?;
            self.holds.store(true, Ordering::Release);
        }
        Ok(())
    }

    async fn renew_lease(&self, is_synced: bool) -> Result<(), JournalError> {
        self.ask(Call::Renew, &[&self.owner, &self.lease, &is_synced]).await.map(|_| ())
    }

    async fn take(&self, arrival: Arrival) -> Result<Accepted, JournalError> {
        self.ensure_lease().await?;
        let arguments = Accept::of(&self.owner, &arrival)?;
        let awaited = self.held.awaits();
        let row = self.ask_one(Call::Accept, &arguments.parameters()).await?;
        let accepted = match row::verdict(&row)? {
            Some("started") => Accepted::Started,
            Some("resumed") => Accepted::Resumed(Box::new(row::work(&row)?)),
            Some("queued") => Accepted::Queued,
            Some("duplicate") => Accepted::Duplicate(row::named(&row)?),
            Some("conflict") => Accepted::Conflict,
            _ => Accepted::Untaken,
        };
        match &accepted {
            Accepted::Started => arguments.run().into_iter().for_each(|run| self.held.add(run)),
            Accepted::Resumed(work) => self.held.add(work.id),
            _ => {}
        }
        awaited.arrived();
        Ok(accepted)
    }

    async fn store(&self, commit: Commit) -> Result<Option<Work>, JournalError> {
        let (run, rests) = (commit.run, commit.phase.is_rest());
        let arguments = CommitRun::of(&self.owner, commit);
        let awaited = self.held.awaits();
        let row = self.ask_one(Call::Commit, &arguments.parameters()).await?;
        let verdict = row::verdict(&row)?;
        if rests || verdict == Some("superseded") {
            self.held.remove(run);
        }
        let next = match verdict {
            None => None,
            Some("superseded") => {
                awaited.arrived();
                return Err(JournalError::Superseded);
            }
            Some(_) => Some(row::work(&row)?),
        };
        if let Some(next) = &next {
            self.held.add(next.id);
        }
        awaited.arrived();
        Ok(next)
    }

    async fn give_out(&self, most: usize) -> Result<Vec<Work>, JournalError> {
        self.ensure_lease().await?;
        let awaited = self.held.awaits();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = self.ask(Call::Claim, &[&self.owner, &self.lease, &most]).await?;
        let works = rows.iter().map(row::work).collect::<Result<Vec<_>, _>>()?;
        for work in &works {
            self.held.add(work.id);
        }
        awaited.arrived();
        Ok(works)
    }

    /// Lets go of what this process holds without knowing, if an answer was missing. An answer that is still on its way
    /// comes within its patience, which is shorter than the lease.
    async fn let_go_of_the_unknown(&self) -> Result<(), JournalError> {
        if self.held.missing().is_none() {
            return Ok(());
        }
        let rows = self.ask(Call::Forgotten, &[&self.owner, &self.lease]).await?;
        let listed = rows.iter().map(|row| row::run_id(row::get(row, 0)?)).collect::<Result<Vec<_>, _>>()?;
        let unknown: Vec<String> = self.held.unknown(listed).iter().map(RunId::to_string).collect();
        if !unknown.is_empty() {
            warn!(runs = unknown.len(), "an answer of the database was lost; what it gave out is given out again");
            self.ask(Call::LetGo, &[&self.owner, &unknown]).await?;
        }
        self.held.settled(Duration::from_millis(self.lease.unsigned_abs()) + 2 * PATIENCE);
        Ok(())
    }

    async fn forget(&self, runs: Time, keys: Time) -> Result<u64, JournalError> {
        // How long ago that is by this clock is what the database is told: by its own, it may be another moment.
        let now = Time::now().0;
        let (runs, keys) = (now.saturating_sub(runs.0), now.saturating_sub(keys.0));
        let mut forgotten = 0;
        for _ in 0..MOST_SWEEPS {
            let row = self.ask_one(Call::Sweep, &[&runs, &keys, &SWEPT_AT_ONCE]).await?;
            let (swept_runs, swept_keys): (i64, i64) = (row::get(&row, 0)?, row::get(&row, 1)?);
            forgotten += swept_runs.unsigned_abs();
            if swept_runs < SWEPT_AT_ONCE && swept_keys < SWEPT_AT_ONCE {
                break;
            }
        }
        for _ in 0..MOST_SWEEPS {
            if !self.forget_notes().await? {
                break;
            }
        }
        Ok(forgotten)
    }

    async fn count(&self) -> Result<Counts, JournalError> {
        let mut counts = Counts::default();
        for row in self.ask(Call::Counts, &[]).await? {
            let count = row::get::<i64>(&row, 1)?.unsigned_abs();
            match row::get(&row, 0)? {
                "running" => counts.running = count,
                "waiting" => counts.waiting = count,
                "asked" => counts.asked = count,
                "parked" => counts.parked = count,
                _ => counts.queued = count,
            }
        }
        Ok(counts)
    }

    async fn listed(&self, call: Call, parameters: &Parameters<'_>) -> Result<Vec<row::Listed>, JournalError> {
        self.ask(call, parameters).await?.iter().map(row::Listed::read).collect()
    }

    async fn look_at(&self, id: RunId) -> Result<Option<Detail>, JournalError> {
        let id = id.to_string();
        let Some(run) = self.listed(Call::Show, &[&id]).await?.pop() else { return Ok(None) };
        let history = self.ask(Call::History, &[&id]).await?.iter().map(row::done).collect::<Result<_, _>>()?;
        Ok(Some(run.detail(history)))
    }

    /// Changes a run, unless it has a status in which that makes no sense.
    async fn change(
        &self,
        call: Call,
        parameters: &Parameters<'_>,
        fits: impl Fn(Status) -> bool,
    ) -> Result<Changed, JournalError> {
        let row = self.ask_one(call, parameters).await?;
        let Some(status) = row::get::<Option<&str>>(&row, 0)?.map(row::status).transpose()? else {
            return Ok(Changed::Unknown);
        };
        Ok(if fits(status) { Changed::Done } else { Changed::Not(status) })
    }

    async fn remove(&self, number: &Phone) -> Result<u64, JournalError> {
        // As a whole, not as a part of a longer number; only the plus sign would mean something else to PostgreSQL.
        let number = number.as_str().replace('+', "\\+");
        let pattern = format!("(^|[^0-9+]){number}([^0-9]|$)");
        self.ask(Call::EraseTexts, &[&pattern]).await?;
        self.ask(Call::EraseParts, &[&pattern]).await?;
        let mut removed = 0;
        for row in self.ask(Call::Mentioned, &[&pattern]).await? {
            let id: &str = row::get(&row, 0)?;
            let was = self.ask_one(Call::EraseRun, &[&id]).await?;
            removed += u64::from(row::get::<Option<&str>>(&was, 0)?.is_some());
        }
        // Until a vacuum, what is deleted is only hidden. It may take long, so it has a connection of its own.
        let vacuum = format!("vacuum {0}.runs, {0}.texts, {0}.steps, {0}.notes", self.schema);
        let vacuumed = async { self.source.open().await?.batch_execute(&vacuum).await };
        if let Err(error) = vacuumed.await {
            warn!(
                reason = fault::told(&error),
                "the space of what was erased is not reused yet: no VACUUM was possible"
            );
        }
        Ok(removed)
    }
}

impl Journal for PostgresJournal {
    fn accept(&self, arrival: Arrival) -> Pending<'_, Accepted> {
        Box::pin(self.take(arrival))
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Option<Work>> {
        Box::pin(self.store(commit))
    }

    /// By the database's clock: that of this process decides nothing.
    fn claim(&self, _now: Time, most: usize) -> Pending<'_, Vec<Work>> {
        Box::pin(self.give_out(most))
    }

    fn renew(&self) -> Pending<'_, ()> {
        Box::pin(async {
            self.renew_lease(false).await?;
            self.let_go_of_the_unknown().await
        })
    }

    /// Nothing: timers go by the database's clock, which has not jumped with that of this process.
    fn shift(&self, _by: i64) -> Pending<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>> {
        Box::pin(async move {
            let row = self.ask_one(Call::LastTick, &[&schedule, &row::moment(now)]).await?;
            Ok(row::get::<Option<std::time::SystemTime>>(&row, 0)?.map(Time::from))
        })
    }

    fn sweep(&self, runs: Time, keys: Time) -> Pending<'_, u64> {
        Box::pin(self.forget(runs, keys))
    }

    fn probe(&self) -> Pending<'_, ()> {
        Box::pin(self.renew_lease(true))
    }

    fn counts(&self) -> Pending<'_, Counts> {
        Box::pin(self.count())
    }

    fn unfinished(&self) -> Pending<'_, Vec<Unfinished>> {
        Box::pin(async {
            Ok(self.listed(Call::Unfinished, &[]).await?.into_iter().map(row::Listed::unfinished).collect())
        })
    }

    fn park(&self, runs: Vec<(RunId, String)>) -> Pending<'_, ()> {
        Box::pin(async move {
            for (run, reason) in runs {
                self.ask(Call::Park, &[&run.to_string(), &arguments::stored(&reason)]).await?;
            }
            Ok(())
        })
    }

    fn unpark(&self, runs: Vec<RunId>) -> Pending<'_, ()> {
        Box::pin(async move {
            for run in runs {
                self.ask(Call::GoOn, &[&run.to_string(), &false]).await?;
            }
            Ok(())
        })
    }

    fn list(&self, filter: Filter, most: u32) -> Pending<'_, Vec<Summary>> {
        Box::pin(async move {
            let status = filter.status.map(Status::as_str);
            let person = filter.person.as_ref().map(Phone::as_str);
            let listed = self.listed(Call::List, &[&status, &person, &i64::from(most)]).await?;
            Ok(listed.into_iter().map(row::Listed::summary).collect())
        })
    }

    fn show(&self, id: RunId) -> Pending<'_, Option<Detail>> {
        Box::pin(self.look_at(id))
    }

    fn remark(&self, id: RunId, done: Done) -> Pending<'_, bool> {
        Box::pin(self.add_to_history(id, done))
    }

    fn retry(&self, id: RunId) -> Pending<'_, Changed> {
        Box::pin(async move {
            let fits = |status| matches!(status, Status::Failed | Status::Parked);
            self.change(Call::GoOn, &[&id.to_string(), &true], fits).await
        })
    }

    fn cancel(&self, id: RunId) -> Pending<'_, Changed> {
        Box::pin(async move {
            let fits = |status| !matches!(status, Status::Completed | Status::Failed | Status::Cancelled);
            self.change(Call::Cancel, &[&id.to_string()], fits).await
        })
    }

    fn erase<'a>(&'a self, number: &'a Phone) -> Pending<'a, u64> {
        Box::pin(self.remove(number))
    }

    fn close(&self) -> Pending<'_, ()> {
        Box::pin(async {
            let left = self.ask(Call::Leave, &[&self.owner]).await;
            self.pool.close();
            left.map(|_| ())
        })
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
