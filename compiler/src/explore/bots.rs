//! What a bot may answer to a turn, as far as the flow tells it apart.

use flow_query::bot::Vendor;
use serde_json::{Value as Json, json};

use super::answers::{self, Outcome, combined, told};
use super::document::document;
use super::pool::Pool;
use crate::check::types::Type;
use crate::graph::{Binding, Fails, Query, Segment, Talk};
use crate::sample::Samples;
use crate::suite::bot::{recorded, said, says};
use crate::suite::script::Answer;

/// What a bot says that is not done.
const QUESTION: &str = "Can you tell me more?";

/// What a person answers to a bot: the flow itself sees nothing of it.
pub(super) const REPLY: &str = "yes, please";

/// Of a chat: that the bot asks back.
pub(super) const ASKS: &str = "asks back";

/// All of them: what leads to `ok` with its values first, then, of a chat that `may_go_on`, a question of the bot, then
/// failures in the order of the file.
pub(super) fn outcomes(
    talk: &Talk,
    fails: &Fails,
    pool: &Pool,
    samples: &dyn Samples,
    may_go_on: bool,
) -> Vec<Outcome> {
    let is_chat = talk.within.is_some();
    let mut outcomes = successes(talk, pool, samples);
    if is_chat && may_go_on {
        let question = |answer: &Answer| {
            said(&talk.bot, answer)
                .is_some_and(|plain| plain.get("done") == Some(&Json::Bool(false)) && plain.get("message").is_some())
        };
        let recorded = samples_of(talk, samples).find(question);
        let answer = recorded.unwrap_or_else(|| says(&talk.bot, &json!({ "message": QUESTION })));
        outcomes.push(Outcome { label: ASKS.to_owned(), detail: String::new(), answer });
    }
    outcomes.extend(answers::failures(fails, pool, misunderstood(talk)));
    outcomes
}

/// The recorded answers of its bot.
fn samples_of(talk: &Talk, samples: &dyn Samples) -> impl Iterator<Item = Answer> {
    talk.samples.iter().filter_map(|name| samples.read(name).ok()).map(|text| recorded(&text))
}

fn successes(talk: &Talk, pool: &Pool, samples: &dyn Samples) -> Vec<Outcome> {
    let ok = |detail: String, answer| Outcome { label: "ok".to_owned(), detail, answer };
    let leads_on = |answer: &Answer| match talk.within {
        None => true,
        Some(_) => said(&talk.bot, answer).is_some_and(|plain| plain.get("done") == Some(&Json::Bool(true))),
    };
    let recorded = samples_of(talk, samples).map(|answer| ok(String::new(), answer));
    let choices: Vec<Vec<Option<Json>>> = talk.bindings.iter().map(|binding| values(talk, binding, pool)).collect();
    let made = combined(&choices).into_iter().filter_map(|values| {
        let details: Vec<String> =
            talk.bindings.iter().zip(&values).map(|(binding, value)| told(binding, value)).collect();
        let found: Vec<(&Query, Option<&Json>)> =
            talk.bindings.iter().zip(&values).map(|(binding, value)| (&binding.query, value.as_ref())).collect();
        let mut plain = document(&found)?;
        let members = plain.as_object_mut()?;
        if talk.within.is_some() {
            members.insert("done".to_owned(), Json::Bool(true));
        }
        // A bot is seldom silent; whoever wants its words has said how they may be.
        if !talk.bindings.iter().any(|binding| matches!(member(binding), Some("message" | "messages"))) {
            members.insert("message".to_owned(), "All right.".into());
        }
        Some(ok(details.join(", "), says(&talk.bot, &plain)))
    });
    recorded.chain(made).filter(|outcome| leads_on(&outcome.answer)).collect()
}

/// An answer in which the step does not find what it looks for, if there is any: a bot that says nothing at all.
fn misunderstood(talk: &Talk) -> Option<Answer> {
    let members = talk.bot.vendor().members();
    let may_miss = |binding: &Binding| {
        let is_certain = members.iter().any(|of| of.is_certain && Some(of.name) == member(binding));
        !binding.variable.typed.optional
            && (!is_certain || matches!(&binding.query, Query::Path(path) if path.len() > 1))
    };
    // A chat cannot send on what is not there.
    let is_needed = talk.within.is_some() || talk.bindings.iter().any(may_miss);
    is_needed.then(|| says(&talk.bot, &json!({})))
}

/// The member of the plain form that a response variable looks into.
fn member(binding: &Binding) -> Option<&str> {
    match &binding.query {
        Query::Path(path) => match path.first() {
            Some(Segment::Member(name)) => Some(name),
            _ => None,
        },
        Query::Label(name) => Some(name),
        _ => None,
    }
}

/// Values of a response variable that this bot may give.
fn values(talk: &Talk, binding: &Binding, pool: &Pool) -> Vec<Option<Json>> {
    let typed = binding.variable.typed;
    let of_pool = || pool.values(&binding.variable.name, typed.ty);
    let values = match (member(binding), talk.bot.vendor()) {
        (Some("confidence"), _) => {
            let shares = of_pool().into_iter().filter(|value| value.as_f64().is_some_and(|n| (0.0..=1.0).contains(&n)));
            [json!(0.9)].into_iter().chain(shares).collect()
        }
        // What it is while the talk goes on, and at its ends.
        (Some("state"), Vendor::Lex) => ["Fulfilled", "InProgress", "Failed"].map(Json::from).into(),
        _ => of_pool(),
    };
    let missing = (typed.optional && typed.ty != Type::Bool).then_some(None);
    values.into_iter().map(Some).chain(missing).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::collections::BTreeSet;
    use std::convert::Infallible;

    use super::super::{Bounds, Exploration, Written, explore, fake, tests};
    use crate::sample::NoSamples;
    use crate::source::SourceFile;
    use crate::suite::Script;

    const BOT: &str = "secret ID\nsecret KEY\nlex concierge region \"us-east-1\" bot \"ABCDEFGHIJ\" \
                       alias \"TSTALIASID\" locale \"en_US\" keys $ID $KEY\n";

    /// What is found in a flow that talks with the bot, and its tests.
    fn explored(flow: &str) -> (Exploration, Vec<Written>) {
        let source = SourceFile::new("a.flow", format!("{BOT}{flow}"));
        let (graph, diagnostics) = crate::graph_of(&source, &NoSamples);
        let graph = graph.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let mut play = |script: &Script| Ok::<_, Infallible>(fake::play(&graph, script));
        let bounds = Bounds { depth: 12, paths: 1000, messages: 10 };
        let found = explore(&graph, &source, &NoSamples, bounds, &mut play).unwrap();
        let written = tests(&graph, &NoSamples, &found, &BTreeSet::new(), &mut play).unwrap();
        let whole: String = written.iter().map(|test| format!("\n{}", test.text)).collect();
        let whole = SourceFile::new("a.flow", format!("{}{whole}", source.text));
        assert_eq!(crate::check(&whole, &NoSamples), [], "{}", whole.text);
        (found, written)
    }

    #[test]
    fn a_turn_brings_each_intent_that_the_flow_tells_apart_and_each_failure() {
        let (found, written) = explored(
            "on sms
  -> ask concierge $body < intent, reply = message >
     ok -> match $intent {
       \"BookRoom\" -> sms \"Booked. $reply\"
       \"Cancel\"   -> sms \"Cancelled.\"
       else         -> sms \"$reply\"
     }
     fail timeout -> sms \"Later.\"
     fail -> sms \"Sorry.\"
",
        );
        assert_eq!((found.gaps.len(), found.share.walked, found.trails.len()), (0, found.share.all, 5));
        assert!(
            found.names.contains(&"a person writes something else; the bot times out".to_owned()),
            "{:?}",
            found.names
        );
        let texts: String = written.iter().map(|test| test.text.as_str()).collect();
        for wanted in [
            "given concierge -> json { \"message\": \"some reply\", \"intent\": \"BookRoom\" }",
            "given concierge -> timeout",
            "given concierge -> 500",
            "then sms \"Booked. some reply\"",
        ] {
            assert!(texts.contains(&format!("  {wanted}\n")), "{wanted}\n{texts}");
        }
    }

    #[test]
    fn a_chat_is_walked_to_its_end_over_one_question_and_round_no_more() {
        let (found, written) = explored(
            "on sms -> goto talk($body)
path talk(words: text)
  -> chat concierge $words within 30m < reply = message >
     ok      -> sms \"$reply\" -> goto talk(\"again\")
     timeout -> sms \"Are you there?\"
     fail    -> sms \"Sorry.\"
",
        );
        assert_eq!((found.gaps.len(), found.share.walked), (0, found.share.all));
        let names: Vec<&str> = found.names.iter().map(String::as_str).collect();
        for name in ["a person writes hello; the bot asks back; no reply comes", "a person writes hello"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let text = &written.iter().find(|test| test.name.ends_with("replies yes, please")).unwrap().text;
        let answers = "given concierge -> json { \"message\": \"Can you tell me more?\" }, \
                       json { \"message\": \"some reply\", \"done\": true }";
        assert!(text.contains(answers) && text.contains("when sms \"yes, please\""), "{text}");
    }
}
