//! The steps of a flow that reach outside.

pub(crate) mod sms;
pub(crate) mod web_call;
