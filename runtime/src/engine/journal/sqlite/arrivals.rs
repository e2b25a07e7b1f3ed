//! What comes in: keys, conversations and their lines.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::row::{json, work, work_columns};
use crate::clock::Time;
use crate::engine::journal::{Accepted, Arrival, Conversation, Fresh, Key, Work};
use crate::flow::InboundSms;
use crate::run_id::RunId;

/// Whether a run is held from now on by whoever asked, or waits to be claimed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    Out,
    Unclaimed,
}

impl Given {
    /// The column `due`.
    fn due(self) -> Option<i64> {
        match self {
            Self::Out => None,
            Self::Unclaimed => Some(0),
        }
    }
}

pub(super) fn accept(connection: &Connection, arrival: &Arrival, now: Time) -> Result<Accepted, Fault> {
    match arrival {
        Arrival::Trigger { key, start, tick } => {
            if let Some(known) = remember(connection, key.as_ref(), Some(start.id), now)? {
                return Ok(known);
            }
            if let Some((schedule, at)) = tick {
                connection
                    .prepare_cached("INSERT OR REPLACE INTO schedules (schedule, last) VALUES (?1, ?2)")?
                    .execute(params![schedule, at])?;
            }
            begin(connection, start, None, now, Given::Out)?;
            Ok(Accepted::Started)
        }
        Arrival::Text { key, text, start } => {
            let (key, start) = (key.as_ref(), start.as_ref());
            if let Some(known) = remember(connection, key, start.map(|start| start.id), now)? {
                return Ok(known);
            }
            let conversation = Conversation { person: text.from.clone(), own: text.to.clone() }.to_string();
            let accepted = accept_text(connection, key, text, start, &conversation, now)?;
            match &accepted {
                Accepted::Queued => taken_by(connection, key.map(|key| &*key.name), None)?,
                Accepted::Resumed(work) => taken_by(connection, key.map(|key| &*key.name), Some(work.id))?,
                Accepted::Untaken => forget(connection, key)?,
                Accepted::Started | Accepted::Duplicate(_) | Accepted::Conflict => {}
            }
            Ok(accepted)
        }
    }
}

fn accept_text(
    connection: &Connection,
    key: Option<&Key>,
    text: &InboundSms,
    start: Option<&Fresh>,
    conversation: &str,
    now: Time,
) -> Result<Accepted, Fault> {
    // `running` sorts behind `asked`: a busy conversation is busy, whoever else has asked in it.
    let found: Option<String> = connection
        .prepare_cached(
            "SELECT status FROM runs INDEXED BY runs_unfinished
             WHERE ended IS NULL AND status IN ('asked', 'running') AND conversation = ?1
             ORDER BY status DESC LIMIT 1",
        )?
        .query_row([conversation], |row| row.get(0))
        .optional()?;
    match (found.as_deref(), start) {
        (Some("running"), _) => {
            connection
                .prepare_cached("INSERT INTO texts (conversation, key, text, start) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    conversation,
                    key.map(|key| &key.name),
                    serde_json::to_string(text)?,
                    start.map(serde_json::to_string).transpose()?
                ])?;
            Ok(Accepted::Queued)
        }
        (Some(_), _) => {
            let work = reply(connection, conversation, text, now, Given::Out)?;
            Ok(work.map_or(Accepted::Untaken, |work| Accepted::Resumed(Box::new(work))))
        }
        (None, Some(start)) => {
            begin(connection, start, Some(conversation), now, Given::Out)?;
            Ok(Accepted::Started)
        }
        (None, None) => Ok(Accepted::Untaken),
    }
}

/// Notes a key; if it came before, what is to be said of it.
fn remember(
    connection: &Connection,
    key: Option<&Key>,
    run: Option<RunId>,
    now: Time,
) -> Result<Option<Accepted>, Fault> {
    let Some(key) = key else { return Ok(None) };
    let noted = connection
        .prepare_cached("INSERT INTO keys (name, digest, run, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
        .execute(params![key.name, key.digest, run, now])?;
    if noted > 0 {
        return Ok(None);
    }
    let (digest, run): (String, Option<RunId>) = connection
        .prepare_cached("SELECT digest, run FROM keys WHERE name = ?1")?
        .query_row([&key.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some(if key.conflicts_with(&digest) { Accepted::Conflict } else { Accepted::Duplicate(run) }))
}

fn taken_by(connection: &Connection, key: Option<&str>, run: Option<RunId>) -> Result<(), Fault> {
    if let Some(key) = key {
        connection.prepare_cached("UPDATE keys SET run = ?2 WHERE name = ?1")?.execute(params![key, run])?;
    }
    Ok(())
}

fn forget(connection: &Connection, key: Option<&Key>) -> Result<(), Fault> {
    if let Some(key) = key {
        connection.prepare_cached("DELETE FROM keys WHERE name = ?1")?.execute([&key.name])?;
    }
    Ok(())
}

/// Notes a run; `conversation` is the one whose text it took.
fn begin(
    connection: &Connection,
    fresh: &Fresh,
    conversation: Option<&str>,
    now: Time,
    given: Given,
) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO runs (id, status, phase, trigger_line, person, own, conversation, state, steps, accepted, changed,
                               due, history)
             VALUES (?1, 'running', 'ready', ?2, ?3, ?4, ?5, ?6, 0, ?7, ?7, ?8, '')",
        )?
        .execute(params![
            fresh.id,
            fresh.line,
            fresh.parties.person,
            fresh.parties.own,
            conversation,
            fresh.state,
            now,
            given.due()
        ])?;
    Ok(())
}

/// Gives a text to the run that asked last in its conversation, if any did.
fn reply(
    connection: &Connection,
    conversation: &str,
    text: &InboundSms,
    now: Time,
    given: Given,
) -> Result<Option<Work>, Fault> {
    let asked: Option<i64> = connection
        .prepare_cached(
            "SELECT number FROM runs INDEXED BY runs_unfinished
             WHERE ended IS NULL AND status = 'asked' AND conversation = ?1
             ORDER BY changed DESC, number DESC LIMIT 1",
        )?
        .query_row([conversation], |row| row.get(0))
        .optional()?;
    let Some(number) = asked else { return Ok(None) };
    connection
        .prepare_cached(
            "UPDATE runs SET status = 'running', phase = 'replied', reply = ?2, due = ?3, changed = ?4,
                             until = NULL, place = NULL, line = NULL
             WHERE number = ?1",
        )?
        .execute(params![number, serde_json::to_string(text)?, given.due(), now])?;
    Ok(Some(load(connection, number)?))
}

/// What a run goes on with.
pub(super) fn load(connection: &Connection, number: i64) -> Result<Work, Fault> {
    Ok(connection
        .prepare_cached(concat!("SELECT ", work_columns!(), " FROM runs WHERE number = ?1"))?
        .query_row([number], work)?)
}

/// The text before is dealt with: takes the next one of this conversation.
pub(super) fn next_in_line(
    connection: &Connection,
    conversation: &str,
    now: Time,
    given: Given,
) -> Result<Option<Work>, Fault> {
    loop {
        let first: Option<(i64, Option<String>, InboundSms, Option<Fresh>)> = connection
            .prepare_cached(
                "SELECT number, key, text, coalesce(start, 'null') FROM texts WHERE conversation = ?1
                 ORDER BY number LIMIT 1",
            )?
            .query_row([conversation], |row| Ok((row.get(0)?, row.get(1)?, json(row, 2)?, json(row, 3)?)))
            .optional()?;
        let Some((text_number, key, text, start)) = first else { return Ok(None) };
        connection.prepare_cached("DELETE FROM texts WHERE number = ?1")?.execute([text_number])?;
        let work = match (reply(connection, conversation, &text, now, given)?, start) {
            (Some(work), _) => work,
            (None, Some(start)) => {
                begin(connection, &start, Some(conversation), now, given)?;
                load(connection, connection.last_insert_rowid())?
            }
            (None, None) => continue,
        };
        taken_by(connection, key.as_deref(), Some(work.id))?;
        return Ok(Some(work));
    }
}
