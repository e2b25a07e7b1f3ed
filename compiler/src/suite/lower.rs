//! From the tree of a test to what is played: constants put in, files read, what is left out filled in.

use flow_query::Pattern;
use serde_json::Value as Json;

use super::bot;
use super::play::{Line, Play, Then, Wanted, WantedBody, WantedBot, WantedCall, WantedSms, Words};
use super::script::{Answer, Cue, Given, Now, Script};
use crate::calendar::LocalTime;
use crate::check::constant::constant_text;
use crate::check::test_clock::{Clock, Coming};
use crate::graph::{Bot, Entry, FlowGraph};
use crate::resolve::names::{Names, Referent};
use crate::sample::Samples;
use crate::syntax::ast::{self, AnswerBody, BotAnswer, ClauseKind, Expr, ExprKind, File, TestStepKind};

/// The number of ours that is texted where neither the test nor the flow says which.
pub(crate) const OUR_NUMBER: &str = "+15550199";

/// What the values of tests are made of.
#[derive(Clone, Copy)]
pub(super) struct Lowering<'a> {
    pub(super) file: &'a File,
    pub(super) names: &'a Names,
    pub(super) graph: &'a FlowGraph,
    pub(super) samples: &'a dyn Samples,
}

impl Lowering<'_> {
    pub(super) fn play(&self, test: &ast::Test) -> Play {
        // What the test gives itself comes later, and so comes before it.
        let mut cues: Vec<Cue> = bot::errands(self.graph).into_iter().map(Cue::Given).collect();
        let mut lines = vec![Line { span: test.name.span, is_open: false }; cues.len()];
        let (errands, mut thens) = (cues.len(), Vec::new());
        let mut clock = Clock::of(self.file);
        for step in &test.steps {
            let is_open = matches!(&step.kind, TestStepKind::WhenSms(sms) if sms.to.is_none());
            let played = match clock.hear(&step.kind) {
                Some(coming) => come(&coming),
                None => self.cue(&step.kind, &cues).into_iter().collect(),
            };
            lines.extend(played.iter().map(|_| Line { span: step.span, is_open }));
            cues.extend(played);
            if let Some(wanted) = self.wanted(&step.kind) {
                thens.push(Then { span: step.span, after: cues.len(), wanted });
            }
        }
        Play {
            name: test.name.value.clone(),
            span: test.name.span,
            script: Script { cues },
            cues: lines,
            errands,
            thens,
        }
    }

    /// What a line has happen, after these; `None` for a `then`, and for a schedule, which is a matter of the clock.
    fn cue(&self, line: &TestStepKind, before: &[Cue]) -> Option<Cue> {
        Some(match line {
            TestStepKind::Given(given) => Cue::Given(Given {
                method: Some(given.method.text.clone()),
                url: given.url.value.clone(),
                answers: given.answers.iter().map(|answer| self.answer(answer)).collect(),
                stays: true,
            }),
            TestStepKind::GivenBot(given) => {
                // One that the flow never talks with is asked for nothing.
                let bot = self.graph.bot(&given.bot.text)?;
                let answers = given.answers.iter().map(|answer| self.bot_answer(bot, answer)).collect();
                Cue::Given(bot::turns(bot, answers))
            }
            TestStepKind::GivenSms(to) => Cue::RefuseSms { to: to.as_ref().map(|to| self.text(to)) },
            TestStepKind::WhenSms(sms) => {
                let from = self.optional(sms.from.as_ref());
                let body = self.optional(sms.text.as_ref());
                let to = sms.to.as_ref().map(|to| self.text(to));
                let to = to.unwrap_or_else(|| self.texted(&from, &body, before));
                let media = sms.media.iter().map(|url| self.text(url)).collect();
                Cue::Sms { from, to, body, media }
            }
            TestStepKind::WhenApi(name, members) => {
                let first = self.graph.machines.iter().find_map(|machine| match &machine.entry {
                    Entry::Api(api) => Some(api.name.clone()),
                    _ => None,
                });
                let name = name.as_ref().map(|name| name.value.clone()).or(first).unwrap_or_default();
                Cue::Api { name, members: self.json(members) }
            }
            TestStepKind::WhenPass(duration) => Cue::Pass { seconds: duration.seconds.into() },
            TestStepKind::WhenSchedule(_)
            | TestStepKind::ThenSms(_)
            | TestStepKind::ThenCall(_)
            | TestStepKind::ThenBot(..)
            | TestStepKind::ThenNothing
            | TestStepKind::ThenWaits
            | TestStepKind::ThenFails => return None,
        })
    }

    /// The number that a message without `to` goes to, for all that is known before it is played: the one of a conversation
    /// that this person began, else one at which a trigger takes it.
    fn texted(&self, person: &str, body: &str, before: &[Cue]) -> String {
        let talked = before.iter().rev().find_map(|cue| match cue {
            Cue::Sms { from, to, .. } if from == person => Some(to.as_str()),
            Cue::Api { members, .. } if members.get("ANI").and_then(Json::as_str) == Some(person) => {
                members.get("DNIS").and_then(Json::as_str)
            }
            _ => None,
        });
        let taken = || {
            let triggers = self.graph.machines.iter().filter_map(|machine| match &machine.entry {
                Entry::Sms { to, matching } => Some((to.as_deref(), matching.as_deref())),
                _ => None,
            });
            let takes = |pattern: &str| Pattern::whole_in_any_case(pattern).is_ok_and(|p| p.is_match(body.trim()));
            let taking: Vec<_> =
                triggers.filter(|(_, matching)| matching.is_none_or(takes)).map(|(to, _)| to).collect();
            if taking.iter().any(Option::is_none) { None } else { taking.into_iter().flatten().next() }
        };
        talked.or_else(taken).unwrap_or(OUR_NUMBER).to_owned()
    }

    fn answer(&self, answer: &ast::Answer) -> Answer {
        let (status, headers, body) = match answer {
            ast::Answer::Fails(trouble) => return Answer::Fails(*trouble),
            ast::Answer::Response { status, headers, body } => (*status, headers, body),
        };
        let mut headers: Vec<_> = headers.iter().map(|(name, value)| (name.value.clone(), self.text(value))).collect();
        // That a file can be read, the check of the flow has seen.
        let read = |name: &ast::Text| self.samples.read(&name.value).unwrap_or_default();
        let (media_type, body) = match body {
            None => (None, String::new()),
            Some(AnswerBody::Json(json)) => (Some("application/json"), self.json(json).to_string()),
            Some(AnswerBody::JsonFile(name)) => {
                (Some("application/json"), read(name).trim_start_matches('\u{feff}').to_owned())
            }
            Some(AnswerBody::Text(text)) => (Some("text/plain; charset=utf-8"), self.text(text)),
            Some(AnswerBody::TextFile(name)) => (Some("text/plain; charset=utf-8"), read(name)),
        };
        let is_given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some(media_type) = media_type.filter(|_| !is_given) {
            headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
        Answer::Response { status, headers, body }
    }

    fn bot_answer(&self, bot: &Bot, answer: &BotAnswer) -> Answer {
        match answer {
            BotAnswer::Fails(trouble) => Answer::Fails(*trouble),
            BotAnswer::Status(status) => Answer::Response { status: *status, headers: Vec::new(), body: String::new() },
            BotAnswer::Plain(json, _) => bot::says(bot, &self.json(json)),
            // That it can be read, the check of the flow has seen.
            BotAnswer::Sample(name) => bot::recorded(&self.samples.read(&name.value).unwrap_or_default()),
        }
    }

    /// What a line expects; `None` for a `given` and a `when`.
    fn wanted(&self, line: &TestStepKind) -> Option<Wanted> {
        Some(match line {
            TestStepKind::ThenSms(sms) => Wanted::Sms(WantedSms {
                to: sms.to.as_ref().map(|to| self.text(to)),
                from: sms.from.as_ref().map(|from| self.text(from)),
                words: sms.words.as_ref().map(|words| match words {
                    ast::Words::Exactly(text) => Words::Exactly(self.text(text)),
                    ast::Words::Matching(pattern) => Words::Matching(pattern.text.clone()),
                }),
                media: sms.media.iter().map(|url| self.text(url)).collect(),
            }),
            TestStepKind::ThenCall(call) => Wanted::Call(self.wanted_call(call)),
            TestStepKind::ThenBot(bot, words) => {
                Wanted::Bot(WantedBot { bot: bot.text.clone(), words: words.as_ref().map(|words| self.text(words)) })
            }
            TestStepKind::ThenNothing => Wanted::Nothing,
            TestStepKind::ThenWaits => Wanted::Waits,
            TestStepKind::ThenFails => Wanted::Fails,
            TestStepKind::Given(_)
            | TestStepKind::GivenBot(_)
            | TestStepKind::GivenSms(_)
            | TestStepKind::WhenSms(_)
            | TestStepKind::WhenApi(..)
            | TestStepKind::WhenSchedule(_)
            | TestStepKind::WhenPass(_) => return None,
        })
    }

    fn wanted_call(&self, call: &ast::ThenCall) -> WantedCall {
        let (method, url) = (call.method.text.clone(), call.url.value.clone());
        let mut wanted = WantedCall { method, url, ..WantedCall::default() };
        for clause in &call.clauses {
            match &clause.kind {
                ClauseKind::Header(name, value) => wanted.headers.push((name.value.clone(), self.text(value))),
                ClauseKind::Query(name, value) => wanted.query.push((name.value.clone(), self.text(value))),
                ClauseKind::Json(json) => wanted.body = Some(WantedBody::Json(self.json(json))),
                ClauseKind::Form(fields) => {
                    let pairs = fields.iter().map(|(name, value)| (name.value.clone(), self.text(value)));
                    wanted.body = Some(WantedBody::Form(pairs.collect()));
                }
                ClauseKind::Xml(text) | ClauseKind::Text(text) => {
                    wanted.body = Some(WantedBody::Text(self.text(text)));
                }
                _ => {}
            }
        }
        wanted
    }

    /// A value that the check has found to be fixed, as text.
    fn text(&self, expr: &Expr) -> String {
        constant_text(self.file, self.names, expr).unwrap_or_default()
    }

    fn optional(&self, expr: Option<&Expr>) -> String {
        expr.map(|expr| self.text(expr)).unwrap_or_default()
    }

    fn json(&self, json: &ast::Json) -> Json {
        match json {
            ast::Json::Null => Json::Null,
            ast::Json::Value(expr) => self.value(expr),
            ast::Json::List(elements) => elements.iter().map(|element| self.json(element)).collect(),
            ast::Json::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.value.clone(), self.json(value))).collect())
            }
        }
    }

    /// A value by its type: a text becomes a string, whatever stands in it.
    fn value(&self, expr: &Expr) -> Json {
        let referent = match &expr.kind {
            ExprKind::Variable(_, None) => self.names.referent(expr.id),
            _ => None,
        };
        if let Some(Referent::Const(at)) = referent
            && let Some(constant) = self.file.consts.get(at)
        {
            // The value of a constant holds no name, so this goes no deeper.
            return self.value(&constant.value);
        }
        let text = self.text(expr);
        match &expr.kind {
            ExprKind::Text(_) => Json::String(text),
            // Digits, `true` and `false` are written as in JSON, but for a number like `007`.
            _ => serde_json::from_str(&text).unwrap_or(Json::String(text)),
        }
    }
}

/// A schedule comes, behind the time that passes until then.
fn come(coming: &Coming) -> Vec<Cue> {
    let pause = coming.pause.ok().filter(|seconds| *seconds > 0).map(|seconds| Cue::Pass { seconds });
    // The machines of a graph begin with the triggers of the file, in their order.
    let cue = Cue::Schedule { trigger: coming.trigger, now: Now::of(coming.time) };
    pause.into_iter().chain([cue]).collect()
}

impl Now {
    /// As the runtime tells this time.
    pub(crate) fn of(time: LocalTime) -> Self {
        const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
        let LocalTime { year, month, day, hour, minute } = time;
        let weekday = usize::try_from(time.weekday()).ok().and_then(|at| WEEKDAYS.get(at));
        let written = time.to_string();
        let (date, of_day) = written.split_once(' ').unwrap_or_default();
        let (date, of_day) = (date.to_owned(), of_day.to_owned());
        Self {
            date,
            time: of_day,
            weekday: weekday.copied().unwrap_or_default().to_owned(),
            year,
            month,
            day,
            hour,
            minute,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::json;

    use super::*;
    use crate::source::SourceFile;

    /// The first test of a flow as it is sent to the binary, and as it is judged.
    fn play(flow: &str) -> (Json, Play) {
        let samples = [("a.json", "\u{feff}{\"a\": 1.50}"), ("a.txt", "plain\n")];
        let (suite, diagnostics) = crate::suite_of(&SourceFile::new("a.flow", flow), &samples);
        let play = suite.unwrap_or_else(|| unreachable!("{diagnostics:?}")).plays.remove(0);
        (serde_json::to_value(&play.script).unwrap()["cues"].take(), play)
    }

    #[test]
    fn constants_and_files_are_put_in() {
        let (cues, play) = play(
            r#"const WHO = "+15550123"
const PRICE = 84.50
on sms -> call GET "https://a.example/x" < a = a > ok -> sms "$a" fail -> end
test "t"
  given GET "https://a.example/*"
    -> 503, 200 json { "p": $PRICE, "who": $WHO, "l": [null, true, (-7)] }, 200 json file "a.json",
       200 header "content-type" = "text/csv" text "for $$5 of $WHO", 200 text file "a.txt", reset, too_large
  given sms to $WHO -> refused
  when sms "for $WHO" from $WHO to "+15550111" media "https://a.example/i.png"
  then sms to $WHO "It is $PRICE"
  when 10m pass
  then nothing
"#,
        );
        let typed = |media_type: &str, body: &str| json!({ "response": { "status": 200, "headers": [["Content-Type", media_type]], "body": body } });
        let plain = "text/plain; charset=utf-8";
        let answers = json!([
            { "response": { "status": 503, "headers": [], "body": "" } },
            typed("application/json", r#"{"p":84.50,"who":"+15550123","l":[null,true,-7]}"#),
            typed("application/json", "{\"a\": 1.50}"),
            { "response": { "status": 200, "headers": [["content-type", "text/csv"]], "body": "for $5 of +15550123" } },
            typed(plain, "plain\n"),
            { "fails": "reset" },
            { "fails": "too_large" },
        ]);
        let given = json!({ "method": "GET", "url": "https://a.example/*", "answers": answers, "stays": true });
        let media = ["https://a.example/i.png"];
        let wanted = json!([
            { "given": given },
            { "refuse_sms": { "to": "+15550123" } },
            { "sms": { "from": "+15550123", "to": "+15550111", "body": "for +15550123", "media": media } },
            { "pass": { "seconds": 600 } },
        ]);
        assert_eq!(cues, wanted);
        let after: Vec<_> = play.thens.iter().map(|then| then.after).collect();
        assert_eq!((after, play.cues.iter().any(|line| line.is_open)), (vec![3, 4], false));
        let words = Some(Words::Exactly("It is 84.50".to_owned()));
        let to = Some("+15550123".to_owned());
        assert_eq!(play.thens[0].wanted, Wanted::Sms(WantedSms { to, words, ..WantedSms::default() }));
    }

    #[test]
    fn a_message_goes_where_it_is_taken() {
        let to = |flow: &str| {
            let (cues, _) = play(flow);
            let sms = cues.as_array().unwrap().iter().rev().find_map(|cue| cue.get("sms")).unwrap();
            sms["to"].as_str().unwrap().to_owned()
        };
        let test = "test \"t\" when sms \"hi\" from \"+15550123\" then nothing\n";
        assert_eq!(to(&format!("on sms -> end\n{test}")), OUR_NUMBER);
        assert_eq!(to(&format!("on sms to \"+15550111\" -> end\n{test}")), "+15550111");
        assert_eq!(to(&format!("on sms to \"+15550111\" -> end\non sms -> end\n{test}")), OUR_NUMBER);
        let narrow = "on sms to \"+15550111\" matching \"no\" -> end\non sms to \"+15550122\" matching \"HI\" -> end\n";
        assert_eq!(to(&format!("{narrow}{test}")), "+15550122");
        let api = "on api \"a\" token $T -> ask \"How?\" reply -> end\nsecret T\n";
        let asked = "test \"t\" when api { \"ANI\": \"+15550123\", \"DNIS\": \"+15550133\" } then waits\n  \
                     when sms \"hi\" from \"+15550123\" then nothing\n";
        assert_eq!(to(&format!("{api}{asked}")), "+15550133");
    }

    #[test]
    fn a_schedule_comes_at_its_first_time_or_at_the_one_that_is_named() {
        let now = |when: &str| {
            let schedules = "on sms -> end\non schedule \"0 9 * * TUE\" -> end\non schedule \"*/5 7 24 12 *\" -> end\n";
            play(&format!("{schedules}test \"t\" when schedule {when} then nothing\n")).0[0]["schedule"].take()
        };
        let first = json!({
            "date": "2030-01-08", "time": "09:00", "weekday": "Tuesday",
            "year": 2030, "month": 1, "day": 8, "hour": 9, "minute": 0,
        });
        assert_eq!(now("\"0 9 * * TUE\""), json!({ "trigger": 1, "now": first }));
        let named = now("\"*/5 7 24 12 *\" at \"2026-12-24 07:35\"");
        assert_eq!((&named["trigger"], &named["now"]["weekday"]), (&json!(2), &json!("Thursday")));
        assert_eq!(named["now"]["time"], "07:35");
    }

    #[test]
    fn time_passes_until_a_schedule_comes() {
        let nine = "on schedule \"0 9 * * *\" -> wait 1h -> sms to \"+15550123\" from \"+15550111\" \"Ten.\"\n";
        let (cues, play) = play(&format!(
            "{nine}test \"t\" when schedule then waits when 30m pass then nothing when schedule then sms \"Ten.\" then waits\n"
        ));
        let cue = |at: usize| cues[at].as_object().unwrap().keys().next().unwrap().clone();
        assert_eq!([0, 1, 2, 3].map(cue), ["schedule", "pass", "pass", "schedule"]);
        assert_eq!(
            (&cues[2], &cues[3]["schedule"]["now"]["date"]),
            (&json!({ "pass": { "seconds": 84_600 } }), &json!("2030-01-08"))
        );
        let after: Vec<_> = play.thens.iter().map(|then| then.after).collect();
        assert_eq!((after, play.cues[2], play.begins_line(3)), (vec![1, 2, 4, 4], play.cues[3], false));
    }
}
