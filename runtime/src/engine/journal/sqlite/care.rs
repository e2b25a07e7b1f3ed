//! Timers, retention, and what operators do.

use rusqlite::{Connection, OptionalExtension, params};

use super::arrivals::{Given, next_in_line};
use super::fault::Fault;
use super::notes;
use crate::clock::Time;
use crate::engine::journal::mention::mentions;
use crate::engine::journal::{Changed, Status};
use crate::run_id::RunId;
use crate::value::Phone;

/// Rows that one transaction removes at most, so that arrivals do not wait for long.
pub(super) const SWEPT: u32 = 2_000;

/// Free pages that stay for what comes next; those beyond are given back.
const SPARE_PAGES: i64 = 1_000;

pub(super) fn probe(connection: &Connection) -> Result<(), Fault> {
    connection.prepare_cached("UPDATE probe SET count = count + 1")?.execute([])?;
    Ok(())
}

pub(super) fn shift(connection: &Connection, by: i64) -> Result<(), Fault> {
    connection.execute(
        "UPDATE runs SET due = due + ?1, until = until + ?1 WHERE number IN (
             SELECT number FROM runs INDEXED BY runs_unfinished
             WHERE ended IS NULL AND status IN ('waiting', 'asked', 'parked') AND until IS NOT NULL)",
        [by],
    )?;
    Ok(())
}

pub(super) fn last_tick(connection: &Connection, schedule: &str, now: Time) -> Result<Option<Time>, Fault> {
    let last = connection
        .prepare_cached("SELECT last FROM schedules WHERE schedule = ?1")?
        .query_row([schedule], |row| row.get(0))
        .optional()?;
    if last.is_none() {
        connection
            .prepare_cached("INSERT INTO schedules (schedule, last) VALUES (?1, ?2)")?
            .execute(params![schedule, now])?;
    }
    Ok(last)
}

/// Forgets some of the runs that ended before then, the oldest first; how many.
///
/// Numbers are given in the order of arrival, so what is old enough stands at the beginning and no index is needed to
/// find it.
pub(super) fn sweep_runs(connection: &Connection, before: Time) -> Result<u32, Fault> {
    let swept = connection
        .prepare_cached(
            "DELETE FROM runs WHERE number IN (
                 SELECT number FROM runs
                 WHERE number < coalesce((SELECT number FROM runs WHERE accepted >= ?1 ORDER BY number LIMIT 1), ?3)
                   AND ended < ?1
                 ORDER BY number LIMIT ?2)",
        )?
        .execute(params![before, SWEPT, i64::MAX])?;
    Ok(u32::try_from(swept).unwrap_or(SWEPT))
}

/// Forgets some of the keys that came before then; how many.
pub(super) fn sweep_keys(connection: &Connection, before: Time) -> Result<u32, Fault> {
    let swept = connection
        .prepare_cached(
            "DELETE FROM keys WHERE number IN (
                 SELECT number FROM keys
                 WHERE number < coalesce((SELECT number FROM keys WHERE at >= ?1 ORDER BY number LIMIT 1), ?3)
                 ORDER BY number LIMIT ?2)",
        )?
        .execute(params![before, SWEPT, i64::MAX])?;
    Ok(u32::try_from(swept).unwrap_or(SWEPT))
}

/// Gives some of the free space back to the file system; whether there is more.
pub(super) fn give_back(connection: &Connection) -> Result<bool, Fault> {
    let free: i64 = connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    let beyond = free - SPARE_PAGES;
    if beyond <= 0 {
        return Ok(false);
    }
    let most = i64::from(SWEPT);
    // Each of its rows frees a page.
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({})", beyond.min(most)))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    Ok(beyond > most)
}

pub(super) fn park(connection: &Connection, runs: &[(RunId, String)], now: Time) -> Result<(), Fault> {
    for (id, reason) in runs {
        let Some(found) = find(connection, *id)? else { continue };
        let parked = connection
            .prepare_cached("UPDATE runs SET status = 'parked', note = ?2, due = NULL WHERE id = ?1 AND ended IS NULL")?
            .execute(params![id, reason])?;
        if parked > 0 {
            found.let_line_through(connection, now)?;
        }
    }
    Ok(())
}

pub(super) fn unpark(connection: &Connection, id: RunId) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "UPDATE runs SET note = NULL,
                 status = CASE WHEN phase IN ('waiting', 'asked') THEN phase ELSE 'running' END,
                 due = CASE WHEN phase IN ('waiting', 'asked') THEN until ELSE 0 END,
                 conversation = CASE phase WHEN 'asked' THEN conversation END
             WHERE id = ?1 AND status = 'parked'",
        )?
        .execute([id])?;
    Ok(())
}

pub(super) fn retry(connection: &Connection, id: RunId) -> Result<Changed, Fault> {
    let Some(found) = find(connection, id)? else { return Ok(Changed::Unknown) };
    match found.status {
        Status::Parked => unpark(connection, id)?,
        Status::Failed => {
            connection.execute(
                "UPDATE runs SET status = 'running', phase = 'ready', due = 0, ended = NULL, conversation = NULL,
                     line = NULL, note = NULL
                 WHERE id = ?1",
                [id],
            )?;
        }
        status => return Ok(Changed::Not(status)),
    }
    Ok(Changed::Done)
}

pub(super) fn cancel(connection: &Connection, id: RunId, now: Time) -> Result<Changed, Fault> {
    let Some(found) = find(connection, id)? else { return Ok(Changed::Unknown) };
    if matches!(found.status, Status::Completed | Status::Failed | Status::Cancelled) {
        return Ok(Changed::Not(found.status));
    }
    connection.execute(
        "UPDATE runs SET status = 'cancelled', phase = 'ready', ended = ?2, changed = ?2, state = NULL, reply = NULL,
             due = NULL, until = NULL, place = NULL, line = NULL, note = NULL
         WHERE id = ?1",
        params![id, now],
    )?;
    found.let_line_through(connection, now)?;
    Ok(Changed::Done)
}

/// A run before something happens to it.
struct Found {
    status: Status,
    conversation: Option<String>,
}

impl Found {
    /// The run gets out of the way of the texts that wait for it, if it is in their way.
    fn let_line_through(&self, connection: &Connection, now: Time) -> Result<(), Fault> {
        if let (Status::Running, Some(conversation)) = (self.status, &self.conversation) {
            next_in_line(connection, conversation, now, Given::Unclaimed)?;
        }
        Ok(())
    }
}

fn find(connection: &Connection, id: RunId) -> Result<Option<Found>, Fault> {
    Ok(connection
        .prepare_cached("SELECT status, conversation FROM runs WHERE id = ?1")?
        .query_row([id], |row| Ok(Found { status: row.get(0)?, conversation: row.get(1)? }))
        .optional()?)
}

pub(super) fn erase(connection: &Connection, number: &Phone, now: Time) -> Result<u64, Fault> {
    // A longer number holds a shorter one, so SQLite's finds are looked at again.
    for text in mentioning(
        connection,
        "SELECT number, text, coalesce(start, '') FROM texts WHERE instr(text, ?1) OR instr(start, ?1)",
        number,
    )? {
        connection.prepare_cached("DELETE FROM texts WHERE number = ?1")?.execute([text])?;
    }
    notes::erase(connection, number)?;
    let runs = mentioning(
        connection,
        "SELECT number, coalesce(person, ''), coalesce(own, ''), coalesce(conversation, ''), coalesce(state, ''),
                coalesce(reply, ''), coalesce(note, '')
         FROM runs
         WHERE person = ?1 OR own = ?1 OR instr(conversation, ?1) OR instr(state, ?1) OR instr(reply, ?1) OR instr(note, ?1)",
        number,
    )?;
    let mut held_up = Vec::new();
    for run in &runs {
        held_up.push(
            connection
                .prepare_cached("SELECT status, conversation FROM runs WHERE number = ?1")?
                .query_row([run], |row| Ok(Found { status: row.get(0)?, conversation: row.get(1)? }))?,
        );
        connection.prepare_cached("DELETE FROM runs WHERE number = ?1")?.execute([run])?;
    }
    for run in held_up {
        run.let_line_through(connection, now)?;
    }
    Ok(u64::try_from(runs.len()).unwrap_or(u64::MAX))
}

/// The numbers of the rows of which a column mentions the number.
pub(super) fn mentioning(connection: &Connection, select: &str, number: &Phone) -> Result<Vec<i64>, Fault> {
    let mut select = connection.prepare(select)?;
    let columns = select.column_count();
    let mut rows = select.query([number])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        for column in 1..columns {
            if mentions(row.get_ref(column)?.as_str()?, number) {
                found.push(row.get(0)?);
                break;
            }
        }
    }
    Ok(found)
}
