//! Plivo as the carrier.

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flow_tests::http::{Answer, Connection};
use flow_tests::process::run;
use flow_tests::program::{GUEST, HOTEL, Start, watched};
use flow_tests::stand_in::nobody;
use flow_tests::twilio::Pairs;
use flow_tests::vonage::pairs;
use flow_tests::wait::PATIENCE;
use flow_tests::watch::webhooks;
use flow_tests::{Gate, Program, Reply, Request, StandIn, python, texting};
use ring::hmac;
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::media;

const ID: &str = "MAXXXXXXXXXXXXXXXXXX";
const TOKEN: &str = "plivo-auth-token-0123456789";
const PUBLIC: &str = "https://flows.example.com";
const WEBHOOK: &str = "/carrier/plivo";
const NONCE: &str = "05429567804466091622";

fn with(start: Start, api: &str, public: &str) -> Start {
    start
        .with(["--carrier", "plivo", "--carrier-url", api, "--public-url", public])
        .variable("PLIVO_AUTH_ID", ID)
        .variable("PLIVO_AUTH_TOKEN", TOKEN)
}

fn start(api: &str) -> Start {
    with(Program::of(&texting::binary()), api, PUBLIC)
}

/// Plivo's API, which takes every message.
fn api() -> StandIn {
    StandIn::start(|_| {
        Reply::json(202, &json!({ "message": "message(s) queued", "message_uuid": ["sent-1"], "api_id": "a" }))
    })
}

fn message(id: &str, text: &str) -> Pairs {
    let (guest, hotel) = (GUEST.trim_start_matches('+'), HOTEL.trim_start_matches('+'));
    pairs([("From", guest), ("To", hotel), ("Text", text), ("Type", "sms"), ("MessageUUID", id), ("Units", "1")])
}

fn sign(text: &str) -> String {
    BASE64_STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, TOKEN.as_bytes()), text.as_bytes()))
}

fn form(pairs: &Pairs) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A webhook whose signature is to be added.
fn unsigned(pairs: &Pairs) -> Request {
    Request::new("POST", WEBHOOK).content("application/x-www-form-urlencoded", form(pairs))
}

fn with_v3(request: Request, signature: &str) -> Request {
    request.header("X-Plivo-Signature-V3", signature).header("X-Plivo-Signature-V3-Nonce", NONCE)
}

/// A webhook as Plivo signs it: version 3.
fn signed(pairs: &Pairs) -> Request {
    let mut sorted = pairs.clone();
    sorted.sort();
    let text: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
    with_v3(unsigned(pairs), &sign(&format!("{PUBLIC}{WEBHOOK}?{text}.{NONCE}")))
}

fn deliver(program: &Program, pairs: &Pairs) -> Answer {
    program.send(&signed(pairs))
}

#[test]
fn a_message_is_acknowledged_at_once_and_answered_by_the_api() {
    let (api, gate) = (api(), Gate::default());
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(200).behind(&held));
    let program = start(&api.url()).connect("slow.example:443", &slow.url()).start();
    let answer = deliver(&program, &message("m1", "later"));
    assert_eq!((answer.status, answer.text().as_str()), (200, "<Response/>"));
    assert_eq!(answer.header_value("Content-Type"), Some("application/xml"));
    slow.wait_for(1);
    assert_eq!(api.requests().len(), 0);
    gate.open();

    let sent = &api.wait_for(1)[0];
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Message/"));
    let (guest, hotel) = (GUEST.trim_start_matches('+'), HOTEL.trim_start_matches('+'));
    let url = format!("{PUBLIC}{WEBHOOK}");
    let expected =
        json!({ "src": hotel, "dst": guest, "text": "at last", "type": "sms", "url": url, "method": "POST" });
    assert_eq!(sent.json_body(), expected);
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{ID}:{TOKEN}")));
    assert_eq!(sent.header_value("Authorization"), Some(basic.as_str()));
    assert!(!program.process.err().contains(TOKEN));
}

#[test]
fn pictures_come_and_go() {
    let api = api();
    let program = with(Program::of(&media::binary()), &api.url(), PUBLIC).start();
    assert_eq!(deliver(&program, &message("m1", "7")).status, 200);
    let sent = api.wait_for(1)[0].json_body();
    assert_eq!((&sent["type"], &sent["media_urls"]), (&json!("mms"), &json!(["https://example.com/rooms/7?for=7"])));
    let mut mms = message("m2", "");
    mms[2].0 = "Body".to_owned();
    mms[3].1 = "mms".to_owned();
    mms.extend(pairs([("MediaCount", "2"), ("Media0", "https://m.example/1"), ("Media1", "https://m.example/2")]));
    assert_eq!(deliver(&program, &mms).status, 200);
    let sent = api.wait_for(2)[1].json_body();
    assert_eq!((&sent["type"], &sent["text"]), (&json!("sms"), &json!("2 of yours")));
}

#[test]
fn a_message_that_comes_again_runs_once() {
    let api = api();
    let program = start(&api.url()).start();
    let pairs = message("m1", "hello");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..5).map(|_| scope.spawn(|| deliver(&program, &pairs).status)).collect();
        assert!(all.into_iter().all(|delivery| delivery.join().unwrap() == 200));
    });
    assert_eq!(deliver(&program, &message("m2", "bye")).status, 200);
    program.ended(2);
    assert_eq!(api.requests().len(), 2);
}

#[test]
fn a_refusal_is_told_to_the_flow() {
    for (status, body, why, again) in [
        (
            400,
            json!({ "api_id": "a", "error": "src parameter not valid." }),
            "Plivo answered 400: src parameter not valid",
            false,
        ),
        (401, json!({ "error": "authentication failed" }), "Plivo answered 401: authentication failed", false),
        (202, json!({ "message_uuid": [], "invalid_number": ["1"] }), "the number is not valid", false),
        (429, json!({ "error": "rate limit exceeded" }), "Plivo answered 429", true),
        (500, json!({ "error": "oops" }), "it is not known whether Plivo took the message: Plivo answered 500", false),
    ] {
        let (api, report) =
            (StandIn::start(move |_| Reply::json(status, &body)), StandIn::start(|_| Reply::status(200)));
        let start = start(&api.url()).with(["--carrier-patience", "1s"]);
        let program = texting::reporting(start, &report).start();
        assert_eq!(deliver(&program, &message("m1", "tell")).status, 200);
        let told = texting::report(&report);
        assert_eq!((told[0].as_str(), told[1].clone()), ("carrier", status.to_string()));
        assert!(told[2].contains(why), "{told:?}");
        assert_eq!(api.requests().len() > 1, again, "{told:?}");
    }
    let report = StandIn::start(|_| Reply::status(200));
    let start = start(&nobody()).with(["--carrier-patience", "1s"]);
    let program = texting::reporting(start, &report).start();
    assert_eq!(deliver(&program, &message("m1", "tell")).status, 200);
    assert_eq!(texting::report(&report)[..2], ["carrier", "0"]);
}

#[test]
fn what_is_not_plivos_is_refused() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    let pairs = message("m1", "hello");
    let good = signed(&pairs);
    let v2 = sign(&format!("{PUBLIC}{WEBHOOK}{NONCE}"));
    let with_v2 =
        |request: Request| request.header("X-Plivo-Signature-V2", &v2).header("X-Plivo-Signature-V2-Nonce", NONCE);
    let other_nonce = |(name, value): &(String, String)| {
        (name.clone(), if name.ends_with("Nonce") { "1".to_owned() } else { value.clone() })
    };
    let forged = [
        Request { body: form(&message("m1", "hello ")).into(), ..good.clone() },
        Request { target: format!("{WEBHOOK}?x=1"), ..good.clone() },
        Request { headers: good.headers.iter().map(other_nonce).collect(), ..good.clone() },
        unsigned(&pairs),
        with_v3(unsigned(&pairs), ""),
        with_v3(unsigned(&pairs), "é"),
        with_v3(unsigned(&pairs), &sign("other")),
        // Version 2 is no way around version 3.
        with_v2(with_v3(unsigned(&pairs), &sign("other"))),
    ];
    let count = forged.len() as f64;
    for request in forged {
        assert_eq!(program.send(&request).status, 403, "{request:?}");
    }
    assert_eq!(webhooks(admin, "plivo", "forged"), count);
    assert_eq!(program.send(&good).status, 200);
    assert_eq!(program.send(&with_v2(unsigned(&message("m2", "bye")))).status, 200);
    program.ended(2);
    assert_eq!(api.requests().len(), 2);
}

#[test]
fn what_cannot_be_understood_is_refused_and_other_channels_are_passed_over() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    let mut nobody = message("m1", "x");
    nobody[0].1 = "Hotel".to_owned();
    for wrong in [pairs([("x", "1")]), pairs([("Status", "sent")]), nobody] {
        assert_eq!(deliver(&program, &wrong).status, 400, "{wrong:?}");
    }
    let mut whatsapp = message("m1", "x");
    whatsapp[3].1 = "whatsapp".to_owned();
    assert_eq!(deliver(&program, &whatsapp).status, 200);
    assert_eq!((webhooks(admin, "plivo", "malformed"), webhooks(admin, "plivo", "nothing")), (3.0, 1.0));
    assert!(program.log(&[("message", json!("run accepted"))]).is_empty());
}

#[test]
fn a_report_finds_its_run() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    assert_eq!(deliver(&program, &message("m1", "hello")).status, 200);
    program.ended(1);
    let report =
        |status, code| pairs([("MessageUUID", "sent-1"), ("Status", status), ("ErrorCode", code), ("To", "1")]);
    for pairs in [report("queued", ""), report("sent", "000"), report("undelivered", "200")] {
        assert_eq!(deliver(&program, &pairs).status, 200);
    }
    let line = &program.log(&[("message", json!("message not delivered"))])[0];
    assert_eq!(line["word"], "undelivered 200");
    assert!(line["run"].is_string(), "{line}");
    assert_eq!(webhooks(admin, "plivo", "report"), 3.0);
}

#[test]
fn unsigned_messages_are_taken_where_that_is_wanted() {
    let api = api();
    let start = Program::of(&texting::binary()).variable("PLIVO_AUTH_ID", ID).variable("PLIVO_AUTH_TOKEN", TOKEN);
    let program = start.with(["--carrier", "plivo", "--carrier-url", &api.url(), "--unsigned"]).start();
    assert!(program.process.err().contains("ANYBODY WHO REACHES /carrier/plivo"));
    assert_eq!(program.send(&unsigned(&message("m1", "hello"))).status, 200);
    assert_eq!(api.wait_for(1)[0].json_body()["text"], "You wrote: hello");
    let ended = Program::of(&texting::binary()).with(["--carrier", "plivo"]).run();
    for missing in ["Plivo's PLIVO_AUTH_ID", "Plivo's PLIVO_AUTH_TOKEN", "--public-url (FLOW_PUBLIC_URL)"] {
        assert!(ended.err.contains(&format!("{missing} is missing")), "{}", ended.err);
    }
}

/// Makes webhooks that need nothing, signed by Plivo's own library: the method, the target, the pairs of the form, and a signature.
const ORACLE: &str = r#"
import json, random, sys
from urllib.parse import urlencode
from plivo.utils import validate_v3_signature
from plivo.utils.signature_v3 import construct_get_url, construct_post_url, get_signature_v3

random.seed(3)
token, public, nonce, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
characters = 'abAB01 é+&=%/.?ü€😀~*\n"<'
word = lambda: ''.join(random.choice(characters) for _ in range(random.randint(1, 6)))
cases = []
for number in range(count):
    pairs = [('MessageUUID', 'm%d' % number), ('Type', 'whatsapp')]
    pairs += [(word(), word() if random.random() < .8 else '') for _ in range(random.randint(0, 6))]
    if random.random() < .5:
        pairs += [('k', random.choice('ab')) for _ in range(3)]
    random.shuffle(pairs)
    params = {}
    for name, value in pairs: params.setdefault(name, []).append(value)
    params = {name: values if len(values) > 1 else values[0] for name, values in params.items()}
    target, url = '/carrier/plivo', public.rstrip('/') + '/carrier/plivo'
    method = random.choice(['GET', 'POST', 'POST'])
    if method == 'GET':
        signed = construct_get_url(url, dict(params))
        target += '?' + urlencode(pairs)
        pairs = []
    else:
        if random.random() < .3:
            target, url = target + '?b=2&a=1%20x&b=1&c', url + '?b=2&a=1%20x&b=1&c'
        signed = construct_post_url(url, dict(params))
    signature = get_signature_v3(token.encode(), signed.decode('utf-8'), nonce).decode()
    assert validate_v3_signature(method, url, nonce, token, signature, dict(params))
    if random.random() < .3:
        signature = ','.join(random.sample([signature, 'bm90IHRoaXMgb25l'], 2))
    cases.append([method, target, pairs, signature])
json.dump(cases, sys.stdout)
"#;

#[test]
fn signatures_are_what_plivos_own_library_says() {
    let Some(python) = python::with("plivo.utils.signature_v3") else { return };
    for public in ["https://flows.example.com", "http://flows.example.com:8080/pre/", "https://flows.example.com:443"] {
        let mut oracle = Command::new(&python);
        oracle.args(["-c", ORACLE, TOKEN, public, NONCE, "3400"]).env("PYTHONIOENCODING", "utf-8");
        let cases = run(oracle, PATIENCE);
        assert_eq!(cases.code, Some(0), "{}", cases.err);
        let cases: Vec<(String, String, Pairs, String)> = serde_json::from_str(&cases.out).unwrap();
        let program = with(Program::of(&texting::binary()), "http://127.0.0.1:9", public).start();
        let mut connection = Connection::to(program.address).unwrap();
        for (number, (method, target, mut pairs, mut signature)) in cases.into_iter().enumerate() {
            // One in three is changed in one place.
            let mut nonce = NONCE.to_owned();
            match number % 9 {
                0 => nonce.push('1'),
                3 if method == "POST" => pairs.push(("zz".to_owned(), String::new())),
                3 => signature.clear(),
                6 => signature = signature.replace(|c: char| c.is_ascii_lowercase(), "x"),
                _ => {}
            }
            let mut request = Request::new(&method, &target);
            if method == "POST" {
                request = request.content("application/x-www-form-urlencoded", form(&pairs));
            }
            let request =
                request.header("X-Plivo-Signature-V3", &signature).header("X-Plivo-Signature-V3-Nonce", &nonce);
            let expected = if number % 3 == 0 { 403 } else { 200 };
            let answer = connection.send(&request).unwrap();
            assert_eq!(
                answer.status,
                expected,
                "case {number} of {public}: {method} {target} {pairs:?} {}",
                answer.text()
            );
        }
    }
}
