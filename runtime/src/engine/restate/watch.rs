//! Whether Restate is there and knows the flow; and the flow's schedules.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tracing::warn;

use super::Shared;
use super::run::{self, Kept};
use crate::clock::{Jumps, Time};
use crate::config::UnfitRuns;
use crate::engine::journal::{Place, Status, Unfinished};
use crate::engine::schedule::Schedules;
use crate::engine::unfit;
use crate::run_id::RunId;

/// How often schedules are looked at.
const TICK: Duration = Duration::from_millis(200);

/// How often Restate is asked whether it is there, and told of the flow if it does not know it.
const PROBE: Duration = Duration::from_secs(1);

/// Why Restate does not know the flow.
enum Unknown {
    /// It cannot be told now.
    Unheard(String),
    /// It has runs that do not fit.
    Unfit(Vec<String>),
}

/// Introduces the flow to Restate, and keeps watch until the program has stopped.
///
/// # Errors
/// Where runs rest that do not fit the flow, if they must.
pub(super) async fn start(
    shared: Arc<Shared>,
    schedules: Schedules,
    service_url: String,
    policy: UnfitRuns,
) -> Result<(), Vec<String>> {
    match shared.introduce(&service_url, policy).await {
        Ok(()) => shared.health.works(),
        Err(Unknown::Unfit(told)) => return Err(told),
        Err(Unknown::Unheard(why)) => shared.health.failed(&why, true),
    }
    tokio::spawn(watch(shared, schedules, service_url, policy));
    Ok(())
}

async fn watch(shared: Arc<Shared>, mut schedules: Schedules, service_url: String, policy: UnfitRuns) {
    let mut jumps = Jumps::watch();
    let mut probed = Instant::now();
    while !shared.is_stopping() {
        tokio::time::sleep(TICK).await;
        if jumps.seen().is_some() {
            schedules.reset();
        }
        if probed.elapsed() >= PROBE {
            let known = match shared.health.problem() {
                None => shared.restate.probe().await.map_err(Unknown::Unheard),
                Some(_) => shared.introduce(&service_url, policy).await,
            };
            match known {
                Ok(()) => shared.health.works(),
                Err(Unknown::Unheard(why)) => shared.health.failed(&why, true),
                Err(Unknown::Unfit(told)) => shared.health.failed(&told.join("; "), true),
            }
            probed = Instant::now();
        }
        if shared.health.problem().is_none() {
            schedules.tick(&shared, Time::now()).await;
        }
    }
}

impl Shared {
    /// Looks at the runs that rest, and registers the flow.
    async fn introduce(&self, service_url: &str, policy: UnfitRuns) -> Result<(), Unknown> {
        let told =
            unfit::sentences(&self.unfit().await.map_err(Unknown::Unheard)?, "their handler `cancel` in Restate");
        match policy {
            UnfitRuns::Refuse if !told.is_empty() => return Err(Unknown::Unfit(told)),
            _ => told.iter().for_each(|sentence| warn!("{sentence}")),
        }
        self.restate.register(service_url).await.map_err(Unknown::Unheard)
    }

    /// The runs that rest with states that the flow does not have, and why it does not.
    async fn unfit(&self) -> Result<Vec<(Unfinished, String)>, String> {
        let rows = self.restate.query(&run::all_kept(&self.names)).await?;
        let unfit = rows.iter().filter_map(|row| {
            let text = |name: &str| row.get(name).and_then(Value::as_str);
            let id: RunId = text("id")?.parse().ok()?;
            let Kept { course, rest }: Kept = serde_json::from_str(text("kept")?).ok()?;
            let why = unfit::unfit(self.program, &self.secrets, &course.state)?;
            let status = if rest.asked.is_some() { Status::Asked } else { Status::Waiting };
            let place = Some(Place { name: rest.place, line: rest.line });
            Some((Unfinished { id, state: course.state, place, status }, why))
        });
        Ok(unfit.collect())
    }
}
