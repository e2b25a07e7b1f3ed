//! Who has asked for no more messages. It is noted beside the runs, so it outlives them.

use serde::{Deserialize, Serialize};

use crate::value::Phone;

/// What is known of a person who gets nothing more: the value of a note on
/// [`Topic::OptOut`](crate::engine::notes::Topic::OptOut), as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OptOut {
    /// Who said so: the word that the person sent (`STOP`), `operator`, or the carrier and its code (`twilio 21610`).
    pub(crate) by: String,
    /// The number of ours that was told, if one was.
    pub(crate) own: Option<Phone>,
}

/// The name of the note on this person: the number as it is written. Opting out of one of our numbers is opting out of
/// all of them.
pub(crate) fn name(person: &Phone) -> String {
    person.to_string()
}
