//! How far runs have come, and who goes on with them.

use rusqlite::{Connection, OptionalExtension, params};

use super::arrivals::{Given, load, next_in_line};
use super::fault::Fault;
use super::row::lines;
use crate::clock::Time;
use crate::engine::journal::{Commit, Ended, Phase, Place, Work};

/// In all statements of this file the first parameters are the same: the run, its state, retries and steps, now, and
/// what was done. Only a run that is held is changed.
macro_rules! update {
    ($set:literal) => {
        concat!(
            "UPDATE runs SET state = ?2, retries = ?3, steps = ?4, changed = ?5, history = history || ?6, ",
            $set,
            " WHERE id = ?1 AND status = 'running' AND due IS NULL"
        )
    };
}

pub(super) fn commit(connection: &Connection, commit: &Commit) -> Result<Option<Work>, Fault> {
    let Commit { run, state, phase, retries, steps, history, durability: _, now } = commit;
    let done = lines(history)?;
    // A question may be asked in another conversation than that of the text that the run took.
    let line = if phase.is_rest() { line_behind(connection, commit)? } else { None };
    let changed = match phase {
        Phase::Ready | Phase::Begun => {
            let name = if *phase == Phase::Ready { "ready" } else { "begun" };
            connection
                .prepare_cached(update!("phase = ?7, reply = NULL"))?
                .execute(params![run, state, retries, steps, now, done, name])?
        }
        Phase::Waiting { place: Place { name, line }, until } => connection
            .prepare_cached(update!(
                "phase = 'waiting', status = 'waiting', reply = NULL, place = ?7, line = ?8, until = ?9, due = ?9"
            ))?
            .execute(params![run, state, retries, steps, now, done, name, line, until])?,
        Phase::Asked { place: Place { name, line }, conversation, until } => connection
            .prepare_cached(update!(
                "phase = 'asked', status = 'asked', reply = NULL, place = ?7, line = ?8, until = ?9, due = ?9,
                 conversation = ?10"
            ))?
            .execute(params![run, state, retries, steps, now, done, name, line, until, conversation])?,
        // What it goes on with is kept until its flow is back.
        Phase::Parked { reason } => connection
            .prepare_cached(update!("status = 'parked', note = ?7"))?
            .execute(params![run, state, retries, steps, now, done, reason])?,
        Phase::Ended(ended) => {
            let state = if *ended == Ended::Completed { None } else { Some(state) };
            let (status, line, note) = ended.clone().told();
            connection
                .prepare_cached(update!(
                    "phase = 'ready', status = ?7, reply = NULL, line = ?8, note = ?9, ended = ?5"
                ))?
                .execute(params![run, state, retries, steps, now, done, status, line, note])?
        }
    };
    if changed == 0 {
        return Err(Fault::Superseded);
    }
    match line {
        Some(line) => next_in_line(connection, &line, *now, Given::Out),
        None => Ok(None),
    }
}

/// The conversation whose text the run took, if texts wait for it.
fn line_behind(connection: &Connection, commit: &Commit) -> Result<Option<String>, Fault> {
    Ok(connection
        .prepare_cached(
            "SELECT runs.conversation FROM runs JOIN texts ON texts.conversation = runs.conversation
             WHERE runs.id = ?1 LIMIT 1",
        )?
        .query_row([commit.run], |row| row.get(0))
        .optional()?)
}

pub(super) fn claim(connection: &Connection, now: Time, most: usize) -> Result<Vec<Work>, Fault> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let due: Vec<i64> = connection
        .prepare_cached("SELECT number FROM runs WHERE due <= ?1 ORDER BY due, number LIMIT ?2")?
        .query_map(params![now, most], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut give_out = connection.prepare_cached(
        "UPDATE runs SET status = 'running', due = NULL, until = NULL, place = NULL, line = NULL,
             phase = CASE phase WHEN 'waiting' THEN 'waited' WHEN 'asked' THEN 'timed_out' ELSE phase END,
             changed = CASE status WHEN 'running' THEN changed ELSE ?2 END,
             conversation = CASE status WHEN 'running' THEN conversation END
         WHERE number = ?1",
    )?;
    due.into_iter()
        .map(|number| {
            give_out.execute(params![number, now])?;
            load(connection, number)
        })
        .collect()
}

/// Nobody holds anything any more: all that is under way can be claimed.
pub(super) fn let_go(connection: &Connection) -> Result<(), Fault> {
    connection.execute(
        "UPDATE runs SET due = 0 WHERE number IN (
             SELECT number FROM runs INDEXED BY runs_unfinished
             WHERE ended IS NULL AND status = 'running' AND due IS NULL)",
        [],
    )?;
    Ok(())
}
