//! What is promised for the night when things fail, seen on real processes; docs/reliability.md has the promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod crash;
mod post;
