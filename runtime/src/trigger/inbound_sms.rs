//! `on sms`: where carriers bring the messages that came in.

use std::sync::Arc;

use flow_query::Pattern;
use tracing::{error, info};

use crate::engine::journal::{Arrival, Fresh, Key};
use crate::engine::{Intake, Parties, Receipt, Refusal};
use crate::flow::{Fault, InboundSms, Program, Secrets, SmsTrigger, Step, Trigger};
use crate::logging::{Masked, masked};
use crate::metrics::TriggerKind;
use crate::opt_out::{Desk, Heard};
use crate::run_id::RunId;

/// Takes messages in for a flow that texts start or answer.
#[derive(Clone)]
pub(crate) struct Inbox {
    intake: Intake,
    secrets: Arc<Secrets>,
    /// `None`: the carrier sees to those who want no messages.
    desk: Option<Desk>,
    takes_texts: bool,
    /// In the flow's order.
    entries: Entries,
}

/// The flow's `on sms`, each with its pattern: dear to make, cheap to share.
pub(crate) type Entries = Arc<[Entry]>;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The flow has it.
    Taken(Receipt),
    /// It was this word, by which people end messages, get them again, or ask for help; that was seen to.
    Word(&'static str),
    /// The flow has no `on sms` and no `ask`.
    TakesNone,
}

/// An `on sms`.
pub(crate) struct Entry {
    trigger: &'static SmsTrigger,
    pattern: Option<Pattern>,
}

impl Inbox {
    pub(crate) fn of(
        program: &'static Program,
        secrets: &Arc<Secrets>,
        intake: &Intake,
        desk: Option<Desk>,
    ) -> Result<Self, Fault> {
        Ok(Self::with(program, Self::entries(program)?, secrets, intake, desk))
    }

    /// Reads the flow's `on sms`.
    pub(crate) fn entries(program: &'static Program) -> Result<Entries, Fault> {
        let triggers = program.triggers.iter().filter_map(|trigger| match trigger {
            Trigger::Sms(trigger) => Some(trigger),
            Trigger::Api(_) | Trigger::Schedule(_) => None,
        });
        triggers.map(Entry::of).collect()
    }

    /// As [`Self::of`], with what [`Self::entries`] has read.
    pub(crate) fn with(
        program: &'static Program,
        entries: Entries,
        secrets: &Arc<Secrets>,
        intake: &Intake,
        desk: Option<Desk>,
    ) -> Self {
        let (intake, secrets, takes_texts) = (intake.clone(), Arc::clone(secrets), program.takes_texts());
        Self { intake, secrets, desk, takes_texts, entries }
    }

    /// Takes a message in. `id` is the carrier's, with the carrier's name before it; a message is taken once.
    pub(crate) async fn receive(&self, id: Option<String>, sms: InboundSms) -> Result<Answer, Refusal> {
        if let Some(desk) = &self.desk {
            let trigger = self.entries.iter().find(|entry| entry.pattern.is_some() && entry.takes(&sms));
            let answering = trigger.map(|entry| (entry, RunId::new()));
            let heard = desk.hear(id.as_deref(), &sms, answering.map(|(_, run)| run)).await;
            match heard.map_err(|error| Refusal::Unavailable(error.to_string()))? {
                Heard::Message => {}
                Heard::Word(word) => {
                    if let Some((entry, run)) = answering {
                        self.begin(id, &sms, entry, run).await?;
                    }
                    return Ok(Answer::Word(word));
                }
            }
        }
        if !self.takes_texts {
            info!(from = %Masked(&sms.from), to = %Masked(&sms.to), "message to a flow that takes none");
            return Ok(Answer::TakesNone);
        }
        self.accept(id, sms).await.map(Answer::Taken)
    }

    /// Starts the trigger that a flow has for a word, whoever else has asked this person.
    async fn begin(&self, id: Option<String>, sms: &InboundSms, entry: &Entry, run: RunId) -> Result<(), Refusal> {
        let (start, step) = self.start_of(entry, sms, run).map_err(|(line, fault)| not_started(line, fault))?;
        let key = id.map(|name| Key { name, digest: String::new() });
        let arrival = Arrival::Trigger { key, start, tick: None };
        self.intake.accept(TriggerKind::Sms, arrival, Some(step)).await.map(drop)
    }

    /// Takes a message as the reply to a question, or as the start of a run of the first trigger that takes it, which talks
    /// with the sender, as the number that was texted.
    async fn accept(&self, id: Option<String>, sms: InboundSms) -> Result<Receipt, Refusal> {
        // What is a reply needs no start, so a fault counts only if nobody has asked.
        let (started, fault) = match self.start(&sms) {
            Ok(started) => (started, None),
            Err((line, fault)) => (None, Some((line, fault))),
        };
        let (start, first) = started.unzip();
        let (from, to) = (Masked(&sms.from).to_string(), Masked(&sms.to).to_string());
        let key = id.map(|name| Key { name, digest: String::new() });
        let receipt = self.intake.accept(TriggerKind::Sms, Arrival::Text { key, text: sms, start }, first).await?;
        match (receipt, fault) {
            (Receipt::Untaken, Some((line, fault))) => return Err(not_started(line, fault)),
            (Receipt::Untaken, None) => info!(from, to, "message that no trigger takes"),
            (Receipt::Queued, _) => info!(from, to, "message that waits for the one before it"),
            (Receipt::Duplicate(_), _) => info!(from, to, "message that came before"),
            (Receipt::Started(_) | Receipt::Reply(_), _) => {}
        }
        Ok(receipt)
    }

    /// The run that a message starts; `None`: no trigger takes it.
    fn start(&self, sms: &InboundSms) -> Result<Option<(Fresh, Step)>, (u32, Fault)> {
        self.entries
            .iter()
            .find(|entry| entry.takes(sms))
            .map(|entry| self.start_of(entry, sms, RunId::new()))
            .transpose()
    }

    fn start_of(&self, entry: &Entry, sms: &InboundSms, id: RunId) -> Result<(Fresh, Step), (u32, Fault)> {
        let line = entry.trigger.line;
        let step = (entry.trigger.start)(sms.clone(), &self.secrets).map_err(|fault| (line, fault))?;
        let parties = Parties { person: Some(sms.from.clone()), own: Some(sms.to.clone()) };
        Ok((Fresh { id, line, parties, state: step.state.clone() }, step))
    }
}

/// Tells the log of a trigger whose first step could not be worked out.
pub(super) fn not_started(line: u32, fault: Fault) -> Refusal {
    error!(line, outcome = "fault", blame = %fault.blame(), retry = false, reason = masked(&fault.to_string()), "run not started");
    Refusal::Fault(fault)
}

impl Entry {
    fn of(trigger: &'static SmsTrigger) -> Result<Self, Fault> {
        // flowc has checked it with the same parser.
        let bug = |error| Fault::Bug(format!("line {}: {error}", trigger.line));
        let pattern = trigger.matching.map(Pattern::whole_in_any_case).transpose().map_err(bug)?;
        Ok(Self { trigger, pattern })
    }

    fn takes(&self, sms: &InboundSms) -> bool {
        self.trigger.to.is_none_or(|to| sms.to.as_str() == to)
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(sms.body.trim()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::Phone;

    fn start(_: InboundSms, _: &Secrets) -> Result<Step, Fault> {
        Err(Fault::Bug(String::new()))
    }

    fn takes(to: Option<&'static str>, matching: Option<&'static str>, number: &str, body: &str) -> bool {
        let trigger: &SmsTrigger = Box::leak(Box::new(SmsTrigger { line: 3, to, matching, start }));
        let (from, to) = (Phone::literal("+13055550123"), Phone::parse(number).unwrap());
        Entry::of(trigger).unwrap().takes(&InboundSms { from, to, body: body.to_owned(), media: vec![] })
    }

    #[test]
    fn a_trigger_takes_what_its_filters_say() {
        let (hotel, other) = ("+13055550100", "+13055550101");
        assert!(takes(None, None, hotel, "") && takes(Some("+13055550100"), None, hotel, "x"));
        assert!(!takes(Some("+13055550100"), None, other, "x"));
        assert!(takes(None, Some("stop|halt"), hotel, " STOP\n"));
        assert!(!takes(None, Some("stop|halt"), hotel, "stop it") && !takes(None, Some("stop"), hotel, "unstop"));
        assert!(!takes(Some("+13055550100"), Some("stop"), other, "stop"));
    }

    #[test]
    fn a_pattern_that_flowc_would_refuse_is_a_bug() {
        static TRIGGER: SmsTrigger = SmsTrigger { line: 3, to: None, matching: Some("("), start };
        assert!(matches!(Entry::of(&TRIGGER), Err(Fault::Bug(told)) if told.starts_with("line 3: ")));
    }
}
