//! IntelePeer as the carrier: its API is a stand-in that answers as its documents say.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flow_tests::http::Answer;
use flow_tests::program::{GUEST, HOTEL, Start, watched};
use flow_tests::texting::{self, report, reporting};
use flow_tests::wait;
use flow_tests::{Gate, Program, Reply, Request, StandIn};
use serde_json::{Value, json};

const LOGIN: &str = "/_rest/v4/authenticate";
const SEND: &str = "/_rest/v4/app/sms/send";

const PASSWORD: &str = "canary-pass-72";
const TOKEN: &str = "canary-webhook-73";

/// The API: each login gives another token, `canary-1` first.
fn api(send: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> StandIn {
    let logins = AtomicUsize::new(0);
    StandIn::start(move |request| match request.path() {
        LOGIN => {
            let number = logins.fetch_add(1, Ordering::SeqCst) + 1;
            Reply::json(200, &json!({ "token": format!("canary-{number}") }))
        }
        SEND => send(request),
        _ => Reply::status(404),
    })
}

fn takes(_: &Request) -> Reply {
    Reply::json(202, &json!({ "state": "CREATED", "refid": "SM5AC09A6100" }))
}

/// What has come to one path of the API.
fn at(api: &StandIn, path: &str, count: usize) -> Vec<Request> {
    let requests = || api.requests().into_iter().filter(|request| request.path() == path).collect::<Vec<_>>();
    wait::until(&format!("request {count} to {path}"), || Some(requests()).filter(|found| found.len() >= count))
}

fn start(api: &StandIn) -> Start {
    Program::of(&texting::binary())
        .with(["--carrier", "intelepeer", "--carrier-url", &api.url()])
        .variable("INTELEPEER_USERNAME", "hotel-api")
        .variable("INTELEPEER_PASSWORD", PASSWORD)
        .variable("INTELEPEER_TOKEN", TOKEN)
}

fn message(id: &str, text: &str) -> Value {
    json!({ "refid": id, "from": GUEST, "to": HOTEL, "message": text })
}

fn deliver(program: &Program, message: &Value) -> Answer {
    program.send(&Request::new("POST", &format!("/carrier/intelepeer?token={TOKEN}")).json(message))
}

/// Neither the password nor a token is in the log.
fn keeps_secrets(program: &Program) {
    let log = program.process.err();
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn a_text_is_acknowledged_at_once_and_answered_by_the_api() {
    let (api, gate) = (api(takes), Gate::default());
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(200).behind(&held));
    let program = start(&api).connect("slow.example:443", &slow.url()).start();
    let answer = deliver(&program, &message("AB1", "later"));
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    slow.wait_for(1);
    assert_eq!(api.requests().len(), 0, "nobody logs in before there is something to send");
    gate.open();

    let login = &at(&api, LOGIN, 1)[0];
    assert_eq!(login.json_body(), json!({ "username": "hotel-api", "password": PASSWORD }));
    let sent = &at(&api, SEND, 1)[0];
    assert_eq!(sent.header_value("Authorization"), Some("Bearer canary-1"));
    let run = program.ended(1)[0]["run"].as_str().unwrap().to_owned();
    let body = sent.json_body();
    assert_eq!((&body["from"], &body["to"], &body["text"]), (&json!(HOTEL), &json!(GUEST), &json!("at last")));
    assert!(body["guid"].as_str().unwrap().starts_with(&run), "{body}");

    // Short codes have their country.
    assert_eq!(deliver(&program, &message("AB2", "elsewhere")).status, 200);
    assert_eq!(at(&api, SEND, 2)[1].json_body()["to"], "1-72345");
    assert_eq!(at(&api, LOGIN, 1).len(), 1, "one login is good for many messages");
    keeps_secrets(&program);
}

#[test]
fn many_messages_wait_for_one_login() {
    let gate = Gate::default();
    let held = gate.clone();
    let api = StandIn::start(move |request| match request.path() {
        LOGIN => Reply::json(200, &json!({ "token": "canary-1" })).behind(&held),
        _ => takes(request),
    });
    let program = start(&api).start();
    for number in 0..20 {
        assert_eq!(deliver(&program, &json!({
            "refid": format!("AB{number}"), "from": format!("+130555501{number:02}"), "to": HOTEL, "message": "hello",
        })).status, 200);
    }
    at(&api, LOGIN, 1);
    wait::until("runs", || (program.log(&[("message", json!("run accepted"))]).len() == 20).then_some(()));
    gate.open();
    program.ended(20);
    assert_eq!((at(&api, LOGIN, 1).len(), at(&api, SEND, 20).len()), (1, 20));
}

#[test]
fn a_token_that_has_expired_is_renewed_once() {
    // The first one has, and the number of a message that is refused in any case is not this account's.
    let api = api(|request| match request.header_value("Authorization") {
        Some("Bearer canary-1") => Reply::json(401, &json!({ "code": 401, "error": "Unauthorized" })),
        _ if request.json_body()["text"] == "refuse me" => {
            Reply::json(401, &json!({ "code": 401, "error": "Not yours" }))
        }
        _ => takes(request),
    });
    let told = StandIn::start(|_| Reply::status(200));
    let program = reporting(start(&api), &told).start();
    assert_eq!(deliver(&program, &message("AB1", "hello")).status, 200);
    program.ended(1);
    let tokens: Vec<_> =
        at(&api, SEND, 2).iter().map(|sent| sent.header_value("Authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer canary-1", "Bearer canary-2"]);

    assert_eq!(deliver(&program, &message("AB2", "tell")).status, 200);
    assert_eq!(report(&told), ["carrier", "401", "IntelePeer refused the message with 401: Not yours"]);
    assert_eq!((at(&api, LOGIN, 3).len(), at(&api, SEND, 4).len()), (3, 4));
    keeps_secrets(&program);
}

#[test]
fn a_login_that_is_refused_is_told_and_is_not_tried_for_each_message() {
    let gate = Gate::default();
    let held = gate.clone();
    let api = StandIn::start(move |_| Reply::json(401, &json!({ "code": 401, "error": "Unauthorized" })).behind(&held));
    let told = StandIn::start(|_| Reply::status(200));
    let program = reporting(start(&api), &told).start();
    for number in 0..5 {
        let from = format!("+1305555010{number}");
        assert_eq!(
            deliver(&program, &json!({ "refid": number, "from": from, "to": HOTEL, "message": "tell" })).status,
            200
        );
    }
    wait::until("runs", || (program.log(&[("message", json!("run accepted"))]).len() == 5).then_some(()));
    at(&api, LOGIN, 1);
    // All of them are waiting for the one.
    thread::sleep(std::time::Duration::from_millis(300));
    gate.open();
    program.ended(5);
    let why = "no token: IntelePeer refused the login with 401: Unauthorized";
    assert_eq!(report(&told), ["carrier", "401", why]);
    assert_eq!(at(&api, LOGIN, 1).len(), 1);
    keeps_secrets(&program);
}

#[test]
fn a_refusal_of_the_api_is_told_to_the_flow() {
    let cases = [
        (400, json!({ "code": 400, "error": "Bad number." }), "IntelePeer refused the message with 400: Bad number", 1),
        (403, Value::Null, "IntelePeer refused the message with 403: messages to this country are not available", 1),
        (404, json!({ "message": "no such number" }), "IntelePeer refused the message with 404: no such number", 1),
        (
            503,
            json!({}),
            "it is not known whether IntelePeer took the message: IntelePeer answered 503: no reason was given",
            1,
        ),
    ];
    for (status, body, why, count) in cases {
        let api = api(move |_| Reply::json(status, &body));
        let told = StandIn::start(|_| Reply::status(200));
        let program = reporting(start(&api), &told).start();
        assert_eq!(deliver(&program, &message("AB1", "tell")).status, 200);
        assert_eq!(report(&told), ["carrier", &status.to_string(), why]);
        assert_eq!(at(&api, SEND, 1).len(), count, "a message must not be sent twice");
    }
    // It is waited for when it is busy.
    let sends = AtomicUsize::new(0);
    let api = api(move |request| match sends.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(429),
        _ => takes(request),
    });
    let program = start(&api).start();
    assert_eq!(deliver(&program, &message("AB1", "hello")).status, 200);
    assert_eq!(at(&api, SEND, 2)[1].json_body()["text"], "You wrote: hello");
}

#[test]
fn a_webhook_that_is_forged_or_malformed_is_refused_and_counted() {
    let api = api(takes);
    let (program, admin) = watched(start(&api));
    for target in ["/carrier/intelepeer", "/carrier/intelepeer?token=", "/carrier/intelepeer?token=canary"] {
        let mut message = message("AB1", "hello");
        assert_eq!(program.send(&Request::new("POST", target).json(&message)).status, 403);
        message["signature"] = json!("canary");
        assert_eq!(program.send(&Request::new("POST", target).json(&message)).status, 403);
    }
    for wrong in [json!([]), json!({ "from": GUEST, "to": HOTEL }), json!({ "from": "?", "to": HOTEL, "message": "a" })]
    {
        assert_eq!(deliver(&program, &wrong).status, 400, "{wrong}");
    }
    // The same message four times, in three shapes.
    for _ in 0..2 {
        assert_eq!(deliver(&program, &message("AB1", "hello")).status, 200);
    }
    let signed = json!({ "RefId": "AB1", "From": "13055550123", "To": HOTEL, "Text": "hello", "Signature": TOKEN });
    assert_eq!(program.send(&Request::new("POST", "/carrier/intelepeer").json(&signed)).status, 200);
    let form = "refid=AB1&from=%2B13055550123&to=%2B13055550100&message=hello";
    let form = Request::new("POST", &format!("/carrier/intelepeer?token={TOKEN}"))
        .content("application/x-www-form-urlencoded", form);
    assert_eq!(program.send(&form).status, 200);
    program.ended(1);
    assert_eq!(at(&api, SEND, 1).len(), 1, "a message that comes again runs once");
    let metrics = Request::new("GET", "/metrics").send(admin).text();
    for (result, count) in [("forged", 6), ("malformed", 3), ("message", 4)] {
        let sample = format!("flow_webhooks_total{{carrier=\"intelepeer\",result=\"{result}\"}} {count}");
        assert!(metrics.contains(&sample), "{sample}: {metrics}");
    }
    keeps_secrets(&program);
}
