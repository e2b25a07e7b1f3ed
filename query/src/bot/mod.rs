//! What a bot answered, in plain form: one JSON object of the same few members for every vendor.
//!
//! Response variables of a turn look into it, so that a flow reads `message` or `slots.Nights` and not a vendor's wire.
//! flowc checks paths with the table of [`Vendor::members`], reads recorded samples with `read` and answers the turns of
//! tests with `write`; a flow's binary reads its bots with the same `read`.

pub mod lex;
mod names;
mod plain;
pub mod watson;

use crate::Segment;

/// Whose bot it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// Amazon Lex V2.
    Lex,
    /// IBM Watson Assistant v2.
    Watson,
}

/// What a place in the plain form holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A text. What it is a text of (a number, a day), the bot does not say.
    Text,
    /// A list of texts.
    Texts,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// Whatever the bot's makers put there.
    Any,
    /// An object whose members the bot's makers named; each holds this.
    Members(&'static Holds),
}

/// A member of the plain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub holds: Holds,
    /// Whether every answer has it.
    pub is_certain: bool,
    /// What it says, in words for people: a phrase without a full stop.
    pub about: &'static str,
}

/// A member that every answer has.
const fn certain(name: &'static str, holds: Holds, about: &'static str) -> Member {
    Member { name, holds, is_certain: true, about }
}

/// A member that may be missing.
const fn possible(name: &'static str, holds: Holds, about: &'static str) -> Member {
    Member { name, holds, is_certain: false, about }
}

const MESSAGE: Member = possible("message", Holds::Text, "all that the bot said, a line for each message");
const MESSAGES: Member = certain("messages", Holds::Texts, "what the bot said, message by message");
const INTENT: Member = possible("intent", Holds::Text, "what the bot takes the words to be about");
const CONFIDENCE: Member = possible("confidence", Holds::Number, "how sure the bot is of the intent, from 0 to 1");
const DONE: Member = certain("done", Holds::Bool, "whether the bot has brought the talk to its end");

const LEX: &[Member] = &[
    MESSAGE,
    MESSAGES,
    INTENT,
    CONFIDENCE,
    DONE,
    possible("state", Holds::Text, "how far the intent is: InProgress, ReadyForFulfillment, Fulfilled, Failed …"),
    certain("slots", Holds::Members(&Holds::Text), "the values of the intent's slots that are filled"),
    certain("attributes", Holds::Members(&Holds::Text), "the session's attributes"),
];

const WATSON: &[Member] = &[
    MESSAGE,
    MESSAGES,
    INTENT,
    CONFIDENCE,
    DONE,
    certain("entities", Holds::Members(&Holds::Text), "the first value of each entity in the words"),
    certain("context", Holds::Members(&Holds::Any), "the variables of the assistant's skills"),
    certain("handover", Holds::Bool, "whether the bot asks for a human agent"),
];

impl Vendor {
    /// The members of its plain form, those of both vendors first.
    pub fn members(self) -> &'static [Member] {
        match self {
            Self::Lex => LEX,
            Self::Watson => WATSON,
        }
    }

    /// What a path into the plain form leads to.
    ///
    /// # Errors
    /// Which step of the path, from 0, leads nowhere in any answer; of an empty path, that is step 0.
    pub fn lookup(self, path: &[Segment<'_>]) -> Result<Holds, usize> {
        let (first, rest) = path.split_first().ok_or(0_usize)?;
        let is_it = |member: &&Member| matches!(first, Segment::Member(name) if *name == member.name);
        let holds = self.members().iter().find(is_it).ok_or(0_usize)?.holds;
        rest.iter().enumerate().try_fold(holds, |holds, (at, step)| match (holds, step) {
            (Holds::Members(each), Segment::Member(_)) => Ok(*each),
            (Holds::Texts, Segment::Index(_)) => Ok(Holds::Text),
            (Holds::Any, _) => Ok(Holds::Any),
            _ => Err(at + 1),
        })
    }
}

/// A text as one segment of a URL's path: all but RFC 3986's unreserved characters is percent-encoded.
fn segment(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_what_its_member_holds_or_astray_at_a_step() {
        use Segment::{Index, Member};
        let cases: [(Vendor, &[Segment<'_>], Result<Holds, usize>); 9] = [
            (Vendor::Lex, &[Member("slots"), Member("RoomType")], Ok(Holds::Text)),
            (Vendor::Lex, &[Member("messages"), Index(0)], Ok(Holds::Text)),
            (Vendor::Watson, &[Member("context"), Member("guest"), Index(1), Member("x")], Ok(Holds::Any)),
            (Vendor::Watson, &[Member("handover")], Ok(Holds::Bool)),
            (Vendor::Lex, &[Member("slot"), Member("RoomType")], Err(0)),
            (Vendor::Watson, &[Member("slots"), Member("RoomType")], Err(0)),
            (Vendor::Lex, &[Member("slots"), Member("RoomType"), Member("value")], Err(2)),
            (Vendor::Lex, &[Member("slots"), Index(0)], Err(1)),
            (Vendor::Lex, &[], Err(0)),
        ];
        for (vendor, path, expected) in cases {
            assert_eq!(vendor.lookup(path), expected, "{vendor:?} {path:?}");
        }
    }

    #[test]
    fn a_segment_holds_no_slash_and_no_space() {
        assert_eq!(segment("a1-._~"), "a1-._~");
        assert_eq!(segment("a/b c:ä"), "a%2Fb%20c%3A%C3%A4");
    }
}
