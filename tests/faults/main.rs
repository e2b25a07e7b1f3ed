//! What is promised for the night when things fail, seen on real processes; docs/reliability.md has the promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod clock;
mod crash;
mod disk;
mod drain;
mod guard;
mod oauth;
mod opt_outs;
mod parts;
mod pending;
mod post;
mod postgres;
mod redelivery;
mod redirect;
mod retry;
mod runs;
mod schedule;
mod shape;
mod upgrade;
mod upstream;
mod waiting;
