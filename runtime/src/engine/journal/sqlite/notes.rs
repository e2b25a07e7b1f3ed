//! Notes, and what is added to a run's history from outside it.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteJournal;
use super::care::{SWEPT, mentioning};
use super::fault::Fault;
use super::row::lines;
use super::writer::Kind;
use crate::clock::Time;
use crate::engine::journal::{Done, Durability, Pending};
use crate::engine::notes::{Note, Notes, Topic};
use crate::run_id::RunId;
use crate::value::Phone;

impl Notes for SqliteJournal {
    fn note(&self, note: Note, durability: Durability) -> Pending<'_, bool> {
        self.writer.perform(Kind::of(durability), move |connection| keep(connection, &note, Time::now()))
    }

    fn noted<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, Option<Note>> {
        let name = name.to_owned();
        self.writer.perform(Kind::Reads, move |connection| find(connection, topic, &name, Time::now()))
    }

    fn unnote<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, bool> {
        let name = name.to_owned();
        self.writer.perform(Kind::Syncs, move |connection| {
            let found = find(connection, topic, &name, Time::now())?;
            connection
                .prepare_cached("DELETE FROM notes WHERE topic = ?1 AND name = ?2")?
                .execute(params![topic.as_str(), name])?;
            Ok(found.is_some())
        })
    }

    fn notes<'a>(&'a self, topic: Topic, prefix: &'a str) -> Pending<'a, Vec<Note>> {
        let prefix = prefix.to_owned();
        self.writer.perform(Kind::Reads, move |connection| beginning(connection, topic, &prefix, Time::now()))
    }
}

fn keep(connection: &Connection, note: &Note, now: Time) -> Result<bool, Fault> {
    let Note { topic, name, value, at, until } = note;
    let before = find(connection, *topic, name, now)?;
    connection
        .prepare_cached(
            "INSERT INTO notes (topic, name, value, at, until) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (topic, name) DO UPDATE SET value = ?3, at = ?4, until = ?5",
        )?
        .execute(params![topic.as_str(), name, value, at, until])?;
    Ok(before.is_none())
}

fn find(connection: &Connection, topic: Topic, name: &str, now: Time) -> Result<Option<Note>, Fault> {
    let found = connection
        .prepare_cached("SELECT name, value, at, until FROM notes WHERE topic = ?1 AND name = ?2")?
        .query_row(params![topic.as_str(), name], |row| note(topic, row))
        .optional()?;
    Ok(found.filter(|note| note.holds(now)))
}

/// SQLite orders texts by their bytes, so those that begin so stand together, and no pattern has to be made of the prefix.
fn beginning(connection: &Connection, topic: Topic, prefix: &str, now: Time) -> Result<Vec<Note>, Fault> {
    let mut select = connection
        .prepare_cached("SELECT name, value, at, until FROM notes WHERE topic = ?1 AND name >= ?2 ORDER BY name")?;
    let mut found = Vec::new();
    for note in select.query_map(params![topic.as_str(), prefix], |row| note(topic, row))? {
        let note = note?;
        if !note.name.starts_with(prefix) {
            break;
        }
        if note.holds(now) {
            found.push(note);
        }
    }
    Ok(found)
}

fn note(topic: Topic, row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note { topic, name: row.get(0)?, value: row.get(1)?, at: row.get(2)?, until: row.get(3)? })
}

/// Forgets some of the notes whose time is over; how many.
pub(super) fn sweep(connection: &Connection, now: Time) -> Result<u32, Fault> {
    let swept = connection
        .prepare_cached("DELETE FROM notes WHERE number IN (SELECT number FROM notes WHERE until <= ?1 LIMIT ?2)")?
        .execute(params![now, SWEPT])?;
    Ok(u32::try_from(swept).unwrap_or(SWEPT))
}

/// Removes the parts of messages that name a person.
pub(super) fn erase(connection: &Connection, number: &Phone) -> Result<(), Fault> {
    let parts = mentioning(
        connection,
        "SELECT number, name, value FROM notes WHERE topic = 'part' AND (instr(name, ?1) OR instr(value, ?1))",
        number,
    )?;
    for part in parts {
        connection.prepare_cached("DELETE FROM notes WHERE number = ?1")?.execute([part])?;
    }
    Ok(())
}

pub(super) fn remark(connection: &Connection, id: RunId, done: &Done) -> Result<bool, Fault> {
    let changed = connection
        .prepare_cached("UPDATE runs SET history = history || ?2 WHERE id = ?1")?
        .execute(params![id, lines(std::slice::from_ref(done))?])?;
    Ok(changed > 0)
}
