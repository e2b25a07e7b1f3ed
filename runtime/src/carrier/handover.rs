//! What comes of handing a message to a carrier.

use std::time::Duration;

/// What a carrier did with a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Handover {
    /// It will carry it. The carrier's id of the message, by which its delivery reports name it.
    Sent(Option<String>),
    /// It will not.
    NotSent(NotSent),
    /// Nobody knows: why, and the HTTP status, where an answer came.
    Unknown { why: String, status: Option<u16> },
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NotSent {
    /// For people, with the carrier's own code where it has one.
    pub(crate) why: String,
    /// HTTP status, where an answer came.
    pub(crate) status: Option<u16>,
    pub(crate) obstacle: Obstacle,
}

/// Whether it would help to hand a message over once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// It would not.
    Final,
    /// It would not: the person wants no messages, as the carrier says by this code.
    OptedOut(&'static str),
    /// The carrier is busy or away for now; after this time, if it said so.
    Passing(Option<Duration>),
}

impl Handover {
    /// It was refused, for good.
    pub(crate) fn refused(status: u16, why: impl Into<String>) -> Self {
        Self::NotSent(NotSent { why: why.into(), status: Some(status), obstacle: Obstacle::Final })
    }
}
