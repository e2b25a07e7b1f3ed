//! The state of a run as text.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::flow::Fault;

/// Reads a stored state. One that is not of this program is a [`Fault::State`].
pub fn load<S: DeserializeOwned>(text: &str) -> Result<S, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::State(error.to_string()))
}

/// Writes a state.
pub fn save<S: Serialize>(state: &S) -> Result<String, Fault> {
    serde_json::to_string(state).map_err(|error| Fault::Bug(format!("a state could not be written: {error}")))
}
