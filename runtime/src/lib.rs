//! What a binary built by flowc runs on.
pub mod flow;
