//! The recorded answers of bots: that they are such, and that what is wanted of a bot is called as there.
//!
//! What an answer holds depends on what was said, so nothing is missed that a sample does not hold. But a name that is
//! nearly one of a sample's is misspelt.

use super::library::Library;
use crate::check::rules;
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Names;
use crate::suggest;
use crate::syntax::ast::{Binding, Bot, BotAnswer, ClauseKind, File, Query, Segment, StepKind, TestStepKind, Text};
use flow_query::Node;
use flow_query::bot::{self, Vendor};
use std::collections::HashSet;

pub(super) fn check(file: &File, names: &Names, library: &Library<'_>, out: &mut Vec<Diagnostic>) {
    let mut told = HashSet::new();
    for (vendor, sample) in recorded(file, names) {
        if told.insert(&sample.value) {
            out.extend(no_answer(vendor, sample, library));
        }
    }
    rules::each_step(file, &mut |step| {
        let StepKind::Talk(talk) = &step.kind else { return };
        let Some(bot) = names.bot(file, &talk.bot) else { return };
        out.extend(talk.bindings.iter().filter_map(|binding| misspelt(bot, binding, library)));
    });
}

/// Every sample of a bot, whoever names it.
fn recorded<'a>(file: &'a File, names: &Names) -> Vec<(Vendor, &'a Text)> {
    let mut recorded: Vec<_> =
        file.bots.iter().flat_map(|bot| samples(bot).map(move |sample| (bot.vendor, sample))).collect();
    for step in file.tests.iter().flat_map(|test| &test.steps) {
        let TestStepKind::GivenBot(given) = &step.kind else { continue };
        let Some(bot) = names.bot(file, &given.bot) else { continue };
        recorded.extend(given.answers.iter().filter_map(|answer| match answer {
            BotAnswer::Sample(name) => Some((bot.vendor, name)),
            _ => None,
        }));
    }
    recorded
}

fn samples(bot: &Bot) -> impl Iterator<Item = &Text> {
    bot.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Sample(name) => Some(name),
        _ => None,
    })
}

fn no_answer(vendor: Vendor, sample: &Text, library: &Library<'_>) -> Option<Diagnostic> {
    let name = &sample.value;
    let (title, example) = match vendor {
        Vendor::Lex => ("Lex", "record one with `aws lexv2-runtime recognize-text`"),
        Vendor::Watson => ("Watson", "record one: it is what the assistant's `message` answers"),
    };
    let why = match library.root(name)? {
        Node::Xml(_) => "it is XML".to_owned(),
        Node::Json(answer) => match vendor {
            Vendor::Lex => bot::lex::read(answer).err()?,
            Vendor::Watson => bot::watson::read(answer, None).err()?,
        },
    };
    let message = format!("{name} is no answer of {title}: {why}");
    Some(Diagnostic::new(Code::SampleUnreadable, sample.span, message, "not one").with_help(example))
}

/// `slots.RomType`, where the samples have `RoomType`.
fn misspelt(bot: &Bot, binding: &Binding, library: &Library<'_>) -> Option<Diagnostic> {
    let Query::Path(path) = &binding.query else { return None };
    let [Segment::Member(member), Segment::Member(name), ..] = path.as_slice() else { return None };
    let mut known = Vec::new();
    let mut holding = None;
    for sample in samples(bot) {
        let Some(Node::Json(answer)) = library.root(&sample.value) else { continue };
        let named = bot.vendor.names(answer, member);
        holding = holding.or_else(|| (!named.is_empty()).then_some(&sample.value));
        known.extend(named);
    }
    if known.contains(&name.as_str()) {
        return None;
    }
    let near = suggest::nearest(name, known).first().copied()?;
    let message = format!("{} holds no `{}`", holding?, binding.query.written());
    let diagnostic = Diagnostic::new(Code::NotInSample, binding.query_span, message, "not in the sample")
        .with_help(format!("did you mean `{member}.{near}`?"));
    Some(match path.len() {
        2 => diagnostic.with_fix(binding.query_span, format!("{member}.{near}")),
        _ => diagnostic,
    })
}
