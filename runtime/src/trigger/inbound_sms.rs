//! `on sms`: where carriers bring the messages that came in.

use std::sync::Arc;

use flow_query::Pattern;
use tracing::info;

use crate::flow::{Fault, InboundSms, SmsTrigger, Trigger};
use crate::logging::Masked;
use crate::run::{Busy, Engine, Parties};
use crate::run_id::RunId;

/// Takes messages in for a flow that has an `on sms`.
#[derive(Clone)]
pub(crate) struct Inbox {
    engine: Arc<Engine>,
    /// In the flow's order.
    entries: Arc<[Entry]>,
}

struct Entry {
    trigger: &'static SmsTrigger,
    pattern: Option<Pattern>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// A run was started.
    Run(RunId),
    /// No trigger of the flow takes it, so nothing was done.
    Untaken,
}

impl Inbox {
    /// `None` for a flow that no message can start.
    pub(crate) fn of(engine: &Arc<Engine>) -> Result<Option<Self>, Fault> {
        let triggers = engine.program.triggers.iter().filter_map(|trigger| match trigger {
            Trigger::Sms(trigger) => Some(trigger),
            Trigger::Api(_) | Trigger::Schedule(_) => None,
        });
        let entries = triggers.map(Entry::of).collect::<Result<Arc<[Entry]>, Fault>>()?;
        Ok((!entries.is_empty()).then(|| Self { engine: Arc::clone(engine), entries }))
    }

    /// Starts a run of the first trigger that takes the message; it talks with the sender, as the number that was texted.
    pub(crate) fn receive(&self, sms: InboundSms) -> Result<Received, Busy> {
        let Some(Entry { trigger, .. }) = self.entries.iter().find(|entry| entry.takes(&sms)) else {
            info!(from = %Masked(&sms.from), to = %Masked(&sms.to), "message that no trigger takes");
            return Ok(Received::Untaken);
        };
        let parties = Parties { person: Some(sms.from.clone()), own: Some(sms.to.clone()) };
        let start = trigger.start;
        self.engine.accept(trigger.line, parties, move |secrets| start(sms, secrets)).map(Received::Run)
    }
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
    use crate::flow::Secrets;
    use crate::flow::Step;
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
