//! Calls, turns with bots and messages: carried out once, and their outcomes recorded.
//!
//! Restate makes another attempt when it does not hear what came of one. So what has an effect is preceded by a record
//! that it begins: an attempt that finds that record, but no outcome, knows that the effect may have happened.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Shared;
use super::attempt::{Attempt, Halt};
use super::outcome::Recorded;
use crate::clock::Time;
use crate::engine::Parties;
use crate::failpoint::Failpoint;
use crate::flow::{Call, Fault, Sms, Talk};
use crate::metrics::StepKind;
use crate::run_id::RunId;
use crate::step::{EffectId, Found};
use crate::telemetry::RunSpan;

/// What reaches outside.
pub(super) enum Deed {
    Call(Box<Call>),
    Talk(Box<Talk>),
    /// Of an `sms` or an `ask`.
    Send(StepKind, Sms),
}

/// The record that an effect begins.
#[derive(Serialize, Deserialize)]
struct Begun {
    /// The process that begins it. It knows what it has begun, so only to another one the outcome is unknown.
    by: RunId,
    at: Time,
}

impl Deed {
    fn has_effect(&self) -> bool {
        match self {
            Self::Call(call) => call.has_effect(),
            Self::Talk(_) | Self::Send(..) => true,
        }
    }

    /// What Restate shows of it.
    fn name(&self) -> String {
        match self {
            Self::Call(call) => format!("call, line {}", call.line),
            Self::Talk(talk) => format!("bot, line {}", talk.line),
            Self::Send(step, message) => format!("{}, line {}", step.as_str(), message.line),
        }
    }
}

/// Carries a deed out, or gives what is recorded of it.
pub(super) async fn carry_out(
    attempt: &mut Attempt,
    shared: &Arc<Shared>,
    effect: EffectId,
    parties: &Parties,
    deed: Deed,
    trace: &Arc<RunSpan>,
) -> Result<Recorded, Halt> {
    let name = deed.name();
    let mut unknown_since = None;
    if deed.has_effect() {
        let now = async { Ok(Begun { by: shared.process, at: Time::now() }) };
        let begun = attempt.run(format!("begin {name}"), now).await?;
        unknown_since = (begun.by != shared.process).then_some(begun.at);
        Failpoint::Begun.reach();
    }
    let work = async {
        let (own, parties, trace) = (Arc::clone(shared), parties.clone(), Arc::clone(trace));
        let begin = || async move { own.perform(effect, &parties, deed, unknown_since, &trace).await };
        let outcome = shared.underway.join(effect, begin).await;
        outcome.ok_or_else(|| Halt::Later("a step ended without an outcome".to_owned()))
    };
    let recorded = attempt.run(name, work).await?;
    shared.underway.recorded(effect);
    Ok(recorded)
}

impl Shared {
    async fn perform(
        &self,
        effect: EffectId,
        parties: &Parties,
        deed: Deed,
        unknown_since: Option<Time>,
        trace: &RunSpan,
    ) -> Recorded {
        let done = match deed {
            Deed::Call(call) => self.call(effect.run, *call, unknown_since.is_some(), trace).await,
            Deed::Talk(talk) => self.talk(effect.run, parties, *talk, unknown_since.is_some(), trace).await,
            Deed::Send(step, message) => self.send(effect, parties, step, &message, unknown_since, trace).await,
        };
        Failpoint::Performed.reach();
        done.unwrap_or_else(|fault| Recorded::Fault(self.secrets.redactor().text(&fault.to_string())))
    }

    async fn call(&self, run: RunId, call: Call, is_unknown: bool, trace: &RunSpan) -> Result<Recorded, Fault> {
        if is_unknown && let Found::Outcome(outcome) = self.performer.called_before(run, &call) {
            return Ok(Recorded::of(outcome));
        }
        let performed = self.performer.call(run, call, trace).await?;
        Ok(Recorded::of(performed.outcome))
    }

    async fn talk(
        &self,
        run: RunId,
        parties: &Parties,
        talk: Talk,
        is_unknown: bool,
        trace: &RunSpan,
    ) -> Result<Recorded, Fault> {
        if is_unknown && let Found::Outcome(outcome) = self.performer.told_before(run, &talk) {
            return Ok(Recorded::of(outcome));
        }
        let performed = self.performer.talk(run, parties, talk, trace).await?;
        Ok(Recorded::of(performed.outcome))
    }

    async fn send(
        &self,
        effect: EffectId,
        parties: &Parties,
        step: StepKind,
        message: &Sms,
        unknown_since: Option<Time>,
        trace: &RunSpan,
    ) -> Result<Recorded, Fault> {
        if let Some(since) = unknown_since
            && let Found::Outcome(outcome) = self.performer.sent_before(effect, parties, message, since).await?
        {
            return Ok(Recorded::of(outcome));
        }
        let performed = self.performer.send(effect, parties, step, message, trace).await?;
        Ok(Recorded::of(performed.outcome))
    }
}
