//! A run and a text as they are kept in memory.

use super::super::mention::mentions;
use super::super::{Cause, Conversation, Detail, Done, Filter, Fresh, Place, Status, Summary, Unfinished, Work};
use crate::clock::Time;
use crate::engine::Parties;
use crate::flow::InboundSms;
use crate::run_id::RunId;
use crate::value::Phone;

/// A text in line.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) key: Option<String>,
    pub(super) text: InboundSms,
    pub(super) start: Option<Fresh>,
}

impl Text {
    pub(super) fn mentions(&self, number: &Phone) -> bool {
        self.text.from == *number
            || self.text.to == *number
            || mentions(&self.text.body, number)
            || self.start.as_ref().is_some_and(|fresh| mentions(&fresh.state, number))
    }
}

#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    /// Runs are numbered as they are accepted.
    pub(super) number: u64,
    pub(super) line: u32,
    pub(super) parties: Parties,
    /// None once it has ended and will not be retried.
    pub(super) state: Option<String>,
    pub(super) stage: Stage,
    /// Why it is parked, if it is; it stays at its stage.
    pub(super) parked: Option<String>,
    /// The conversation whose next text waits for it.
    pub(super) lane: Option<Conversation>,
    pub(super) retries: Option<u32>,
    pub(super) steps: u32,
    pub(super) accepted: Time,
    pub(super) changed: Time,
    pub(super) history: Vec<Done>,
}

/// How far a run is.
#[derive(Debug)]
pub(super) enum Stage {
    /// It goes on with this, as soon as somebody holds it.
    Running {
        cause: Cause,
        held: bool,
    },
    Waiting {
        place: Place,
        until: Time,
    },
    Asked {
        place: Place,
        conversation: Conversation,
        until: Time,
    },
    Ended(Over),
}

#[derive(Debug)]
pub(super) struct Over {
    pub(super) status: Status,
    pub(super) line: Option<u32>,
    pub(super) note: Option<String>,
}

impl Run {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running { .. })
    }

    pub(super) fn is_held(&self) -> bool {
        self.parked.is_none() && matches!(self.stage, Stage::Running { held: true, .. })
    }

    pub(super) fn let_go(&mut self) {
        if let Stage::Running { held, .. } = &mut self.stage {
            *held = false;
        }
    }

    /// From when on it can be given out.
    pub(super) fn due(&self) -> Option<Time> {
        match (&self.parked, &self.stage) {
            (None, Stage::Running { held: false, .. }) => Some(Time(i64::MIN)),
            (None, Stage::Waiting { until, .. } | Stage::Asked { until, .. }) => Some(*until),
            _ => None,
        }
    }

    /// The conversation in which it waits for a text.
    pub(super) fn asks(&self) -> Option<&Conversation> {
        match (&self.parked, &self.stage) {
            (None, Stage::Asked { conversation, .. }) => Some(conversation),
            _ => None,
        }
    }

    pub(super) fn status(&self) -> Status {
        match (&self.parked, &self.stage) {
            (Some(_), _) => Status::Parked,
            (None, Stage::Running { .. }) => Status::Running,
            (None, Stage::Waiting { .. }) => Status::Waiting,
            (None, Stage::Asked { .. }) => Status::Asked,
            (None, Stage::Ended(over)) => over.status,
        }
    }

    pub(super) fn place(&self) -> Option<&Place> {
        match &self.stage {
            Stage::Waiting { place, .. } | Stage::Asked { place, .. } => Some(place),
            Stage::Running { .. } | Stage::Ended(_) => None,
        }
    }

    pub(super) fn work(&self, cause: Cause) -> Work {
        Work {
            id: self.id,
            line: self.line,
            parties: self.parties.clone(),
            state: self.state.clone().unwrap_or_default(),
            cause,
            retries: self.retries,
            steps: self.steps,
            accepted: self.accepted,
            since: self.changed,
        }
    }

    pub(super) fn unfinished(&self) -> Unfinished {
        Unfinished {
            id: self.id,
            state: self.state.clone().unwrap_or_default(),
            place: self.place().cloned(),
            status: self.status(),
        }
    }

    pub(super) fn passes(&self, filter: &Filter) -> bool {
        filter.status.is_none_or(|status| status == self.status())
            && filter.person.as_ref().is_none_or(|person| self.parties.person.as_ref() == Some(person))
    }

    pub(super) fn summary(&self) -> Summary {
        let (line, note, until) = match &self.stage {
            Stage::Running { .. } => (None, None, None),
            Stage::Waiting { place, until } | Stage::Asked { place, until, .. } => {
                (Some(place.line), Some(&place.name), Some(*until))
            }
            Stage::Ended(over) => (over.line, over.note.as_ref(), None),
        };
        Summary {
            id: self.id,
            status: self.status(),
            accepted: self.accepted,
            changed: self.changed,
            person: self.parties.person.clone(),
            own: self.parties.own.clone(),
            trigger: self.line,
            line,
            note: self.parked.as_ref().or(note).cloned(),
            until,
        }
    }

    pub(super) fn detail(&self) -> Detail {
        Detail { summary: self.summary(), steps: self.steps, state: self.state.clone(), history: self.history.clone() }
    }

    pub(super) fn mentions(&self, number: &Phone) -> bool {
        let is = |phone: Option<&Phone>| phone == Some(number);
        let talks = |conversation: &Conversation| conversation.person == *number || conversation.own == *number;
        let replied = match &self.stage {
            Stage::Running { cause: Cause::Reply(text), .. } => mentions(&text.body, number),
            Stage::Asked { conversation, .. } => talks(conversation),
            _ => false,
        };
        is(self.parties.person.as_ref())
            || is(self.parties.own.as_ref())
            || replied
            || self.lane.as_ref().is_some_and(talks)
            || self.state.as_ref().is_some_and(|state| mentions(state, number))
    }
}
