#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::Instant;

use serde_json::{Value, json};

use super::*;
use crate::flow::{
    Action, ApiTrigger, Ask, Auth, Binding, Call, ClientAuth, End, Fault, Input, Method, Now, Oauth, Outcome, Query,
    ScheduleTrigger, Secrets, Sms, SmsTrigger, Step, Times, Trigger, Wait,
};
use crate::value::Kind;

const ANN: &str = "+15550123456";
const BEN: &str = "+15550123457";
const HOTEL: &str = "+13055550100";

static BINDINGS: [Binding; 1] =
    [Binding { name: "name", kind: Kind::Text, optional: false, query: Query::Label("name") }];

/// A program that does what its state says, one after the other: `wait 60; sms Good morning.`
fn enter(state: &str, _: &Secrets) -> Result<Step, Fault> {
    let (step, _) = split(state);
    let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
    let action = match word {
        "sms" => Action::Sms(sms(rest)),
        "ask" => Action::Ask(Box::new(Ask {
            question: sms("How many?"),
            place: "ask \"How many?\"",
            reply: Some(Input { name: "guests", kind: Kind::Int, optional: false }),
            within: rest.parse().unwrap(),
            retries: 1,
            again: Some("A number, please.".to_owned()),
        })),
        "wait" => Action::Wait(Wait { line: 3, place: "wait", seconds: rest.parse().unwrap() }),
        "loop" => Action::Continue,
        "" => Action::End(End::Completed),
        "get" | "retry" | "oauth" => Action::Call(Box::new(Call {
            line: 4,
            method: Method::Get,
            url: rest.to_owned(),
            query: vec![],
            headers: vec![],
            auth: (word == "oauth").then(|| Auth::Oauth(Box::new(oauth()))),
            timeout: 10,
            retries: if word == "retry" { 2 } else { 0 },
            body: None,
            bindings: &BINDINGS,
        })),
        _ => return Err(Fault::Flow(format!("`{word}` has no value"))),
    };
    at(0, state.split("; ").count());
    Ok(Step { state: state.to_owned(), action })
}

fn resume(state: &str, outcome: Outcome, secrets: &Secrets) -> Result<Step, Fault> {
    from(0, state.split("; ").count());
    let (step, rest) = split(state);
    let told = match (step, outcome) {
        ("loop", _) => return enter("loop", secrets),
        (_, Outcome::Done) => return enter(rest, secrets),
        (_, Outcome::Response(mut values)) => values.text("name")?,
        (_, Outcome::Reply(mut values)) => format!("For {}.", values.int("guests")?),
        (_, Outcome::TimedOut) => "Too late.".to_owned(),
        (step, Outcome::Failed(failure)) if step.starts_with("sms") => {
            let action = Action::End(End::Failed { line: 2, failure });
            return Ok(Step { state: "failed".to_owned(), action });
        }
        // A semicolon would begin another step.
        (_, Outcome::Failed(failure)) => format!("{}: {}", failure.kind, failure.message).replace(';', ","),
    };
    enter(&format!("sms {told}; {rest}"), secrets)
}

fn split(state: &str) -> (&str, &str) {
    state.split_once("; ").unwrap_or((state, ""))
}

fn sms(body: &str) -> Sms {
    Sms { line: 2, to: None, from: None, body: body.to_owned(), media: vec![] }
}

fn oauth() -> Oauth {
    Oauth {
        token_url: "https://id.example/token".to_owned(),
        client_id: "me".to_owned(),
        client_secret: "secret-KEY".to_owned(),
        scope: None,
        audience: None,
        auth_method: ClientAuth::Basic,
    }
}

const NEVER: Times = Times { minutes: 0, hours: 0, days: 0, months: 0, weekdays: 0, either_day: false };

static PROGRAM: Program = Program {
    asks: true,
    enter,
    resume,
    secrets: &["KEY"],
    triggers: &[
        Trigger::Sms(SmsTrigger {
            line: 1,
            to: None,
            matching: Some("halt|stopall"),
            start: |_, secrets| enter("sms Halted.", secrets),
        }),
        Trigger::Sms(SmsTrigger {
            line: 1,
            to: Some(HOTEL),
            matching: None,
            start: |text, secrets| enter(&text.body, secrets),
        }),
        Trigger::Api(ApiTrigger {
            line: 1,
            name: "order",
            token: Some("KEY"),
            inputs: &[Input { name: "number", kind: Kind::Int, optional: false }],
            needs_ani: true,
            needs_dnis: true,
            start: |mut api, secrets| enter(&format!("sms Order {}", api.inputs.int("number")?), secrets),
        }),
        Trigger::Schedule(ScheduleTrigger {
            line: 1,
            text: "0 9 * * *",
            times: NEVER,
            start: |now, secrets| enter(if now.hour == 9 { "wait 60" } else { "no" }, secrets),
        }),
    ],
    ..Program::TEST
};

/// What comes of a play: of each scene its events as short texts, marks aside.
struct Played {
    report: Value,
}

impl Played {
    fn of(cues: Value) -> Self {
        let mut output = Vec::new();
        let script = format!("{}\n", json!({ "cues": cues }));
        serve(&PROGRAM, script.as_bytes(), &mut output).unwrap();
        Self { report: serde_json::from_slice(&output).unwrap() }
    }

    fn scenes(&self) -> &Vec<Value> {
        self.report["scenes"].as_array().unwrap()
    }

    /// Messages, requests and ends, each with its milliseconds.
    fn events(&self, scene: usize) -> Vec<(u64, String)> {
        let events = self.scenes()[scene]["events"].as_array().unwrap();
        let told = |what: &Value| {
            let (kind, what) = what.as_object().unwrap().iter().next().unwrap();
            match kind.as_str() {
                "sms" => Some(format!("{}: {}", what["to"].as_str().unwrap(), what["body"].as_str().unwrap())),
                "call" => Some(format!("{} {} {}", what["method"].as_str()?, what["url"].as_str()?, what["given"])),
                "ended" | "untaken" | "word" => Some(what.to_string()),
                _ => None,
            }
        };
        let event = |event: &Value| Some((event["ms"].as_u64().unwrap(), told(&event["what"])?));
        events.iter().filter_map(event).collect()
    }

    fn told(&self, scene: usize) -> Vec<String> {
        self.events(scene).into_iter().map(|(_, told)| told).collect()
    }

    /// What Ann was told in the last scene.
    fn ann(&self) -> Vec<String> {
        let told = self.told(self.scenes().len() - 1);
        told.iter().filter_map(|told| told.strip_prefix(&format!("{ANN}: "))).map(str::to_owned).collect()
    }
}

fn text(body: &str) -> Value {
    text_of(ANN, body)
}

fn text_of(from: &str, body: &str) -> Value {
    json!({ "sms": { "from": from, "to": HOTEL, "body": body, "media": [] } })
}

fn pass(seconds: u64) -> Value {
    json!({ "pass": { "seconds": seconds } })
}

fn answer(status: u16, body: &str) -> Value {
    json!({ "response": { "status": status, "headers": [["Content-Type", "application/json"]], "body": body } })
}

fn given(url: &str, answers: Value) -> Value {
    json!({ "given": { "method": null, "url": url, "answers": answers, "stays": false } })
}

const COMPLETED: &str = "\"completed\"";

#[test]
fn a_message_is_answered_and_its_way_is_told() {
    let played = Played::of(json!([text("sms Hello; sms You")]));
    let mark = |node: u32| json!({ "machine": 0, "node": node });
    let message = |body: &str| {
        let sent = json!({ "from": HOTEL, "to": ANN, "body": body, "media": [], "refused": false });
        json!({ "ms": 0, "what": { "sms": sent } })
    };
    let events = json!([
        { "ms": 0, "what": { "at": mark(2) } },
        message("Hello"),
        { "ms": 0, "what": { "from": mark(2) } },
        { "ms": 0, "what": { "at": mark(1) } },
        message("You"),
        { "ms": 0, "what": { "from": mark(1) } },
        { "ms": 0, "what": { "at": mark(1) } },
        { "ms": 0, "what": { "ended": "completed" } },
    ]);
    assert_eq!(played.report, json!({ "scenes": [{ "events": events, "waiting": [] }], "stopped": false }));
}

#[test]
fn services_answer_in_turn() {
    let url = "https://a.example/x";
    let call = |url: &str, given: &str| format!("GET {url} {given}");
    let played = Played::of(json!([
        given(url, json!([answer(200, r#"{"name":"one"}"#), answer(503, ""), { "fails": "dns" }])),
        text(&format!("get {url}?q=1; get {url}; get {url}; get {url}")),
    ]));
    let told = [
        call("https://a.example/x?q=1", "0"),
        format!("{ANN}: one"),
        call(url, "0"),
        format!("{ANN}: status: a.example answered 503"),
        call(url, "0"),
        format!("{ANN}: dns: the host name a.example has no address"),
        call(url, "null"),
    ];
    assert_eq!(played.told(1), told);
    assert_eq!(played.report["stopped"], true);
}

#[test]
fn what_nothing_is_given_for_stops_the_play() {
    let played = Played::of(json!([
        text_of(BEN, "wait 1; sms Never."),
        text("get https://a.example/x; sms Never."),
        text("sms Never."),
    ]));
    assert_eq!(played.scenes().len(), 2);
    assert_eq!(played.told(1), ["GET https://a.example/x null"]);
    assert_eq!(played.report["stopped"], true);
    assert_eq!(played.scenes()[1]["waiting"][0]["seconds"], 1);
}

#[test]
fn the_last_given_that_fits_answers_and_may_stay() {
    let stays = json!({ "given": {
        "method": "GET", "url": "https://a.example/*", "stays": true,
        "answers": [answer(200, r#"{"name":"first"}"#), answer(200, r#"{"name":"on"}"#)],
    } });
    let other = json!({ "given": {
        "method": "POST", "url": "https://a.example/*", "stays": true, "answers": [{ "fails": "timeout" }],
    } });
    let played = Played::of(json!([
        given("*", json!([{ "fails": "refused" }])),
        stays,
        other,
        text("get https://a.example/1; get https://a.example/2; get https://a.example/3; get https://b.example/"),
    ]));
    assert_eq!(
        played.ann(),
        ["first", "on", "on", "connect: b.example could not be reached: Connection refused (os error 111)"]
    );
}

#[test]
fn a_call_fails_in_each_way() {
    let fails = |how: &str| given("https://a.example:8443/x", json!([{ "fails": how }]));
    for (how, told) in [
        ("timeout", "timeout: there was no whole answer from a.example:8443 within 10 s"),
        ("refused", "connect: a.example:8443 could not be reached: Connection refused (os error 111)"),
        ("reset", "connect: the connection to a.example:8443 was lost: Connection reset by peer (os error 104)"),
        ("tls", "tls: no secure connection to a.example:8443: its certificate has expired"),
        (
            "blocked",
            "blocked: a.example was not asked: its address 10.0.0.1 is private, the program's operator opens it with \
             --allow-net a.example",
        ),
        (
            "too_large",
            "too_large: the answer of a.example:8443 is larger than 10 MB, which is what --max-response allows",
        ),
    ] {
        let played = Played::of(json!([fails(how), text("get https://a.example:8443/x")]));
        assert_eq!(played.ann(), [told]);
        let sent = played.events(1)[1].0;
        assert_eq!(sent, if how == "timeout" { 10_000 } else { 0 }, "{how}");
    }
}

#[test]
fn a_call_is_retried_redirected_and_bears_its_token() {
    let good = answer(200, r#"{"name":"Ann"}"#);
    let played = Played::of(json!([
        given("https://a.example/x", json!([answer(503, ""), { "fails": "refused" }, good])),
        text("retry https://a.example/x"),
    ]));
    assert_eq!(played.events(1).iter().map(|(ms, _)| *ms).collect::<Vec<_>>(), [0, 250, 750, 750, 750]);
    assert_eq!(played.ann(), ["Ann"]);

    let moved = json!({ "response": { "status": 302, "headers": [["Location", "/y"]], "body": "" } });
    let played = Played::of(json!([
        given("https://a.example/x", json!([moved])),
        given("https://a.example/y", json!([good])),
        text("get https://a.example/x"),
    ]));
    assert_eq!(played.told(2)[..2], ["GET https://a.example/x 0", "GET https://a.example/y 1"]);
    assert_eq!(played.ann(), ["Ann"]);

    let token = answer(200, r#"{"access_token":"t0k","token_type":"Bearer","expires_in":3600}"#);
    let played = Played::of(json!([
        given("https://id.example/token", json!([token])),
        given("https://a.example/x", json!([good, good])),
        text("oauth https://a.example/x; oauth https://a.example/x"),
    ]));
    assert_eq!(played.ann(), ["Ann", "Ann"]);
    let calls: Vec<&Value> =
        played.scenes()[2]["events"].as_array().unwrap().iter().filter_map(|event| event["what"].get("call")).collect();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0]["body"], "grant_type=client_credentials");
    assert!(calls[0]["headers"].to_string().contains("application/x-www-form-urlencoded"));
    assert!(calls[2]["headers"].to_string().contains("Bearer t0k"));
}

#[test]
fn a_carrier_refuses_those_it_is_told_to() {
    let refuse = |to: Value| json!({ "refuse_sms": { "to": to } });
    let failed =
        r#"{"failed":{"line":2,"kind":"carrier","reason":"the carrier refused the message, as the test wants it"}}"#;
    let played = Played::of(json!([
        refuse(json!(BEN)),
        text("sms Hello"),
        text_of(BEN, "sms Hello"),
        refuse(Value::Null),
        text("sms Hello")
    ]));
    assert_eq!(played.told(1), [&format!("{ANN}: Hello"), COMPLETED]);
    assert_eq!(played.told(2), [&format!("{BEN}: Hello"), failed]);
    assert_eq!(played.told(4), [&format!("{ANN}: Hello"), failed]);
    let sent = &played.scenes()[2]["events"].as_array().unwrap()[1];
    assert_eq!(sent["what"]["sms"]["refused"], true);
}

#[test]
fn a_question_waits_for_its_reply_or_its_time() {
    let played = Played::of(json!([text("ask 7200"), pass(60), text("two"), text("2")]));
    let place = "ask \"How many?\"";
    let waiting = |seconds: u64| json!([{ "line": 2, "place": place, "person": ANN, "seconds": seconds }]);
    assert_eq!(played.scenes()[0]["waiting"], waiting(7_200));
    assert_eq!(played.scenes()[1]["waiting"], waiting(7_140));
    assert_eq!(played.told(2), [format!("{ANN}: A number, please.")]);
    assert_eq!(played.events(3)[0], (60_000, format!("{ANN}: For 2.")));
    assert_eq!(played.scenes()[3]["waiting"], json!([]));

    let played = Played::of(json!([text("ask 7200"), pass(7_199), pass(1), text("sms New")]));
    assert_eq!(played.told(1).len(), 0);
    assert_eq!(played.events(2)[0], (7_200_000, format!("{ANN}: Too late.")));
    assert_eq!(played.ann(), ["New"]);
}

#[test]
fn a_reply_goes_over_no_step_of_the_run_that_it_might_have_started() {
    let played = Played::of(json!([text("ask 60"), text("sms Two")]));
    assert_eq!(played.told(1), [format!("{ANN}: A number, please.")]);
    let steps = |scene: usize| {
        let events = played.scenes()[scene]["events"].as_array().unwrap();
        events.iter().filter(|event| event["what"].get("at").is_some()).count()
    };
    assert_eq!((steps(0), steps(1)), (1, 0));
}

#[test]
fn a_year_passes_in_no_time_and_in_its_order() {
    let year = 365 * 86_400;
    let began = Instant::now();
    let played = Played::of(json!([
        text_of(BEN, &format!("wait {year}; sms A year.")),
        text("wait 86400; sms A day.; wait 86400; sms Two days."),
        pass(year),
    ]));
    assert!(began.elapsed().as_millis() < 2_000, "{:?}", began.elapsed());
    let sent = |days: u64, told: String| (days * 86_400_000, told);
    assert_eq!(
        played.events(2),
        [
            sent(1, format!("{ANN}: A day.")),
            sent(2, format!("{ANN}: Two days.")),
            sent(2, COMPLETED.to_owned()),
            sent(365, format!("{BEN}: A year.")),
            sent(365, COMPLETED.to_owned()),
        ]
    );
}

#[test]
fn time_that_one_run_takes_passes_for_all() {
    let silent = given("*", json!([{ "fails": "timeout" }]));
    let played = Played::of(json!([
        silent,
        text_of(BEN, "wait 3; sms Three seconds.; wait 7; sms Ten seconds."),
        text("get https://a.example/"),
    ]));
    let late = format!("{ANN}: timeout: there was no whole answer from a.example within 10 s");
    let mut events = played.events(2);
    assert_eq!(events[..2], [(0, "GET https://a.example/ 0".to_owned()), (3_000, format!("{BEN}: Three seconds."))]);
    events.drain(..2);
    events.sort_by_key(|(_, told)| told.clone());
    let ended = COMPLETED.to_owned();
    let at_once = [ended.clone(), ended, late, format!("{BEN}: Ten seconds.")].map(|told| (10_000, told));
    assert_eq!(events, at_once);
}

#[test]
fn more_runs_than_slots_go_on_in_turn() {
    let silent = given("*", json!([{ "fails": "timeout" }]));
    let stays = |mut given: Value| {
        given["given"]["stays"] = json!(true);
        given
    };
    let people = 300;
    let mut cues: Vec<Value> = vec![stays(silent)];
    cues.extend((0..people).map(|at| text_of(&format!("+1555012{at:04}"), "wait 60; get https://a.example/")));
    cues.push(pass(60));
    let events = Played::of(json!(cues)).events(people + 1);
    let sent = |ms: u64| events.iter().filter(|(at, told)| *at == ms && told.starts_with("+1555012")).count();
    assert_eq!((sent(70_000), sent(80_000)), (256, 44));
}

#[test]
fn those_who_say_stop_get_nothing_more() {
    let played =
        Played::of(json!([text("Stop"), text("sms Hello"), text("START"), text("sms Hello"), text("STOPALL")]));
    let told = "You will get no more messages from Test. Reply START to get them again.";
    assert_eq!(played.told(0), ["\"STOP\"".to_owned(), format!("{ANN}: {told}")]);
    assert!(played.told(1)[0].contains("the person has opted out of messages"));
    assert_eq!(played.told(2)[0], "\"START\"");
    assert_eq!(played.told(3)[0], format!("{ANN}: Hello"));
    // A trigger of the flow's own answers in the program's place.
    assert_eq!(played.told(4), ["\"STOPALL\"", &format!("{ANN}: Halted."), COMPLETED]);
}

#[test]
fn what_no_trigger_takes_is_told() {
    let other = json!({ "sms": { "from": ANN, "to": "+13055550199", "body": "Hi", "media": [] } });
    let wrong = json!({ "sms": { "from": "Ann", "to": HOTEL, "body": "Hi", "media": [] } });
    let played = Played::of(json!([other, wrong, text("divide")]));
    assert_eq!(played.told(0), [r#"["no `on sms` of this flow takes this message, and nobody was asked"]"#]);
    assert!(played.told(1)[0].starts_with(r#"["\"Ann\": a phone is written in E.164"#));
    assert_eq!(played.told(2), [r#"["the flow cannot start with these values: `divide` has no value"]"#]);
}

#[test]
fn requests_of_the_inbound_api_come_past_their_token() {
    let request = |members: Value| json!({ "api": { "name": "order", "members": members } });
    let played = Played::of(json!([
        request(json!({ "ANI": ANN, "DNIS": HOTEL, "number": 42, "campaign": "x" })),
        request(json!({ "ANI": "Ann", "DNIS": HOTEL })),
        { "api": { "name": "orders", "members": {} } },
    ]));
    assert_eq!(played.told(0), [&format!("{ANN}: Order 42"), COMPLETED]);
    let problems = played.told(1)[0].clone();
    assert!(problems.contains("ANI") && problems.contains(r#"\"number\" is missing"#), "{problems}");
    assert_eq!(played.told(2), [r#"["this flow has no `on api \"orders\"`"]"#]);
}

#[test]
fn a_schedule_comes_when_it_is_told_to() {
    let now = |hour: i64| Now {
        date: "2026-12-24".to_owned(),
        time: format!("{hour:02}:00"),
        weekday: "Thursday".to_owned(),
        year: 2026,
        month: 12,
        day: 24,
        hour,
        minute: 0,
    };
    let schedule = |trigger: u32, hour| json!({ "schedule": { "trigger": trigger, "now": now(hour) } });
    let played = Played::of(json!([schedule(3, 9), schedule(3, 10), schedule(0, 9), pass(86_400)]));
    assert_eq!(played.scenes()[0]["waiting"], json!([{ "line": 3, "place": "wait", "person": null, "seconds": 60 }]));
    assert_eq!(played.told(1), [r#"["the flow cannot start with these values: `no` has no value"]"#]);
    assert_eq!(played.told(2), [r#"["trigger 0 of this flow is no `on schedule`"]"#]);
    assert_eq!(played.events(3), [(60_000, COMPLETED.to_owned())]);
}

#[test]
fn a_run_that_cannot_go_on_ends_as_a_fault() {
    let played = Played::of(json!([text("loop"), text("sms One; divide")]));
    let fault = |scene: usize| {
        let told = played.told(scene).pop().unwrap();
        serde_json::from_str::<Value>(&told).unwrap()["failed"].clone()
    };
    assert_eq!(fault(0)["kind"], "fault");
    assert!(fault(0)["reason"].as_str().unwrap().contains("after 1000 steps"));
    assert_eq!(fault(1)["kind"], "fault");
    assert!(fault(1)["reason"].as_str().unwrap().contains("`divide` has no value"));
}

#[test]
fn each_play_starts_from_nothing() {
    let script = |cues: Value| json!({ "cues": cues }).to_string();
    let scripts = [
        script(json!([text("Stop"), text_of(BEN, "ask 60"), pass(30)])),
        // Stopped, with a run under way that would go on.
        script(json!([
            given("*", json!([{ "fails": "timeout" }])),
            text("get https://a.example/; get https://b.example/")
        ])),
        script(json!([text("sms Hello"), text_of(BEN, "sms 2")])),
    ];
    let mut output = Vec::new();
    serve(&PROGRAM, scripts.join("\n").as_bytes(), &mut output).unwrap();
    let reports: Vec<Value> =
        output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(reports.len(), 3);
    assert_eq!(reports[1]["stopped"], true);
    let last = Played { report: reports[2].clone() };
    assert_eq!(last.events(0)[0], (0, format!("{ANN}: Hello")));
    assert_eq!(last.events(1)[0], (0, format!("{BEN}: 2")));
    // The clock of this thread is the wall's again.
    assert!(!crate::clock::Pretence::is_on());
}

#[test]
fn what_is_no_script_is_refused() {
    for (input, told) in [
        ("{}", "line 1 of the input is no script: missing field `cues`"),
        ("{\"cues\":[]}\n{\"cues\":[{\"wait\":1}]}", "line 2 of the input is no script: unknown variant `wait`"),
    ] {
        let problem = serve(&PROGRAM, input.as_bytes(), Vec::new()).unwrap_err();
        assert!(problem.starts_with(told), "{problem}");
    }
}
