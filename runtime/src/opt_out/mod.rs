//! Who has asked for no more messages. It is noted beside the runs, so it outlives them.

mod desk;
mod list;
mod words;

use serde::{Deserialize, Serialize};

pub(crate) use self::desk::{Desk, Heard};
pub(crate) use self::list::OptOuts;
use crate::clock::Time;
use crate::engine::notes::{Note, Topic};
use crate::run_id::RunId;
use crate::value::Phone;

/// What is known of a person who gets nothing more: the value of a note on [`Topic::OptOut`], as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OptOut {
    /// Who said so: the word that the person sent (`STOP`), `operator`, or the carrier that refused a message for it
    /// by its code (`twilio 21610`).
    pub(crate) by: String,
    /// The number of ours that was told, if one was.
    pub(crate) own: Option<Phone>,
    /// The run by which the flow itself answers the word: what it says still reaches the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answering: Option<RunId>,
}

/// The name of the note on this person: the number as it is written. Opting out of one of our numbers is opting out of
/// all of them.
pub(crate) fn name(person: &Phone) -> String {
    person.to_string()
}

impl OptOut {
    /// The note that says so of a person, from this moment on and for good.
    pub(crate) fn note(&self, person: &Phone, at: Time) -> Note {
        // Texts and a run's id always become JSON.
        let value = serde_json::to_string(self).unwrap_or_default();
        Note { topic: Topic::OptOut, name: name(person), value, at, until: None }
    }

    /// What a note says. One that nobody but a newer program understands says it in its own words.
    pub(crate) fn of(note: &Note) -> Self {
        serde_json::from_str(&note.value).unwrap_or_else(|_| Self {
            by: note.value.clone(),
            own: None,
            answering: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_what_was_noted() {
        let own = Some(Phone::literal("+13055550100"));
        let said = OptOut { by: "STOP".to_owned(), own, answering: None };
        let note = said.note(&Phone::literal("+15550123456"), Time(7));
        assert_eq!((note.name.as_str(), note.at, note.until), ("+15550123456", Time(7), None));
        assert_eq!(note.value, r#"{"by":"STOP","own":"+13055550100"}"#);
        assert_eq!(OptOut::of(&note), said);
        let strange = Note { value: "by letter".to_owned(), ..note };
        assert_eq!(OptOut::of(&strange), OptOut { by: "by letter".to_owned(), own: None, answering: None });
    }
}
