//! What a flow did in a play. flowc reads it, in `suite/report.rs`; here it is written.

use serde::Serialize;

/// What came of a [`super::script::Script`].
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Report {
    /// What came of each cue, in their order; fewer than those if the play was stopped.
    pub(super) scenes: Vec<Scene>,
    /// The play was stopped in its last scene by a request that nothing was given for; it is the last [`What::Call`].
    pub(super) stopped: bool,
}

/// What came of one cue.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Scene {
    /// In the order in which it came about.
    pub(super) events: Vec<Event>,
    /// The runs that wait when all rest.
    pub(super) waiting: Vec<Waiting>,
}

/// Something that came about.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Event {
    /// Virtual milliseconds since the play began.
    pub(super) ms: u64,
    pub(super) what: What,
}

/// What may come about.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    /// A run goes on from a step at which it stood, with the outcome of that.
    From(Mark),
    /// A run comes to a step: one that it will stand at, or one that decides on the way.
    At(Mark),
    /// A message.
    Sms(Sms),
    /// A request to a service: each that goes out, those for tokens, redirects and retries too.
    Call(Call),
    /// A run is over.
    Ended(Ended),
    /// What was to come in was not taken: sentences that say why.
    Untaken(Vec<String>),
    /// The program itself saw to the message, which was this word: `STOP`, `START`, `HELP`.
    Word(String),
}

/// A step of the flow, by flowc's own count of machines and of their nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mark {
    pub(super) machine: usize,
    pub(super) node: usize,
}

/// A message that was handed to the carrier.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Sms {
    /// E.164
    pub(super) from: String,
    /// E.164
    pub(super) to: String,
    pub(super) body: String,
    /// URLs of an MMS.
    pub(super) media: Vec<String>,
    /// The carrier did not take it, as the script wants.
    pub(super) refused: bool,
}

/// A request to a service.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Call {
    pub(super) method: String,
    /// The whole of it.
    pub(super) url: String,
    /// Values that are no text have `\u{FFFD}` in the place of what is none.
    pub(super) headers: Vec<(String, String)>,
    /// As text; `None`: it has none.
    pub(super) body: Option<String>,
    /// Which [`super::script::Cue::Given`] answers it, by its index among the cues; `None`: none does, and the play stops.
    pub(super) given: Option<usize>,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    /// It came to the end of a path.
    Completed,
    /// A step failed and no `fail` took it, or a value could not be worked out (kind `fault`).
    Failed {
        /// Of the step.
        line: u32,
        /// As `$failure.kind`, or `fault`.
        kind: String,
        /// A sentence.
        reason: String,
    },
}

/// A run that waits.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Waiting {
    /// Of the step.
    pub(super) line: u32,
    /// What people call the step: `wait 2h`, `ask "How many?"`.
    pub(super) place: String,
    /// It waits for a reply of this person; `None`: for time to pass.
    pub(super) person: Option<String>,
    /// For how many more seconds at most.
    pub(super) seconds: u64,
}
