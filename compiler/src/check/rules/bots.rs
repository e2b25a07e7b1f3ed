//! Bots: how they are reached, what is wanted of their answers, and what becomes of their last words.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{
    Binding, Bot, BotAnswer, Expr, ExprKind, Json, Query, Segment, Setting, StepKind, Talk, TestStepKind,
};
use flow_query::bot::{Holds, Vendor};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for setting in context.file.bots.iter().flat_map(|bot| &bot.settings) {
        out.extend(misfit(context, setting));
        out.extend(written_key(context, setting));
    }
    for step in context.file.tests.iter().flat_map(|test| &test.steps) {
        let TestStepKind::GivenBot(given) = &step.kind else { continue };
        let Some(bot) = context.names.bot(context.file, &given.bot) else {
            continue;
        };
        for answer in &given.answers {
            if let BotAnswer::Plain(json, span) = answer {
                out.extend(answered(bot, json, *span));
            }
        }
    }
    super::each_step(context.file, &mut |step| {
        let StepKind::Talk(talk) = &step.kind else { return };
        let Some(bot) = context.names.bot(context.file, &talk.bot) else { return };
        if constant_text(context.file, context.names, &talk.words).is_some_and(|words| words.trim().is_empty()) {
            let message = format!("there is nothing to tell `{}`", bot.name.text);
            let diagnostic = Diagnostic::new(Code::EmptyMessage, talk.words.span, message, "no words");
            out.push(diagnostic.with_help("tell it what the person has written: `$body`"));
        }
        out.extend(talk.bindings.iter().filter_map(|binding| unanswered(bot, binding)));
        if talk.is_chat && !talk.incomplete && !talk.bindings.iter().any(takes_words) {
            out.push(last_words(talk));
        }
    });
}

/// A key that stands in the file, where everybody reads it.
fn written_key(context: &Context<'_>, setting: &Setting) -> Option<Diagnostic> {
    let is_key = matches!(setting.word, "keys" | "key");
    let written =
        setting.values.iter().find(|value| is_key && constant_text(context.file, context.names, value).is_some())?;
    let message = format!("what stands behind `{}` is a secret, which is never written in a flow", setting.word);
    let diagnostic = Diagnostic::new(Code::BadSetting, written.span, message, "compiled in, for all to read");
    Some(diagnostic.with_help("declare it by `secret NAME`, and write `$NAME` here"))
}

/// A member of an answer in a test that no answer of this vendor's bots has, or that is of another type there.
fn answered(bot: &Bot, json: &Json, span: Span) -> Vec<Diagnostic> {
    let misfit = |span, message: String, label: &str, help: String| {
        Diagnostic::new(Code::TestMisfit, span, message, label).with_help(help)
    };
    let Json::Object(members) = json else {
        let help = format!("it has {}", members(bot.vendor));
        return vec![misfit(span, "an answer of a bot is an object".to_owned(), "none", help)];
    };
    let mut told = Vec::new();
    for (name, value) in members {
        let Some(member) = bot.vendor.members().iter().find(|member| member.name == name.value) else {
            let names = bot.vendor.members().iter().map(|member| member.name);
            let message = format!("an answer of `{}` has no `{}`", bot.name.text, name.value);
            let diagnostic = Diagnostic::new(Code::TestMisfit, name.span, message, "in no answer");
            told.push(match suggest::nearest(&name.value, names).first() {
                Some(near) => {
                    diagnostic.with_help(format!("did you mean `{near}`?")).with_fix(name.span, format!("\"{near}\""))
                }
                None => diagnostic.with_help(format!("it has {}", self::members(bot.vendor))),
            });
            continue;
        };
        if let Some(wanted) = is_other(member.holds, value) {
            let message = format!("`{}` of a bot's answer is {wanted}", name.value);
            told.push(misfit(name.span, message, "something else here", format!("here may stand {wanted}")));
        }
    }
    told
}

/// What should stand there, if something else does. A value that is not fixed is told elsewhere.
fn is_other(holds: Holds, value: &Json) -> Option<&'static str> {
    let is_number = |value: &Expr| match &value.kind {
        ExprKind::Unary(_, operand) => matches!(operand.kind, ExprKind::Number(_)),
        kind => matches!(kind, ExprKind::Number(_)),
    };
    let fits = match (holds, value) {
        (_, Json::Value(Expr { kind: ExprKind::Variable(..) | ExprKind::Bad, .. })) | (Holds::Any, _) => true,
        (Holds::Members(_), Json::Object(_)) | (Holds::Texts, Json::List(_)) => true,
        (Holds::Bool, Json::Value(value)) => matches!(value.kind, ExprKind::Bool(_)),
        (Holds::Number, Json::Value(value)) => is_number(value),
        (Holds::Text, Json::Value(value)) => matches!(value.kind, ExprKind::Text(_)),
        // What is missing may be written so.
        (Holds::Text | Holds::Number, Json::Null) => true,
        _ => false,
    };
    let wanted = match holds {
        Holds::Text => "a text",
        Holds::Texts => "a list of texts",
        Holds::Number => "a number",
        Holds::Bool => "`true` or `false`",
        Holds::Members(_) => "an object",
        Holds::Any => "anything",
    };
    (!fits).then_some(wanted)
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
        "url" => (is_base, "the base of an `https://` URL: it has no `?`, no `#`", "https://api.example.com"),
        "token_url" => {
            (is_base, "an `https://` URL: it has no `?`, no `#`", "https://iam.cloud.ibm.com/identity/token")
        }
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
    let at = bot.vendor.lookup(&path.iter().map(Segment::of_query).collect::<Vec<_>>()).err()?;
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
