//! Turns with bots, on the wire: what stands in for their vendors, and which requests are turns.
//!
//! A play knows requests and answers alone. A test knows what bots are told and what they say; what else goes over the wire
//! for that, a token and a session, is given to every play by itself.

use flow_query::bot::{Vendor, lex, watson};
use serde_json::{Map, Value as Json, json};

use super::address;
use super::report::Call;
use super::script::{Answer, Given};
use crate::graph::{Bot, FlowGraph, NodeKind, Reach, Talk};

/// What a bot was told.
#[derive(Clone, Debug)]
pub(crate) struct Told<'a> {
    /// Which bot.
    pub bot: &'a Bot,
    /// The words that went to it.
    pub words: String,
}

impl Bot {
    /// Whose it is.
    pub(crate) fn vendor(&self) -> Vendor {
        match self.reach {
            Reach::Lex(_) => Vendor::Lex,
            Reach::Watson(_) => Vendor::Watson,
        }
    }
}

impl FlowGraph {
    /// The steps that are turns with bots.
    fn talks(&self) -> impl Iterator<Item = &Talk> {
        self.machines.iter().flat_map(|machine| &machine.nodes).filter_map(|node| match &node.kind {
            NodeKind::Talk { talk, .. } => Some(&**talk),
            _ => None,
        })
    }

    /// The bot of this name, if the flow talks with it.
    pub(crate) fn bot(&self, name: &str) -> Option<&Bot> {
        self.talks().map(|talk| &talk.bot).find(|bot| bot.name == name)
    }

    /// The recorded answer of a bot.
    pub(super) fn sample_of(&self, bot: &Bot) -> Option<&str> {
        self.talks().find(|talk| talk.bot.name == bot.name)?.samples.first().map(String::as_str)
    }
}

/// The answer to each request that a turn needs and that is none itself.
pub(crate) fn errands(graph: &FlowGraph) -> Vec<Given> {
    let mut errands: Vec<Given> = Vec::new();
    for talk in graph.talks() {
        let Reach::Watson(watson) = &talk.bot.reach else { continue };
        let sessions = watson::sessions_path(&watson.assistant, watson.environment.as_deref());
        // IBM Cloud IAM Identity Services, "Create an IAM access token"; watsonx Assistant v2, "Create a session".
        let token = json!({ "access_token": "token", "token_type": "Bearer", "expires_in": 3600 });
        for given in [
            given(address::normal(&watson.token_url), vec![body(200, &token)]),
            given(whole(&watson.url, &sessions), vec![body(201, &json!({ "session_id": "session" }))]),
        ] {
            if !errands.contains(&given) {
                errands.push(given);
            }
        }
    }
    errands
}

/// What a bot answers to its turns, whatever their session.
pub(crate) fn turns(bot: &Bot, answers: Vec<Answer>) -> Given {
    given(turn_url(bot), answers)
}

fn given(url: String, answers: Vec<Answer>) -> Given {
    Given { method: Some("POST".to_owned()), url, answers, stays: true }
}

/// Where the turns of a bot go; `*` stands for the session.
fn turn_url(bot: &Bot) -> String {
    let (base, path) = match &bot.reach {
        Reach::Lex(of) => (&of.url, lex::path(&of.bot, &of.alias, &of.locale, "*")),
        Reach::Watson(of) => (&of.url, watson::message_path(&of.assistant, of.environment.as_deref(), "*")),
    };
    // No name before it has a star: the check of the flow has seen that ids have letters and digits.
    whole(base, &path.replace("%2A", "*"))
}

fn whole(base: &str, path: &str) -> String {
    format!("{}{path}", address::normal(base).trim_end_matches('/'))
}

/// What a bot was told by this request; `None`: the request is no turn.
pub(crate) fn told<'a>(graph: &'a FlowGraph, call: &Call) -> Option<Told<'a>> {
    let bot = graph.talks().map(|talk| &talk.bot).find(|bot| is_turn(bot, call))?;
    let body: Json = serde_json::from_str(call.body.as_deref()?).ok()?;
    let words = match &bot.reach {
        Reach::Lex(_) => body.get("text"),
        Reach::Watson(_) => body.get("input").and_then(|input| input.get("text")),
    };
    Some(Told { bot, words: words.and_then(Json::as_str).unwrap_or_default().to_owned() })
}

/// Whether a request is a turn with this bot.
fn is_turn(bot: &Bot, call: &Call) -> bool {
    call.method == "POST" && address::fits(&turn_url(bot), &call.url)
}

/// The answer of the vendor to a turn in which the bot answers so: in plain form.
pub(crate) fn says(bot: &Bot, plain: &Json) -> Answer {
    body(
        200,
        &match &bot.reach {
            Reach::Lex(_) => lex::write(plain),
            Reach::Watson(of) => watson::write(plain, of.end_flag.as_deref()),
        },
    )
}

/// The answer of a vendor that was recorded.
pub(crate) fn recorded(text: &str) -> Answer {
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    Answer::Response { status: 200, headers, body: text.trim_start_matches('\u{feff}').to_owned() }
}

fn body(status: u16, json: &Json) -> Answer {
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    Answer::Response { status, headers, body: json.to_string() }
}

/// What a bot says in an answer of its vendor, in plain form; `None`: nothing that can be understood.
pub(crate) fn said(bot: &Bot, answer: &Answer) -> Option<Json> {
    let Answer::Response { status: 200, body, .. } = answer else { return None };
    let body: Json = serde_json::from_str(body).ok()?;
    match &bot.reach {
        Reach::Lex(_) => lex::read(&body).ok(),
        Reach::Watson(of) => watson::read(&body, of.end_flag.as_deref()).ok(),
    }
}

/// A plain form without what follows from the rest of it.
pub(crate) fn brief(bot: &Bot, plain: &Json) -> Json {
    let mut brief = plain.as_object().cloned().unwrap_or_default();
    // Messages are told by all of them together, and what state an intent is in by whether the bot is done.
    let names: Vec<String> = brief.keys().rev().cloned().collect();
    for name in names {
        let less: Map<String, Json> = brief
            .iter()
            .filter(|(other, _)| **other != name)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if said(bot, &says(bot, &Json::from(less.clone()))).as_ref() == Some(plain) {
            brief = less;
        }
    }
    brief.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::report::{Event, Mark, Report, Scene, What};
    use super::super::script::Cue;
    use super::super::{Suite, judge, story};
    use super::*;
    use crate::source::SourceFile;

    const FLOW: &str = r#"secret KEY
watson desk url "https://API.example:443/i/1/" assistant "a1" environment "e1" key $KEY end_flag "finished"
on sms -> chat desk $body < reply = message > ok -> sms "$reply" timeout -> end fail -> sms "no"

test "t"
  given desk -> json { "message": "How many?" }, sample "end.json"
  when sms "a" from "+15550123"
"#;

    /// A test that ends so, and what the flow did: it told the bot `a`, and was stopped if nothing answered that.
    fn suite(thens: &str, told: &[(&str, Option<usize>)]) -> (SourceFile, Suite, Report) {
        let sample = r#"{ "output": { "generic": [] }, "context": { "skills": { "main skill": { "user_defined": { "finished": true } } } } }"#;
        let source = SourceFile::new("a.flow", format!("{FLOW}{thens}"));
        let (suite, diagnostics) = crate::suite_of(&source, &[("end.json", sample)]);
        let suite = suite.unwrap_or_else(|| unreachable!("{diagnostics:?}"));
        let errand = |url: &str, given| call(url, None, Some(given));
        let turn = |(words, given): &(&str, Option<usize>)| {
            let url = "https://api.example/i/1/v2/assistants/a1/environments/e1/sessions/s/message?version=2024-08-25";
            call(url, Some(json!({ "input": { "text": words } }).to_string()), *given)
        };
        let at = suite.graph.machines[0].start.0;
        let mut events = vec![
            What::At(Mark { machine: 0, node: at }),
            errand("https://iam.cloud.ibm.com/identity/token", 0),
            errand("https://api.example/i/1/v2/assistants/a1/environments/e1/sessions?version=2024-08-25", 1),
        ];
        events.extend(told.iter().map(turn));
        let events = events.into_iter().map(|what| Event { ms: 0, what }).collect();
        let stopped = told.last().is_some_and(|(_, given)| given.is_none());
        let mut scenes = vec![Scene::default(); 3];
        scenes.push(Scene { events, waiting: Vec::new() });
        (source, suite, Report { scenes, stopped })
    }

    fn call(url: &str, body: Option<String>, given: Option<usize>) -> What {
        let (method, url, headers) = ("POST".to_owned(), url.to_owned(), Vec::new());
        What::Call(Call { method, url, headers, body, given })
    }

    fn failure(thens: &str, told: &[(&str, Option<usize>)]) -> Option<super::super::Failure> {
        let (_, suite, report) = suite(thens, told);
        judge(&suite.graph, &suite.plays[0], &report)
    }

    #[test]
    fn a_play_has_the_turns_of_its_test_and_all_that_these_need() {
        let (_, suite, _) = suite("  then desk \"a\"\n", &[]);
        let play = &suite.plays[0];
        let given = play.script.cues.iter().filter_map(|cue| match cue {
            Cue::Given(given) => Some(given),
            _ => None,
        });
        let given: Vec<&Given> = given.collect();
        let urls: Vec<&str> = given.iter().map(|given| given.url.as_str()).collect();
        let base = "https://api.example/i/1/v2/assistants/a1/environments/e1/sessions";
        assert_eq!(urls, ["https://iam.cloud.ibm.com/identity/token", base, &format!("{base}/*/message")]);
        assert_eq!((play.errands, play.cues.len()), (2, 4));
        let bot = suite.graph.bot("desk").unwrap();
        let plain: Vec<Json> = given[2].answers.iter().map(|answer| said(bot, answer).unwrap()).collect();
        assert_eq!((&plain[0]["message"], &plain[0]["done"]), (&json!("How many?"), &json!(false)));
        assert_eq!(plain[1]["done"], true);
        assert_eq!(brief(bot, &plain[0]), json!({ "message": "How many?" }));
        assert_eq!(brief(bot, &plain[1]), json!({ "context": { "finished": true } }));
    }

    #[test]
    fn a_story_tells_turns_and_not_what_they_need() {
        let (source, suite, report) = suite("  then desk\n", &[("a", Some(2)), ("two", Some(2))]);
        let told = story::story(&source, &suite.graph, &suite.plays[0], &report, 3);
        let told: Vec<&str> = told.iter().map(|moment| moment.text.as_str()).collect();
        assert_eq!(
            told,
            [
                "when sms \"a\" from \"+15550123\"",
                "on sms",
                "chat desk \"a\" -> \"How many?\" (line 6)",
                "chat desk \"two\" -> done (line 6)"
            ]
        );
    }

    #[test]
    fn turns_are_expected_in_their_order() {
        let told = [("a", Some(2)), ("two", Some(2))];
        for thens in ["  then desk\n", "  then desk \"two\"\n", "  then desk \"a\" then desk \"two\" then nothing\n"] {
            assert_eq!(failure(thens, &told), None, "{thens}");
        }
        let message = |thens| failure(thens, &told).unwrap().message;
        assert_eq!(message("  then desk \"a\" then nothing\n"), "`desk` was told \"two\"");
        assert_eq!(message("  then desk then desk then desk\n"), "`desk` was told nothing more");
        let other = failure("  then desk \"b\"\n", &told).unwrap();
        assert_eq!(other.message, "`desk` was told something else");
        let difference = &other.differences[0];
        assert_eq!((difference.part.as_str(), difference.expected.text(), difference.found()), ("words", "b", "a"));
        assert_eq!(failure("  then desk\n", &[]).unwrap().message, "`desk` was told nothing");
    }

    #[test]
    fn a_turn_that_nothing_answers_is_told_with_the_line_that_does() {
        let failure = failure("  then desk\n", &[("a \"b\"", None)]).unwrap();
        assert_eq!(failure.message, "no `given` says what `desk` answers to \"a \\\"b\\\"\"");
        assert_eq!(failure.line.unwrap(), "given desk -> json { \"message\": \"…\" }");
        assert_eq!(failure.step.unwrap().1, "talks with it");
    }
}
