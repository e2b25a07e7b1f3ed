//! The pest parser of `grammar/flow.pest`. Nothing outside `syntax` sees it.

/// Generated from the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/flow.pest"]
pub(super) struct FlowParser;
