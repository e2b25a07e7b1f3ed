//! A new version of a flow finds the runs of the former one: which of them can go on?

use tracing::{info, warn};

use crate::config::UnfitRuns;
use crate::engine::journal::{Journal, JournalError, Status, Unfinished};
use crate::engine::unfit;
use crate::flow::{Program, Secrets};
use crate::run_id::RunId;

/// Looks at all runs that have not ended. Parked ones whose states fit go on; those that do not fit are parked, or the
/// program does not start.
///
/// # Errors
/// One sentence for each place at which runs wait that this program does not have.
pub(crate) async fn check(
    program: &Program,
    secrets: &Secrets,
    journal: &dyn Journal,
    policy: UnfitRuns,
) -> Result<(), Vec<String>> {
    let unusable = |error: JournalError| vec![error.to_string()];
    let mut fit = Vec::new();
    let mut unfitting: Vec<(Unfinished, String)> = Vec::new();
    for run in journal.unfinished().await.map_err(unusable)? {
        match unfit::unfit(program, secrets, &run.state) {
            Some(why) => unfitting.push((run, why)),
            None if run.status == Status::Parked => fit.push(run.id),
            None => {}
        }
    }
    if !fit.is_empty() {
        info!(runs = fit.len(), "parked runs fit this version of the flow and go on");
        journal.unpark(fit).await.map_err(unusable)?;
    }
    let told = unfit::sentences(&unfitting, "`runs cancel`");
    let new = unfitting.into_iter().filter(|(run, _)| run.status != Status::Parked);
    let park: Vec<(RunId, String)> = new.map(|(run, why)| (run.id, unfit::reason(&why))).collect();
    match policy {
        UnfitRuns::Refuse if !park.is_empty() => return Err(told),
        _ => told.iter().for_each(|sentence| warn!("{sentence}")),
    }
    if park.is_empty() { Ok(()) } else { journal.park(park).await.map_err(unusable) }
}
