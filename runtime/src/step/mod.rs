//! The steps of a flow that reach outside.

mod performer;
mod reply;
pub(crate) mod sms;
pub(crate) mod web_call;

pub(crate) use self::performer::{Found, Performed, Performer};
pub(crate) use self::reply::Reply;
