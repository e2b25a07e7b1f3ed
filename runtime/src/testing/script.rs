//! What is played to a flow. flowc writes it, in `suite/script.rs`; here it is read.

use serde::Deserialize;

use crate::flow::Now;
use crate::step::web_call::Trouble;
use crate::value::Json;

/// A play, from nothing: no run is under way before it.
#[derive(Debug, Deserialize)]
pub(super) struct Script {
    /// One after the other; each when all runs rest that the one before set going.
    pub(super) cues: Vec<Cue>,
}

/// A line of a script.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cue {
    /// From here on a service answers so. Of several that fit a request, the last that was given answers.
    Given(Given),
    /// From here on the carrier refuses messages: those to this number, or all.
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
        /// Which of [`crate::flow::Program::triggers`] it is, counted from 0.
        trigger: usize,
        now: Now,
    },
    /// Time passes.
    Pass { seconds: u64 },
}

/// What a service answers.
#[derive(Debug, Deserialize)]
pub(super) struct Given {
    /// The method of its requests; `None`: any.
    pub(super) method: Option<String>,
    /// Their URL; `*` stands for anything. One without a query means each query.
    pub(super) url: String,
    /// The first request gets the first.
    pub(super) answers: Vec<Answer>,
    /// The last answer stays. Else a request beyond them stops the play.
    pub(super) stays: bool,
}

/// An answer of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// An HTTP response.
    Response {
        /// 100–599
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// None, for this reason.
    Fails(Trouble),
}
