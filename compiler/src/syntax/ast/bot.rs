//! Bots: what is declared of one, and the steps that talk with it.

use super::{Arm, Arms, Binding, Clause, Duration, Expr, Name};
use crate::source::Span;
pub use flow_query::bot::Vendor;

/// `lex NAME SETTING*`, `watson NAME SETTING*`: a bot that people are answered by.
#[derive(Debug)]
pub struct Bot {
    /// Whose it is.
    pub vendor: Vendor,
    /// What steps name it.
    pub name: Name,
    /// `region "us-east-1"`; each word once.
    pub settings: Vec<Setting>,
    /// `timeout`, `retry` and `sample`.
    pub clauses: Vec<Clause>,
    /// A part was not understood, or is missing; already told.
    pub incomplete: bool,
}

/// The word that declares a bot of this vendor.
pub fn vendor_word(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Lex => "lex",
        Vendor::Watson => "watson",
    }
}

/// What a bot of this vendor must be told, then what it may be told.
pub fn vendor_settings(vendor: Vendor) -> (&'static [&'static str], &'static [&'static str]) {
    match vendor {
        Vendor::Lex => (&["region", "bot", "alias", "keys"], &["locale", "url"]),
        Vendor::Watson => (&["url", "assistant", "key"], &["environment", "version", "token_url", "end_flag"]),
    }
}

/// A word of a bot's declaration and what stands behind it.
#[derive(Debug)]
pub struct Setting {
    /// One of [`vendor_settings`].
    pub word: &'static str,
    /// All of it.
    pub span: Span,
    /// One value; of `keys` two or three.
    pub values: Vec<Expr>,
}

impl Bot {
    /// What it is told by this word.
    pub fn setting(&self, word: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.word == word)
    }

    /// All expressions of its settings; its clauses have none.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.settings.iter().flat_map(|setting| &setting.values)
    }
}

/// `ask BOT V < … >`: one turn with a bot; or `chat BOT V < … >`: turns until it is done.
#[derive(Debug)]
pub struct Talk {
    /// Which bot.
    pub bot: Name,
    /// What it is told first.
    pub words: Expr,
    /// `chat`: what the bot says is texted to the person, whose replies it is told.
    pub is_chat: bool,
    /// How long each reply of the person is waited for.
    pub within: Option<Duration>,
    /// Response variables.
    pub bindings: Vec<Binding>,
    /// A part was not understood, already told.
    pub incomplete: bool,
    /// A binding may have been lost with what was not understood.
    pub lost_bindings: bool,
    /// The ways on.
    pub arms: Arms,
    /// Of a `chat`: taken when no reply came in time. Without it the run is over.
    pub timeout: Option<Arm>,
}
