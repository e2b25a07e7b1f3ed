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

/// The words, as carriers know them: "CTIA Messaging Principles and Best Practices", "Twilio support for opt-out keywords",
/// and of 47 CFR 64.1200(a)(10) those that are one message by themselves. `YES` and `SUBSCRIBE` are not among them: they
/// answer questions of flows.
const WORDS: &[(&str, Wish)] = &[
    ("STOP", Wish::Stop),
    ("STOPALL", Wish::Stop),
    ("STOP ALL", Wish::Stop),
    ("UNSUBSCRIBE", Wish::Stop),
    ("CANCEL", Wish::Stop),
    ("END", Wish::Stop),
    ("QUIT", Wish::Stop),
    ("REVOKE", Wish::Stop),
    ("OPTOUT", Wish::Stop),
    ("OPT OUT", Wish::Stop),
    ("OPT-OUT", Wish::Stop),
    ("START", Wish::Start),
    ("UNSTOP", Wish::Start),
    ("HELP", Wish::Help),
    ("INFO", Wish::Help),
];

/// What a message asks for, and by which word, if it is nothing but one of these words: in any case, with white space and
/// marks of punctuation around it.
pub(super) fn wish(message: &str) -> Option<(Wish, &'static str)> {
    let said = message.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let (word, wish) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(said))?;
    Some((*wish, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_however_it_is_written() {
        for message in ["STOP", "stop", " Stop.\n", "\"stop\"", "STOP!!!"] {
            assert_eq!(wish(message), Some((Wish::Stop, "STOP")), "{message:?}");
        }
        assert_eq!(wish("opt out"), Some((Wish::Stop, "OPT OUT")));
        assert_eq!(wish("Start"), Some((Wish::Start, "START")));
        assert_eq!(wish("help?"), Some((Wish::Help, "HELP")));
    }

    #[test]
    fn what_says_more_is_an_ordinary_message() {
        for message in ["", " ", "?", "please stop", "stop it", "stopp", "yes", "end of May", "help me", "ＳＴＯＰ"]
        {
            assert_eq!(wish(message), None, "{message:?}");
        }
    }
}
