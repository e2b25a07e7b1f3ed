//! Between Rust's values and SQLite's.

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::de::DeserializeOwned;

use crate::clock::Time;
use crate::engine::Parties;
use crate::engine::journal::{Cause, Conversation, Done, Place, Status, Summary, Work};
use crate::run_id::RunId;
use crate::value::Phone;

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Time)
    }
}

impl ToSql for RunId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for RunId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

impl ToSql for Phone {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.as_str().to_sql()
    }
}

impl FromSql for Phone {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Phone::parse(value.as_str()?).map_err(FromSqlError::other)
    }
}

impl ToSql for Conversation {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.as_str().to_sql()
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Status::ALL.into_iter().find(|status| status.as_str() == name).ok_or(FromSqlError::InvalidType)
    }
}

/// The JSON text of a column.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?;
    text.as_str()
        .and_then(|text| serde_json::from_str(text).map_err(FromSqlError::other))
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, text.data_type(), Box::new(error)))
}

/// The columns that [`work`] reads.
macro_rules! work_columns {
    () => {
        "id, trigger_line, person, own, state, phase, reply, retries, steps, accepted, changed"
    };
}
pub(super) use work_columns;

pub(super) fn work(row: &Row<'_>) -> rusqlite::Result<Work> {
    let cause = match row.get_ref(5)?.as_str()? {
        "ready" => Cause::Ready,
        "begun" => Cause::Unknown,
        "replied" => Cause::Reply(json(row, 6)?),
        "timed_out" => Cause::TimedOut,
        "waited" => Cause::Waited,
        _ => return Err(FromSqlError::InvalidType.into()),
    };
    Ok(Work {
        id: row.get(0)?,
        line: row.get(1)?,
        parties: Parties { person: row.get(2)?, own: row.get(3)? },
        state: row.get(4)?,
        cause,
        retries: row.get(7)?,
        steps: row.get(8)?,
        accepted: row.get(9)?,
        since: row.get(10)?,
    })
}

/// The columns that [`summary`] reads.
macro_rules! summary_columns {
    () => {
        "id, status, accepted, changed, person, own, trigger_line, line, coalesce(note, place), until"
    };
}
pub(super) use summary_columns;

pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: row.get(0)?,
        status: row.get(1)?,
        accepted: row.get(2)?,
        changed: row.get(3)?,
        person: row.get(4)?,
        own: row.get(5)?,
        trigger: row.get(6)?,
        line: row.get(7)?,
        note: row.get(8)?,
        until: row.get(9)?,
    })
}

/// Columns `place` and `line`.
pub(super) fn place(row: &Row<'_>, place: usize, line: usize) -> rusqlite::Result<Option<Place>> {
    let name: Option<String> = row.get(place)?;
    name.map(|name| Ok(Place { name, line: row.get(line)? })).transpose()
}

/// Steps as they are stored: a line each, which can be appended to those before.
pub(super) fn lines(history: &[Done]) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for done in history {
        lines.push_str(&serde_json::to_string(done)?);
        lines.push('\n');
    }
    Ok(lines)
}

pub(super) fn history(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Done>> {
    let text = row.get_ref(column)?;
    let lines = text.as_str()?.lines().map(serde_json::from_str);
    lines
        .collect::<Result<_, _>>()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, text.data_type(), Box::new(error)))
}
