//! `on sms`: where carriers bring the messages that came in.

use std::sync::Arc;

use crate::flow::{InboundSms, SmsTrigger, Trigger};
use crate::run::{Busy, Engine, Parties};
use crate::run_id::RunId;

/// Takes messages in for a flow that has an `on sms`.
#[derive(Clone)]
pub(crate) struct Inbox {
    engine: Arc<Engine>,
    trigger: &'static SmsTrigger,
}

impl Inbox {
    /// `None` for a flow that no message can start.
    pub(crate) fn of(engine: &Arc<Engine>) -> Option<Self> {
        let trigger = engine.program.triggers.iter().find_map(|trigger| match trigger {
            Trigger::Sms(trigger) => Some(trigger),
            Trigger::Api(_) => None,
        })?;
        Some(Self { engine: Arc::clone(engine), trigger })
    }

    /// Starts a run with a message; it talks with the sender, as the number that was texted.
    pub(crate) fn receive(&self, sms: InboundSms) -> Result<RunId, Busy> {
        let parties = Parties { person: Some(sms.from.clone()), own: Some(sms.to.clone()) };
        let start = self.trigger.start;
        self.engine.accept(self.trigger.line, parties, move |secrets| start(sms, secrets))
    }
}
