//! One run, from where the journal has it to where it rests.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{error, info, warn};

use super::Shared;
use crate::clock::Time;
use crate::engine::Parties;
use crate::engine::journal::{Cause, Commit, Done, Durability, Ended, JournalError, Phase, Place, Work};
use crate::failpoint::Failpoint;
use crate::flow::{Action, Ask, End, Failure, Fault, InboundSms, Outcome, Step};
use crate::logging::masked;
use crate::metrics::{RunOutcome, StepKind, StepOutcome};
use crate::run_id::RunId;
use crate::step::{EffectId, Found, Performed, Reply};
use crate::telemetry::RunSpan;

/// How long a commit that failed waits before it is tried again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A run that this process holds.
pub(super) struct Run<'a> {
    shared: &'a Shared,
    id: RunId,
    parties: Parties,
    /// The state whose action is being carried out.
    state: String,
    retries: Option<u32>,
    steps: u32,
    /// When it came to the phase in which the journal has it.
    since: Time,
    /// Line of the step it is at, or of the trigger before the first.
    line: u32,
    /// What was done and is not in the journal yet.
    history: Vec<Done>,
    /// An effect was carried out and its outcome is not in the journal yet.
    unwritten: bool,
    started: Instant,
    trace: RunSpan,
}

/// What comes of an action.
enum Next {
    Outcome(Outcome),
    Rest(Phase),
}

/// Why a run goes no further here.
enum Halt {
    Fault(Fault),
    /// It was cancelled, or another process holds it.
    Superseded,
    /// The program stops; the run goes on from the journal later.
    Stopping,
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<'a> Run<'a> {
    /// Carries work out until the run rests; gives the work that its conversation has next.
    pub(super) async fn carry_out(shared: &'a Shared, work: Work, first: Option<Step>) -> Option<Work> {
        let Work { id, line, parties, state, cause, retries, steps, since, accepted } = work;
        // What has never left its first phase begins here.
        let trace = shared.tracer.run(id, steps == 0 && since == accepted, line);
        // Only an operator's retry comes back from the limit.
        let steps = if steps < shared.limits.steps { steps } else { 0 };
        let (history, unwritten, started) = (Vec::new(), false, Instant::now());
        let mut run =
            Self { shared, id, parties, state, retries, steps, since, line, history, unwritten, started, trace };
        let rest = match run.until_rest(cause, first).await {
            Ok(phase) => phase,
            Err(Halt::Fault(Fault::State(reason))) => Phase::Parked { reason },
            Err(Halt::Fault(fault)) => run.failed_by(&fault),
            Err(Halt::Superseded) => return run.lost(),
            Err(Halt::Stopping) => return None,
        };
        run.tell(&rest);
        run.trace.rests(&rest);
        (shared.rests)(&rest);
        match run.commit(rest, Durability::Written).await {
            Ok(next) => {
                Failpoint::Rested.reach();
                next
            }
            Err(Halt::Superseded) => run.lost(),
            Err(_) => None,
        }
    }

    async fn until_rest(&mut self, cause: Cause, first: Option<Step>) -> Result<Phase, Halt> {
        let Shared { program, secrets, limits, .. } = self.shared;
        let mut step = match first {
            Some(step) => step,
            None => (program.enter)(&self.state, secrets)?,
        };
        let mut known = self.continued(cause, &step.action).await?;
        loop {
            let next = match known.take() {
                Some(next) => next,
                None => self.act(step.action).await?,
            };
            let outcome = match next {
                Next::Rest(phase) => return Ok(phase),
                Next::Outcome(outcome) => outcome,
            };
            step = (program.resume)(&self.state, outcome, secrets)?;
            if let Action::End(End::Failed { line, failure }) = step.action {
                // The state stays that of the step that failed, from which an operator may retry.
                return Ok(failed(line, &failure));
            }
            self.state = step.state;
            self.retries = None;
            self.steps += 1;
            limits.stop(self.steps, &step.action)?;
            if self.shared.parks_now() {
                self.commit(Phase::Ready, Durability::Written).await?;
                return Err(Halt::Stopping);
            }
        }
    }

    /// What a cause already says of the action; `None`: the action is to be carried out.
    async fn continued(&mut self, cause: Cause, action: &Action) -> Result<Option<Next>, Halt> {
        self.line = action.line().unwrap_or(self.line);
        match cause {
            Cause::Ready => Ok(None),
            Cause::Waited => {
                if let Action::Wait(wait) = action {
                    self.late(wait.seconds);
                }
                self.over(StepKind::Wait, StepOutcome::Ok);
                Ok(Some(Next::Outcome(Outcome::Done)))
            }
            Cause::TimedOut => {
                if let Action::Ask(ask) = action {
                    self.late(ask.within);
                }
                self.over(StepKind::Reply, StepOutcome::Timeout);
                self.done("ask", "timeout", Duration::ZERO);
                Ok(Some(Next::Outcome(Outcome::TimedOut)))
            }
            Cause::Reply(text) => self.answered(action, &text),
            Cause::Unknown => self.resolved(action).await,
        }
    }

    /// The reply to a question; `None`: the person is to be asked again.
    fn answered(&mut self, action: &Action, text: &InboundSms) -> Result<Option<Next>, Halt> {
        let Action::Ask(ask) = action else {
            return Err(Halt::Fault(Fault::Bug("a reply to what is no question".to_owned())));
        };
        let reply = ask.read(&text.body, self.retries);
        info!(run = %self.id, line = self.line, step = "reply", outcome = reply.word(), "step");
        self.over(StepKind::Reply, reply.outcome());
        self.done("reply", reply.word(), Duration::ZERO);
        Ok(match reply {
            Reply::Understood(values) => Some(Next::Outcome(Outcome::Reply(values))),
            Reply::GivenUp => Some(Next::Outcome(Outcome::TimedOut)),
            Reply::Again(left) => {
                self.retries = Some(left);
                None
            }
        })
    }

    /// What came of an action that may have been carried out before a crash.
    async fn resolved(&mut self, action: &Action) -> Result<Option<Next>, Halt> {
        let performer = &self.shared.performer;
        let found = match action {
            Action::Call(call) if call.has_effect() => performer.called_before(self.id, call),
            Action::Talk(talk) => performer.told_before(self.id, talk),
            Action::Sms(sms) => performer.sent_before(self.effect(), &self.parties, sms, self.since).await?,
            Action::Ask(ask) => {
                let question = ask.words(self.retries.unwrap_or(ask.retries));
                match performer.sent_before(self.effect(), &self.parties, &question, self.since).await? {
                    Found::Outcome(Outcome::Done) => return Ok(Some(Next::Rest(self.asked(ask)?))),
                    found => found,
                }
            }
            _ => Found::Again,
        };
        Ok(match found {
            Found::Again => None,
            Found::Outcome(outcome) => {
                self.done(action.word(), "unknown", Duration::ZERO);
                Some(Next::Outcome(outcome))
            }
        })
    }

    async fn act(&mut self, action: Action) -> Result<Next, Halt> {
        self.line = action.line().unwrap_or(self.line);
        let word = action.word();
        let performed = match action {
            Action::End(End::Completed) => return Ok(Next::Rest(Phase::Ended(Ended::Completed))),
            Action::End(End::Failed { line, failure }) => return Ok(Next::Rest(failed(line, &failure))),
            Action::Continue => {
                // A loop without I/O lets other runs have their turn.
                tokio::task::yield_now().await;
                return Ok(Next::Outcome(Outcome::Done));
            }
            Action::Wait(wait) => {
                let place = Place { name: wait.place.to_owned(), line: wait.line };
                let until = Time::of_timers() + Duration::from_secs(wait.seconds.into());
                return Ok(Next::Rest(Phase::Waiting { place, until }));
            }
            Action::Call(call) => {
                if call.has_effect() {
                    self.begin().await?;
                } else {
                    self.write_down().await?;
                }
                self.shared.performer.call(self.id, *call, &self.trace).await?
            }
            Action::Talk(talk) => {
                self.begin().await?;
                self.shared.performer.talk(self.id, &self.parties, *talk, &self.trace).await?
            }
            Action::Sms(message) => {
                self.begin().await?;
                self.shared.performer.send(self.effect(), &self.parties, StepKind::Sms, &message, &self.trace).await?
            }
            Action::Ask(ask) => {
                let question = ask.words(*self.retries.get_or_insert(ask.retries));
                self.begin().await?;
                let performer = &self.shared.performer;
                let performed =
                    performer.send(self.effect(), &self.parties, StepKind::Ask, &question, &self.trace).await?;
                if let Outcome::Done = performed.outcome {
                    self.performed(word, &performed);
                    return Ok(Next::Rest(self.asked(&ask)?));
                }
                performed
            }
        };
        self.performed(word, &performed);
        Ok(Next::Outcome(performed.outcome))
    }

    /// Names the effect of the step that it is at; a question that is asked again is another one.
    fn effect(&self) -> EffectId {
        const QUESTIONS: u32 = 256;
        let number = self.steps.wrapping_mul(QUESTIONS).wrapping_add(self.retries.unwrap_or(0));
        EffectId { run: self.id, number }
    }

    fn asked(&self, ask: &Ask) -> Result<Phase, Fault> {
        Ok(Phase::Asked {
            place: Place { name: ask.place.to_owned(), line: ask.question.line },
            conversation: ask.question.conversation(&self.parties)?,
            until: Time::of_timers() + Duration::from_secs(ask.within.into()),
        })
    }

    /// Notes that an effect begins: from here on its outcome is unknown until the next commit.
    async fn begin(&mut self) -> Result<(), Halt> {
        self.commit(Phase::Begun, Durability::Synced).await?;
        Failpoint::Begun.reach();
        Ok(())
    }

    /// Notes the outcome of an effect before something lengthy follows that has none.
    async fn write_down(&mut self) -> Result<(), Halt> {
        if self.unwritten {
            self.commit(Phase::Ready, Durability::Written).await?;
        }
        Ok(())
    }

    /// Tells how late a run goes on that was to wait for so many seconds.
    fn late(&self, seconds: u32) {
        let due = self.since + Duration::from_secs(seconds.into());
        self.shared.metrics.claimed(Time::now().since(due));
    }

    /// Something that was waited for has come about.
    fn over(&self, kind: StepKind, outcome: StepOutcome) {
        self.shared.metrics.waited(kind, outcome);
        self.trace.step(kind, self.line).end(outcome, None);
    }

    fn performed(&mut self, word: &'static str, performed: &Performed) {
        Failpoint::Performed.reach();
        self.unwritten = true;
        self.done(word, performed.word, performed.took);
    }

    fn done(&mut self, step: &str, outcome: &str, took: Duration) {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (step, outcome) = (step.to_owned(), outcome.to_owned());
        self.history.push(Done { at: Time::now(), line: self.line, step, outcome, ms });
    }

    /// Writes to the journal how far it has come; as long as the journal cannot be written, it goes no further.
    async fn commit(&mut self, phase: Phase, durability: Durability) -> Result<Option<Work>, Halt> {
        let mut pause = FIRST_PAUSE;
        loop {
            let commit = Commit {
                run: self.id,
                state: self.state.clone(),
                phase: phase.clone(),
                retries: self.retries,
                steps: self.steps,
                history: self.history.clone(),
                durability,
                now: Time::now(),
            };
            let started = Instant::now();
            match self.shared.journal.commit(commit).await {
                Ok(next) => {
                    self.shared.metrics.committed(started.elapsed());
                    self.history.clear();
                    self.unwritten = false;
                    return Ok(next);
                }
                Err(JournalError::Superseded) => return Err(Halt::Superseded),
                Err(error) => self.shared.failed(&error),
            }
            if self.shared.is_stopping() {
                return Err(Halt::Stopping);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn failed_by(&self, fault: &Fault) -> Phase {
        let (run, line) = (self.id, self.line);
        let reason = masked(&fault.to_string());
        error!(%run, line, outcome = "fault", blame = %fault.blame(), retry = false, reason, ms = self.ms(), "run ended");
        Phase::Ended(Ended::Failed { line, kind: "fault".to_owned(), reason })
    }

    /// Writes to the log how it rests.
    fn tell(&self, phase: &Phase) {
        if let Phase::Ended(ended) = phase {
            let is_completed = matches!(ended, Ended::Completed);
            self.shared.metrics.run_ended(if is_completed { RunOutcome::Completed } else { RunOutcome::Failed });
        }
        let (run, ms) = (self.id, self.ms());
        match phase {
            Phase::Ended(Ended::Completed) => info!(%run, outcome = "completed", ms, "run ended"),
            // `failed_by` has told of it.
            Phase::Ended(Ended::Failed { kind, .. }) if kind == "fault" => {}
            Phase::Ended(Ended::Failed { line, kind, reason }) => {
                warn!(%run, line, outcome = "failed", kind, reason, ms, "run ended");
            }
            Phase::Waiting { place, until } => info!(%run, line = place.line, %until, "run waits"),
            Phase::Asked { place, until, .. } => info!(%run, line = place.line, %until, "run waits for a reply"),
            Phase::Parked { reason } => {
                error!(%run, blame = "us", reason, "run parked: its state does not fit this flow");
            }
            Phase::Ready | Phase::Begun => {}
        }
    }

    fn lost(&self) -> Option<Work> {
        info!(run = %self.id, line = self.line, "run given up: it was cancelled or erased, or another process has it");
        None
    }

    fn ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// How a run ends that a step's failure ended.
fn failed(line: u32, failure: &Failure) -> Phase {
    let (kind, reason) = (failure.kind.as_str().to_owned(), masked(&failure.message));
    Phase::Ended(Ended::Failed { line, kind, reason })
}

impl Action {
    /// The line of the step that asks for it.
    pub(crate) fn line(&self) -> Option<u32> {
        match self {
            Action::Call(call) => Some(call.line),
            Action::Talk(talk) => Some(talk.line),
            Action::Sms(sms) => Some(sms.line),
            Action::Ask(ask) => Some(ask.question.line),
            Action::Wait(wait) => Some(wait.line),
            Action::End(End::Failed { line, .. }) => Some(*line),
            Action::Continue | Action::End(End::Completed) => None,
        }
    }

    /// The step's word in logs and in the journal.
    fn word(&self) -> &'static str {
        match self {
            Action::Call(_) => "call",
            Action::Talk(_) => "bot",
            Action::Sms(_) => "sms",
            Action::Ask(_) => "ask",
            Action::Wait(_) => "wait",
            Action::Continue => "goto",
            Action::End(_) => "end",
        }
    }
}
