//! Turns with bots.

use super::action::optional;
use super::expr;
use super::names::Names;
use crate::graph::{Bot, Node, Reach, Talk};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

/// `Action::Talk(…)`; of a chat, what it asks for where it stands. `table`: that of its response variables.
pub(super) fn action(names: Names<'_>, node: &Node, talk: &Talk, table: Option<&Ident>) -> TokenStream {
    let line = Literal::u32_unsuffixed(node.line);
    let bot = bot(names, &talk.bot);
    let words = expr::value(names, &talk.words);
    let (timeout, retries) = (Literal::u32_unsuffixed(talk.timeout), Literal::u32_unsuffixed(talk.retries));
    let bindings = table.map_or_else(|| quote!(&[]), |table| quote!(#table));
    let is_chat = talk.within.is_some();
    let turn = quote! {
        Talk {
            line: #line,
            bot: #bot,
            words: #words,
            timeout: #timeout,
            retries: #retries,
            bindings: #bindings,
            is_chat: #is_chat,
        }
    };
    match talk.within {
        None => quote!(Action::Talk(Box::new(#turn))),
        Some(within) => {
            let (place, within) = (node.kind.title(), Literal::u32_unsuffixed(within));
            quote!(chat.action(#turn, #place, #within))
        }
    }
}

fn bot(names: Names<'_>, bot: &Bot) -> TokenStream {
    let name = &bot.name;
    let maybe = |text: &Option<String>| optional(text.as_ref().map(|text| quote!(#text)));
    match &bot.reach {
        Reach::Lex(lex) => {
            let (url, region, bot, alias, locale) = (&lex.url, &lex.region, &lex.bot, &lex.alias, &lex.locale);
            let (key_id, secret) = (expr::value(names, &lex.key_id), expr::value(names, &lex.secret));
            let session_token = optional(lex.session_token.as_ref().map(|token| expr::value(names, token)));
            quote! {
                Bot::Lex(Lex {
                    name: #name,
                    url: #url,
                    region: #region,
                    bot: #bot,
                    alias: #alias,
                    locale: #locale,
                    key_id: #key_id,
                    secret: #secret,
                    session_token: #session_token,
                })
            }
        }
        Reach::Watson(watson) => {
            let (url, assistant, version, token_url) =
                (&watson.url, &watson.assistant, &watson.version, &watson.token_url);
            let (environment, end_flag) = (maybe(&watson.environment), maybe(&watson.end_flag));
            let key = expr::value(names, &watson.key);
            quote! {
                Bot::Watson(Watson {
                    name: #name,
                    url: #url,
                    assistant: #assistant,
                    environment: #environment,
                    version: #version,
                    key: #key,
                    token_url: #token_url,
                    end_flag: #end_flag,
                })
            }
        }
    }
}
