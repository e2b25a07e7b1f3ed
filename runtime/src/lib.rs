//! What a binary built by flowc runs on: HTTP server, carriers, web calls, the run loop.
//!
//! Emitted code sees [`flow`], [`value`], [`chat`] and the small helpers, and calls [`main`]; it knows
//! nothing of HTTP or of carriers. This crate in turn knows nothing of the language.

pub mod chat;
pub mod config;
pub mod encode;
pub mod flow;
pub mod math;
pub mod server;
pub mod state;
pub mod testing;
pub mod text;
pub mod value;

mod admin;
mod backoff;
mod carrier;
mod client;
mod clock;
mod engine;
mod error;
mod failpoint;
mod logging;
mod metrics;
mod near;
mod numbers;
mod operate;
mod opt_out;
mod rate;
mod redact;
mod run_id;
mod secrets;
mod start;
mod step;
mod telemetry;
mod terminal;
mod trial;
mod trigger;

pub use serde;

pub use crate::start::main;
