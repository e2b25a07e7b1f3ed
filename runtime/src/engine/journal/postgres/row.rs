//! Rows of the database as the journal's types.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::clock::Time;
use crate::engine::Parties;
use crate::engine::journal::{Cause, Detail, Done, JournalError, Place, Status, Summary, Unfinished, Work};
use crate::run_id::RunId;
use crate::value::Phone;

/// As the database has it.
pub(super) fn moment(time: Time) -> SystemTime {
    let distance = Duration::from_millis(time.0.unsigned_abs());
    let moment = if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    moment.unwrap_or(UNIX_EPOCH)
}

/// A column by its number.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, JournalError> {
    row.try_get(column).map_err(|error| strange(&error))
}

/// A column in its text form, read.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, JournalError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| strange(&error))
}

fn time(row: &Row, column: usize) -> Result<Time, JournalError> {
    get::<SystemTime>(row, column).map(Time::from)
}

fn phone(row: &Row, column: usize) -> Result<Option<Phone>, JournalError> {
    let text: Option<String> = get(row, column)?;
    text.map(|text| Phone::parse(&text).map_err(|error| strange(&error))).transpose()
}

fn number(row: &Row, column: usize) -> Result<u32, JournalError> {
    u32::try_from(get::<i64>(row, column)?).map_err(|error| strange(&error))
}

fn maybe_number(row: &Row, column: usize) -> Result<Option<u32>, JournalError> {
    get::<Option<i64>>(row, column)?.map(|number| u32::try_from(number).map_err(|error| strange(&error))).transpose()
}

fn strange(error: &impl std::fmt::Display) -> JournalError {
    JournalError::Broken(format!("a row of the flow's schema is none that this program writes: {error}"))
}

/// An id in its text form.
pub(super) fn run_id(text: &str) -> Result<RunId, JournalError> {
    parsed(text)
}

/// A status in its text form.
pub(super) fn status(text: &str) -> Result<Status, JournalError> {
    Status::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| strange(&text))
}

/// Reads what the schema's type `work` holds; `None` for its null.
pub(super) fn verdict(row: &Row) -> Result<Option<&str>, JournalError> {
    get(row, 0)
}

/// The run that a verdict names.
pub(super) fn named(row: &Row) -> Result<Option<RunId>, JournalError> {
    get::<Option<&str>>(row, 1)?.map(run_id).transpose()
}

/// The run that a verdict gives out.
pub(super) fn work(row: &Row) -> Result<Work, JournalError> {
    let cause = match get::<&str>(row, 6)? {
        "ready" => Cause::Ready,
        "unknown" => Cause::Unknown,
        "reply" => Cause::Reply(serde_json::from_str(get(row, 7)?).map_err(|error| strange(&error))?),
        "timed_out" => Cause::TimedOut,
        "waited" => Cause::Waited,
        other => return Err(strange(&other)),
    };
    Ok(Work {
        id: run_id(get(row, 1)?)?,
        line: number(row, 2)?,
        parties: Parties { person: phone(row, 3)?, own: phone(row, 4)? },
        state: get(row, 5)?,
        cause,
        retries: maybe_number(row, 8)?,
        steps: number(row, 9)?,
        accepted: time(row, 10)?,
        since: time(row, 11)?,
    })
}

/// A run as `Call::List`, `Call::Show` and `Call::Unfinished` read it.
pub(super) struct Listed {
    summary: Summary,
    place: Option<Place>,
    steps: u32,
    state: Option<String>,
}

impl Listed {
    pub(super) fn read(row: &Row) -> Result<Self, JournalError> {
        let status = status(get(row, 1)?)?;
        let line = maybe_number(row, 7)?;
        let name: Option<String> = get(row, 8)?;
        let (kind, reason): (Option<&str>, Option<&str>) = (get(row, 9)?, get(row, 10)?);
        let note = match (kind, reason) {
            (Some(kind), Some(reason)) => Some(format!("{kind}: {reason}")),
            (None, Some(reason)) => Some(reason.to_owned()),
            _ => name.clone(),
        };
        let summary = Summary {
            id: run_id(get(row, 0)?)?,
            status,
            accepted: time(row, 2)?,
            changed: time(row, 3)?,
            person: phone(row, 4)?,
            own: phone(row, 5)?,
            trigger: number(row, 6)?,
            line,
            note,
            until: get::<Option<SystemTime>>(row, 11)?.map(Time::from),
        };
        let place = name.zip(line).map(|(name, line)| Place { name, line });
        Ok(Self { summary, place, steps: number(row, 12)?, state: get(row, 13)? })
    }

    pub(super) fn summary(self) -> Summary {
        self.summary
    }

    pub(super) fn unfinished(self) -> Unfinished {
        let Summary { id, status, .. } = self.summary;
        Unfinished { id, state: self.state.unwrap_or_default(), place: self.place, status }
    }

    pub(super) fn detail(self, history: Vec<Done>) -> Detail {
        Detail { summary: self.summary, steps: self.steps, state: self.state, history }
    }
}

/// A step that was carried out.
pub(super) fn done(row: &Row) -> Result<Done, JournalError> {
    Ok(Done {
        at: time(row, 0)?,
        line: number(row, 1)?,
        step: get(row, 2)?,
        outcome: get(row, 3)?,
        ms: u64::try_from(get::<i64>(row, 4)?).map_err(|error| strange(&error))?,
    })
}
