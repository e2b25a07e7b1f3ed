//! Telnyx as the carrier.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flow_tests::http::Answer;
use flow_tests::process::run;
use flow_tests::program::{GUEST, HOTEL, Start, watched};
use flow_tests::stand_in::nobody;
use flow_tests::wait::{self, PATIENCE};
use flow_tests::watch::{wait_for, webhooks};
use flow_tests::{Gate, Program, Reply, Request, Scratch, StandIn, texting};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::media;

const WEBHOOK: &str = "/carrier/telnyx";
const KEY: &str = "KEY0123456789ABCDEF_secret";

/// Telnyx's own key, which signs its webhooks.
fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
}

fn with(start: Start, api: &str) -> Start {
    start
        .with(["--carrier", "telnyx", "--carrier-url", api, "--public-url", "https://flows.example.com"])
        .variable("TELNYX_API_KEY", KEY)
        .variable("TELNYX_PUBLIC_KEY", BASE64_STANDARD.encode(pair().public_key()))
}

fn start(api: &str) -> Start {
    with(Program::of(&texting::binary()), api)
}

/// Telnyx's API, which takes every message.
fn api() -> StandIn {
    StandIn::of_json(json!({ "data": { "id": "sent-1", "record_type": "message", "to": [] } }))
}

fn event(event_type: &str, payload: Value) -> String {
    json!({ "data": { "event_type": event_type, "id": "event-1", "payload": payload }, "meta": { "attempt": 1 } })
        .to_string()
}

fn message(id: &str, text: &str) -> String {
    let to = json!([{ "phone_number": HOTEL, "status": "webhook_delivered" }]);
    let from = json!({ "phone_number": GUEST, "carrier": "T-Mobile", "line_type": "Wireless" });
    event("message.received", json!({ "id": id, "from": from, "to": to, "text": text, "media": [] }))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn signed_at(seconds: u64, body: &str) -> Request {
    let signature = BASE64_STANDARD.encode(pair().sign(format!("{seconds}|{body}").as_bytes()));
    let request = Request::new("POST", WEBHOOK).content("application/json", body);
    request.header("telnyx-timestamp", &seconds.to_string()).header("telnyx-signature-ed25519", &signature)
}

fn deliver(program: &Program, body: &str) -> Answer {
    program.send(&signed_at(now(), body))
}

#[test]
fn a_message_is_acknowledged_at_once_and_answered_by_the_api() {
    let (api, gate) = (api(), Gate::default());
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(200).behind(&held));
    let program = start(&api.url()).connect("slow.example:443", &slow.url()).start();
    assert_eq!(deliver(&program, &message("m1", "later")).status, 200);
    slow.wait_for(1);
    assert_eq!(api.requests().len(), 0);
    gate.open();

    let sent = &api.wait_for(1)[0];
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/v2/messages"));
    let webhook = format!("https://flows.example.com{WEBHOOK}");
    let expected = json!({ "from": HOTEL, "to": GUEST, "text": "at last", "webhook_url": webhook });
    assert_eq!(sent.json_body(), expected);
    assert_eq!(sent.header_value("Authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert!(!program.process.err().contains(KEY));
}

#[test]
fn pictures_come_and_go() {
    let api = api();
    let program = with(Program::of(&media::binary()), &api.url()).start();
    assert_eq!(deliver(&program, &message("m1", "7")).status, 200);
    let sent = api.wait_for(1)[0].json_body();
    assert_eq!(
        (&sent["text"], &sent["media_urls"]),
        (&json!("Here it is."), &json!(["https://example.com/rooms/7?for=7"]))
    );
    let pictures = json!([{ "url": "https://media.example/1.png", "content_type": "image/png" }, { "url": "https://media.example/2.png" }]);
    let payload = json!({ "id": "m2", "from": { "phone_number": GUEST }, "to": [{ "phone_number": HOTEL }], "text": "", "media": pictures });
    assert_eq!(deliver(&program, &event("message.received", payload)).status, 200);
    assert_eq!(api.wait_for(2)[1].json_body()["text"], "2 of yours");
}

#[test]
fn a_message_that_comes_again_runs_once() {
    let api = api();
    let program = start(&api.url()).start();
    let body = message("m1", "hello");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..5).map(|_| scope.spawn(|| deliver(&program, &body).status)).collect();
        assert!(all.into_iter().all(|delivery| delivery.join().unwrap() == 200));
    });
    assert_eq!(deliver(&program, &message("m2", "bye")).status, 200);
    program.ended(2);
    assert_eq!(api.requests().len(), 2);
}

#[test]
fn a_refusal_is_told_to_the_flow_with_its_code() {
    for (status, code, why, times) in [
        (401, "10009", "error 10009: Nope: Not at all", 1),
        (400, "40310", "error 40310: Nope", 1),
        (422, "10015", "error 10015: Nope", 1),
        (409, "40300", "error 40300: Nope", 1),
    ] {
        let body = json!({ "errors": [{ "code": code, "title": "Nope", "detail": "Not at all." }] });
        let (api, report) =
            (StandIn::start(move |_| Reply::json(status, &body)), StandIn::start(|_| Reply::status(200)));
        let program = texting::reporting(start(&api.url()), &report).start();
        assert_eq!(deliver(&program, &message("m1", "tell")).status, 200);
        let [kind, told_status, told] = texting::report(&report);
        assert_eq!((kind.as_str(), told_status), ("carrier", status.to_string()));
        assert!(told.contains(why), "{told}");
        assert_eq!(api.requests().len(), times);
        assert!(!program.process.err().contains(KEY));
    }
}

#[test]
fn a_busy_carrier_and_one_that_is_away_are_asked_again() {
    let busy = json!({ "errors": [{ "code": "10011", "title": "Too many requests" }] });
    let busy = StandIn::start(move |_| Reply::json(429, &busy));
    for (url, status, part) in [(busy.url(), "429", "error 10011"), (nobody(), "0", "")] {
        let report = StandIn::start(|_| Reply::status(200));
        let start = start(&url).with(["--carrier-patience", "1s"]);
        let program = texting::reporting(start, &report).start();
        assert_eq!(deliver(&program, &message("m1", "tell")).status, 200);
        let [kind, told_status, told] = texting::report(&report);
        assert_eq!((kind.as_str(), told_status.as_str()), ("carrier", status));
        assert!(told.contains(part), "{told}");
    }
    assert!(busy.requests().len() > 1);
}

#[test]
fn a_message_whose_outcome_is_unknown_is_handed_over_again_as_the_same() {
    let tries = std::sync::atomic::AtomicU32::new(0);
    let api = StandIn::start(move |_| match tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Reply::status(503),
        // The connection ends without an answer.
        1 => Reply::raw(b""),
        _ => Reply::json(200, &json!({ "data": { "id": "sent-1" } })),
    });
    let program = start(&api.url()).start();
    assert_eq!(deliver(&program, &message("m1", "hello")).status, 200);
    assert_eq!(program.ended(1)[0]["outcome"], "completed");
    let sent = api.wait_for(3);
    let key = sent[0].header_value("Idempotency-Key").unwrap();
    assert!(key.len() > 30 && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{key}");
    assert!(
        sent.iter()
            .all(|sent| sent.header_value("Idempotency-Key") == Some(key) && sent.body == api.requests()[0].body)
    );
    assert_eq!(deliver(&program, &message("m2", "hello")).status, 200);
    assert_ne!(api.wait_for(4)[3].header_value("Idempotency-Key"), Some(key));
}

#[test]
fn what_is_not_telnyxs_is_refused() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    let body = message("m1", "hello");
    let good = signed_at(now(), &body);
    let without = |name: &str| {
        let headers = good.headers.iter().filter(|(known, _)| known != name).cloned().collect();
        Request { headers, ..good.clone() }
    };
    let late = signed_at(now() - 301, &body);
    let forged = [
        Request { body: message("m1", "hello ").into(), ..good.clone() },
        without("telnyx-timestamp"),
        without("telnyx-signature-ed25519"),
        without("telnyx-timestamp").header("telnyx-timestamp", &(now() + 1).to_string()),
        late.clone(),
        signed_at(now() + 305, &body),
        signed_at(u64::MAX, &body),
    ];
    for request in &forged {
        assert_eq!(program.send(request).status, 403, "{request:?}");
    }
    assert!(program.send(&late).errors()[0].contains("telnyx-timestamp is more than 5 minutes away"));
    assert_eq!(webhooks(admin, "telnyx", "forged"), 8.0);
    assert_eq!(program.send(&good).status, 200);
    // Brought again by somebody who has heard it, it is one that came before.
    assert_eq!(program.send(&good).status, 200);
    program.ended(1);
    assert_eq!(api.wait_for(1).len(), 1);
    assert_eq!(program.get("/simulator/outbox").status, 404);
}

#[test]
fn what_cannot_be_understood_is_refused_and_other_events_are_passed_over() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    for body in
        ["", "{", "[]", &event("message.received", json!({ "id": "m1" })), &message("m1", "x").replace(GUEST, "me")]
    {
        assert_eq!(deliver(&program, body).status, 400, "{body}");
    }
    assert_eq!(deliver(&program, &event("number_order.complete", json!({ "id": "o1" }))).status, 200);
    assert_eq!(webhooks(admin, "telnyx", "malformed"), 5.0);
    assert_eq!(webhooks(admin, "telnyx", "nothing"), 1.0);
}

#[test]
fn a_report_finds_its_run() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    assert_eq!(deliver(&program, &message("m1", "hello")).status, 200);
    program.ended(1);
    let to = |status: &str| json!([{ "phone_number": GUEST, "status": status }]);
    let errors = json!([{ "code": "40008", "title": "Undeliverable" }]);
    let sent = event("message.sent", json!({ "id": "sent-1", "to": to("sent") }));
    let failed = event("message.finalized", json!({ "id": "sent-1", "to": to("delivery_failed"), "errors": errors }));
    for body in [sent, failed] {
        assert_eq!(deliver(&program, &body).status, 200);
    }
    let line = &program.log(&[("message", json!("message not delivered"))])[0];
    assert_eq!(line["word"], "delivery_failed 40008");
    assert!(line["run"].is_string(), "{line}");
    wait_for(admin, "flow_webhooks_total{carrier=\"telnyx\",result=\"report\"}", 2.0);
}

#[test]
fn a_key_that_is_none_is_told_at_the_start() {
    let ended = start("http://127.0.0.1:9").variable("TELNYX_PUBLIC_KEY", "KEY0123").run();
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("TELNYX_PUBLIC_KEY is no public key of Telnyx"), "{}", ended.err);
    assert!(!ended.err.contains("KEY0123"));
    let ended = Program::of(&texting::binary()).with(["--carrier", "telnyx"]).run();
    for name in ["TELNYX_API_KEY", "TELNYX_PUBLIC_KEY"] {
        assert!(ended.err.contains(&format!("Telnyx's {name} is missing")), "{}", ended.err);
    }
}

#[test]
fn unsigned_messages_are_taken_where_that_is_wanted() {
    let api = api();
    let start = Program::of(&texting::binary()).variable("TELNYX_API_KEY", KEY);
    let program = start.with(["--carrier", "telnyx", "--carrier-url", &api.url(), "--unsigned"]).start();
    assert!(program.process.err().contains("ANYBODY WHO REACHES /carrier/telnyx"));
    let request = Request::new("POST", WEBHOOK).content("application/json", message("m1", "hello"));
    assert_eq!(program.send(&request).status, 200);
    assert_eq!(api.wait_for(1)[0].json_body(), json!({ "from": HOTEL, "to": GUEST, "text": "You wrote: hello" }));
}

/// openssl with a key of its own; `None`, with a message, where it cannot do Ed25519.
fn openssl(folder: &Scratch, arguments: &[&str]) -> Option<()> {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder.path());
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: there is no openssl");
        return None;
    }
    let ended = run(command, Duration::from_secs(10));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    Some(())
}

#[test]
fn a_signature_of_openssl_fits() {
    let (folder, api) = (Scratch::new(), api());
    let Some(()) = openssl(&folder, &["genpkey", "-algorithm", "ed25519", "-out", "key"]) else { return };
    openssl(&folder, &["pkey", "-in", "key", "-pubout", "-outform", "DER", "-out", "public"]);
    let public = std::fs::read(folder.path().join("public")).unwrap();
    let (seconds, body) = (now(), message("m1", "hé 😀"));
    folder.write("signed", &format!("{seconds}|{body}"));
    openssl(&folder, &["pkeyutl", "-sign", "-rawin", "-inkey", "key", "-in", "signed", "-out", "signature"]);
    let signature = BASE64_STANDARD.encode(std::fs::read(folder.path().join("signature")).unwrap());
    let key = BASE64_STANDARD.encode(&public[public.len() - 32..]);
    let program = start(&api.url()).variable("TELNYX_PUBLIC_KEY", key).start();
    let request = Request::new("POST", WEBHOOK).content("application/json", body);
    let request = request.header("telnyx-timestamp", &seconds.to_string());
    assert_eq!(program.send(&request.clone().header("telnyx-signature-ed25519", &signature)).status, 200);
    assert_eq!(program.send(&signed_at(seconds, "{}")).status, 403, "it is signed with another key");
    let sent = wait::within(PATIENCE, || api.requests().first().cloned()).unwrap();
    assert_eq!(sent.json_body()["text"], "You wrote: hé 😀");
}
