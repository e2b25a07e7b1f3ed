//! The engine that has Restate keep runs and drive them.
//!
//! The flow is a few services of Restate's: a conversation and a run are virtual objects, whose invocations are taken one
//! at a time. What comes in goes through Restate's ingress, with its key as idempotency key, and is acknowledged when
//! Restate has it. Outcomes are recorded by Restate, and its timers end waits.
//!
//! The service protocol is spoken through `restate-sdk-shared-core`, the state machine that Restate's own SDKs share, and
//! not through `restate-sdk`: that one wants services and their names when it is compiled, and here they are a flow's.

mod attempt;
mod conversation;
mod deed;
mod doors;
mod endpoint;
mod handlers;
mod notes;
mod outcome;
mod run;
#[cfg(test)]
mod tests;
mod trigger;
mod underway;
mod watch;

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch as signal};
use tracing::info;

use self::conversation::{Delivery, Taken, Verdict, Waiting};
use self::doors::Restate;
use self::handlers::{Handler, Names};
pub(crate) use self::notes::RestateNotes;
use self::trigger::Request;
use self::underway::Underway;
use super::health::{Health, Of};
use super::journal::{Arrival, Conversation, JournalError, Key, Pending, Retention};
use super::schedule::{Host, Schedules};
use super::{Accepting, Engine, Limits, Parts, Receipt, Refusal, counted};
use crate::clock::Time;
use crate::config::{RestateConfig, UnfitRuns};
use crate::encode;
use crate::failpoint::Failpoint;
use crate::flow::{Program, Secrets, Step};
use crate::metrics::{Metrics, TriggerKind};
use crate::run_id::RunId;
use crate::step::Performer;
use crate::telemetry::Tracer;

/// Has Restate keep runs and drive them.
pub(crate) struct RestateEngine {
    shared: Arc<Shared>,
}

/// What is Restate's and this program's to know.
struct Shared {
    program: &'static Program,
    secrets: Arc<Secrets>,
    performer: Performer,
    limits: Limits,
    keep: Retention,
    names: Names,
    restate: Restate,
    /// Names this process.
    process: RunId,
    underway: Underway,
    slots: Semaphore,
    stopping: signal::Sender<bool>,
    stopped: signal::Sender<bool>,
    metrics: Arc<Metrics>,
    tracer: Tracer,
    health: Health,
}

impl RestateEngine {
    /// Listens to Restate, registers the flow there, and looks at the runs that rest. If Restate cannot be reached, that
    /// is tried until it can, and nothing is taken in. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Sentences, if it cannot be listened, or runs do not fit the flow and `unfit` says that they must.
    pub(crate) async fn start(
        parts: Parts,
        client: &Client,
        name: &str,
        config: &RestateConfig,
        unfit: UnfitRuns,
        keep: Retention,
    ) -> Result<Self, Vec<String>> {
        let cannot = |error: std::io::Error| vec![format!("--restate-listen {}: {error}", config.listen)];
        let listener = TcpListener::bind(config.listen).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let service_url =
            config.service_url.as_ref().map_or_else(|| format!("http://{address}"), |url| url.as_str().to_owned());
        let Parts { program, secrets, performer, limits, metrics, tracer } = parts;
        let schedules = Schedules::of(program).map_err(|problem| vec![problem])?;
        let shared = Arc::new(Shared {
            program,
            secrets,
            performer,
            limits,
            keep,
            names: Names::new(name),
            restate: Restate::new(client.clone(), config),
            process: RunId::new(),
            underway: Underway::default(),
            slots: limits.slots(),
            stopping: signal::channel(false).0,
            stopped: signal::channel(false).0,
            health: Health::failed_so_far(Of::Restate, Arc::clone(&metrics), "Restate does not know the flow yet"),
            metrics,
            tracer,
        });
        tokio::spawn(endpoint::serve(listener, Arc::clone(&shared)));
        watch::start(Arc::clone(&shared), schedules, service_url, unfit).await?;
        Ok(Self { shared })
    }
}

impl Engine for RestateEngine {
    fn accept(&self, arrival: Arrival, _: Option<Step>) -> Accepting<'_> {
        Box::pin(Shared::accept(&self.shared, arrival))
    }

    fn unready(&self) -> Option<String> {
        if self.shared.is_stopping() { Some("it is stopping".to_owned()) } else { self.shared.health.problem() }
    }

    fn in_flight(&self) -> usize {
        self.shared.in_flight()
    }

    fn drain(&self, grace: Duration) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(self.shared.drain(grace))
    }
}

impl Shared {
    async fn accept(&self, arrival: Arrival) -> Result<Receipt, Refusal> {
        if self.is_stopping() {
            return Err(Refusal::Stopping);
        }
        let started = Instant::now();
        // Names this delivery: what an earlier one with its key was told names that one.
        let id = RunId::new().to_string();
        let (digest, taken) = match arrival {
            Arrival::Text { key, text, start } => {
                let conversation = Conversation { person: text.from.clone(), own: text.to.clone() };
                let Key { name, digest } = keyed(key, &id);
                let delivery = Delivery { id: id.clone(), digest: digest.clone(), text: Waiting { text, start } };
                let to = self.names.of_conversation(Handler::Text, &conversation);
                (digest, self.restate.invoke(&to, &name, &delivery).await)
            }
            Arrival::Trigger { key, start, tick } => {
                let Key { name, digest } = keyed(key, &id);
                let request = Request { id: id.clone(), digest: digest.clone(), start, tick };
                (digest, self.restate.invoke(&self.names.of_triggers(), &name, &request).await)
            }
        };
        let taken: Option<Taken> = taken.map_err(|why| {
            self.health.failed(&why, true);
            Refusal::Unavailable(why)
        })?;
        Failpoint::Accepted.reach();
        self.metrics.committed(started.elapsed());
        // It is taken, and nobody has said yet what it is.
        let Some(taken) = taken else { return Ok(Receipt::Queued) };
        if taken.digest != digest {
            return Err(Refusal::Conflict);
        }
        Ok(match taken.verdict {
            Verdict::Started(run) | Verdict::Reply(run) if taken.delivery != id => Receipt::Duplicate(Some(run)),
            _ if taken.delivery != id => Receipt::Duplicate(None),
            Verdict::Started(run) => {
                info!(%run, "run accepted");
                Receipt::Started(run)
            }
            Verdict::Reply(run) => Receipt::Reply(run),
            Verdict::Queued => Receipt::Queued,
            Verdict::Untaken => Receipt::Untaken,
        })
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    fn in_flight(&self) -> usize {
        self.limits.in_flight(&self.slots)
    }

    /// Carries a run out when its turn has come: as many are carried out at a time as may be.
    async fn slot<T>(&self, work: impl Future<Output = T>) -> T {
        // The semaphore is never closed.
        let _slot = self.slots.acquire().await.ok();
        work.await
    }

    async fn drain(&self, grace: Duration) -> usize {
        self.stopping.send_replace(true);
        let idle = async { drop(self.slots.acquire_many(self.limits.runs).await) };
        let _ = tokio::time::timeout(grace, idle).await;
        self.stopped.send_replace(true);
        // Restate has all of them.
        0
    }
}

impl Host for Arc<Shared> {
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>> {
        Box::pin(async move {
            let to = self.names.of_schedule(Handler::Last, schedule.to_owned());
            // With a key of its own, since it is asked each time.
            match self.restate.invoke(&to, &RunId::new().to_string(), &now).await {
                Ok(Some(last)) => Ok(last),
                Ok(None) => Err(JournalError::Unavailable("Restate took too long to answer".to_owned())),
                Err(why) => Err(JournalError::Unavailable(why)),
            }
        })
    }

    fn accept(&self, arrival: Arrival, _: Step) -> Accepting<'_> {
        Box::pin(counted(&self.metrics, TriggerKind::Schedule, Shared::accept(self, arrival)))
    }
}

/// The key under which Restate knows a delivery; one without a key is known by its own name, so that what is handed over
/// twice because Restate is slow is one.
fn keyed(key: Option<Key>, delivery: &str) -> Key {
    let key = key.unwrap_or_else(|| Key { name: delivery.to_owned(), digest: String::new() });
    Key { name: encode::segment(&key.name), digest: key.digest }
}
