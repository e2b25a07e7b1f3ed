//! What is played to a flow: what services answer, and what happens when.

use serde::Serialize;
use serde_json::Value as Json;

use super::address;
pub use crate::syntax::ast::Trouble;

/// A play, from nothing: no run is under way before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Script {
    /// One after the other; each when all runs rest that the one before set going.
    pub cues: Vec<Cue>,
}

/// A line of a script.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cue {
    /// From here on a service answers so. Of several that fit a request, the last that was given answers.
    Given(Given),
    /// From here on the carrier refuses messages: those to this number, or all.
    #[serde(rename = "refuse_sms")]
    RefuseSms {
        /// In E.164 form.
        to: Option<String>,
    },
    /// A message comes in.
    Sms {
        /// Who wrote it, in E.164 form.
        from: String,
        /// The number of ours that was texted.
        to: String,
        /// Its words.
        body: String,
        /// URLs of an MMS.
        media: Vec<String>,
    },
    /// A request of the Inbound API comes in, past its token.
    Api {
        /// The `on api` that it starts.
        name: String,
        /// All members of the request but `flowId`.
        members: Json,
    },
    /// A schedule comes.
    Schedule {
        /// Which trigger of the flow it is, counted from 0, in the order of [`crate::graph::FlowGraph::machines`].
        trigger: usize,
        /// Its `$now`.
        now: Now,
    },
    /// Time passes.
    Pass {
        /// So much of it.
        seconds: u64,
    },
}

/// What a service answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    /// The method of its requests; `None`: any.
    pub method: Option<String>,
    /// Their URL; `*` stands for anything. One without a query means each query.
    pub url: String,
    /// The first request gets the first.
    pub answers: Vec<Answer>,
    /// The last answer stays. Else a request beyond them stops the play, as one does that nothing was given for.
    pub stays: bool,
}

impl Given {
    /// Whether it answers a request with this method to this URL.
    pub(crate) fn fits(&self, method: &str, url: &str) -> bool {
        self.method.as_deref().is_none_or(|given| given == method) && address::fits(&self.url, url)
    }
}

/// An answer of a service.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// An HTTP response.
    Response {
        /// 100–599
        status: u16,
        /// In their order; `Content-Type` is among them if the flow is to see one.
        headers: Vec<(String, String)>,
        /// As text.
        body: String,
    },
    /// None, for this reason. With a timeout the service keeps silent until the time of the call is up.
    Fails(Trouble),
}

/// `$now`, member by member, as the runtime has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Now {
    pub date: String,
    pub time: String,
    pub weekday: String,
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
}
