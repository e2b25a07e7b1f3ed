//! The words by which people end messages, get them again, and ask for help.

/// What a word asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// To be told what this is.
    Help,
}

/// A word that is a message by itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: &'static str,
    pub(super) wish: Wish,
    /// It may well mean something else in a conversation, as CANCEL when a table is booked.
    pub(super) is_common: bool,
}

const fn word(text: &'static str, wish: Wish) -> Word {
    Word { text, wish, is_common: false }
}

const fn common(text: &'static str, wish: Wish) -> Word {
    Word { text, wish, is_common: true }
}

/// The words, as carriers know them: "CTIA Messaging Principles and Best Practices", "Twilio support for opt-out keywords",
/// and of 47 CFR 64.1200(a)(10) those that are one message by themselves. `YES` and `SUBSCRIBE` are not among them: they
/// answer questions of flows.
static WORDS: [Word; 12] = [
    word("STOP", Wish::Stop),
    word("STOPALL", Wish::Stop),
    word("UNSUBSCRIBE", Wish::Stop),
    word("REVOKE", Wish::Stop),
    word("OPTOUT", Wish::Stop),
    common("CANCEL", Wish::Stop),
    common("END", Wish::Stop),
    common("QUIT", Wish::Stop),
    word("START", Wish::Start),
    word("UNSTOP", Wish::Start),
    common("HELP", Wish::Help),
    common("INFO", Wish::Help),
];

/// The word that a message is, if its letters and digits are no more than that: in any case, with whatever white space,
/// marks and signs around and between them.
pub(super) fn word_of(message: &str) -> Option<&'static Word> {
    let said = message.chars().filter(|character| character.is_alphanumeric());
    // No word is longer than the longest.
    let said: String = said.take(LONGEST + 1).collect();
    WORDS.iter().find(|word| word.text.eq_ignore_ascii_case(&said))
}

/// Letters of the longest word.
const LONGEST: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(message: &str) -> Option<(&'static str, Wish)> {
        word_of(message).map(|word| (word.text, word.wish))
    }

    #[test]
    fn a_word_is_known_however_it_is_written() {
        for message in ["STOP", "stop", " Stop.\n", "\"stop\"", "STOP!!!", "“stop”", "«Stop!»", "🛑 STOP 🙏", "s-t-o-p"]
        {
            assert_eq!(meant(message), Some(("STOP", Wish::Stop)), "{message:?}");
        }
        for message in ["OPTOUT", "opt out", "Opt-Out"] {
            assert_eq!(meant(message), Some(("OPTOUT", Wish::Stop)), "{message:?}");
        }
        for message in ["stop all", "STOP  ALL", "Stop-all"] {
            assert_eq!(meant(message), Some(("STOPALL", Wish::Stop)), "{message:?}");
        }
        assert_eq!(meant("unsubscribe"), Some(("UNSUBSCRIBE", Wish::Stop)));
        assert_eq!(meant("Start"), Some(("START", Wish::Start)));
        assert_eq!(meant("help?"), Some(("HELP", Wish::Help)));
    }

    #[test]
    fn what_says_more_is_an_ordinary_message() {
        for message in [
            "",
            " ",
            "?",
            "please stop",
            "stop it",
            "stopp",
            "yes",
            "end of May",
            "help me",
            "ＳＴＯＰ",
            "unsubscribed",
        ] {
            assert_eq!(meant(message), None, "{message:?}");
        }
    }
}
