//! What the functions of the schema are given.

use std::borrow::Cow;
use std::time::SystemTime;

use tokio_postgres::types::ToSql;

use super::row::moment;
use crate::engine::journal::{
    Arrival, Commit, Conversation, Done, Durability, Ended, Fresh, JournalError, Key, Phase, Place, Status,
};
use crate::run_id::RunId;
use crate::value::Phone;

/// PostgreSQL's texts hold no NUL ("8.3. Character Types"): one in a text for people, or in a name, becomes U+FFFD.
pub(super) fn stored(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

/// Of the function `accept`.
pub(super) struct Accept<'a> {
    owner: &'a str,
    key: Option<Cow<'a, str>>,
    digest: Option<&'a str>,
    conversation: Option<String>,
    text: Option<String>,
    start: Option<&'a Fresh>,
    run: Option<String>,
    line: Option<i64>,
    person: Option<&'a str>,
    own: Option<&'a str>,
    state: Option<&'a str>,
    schedule: Option<&'a str>,
    tick: Option<SystemTime>,
}

impl<'a> Accept<'a> {
    pub(super) fn of(owner: &'a str, arrival: &'a Arrival) -> Result<Self, JournalError> {
        let (key, start, text, tick) = match arrival {
            Arrival::Text { key, text, start } => (key, start.as_ref(), Some(text), None),
            Arrival::Trigger { key, start, tick } => (key, Some(start), None, tick.as_ref()),
        };
        let conversation = text.map(|text| Conversation { person: text.from.clone(), own: text.to.clone() });
        let json = text.map(serde_json::to_string).transpose();
        Ok(Self {
            owner,
            key: key.as_ref().map(|Key { name, .. }| stored(name)),
            digest: key.as_ref().map(|key| key.digest.as_str()),
            conversation: conversation.as_ref().map(Conversation::to_string),
            text: json.map_err(|error| JournalError::Broken(error.to_string()))?,
            start,
            run: start.map(|start| start.id.to_string()),
            line: start.map(|start| start.line.into()),
            person: start.and_then(|start| start.parties.person.as_ref()).map(Phone::as_str),
            own: start.and_then(|start| start.parties.own.as_ref()).map(Phone::as_str),
            state: start.map(|start| start.state.as_str()),
            schedule: tick.map(|(schedule, _)| schedule.as_str()),
            tick: tick.map(|(_, at)| moment(*at)),
        })
    }

    /// The run that it may start.
    pub(super) fn run(&self) -> Option<RunId> {
        self.start.map(|start| start.id)
    }

    pub(super) fn parameters(&self) -> [&(dyn ToSql + Sync); 12] {
        let Self { owner, key, digest, conversation, text, run, line, person, own, state, schedule, tick, start: _ } =
            self;
        [owner, key, digest, conversation, text, run, line, person, own, state, schedule, tick]
    }
}

/// Of the function `commit_run`.
pub(super) struct CommitRun<'a> {
    owner: &'a str,
    is_synced: bool,
    run: String,
    /// None once it has ended well: it is forgotten.
    state: Option<String>,
    status: &'static str,
    cause: Option<&'static str>,
    retries: Option<i64>,
    steps: i64,
    asked: Option<String>,
    wait: Option<i64>,
    place: Option<String>,
    line: Option<i64>,
    kind: Option<String>,
    reason: Option<String>,
    history: History,
}

/// Steps, each of their columns as an array.
#[derive(Default)]
struct History {
    at: Vec<SystemTime>,
    line: Vec<i64>,
    step: Vec<String>,
    outcome: Vec<String>,
    ms: Vec<i64>,
}

impl<'a> CommitRun<'a> {
    pub(super) fn of(owner: &'a str, commit: Commit) -> Self {
        let Commit { run, state, phase, retries, steps, history, durability, now } = commit;
        let rest = Self {
            owner,
            is_synced: durability == Durability::Synced,
            run: run.to_string(),
            state: Some(state),
            status: Status::Running.as_str(),
            cause: None,
            retries: retries.map(i64::from),
            steps: steps.into(),
            asked: None,
            wait: None,
            place: None,
            line: None,
            kind: None,
            reason: None,
            history: History::of(history),
        };
        let at = |Place { name, line }: Place| (Some(stored(&name).into_owned()), Some(i64::from(line)));
        // The database is told how long it is, and finds by its own clock until when.
        let wait = |until: crate::clock::Time| Some(until.0.saturating_sub(now.0));
        match phase {
            Phase::Ready => Self { cause: Some("ready"), ..rest },
            Phase::Begun => Self { cause: Some("unknown"), ..rest },
            Phase::Waiting { place, until } => {
                let (place, line) = at(place);
                Self { status: Status::Waiting.as_str(), wait: wait(until), place, line, ..rest }
            }
            Phase::Asked { place, conversation, until } => {
                let (place, line) = at(place);
                let asked = Some(conversation.to_string());
                Self { status: Status::Asked.as_str(), asked, wait: wait(until), place, line, ..rest }
            }
            Phase::Parked { reason } => {
                Self { status: Status::Parked.as_str(), reason: Some(stored(&reason).into_owned()), ..rest }
            }
            Phase::Ended(Ended::Completed) => Self { status: Status::Completed.as_str(), state: None, ..rest },
            Phase::Ended(Ended::Failed { line, kind, reason }) => Self {
                status: Status::Failed.as_str(),
                line: Some(line.into()),
                kind: Some(kind),
                reason: Some(stored(&reason).into_owned()),
                ..rest
            },
        }
    }

    pub(super) fn parameters(&self) -> [&(dyn ToSql + Sync); 19] {
        let Self { owner, is_synced, run, state, status, cause, retries, steps, .. } = self;
        let Self { asked, wait, place, line, kind, reason, history: done, .. } = self;
        [
            owner,
            is_synced,
            run,
            state,
            status,
            cause,
            retries,
            steps,
            asked,
            wait,
            place,
            line,
            kind,
            reason,
            &done.at,
            &done.line,
            &done.step,
            &done.outcome,
            &done.ms,
        ]
    }
}

impl History {
    fn of(steps: Vec<Done>) -> Self {
        let mut history = Self::default();
        for Done { at, line, step, outcome, ms } in steps {
            history.at.push(moment(at));
            history.line.push(line.into());
            history.step.push(step);
            history.outcome.push(outcome);
            history.ms.push(i64::try_from(ms).unwrap_or(i64::MAX));
        }
        history
    }
}
