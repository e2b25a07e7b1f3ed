//! flowc: compiles a small declarative flow file into the Rust source of one native binary.

pub mod calendar;
pub mod check;
pub mod cli;
pub mod codegen;
pub mod coverage;
pub mod diagnostic;
pub mod draw;
pub mod driver;
pub mod explore;
pub mod fix;
mod fnv;
pub mod format;
pub mod graph;
pub mod openapi;
pub mod resolve;
pub mod sample;
mod sms;
pub mod source;
pub mod suggest;
pub mod suite;
pub mod syntax;
pub mod trial;
pub mod upgrade;

use codegen::Purpose;
use std::collections::BTreeSet;

use diagnostic::Diagnostic;
use graph::{Entry, FlowGraph};
use sample::Samples;
use source::SourceFile;
use suite::Suite;

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
    /// It has an `on schedule`, for which the runtime needs calendars.
    pub has_schedule: bool,
}

/// Text to a checked tree: all diagnostics, in the order of their places.
fn analyze(
    source: &SourceFile,
    samples: &dyn Samples,
) -> (syntax::ast::File, resolve::names::Names, check::infer::Types, Vec<Diagnostic>) {
    let parsed = syntax::parse(source);
    let whole = parsed.diagnostics.is_empty();
    let (names, of_names) = resolve::resolve(&parsed.file);
    let (types, of_rules) = check::check(source, &parsed.file, &names, samples, whole);
    let mut diagnostics = parsed.diagnostics;
    diagnostics.extend(of_names);
    diagnostics.extend(of_rules);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    (parsed.file, names, types, diagnostics)
}

/// Checks a flow file.
pub fn check(source: &SourceFile, samples: &dyn Samples) -> Vec<Diagnostic> {
    analyze(source, samples).3
}

/// The graph of a flow file and what is to be said of it; no graph if there are errors.
pub fn graph_of(source: &SourceFile, samples: &dyn Samples) -> (Option<FlowGraph>, Vec<Diagnostic>) {
    let (file, names, types, diagnostics) = analyze(source, samples);
    let is_sound = !diagnostics.iter().any(Diagnostic::is_error);
    (is_sound.then(|| graph::build(source, &file, &names, &types)), diagnostics)
}

/// A flow file with its tests made ready to be played, and what is to be said of it; no suite if there are errors.
pub fn suite_of(source: &SourceFile, samples: &dyn Samples) -> (Option<Suite>, Vec<Diagnostic>) {
    let (file, names, types, diagnostics) = analyze(source, samples);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return (None, diagnostics);
    }
    let graph = graph::build(source, &file, &names, &types);
    let plays = suite::plays(&file, &names, &graph, samples);
    (Some(Suite { graph, plays }), diagnostics)
}

/// A flow file in its canonical layout; only white space is other than it was.
///
/// # Errors
///
/// The mistakes in its syntax: what was not understood has no layout. A name that does not exist or a type that does not
/// fit is no obstacle.
pub fn format(source: &SourceFile) -> Result<String, Vec<Diagnostic>> {
    let parsed = syntax::parse(source);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    Ok(format::layout(&source.text, &parsed.file))
}

/// What the tests of a flow file are called.
pub fn names_of_tests(source: &SourceFile) -> BTreeSet<String> {
    syntax::parse(source).file.tests.into_iter().map(|test| test.name.value).collect()
}

/// Compiles a flow file to Rust.
pub fn compile(source: &SourceFile, samples: &dyn Samples) -> Compilation {
    let (graph, diagnostics) = graph_of(source, samples);
    let Some(graph) = graph else {
        return Compilation { diagnostics, emitted: None };
    };
    Compilation { diagnostics, emitted: Some(emit(&graph)) }
}

/// A flow's graph as Rust.
pub fn emit(graph: &FlowGraph) -> Emitted {
    let openapi = openapi::document(graph).map(|document| document.to_string());
    let main_rs = codegen::emit(graph, openapi.as_deref(), Purpose::Ship);
    Emitted { name: graph.name.clone(), main_rs, has_schedule: has_schedule(graph) }
}

/// A flow's graph as the Rust to which its tests are played: a program of its own, beside the one that is shipped.
pub fn emit_for_tests(graph: &FlowGraph) -> Emitted {
    let main_rs = codegen::emit(graph, None, Purpose::Test);
    Emitted { name: format!("{} test", graph.name), main_rs, has_schedule: has_schedule(graph) }
}

fn has_schedule(graph: &FlowGraph) -> bool {
    graph.machines.iter().any(|machine| matches!(machine.entry, Entry::Schedule { .. }))
}
