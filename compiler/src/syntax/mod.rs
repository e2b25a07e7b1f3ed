//! Text to tree. Never fails: any text has a tree, and what was not understood is told beside it.

pub mod ast;
mod grammar;
mod lower;
mod nesting;
pub mod visit;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};
use grammar::{FlowParser, Rule};
use pest::Parser;

/// A tree and the mistakes that were made in writing it.
#[derive(Debug)]
pub struct Parsed {
    /// The tree, whole but for `Bad` parts where a mistake was told.
    pub file: ast::File,
    /// In the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a flow file.
pub fn parse(source: &SourceFile) -> Parsed {
    if source.text.len() >= u32::MAX as usize {
        return rejected(Diagnostic::new(
            Code::NestedTooDeep,
            Span::default(),
            "a flow file may have at most 4 GiB",
            "this file is larger",
        ));
    }
    if let Some(span) = nesting::too_deep(&source.text) {
        return rejected(lower::too_deep(span));
    }
    match FlowParser::parse(Rule::file, &source.text) {
        Ok(mut pairs) => lower::file(pairs.next(), &source.text),
        // The grammar is total, so this is a bug of ours, told as such instead of a panic.
        Err(error) => rejected(
            Diagnostic::new(
                Code::UnexpectedText,
                Span::default(),
                format!("flowc could not read this file: {}", error.variant.message()),
                "here",
            )
            .with_help("this is a bug of flowc; please report it with the file"),
        ),
    }
}

fn rejected(diagnostic: Diagnostic) -> Parsed {
    Parsed { file: ast::File::default(), diagnostics: vec![diagnostic] }
}
