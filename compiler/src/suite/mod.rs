//! The tests of a flow: what is played of them to its binary, what that tells, and whether it is what they expect.
//!
//! The binary of a flow's tests reads scripts from standard input, one a line, as JSON, and answers each with a line on standard
//! output: its report. The other side is `runtime/src/testing/`. Nothing that is played leaves the machine: what services
//! answer stands in the script, messages go nowhere, and the clock is virtual.

mod address;
pub(crate) mod bot;
mod compare;
mod lower;
pub mod play;
pub mod report;
mod same;
pub mod script;
pub mod story;
#[cfg(test)]
mod tests;
pub mod verdict;

pub(crate) use crate::graph::duration;
pub use compare::{Difference, Expected};
pub(crate) use lower::OUR_NUMBER;
pub use play::Play;
pub(crate) use play::plays;
pub use report::Report;
pub use script::Script;
pub use verdict::{Failure, judge};

use crate::graph::FlowGraph;

/// A flow and its tests.
#[derive(Debug)]
pub struct Suite {
    /// The flow.
    pub graph: FlowGraph,
    /// Its tests, in the order of the file.
    pub plays: Vec<Play>,
}
