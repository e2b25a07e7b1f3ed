//! Flows from their text to their answers, through built binaries and loopback sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cli;
mod docs;
mod examples;
mod lifecycle;
mod nws;
mod order;
mod secrets;
mod substitution;
mod twilio;
mod weather;
