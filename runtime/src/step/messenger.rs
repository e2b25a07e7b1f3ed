//! Messages on their way to the carrier: in their turn, and again while the carrier is busy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

use crate::backoff;
use crate::carrier::{Handover, NotSent, Obstacle, Outgoing, SmsCarrier, report};
use crate::clock::Time;
use crate::config::MessageConfig;
use crate::engine::notes::Notes;
use crate::flow::{Failure, FailureKind};
use crate::logging::{Masked, masked};
use crate::metrics::{Delivery, Metrics};
use crate::opt_out::OptOuts;
use crate::rate::Rate;
use crate::value::Phone;

/// Numbers whose messages of the last second are remembered; beyond that those that could send at once are forgotten.
const NUMBERS: usize = 10_000;

/// Why a person gets nothing.
const OPTED_OUT: &str = "the person has opted out of messages: nothing is sent before they text START";

/// Hands messages to the carrier.
pub(crate) struct Messenger {
    carrier: Arc<dyn SmsCarrier>,
    notes: Arc<dyn Notes>,
    opt_outs: OptOuts,
    config: MessageConfig,
    rates: Mutex<HashMap<Phone, Rate>>,
    metrics: Arc<Metrics>,
}

impl Messenger {
    pub(crate) fn new(
        carrier: Arc<dyn SmsCarrier>,
        notes: Arc<dyn Notes>,
        opt_outs: OptOuts,
        config: MessageConfig,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { carrier, notes, opt_outs, config, rates: Mutex::default(), metrics }
    }

    /// As [`SmsCarrier::find`].
    pub(crate) async fn find(&self, message: Outgoing<'_>, since: Time) -> Option<bool> {
        self.carrier.find(message, since).await
    }

    /// Sends a message, once; but not to a person who has opted out, be it while the message waited.
    pub(crate) async fn send(&self, message: Outgoing<'_>) -> Result<(), Failure> {
        self.deliver(message, &self.opt_outs).await
    }

    /// Sends the answer to a word of [`crate::opt_out`], which also those get who have opted out. What becomes of it is
    /// for the log alone.
    pub(crate) async fn confirm(&self, message: Outgoing<'_>) {
        let to = Masked(message.to);
        match self.deliver(message, &OptOuts::left_to_the_carrier()).await {
            Ok(()) => info!(%to, "answer to a word sent"),
            Err(failure) => {
                let reason = masked(&failure.message);
                warn!(%to, blame = "carrier", retry = failure.may_pass(), reason, "answer to a word not sent");
            }
        }
    }

    /// It waits for its turn as long as it takes, and for a carrier that is busy or away as long as the configuration says.
    /// What may have been sent is not sent again, unless the carrier says that it was not.
    async fn deliver(&self, message: Outgoing<'_>, opt_outs: &OptOuts) -> Result<(), Failure> {
        self.turn(message.from).await;
        let (began, deadline) = (Time::now(), Instant::now() + self.config.patience);
        let mut attempt = 1;
        loop {
            if is_out(opt_outs, message).await {
                return Err(Failure::new(FailureKind::Carrier, OPTED_OUT));
            }
            let NotSent { why, status, obstacle } = match self.hand_over(message, began).await? {
                None => return Ok(()),
                Some(not_sent) => not_sent,
            };
            let failure = |message| Failure { kind: FailureKind::Carrier, status, message };
            let Obstacle::Passing(wanted) = obstacle else {
                if let Obstacle::OptedOut(code) = obstacle {
                    self.note_opt_out(message, code).await;
                }
                return Err(failure(why));
            };
            let pause = backoff::pause(attempt).max(wanted.unwrap_or_default());
            if Instant::now() + pause >= deadline {
                let patience = self.config.patience.as_secs();
                return Err(failure(match wanted.filter(|wanted| wanted.as_secs() >= patience) {
                    Some(wanted) => format!(
                        "{why}; it asks for a pause of {} s, and --carrier-patience is {patience} s",
                        wanted.as_secs()
                    ),
                    None => format!("{why}; tried {attempt} times within {patience} s (--carrier-patience)"),
                }));
            }
            let (run, reason) = (message.effect.run, masked(&why));
            let ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            info!(%run, to = %Masked(message.to), attempt, ms, reason, "the carrier does not take messages now; it is tried again");
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// `None`: it was sent.
    async fn hand_over(&self, message: Outgoing<'_>, began: Time) -> Result<Option<NotSent>, Failure> {
        let handover = self.carrier.send(message).await;
        self.metrics.delivered(self.carrier.name(), Delivery::of(&handover));
        let (why, status) = match handover {
            Handover::Sent(id) => {
                self.expect_report(message, id).await;
                return Ok(None);
            }
            Handover::NotSent(not_sent) => return Ok(Some(not_sent)),
            Handover::Unknown { why, status } => (why, status),
        };
        let run = message.effect.run;
        match self.carrier.find(message, began).await {
            Some(true) => {
                warn!(%run, reason = masked(&why), "it was unknown whether the message had gone out; the carrier has it");
                Ok(None)
            }
            Some(false) => {
                warn!(%run, reason = masked(&why), "it was unknown whether the message had gone out; the carrier does not have it");
                Ok(Some(NotSent { why, status, obstacle: Obstacle::Passing(None) }))
            }
            None => {
                let told = format!("it is not known whether {} took the message: {why}", self.carrier.name().title());
                Err(Failure { kind: FailureKind::Carrier, status, message: told })
            }
        }
    }

    /// The carrier has it that the person wants nothing more.
    async fn note_opt_out(&self, message: Outgoing<'_>, code: &str) {
        let by = format!("{} {code}", self.carrier.name().as_str());
        if let Err(error) = self.opt_outs.add(message.to, &by, message.from, None).await {
            warn!(reason = %error, "an opt-out that the carrier knows of could not be noted");
        }
    }

    /// The message is out, whether its report will find the run or not.
    async fn expect_report(&self, message: Outgoing<'_>, id: Option<String>) {
        let Some(id) = id.filter(|_| self.carrier.webhook().is_some()) else { return };
        if let Err(error) = report::expect(&*self.notes, self.carrier.name(), &id, &message).await {
            warn!(run = %message.effect.run, reason = %error, "the delivery report will not find its run");
        }
    }

    /// Waits for the turn of one more message from this number.
    async fn turn(&self, from: &Phone) {
        let Some(rate) = self.config.rate else { return };
        let wait = self.reserve(from, rate);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    fn reserve(&self, from: &Phone, rate: u32) -> Duration {
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if rates.len() >= NUMBERS && !rates.contains_key(from) {
            rates.retain(|_, rate| !rate.is_full(now));
        }
        rates.entry(from.clone()).or_insert_with(|| Rate::new(rate)).reserve(now)
    }
}

/// Whether the person gets nothing. As long as the list cannot be read the message waits, as all does that needs the store.
async fn is_out(opt_outs: &OptOuts, message: Outgoing<'_>) -> bool {
    let run = message.effect.run;
    for attempt in 1.. {
        match opt_outs.has(message.to, run).await {
            Ok(is_out) => return is_out,
            Err(error) => {
                warn!(%run, attempt, reason = %error, "the list of those who opted out cannot be read; the message waits");
            }
        }
        tokio::time::sleep(backoff::pause(attempt)).await;
    }
    false
}

#[cfg(test)]
impl Messenger {
    /// As it is without any options, with notes of its own.
    pub(crate) fn for_tests(carrier: Arc<dyn SmsCarrier>, metrics: &Arc<Metrics>) -> Arc<Self> {
        let notes: Arc<dyn Notes> = Arc::new(crate::engine::journal::memory::MemoryJournal::default());
        let opt_outs = OptOuts::kept(Arc::clone(&notes));
        Arc::new(Self::new(carrier, notes, opt_outs, MessageConfig::default(), Arc::clone(metrics)))
    }
}
