//! Send SMS/MMS.

use tracing::debug;

use crate::carrier::{Outgoing, SmsCarrier};
use crate::flow::{Failure, Fault, Sms};
use crate::logging::Masked;
use crate::run::Parties;
use crate::run_id::RunId;

/// Hands a message to the carrier; where the flow names no `to` or `from`, the run's parties stand in.
pub(crate) async fn carry_out(
    carrier: &dyn SmsCarrier,
    run: RunId,
    parties: &Parties,
    sms: Sms,
) -> Result<Result<(), Failure>, Fault> {
    let unknown = |what: &str| Fault::Bug(format!("line {}: nobody knows {what} this message is", sms.line));
    let to = sms.to.as_ref().or(parties.person.as_ref()).ok_or_else(|| unknown("to whom"))?;
    let from = sms.from.as_ref().or(parties.own.as_ref()).ok_or_else(|| unknown("from which number"))?;
    debug!(%run, line = sms.line, to = %Masked(to), from = %Masked(from), "sending");
    Ok(carrier.send(Outgoing { run, from, to, body: &sms.body, media: &sms.media }).await)
}
