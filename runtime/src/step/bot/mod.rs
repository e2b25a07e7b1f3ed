//! A turn with a bot.

use std::sync::Arc;

use super::web_call::WebCaller;
use crate::chat;
use crate::engine::Parties;
use crate::engine::notes::Notes;
use crate::flow::{Failure, FailureKind, Fault, Talk};
use crate::run_id::RunId;
use crate::value::Values;

/// Talks with bots.
pub(super) struct Bots {
    _notes: Arc<dyn Notes>,
}

impl Bots {
    pub(super) fn new(notes: Arc<dyn Notes>) -> Self {
        Self { _notes: notes }
    }

    /// Tells a bot its words, and takes the values out of its answer.
    pub(super) async fn say(
        &self,
        _web: &WebCaller,
        _run: RunId,
        _parties: &Parties,
        talk: &Talk,
        _traceparent: Option<String>,
    ) -> Result<Result<Values, Failure>, Fault> {
        let told = format!("{} cannot be asked yet", talk.bot.name());
        Ok(Err(Failure::new(FailureKind::Request, told)))
    }
}

impl Talk {
    /// The names of the values that come of it, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let of_chat: &[_] = if self.is_chat { &[chat::DONE, chat::MESSAGE] } else { &[] };
        of_chat.iter().copied().chain(self.bindings.iter().map(|binding| binding.name))
    }
}
