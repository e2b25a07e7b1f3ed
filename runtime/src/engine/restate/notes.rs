//! What is noted beside the runs: each note is a virtual object, keyed by its topic and its name.
//!
//! A note is found through the ingress, and many of them by Restate's own SQL, which needs no program that serves.

use reqwest::Client;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Shared;
use super::attempt::{Attempt, Halt};
use super::doors::Restate;
use super::handlers::{Handler, Names, Service};
use crate::clock::Time;
use crate::config::RestateConfig;
use crate::engine::journal::{Durability, JournalError, Pending};
use crate::engine::notes::{Note, Notes, Topic};
use crate::run_id::RunId;

/// Under which the object keeps its note.
const NOTE: &str = "note";

/// The notes of a flow in Restate, which stores all of them durably.
pub(crate) struct RestateNotes {
    restate: Restate,
    names: Names,
}

impl RestateNotes {
    /// Those of the flow of this name, as files may be named.
    pub(crate) fn new(client: &Client, flow: &str, config: &RestateConfig) -> Self {
        Self { restate: Restate::new(client.clone(), config), names: Names::new(flow) }
    }

    /// Invokes a handler of a note's object; `None`: Restate has taken the invocation in, and carries it out later.
    async fn invoke<T, R>(
        &self,
        handler: Handler,
        topic: Topic,
        name: &str,
        given: &T,
    ) -> Result<Option<R>, JournalError>
    where
        T: Serialize,
        R: DeserializeOwned,
    {
        let to = self.names.of_note(handler, key(topic, name));
        // With a key of its own, so that what is handed over twice because Restate is slow is one.
        self.restate.invoke(&to, &RunId::new().to_string(), given).await.map_err(JournalError::Unavailable)
    }
}

impl Notes for RestateNotes {
    /// Where Restate carries it out later, because it is slow or the flow does not serve now, there was none before that
    /// is known of.
    fn note(&self, note: Note, _: Durability) -> Pending<'_, bool> {
        Box::pin(async move {
            let was_none = self.invoke(Handler::Note, note.topic, &note.name, &(&note, Time::now())).await?;
            Ok(was_none.unwrap_or(true))
        })
    }

    fn noted<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, Option<Note>> {
        Box::pin(async move {
            let answer: Option<Option<Note>> = self.invoke(Handler::Noted, topic, name, &()).await?;
            let found =
                answer.ok_or_else(|| JournalError::Unavailable("Restate took too long to answer".to_owned()))?;
            Ok(found.filter(|note| note.holds(Time::now())))
        })
    }

    /// Where Restate carries it out later, there was one, as far as is known.
    fn unnote<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, bool> {
        Box::pin(async move {
            let was_one = self.invoke(Handler::Unnote, topic, name, &Time::now()).await?;
            Ok(was_one.unwrap_or(true))
        })
    }

    fn notes<'a>(&'a self, topic: Topic, prefix: &'a str) -> Pending<'a, Vec<Note>> {
        Box::pin(async move {
            // The prefix is looked at here, so that no text from outside stands in the query.
            let rows = self.restate.query(&all(&self.names, topic)).await.map_err(JournalError::Unavailable)?;
            let now = Time::now();
            let notes = rows.iter().filter_map(|row| {
                let note: Note = serde_json::from_str(row.get("note").and_then(Value::as_str)?).ok()?;
                (note.name.starts_with(prefix) && note.holds(now)).then_some(note)
            });
            let mut notes: Vec<Note> = notes.collect();
            notes.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(notes)
        })
    }
}

/// The key of a note's object: `opt_out:+13055550123`.
fn key(topic: Topic, name: &str) -> String {
    format!("{topic}:{name}")
}

/// The SQL query of all notes of a topic; as `note` the JSON of a [`Note`].
fn all(names: &Names, topic: Topic) -> String {
    let service = names.service(Service::Note);
    let begin = key(topic, "");
    format!(
        "SELECT value_utf8 AS note FROM state \
         WHERE service_name = '{service}' AND key = '{NOTE}' AND starts_with(service_key, '{begin}')"
    )
}

/// [`Handler::Note`]: whether there was none.
pub(super) async fn note(attempt: &mut Attempt, shared: &Shared) -> Result<bool, Halt> {
    let (note, now): (Note, Time) = attempt.given()?;
    let before: Option<Note> = attempt.get(NOTE).await?;
    attempt.set(NOTE, &note)?;
    if let Some(until) = note.until {
        let forget = shared.names.of_note(Handler::Forget, attempt.key().to_owned());
        attempt.send_at(&forget, &until, until).await?;
    }
    Ok(before.is_none_or(|before| !before.holds(now)))
}

/// [`Handler::Noted`]
pub(super) async fn noted(attempt: &mut Attempt) -> Result<Option<Note>, Halt> {
    attempt.get(NOTE).await
}

/// [`Handler::Unnote`]: whether there was one.
pub(super) async fn unnote(attempt: &mut Attempt) -> Result<bool, Halt> {
    let now: Time = attempt.given()?;
    let before: Option<Note> = attempt.get(NOTE).await?;
    attempt.clear()?;
    Ok(before.is_some_and(|before| before.holds(now)))
}

/// [`Handler::Forget`]: the note's time is over, unless it was kept anew since.
pub(super) async fn forget(attempt: &mut Attempt) -> Result<(), Halt> {
    let over: Time = attempt.given()?;
    let kept: Option<Note> = attempt.get(NOTE).await?;
    if kept.is_some_and(|note| note.until == Some(over)) {
        attempt.clear()?;
    }
    Ok(())
}
