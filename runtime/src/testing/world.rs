//! One play: a world in which a flow runs, and what happens in it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::Notify;

use super::carrier::Post;
use super::report::{Scene, Waiting, What};
use super::script::Cue;
use super::stage::Stage;
use super::trace::{self, Trace};
use super::upstream::Services;
use crate::clock::Time;
use crate::config::{MessageConfig, UnknownOutcome};
use crate::engine::journal::memory::{MemoryJournal, Waiter};
use crate::engine::journal::{Arrival, Fresh};
use crate::engine::{Engine, Intake, Journalled, Parties, Parts, Receipt, Refusal};
use crate::flow::{InboundSms, Now, ScheduleTrigger, Trigger};
use crate::metrics::TriggerKind;
use crate::opt_out::{Desk, OptOuts};
use crate::run_id::RunId;
use crate::step::web_call::WebCaller;
use crate::step::{Messenger, Performer};
use crate::trigger::inbound_api::receive_admitted;
use crate::trigger::inbound_sms::{Answer, Inbox};
use crate::value::{Json, Phone, Url};

/// A flow and all that is around it. It is to be used within a tokio runtime whose clock is paused, so that time passes
/// only while everybody waits, and then at once.
pub(super) struct World<'a> {
    stage: &'a Stage,
    trace: Trace,
    journal: Arc<MemoryJournal>,
    engine: Arc<Journalled>,
    intake: Intake,
    inbox: Inbox,
    /// A run has come to rest.
    rested: Arc<Notify>,
    services: Arc<Services>,
    post: Arc<Post>,
}

impl<'a> World<'a> {
    /// One in which nothing has happened yet.
    pub(super) fn new(stage: &'a Stage) -> Self {
        let Stage { program, secrets, metrics, entries, texts, limits, max_response } = stage;
        let journal = Arc::new(MemoryJournal::default());
        let (post, services) = (Arc::new(Post::default()), Arc::new(Services::new(*max_response)));
        let opt_outs = OptOuts::kept(Arc::clone(&journal) as _);
        let messenger = Arc::new(Messenger::new(
            Arc::clone(&post) as _,
            Arc::clone(&journal) as _,
            opt_outs.clone(),
            MessageConfig::default(),
            Arc::clone(metrics),
        ));
        let desk = Desk::new(opt_outs, Arc::clone(&journal) as _, Arc::clone(&messenger), &[], texts.clone());
        let web = WebCaller::closed(Arc::clone(&services) as _, *max_response);
        let (secrets, metrics) = (Arc::clone(secrets), Arc::clone(metrics));
        let unknown = UnknownOutcome::default();
        let notes = Arc::clone(&journal) as _;
        let performer = Performer::new(Arc::clone(&secrets), messenger, web, notes, unknown, Arc::clone(&metrics));
        let parts = Parts {
            program,
            secrets: Arc::clone(&secrets),
            performer,
            limits: *limits,
            metrics: Arc::clone(&metrics),
            tracer: Default::default(),
        };
        let rested = Arc::new(Notify::new());
        let tell = Arc::clone(&rested);
        let engine = Arc::new(Journalled::by_hand(parts, Arc::clone(&journal) as _, move |phase| {
            trace::note_rest(phase);
            tell.notify_one();
        }));
        let intake = Intake { engine: Arc::clone(&engine) as Arc<dyn Engine>, metrics };
        let inbox = Inbox::with(program, Arc::clone(entries), &secrets, &intake, Some(desk));
        Self { stage, trace: Trace::begin(), journal, engine, intake, inbox, rested, services, post }
    }

    /// Plays one cue, which is the `at`-th, until all rests. `true`: a request came that nothing was given for, and nothing
    /// is to be played any more.
    pub(super) async fn play(&self, at: usize, cue: Cue) -> (Scene, bool) {
        let time = match &cue {
            Cue::Pass { seconds } => Duration::from_secs(*seconds),
            _ => Duration::ZERO,
        };
        // What comes in is taken in to its end, whatever comes of it meanwhile.
        if let Err(reasons) = self.take_in(at, cue).await {
            trace::note(What::Untaken(reasons));
        }
        let stopped = match select(pin!(self.services.unanswered()), pin!(self.follow(time))).await {
            Either::Left(((), _)) => true,
            Either::Right(((), _)) => false,
        };
        (Scene { events: self.trace.take(), waiting: self.waiting() }, stopped)
    }

    async fn take_in(&self, at: usize, cue: Cue) -> Result<(), Vec<String>> {
        match cue {
            Cue::Given(given) => self.services.give(at, given),
            Cue::RefuseSms { to } => self.post.refuse(to),
            Cue::Sms { from, to, body, media } => return self.text(&from, &to, body, &media).await,
            Cue::Api { name, members } => return self.request(&name, &members).await,
            Cue::Schedule { trigger, now } => return self.schedule(trigger, now).await,
            Cue::Pass { .. } => {}
        }
        Ok(())
    }

    /// What comes of it in this time, and then until all rests.
    async fn follow(&self, time: Duration) {
        if !time.is_zero() {
            self.pass(time).await;
        }
        self.settle().await;
    }

    /// A message comes in.
    async fn text(&self, from: &str, to: &str, body: String, media: &[String]) -> Result<(), Vec<String>> {
        let number = |text: &str| Phone::parse(text).map_err(|error| vec![format!("{text:?}: {error}")]);
        let url = |text: &String| Url::parse(text).map_err(|error| vec![format!("{text:?}: {error}")]);
        let media = media.iter().map(url).collect::<Result<_, _>>()?;
        let sms = InboundSms { from: number(from)?, to: number(to)?, body, media };
        let before = self.trace.len();
        match self.inbox.receive(None, sms).await {
            Ok(Answer::Taken(Receipt::Untaken) | Answer::TakesNone) => {
                Err(vec!["no `on sms` of this flow takes this message, and nobody was asked".to_owned()])
            }
            Ok(Answer::Taken(Receipt::Reply(_))) => {
                // A run was made ready for the message, for the case that nobody had asked.
                self.trace.forget_steps(before);
                Ok(())
            }
            Ok(Answer::Taken(_)) => Ok(()),
            Ok(Answer::Word(word)) => {
                // It came before all that it set going.
                self.trace.note_at(before, What::Word(word.to_owned()));
                // Its answer is sent by a task of its own, which has its turn now and waits for nobody.
                tokio::task::yield_now().await;
                Ok(())
            }
            Err(refusal) => Err(vec![refusal.to_string()]),
        }
    }

    /// A request of the Inbound API comes in.
    async fn request(&self, name: &str, members: &Json) -> Result<(), Vec<String>> {
        let api = self.stage.program.triggers.iter().find_map(|trigger| match trigger {
            Trigger::Api(api) if api.name == name => Some(api),
            _ => None,
        });
        let Some(api) = api else { return Err(vec![format!("this flow has no `on api {name:?}`")]) };
        receive_admitted(api, members.to_string().as_bytes(), &self.intake, &self.stage.secrets).await
    }

    /// A schedule comes.
    async fn schedule(&self, trigger: usize, now: Now) -> Result<(), Vec<String>> {
        let Some(Trigger::Schedule(ScheduleTrigger { line, start, .. })) = self.stage.program.triggers.get(trigger)
        else {
            return Err(vec![format!("trigger {trigger} of this flow is no `on schedule`")]);
        };
        let told = |refusal: Refusal| vec![refusal.to_string()];
        let step = start(now, &self.stage.secrets).map_err(|fault| told(Refusal::Fault(fault)))?;
        let start = Fresh { id: RunId::new(), line: *line, parties: Parties::default(), state: step.state.clone() };
        let arrival = Arrival::Trigger { key: None, start, tick: None };
        self.intake.accept(TriggerKind::Schedule, arrival, Some(step)).await.map(drop).map_err(told)
    }

    /// Time passes, and those go on who waited for it: each in its turn, and none before its time.
    async fn pass(&self, time: Duration) {
        let end = Time::now() + time;
        while let Some(due) = self.journal.next_due().filter(|due| *due <= end) {
            sleep_until(due).await;
            self.settle().await;
        }
        sleep_until(end).await;
    }

    /// Until no run is being carried out. That may take time, in which others are due.
    async fn settle(&self) {
        loop {
            self.engine.turn().await;
            let later = |due: &Time| *due > Time::now();
            // What is due still has found no slot. A run that rests may be due sooner than all others.
            let due = self.journal.next_due().filter(later).unwrap_or(Time(i64::MAX));
            let (time, rested) = (pin!(sleep_until(due)), pin!(self.rested.notified()));
            if let Either::Left(_) = select(pin!(self.engine.idle()), select(time, rested)).await
                && self.journal.next_due().as_ref().is_none_or(later)
            {
                return;
            }
        }
    }

    fn waiting(&self) -> Vec<Waiting> {
        let now = Time::now();
        let waiting = |waiter: Waiter| {
            let left = waiter.until.since(now);
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            let person = waiter.person.map(String::from);
            Waiting { line: waiter.place.line, place: waiter.place.name, person, seconds }
        };
        self.journal.waiting().into_iter().map(waiting).collect()
    }
}

async fn sleep_until(moment: Time) {
    tokio::time::sleep(moment.since(Time::now())).await;
}
