//! What must hold of a flow before it is built: types, and the rules of the language.

pub mod constant;
pub mod cron;
pub mod function;
mod glob;
pub mod infer;
pub mod literal;
mod place;
mod rules;
mod sample;
pub(crate) mod service;
pub(crate) mod test_clock;
pub mod types;
pub mod url;

use crate::diagnostic::Diagnostic;
use crate::resolve::names::Names;
use crate::sample::Samples;
use crate::source::SourceFile;
use crate::syntax::ast::File;
use infer::Types;

/// What a rule sees.
pub(crate) struct Context<'a> {
    /// The text of the file.
    pub(crate) source: &'a str,
    pub(crate) file: &'a File,
    pub(crate) names: &'a Names,
    pub(crate) types: &'a Types,
}

/// Checks a file whose names are resolved; gives the types it has found.
///
/// `whole` says that the text was understood in full: only then is a name that nothing uses a mistake of its own.
pub fn check(
    source: &SourceFile,
    file: &File,
    names: &Names,
    samples: &dyn Samples,
    whole: bool,
) -> (Types, Vec<Diagnostic>) {
    let (found, mut diagnostics) = sample::check(&source.text, file, names, samples);
    let (types, of_types) = infer::infer(file, names, &found);
    diagnostics.extend(of_types);
    let context = Context { source: &source.text, file, names, types: &types };
    for rule in rules::ALL {
        rule(&context, &mut diagnostics);
    }
    if whole {
        for rule in rules::OF_WHOLE_FILES {
            rule(&context, &mut diagnostics);
        }
    }
    (types, diagnostics)
}
