//! Flows from their text to their answers, through built binaries and loopback sockets.
//!
//! What a test needs that is not everywhere, it does without, and says so: the data beside the project; `FLOW_TEST_PYTHON`,
//! a Python with the package `twilio`; `FLOW_TEST_PRISM`, the program of Prism.

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
