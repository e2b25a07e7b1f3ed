//! A file as tokens, with the comments and the blank lines between them.
//!
//! A token is never changed and never taken apart: a string is one, with all that is in it.

use std::ops::Range;

/// The tokens of a file.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// In their order; the last one is empty and stands for the end of the file.
    pub(super) all: Vec<Token>,
    /// In their order.
    pub(super) comments: Vec<Comment>,
}

/// A token and what stands before it.
#[derive(Debug)]
pub(super) struct Token {
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// Where it would begin if the whole file were one line, in characters.
    pub(super) column: usize,
    /// Its characters.
    pub(super) width: usize,
    /// No space stands before it.
    pub(super) is_close: bool,
    /// A blank line stands right before it.
    pub(super) blank: bool,
    /// How many comments of the file stand before it.
    pub(super) comments: usize,
    /// How many tokens up to this one, itself counted, have a comment right before them.
    pub(super) commented: usize,
    /// For an opening bracket, the token that closes it.
    pub(super) closed_by: Option<usize>,
}

/// A comment from its `#` to the end of its line, without the white space there.
#[derive(Debug)]
pub(super) struct Comment {
    /// Its bytes.
    pub(super) text: Range<usize>,
    /// A token stands before it on its line.
    pub(super) trailing: bool,
    /// It does not begin at the very start of its line.
    pub(super) indented: bool,
    /// A blank line stands right before it.
    pub(super) blank: bool,
}
