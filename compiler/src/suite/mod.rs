//! What the tests of a flow play to its binary, and what it tells of that.
//!
//! The binary of a flow's tests reads scripts from standard input, one a line, as JSON, and answers each with a line on standard
//! output: its report. The other side is `runtime/src/testing/`. Nothing that is played leaves the machine: what services
//! answer stands in the script, messages go nowhere, and the clock is virtual.

pub mod report;
pub mod script;

pub use report::Report;
pub use script::Script;
