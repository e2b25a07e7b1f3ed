//! What starts a run.

pub(crate) mod inbound_api;
pub(crate) mod inbound_sms;
pub(crate) mod members;
pub(crate) mod reader;
