//! The words of a turn with a bot: what its declaration says included.

use super::call::binding;
use super::duration;
use super::expr::{expr, quoted};
use crate::graph::{Bot, Reach, Talk};

impl Talk {
    /// How it waits: what [`words`] leaves out.
    pub(in crate::graph) fn patience(&self) -> String {
        let within: String =
            self.within.iter().map(|within| format!(" within {}", duration((*within).into()))).collect();
        format!("timeout {} retry {}{within}", duration(self.timeout.into()), self.retries)
    }

    /// `chat`, or `ask`.
    pub fn keyword(&self) -> &'static str {
        if self.within.is_some() { "chat" } else { "ask" }
    }
}

/// How long the bot and the person are waited for, and how often a turn is tried again, may change while somebody waits.
pub(super) fn words(talk: &Talk) -> String {
    let bindings: Vec<String> = talk.bindings.iter().map(binding).collect();
    let bindings = if bindings.is_empty() { String::new() } else { format!(" < {} >", bindings.join(", ")) };
    format!("{} {} {}{bindings}", talk.keyword(), bot(&talk.bot), expr(&talk.words))
}

fn bot(bot: &Bot) -> String {
    let said = |word: &str, value: &str| format!(" {word} {}", quoted(value));
    let maybe = |word: &str, value: &Option<String>| value.as_ref().map(|value| said(word, value)).unwrap_or_default();
    let reach = match &bot.reach {
        Reach::Lex(lex) => [
            said("url", &lex.url),
            said("region", &lex.region),
            said("bot", &lex.bot),
            said("alias", &lex.alias),
            said("locale", &lex.locale),
            format!(" keys {} {}", expr(&lex.key_id), expr(&lex.secret)),
            lex.session_token.iter().map(|token| format!(" {}", expr(token))).collect(),
        ]
        .concat(),
        Reach::Watson(watson) => [
            said("url", &watson.url),
            said("assistant", &watson.assistant),
            maybe("environment", &watson.environment),
            said("version", &watson.version),
            format!(" key {}", expr(&watson.key)),
            said("token_url", &watson.token_url),
            maybe("end_flag", &watson.end_flag),
        ]
        .concat(),
    };
    format!("{}{reach}", bot.name)
}
