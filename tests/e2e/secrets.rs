//! Secrets go where the flow sends them, and nowhere else.

use flow_tests::process::run;
use flow_tests::{Program, Reply, Scratch, StandIn, binary_of};
use serde_json::{Value, json};

/// A secret in every place that takes one.
const FLOW: &str = r#"
flow "Secrets"
secret CANARY
secret USER

on sms
  -> call POST "https://crm.example/json?key=$CANARY"
       header "X-Key" = $CANARY
       bearer $CANARY
       query "q" = $CANARY
       json { "plain": $CANARY, "within": ["a $CANARY b"] }
     ok -> call POST "https://crm.example/form" basic $USER $CANARY form { "k": $CANARY }
           ok -> call POST "https://crm.example/text" header "Authorization" = "Key $CANARY" text "<$CANARY>"
                 ok   -> sms "done"
                 fail -> sms "text: $failure.message"
           fail -> sms "form: $failure.message"
     fail -> sms "json: $failure.message"
"#;

const CANARY: &str = "canary-8f3a\"&=<é>/+";

fn program() -> flow_tests::program::Start {
    Program::of(&binary_of("secrets", FLOW)).variable("USER", "anna").variable("FLOW_LOG", "debug")
}

fn assert_hidden(place: &str, text: &str) {
    assert!(!text.contains("canary-8f3a"), "the secret stands in {place}: {text}");
}

#[test]
fn a_secret_arrives_in_every_place_and_shows_in_none() {
    let service = StandIn::start(|_| Reply::status(200));
    let program = program().variable("CANARY", CANARY).connect("crm.example:443", &service.url()).start();
    assert_eq!(program.converse("go"), "done");

    let [json, form, text] = &service.requests()[..] else { panic!("three requests") };
    assert_eq!(json.query(), [("key".to_owned(), CANARY.to_owned()), ("q".to_owned(), CANARY.to_owned())]);
    assert_eq!(json.json_body(), json!({ "plain": CANARY, "within": [format!("a {CANARY} b")] }));
    assert_eq!(json.header_value("X-Key"), Some(CANARY));
    assert_eq!(json.header_value("Authorization"), Some(format!("Bearer {CANARY}").as_str()));
    use base64::Engine as _;
    let basic = base64::prelude::BASE64_STANDARD.encode(format!("anna:{CANARY}"));
    assert_eq!(form.header_value("Authorization"), Some(format!("Basic {basic}").as_str()));
    assert_eq!(form.form(), [("k".to_owned(), CANARY.to_owned())]);
    assert_eq!(text.header_value("Authorization"), Some(format!("Key {CANARY}").as_str()));
    assert_eq!(text.body, format!("<{CANARY}>").into_bytes());

    assert_hidden("the outbox", &program.get("/simulator/outbox").text());
    let ended = program.stop();
    assert_eq!(ended.code, Some(0));
    assert_hidden("standard output", &ended.out);
    assert_hidden("the log", &ended.err);
    assert!(!ended.err.contains(&basic));
}

#[test]
fn an_upstream_that_fails_does_not_bring_a_secret_out() {
    let service = StandIn::start(|request| match request.path() {
        // It sends the flow back to where it was, secret and all.
        "/json" => Reply::raw(
            format!("HTTP/1.1 302 X\r\nLocation: http://else.example{}\r\nContent-Length: 0\r\n\r\n", request.target)
                .as_bytes(),
        ),
        _ => Reply::raw(&[request.headers[0].1.as_bytes(), b" no HTTP\r\n\r\n"].concat()),
    });
    let program = program().variable("CANARY", CANARY).connect("crm.example:443", &service.url()).start();
    let told = program.converse("go");
    assert!(told.starts_with("json: "), "{told}");
    assert_hidden("a message", &told);
    assert_hidden("the log", &program.process.err());
}

#[test]
fn a_secret_that_was_set_while_building_is_not_compiled_in() {
    let folder = Scratch::new();
    let (flow, binary) = (folder.write("secrets.flow", FLOW), folder.path().join("secrets"));
    let mut build = flow_tests::flowc();
    build.arg("build").arg(&flow).arg("-o").arg(&binary).env("CANARY", CANARY).env("USER", "anna-canary-8f3a");
    let built = run(build, flow_tests::build::BUILD_LIMIT);
    assert_eq!(built.code, Some(0), "{}", built.err);
    assert_hidden("what flowc says", &(built.out + &built.err));
    let bytes = std::fs::read(&binary).unwrap();
    assert!(!bytes.windows(11).any(|window| window == b"canary-8f3a"));

    let help = Program::of(&binary).variable("CANARY", CANARY).with(["--help"]).run();
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    assert!(help.out.contains("CANARY"), "{}", help.out);
    assert_hidden("--help", &help.out);
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = Scratch::new();
    let file = folder.write("canary", &format!("{CANARY}\n"));
    let service = StandIn::start(|_| Reply::status(200));
    let program = program().variable("CANARY_FILE", &file).connect("crm.example:443", &service.url()).start();
    assert_eq!(program.converse("go"), "done");
    assert_eq!(service.requests()[0].header_value("X-Key"), Some(CANARY));
}

#[test]
fn all_that_is_missing_is_told_at_the_start_in_one_error() {
    let binary = binary_of("secrets", FLOW);
    let ended = Program::of(&binary).with(["--carrier", "twilio", "--max-runs", "many"]).run();
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    let missing =
        ["CANARY", "USER", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "--public-url", "--max-runs", "Secrets"];
    for part in missing {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
    assert_eq!(ended.err.lines().filter(|line| line.starts_with("  - ")).count(), 6, "{}", ended.err);
}

#[test]
fn a_start_error_quotes_no_secret() {
    let folder = Scratch::new();
    let file = folder.write("canary", CANARY);
    let binary = binary_of("secrets", FLOW);
    let twice = Program::of(&binary).variable("CANARY", CANARY).variable("CANARY_FILE", &file).run();
    assert_eq!(twice.code, Some(2));
    assert!(twice.err.contains("CANARY_FILE") && twice.err.contains("twice"), "{}", twice.err);
    assert_hidden("the start error", &twice.err);
    for (name, value) in [("CANARY", ""), ("CANARY_FILE", "/nowhere/at/all")] {
        let ended = Program::of(&binary).variable("USER", "anna").variable(name, value).run();
        assert_eq!(ended.code, Some(2));
        assert!(ended.err.contains("CANARY"), "{}", ended.err);
    }
}

#[test]
fn telephone_numbers_and_texts_are_not_logged_whole() {
    let service = StandIn::start(|_| Reply::status(200));
    let program = program().variable("CANARY", "x").connect("crm.example:443", &service.url()).start();
    assert_eq!(program.converse("a private matter"), "done");
    program.ended(1);
    let log = program.process.err();
    for hidden in ["a private matter", "13055550123", "13055550100", "anna"] {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
    assert_eq!(program.log(&[("message", json!("run accepted"))])[0]["person"], Value::from("********0123"));
}
