//! What a flow did in a play.

use serde::Deserialize;

use crate::graph::{FlowGraph, Node, NodeId};

/// What came of a [`super::Script`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Report {
    /// What came of each cue, in their order; fewer than those if the play was stopped.
    pub scenes: Vec<Scene>,
    /// The play was stopped in its last scene by a request that nothing was given for; it is the last [`What::Call`].
    #[serde(default)]
    pub stopped: bool,
}

/// What came of one cue.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Scene {
    /// In the order in which it came about.
    pub events: Vec<Event>,
    /// The runs that wait when all rest.
    pub waiting: Vec<Waiting>,
}

/// Something that came about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Event {
    /// Virtual milliseconds since the play began.
    pub ms: u64,
    /// What it was.
    pub what: What,
}

/// What may come about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
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

/// A step of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Mark {
    /// Index among [`crate::graph::FlowGraph::machines`].
    pub machine: usize,
    /// Index among [`crate::graph::Machine::nodes`].
    pub node: usize,
}

impl Mark {
    /// The step itself.
    pub fn node(self, graph: &FlowGraph) -> Option<&Node> {
        graph.machines.get(self.machine)?.node(NodeId(self.node))
    }
}

/// A message that was handed to the carrier.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sms {
    /// From which number; E.164.
    pub from: String,
    /// To whom; E.164.
    pub to: String,
    /// Its words.
    pub body: String,
    /// URLs of an MMS.
    pub media: Vec<String>,
    /// The carrier did not take it, as the script wants.
    pub refused: bool,
}

/// A request to a service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// Its method.
    pub method: String,
    /// Its whole URL.
    pub url: String,
    /// Its headers; values that are no text have `\u{FFFD}` in the place of what is none.
    pub headers: Vec<(String, String)>,
    /// Its body as text; `None`: it has none.
    pub body: Option<String>,
    /// Which [`super::script::Cue::Given`] answers it, by its index among the cues; `None`: none does, and the play stops.
    pub given: Option<usize>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It came to the end of a path.
    Completed,
    /// A step failed and no `fail` took it, or a value could not be worked out (kind `fault`).
    Failed {
        /// Line of the step.
        line: u32,
        /// As `$failure.kind`, or `fault`.
        kind: String,
        /// A sentence.
        reason: String,
    },
}

/// A run that waits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Waiting {
    /// Line of the step.
    pub line: u32,
    /// What people call the step: `wait 2h`, `ask "How many?"`.
    pub place: String,
    /// It waits for a reply of this person; `None`: for time to pass.
    pub person: Option<String>,
    /// For how many more seconds at most.
    pub seconds: u64,
}
