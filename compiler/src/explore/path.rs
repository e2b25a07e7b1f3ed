//! A path through a flow: what comes in, and what services answer, one after the other.

use crate::suite::Script;
use crate::suite::script::{Answer, Cue, Given};

/// All that was chosen so far. Its script plays it from nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// What comes in, time that passes, and what the carrier refuses.
    pub(super) cues: Vec<Cue>,
    /// What services answer, in the order of their requests.
    pub(super) answers: Vec<Answered>,
    /// The last reply was not understood, and the flow asks again.
    pub(super) is_astray: bool,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answered {
    /// What is answered.
    pub(super) answer: Answer,
    /// What it is an example of; `None` of a token, and of an attempt that is as the one before it.
    pub(super) told: Option<Told>,
}

/// What an answer is an example of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    /// `ok`, `fail status 404`
    pub(super) label: String,
    /// `city = "tampa"`
    pub(super) detail: String,
}

impl Path {
    /// A path that begins so.
    pub(super) fn beginning(cue: Cue) -> Self {
        Self { cues: vec![cue], ..Self::default() }
    }

    /// The same with one thing more that happens.
    pub(super) fn with(&self, cue: Cue) -> Self {
        let mut longer = Self { is_astray: false, ..self.clone() };
        longer.cues.push(cue);
        longer
    }

    /// The same with one answer more.
    pub(super) fn answered(&self, answer: Answer, told: Option<Told>) -> Self {
        let mut longer = Self { is_astray: false, ..self.clone() };
        longer.answers.push(Answered { answer, told });
        longer
    }

    /// How many steps a conversation has that goes so: messages, times that pass, and answers of services.
    pub(super) fn depth(&self) -> usize {
        let cues = self.cues.iter().filter(|cue| !matches!(cue, Cue::RefuseSms { .. })).count();
        cues + self.answers.iter().filter(|answer| answer.told.is_some()).count()
    }

    /// Its first cue gives all answers, whatever is asked; so the scene of a cue of the path stands one further on.
    pub(super) fn script(&self) -> Script {
        let answers = self.answers.iter().map(|answered| answered.answer.clone()).collect();
        let given = Cue::Given(Given { method: None, url: "*".to_owned(), answers, stays: false });
        Script { cues: [given].into_iter().chain(self.cues.iter().cloned()).collect() }
    }
}
