//! Send SMS/MMS.

use crate::carrier::Outgoing;
use crate::engine::Parties;
use crate::flow::{Fault, Sms};
use crate::run_id::RunId;

/// A message as the carrier is given it; where the flow names no `to` or `from`, the run's parties stand in.
pub(crate) fn address<'a>(run: RunId, parties: &'a Parties, sms: &'a Sms) -> Result<Outgoing<'a>, Fault> {
    let unknown = |what: &str| Fault::Bug(format!("line {}: nobody knows {what} this message is", sms.line));
    let to = sms.to.as_ref().or(parties.person.as_ref()).ok_or_else(|| unknown("to whom"))?;
    let from = sms.from.as_ref().or(parties.own.as_ref()).ok_or_else(|| unknown("from which number"))?;
    Ok(Outgoing { run, from, to, body: &sms.body, media: &sms.media })
}
