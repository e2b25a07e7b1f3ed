//! What the end-to-end tests are made of: flows are built with flowc, and their binaries are started and spoken to over
//! loopback sockets, with stand-ins for the services that they call.
//!
//! Everything here panics when it is disappointed, as tests do, and waits by looking again until a deadline.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod bots;
pub mod build;
pub mod fake_clock;
pub mod folder;
pub mod http;
pub mod kannel;
pub mod postgres;
pub mod process;
pub mod program;
pub mod proxy;
pub mod python;
pub mod random;
pub mod reach;
pub mod restate;
pub mod rustc;
pub mod secure;
pub mod stand_in;
pub mod texting;
pub mod tmux;
pub mod twilio;
pub mod vonage;
pub mod wait;
pub mod watch;

pub use build::{binary_of, flowc};
pub use fake_clock::FakeClock;
pub use folder::Scratch;
pub use http::Request;
pub use kannel::Kannel;
pub use postgres::Postgres;
pub use program::Program;
pub use stand_in::{Gate, Reply, StandIn};
pub use tmux::Tmux;
