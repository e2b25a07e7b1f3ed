//! A turn with a bot: its words go out as a web call does, and its values come out of the plain form of the answer.
//!
//! So a bot is a service like others: the same ways out, the same guard, retries and limits.

mod lex;
mod session;
mod turn;
mod watson;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use self::turn::Turn;
use super::web_call::{Wanted, WebCaller, late, take_plain};
use crate::chat;
use crate::engine::Parties;
use crate::engine::notes::Notes;
use crate::flow::{Bot, Failure, FailureKind, Fault, Talk};
use crate::run_id::RunId;
use crate::value::{Json, Value, Values};

/// Talks with bots.
pub(super) struct Bots {
    /// Where sessions are kept.
    notes: Arc<dyn Notes>,
}

impl Bots {
    pub(super) fn new(notes: Arc<dyn Notes>) -> Self {
        Self { notes }
    }

    /// Tells a bot its words within the turn's time, and takes the values out of its answer.
    pub(super) async fn say(
        &self,
        web: &WebCaller,
        run: RunId,
        parties: &Parties,
        talk: &Talk,
        traceparent: Option<String>,
    ) -> Result<Result<Values, Failure>, Fault> {
        let wanted = Wanted::of(talk.bindings)?;
        let mut turn = Turn::begin(web, run, talk, traceparent);
        let deadline = turn.deadline();
        let answered = async {
            let answer = match &talk.bot {
                Bot::Lex(lex) => lex::say(&mut turn, lex, &session::id(&talk.bot, run, parties)).await,
                Bot::Watson(watson) => {
                    watson::say(&mut turn, watson, &session::id(&talk.bot, run, parties), &*self.notes).await
                }
            };
            answer.and_then(|plain| values(talk, &wanted, &plain))
        };
        let answered = tokio::time::timeout_at(deadline, answered).await;
        // Only what is kept beside the runs is waited for without an end of its own.
        let limit = Duration::from_secs(talk.timeout.into());
        let answered = answered.unwrap_or_else(|_| Err(late(talk.bot.name(), limit)));
        Ok(answered.map_err(|failure| turn.blotted(failure)))
    }
}

/// The values of a turn, by [`Talk::names`].
fn values(talk: &Talk, wanted: &[Wanted], plain: &Json) -> Result<Values, Failure> {
    let failed = |told: String| Failure::new(FailureKind::Response, told);
    if !talk.is_chat {
        return take_plain(wanted, plain).map_err(failed);
    }
    let is_done = plain.get("done").and_then(Json::as_bool).unwrap_or_default();
    let message = plain.get("message").and_then(Json::as_str);
    let mut values = Values::default();
    values.push(chat::DONE, Some(Value::Bool(is_done)));
    values.push(chat::MESSAGE, message.map(|text| Value::Text(text.to_owned())));
    let taken = match is_done {
        true => take_plain(wanted, plain).map_err(failed)?.into_values(),
        // A bot that is still asking has not all that the flow wants of it.
        false => vec![None; talk.bindings.len()],
    };
    for (binding, value) in talk.bindings.iter().zip(taken) {
        values.push(binding.name, value);
    }
    Ok(values)
}

impl Talk {
    /// The names of the values that come of it, in their order.
    #[cfg_attr(not(any(test, feature = "restate")), allow(dead_code))]
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let of_chat: &[_] = if self.is_chat { &[chat::DONE, chat::MESSAGE] } else { &[] };
        of_chat.iter().copied().chain(self.bindings.iter().map(|binding| binding.name))
    }
}
