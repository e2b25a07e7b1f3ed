//! How the flow's requests go out.

use crate::step::web_call::ConnectTo;

/// How the flow's requests go out, and what may come back.
#[derive(Clone, Debug)]
pub(crate) struct OutboundConfig {
    pub(crate) connect_to: Vec<ConnectTo>,
    /// The largest answer that is read, in bytes.
    pub(crate) max_response: usize,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self { connect_to: Vec::new(), max_response: 10_000_000 }
    }
}
