//! Every path of a flow, with no tests at all: what a conversation may come to, and where it goes wrong.
//!
//! ```text
//! graph ──▶ pool: what the flow compares with ──▶ starts, answers, replies
//!                                                    │ one choice more
//!           the binary of the flow's tests ◀── path ──┘
//!                      └── report ──▶ walk ──▶ trails ──▶ tree, findings, tests
//! ```
//!
//! Nothing of how a flow runs is worked out here: each path is played by the flow's own binary, and its report says where
//! the path has led and what may be chosen next.

mod answers;
mod bots;
mod document;
#[cfg(test)]
mod fake;
mod findings;
mod path;
mod pattern;
mod pool;
mod starts;
#[cfg(test)]
mod tests;
mod tests_of;
mod trail;
mod tree;
mod walk;
mod ways;

pub(crate) use crate::graph::duration;
pub use findings::{Finding, Kind, Slowest};
pub(crate) use starts::PERSON;
pub use tests_of::{Written, tests};
pub use trail::{End, Timed, Trail, Turn};
pub use tree::{Branch, tree};
pub use walk::Play;

use crate::coverage::{Coverage, Gap, Share, gaps};
use crate::graph::FlowGraph;
use crate::sample::Samples;
use crate::source::SourceFile;

/// How far is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Steps that a conversation may have: messages, times that pass, and answers of services.
    pub depth: usize,
    /// Conversations at most.
    pub paths: usize,
    /// Messages to one person that are not too many.
    pub messages: usize,
}

/// What the bounds have cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Conversations that would go on beyond the depth.
    pub depth: usize,
    /// Conversations that were begun and not walked to their ends, since there were enough of them.
    pub paths: usize,
}

/// What was found.
#[derive(Debug)]
pub struct Exploration {
    /// All conversations.
    pub trails: Vec<Trail>,
    /// What each of them is called: what happens in it. No two have one name.
    pub names: Vec<String>,
    /// What was left out.
    pub cuts: Cuts,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Finding>,
    /// The longest time to an answer; `None`: nobody was answered.
    pub slowest: Option<Slowest>,
    /// How much of the flow was walked.
    pub share: Share,
    /// Where no example led.
    pub gaps: Vec<Gap>,
}

impl Exploration {
    /// Whether there is a mistake among the findings.
    pub fn has_mistakes(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind.is_mistake())
    }

    /// Steps of the longest conversation.
    pub fn depth(&self) -> usize {
        self.trails.iter().map(|trail| trail.path.depth()).max().unwrap_or(0)
    }
}

/// Walks every path of a flow; `source` is the file that the graph was built from.
///
/// # Errors
///
/// The first of a play.
pub fn explore<E>(
    graph: &FlowGraph,
    source: &SourceFile,
    samples: &dyn Samples,
    bounds: Bounds,
    play: &mut Play<'_, E>,
) -> Result<Exploration, E> {
    let (trails, cuts) = walk::Walk::new(graph, samples, bounds, play).all()?;
    let names = tests_of::named(&trails);
    let findings = findings::findings(graph, &trails, bounds);
    let slowest = findings::slowest(&trails);
    let coverage = Coverage::of(graph, source, trails.iter().map(|trail| &trail.report));
    let (share, gaps) = (coverage.share(), gaps(&coverage, graph, source));
    Ok(Exploration { trails, names, cuts, findings, slowest, share, gaps })
}
