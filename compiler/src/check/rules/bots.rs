//! Bots: how they are reached, what is wanted of their answers, and what becomes of their last words.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::infer::segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::{Binding, Bot, Query, Segment, Setting, StepKind, Talk};
use flow_query::bot::{Holds, Vendor};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for setting in context.file.bots.iter().flat_map(|bot| &bot.settings) {
        out.extend(misfit(context, setting));
    }
    super::each_step(context.file, &mut |step| {
        let StepKind::Talk(talk) = &step.kind else { return };
        let bot = context.names.bots.get(&talk.bot.span).and_then(|at| context.file.bots.get(*at));
        let Some(bot) = bot else { return };
        out.extend(talk.bindings.iter().filter_map(|binding| unanswered(bot, binding)));
        if talk.is_chat && !talk.incomplete && !talk.bindings.iter().any(takes_words) {
            out.push(last_words(talk));
        }
    });
}

/// What a setting must look like: whether a text does, what people call it, and an example.
type Form = (fn(&str) -> bool, &'static str, &'static str);

fn form(word: &str) -> Option<Form> {
    let id: fn(&str) -> bool =
        |text| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    Some(match word {
        "region" => (is_region, "a region of AWS", "us-east-1"),
        // Amazon Lex V2 Runtime, RecognizeText: `botId` and `botAliasId` have 10 letters and digits.
        "bot" => (is_lex_id, "the id of a Lex bot: ten letters and digits, not its name", "ABCDEFGHIJ"),
        "alias" => (is_lex_id, "the id of an alias: ten letters and digits, not its name", "TSTALIASID"),
        "locale" => (is_locale, "a locale of Lex", "en_US"),
        "assistant" => (id, "the id of an assistant", "0a1b2c3d-0000-4000-8000-000000000000"),
        "environment" => (id, "the id of an environment", "0a1b2c3d-0000-4000-8000-000000000001"),
        "version" => (is_date, "a version of the API, which is a date", "2024-08-25"),
        "end_flag" => (|text| !text.trim().is_empty(), "the name of a variable of the assistant", "finished"),
        "url" | "token_url" => (is_base, "an `https://` URL without `?` and `#`", "https://api.example.com"),
        _ => return None,
    })
}

fn misfit(context: &Context<'_>, setting: &Setting) -> Option<Diagnostic> {
    let (fits, what, example) = form(setting.word)?;
    let value = setting.values.first()?;
    let text = constant_text(context.file, context.names, value)?;
    if fits(&text) {
        return None;
    }
    let diagnostic =
        Diagnostic::new(Code::BadSetting, value.span, format!("`{text}` is not {what}"), "not in its form");
    Some(diagnostic.with_help(format!("write it as in `{} \"{example}\"`", setting.word)))
}

/// `us-east-1`, `us-gov-west-1`
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let words = parts.iter().rev().skip(1).all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()));
    let last = parts.last().is_some_and(|last| !last.is_empty() && last.chars().all(|c| c.is_ascii_digit()));
    parts.len() >= 3 && words && last
}

fn is_lex_id(text: &str) -> bool {
    text.len() == 10 && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `en_US`, `zh_CN`, `es_419`
fn is_locale(text: &str) -> bool {
    let Some((language, country)) = text.split_once('_') else { return false };
    (2..=3).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_lowercase())
        && (2..=3).contains(&country.len())
        && country.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str, length| part.len() == length && part.chars().all(|c| c.is_ascii_digit());
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

fn is_base(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        && !text.contains(|c: char| c == '?' || c == '#' || c.is_whitespace() || c.is_control())
}

/// A response variable that no answer of this vendor's bots has.
fn unanswered(bot: &Bot, binding: &Binding) -> Option<Diagnostic> {
    let span = binding.query_span;
    let path = match &binding.query {
        Query::Path(path) => path,
        Query::Status | Query::Header(_) | Query::Body => {
            let message = "a bot's answer is no HTTP answer to the flow";
            let diagnostic = Diagnostic::new(Code::BadQuery, span, message, "not in it");
            return Some(diagnostic.with_help(format!("it has {}", members(bot.vendor))));
        }
        // What a JSONPath may find is known when the flow runs.
        Query::Label(_) | Query::JsonPath(_) => return None,
    };
    let at = bot.vendor.lookup(&segments(path)).err()?;
    let message = format!("an answer of `{}` holds no `{}`", bot.name.text, binding.query.written());
    let diagnostic = Diagnostic::new(Code::BadQuery, span, message, "nothing there");
    let names = || bot.vendor.members().iter().map(|member| member.name);
    let nearest = match (at, path.first()) {
        (0, Some(Segment::Member(first))) => suggest::nearest(first, names()).first().copied(),
        _ => None,
    };
    Some(match (nearest, path.as_slice()) {
        (Some(near), [Segment::Member(_)]) if binding.field.name.span != span => {
            diagnostic.with_help(format!("did you mean `{near}`?")).with_fix(span, near)
        }
        (Some(near), _) => diagnostic.with_help(format!("did you mean `{near}`? It has {}", members(bot.vendor))),
        (None, _) if at > 0 => {
            diagnostic.with_help(format!("`{}` ends there", written(path.get(..at).unwrap_or(path))))
        }
        (None, _) => diagnostic.with_help(format!("it has {}", members(bot.vendor))),
    })
}

/// "`message`, `intent`, `slots.…`"
fn members(vendor: Vendor) -> String {
    let name = |holds: Holds, name: &str| match holds {
        Holds::Members(_) => format!("`{name}.NAME`"),
        _ => format!("`{name}`"),
    };
    vendor.members().iter().map(|member| name(member.holds, member.name)).collect::<Vec<_>>().join(", ")
}

fn written(path: &[Segment]) -> String {
    Query::Path(path.to_vec()).written()
}

/// Whether a response variable holds what the bot has said.
fn takes_words(binding: &Binding) -> bool {
    match &binding.query {
        Query::Path(path) => {
            matches!(path.first(), Some(Segment::Member(name)) if name == "message" || name == "messages")
        }
        Query::JsonPath(_) => true,
        _ => false,
    }
}

fn last_words(talk: &Talk) -> Diagnostic {
    let bot = &talk.bot;
    let message = format!("what `{}` says last reaches nobody: a `chat` leaves that to the flow", bot.text);
    Diagnostic::new(Code::LastWordsLost, bot.span, message, "its last words are not taken")
        .with_help("take them by `< reply? = message >`, and send them on the `ok` path")
}
