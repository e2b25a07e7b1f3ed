//! What a text message costs: its alphabet, how it is cut into segments, and what to write instead of a dear character.

mod gsm7;
mod segments;
mod twin;

pub(crate) use gsm7::holds;
pub(crate) use segments::Encoding;
pub(crate) use twin::plain_twin;
