//! Bots and the turns with them, from the tree.

use super::build::Builder;
use super::parts::{DEFAULT_TIMEOUT, DEFAULT_WITHIN};
use super::{Binding, DEFAULT_RETRIES, Expr};
use crate::check::constant::constant_text;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, Vendor};

/// `ask BOT V`, `chat BOT V`: what a bot is told, and what is wanted of its answer.
#[derive(Debug)]
pub struct Talk {
    /// The bot.
    pub bot: Bot,
    /// What it is told first.
    pub words: Expr,
    /// Of a `chat`: how long each reply of the person is waited for, in seconds.
    pub within: Option<u32>,
    /// Seconds that a turn may take.
    pub timeout: u32,
    /// How often a turn is tried again.
    pub retries: u32,
    /// Response variables.
    pub bindings: Vec<Binding>,
    /// Recorded answers beside the flow.
    pub samples: Vec<String>,
    /// All its words: response variables, too.
    pub span: Span,
}

/// A bot, and how it is reached.
#[derive(Clone, Debug)]
pub struct Bot {
    /// What the flow calls it.
    pub name: String,
    /// Its vendor's own.
    pub reach: Reach,
}

/// How a bot is reached.
#[derive(Clone, Debug)]
pub enum Reach {
    /// Amazon Lex V2.
    Lex(Lex),
    /// IBM Watson Assistant v2.
    Watson(Watson),
}

/// A bot of Amazon Lex V2.
#[derive(Clone, Debug)]
pub struct Lex {
    /// Base URL, without a slash at its end.
    pub url: String,
    /// `us-east-1`
    pub region: String,
    /// The bot's id.
    pub bot: String,
    /// The id of its alias.
    pub alias: String,
    /// `en_US`
    pub locale: String,
    /// Id of the access key.
    pub key_id: Expr,
    /// Its secret.
    pub secret: Expr,
    /// Token of a session, for temporary keys.
    pub session_token: Option<Expr>,
}

/// An assistant of IBM Watson.
#[derive(Clone, Debug)]
pub struct Watson {
    /// Base URL, without a slash at its end.
    pub url: String,
    /// The assistant's id.
    pub assistant: String,
    /// The id of its environment.
    pub environment: Option<String>,
    /// The version of the API, by its date.
    pub version: String,
    /// API key of IBM Cloud.
    pub key: Expr,
    /// Where it is exchanged for a token.
    pub token_url: String,
    /// The variable of the assistant that says that it is done.
    pub end_flag: Option<String>,
}

/// The locale of a Lex bot whose declaration has none.
const LOCALE: &str = "en_US";
/// The version of Watson's API that this flowc knows ("IBM watsonx Assistant v2", Versioning).
const VERSION: &str = "2024-08-25";
/// Where an API key of IBM Cloud is exchanged ("IBM Cloud IAM Identity Services").
const TOKEN_URL: &str = "https://iam.cloud.ibm.com/identity/token";

impl Bot {
    pub(super) fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.reach {
            Reach::Lex(lex) => [&lex.key_id, &lex.secret].into_iter().chain(&lex.session_token).for_each(visit),
            Reach::Watson(watson) => visit(&watson.key),
        }
    }
}

impl Talk {
    pub(super) fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(&self.words);
        self.bot.each_expr(visit);
    }
}

impl Builder<'_> {
    /// `head`: the step's first words, up to what the bot is told.
    pub(super) fn talk(&self, head: Span, talk: &ast::Talk) -> Option<Talk> {
        let declared = self.lowering.names.bot(self.lowering.file, &talk.bot)?;
        let mut lowered = Talk {
            bot: self.bot(declared)?,
            words: self.lowering.text(&talk.words),
            within: talk.is_chat.then(|| talk.within.map_or(DEFAULT_WITHIN, |within| within.seconds)),
            timeout: DEFAULT_TIMEOUT,
            retries: DEFAULT_RETRIES,
            bindings: talk.bindings.iter().filter_map(|binding| self.binding(binding)).collect(),
            samples: Vec::new(),
            span: talk.bindings.iter().map(|binding| binding.query_span).fold(head, Span::to),
        };
        for clause in &declared.clauses {
            match &clause.kind {
                ClauseKind::Timeout(timeout) => lowered.timeout = timeout.seconds,
                ClauseKind::Retry(times) => lowered.retries = *times,
                ClauseKind::Sample(name) => lowered.samples.push(name.value.clone()),
                // No bot has another.
                _ => {}
            }
        }
        Some(lowered)
    }

    pub(crate) fn bot(&self, bot: &ast::Bot) -> Option<Bot> {
        let lowering = self.lowering;
        let said = |word: &str| {
            let value = bot.setting(word)?.values.first()?;
            constant_text(lowering.file, lowering.names, value)
        };
        let values = |word: &str| bot.setting(word).into_iter().flat_map(|setting| &setting.values);
        let mut keys = values(if bot.vendor == Vendor::Lex { "keys" } else { "key" }).map(|key| lowering.text(key));
        let base = |url: String| url.trim_end_matches('/').to_owned();
        let reach = match bot.vendor {
            Vendor::Lex => {
                let region = said("region")?;
                Reach::Lex(Lex {
                    url: base(said("url").unwrap_or_else(|| format!("https://runtime-v2-lex.{region}.amazonaws.com"))),
                    region,
                    bot: said("bot")?,
                    alias: said("alias")?,
                    locale: said("locale").unwrap_or_else(|| LOCALE.to_owned()),
                    key_id: keys.next()?,
                    secret: keys.next()?,
                    session_token: keys.next(),
                })
            }
            Vendor::Watson => Reach::Watson(Watson {
                url: base(said("url")?),
                assistant: said("assistant")?,
                environment: said("environment"),
                version: said("version").unwrap_or_else(|| VERSION.to_owned()),
                key: keys.next()?,
                token_url: said("token_url").unwrap_or_else(|| TOKEN_URL.to_owned()),
                end_flag: said("end_flag"),
            }),
        };
        Some(Bot { name: bot.name.text.clone(), reach })
    }
}
