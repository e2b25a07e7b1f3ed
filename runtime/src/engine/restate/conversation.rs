//! The texts of one conversation, one after the other: a virtual object, keyed by the two numbers.
//!
//! A text waits in line while the run that took the last one is being carried out. When that run rests or ends, the next
//! text answers the run that asked last, if one does, else it starts a run.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tracing::info;

use super::Shared;
use super::attempt::{Attempt, Halt};
use super::handlers::Handler;
use super::run::{Reply, Start};
use crate::engine::journal::{Conversation, Fresh};
use crate::flow::InboundSms;
use crate::run_id::RunId;

/// Under which the object keeps its line.
const LINE: &str = "line";

/// A text, as the ingress is given it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Delivery {
    /// Names this delivery: one with the same key as an earlier one is answered with the other's name.
    pub(super) id: String,
    /// Of the content, as in [`crate::engine::journal::Key`].
    pub(super) digest: String,
    pub(super) text: Waiting,
}

/// A text that waits for its turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) text: InboundSms,
    /// The run that it starts if nobody has asked.
    pub(super) start: Option<Fresh>,
}

/// What became of a delivery. A second one with its key is told the same.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Taken {
    pub(super) delivery: String,
    pub(super) digest: String,
    pub(super) verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Started(RunId),
    Reply(RunId),
    Queued,
    Untaken,
}

/// A run that took a text has come to rest, or another one has asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rested {
    pub(super) run: RunId,
    /// The number of its rest, if it waits for an answer of this conversation.
    pub(super) asks: Option<u32>,
}

/// A text was too late for the run that it was given to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Back {
    pub(super) run: RunId,
    pub(super) text: Waiting,
}

/// A run that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asking {
    pub(super) run: RunId,
    /// The number of its rest.
    pub(super) rest: u32,
}

/// What a conversation knows.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Line {
    /// The run that took the last text and has not come to rest.
    busy: Option<RunId>,
    /// The one that asked last is last.
    asking: Vec<Asking>,
    waiting: VecDeque<Waiting>,
}

/// A text that is taken.
#[derive(Debug, PartialEq)]
enum Turn {
    Start(Fresh),
    Reply(Asking, Waiting),
}

impl Line {
    /// Takes a text in, or puts it in line.
    fn arrive(&mut self, text: Waiting) -> (Verdict, Option<Turn>) {
        if self.busy.is_some() || !self.waiting.is_empty() {
            self.waiting.push_back(text);
            return (Verdict::Queued, None);
        }
        let turn = self.take(text);
        let verdict = match &turn {
            Some(Turn::Start(fresh)) => Verdict::Started(fresh.id),
            Some(Turn::Reply(asking, _)) => Verdict::Reply(asking.run),
            None => Verdict::Untaken,
        };
        (verdict, turn)
    }

    fn rested(&mut self, Rested { run, asks }: Rested) -> Option<Turn> {
        self.release(run);
        if let Some(rest) = asks {
            self.asking.push(Asking { run, rest });
        }
        self.next()
    }

    fn back(&mut self, Back { run, text }: Back) -> Option<Turn> {
        self.release(run);
        self.waiting.push_front(text);
        self.next()
    }

    fn release(&mut self, run: RunId) {
        if self.busy == Some(run) {
            self.busy = None;
        }
    }

    fn next(&mut self) -> Option<Turn> {
        while self.busy.is_none() {
            let text = self.waiting.pop_front()?;
            // One that nobody wants makes way for the next.
            if let Some(turn) = self.take(text) {
                return Some(turn);
            }
        }
        None
    }

    fn take(&mut self, text: Waiting) -> Option<Turn> {
        let turn = match (self.asking.pop(), text.start.clone()) {
            (Some(asking), _) => Turn::Reply(asking, text),
            (None, Some(fresh)) => Turn::Start(fresh),
            (None, None) => return None,
        };
        self.busy = Some(match &turn {
            Turn::Start(fresh) => fresh.id,
            Turn::Reply(asking, _) => asking.run,
        });
        Some(turn)
    }
}

/// [`Handler::Text`]
pub(super) async fn text(attempt: &mut Attempt, shared: &Shared) -> Result<Taken, Halt> {
    let Delivery { id, digest, text } = attempt.given()?;
    let conversation = Conversation { person: text.text.from.clone(), own: text.text.to.clone() };
    let mut line = line(attempt).await?;
    let (verdict, turn) = line.arrive(text);
    keep(attempt, shared, conversation, &line, turn)?;
    Ok(Taken { delivery: id, digest, verdict })
}

/// [`Handler::Rested`]
pub(super) async fn rested(attempt: &mut Attempt, shared: &Shared) -> Result<(), Halt> {
    let (conversation, rested): (Conversation, Rested) = attempt.given()?;
    let mut line = line(attempt).await?;
    let turn = line.rested(rested);
    keep(attempt, shared, conversation, &line, turn)
}

/// [`Handler::Unasked`]
pub(super) async fn unasked(attempt: &mut Attempt, shared: &Shared) -> Result<(), Halt> {
    let (conversation, gone): (Conversation, Asking) = attempt.given()?;
    let mut line = line(attempt).await?;
    line.asking.retain(|asking| *asking != gone);
    keep(attempt, shared, conversation, &line, None)
}

/// [`Handler::Back`]
pub(super) async fn back(attempt: &mut Attempt, shared: &Shared) -> Result<(), Halt> {
    let (conversation, back): (Conversation, Back) = attempt.given()?;
    let mut line = line(attempt).await?;
    let turn = line.back(back);
    keep(attempt, shared, conversation, &line, turn)
}

async fn line(attempt: &mut Attempt) -> Result<Line, Halt> {
    Ok(attempt.get(LINE).await?.unwrap_or_default())
}

fn keep(
    attempt: &mut Attempt,
    shared: &Shared,
    conversation: Conversation,
    line: &Line,
    turn: Option<Turn>,
) -> Result<(), Halt> {
    if *line == Line::default() {
        // Nothing is left of a conversation that is over.
        attempt.clear()?;
    } else {
        attempt.set(LINE, line)?;
    }
    let from = conversation;
    match turn {
        None => Ok(()),
        Some(Turn::Start(fresh)) => {
            let to = shared.names.of_run(Handler::Start, fresh.id);
            attempt.send(&to, &Start { fresh, from: Some(from) })
        }
        Some(Turn::Reply(Asking { run, rest }, text)) => {
            info!(%run, "reply accepted");
            attempt.send(&shared.names.of_run(Handler::Reply, run), &Reply { rest, text, from })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::engine::Parties;
    use crate::value::Phone;

    fn said(body: &str) -> Waiting {
        let (from, to) = (Phone::literal("+13055550123"), Phone::literal("+13055550100"));
        let fresh = Fresh { id: RunId::new(), line: 1, parties: Parties::default(), state: body.to_owned() };
        Waiting { text: InboundSms { from, to, body: body.to_owned(), media: vec![] }, start: Some(fresh) }
    }

    fn id(text: &Waiting) -> RunId {
        text.start.as_ref().unwrap().id
    }

    #[test]
    fn texts_are_taken_one_by_one_and_in_order() {
        let mut line = Line::default();
        let [first, second, third] = ["1", "2", "3"].map(said);
        assert_eq!(line.arrive(first.clone()).0, Verdict::Started(id(&first)));
        assert_eq!(line.arrive(second.clone()), (Verdict::Queued, None));
        assert_eq!(line.arrive(third.clone()), (Verdict::Queued, None));
        let next = line.rested(Rested { run: id(&first), asks: None });
        assert_eq!(next, Some(Turn::Start(second.start.clone().unwrap())));
        // The run asks, so what waits is its answer.
        let next = line.rested(Rested { run: id(&second), asks: Some(4) });
        assert_eq!(next, Some(Turn::Reply(Asking { run: id(&second), rest: 4 }, third)));
        assert_eq!(line.rested(Rested { run: id(&second), asks: None }), None);
        assert_eq!(line, Line::default());
    }

    #[test]
    fn the_run_that_asked_last_is_answered_first() {
        let mut line = Line::default();
        let [one, two] = [RunId::new(), RunId::new()];
        assert_eq!(line.rested(Rested { run: one, asks: Some(1) }), None);
        assert_eq!(line.rested(Rested { run: two, asks: Some(1) }), None);
        assert_eq!(line.arrive(said("a")).0, Verdict::Reply(two));
        assert_eq!(line.rested(Rested { run: two, asks: None }), None);
        assert_eq!(line.arrive(said("b")).0, Verdict::Reply(one));
    }

    #[test]
    fn a_text_that_was_too_late_comes_before_those_behind_it() {
        let mut line = Line::default();
        let [late, next] = ["late", "next"].map(said);
        let asking = RunId::new();
        assert_eq!(line.rested(Rested { run: asking, asks: Some(1) }), None);
        assert_eq!(line.arrive(late.clone()).0, Verdict::Reply(asking));
        assert_eq!(line.arrive(next.clone()).0, Verdict::Queued);
        assert_eq!(line.back(Back { run: asking, text: late.clone() }), Some(Turn::Start(late.start.unwrap())));
        assert_eq!(line.waiting, [next]);
    }

    #[test]
    fn a_text_that_nobody_takes_leaves_nothing() {
        let mut line = Line::default();
        let untaken = Waiting { start: None, ..said("?") };
        assert_eq!(line.arrive(untaken.clone()), (Verdict::Untaken, None));
        assert_eq!(line, Line::default());
        // Nor does it hold up the one behind it.
        let [first, last] = ["1", "3"].map(said);
        for text in [first.clone(), untaken, last.clone()] {
            line.arrive(text);
        }
        assert_eq!(line.rested(Rested { run: id(&first), asks: None }), Some(Turn::Start(last.start.unwrap())));
    }
}
