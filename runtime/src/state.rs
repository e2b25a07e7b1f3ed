//! The state of a run as text.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::flow::Fault;

/// Reads a stored state. One that is not of this program is a [`Fault::State`].
pub fn load<S: DeserializeOwned>(text: &str) -> Result<S, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::State(error.to_string()))
}

/// Writes a state.
pub fn save<S: Serialize>(state: &S) -> Result<String, Fault> {
    serde_json::to_string(state).map_err(|error| Fault::Bug(format!("a state could not be written: {error}")))
}

/// Reads a variable that may have no value, but is always stored: one that a former version of the flow did not keep is
/// missed, and not taken for one without a value.
pub fn stored<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Stored {
        #[serde(rename = "note: text?", alias = "note: text", deserialize_with = "stored")]
        note: Option<String>,
    }

    #[test]
    fn a_variable_that_was_not_kept_is_missed() {
        let read = |text| load::<Stored>(text).map(|stored| stored.note);
        assert_eq!(read(r#"{"note: text?":null}"#), Ok(None));
        assert_eq!(read(r#"{"note: text":"late","other: int":1}"#), Ok(Some("late".to_owned())));
        assert!(matches!(read("{}"), Err(Fault::State(told)) if told.contains("missing field `note: text?`")));
    }
}
