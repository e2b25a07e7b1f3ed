//! Conversations as `test` blocks of the language.
//!
//! Each test is played as it will be written, with an answer for each URL, and says what came of that: so what is written
//! passes.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value as Json;

use super::Exploration;
use super::bots::ASKS;
use super::duration;
use super::path::Path;
use super::starts::PERSON;
use super::trail::{Trail, Turn, events};
use super::walk::Play;
use crate::graph::{Bot, Entry, FlowGraph, NodeKind, quoted};
use crate::sample::Samples;
use crate::suite::report::{Ended, Report, Scene, What};
use crate::suite::script::{Answer, Cue, Given, Trouble};
use crate::suite::{OUR_NUMBER, Script, bot};

/// Characters of a test's name.
const LONGEST_NAME: usize = 120;

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it is called.
    pub name: String,
    /// `test "…" …`, not in its layout yet.
    pub text: String,
}

/// What each conversation is called: what happens in it. No two are called the same.
pub(super) fn named(trails: &[Trail]) -> Vec<String> {
    let plain: Vec<String> = trails.iter().map(|trail| name(trail, false)).collect();
    let mut names: Vec<String> = Vec::new();
    for (at, trail) in trails.iter().enumerate() {
        let mine = plain.get(at).cloned().unwrap_or_default();
        let is_shared = plain.iter().filter(|name| **name == mine).count() > 1;
        let first = if is_shared { name(trail, true) } else { mine };
        let numbered = (2..).map(|number| format!("{first} ({number})"));
        names.extend([first.clone()].into_iter().chain(numbered).find(|name| !names.contains(name)));
    }
    names
}

/// The conversations as tests, but for those whose names are known.
///
/// # Errors
///
/// The first of a play.
pub fn tests<E>(
    graph: &FlowGraph,
    samples: &dyn Samples,
    exploration: &Exploration,
    known: &BTreeSet<String>,
    play: &mut Play<'_, E>,
) -> Result<Vec<Written>, E> {
    let mut written = Vec::new();
    let new = exploration.trails.iter().zip(&exploration.names).filter(|(_, name)| !known.contains(*name));
    for (trail, name) in new {
        let givens = givens(graph, trail);
        let given = bot::errands(graph).into_iter().chain(givens.iter().map(|known| known.given.clone()));
        let cues = given.map(Cue::Given).chain(trail.path.cues.iter().cloned());
        let report = play(&Script { cues: cues.collect() })?;
        // Where a service is asked that nothing is known of, there is nothing to be expected.
        if !report.stopped {
            let test = Test { graph, samples, path: &trail.path };
            let text = test.text(name, &givens, &report);
            written.push(Written { name: name.clone(), text });
        }
    }
    Ok(written)
}

/// What a service or a bot answers.
struct Known<'a> {
    given: Given,
    /// Which bot it is.
    bot: Option<&'a Bot>,
}

/// What each service and each bot answers, in the order of the requests to it.
fn givens<'a>(graph: &'a FlowGraph, trail: &Trail) -> Vec<Known<'a>> {
    let errands = bot::errands(graph);
    let mut givens: Vec<Known<'_>> = Vec::new();
    let calls = events(&trail.report).filter_map(|event| match &event.what {
        What::Call(call) => Some(call),
        _ => None,
    });
    for (call, answered) in calls.zip(&trail.path.answers) {
        if errands.iter().any(|errand| errand.fits(&call.method, &call.url)) {
            continue;
        }
        let answers = vec![answered.answer.clone()];
        let new = match bot::told(graph, call) {
            Some(told) => Known { given: bot::turns(told.bot, answers), bot: Some(told.bot) },
            // Without its query a URL stands for all queries.
            None => {
                let (method, url) =
                    (Some(call.method.clone()), call.url.split('?').next().unwrap_or_default().to_owned());
                Known { given: Given { method, url, answers, stays: true }, bot: None }
            }
        };
        let same = |known: &&mut Known<'_>| known.given.url == new.given.url && known.given.method == new.given.method;
        match givens.iter_mut().find(same) {
            Some(known) => known.given.answers.extend(new.given.answers),
            None => givens.push(new),
        }
    }
    for Known { given: Given { answers, .. }, .. } in &mut givens {
        // The last answer stays.
        while let [.., former, last] = answers.as_slice()
            && former == last
        {
            answers.pop();
        }
    }
    givens
}

struct Test<'a> {
    graph: &'a FlowGraph,
    samples: &'a dyn Samples,
    path: &'a Path,
}

impl Test<'_> {
    fn text(&self, name: &str, givens: &[Known<'_>], report: &Report) -> String {
        let mut text = format!("test {}\n", quoted(name));
        for Known { given, bot } in givens {
            let answers = given.answers.iter().map(|answer| match bot {
                Some(bot) => self.says(bot, answer),
                None => self.answer(answer),
            });
            let answers: Vec<String> = answers.collect();
            let who = match bot {
                Some(bot) => bot.name.clone(),
                None => format!("{} {}", given.method.as_deref().unwrap_or_default(), quoted(&given.url)),
            };
            line(&mut text, &format!("given {who} -> {}", answers.join(", ")));
        }
        let given = report.scenes.len().saturating_sub(self.path.cues.len());
        let scenes = report.scenes.iter().skip(given);
        for (cue, scene) in self.path.cues.iter().zip(scenes) {
            if let Some(when) = self.when(cue) {
                line(&mut text, &when);
            }
            if !matches!(cue, Cue::RefuseSms { .. }) {
                self.then(&mut text, scene);
            }
        }
        text
    }

    fn when(&self, cue: &Cue) -> Option<String> {
        Some(match cue {
            Cue::RefuseSms { to } => {
                let to = to.iter().map(|to| format!(" to {}", quoted(to))).collect::<String>();
                format!("given sms{to} -> refused")
            }
            Cue::Sms { from, to, body, media } => {
                let is_narrowed =
                    self.graph.machines.iter().any(|m| matches!(&m.entry, Entry::Sms { to: Some(_), .. }));
                let to = if to == OUR_NUMBER && !is_narrowed { String::new() } else { format!(" to {}", quoted(to)) };
                format!("when sms {} from {}{to}{}", quoted(body), quoted(from), pictures(media))
            }
            Cue::Api { name, members } => format!("when api {} {}", quoted(name), json(members)),
            Cue::Schedule { trigger, now } => {
                let times = self.graph.machines.get(*trigger).map(|machine| match &machine.entry {
                    Entry::Schedule { cron, .. } => quoted(cron),
                    _ => String::new(),
                });
                format!("when schedule {} at \"{} {}\"", times.unwrap_or_default(), now.date, now.time)
            }
            Cue::Pass { seconds } => format!("when {} pass", duration(*seconds)),
            Cue::Given(_) => return None,
        })
    }

    fn answer(&self, answer: &Answer) -> String {
        let (status, headers, body) = match answer {
            Answer::Fails(trouble) => return trouble.word().to_owned(),
            Answer::Response { status, headers, body } => (status, headers, body),
        };
        let kind = headers.iter().find(|(name, _)| name == "Content-Type").map_or("", |(_, kind)| kind.as_str());
        let parsed = serde_json::from_str::<Json>(body).ok().filter(|_| kind == "application/json");
        let (brings, body) = match (self.sample(body), &parsed) {
            _ if body.is_empty() => ("", String::new()),
            (Some(file), Some(_)) => ("application/json", format!(" json file {}", quoted(&file))),
            (Some(file), None) => (TEXT, format!(" text file {}", quoted(&file))),
            (None, Some(value)) => ("application/json", format!(" json {}", json(value))),
            (None, None) => (TEXT, format!(" text {}", quoted(body))),
        };
        let own = headers.iter().filter(|(name, value)| name != "Content-Type" || value != brings);
        let own: String = own.map(|(name, value)| format!(" header {} = {}", quoted(name), quoted(value))).collect();
        format!("{status}{own}{body}")
    }

    /// What a bot says, as a test has it.
    fn says(&self, bot: &Bot, answer: &Answer) -> String {
        let body = match answer {
            Answer::Fails(trouble) => return trouble.word().to_owned(),
            Answer::Response { status, .. } if *status >= 300 => return status.to_string(),
            Answer::Response { body, .. } => body,
        };
        match (self.sample(body), bot::said(bot, answer)) {
            (Some(file), _) => format!("sample {}", quoted(&file)),
            (None, Some(plain)) => format!("json {}", json(&bot::brief(bot, &plain))),
            // The check of a test takes a plain form alone, and this is how one is that cannot be understood.
            (None, None) => "json {}".to_owned(),
        }
    }

    /// The sample with this text, by the name that the flow has for it.
    fn sample(&self, text: &str) -> Option<String> {
        let nodes = self.graph.machines.iter().flat_map(|machine| &machine.nodes);
        let mut samples = nodes.flat_map(|node| match &node.kind {
            NodeKind::Call { call, .. } => call.sample.iter().cloned().collect(),
            NodeKind::Talk { talk, .. } => talk.samples.clone(),
            _ => Vec::new(),
        });
        samples.find(|name| self.samples.read(name).is_ok_and(|read| read == text))
    }
}

/// The media type of `text`, if nothing else is said.
const TEXT: &str = "text/plain; charset=utf-8";

fn line(text: &mut String, line: &str) {
    // A `String` takes whatever is written to it.
    let _ = writeln!(text, "  {line}");
}

impl Test<'_> {
    /// What came of a cue. Requests need not be expected; they are where nothing else has come of it.
    fn then(&self, text: &mut String, scene: &Scene) {
        let (mut is_quiet, mut fails, mut asked) = (true, false, Vec::new());
        let errands = bot::errands(self.graph).len();
        for event in &scene.events {
            match &event.what {
                // What the carrier refuses reaches nobody.
                What::Sms(sms) if !sms.refused => {
                    is_quiet = false;
                    let to = if sms.to == PERSON { String::new() } else { format!(" to {}", quoted(&sms.to)) };
                    line(text, &format!("then sms{to} {}{}", quoted(&sms.body), pictures(&sms.media)));
                }
                What::Call(call) if call.given.is_some_and(|at| at < errands) => {}
                What::Call(call) => asked.push(match bot::told(self.graph, call) {
                    Some(told) => format!("then {} {}", told.bot.name, quoted(&told.words)),
                    None => format!("then call {} {}", call.method, quoted(&call.url)),
                }),
                What::Ended(Ended::Failed { .. }) => fails = true,
                _ => {}
            }
        }
        if fails {
            line(text, "then fails");
        } else if !scene.waiting.is_empty() {
            line(text, "then waits");
        } else if is_quiet && asked.is_empty() {
            line(text, "then nothing");
        } else if is_quiet {
            // One that is tried again is the same.
            asked.dedup();
            asked.iter().for_each(|request| line(text, request));
        }
    }
}

fn pictures(media: &[String]) -> String {
    media.iter().map(|url| format!(" media {}", quoted(url))).collect()
}

/// JSON as the language has it.
fn json(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(elements) => format!("[{}]", elements.iter().map(json).collect::<Vec<_>>().join(", ")),
        Json::Object(members) if members.is_empty() => "{}".to_owned(),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", quoted(name), json(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        single => single.to_string(),
    }
}

fn name(trail: &Trail, with_details: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut answers = trail.path.answers.iter().filter(|answered| answered.told.is_some());
    let mut who = "the service";
    for timed in &trail.turns {
        let part = match &timed.turn {
            Turn::Call { .. } => {
                who = "the service";
                continue;
            }
            Turn::Talk { .. } => {
                who = "the bot";
                continue;
            }
            Turn::Person { body, media, .. } => {
                let does = if parts.is_empty() { "a person writes" } else { "replies" };
                let picture = if media.is_empty() { "" } else { " with a picture" };
                format!("{does} {}{picture}", short(body))
            }
            Turn::Api { members } if with_details => format!("a request comes with {}", short(members)),
            Turn::Api { .. } => "a request comes".to_owned(),
            Turn::Schedule { at } => format!("the schedule comes at {at}"),
            Turn::Time { is_silence: true, .. } => "no reply comes".to_owned(),
            Turn::Time { seconds, .. } => format!("{} pass", duration(*seconds)),
            Turn::Outcome { label, detail } => {
                let answer = answers.next().map(|answered| &answered.answer);
                match (label.as_str(), answer) {
                    ("ok", _) if with_details && !detail.is_empty() => format!("{who} answers {}", short(detail)),
                    ("ok", _) => continue,
                    (ASKS, _) => format!("{who} {ASKS}"),
                    (_, Some(Answer::Fails(Trouble::Timeout))) => format!("{who} times out"),
                    (_, Some(Answer::Response { status, .. })) if *status >= 300 => {
                        format!("{who} answers {status}")
                    }
                    (_, Some(Answer::Response { .. })) => "the answer is not understood".to_owned(),
                    (_, Some(Answer::Fails(trouble))) => format!("the call fails: {}", trouble.word()),
                    (label, None) => label.to_owned(),
                }
            }
            Turn::Flow { is_refused: true, .. } => "the message is refused".to_owned(),
            Turn::Start { .. } | Turn::Flow { .. } | Turn::Word(_) => continue,
        };
        parts.push(part);
    }
    let name = parts.join("; ");
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name,
    }
}

/// As much of a text as a name has room for.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
