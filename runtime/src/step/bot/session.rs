//! Which talk a turn belongs to.

use ring::digest::{Context, SHA256};

use crate::encode;
use crate::engine::Parties;
use crate::flow::Bot;
use crate::run_id::RunId;

/// Names the talk of a person with a bot, for its vendor: the same for all turns of one conversation, and nobody's number.
/// A run that talks with nobody has a talk of its own.
///
/// It has 64 characters, all of them hexadecimal digits. Lex takes 2 to 100 of letters, digits and `._:-`.
pub(super) fn id(bot: &Bot, run: RunId, parties: &Parties) -> String {
    let mut parts: Vec<&str> = match bot {
        Bot::Lex(lex) => vec!["lex", lex.url, lex.region, lex.bot, lex.alias, lex.locale],
        Bot::Watson(watson) => vec!["watson", watson.url, watson.assistant, watson.environment.unwrap_or_default()],
    };
    let run = run.to_string();
    match &parties.person {
        Some(person) => parts.extend([person.as_str(), parties.own.as_ref().map_or("", |own| own.as_str())]),
        None => parts.push(&run),
    }
    let mut hash = Context::new(&SHA256);
    for part in parts {
        hash.update(part.as_bytes());
        // It stands in none of them, so no two lists come to one text.
        hash.update(b"\0");
    }
    encode::hex(hash.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lex, parties, watson};
    use super::*;
    use crate::flow::Lex;

    #[test]
    fn a_conversation_has_one_talk_with_a_bot() {
        let (bot, guest) = (Bot::Lex(lex()), parties());
        let id = |bot: &Bot, parties: &Parties| super::id(bot, RunId::new(), parties);
        let talk = id(&bot, &guest);
        assert_eq!(talk, id(&bot, &guest));
        assert!(talk.len() == 64 && talk.bytes().all(|byte| byte.is_ascii_hexdigit()), "{talk}");
        let other = Parties { own: guest.person.clone(), person: guest.own.clone() };
        let moved = Bot::Lex(Lex { alias: "OTHERALIAS", ..lex() });
        for different in [id(&bot, &other), id(&moved, &guest), id(&Bot::Watson(watson()), &guest)] {
            assert_ne!(talk, different);
        }
    }

    #[test]
    fn a_run_with_nobody_has_a_talk_of_its_own() {
        let (bot, nobody, run) = (Bot::Lex(lex()), Parties::default(), RunId::new());
        assert_eq!(id(&bot, run, &nobody), id(&bot, run, &nobody));
        assert_ne!(id(&bot, run, &nobody), id(&bot, RunId::new(), &nobody));
    }
}
