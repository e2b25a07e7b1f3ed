//! The one layout of a flow: white space changes, nothing else.
//!
//! The tree says where lines begin; the tokens are written in their order by [`writer`], which alone writes text. What a
//! layout depends on (tokens, the places of comments, blank lines) is there again in what is written, so that formatting
//! a second time changes nothing.

mod breaking;
mod flat;
mod item;
mod lexer;
mod marks;
mod path;
mod step;
mod test;
mod token;
mod writer;

use crate::syntax::ast::File;

/// The canonical layout of a text; `file` is its tree, without syntax errors.
pub(crate) fn layout(text: &str, file: &File) -> String {
    let tokens = lexer::tokens(text, &marks::marks(file));
    let mut writer = writer::Writer::new(text, &tokens);
    writer.file(file);
    writer.finish()
}
