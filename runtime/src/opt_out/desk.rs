//! What is done when a person sends one of the words.

use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use super::OptOuts;
use super::words::{Wish, word_of};
use crate::carrier::Outgoing;
use crate::clock::Time;
use crate::config::OptOutTexts;
use crate::engine::journal::{Durability, JournalError};
use crate::engine::notes::{Note, Notes, Topic};
use crate::flow::InboundSms;
use crate::logging::Masked;
use crate::run_id::RunId;
use crate::step::{EffectId, Messenger};

/// How long a word that was heeded is known by the id of its message, so that it is not heeded again.
const REMEMBERED: Duration = Duration::from_secs(3 * 86_400);

/// Heeds the words.
#[derive(Clone)]
pub(crate) struct Desk {
    list: OptOuts,
    notes: Arc<dyn Notes>,
    messenger: Arc<Messenger>,
    /// The words that the carrier answers by itself; it would answer them twice.
    answered: &'static [&'static str],
    texts: Arc<OptOutTexts>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It is as any other.
    Message,
    /// It was this word, and it was heeded, now or when it came before.
    Word(&'static str),
}

impl Desk {
    pub(crate) fn new(
        list: OptOuts,
        notes: Arc<dyn Notes>,
        messenger: Arc<Messenger>,
        answered: &'static [&'static str],
        texts: OptOutTexts,
    ) -> Self {
        Self { list, notes, messenger, answered, texts: Arc::new(texts) }
    }

    /// Heeds a message that is one of the words. Where the flow has a trigger for this very word, that answers in the
    /// place of our text, by a run of this id; a word that is common is the flow's alone then.
    pub(crate) async fn hear(
        &self,
        id: Option<&str>,
        sms: &InboundSms,
        answering: Option<RunId>,
    ) -> Result<Heard, JournalError> {
        let Some(word) = word_of(&sms.body) else { return Ok(Heard::Message) };
        if word.is_common && answering.is_some() {
            return Ok(Heard::Message);
        }
        let (wish, word) = (word.wish, word.text);
        if let Some(id) = id
            && self.notes.noted(Topic::Word, id).await?.is_some()
        {
            info!(word, from = %Masked(&sms.from), "word that came before");
            return Ok(Heard::Word(word));
        }
        let (heeded, answer) = match wish {
            Wish::Stop => (true, self.list.add(&sms.from, word, &sms.to, answering).await?),
            // Of somebody who gets messages anyway it is a word like others.
            Wish::Start => {
                let was_out = self.list.remove(&sms.from).await?;
                (was_out, was_out)
            }
            Wish::Help => (true, true),
        };
        if !heeded {
            return Ok(Heard::Message);
        }
        info!(word, from = %Masked(&sms.from), to = %Masked(&sms.to), "word heeded");
        if answer && answering.is_none() && !self.answered.contains(&word) {
            self.answer(wish, sms);
        }
        if let Some(id) = id {
            let at = Time::now();
            let (name, until) = (id.to_owned(), Some(at + REMEMBERED));
            let note = Note { topic: Topic::Word, name, value: word.to_owned(), at, until };
            self.notes.note(note, Durability::Written).await?;
        }
        Ok(Heard::Word(word))
    }

    /// Answers in the background: the carrier that brought the word does not wait for it.
    fn answer(&self, wish: Wish, sms: &InboundSms) {
        let body = match wish {
            Wish::Stop => &self.texts.stop,
            Wish::Start => &self.texts.start,
            Wish::Help => &self.texts.help,
        };
        if body.is_empty() {
            return;
        }
        let (messenger, body, from, to) = (Arc::clone(&self.messenger), body.clone(), sms.to.clone(), sms.from.clone());
        tokio::spawn(async move {
            let effect = EffectId { run: RunId::new(), number: 0 };
            messenger.confirm(Outgoing { effect, line: 0, from: &from, to: &to, body: &body, media: &[] }).await;
        });
    }
}
