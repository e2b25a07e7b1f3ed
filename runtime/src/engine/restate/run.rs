//! A run, from one rest to the next: a virtual object, keyed by the run's id, which keeps its state while it rests.
//!
//! So a run that waits for a week is a state and a timer of Restate's, and does not depend on the binary that began it.
//! While it is being carried out, the outcome of each effect is recorded; what lies between them is computed again.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::{error, info, warn};

use super::Shared;
use super::attempt::{Attempt, Halt};
use super::conversation::{Asking, Back, Rested, Waiting};
use super::deed::{self, Deed};
use super::handlers::{Handler, Names, Service};
use super::outcome::Recorded;
use crate::clock::Time;
use crate::engine::journal::{self, Conversation, Fresh, Phase, Place};
use crate::engine::{Parties, unfit};
use crate::flow::{Action, Ask, End, Fault, Outcome, Step};
use crate::logging::masked;
use crate::metrics::{RunOutcome, StepKind, StepOutcome};
use crate::run_id::RunId;
use crate::step::{self, EffectId};
use crate::telemetry::RunSpan;

/// Under which the object keeps its run.
const RUN: &str = "run";

/// A run begins.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) fresh: Fresh,
    /// The conversation whose text started it.
    pub(super) from: Option<Conversation>,
}

/// A run's question was answered.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    /// The number of the rest in which it asked.
    pub(super) rest: u32,
    pub(super) text: Waiting,
    pub(super) from: Conversation,
}

/// A run that rests, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) course: Course,
    pub(super) rest: Rest,
}

/// How far a run has come.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Course {
    /// The trigger's line.
    line: u32,
    parties: Parties,
    /// Its typed state, in which there is no secret.
    pub(super) state: String,
    steps: u32,
    /// How often it has begun a call or a message.
    effects: u32,
    /// How often it has rested.
    rests: u32,
}

/// Where a run waits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rest {
    /// `ask "For how many guests?"`, `wait 2h`
    pub(super) place: String,
    pub(super) line: u32,
    until: Time,
    /// Whose text it waits for.
    pub(super) asked: Option<Conversation>,
    /// How often the person may still be asked again.
    retries: u32,
    /// The invocation that wakes it.
    timer: String,
}

/// How a run rests or has ended; what Restate shows as the invocation's result.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    Completed,
    Failed {
        line: u32,
        kind: String,
        reason: String,
    },
    Waits {
        line: u32,
        place: String,
        until: Time,
    },
    Cancelled,
    /// There was nothing to do: the run had gone on before.
    TooLate,
}

impl Ended {
    /// The same as journals know it, for a run that waits for a text of `asked` if for any.
    fn phase(&self, asked: Option<&Conversation>) -> Phase {
        match (self, asked) {
            (Self::Completed, _) => Phase::Ended(journal::Ended::Completed),
            (Self::Failed { line, kind, reason }, _) => {
                let (line, kind, reason) = (*line, kind.clone(), reason.clone());
                Phase::Ended(journal::Ended::Failed { line, kind, reason })
            }
            (Self::Waits { line, place, until }, asked) => {
                let (place, until) = (Place { name: place.clone(), line: *line }, *until);
                match asked.cloned() {
                    Some(conversation) => Phase::Asked { place, conversation, until },
                    None => Phase::Waiting { place, until },
                }
            }
            (Self::Cancelled | Self::TooLate, _) => Phase::Ready,
        }
    }
}

/// Why a run goes on.
enum Cause {
    Ready,
    Reply(String),
    TimedOut,
    Waited,
}

/// What comes of an action.
enum Next {
    Outcome(Outcome),
    /// It rests there for so long.
    Rest {
        place: &'static str,
        line: u32,
        length: Duration,
        asked: Option<Conversation>,
        retries: u32,
    },
    Ended(Ended),
}

/// Why a run goes no further.
enum Stop {
    Halt(Halt),
    Fault(Fault),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Until a run whose state the flow does not have is looked at again.
const SET_ASIDE: Duration = Duration::from_secs(30);

/// A run that is being carried out.
struct Run<'a> {
    attempt: &'a mut Attempt,
    shared: &'a Arc<Shared>,
    id: RunId,
    course: Course,
    /// Line of the step that it is at.
    line: u32,
    retries: Option<u32>,
    trace: Arc<RunSpan>,
}

/// [`Handler::Start`]
pub(super) async fn start(attempt: &mut Attempt, shared: &Arc<Shared>) -> Result<Ended, Halt> {
    let Start { fresh: Fresh { id, line, parties, state }, from } = attempt.given()?;
    let course = Course { line, parties, state, steps: 0, effects: 0, rests: 0 };
    Run::new(attempt, shared, id, course, line).carry_out(Cause::Ready, from).await
}

/// [`Handler::Reply`]
pub(super) async fn reply(attempt: &mut Attempt, shared: &Arc<Shared>) -> Result<Ended, Halt> {
    let Reply { rest, text, from } = attempt.given()?;
    let id = run_id(attempt)?;
    let kept = kept(attempt, |kept| kept.course.rests == rest && kept.rest.asked.is_some()).await?;
    // A state that this flow does not have stays as it is: the person's words are not lost on it.
    let Some(Kept { course, rest }) = kept.filter(|kept| shared.fits(&kept.course)) else {
        let to = shared.names.of_conversation(Handler::Back, &from);
        attempt.send(&to, &(&from, Back { run: id, text }))?;
        return Ok(Ended::TooLate);
    };
    attempt.cancel(rest.timer)?;
    let mut run = Run::new(attempt, shared, id, course, rest.line);
    run.retries = Some(rest.retries);
    run.carry_out(Cause::Reply(text.text.body), Some(from)).await
}

/// [`Handler::Wake`]
pub(super) async fn wake(attempt: &mut Attempt, shared: &Arc<Shared>) -> Result<Ended, Halt> {
    let rest: u32 = attempt.given()?;
    let id = run_id(attempt)?;
    let Some(Kept { course, rest }) = kept(attempt, |kept| kept.course.rests == rest).await? else {
        return Ok(Ended::TooLate);
    };
    if !shared.fits(&course) {
        return set_aside(attempt, shared, id, Kept { course, rest }).await;
    }
    let cause = match &rest.asked {
        Some(asked) => {
            let asking = Asking { run: id, rest: course.rests };
            attempt.send(&shared.names.of_conversation(Handler::Unasked, asked), &(asked, asking))?;
            Cause::TimedOut
        }
        None => Cause::Waited,
    };
    Run::new(attempt, shared, id, course, rest.line).carry_out(cause, None).await
}

/// The time of a run is over whose state this flow does not have: it is looked at again later. To fail until then would
/// keep all else from the run.
async fn set_aside(attempt: &mut Attempt, shared: &Arc<Shared>, id: RunId, kept: Kept) -> Result<Ended, Halt> {
    let Kept { course, rest } = kept;
    let Rest { line, place, .. } = rest;
    warn!(run = %id, line, "the state of a run does not fit this flow; it is left as it is");
    let until = attempt.run(format!("time, line {line}"), async { Ok(Time::now() + SET_ASIDE) }).await?;
    let timer = attempt.send_at(&shared.names.of_run(Handler::Wake, id), &course.rests, until).await?;
    let ended = Ended::Waits { line, place: place.clone(), until };
    attempt.set(RUN, &Kept { course, rest: Rest { place, timer, ..rest } })?;
    Ok(ended)
}

/// [`Handler::Cancel`]
pub(super) async fn cancel(attempt: &mut Attempt, shared: &Arc<Shared>) -> Result<Ended, Halt> {
    let id = run_id(attempt)?;
    let Some(Kept { course, rest }) = kept(attempt, |_| true).await? else { return Ok(Ended::TooLate) };
    if let Some(asked) = &rest.asked {
        let asking = Asking { run: id, rest: course.rests };
        attempt.send(&shared.names.of_conversation(Handler::Unasked, asked), &(asked, asking))?;
    }
    attempt.cancel(rest.timer)?;
    attempt.clear()?;
    tell(shared, id, &Ended::Cancelled);
    Ok(Ended::Cancelled)
}

/// The SQL query of all runs that rest: `id`, and as `kept` the JSON of [`Kept`].
pub(super) fn all_kept(names: &Names) -> String {
    let service = names.service(Service::Run);
    format!(
        "SELECT service_key AS id, value_utf8 AS kept FROM state WHERE service_name = '{service}' AND key = '{RUN}'"
    )
}

impl Shared {
    /// Whether the flow has this state.
    fn fits(&self, course: &Course) -> bool {
        unfit::unfit(self.program, &self.secrets, &course.state).is_none()
    }
}

fn run_id(attempt: &Attempt) -> Result<RunId, Halt> {
    attempt.key().parse().map_err(|_| Halt::Later(format!("{:?} is no run", attempt.key())))
}

async fn kept(attempt: &mut Attempt, wanted: impl FnOnce(&Kept) -> bool) -> Result<Option<Kept>, Halt> {
    Ok(attempt.get(RUN).await?.filter(wanted))
}

impl<'a> Run<'a> {
    fn new(attempt: &'a mut Attempt, shared: &'a Arc<Shared>, id: RunId, course: Course, line: u32) -> Self {
        let trace = Arc::new(shared.tracer.run(id, course.rests == 0, course.line));
        Self { attempt, shared, id, course, line, retries: None, trace }
    }

    /// Goes on until the run rests or ends; then the next text of the conversation whose text it took is taken.
    async fn carry_out(mut self, cause: Cause, from: Option<Conversation>) -> Result<Ended, Halt> {
        let next = match self.until_rest(cause).await {
            Ok(next) => next,
            // Restate tries again until a flow comes that it fits.
            Err(Stop::Fault(Fault::State(reason))) => {
                error!(run = %self.id, blame = "us", reason, "the state of a run does not fit this flow");
                return Err(Halt::Later(format!("the state does not fit this flow: {reason}")));
            }
            Err(Stop::Fault(fault)) => self.failed_by(&fault),
            Err(Stop::Halt(Halt::Cancelled)) => Next::Ended(Ended::Cancelled),
            Err(Stop::Halt(halt)) => return Err(halt),
        };
        self.rest(next, from).await
    }

    /// Notes where the run rests, and tells who waits for that.
    async fn rest(self, next: Next, from: Option<Conversation>) -> Result<Ended, Halt> {
        let Self { attempt, shared, id, mut course, mut trace, .. } = self;
        let names = &shared.names;
        let (ended, asked) = match next {
            Next::Rest { place, line, length, asked, retries } => {
                course.rests += 1;
                let number = course.rests;
                let until = attempt.run(format!("time, line {line}"), async { Ok(Time::now() + length) }).await?;
                let timer = attempt.send_at(&names.of_run(Handler::Wake, id), &number, until).await?;
                let place = place.to_owned();
                info!(run = %id, line, %until, "run waits{}", if asked.is_some() { " for a reply" } else { "" });
                let ended = Ended::Waits { line, place: place.clone(), until };
                let rest = Rest { place, line, until, asked: asked.clone(), retries, timer };
                attempt.set(RUN, &Kept { course, rest })?;
                (ended, asked.map(|asked| (asked, number)))
            }
            Next::Ended(ended) => {
                attempt.clear()?;
                tell(shared, id, &ended);
                (ended, None)
            }
            // It never comes this far.
            Next::Outcome(_) => return Err(Halt::Later("the run did not rest".to_owned())),
        };
        // No step holds it any more.
        if let Some(trace) = Arc::get_mut(&mut trace) {
            trace.rests(&ended.phase(asked.as_ref().map(|(asked, _)| asked)));
        }
        let rested = |asks| Rested { run: id, asks };
        match (asked, from) {
            (Some((asked, number)), Some(from)) if asked == from => {
                attempt.send(&names.of_conversation(Handler::Rested, &from), &(&from, rested(Some(number))))?;
            }
            (asked, from) => {
                if let Some((asked, number)) = asked {
                    attempt.send(&names.of_conversation(Handler::Rested, &asked), &(&asked, rested(Some(number))))?;
                }
                if let Some(from) = from {
                    attempt.send(&names.of_conversation(Handler::Rested, &from), &(&from, rested(None)))?;
                }
            }
        }
        match ended {
            // Restate shows it among what has failed.
            Ended::Failed { line, kind, reason } => Err(Halt::Over(format!("line {line}: {kind}: {reason}"))),
            ended => Ok(ended),
        }
    }

    async fn until_rest(&mut self, cause: Cause) -> Result<Next, Stop> {
        let Shared { program, secrets, limits, .. } = &**self.shared;
        let Step { state: _, mut action } = (program.enter)(&self.course.state, secrets)?;
        let mut known = self.continued(cause, &action)?;
        loop {
            let next = match known.take() {
                Some(next) => next,
                None => self.act(action).await?,
            };
            let Next::Outcome(outcome) = next else { return Ok(next) };
            let step = (program.resume)(&self.course.state, outcome, secrets)?;
            (self.course.state, action) = (step.state, step.action);
            self.retries = None;
            self.course.steps += 1;
            limits.stop(self.course.steps, &action)?;
        }
    }

    /// What a cause already says of the action; `None`: the action is to be carried out.
    fn continued(&mut self, cause: Cause, action: &Action) -> Result<Option<Next>, Fault> {
        self.line = action.line().unwrap_or(self.line);
        Ok(match cause {
            Cause::Ready => None,
            Cause::Waited => {
                self.over(StepKind::Wait, StepOutcome::Ok);
                Some(Next::Outcome(Outcome::Done))
            }
            Cause::TimedOut => {
                self.over(StepKind::Reply, StepOutcome::Timeout);
                Some(Next::Outcome(Outcome::TimedOut))
            }
            Cause::Reply(words) => {
                let Action::Ask(ask) = action else {
                    return Err(Fault::Bug("a reply to what is no question".to_owned()));
                };
                let reply = ask.read(&words, self.retries);
                info!(run = %self.id, line = self.line, step = "reply", outcome = reply.word(), "step");
                self.over(StepKind::Reply, reply.outcome());
                match reply {
                    step::Reply::Understood(values) => Some(Next::Outcome(Outcome::Reply(values))),
                    step::Reply::GivenUp => Some(Next::Outcome(Outcome::TimedOut)),
                    step::Reply::Again(left) => {
                        self.retries = Some(left);
                        None
                    }
                }
            }
        })
    }

    async fn act(&mut self, action: Action) -> Result<Next, Stop> {
        self.line = action.line().unwrap_or(self.line);
        Ok(match action {
            Action::End(End::Completed) => Next::Ended(Ended::Completed),
            Action::End(End::Failed { line, failure }) => {
                let (kind, reason) = (failure.kind.as_str().to_owned(), masked(&failure.message));
                Next::Ended(Ended::Failed { line, kind, reason })
            }
            Action::Continue => {
                // A loop without I/O lets other runs have their turn.
                tokio::task::yield_now().await;
                Next::Outcome(Outcome::Done)
            }
            Action::Wait(wait) => Next::Rest {
                place: wait.place,
                line: wait.line,
                length: Duration::from_secs(wait.seconds.into()),
                asked: None,
                retries: 0,
            },
            Action::Call(call) => {
                let names: Vec<_> = call.bindings.iter().map(|binding| binding.name).collect();
                Next::Outcome(self.effect(Deed::Call(call)).await?.outcome(&names)?)
            }
            Action::Talk(talk) => {
                let names: Vec<_> = talk.names().collect();
                Next::Outcome(self.effect(Deed::Talk(talk)).await?.outcome(&names)?)
            }
            Action::Sms(message) => Next::Outcome(self.effect(Deed::Send(StepKind::Sms, message)).await?.outcome(&[])?),
            Action::Ask(ask) => self.ask(&ask).await?,
        })
    }

    async fn ask(&mut self, ask: &Ask) -> Result<Next, Stop> {
        let retries = self.retries.unwrap_or(ask.retries);
        let question = ask.words(retries);
        let conversation = question.conversation(&self.course.parties)?;
        let length = Duration::from_secs(ask.within.into());
        Ok(match self.effect(Deed::Send(StepKind::Ask, question)).await?.outcome(&[])? {
            Outcome::Done => {
                Next::Rest { place: ask.place, line: self.line, length, asked: Some(conversation), retries }
            }
            failed => Next::Outcome(failed),
        })
    }

    /// Carries a call, a turn with a bot or a message out.
    async fn effect(&mut self, deed: Deed) -> Result<Recorded, Halt> {
        if self.shared.is_stopping() {
            return Err(Halt::Later("the program is stopping".to_owned()));
        }
        self.course.effects += 1;
        let effect = EffectId { run: self.id, number: self.course.effects };
        deed::carry_out(self.attempt, self.shared, effect, &self.course.parties, deed, &self.trace).await
    }

    /// Something that was waited for has come about.
    fn over(&self, kind: StepKind, outcome: StepOutcome) {
        self.shared.metrics.waited(kind, outcome);
        self.trace.step(kind, self.line).end(outcome, None);
    }

    fn failed_by(&self, fault: &Fault) -> Next {
        let (run, line) = (self.id, self.line);
        let reason = masked(&fault.to_string());
        error!(%run, line, outcome = "fault", blame = %fault.blame(), retry = false, reason, "run ended");
        Next::Ended(Ended::Failed { line, kind: "fault".to_owned(), reason })
    }
}

fn tell(shared: &Shared, run: RunId, ended: &Ended) {
    shared.metrics.run_ended(match ended {
        Ended::Completed => RunOutcome::Completed,
        Ended::Cancelled => RunOutcome::Cancelled,
        _ => RunOutcome::Failed,
    });
    match ended {
        Ended::Completed => info!(%run, outcome = "completed", "run ended"),
        Ended::Cancelled => info!(%run, outcome = "cancelled", "run ended"),
        // `failed_by` has told of it.
        Ended::Failed { kind, .. } if kind == "fault" => {}
        Ended::Failed { line, kind, reason } => {
            warn!(%run, line, outcome = "failed", kind, reason, "run ended");
        }
        Ended::Waits { .. } | Ended::TooLate => {}
    }
}
