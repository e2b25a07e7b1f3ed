//! The Inbound API: which JSON each type of an Expected Input takes, several triggers in one binary, and how often they may
//! be triggered.

use flow_tests::http::Answer;
use flow_tests::program::{GUEST, HOTEL, Start};
use flow_tests::wait;
use flow_tests::{Program, Request, binary_of};
use serde_json::{Value, json};

pub(super) const PATH: &str = "/_rest/v4/sfgen/apitriggers";
pub(super) const TOKEN: &str = "s3cret-Token";

/// One trigger expects each type, another one nothing but whom to write to.
pub(super) const FLOW: &str = r#"
flow "Every type"
secret DESK

on api "typed"
  token $DESK
  expect Int?: int, Number?: number, Bool?: bool, Text?: text, Phone?: phone, Url?: url, Json?: json, Ints?: list<int>, Must: int
  -> if $Ints == null -> goto tell($Int, $Number, $Bool, $Text, $Url, 0, $Phone)
     else -> goto tell($Int, $Number, $Bool, $Text, $Url, length($Ints), $Phone)

on api "greet" expect Name: text -> sms "Hello $Name"

path tell(i: int?, n: number?, b: bool?, t: text?, u: url?, ints: int, p: phone?)
  -> sms to ($p ?? "+13055550123") from "+13055550100" "${i ?? 0}|${n ?? 0}|${b ?? false}|${t ?? "-"}|${u ?? "-"}|$ints"
"#;

pub(super) fn start() -> Start {
    Program::of(&binary_of("every-type", FLOW)).variable("DESK", TOKEN)
}

fn trigger(token: &str, body: &Value) -> Request {
    Request::new("POST", PATH).header("Authorization", &format!("Bearer {token}")).json(body)
}

fn greet(name: &str) -> Request {
    Request::new("POST", PATH).json(&json!({ "flowId": "greet", "ANI": GUEST, "DNIS": HOTEL, "Name": name }))
}

/// Sends one input, as it stands in JSON, beside those that must be there.
fn given(program: &Program, name: &str, value: &str) -> Answer {
    let body = format!(r#"{{"flowId": "typed", "Must": 1, {name:?}: {value}}}"#);
    let request = Request::new("POST", PATH).header("Authorization", &format!("Bearer {TOKEN}"));
    program.send(&request.content("application/json", body))
}

#[test]
fn each_type_takes_its_json_and_nothing_else() {
    let program = start().start();
    // The rows of the table in docs/running.md.
    let taken = [
        ("Int", "12", "12|0|false|-|-|0"),
        ("Int", "-0", "0|0|false|-|-|0"),
        ("Int", "-9223372036854775808", "-9223372036854775808|0|false|-|-|0"),
        ("Int", "null", "0|0|false|-|-|0"),
        ("Number", "12", "0|12|false|-|-|0"),
        ("Number", "12.50", "0|12.50|false|-|-|0"),
        ("Number", "1e3", "0|1000|false|-|-|0"),
        ("Number", "1234567890123456789012345678", "0|1234567890123456789012345678|false|-|-|0"),
        ("Bool", "true", "0|0|true|-|-|0"),
        ("Text", r#""""#, "0|0|false||-|0"),
        ("Text", r#""12""#, "0|0|false|12|-|0"),
        ("Text", r#""12 é \u20ac""#, "0|0|false|12 é €|-|0"),
        ("Phone", r#""+13055550188""#, "0|0|false|-|-|0"),
        ("Url", r#""https://shop.example/a?b=c""#, "0|0|false|-|https://shop.example/a?b=c|0"),
        ("Json", r#"{"a":[1,null]}"#, "0|0|false|-|-|0"),
        ("Json", "null", "0|0|false|-|-|0"),
        ("Ints", "[]", "0|0|false|-|-|0"),
        ("Ints", "[1,2,3]", "0|0|false|-|-|3"),
        ("$Ints", "[1]", "0|0|false|-|-|1"),
    ];
    for (number, (name, value, expected)) in taken.iter().enumerate() {
        let answer = given(&program, name, value);
        assert_eq!(answer.status, 202, "{name} {value}: {}", answer.text());
        assert_eq!(program.messages(number + 1)[number], *expected, "{name} {value}");
    }
    let refused = [
        ("Int", r#""12""#, r#"an int is expected, and the text "12" was found"#),
        ("Int", "12.0", "no decimal point and no exponent"),
        ("Int", "1e3", "no decimal point and no exponent"),
        ("Int", "9223372036854775808", "an int lies between"),
        ("Int", "true", "an int is expected"),
        ("Number", r#""12.50""#, "a number is expected"),
        ("Number", "12345678901234567890123456789.5", "at most 28 digits"),
        ("Number", "1e400", "at most 28 digits"),
        ("Bool", r#""true""#, r#"a bool is expected, and the text "true" was found"#),
        ("Bool", "1", "a bool is expected"),
        ("Text", "12", "a text is expected, and the number 12 was found"),
        ("Text", "false", "a text is expected"),
        ("Text", r#""a\u0000b""#, "no NUL"),
        ("Phone", "13055550188", "a phone is expected"),
        ("Phone", r#""305 555 0188""#, "E.164"),
        ("Url", r#""shop.example""#, "https://"),
        ("Ints", "1", "is expected"),
        ("Ints", r#"[1,"2"]"#, "an int is expected"),
        ("$Must", "1", "both given"),
    ];
    for (name, value, why) in refused {
        let answer = given(&program, name, value);
        assert_eq!(answer.status, 400, "{name} {value}");
        let errors = answer.errors();
        assert!(errors.len() == 1 && errors[0].contains(why), "{name} {value}: {errors:?}");
        assert!(errors[0].contains(name.trim_start_matches('$')), "{errors:?}");
    }
    let null = trigger(TOKEN, &json!({ "flowId": "typed", "Must": null }));
    assert!(program.send(&null).errors()[0].contains("`null` was found"));
    assert_eq!(program.outbox().len(), taken.len());
}

#[test]
fn several_triggers_are_told_apart_and_have_tokens_of_their_own() {
    let program = start().start();
    assert_eq!(program.send(&greet("Ann")).status, 202);
    assert_eq!(program.messages(1), ["Hello Ann"]);
    let another = program.get("/v2/api/apitriggers");
    assert_eq!((another.status, another.errors()), (405, vec!["this path takes another method".to_owned()]));
    // One without a token takes a request whatever token it carries.
    let body = json!({ "flowId": "greet", "ANI": GUEST, "DNIS": HOTEL, "Name": "Bo" });
    assert_eq!(program.send(&trigger("other", &body)).status, 202);
    assert_eq!(program.send(&trigger("other", &json!({ "flowId": "typed", "Must": 1 }))).status, 401);
    assert_eq!(program.send(&trigger(TOKEN, &json!({ "flowId": "type", "Must": 1 }))).status, 404);
    let problems = program.send(&Request::new("POST", PATH).json(&json!({ "flowId": "greet", "Name": "Bo" }))).errors();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("\"ANI\" is missing") && problems[1].contains("\"DNIS\" is missing"), "{problems:?}");
}

#[test]
fn more_than_the_rate_are_told_to_come_again() {
    let program = start().with(["--api-rate", "3"]).start();
    let typed = json!({ "flowId": "typed", "Must": 1 });
    // Whoever has no token does not use up the limit of those who have one.
    for _ in 0..9 {
        assert_eq!(program.send(&trigger("wrong", &typed)).status, 401);
    }
    // The same request counts each time, and so does one with mistakes.
    let named = |body: &Value| trigger(TOKEN, body).header("Idempotency-Key", "order-1");
    let mut answers: Vec<Answer> = (0..2).map(|_| program.send(&named(&typed))).collect();
    answers.push(program.send(&trigger(TOKEN, &json!({ "flowId": "typed", "Must": "x" }))));
    answers.extend((0..20).map(|_| program.send(&named(&typed))));
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((answers[0].status, answers[1].status, answers[2].status), (202, 202, 400));
    // A slow machine may have saved up one or two more meanwhile.
    assert!(count(429) >= 10 && count(202) + count(400) + count(429) == answers.len(), "{answers:?}");
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.header_value("Retry-After"), Some("1"));
    assert_eq!(refused.errors(), ["too many requests a second; try again in a second"]);
    // Each trigger has a limit of its own, and it ends.
    assert_eq!(program.send(&greet("Ann")).status, 202);
    wait::until("a request within the rate", || (program.send(&trigger(TOKEN, &typed)).status == 202).then_some(()));
    assert!(!program.process.err().contains(TOKEN));
}

#[test]
fn what_the_rate_refuses_is_counted() {
    let program = start().with(["--admin", "127.0.0.1:0"]).variable("FLOW_API_RATE", "1").start();
    let refused = (0..9).filter(|_| program.send(&greet("Ann")).status == 429).count();
    assert!(refused >= 5, "{refused}");
    let metrics = Request::new("GET", "/metrics").send(admin(&program)).text();
    let line = format!("flow_messages_accepted_total{{trigger=\"api\",result=\"refused\"}} {refused}");
    assert!(metrics.contains(&line), "{line}: {metrics}");
}

/// Where operators ask, as the log tells.
fn admin(program: &Program) -> std::net::SocketAddr {
    let told = program.log(&[("message", json!("metrics are told"))]);
    told[0]["address"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_rate_is_a_number() {
    let ended = start().with(["--api-rate", "fast"]).run();
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("--api-rate \"fast\": write a number from 1 to 1000000"), "{}", ended.err);
}
