//! What is noted beside the runs: short facts that one run, or one request, leaves to those that come later.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::journal::{Durability, Pending};
use crate::clock::Time;

/// What is noted beside the runs, and outlives the process where the engine outlives it: who has opted out, which messages
/// the carrier has taken, parts of messages that are not whole yet.
///
/// A note is known by its topic and its name, which may be any text. One whose time is over counts as absent, also
/// before the sweep has forgotten it.
pub(crate) trait Notes: Send + Sync + 'static {
    /// Keeps a note, in place of one of the same topic and name; whether there was none.
    fn note(&self, note: Note, durability: Durability) -> Pending<'_, bool>;

    /// The note of this topic and name.
    #[allow(dead_code)]
    fn noted<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, Option<Note>>;

    /// Forgets a note; whether there was one.
    fn unnote<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, bool>;

    /// Those whose name begins so, by name.
    fn notes<'a>(&'a self, topic: Topic, prefix: &'a str) -> Pending<'a, Vec<Note>>;
}

/// A fact that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) topic: Topic,
    /// What it is found by; how it is made up is the topic's own.
    pub(crate) name: String,
    /// JSON or words, the topic's own.
    pub(crate) value: String,
    /// When it came to be known.
    pub(crate) at: Time,
    /// Then it is forgotten; `None`: never.
    pub(crate) until: Option<Time>,
}

impl Note {
    /// Whether its time is not over yet.
    pub(crate) fn holds(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    /// A person who gets nothing more. Name: the person's number; value: the JSON of an
    /// [`OptOut`](crate::opt_out::OptOut).
    OptOut,
    /// A message that the carrier has taken. Name: `CARRIER:ID`.
    Sent,
    /// A word that was heeded, by the id of its message.
    Word,
    /// A part of a message that is not whole yet. Name: `CARRIER:PERSON>OWN:REF:NUMBER`.
    Part,
    /// The session of a talk with a bot, where the bot's service makes its ids. Name: `BOT:TALK`; value: the id.
    BotSession,
}

impl Topic {
    /// As it is stored: `opt_out`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::OptOut => "opt_out",
            Self::Sent => "sent",
            Self::Word => "word",
            Self::Part => "part",
            Self::BotSession => "bot_session",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
