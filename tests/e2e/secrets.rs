//! Secrets go where the flow sends them, and nowhere else.

use flow_tests::process::run;
use flow_tests::program::Start;
use flow_tests::wait::PATIENCE;
use flow_tests::{Program, Reply, Request, Scratch, StandIn, binary_of};
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
                 ok -> goto more
                 fail -> sms "text: $failure.message"
           fail -> sms "form: $failure.message"
     fail -> sms "json: $failure.message"

path more
  -> call POST "https://crm.example/xml" xml "<key>$CANARY</key>" < answer?: int = key >
     ok -> call GET "https://crm.example/oauth"
                oauth token_url "https://login.example/token" client_id $USER client_secret $CANARY
                retry 0
                < answer?: int = "$.key" >
           ok   -> sms "done"
           fail -> sms "oauth: $failure.message"
     fail -> sms "xml: $failure.message"
"#;

const CANARY: &str = "canary-8f3a\"&=<é>/+";

fn program() -> Start {
    Program::of(&binary_of("secrets", FLOW)).variable("USER", "anna").variable("FLOW_LOG", "debug")
}

/// A service that takes all, and a server that gives a token.
fn well(request: &Request) -> Reply {
    match request.path() {
        "/token" => Reply::json(200, &json!({ "access_token": "canary-8f3a-token", "token_type": "Bearer" })),
        _ => Reply::json(200, &json!({})),
    }
}

fn started(service: &StandIn, start: Start) -> Program {
    let start = start.variable("CANARY", CANARY);
    start.connect("crm.example:443", &service.url()).connect("login.example:443", &service.url()).start()
}

fn assert_hidden(place: &str, text: &str) {
    assert!(!text.contains("canary-8f3a"), "the secret stands in {place}: {text}");
}

#[test]
fn a_secret_arrives_in_every_place_and_shows_in_none() {
    let service = StandIn::start(well);
    let program = started(&service, program());
    assert_eq!(program.converse("go"), "done");

    let [json, form, text, xml, token, api] = &service.requests()[..] else { panic!("six requests") };
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
    assert_eq!(xml.body, "<key>canary-8f3a&quot;&amp;=&lt;é&gt;/+</key>".as_bytes());
    assert_eq!((token.path(), api.path()), ("/token", "/oauth"));
    let client = base64::prelude::BASE64_STANDARD.encode("anna:canary-8f3a%22%26%3D%3C%C3%A9%3E%2F%2B");
    assert_eq!(token.header_value("Authorization"), Some(format!("Basic {client}").as_str()));
    assert_eq!(api.header_value("Authorization"), Some("Bearer canary-8f3a-token"));

    assert_hidden("the outbox", &program.get("/simulator/outbox").text());
    let ended = program.stop();
    assert_eq!(ended.code, Some(0));
    assert_hidden("standard output", &ended.out);
    assert_hidden("the log", &ended.err);
    assert!(!ended.err.contains(&basic));
}

/// All that a service was sent, as it may come back in its words.
fn echo(request: &Request) -> String {
    let headers: Vec<&str> = request.headers.iter().map(|(_, value)| value.as_str()).collect();
    let body = String::from_utf8_lossy(&request.body);
    format!("{} {} {body}", request.target, headers.join(" ")).replace(['\r', '\n'], " ")
}

/// The ways in which a service that fails may show what it was sent.
const ECHOES: [fn(&Request) -> Reply; 6] = [
    |request| Reply::raw(format!("{} no HTTP\r\n\r\n", echo(request)).as_bytes()),
    |request| Reply::json(400, &json!({ "error": echo(request), "error_description": CANARY })),
    // It sends the flow back to where it was, secret and all; in clear text, which is not followed.
    |request| {
        let location = format!("http://else.example{}", request.target);
        Reply::raw(format!("HTTP/1.1 302 X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").as_bytes())
    },
    |request| Reply::new(200, &format!("text/{}", echo(request)), "x"),
    |request| Reply::json(200, &json!({ "key": echo(request), "access_token": 1 })),
    |_| Reply::json(200, &json!({ "key": CANARY, "access_token": "a", "token_type": CANARY })),
];

#[test]
fn whatever_fails_brings_no_secret_out() {
    let mut told = Vec::new();
    for place in ["/json", "/form", "/text", "/xml", "/token", "/oauth"] {
        for (number, echoed) in ECHOES.into_iter().enumerate() {
            let service = StandIn::start(move |request| match request.path() == place {
                true => echoed(request),
                false => well(request),
            });
            let (collector, state) = (StandIn::of_json(json!({})), Scratch::new());
            let start = program().state(state.path()).variable("FLOW_ADMIN", "127.0.0.1:0");
            let start = start.variable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
            let program = started(&service, start);
            let place = format!("{place}, {number}");
            let message = program.converse("go");
            assert_hidden(&format!("the message of {place}"), &message);
            told.push(message);
            assert_hidden(&format!("the outbox of {place}"), &program.get("/simulator/outbox").text());
            let metrics =
                program.log(&[("message", json!("metrics are told"))])[0]["address"].as_str().unwrap().parse();
            let metrics = Request::new("GET", "/metrics").send(metrics.unwrap());
            assert_hidden(&format!("the metrics of {place}"), &metrics.text());
            program.ended(1);
            let mut runs = std::process::Command::new(binary_of("secrets", FLOW));
            runs.env_clear()
                .env("STATE_DIRECTORY", state.path())
                .args(["runs", "list", "--format", "json", "--reveal"]);
            assert_hidden(&format!("the runs of {place}"), &run(runs, PATIENCE).out);
            let ended = program.stop();
            assert_hidden(&format!("the log of {place}"), &(ended.out + &ended.err));
            for file in std::fs::read_dir(state.path()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                assert_hidden(&format!("the journal of {place}"), &String::from_utf8_lossy(&bytes));
            }
            let traces = collector.requests();
            assert!(!traces.is_empty());
            traces.iter().for_each(|trace| assert_hidden(&format!("a trace of {place}"), &echo(trace)));
        }
    }
    let failed = told.iter().filter(|message| *message != "done").count();
    // Those whose answer nobody reads go well; all others fail.
    assert!(failed >= 25, "{failed}: {told:#?}");
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
    let service = StandIn::start(well);
    let program = program().variable("CANARY_FILE", &file).connect("crm.example:443", &service.url());
    let program = program.connect("login.example:443", &service.url()).start();
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
    let service = StandIn::start(well);
    let program = started(&service, program());
    assert_eq!(program.converse("a private matter"), "done");
    program.ended(1);
    let log = program.process.err();
    for hidden in ["a private matter", "13055550123", "13055550100", "anna"] {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
    assert_eq!(program.log(&[("message", json!("run accepted"))])[0]["person"], Value::from("********0123"));
}
