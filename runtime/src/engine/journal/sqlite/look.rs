//! What is in the journal, for people and for the metrics.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::row::{history, place, summary, summary_columns};
use crate::engine::journal::{Counts, Detail, Filter, Status, Summary, Unfinished};
use crate::run_id::RunId;

pub(super) fn counts(connection: &Connection) -> Result<Counts, Fault> {
    let mut counts = Counts::default();
    let mut select = connection.prepare_cached(
        "SELECT status, count(*) FROM runs INDEXED BY runs_unfinished WHERE ended IS NULL GROUP BY status",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let count = row.get(1).map(i64::unsigned_abs)?;
        match row.get(0)? {
            Status::Running => counts.running = count,
            Status::Waiting => counts.waiting = count,
            Status::Asked => counts.asked = count,
            Status::Parked => counts.parked = count,
            Status::Completed | Status::Failed | Status::Cancelled => {}
        }
    }
    counts.queued = connection
        .prepare_cached("SELECT count(*) FROM texts")?
        .query_row([], |row| row.get(0).map(i64::unsigned_abs))?;
    Ok(counts)
}

pub(super) fn unfinished(connection: &Connection) -> Result<Vec<Unfinished>, Fault> {
    let mut select = connection.prepare_cached(
        "SELECT id, state, place, line, status FROM runs INDEXED BY runs_unfinished WHERE ended IS NULL",
    )?;
    let found = select.query_map([], |row| {
        Ok(Unfinished { id: row.get(0)?, state: row.get(1)?, place: place(row, 2, 3)?, status: row.get(4)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn list(connection: &Connection, filter: &Filter, most: u32) -> Result<Vec<Summary>, Fault> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT ",
        summary_columns!(),
        " FROM runs WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR person = ?2) ORDER BY number DESC LIMIT ?3"
    ))?;
    let found = select.query_map(params![filter.status, filter.person, most], summary)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn show(connection: &Connection, id: RunId) -> Result<Option<Detail>, Fault> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT ",
        summary_columns!(),
        ", steps, state, history FROM runs WHERE id = ?1"
    ))?;
    let found = select.query_row([id], |row| {
        Ok(Detail { summary: summary(row)?, steps: row.get(10)?, state: row.get(11)?, history: history(row, 12)? })
    });
    Ok(found.optional()?)
}
