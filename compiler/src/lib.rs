//! flowc: compiles a small declarative flow file into the Rust source of one native binary.

pub mod diagnostic;
pub mod source;

use diagnostic::Diagnostic;
use source::SourceFile;

/// What came of compiling a flow file.
#[derive(Debug)]
pub struct Compilation {
    /// Errors and warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// The flow in Rust; `None` if there are errors.
    pub emitted: Option<Emitted>,
}

/// A flow in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The flow's name, as people read it.
    pub name: String,
    /// Text of `main.rs`; it depends on `flow-runtime` alone.
    pub main_rs: String,
}
