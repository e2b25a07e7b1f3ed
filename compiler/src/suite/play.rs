//! A test of a flow, made ready to be played.

use serde_json::Value as Json;

use super::lower::Lowering;
use super::report::{Call, Report, What};
use super::script::{Cue, Script};
use crate::graph::FlowGraph;
use crate::resolve::names::Names;
use crate::sample::Samples;
use crate::source::Span;
use crate::syntax::ast::File;

/// A test: what is played, and what must come of it.
#[derive(Clone, Debug)]
pub struct Play {
    /// What it is called.
    pub name: String,
    /// Where it is called so.
    pub span: Span,
    /// What is played.
    pub script: Script,
    /// Of each cue, the line of the test that it comes from. A schedule that comes later is two cues of one line: the time
    /// that passes, and its coming.
    pub cues: Vec<Line>,
    /// So many cues come before those of the test: answers to what turns with bots need on their way.
    pub errands: usize,
    /// What must come of it, in the order of the test.
    pub thens: Vec<Then>,
}

/// A `given` or a `when` of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub span: Span,
    /// It is a `when` that brings a message and does not say to which number.
    pub is_open: bool,
}

/// A `then` of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Then {
    /// Where it stands.
    pub span: Span,
    /// How many cues stand before it.
    pub after: usize,
    /// What it expects.
    pub wanted: Wanted,
}

/// What a `then` expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A message.
    Sms(WantedSms),
    /// A request.
    Call(WantedCall),
    /// A turn with a bot.
    Bot(WantedBot),
    /// Nothing else.
    Nothing,
    /// That a run waits.
    Waits,
    /// That a run fails.
    Fails,
}

/// A message that is expected; what is left out may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WantedSms {
    /// To whom.
    pub to: Option<String>,
    /// From which number.
    pub from: Option<String>,
    /// Its words.
    pub words: Option<Words>,
    /// Its media; empty: any.
    pub media: Vec<String>,
}

/// Words of a message that is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Words {
    /// Just these.
    Exactly(String),
    /// Words in which this regular expression is found.
    Matching(String),
}

/// A request that is expected; it may have more than what is named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WantedCall {
    /// Its method.
    pub method: String,
    /// Its URL, in which `*` stands for anything.
    pub url: String,
    /// Pairs of its query, decoded.
    pub query: Vec<(String, String)>,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<WantedBody>,
}

/// A turn with a bot that is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedBot {
    /// What the flow calls the bot.
    pub bot: String,
    /// What it is told; `None`: anything.
    pub words: Option<String>,
}

/// A body that is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum WantedBody {
    /// This JSON, whatever the order of its members and however its numbers are written.
    Json(Json),
    /// These pairs of a form, decoded.
    Form(Vec<(String, String)>),
    /// Just this text.
    Text(String),
}

/// The tests of a flow in which no check has found an error.
pub(crate) fn plays(file: &File, names: &Names, graph: &FlowGraph, samples: &dyn Samples) -> Vec<Play> {
    let lowering = Lowering { file, names, graph, samples };
    file.tests.iter().map(|test| lowering.play(test)).collect()
}

impl Play {
    /// Whether a request is one that no test names: a turn with a bot needed it.
    pub(super) fn is_errand(&self, call: &Call) -> bool {
        call.given.is_some_and(|at| at < self.errands)
    }

    /// Whether a cue is the first of its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let span = |at: usize| self.cues.get(at).map(|line| line.span);
        at.checked_sub(1).is_none_or(|before| span(before) != span(at))
    }

    /// Plays it.
    ///
    /// A message that does not say to which number it goes is a reply to the number that wrote to this person last. Which one
    /// that is the play itself tells, so where it was not guessed rightly it is played again.
    ///
    /// # Errors
    ///
    /// Whatever `stage` fails with.
    pub fn perform<E>(&mut self, stage: &mut dyn FnMut(&Script) -> Result<Report, E>) -> Result<Report, E> {
        for _ in 0..self.script.cues.len() {
            let report = stage(&self.script)?;
            if !self.corrected(&report) {
                return Ok(report);
            }
        }
        stage(&self.script)
    }

    /// Sets the number of the first message that went to another one than its writer was last written to from; `false` if
    /// there is none. What is played up to there stays as it was, so the next one that is found stands behind it.
    fn corrected(&mut self, report: &Report) -> bool {
        for at in 0..self.script.cues.len().min(report.scenes.len()) {
            let Some(Cue::Sms { from: person, to, .. }) = self.script.cues.get(at) else { continue };
            if !self.cues.get(at).is_some_and(|line| line.is_open) {
                continue;
            }
            let before = report.scenes.iter().take(at).flat_map(|scene| &scene.events).rev();
            let last = before.filter_map(|event| match &event.what {
                What::Sms(sms) if sms.to == *person => Some(&sms.from),
                _ => None,
            });
            if let Some(number) = last.into_iter().next().filter(|number| *number != to).cloned()
                && let Some(Cue::Sms { to, .. }) = self.script.cues.get_mut(at)
            {
                *to = number;
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::report::{Event, Scene, Sms};
    use super::*;

    fn sms(from: &str, to: &str, body: &str) -> Cue {
        Cue::Sms { from: from.to_owned(), to: to.to_owned(), body: body.to_owned(), media: Vec::new() }
    }

    #[test]
    fn a_reply_goes_to_the_number_that_wrote_last() {
        let open = Line { span: Span::at(0), is_open: true };
        let cues = vec![sms("+1", "+9", "a"), sms("+2", "+9", "b"), sms("+1", "+9", "c"), sms("+1", "+9", "d")];
        let mut play = Play {
            name: String::new(),
            span: Span::at(0),
            script: Script { cues },
            cues: vec![open, open, open, Line { is_open: false, ..open }],
            errands: 0,
            thens: Vec::new(),
        };
        let mut times = 0;
        let sent = |from: &str, to: &str| {
            let sms =
                Sms { from: from.to_owned(), to: to.to_owned(), body: String::new(), media: vec![], refused: false };
            Scene { events: vec![Event { ms: 0, what: What::Sms(sms) }], waiting: vec![] }
        };
        let mut stage = |_: &Script| {
            times += 1;
            let scenes = vec![sent("+8", "+1"), sent("+7", "+1"), sent("+6", "+1"), Scene::default()];
            Ok::<_, ()>(Report { scenes, stopped: false })
        };
        play.perform(&mut stage).unwrap();
        let numbers = play.script.cues.iter().map(|cue| match cue {
            Cue::Sms { to, .. } => to.as_str(),
            _ => "",
        });
        assert_eq!((numbers.collect::<Vec<_>>(), times), (vec!["+9", "+9", "+7", "+9"], 2));
    }
}
