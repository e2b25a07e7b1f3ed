//! Delivery reports: what became of a message after the carrier had taken it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::{debug, info, warn};

use super::Outgoing;
use crate::clock::Time;
use crate::engine::Engine;
use crate::engine::journal::{Done, Durability, JournalError};
use crate::engine::notes::{Note, Notes, Topic};
use crate::metrics::{CarrierName, Metrics, Stage};
use crate::run_id::RunId;

/// How long a report is waited for: networks try to deliver for up to three days.
const AWAITED: Duration = Duration::from_secs(7 * 86_400);

/// How long the note of a message may be on its way when its report has come already: a gateway next door reports within
/// milliseconds.
const OVERTAKEN: Duration = Duration::from_millis(500);

/// A delivery report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// The message, as [`super::Handover::Sent`] named it.
    pub(crate) id: String,
    pub(crate) stage: Stage,
    /// The carrier's own word and code for it: `undelivered 30003`.
    pub(crate) word: String,
}

/// Whose a message was: the value of a note on [`Topic::Sent`], as JSON.
#[derive(Serialize, Deserialize)]
struct Origin {
    run: RunId,
    line: u32,
}

/// Notes that the carrier took a message under this id, so that its report finds the run.
pub(crate) async fn expect(
    notes: &dyn Notes,
    carrier: CarrierName,
    id: &str,
    message: &Outgoing<'_>,
) -> Result<(), JournalError> {
    let origin = Origin { run: message.effect.run, line: message.line };
    let value = serde_json::to_string(&origin).unwrap_or_default();
    let at = Time::now();
    let note = Note { topic: Topic::Sent, name: name(carrier, id), value, at, until: Some(at + AWAITED) };
    notes.note(note, Durability::Written).await.map(drop)
}

fn name(carrier: CarrierName, id: &str) -> String {
    format!("{}:{id}", carrier.as_str())
}

/// Takes reports to the log, the metrics, and the history of the run that sent the message.
#[derive(Clone)]
pub(crate) struct Reports {
    pub(crate) notes: Arc<dyn Notes>,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Reports {
    pub(crate) async fn take(&self, carrier: CarrierName, report: Report) -> Result<(), JournalError> {
        self.metrics.reported(carrier, report.stage);
        let name = name(carrier, &report.id);
        if self.tell(&name, &report).await? || report.stage == Stage::Underway {
            return Ok(());
        }
        // Whoever brought it does not wait for what may never come.
        let reports = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(OVERTAKEN).await;
            match reports.tell(&name, &report).await {
                Ok(true) => {}
                Ok(false) => debug!(message = report.id, word = report.word, "delivery report that nobody waits for"),
                Err(error) => warn!(message = report.id, reason = %error, "a delivery report is lost"),
            }
        });
        Ok(())
    }

    /// Whether a run waits for the report.
    async fn tell(&self, name: &str, report: &Report) -> Result<bool, JournalError> {
        let Some(note) = self.notes.noted(Topic::Sent, name).await? else { return Ok(false) };
        let Ok(Origin { run, line }) = serde_json::from_str(&note.value) else { return Ok(false) };
        let word = &report.word;
        match report.stage {
            Stage::Underway => {
                debug!(%run, line, word, "message underway");
                return Ok(true);
            }
            Stage::Delivered => info!(%run, line, word, "message delivered"),
            Stage::Failed => warn!(%run, line, word, blame = "carrier", retry = false, "message not delivered"),
        }
        let now = Time::now();
        let ms = u64::try_from(now.since(note.at).as_millis()).unwrap_or(u64::MAX);
        // The carrier may report twice at a time: who takes the note away adds the remark.
        if self.notes.unnote(Topic::Sent, name).await? {
            let (step, outcome) = ("delivery".to_owned(), word.clone());
            self.engine.remark(run, Done { at: now, line, step, outcome, ms }).await?;
        }
        Ok(true)
    }
}
