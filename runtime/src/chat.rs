//! `chat`: turns with a bot and questions to the person, one after the other, until the bot is done.
//!
//! Emitted code keeps a [`Chat`] in its state and knows no more of it. So a chat that waits for the person is stored as any
//! question is, and nothing of it is kept elsewhere.

use serde::{Deserialize, Serialize};

use crate::flow::{Action, Ask, Failure, FailureKind, Fault, Input, Outcome, Sms, Talk};
use crate::value::{Kind, Values};

/// The variable that takes the person's reply.
const WORDS: &str = "words";

/// Whether the bot is done, and what it said, among the values of a turn: no variable can have such a name.
pub(crate) const DONE: &str = "@done";
pub(crate) const MESSAGE: &str = "@message";

/// How far a chat has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Chat {
    /// The bot is told the words that the flow begins with.
    #[default]
    Begins,
    /// The bot is told what the person has replied.
    Hears(String),
    /// The person is texted what the bot has said.
    Asks(String),
}

/// What comes after an action of a chat.
#[derive(Debug, PartialEq)]
pub enum Turn {
    /// The chat goes on from here.
    Again(Chat),
    /// `ok`: the bot is done; the values of the response variables.
    Ended(Values),
    /// `timeout`: the person did not reply in time.
    TimedOut,
    /// `fail`
    Failed(Failure),
}

impl Chat {
    /// What is to be done now. `talk` is the turn that the chat begins with, `place` what people call the step, and `within`
    /// how long each reply is waited for, in seconds.
    pub fn action(&self, talk: Talk, place: &'static str, within: u32) -> Action {
        match self {
            Self::Begins => Action::Talk(Box::new(talk)),
            Self::Hears(words) => Action::Talk(Box::new(Talk { words: words.clone(), ..talk })),
            Self::Asks(message) => {
                let question = Sms { line: talk.line, to: None, from: None, body: message.clone(), media: Vec::new() };
                let reply = Some(Input { name: WORDS, kind: Kind::Text, optional: false });
                Action::Ask(Box::new(Ask { question, place, reply, within, retries: 0, again: None }))
            }
        }
    }

    /// What comes of the action's outcome.
    ///
    /// # Errors
    ///
    /// A [`Fault::Bug`], if the outcome is not one of this action.
    pub fn next(self, outcome: Outcome) -> Result<Turn, Fault> {
        match (self, outcome) {
            (_, Outcome::Failed(failure)) => Ok(Turn::Failed(failure)),
            (Self::Begins | Self::Hears(_), Outcome::Response(values)) => answered(values),
            (Self::Asks(question), Outcome::Reply(mut values)) => {
                let words = values.text(WORDS)?;
                // No bot takes a reply without words, such as a picture alone: the person is asked again.
                let is_blank = words.trim().is_empty();
                Ok(Turn::Again(if is_blank { Self::Asks(question) } else { Self::Hears(words) }))
            }
            (Self::Asks(_), Outcome::TimedOut) => Ok(Turn::TimedOut),
            (chat, outcome) => Err(Fault::Bug(format!("{outcome:?} comes of no {chat:?}"))),
        }
    }
}

fn answered(mut values: Values) -> Result<Turn, Fault> {
    if values.bool(DONE)? {
        return Ok(Turn::Ended(values));
    }
    Ok(match values.text_opt(MESSAGE)? {
        Some(message) => Turn::Again(Chat::Asks(message)),
        None => {
            let told = "the bot said nothing, and is not done: there is nothing to ask the person";
            Turn::Failed(Failure::new(FailureKind::Response, told))
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::flow::{Bot, Lex};
    use crate::value::Value;

    fn talk() -> Talk {
        let bot = Bot::Lex(Lex {
            name: "concierge",
            url: "https://runtime-v2-lex.us-east-1.amazonaws.com",
            region: "us-east-1",
            bot: "ABCDEFGHIJ",
            alias: "TSTALIASID",
            locale: "en_US",
            key_id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI".to_owned(),
            session_token: None,
        });
        Talk { line: 7, bot, words: "a room".to_owned(), timeout: 10, retries: 2, bindings: &[], is_chat: true }
    }

    fn heard(is_done: bool, message: Option<&str>) -> Outcome {
        let mut values = Values::default();
        values.push(DONE, Some(Value::Bool(is_done)));
        values.push(MESSAGE, message.map(|text| Value::Text(text.to_owned())));
        values.push("reply", Some(Value::Text("Booked.".to_owned())));
        Outcome::Response(values)
    }

    fn told(chat: &Chat) -> String {
        match chat.action(talk(), "chat concierge $body", 60) {
            Action::Talk(talk) => talk.words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_bot_is_told_the_first_words_and_then_the_persons() {
        assert_eq!(told(&Chat::default()), "a room");
        assert_eq!(told(&Chat::Hears("two nights".to_owned())), "two nights");
    }

    #[test]
    fn the_person_is_asked_what_the_bot_says() {
        let chat = Chat::Asks("How long?".to_owned());
        let Action::Ask(ask) = chat.action(talk(), "chat concierge $body", 60) else { panic!() };
        assert_eq!((ask.question.body.as_str(), ask.question.line, ask.within), ("How long?", 7, 60));
        assert_eq!((ask.place, ask.retries), ("chat concierge $body", 0));
        // Any reply will do: a bot understands words as they come.
        assert!(matches!(ask.read(" 2 ", None), crate::step::Reply::Understood(_)));
    }

    #[test]
    fn a_turn_leads_to_a_question_until_the_bot_is_done() {
        for chat in [Chat::Begins, Chat::Hears("two".to_owned())] {
            let next = chat.clone().next(heard(false, Some("How long?"))).unwrap();
            assert_eq!(next, Turn::Again(Chat::Asks("How long?".to_owned())));
            let Turn::Ended(mut values) = chat.clone().next(heard(true, Some("Booked."))).unwrap() else { panic!() };
            assert_eq!(values.text("reply").unwrap(), "Booked.");
            assert!(matches!(chat.next(heard(true, None)).unwrap(), Turn::Ended(_)));
        }
    }

    #[test]
    fn a_reply_is_what_the_bot_hears_next() {
        let chat = Chat::Asks("How long?".to_owned());
        let mut values = Values::default();
        values.push(WORDS, Some(Value::Text("two nights".to_owned())));
        let next = chat.clone().next(Outcome::Reply(values)).unwrap();
        assert_eq!(next, Turn::Again(Chat::Hears("two nights".to_owned())));
        let mut blank = Values::default();
        blank.push(WORDS, Some(Value::Text(" \n".to_owned())));
        assert_eq!(chat.clone().next(Outcome::Reply(blank)).unwrap(), Turn::Again(chat.clone()));
        assert_eq!(chat.next(Outcome::TimedOut).unwrap(), Turn::TimedOut);
    }

    #[test]
    fn a_bot_that_neither_speaks_nor_is_done_fails_the_step() {
        let Turn::Failed(failure) = Chat::Begins.next(heard(false, None)).unwrap() else { panic!() };
        assert_eq!(failure.kind, FailureKind::Response);
        assert!(failure.message.contains("said nothing"), "{}", failure.message);
    }

    #[test]
    fn a_failure_ends_a_chat_wherever_it_is() {
        for chat in [Chat::Begins, Chat::Hears(String::new()), Chat::Asks(String::new())] {
            let failure = Failure::new(FailureKind::Carrier, "no");
            assert_eq!(chat.next(Outcome::Failed(failure.clone())).unwrap(), Turn::Failed(failure));
        }
    }

    #[test]
    fn an_outcome_of_another_action_is_a_bug_of_ours() {
        let reply = || Outcome::Reply(Values::default());
        assert!(matches!(Chat::Begins.next(reply()), Err(Fault::Bug(_))));
        assert!(matches!(Chat::Begins.next(Outcome::TimedOut), Err(Fault::Bug(_))));
        assert!(matches!(Chat::Asks(String::new()).next(heard(true, None)), Err(Fault::Bug(_))));
        assert!(matches!(Chat::Asks(String::new()).next(Outcome::Done), Err(Fault::Bug(_))));
    }

    #[test]
    fn a_stored_chat_comes_back() {
        for (chat, json) in [
            (Chat::Begins, r#""Begins""#),
            (Chat::Hears("two".to_owned()), r#"{"Hears":"two"}"#),
            (Chat::Asks("How long?".to_owned()), r#"{"Asks":"How long?"}"#),
        ] {
            assert_eq!(serde_json::to_string(&chat).unwrap(), json);
            assert_eq!(serde_json::from_str::<Chat>(json).unwrap(), chat);
        }
    }

    #[test]
    fn a_turn_shows_no_secret() {
        let shown = format!("{:?}", Action::Talk(Box::new(talk())));
        assert!(shown.contains("concierge") && !shown.contains("wJal") && !shown.contains("AKID"), "{shown}");
    }
}
