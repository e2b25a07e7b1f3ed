//! Long texts whose carrier brings them in parts, each by itself: they are kept until all are there.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::clock::Time;
use crate::encode;
use crate::engine::journal::{Durability, JournalError};
use crate::engine::notes::{Note, Notes, Topic};
use crate::flow::InboundSms;
use crate::logging::Masked;
use crate::metrics::CarrierName;

/// How long a part waits for the others. Those of a message that is whole stay as long, so that one that comes again is
/// known.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// The carrier's id of this part.
    pub(crate) id: String,
    /// The message, with the words of this part alone.
    pub(crate) sms: InboundSms,
    /// What the parts of one message have in common. It is a number up to 255 or 65,535, so it comes again.
    pub(crate) reference: String,
    /// Which part it is, from 1.
    pub(crate) number: u8,
    pub(crate) total: u8,
}

/// A part, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    number: u8,
    total: u8,
    text: String,
}

/// Keeps the parts of messages, and puts them together.
pub(crate) struct Joiner {
    pub(crate) notes: Arc<dyn Notes>,
    pub(crate) carrier: CarrierName,
}

impl Joiner {
    /// Keeps a part. The whole message, with the id of its first part, if all of its parts are there; so it is given again
    /// with each part that comes again, and whoever takes it has to know its id.
    ///
    /// # Errors
    /// The part could not be kept; nothing is lost if the carrier brings it again.
    pub(crate) async fn take(&self, part: Part) -> Result<Option<(String, InboundSms)>, JournalError> {
        let prefix = self.prefix(&part);
        let known = self.kept(&prefix).await?;
        if known.iter().any(|kept| kept.contradicts(&part)) {
            self.forget(&prefix, &known).await?;
            self.keep(&prefix, &part).await?;
        } else if !known.iter().any(|kept| kept.is(&part)) {
            self.keep(&prefix, &part).await?;
        }
        // They are read anew, since another process may have taken the others meanwhile. If both see all of them, both give
        // the same message with the same id.
        let Some((id, text)) = whole(self.kept(&prefix).await?) else {
            let (number, total) = (part.number, part.total);
            info!(from = %Masked(&part.sms.from), number, total, "part of a message that is not whole yet");
            return Ok(None);
        };
        Ok(Some((id, InboundSms { body: text, ..part.sms })))
    }

    fn prefix(&self, part: &Part) -> String {
        let Part { sms, reference, .. } = part;
        // Encoded, it cannot end early.
        format!("{}:{}>{}:{}:", self.carrier.as_str(), sms.from, sms.to, encode::segment(reference))
    }

    async fn kept(&self, prefix: &str) -> Result<Vec<Kept>, JournalError> {
        let notes = self.notes.notes(Topic::Part, prefix).await?;
        notes.iter().map(|note| serde_json::from_str(&note.value).map_err(broken)).collect()
    }

    async fn keep(&self, prefix: &str, part: &Part) -> Result<(), JournalError> {
        let Part { id, sms, number, total, .. } = part;
        let kept = Kept { id: id.clone(), number: *number, total: *total, text: sms.body.clone() };
        let value = serde_json::to_string(&kept).map_err(broken)?;
        let at = Time::now();
        let note = Note { topic: Topic::Part, name: format!("{prefix}{number}"), value, at, until: Some(at + KEPT) };
        self.notes.note(note, Durability::Synced).await?;
        Ok(())
    }

    /// The reference belongs to another message now.
    async fn forget(&self, prefix: &str, known: &[Kept]) -> Result<(), JournalError> {
        if let Some(first) = known.first().filter(|first| known.len() < usize::from(first.total)) {
            let (parts, total) = (known.len(), first.total);
            warn!(
                blame = "carrier",
                retry = false,
                parts,
                total,
                "a message never became whole; its parts are dropped"
            );
        }
        for Kept { number, .. } in known {
            self.notes.unnote(Topic::Part, &format!("{prefix}{number}")).await?;
        }
        Ok(())
    }
}

impl Kept {
    fn is(&self, part: &Part) -> bool {
        self.number == part.number && self.id == part.id && self.total == part.total
    }

    /// Both cannot be of one message.
    fn contradicts(&self, part: &Part) -> bool {
        self.total != part.total || (self.number == part.number && self.id != part.id)
    }
}

/// The id and the words of a message, if all parts are there.
fn whole(mut parts: Vec<Kept>) -> Option<(String, String)> {
    parts.sort_unstable_by_key(|part| part.number);
    let total = parts.first()?.total;
    let are_all = parts.iter().map(|part| part.number).eq(1..=total);
    let text = parts.iter().map(|part| part.text.as_str()).collect();
    are_all.then(|| parts.swap_remove(0).id).map(|id| (id, text))
}

fn broken(error: serde_json::Error) -> JournalError {
    JournalError::Broken(format!("a part of a message: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use crate::engine::journal::memory::MemoryJournal;
    use crate::value::Phone;

    fn joiner() -> Joiner {
        Joiner { notes: Arc::new(MemoryJournal::default()), carrier: CarrierName::Vonage }
    }

    fn part(id: &str, number: u8, total: u8, text: &str) -> Part {
        let (from, to) = (Phone::literal("+13055550123"), Phone::literal("+13055550100"));
        let sms = InboundSms { from, to, body: text.to_owned(), media: vec![] };
        Part { id: id.to_owned(), sms, reference: "7".to_owned(), number, total }
    }

    /// What comes of each part.
    fn taken(given: impl IntoIterator<Item = Part>) -> Vec<Option<(String, String)>> {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let joiner = joiner();
            let mut taken = Vec::new();
            for part in given {
                taken.push(joiner.take(part).await.unwrap().map(|(id, sms)| (id, sms.body)));
            }
            taken
        })
    }

    fn message(id: &str, text: &str) -> Option<(String, String)> {
        Some((id.to_owned(), text.to_owned()))
    }

    #[test]
    fn a_message_is_whole_in_any_order() {
        let all = [part("a", 1, 3, "one "), part("b", 2, 3, "two "), part("c", 3, 3, "three")];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let given = order.map(|at| all.get(at).unwrap().clone());
            assert_eq!(taken(given), [None, None, message("a", "one two three")], "{order:?}");
        }
        assert_eq!(taken([part("a", 1, 1, "alone")]), [message("a", "alone")]);
    }

    #[test]
    fn ten_parts_are_in_the_order_of_their_numbers() {
        let given = (1..=12).rev().map(|number| part(&format!("id{number}"), number, 12, &format!("{number},")));
        assert_eq!(taken(given).pop().unwrap(), message("id1", "1,2,3,4,5,6,7,8,9,10,11,12,"));
    }

    #[test]
    fn a_part_that_comes_again_changes_nothing() {
        let (one, two) = (part("a", 1, 2, "one"), part("b", 2, 2, "two"));
        let given = [one.clone(), one.clone(), two.clone(), two, one];
        let whole = message("a", "onetwo");
        assert_eq!(taken(given), [None, None, whole.clone(), whole.clone(), whole]);
    }

    #[test]
    fn a_reference_that_comes_again_begins_a_new_message() {
        // Of the first message a part is missing; the second one was whole.
        let given = [
            part("a", 1, 2, "lost "),
            part("b", 1, 2, "one "),
            part("c", 2, 2, "two"),
            part("d", 2, 2, "four"),
            part("e", 1, 2, "three "),
            part("f", 3, 3, "of another length"),
        ];
        assert_eq!(taken(given), [None, None, message("b", "one two"), None, message("e", "three four"), None]);
    }

    #[test]
    fn people_and_numbers_are_told_apart() {
        let (mut other, mut elsewhere, mut reference) =
            (part("b", 2, 2, "x"), part("c", 2, 2, "x"), part("d", 2, 2, "x"));
        other.sms.from = Phone::literal("+13055550124");
        elsewhere.sms.to = Phone::literal("+13055550101");
        reference.reference = "77".to_owned();
        let given = [part("a", 1, 2, "one "), other, elsewhere, reference, part("e", 2, 2, "two")];
        assert_eq!(taken(given), [None, None, None, None, message("a", "one two")]);
    }
}
