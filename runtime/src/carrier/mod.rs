//! SMS carriers: how messages leave and how they come in.

pub(crate) mod simulator;
pub(crate) mod twilio;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;

use crate::flow::Failure;
use crate::run_id::RunId;
use crate::trigger::inbound_sms::Inbox;
use crate::value::{Phone, Url};

/// A message on its way out.
#[derive(Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    /// The run that sends it.
    pub(crate) run: RunId,
    pub(crate) from: &'a Phone,
    pub(crate) to: &'a Phone,
    pub(crate) body: &'a str,
    pub(crate) media: &'a [Url],
}

/// A message that is being handed over; a failure's kind is always `carrier`.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// One way to send and receive messages.
pub(crate) trait SmsCarrier: Send + Sync {
    /// Hands a message over. `Ok` says that the carrier took it, not that it was delivered.
    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a>;

    /// The carrier's own routes, where it brings messages to. `inbox` is `None` for a flow without
    /// an `on sms`.
    fn routes(self: Arc<Self>, inbox: Option<Inbox>) -> Router;
}
