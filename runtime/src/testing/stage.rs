//! What all plays of a flow have in common: made once, and dear to make.

use std::sync::Arc;

use crate::clock::Pretence;
use crate::config::{OptOutTexts, OutboundConfig};
use crate::engine::Limits;
use crate::flow::{Fault, Program, Secrets};
use crate::metrics::Metrics;
use crate::trigger::inbound_sms::{Entries, Inbox};

use super::report::Report;
use super::script::Script;
use super::world::World;

/// A flow, ready to be played to.
pub(super) struct Stage {
    pub(super) program: &'static Program,
    pub(super) secrets: Arc<Secrets>,
    /// Nobody reads them.
    pub(super) metrics: Arc<Metrics>,
    pub(super) entries: Entries,
    pub(super) texts: OptOutTexts,
    pub(super) limits: Limits,
    /// The largest answer of a service that is read, in bytes.
    pub(super) max_response: usize,
}

impl Stage {
    /// A flow with the options that it has when none is given; each secret `NAME` is `secret-NAME`.
    pub(super) fn new(program: &'static Program) -> Result<Self, Fault> {
        let secrets = program.secrets.iter().map(|name| (*name, format!("secret-{name}"))).collect();
        Ok(Self {
            program,
            secrets: Arc::new(Secrets::new(secrets)),
            metrics: Arc::new(Metrics::new(program, "memory")),
            entries: Inbox::entries(program)?,
            texts: OptOutTexts::usual(program.name),
            limits: Limits::USUAL,
            max_response: OutboundConfig::default().max_response,
        })
    }

    /// Plays a script in a world of its own, with a clock that is paused: what waits for nothing but time goes on at once.
    ///
    /// # Errors
    ///
    /// Of the system: there is no runtime.
    pub(super) fn play(&self, script: Script) -> std::io::Result<Report> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        // What still runs at the end of a play ends with its runtime.
        Ok(runtime.block_on(async {
            let _pretence = Pretence::begin();
            let world = World::new(self);
            let mut report = Report { scenes: Vec::with_capacity(script.cues.len()), stopped: false };
            for (at, cue) in script.cues.into_iter().enumerate() {
                let (scene, stopped) = world.play(at, cue).await;
                report.scenes.push(scene);
                report.stopped = stopped;
                if stopped {
                    break;
                }
            }
            report
        }))
    }
}
