//! Carries single steps out, and says what came of them: to the log, and to whoever asked.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::bot::Bots;
use super::web_call::WebCaller;
use super::{EffectId, Messenger};
use crate::clock::Time;
use crate::config::UnknownOutcome;
use crate::engine::Parties;
use crate::engine::notes::Notes;
use crate::flow::{Call, Failure, FailureKind, Fault, Method, Outcome, Secrets, Sms, Talk};
use crate::logging::{Masked, masked};
use crate::metrics::{Metrics, Resolved, StepKind, StepOutcome};
use crate::run_id::RunId;
use crate::telemetry::{RunSpan, StepSpan};

/// Carries steps out.
pub(crate) struct Performer {
    secrets: Arc<Secrets>,
    messenger: Arc<Messenger>,
    web: WebCaller,
    bots: Bots,
    unknown: UnknownOutcome,
    metrics: Arc<Metrics>,
}

/// A step that was carried out.
pub(crate) struct Performed {
    /// What the flow is told.
    pub(crate) outcome: Outcome,
    /// `ok`, or the kind of the failure.
    pub(crate) word: &'static str,
    /// How long it took.
    pub(crate) took: Duration,
}

/// What could be found out about an effect that may have happened.
pub(crate) enum Found {
    /// It happened, or is to count as if: this came of it.
    Outcome(Outcome),
    /// It is to be carried out now.
    Again,
}

/// A step that is being carried out.
struct Underway {
    run: RunId,
    line: u32,
    step: StepKind,
    /// Whom a turn is with.
    bot: Option<&'static str>,
    started: Instant,
    span: StepSpan,
}

impl Underway {
    fn begin(run: RunId, line: u32, step: StepKind, trace: &RunSpan) -> Self {
        Self { run, line, step, bot: None, started: Instant::now(), span: trace.step(step, line) }
    }
}

impl Performer {
    pub(crate) fn new(
        secrets: Arc<Secrets>,
        messenger: Arc<Messenger>,
        web: WebCaller,
        notes: Arc<dyn Notes>,
        unknown: UnknownOutcome,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { secrets, messenger, web, bots: Bots::new(notes), unknown, metrics }
    }

    /// Carries a web call out, as a part of `trace`.
    pub(crate) async fn call(&self, run: RunId, call: Call, trace: &RunSpan) -> Result<Performed, Fault> {
        let underway = Underway::begin(run, call.line, StepKind::Call, trace);
        let answered = self.web.carry_out(run, call, underway.span.traceparent()).await?;
        Ok(self.told(underway, answered.map(Outcome::Response)))
    }

    /// Tells a bot its words, as a part of `trace`.
    pub(crate) async fn talk(
        &self,
        run: RunId,
        parties: &Parties,
        talk: Talk,
        trace: &RunSpan,
    ) -> Result<Performed, Fault> {
        let bot = Some(talk.bot.name());
        let underway = Underway { bot, ..Underway::begin(run, talk.line, StepKind::Bot, trace) };
        let answered = self.bots.say(&self.web, run, parties, &talk, underway.span.traceparent()).await?;
        Ok(self.told(underway, answered.map(Outcome::Response)))
    }

    /// Hands a message to the carrier, as a part of `trace`.
    pub(crate) async fn send(
        &self,
        effect: EffectId,
        parties: &Parties,
        step: StepKind,
        message: &Sms,
        trace: &RunSpan,
    ) -> Result<Performed, Fault> {
        let underway = Underway::begin(effect.run, message.line, step, trace);
        let (run, outgoing) = (effect.run, message.outgoing(effect, parties)?);
        debug!(%run, line = message.line, to = %Masked(outgoing.to), from = %Masked(outgoing.from), "sending");
        let sent = self.messenger.send(outgoing).await;
        Ok(self.told(underway, sent.map(|()| Outcome::Done)))
    }

    /// What came of a message that may have been handed over since then: the carrier is asked where it can tell.
    pub(crate) async fn sent_before(
        &self,
        effect: EffectId,
        parties: &Parties,
        message: &Sms,
        since: Time,
    ) -> Result<Found, Fault> {
        let (run, outgoing) = (effect.run, message.outgoing(effect, parties)?);
        let (resolved, found) = match self.messenger.find(outgoing, since).await {
            Some(true) => (Resolved::Found, Found::Outcome(Outcome::Done)),
            Some(false) => (Resolved::Resent, Found::Again),
            None => return Ok(self.unknown(run, message.line, FailureKind::Carrier, "the carrier took the message")),
        };
        self.metrics.unknown_outcome(resolved);
        let resolved = resolved.as_str();
        warn!(%run, line = message.line, resolved, "it was unknown whether the message had gone out; the carrier could tell");
        Ok(found)
    }

    /// What came of a call with effects that may have reached its service: nobody can tell.
    pub(crate) fn called_before(&self, run: RunId, call: &Call) -> Found {
        self.unknown(run, call.line, FailureKind::Connect, "the request arrived")
    }

    /// What came of words that a bot may have been told: it goes on from them, and nobody can tell whether it has.
    pub(crate) fn told_before(&self, run: RunId, talk: &Talk) -> Found {
        self.unknown(run, talk.line, FailureKind::Connect, "the bot heard it")
    }

    fn unknown(&self, run: RunId, line: u32, kind: FailureKind, what: &str) -> Found {
        let told = format!("it is not known whether {what}: the program ended in between");
        match self.unknown {
            UnknownOutcome::Resend => {
                self.metrics.unknown_outcome(Resolved::Resent);
                warn!(%run, line, resolved = "resent", "{told}; it is done again (--unknown-outcome resend)");
                Found::Again
            }
            UnknownOutcome::Fail => {
                self.metrics.unknown_outcome(Resolved::Failed);
                warn!(%run, line, resolved = "failed", "{told}; the step fails (--unknown-outcome fail)");
                Found::Outcome(Outcome::Failed(Failure::new(kind, told)))
            }
        }
    }

    /// Writes the step to the log.
    fn told(&self, underway: Underway, done: Result<Outcome, Failure>) -> Performed {
        let Underway { run, line, step, bot, started, span } = underway;
        let took = started.elapsed();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let kind = done.as_ref().map_or_else(|failure| failure.kind.into(), |_| StepOutcome::Ok);
        self.metrics.step(step, kind, took);
        span.end(kind, done.as_ref().err().and_then(|failure| failure.status));
        let step = step.as_str();
        match done {
            Ok(outcome) => {
                info!(%run, line, step, bot, outcome = "ok", ms, "step");
                Performed { outcome, word: "ok", took }
            }
            Err(failure) => {
                // An upstream may echo what it was sent; a secret must not come back into the flow.
                let failure = Failure { message: self.secrets.redactor().text(&failure.message), ..failure };
                warn!(%run, line, step, bot, outcome = "fail", kind = %failure.kind, status = failure.status,
                      blame = %failure.blame(), retry = failure.may_pass(), reason = masked(&failure.message), ms, "step");
                Performed { word: failure.kind.as_str(), outcome: Outcome::Failed(failure), took }
            }
        }
    }
}

impl Call {
    /// Whether it may change something at its service: all methods but GET, which RFC 9110 calls safe.
    pub(crate) fn has_effect(&self) -> bool {
        self.method != Method::Get
    }
}
