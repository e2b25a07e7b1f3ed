//! Vonage as the carrier.

use std::process::Command;

use flow_tests::process::run;
use flow_tests::program::{GUEST, HOTEL, Start, watched};
use flow_tests::twilio::Pairs;
use flow_tests::vonage::{self, ACCOUNT, WEBHOOK, api, message, now, pairs, part, post, sign_at, signed};
use flow_tests::wait::PATIENCE;
use flow_tests::watch::{metrics, webhooks};
use flow_tests::{Gate, Program, Reply, Request, StandIn, python, texting};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use crate::media;

fn start(api: &str) -> Start {
    vonage::carrier(Program::of(&texting::binary()), api)
}

/// What was sent, by name.
fn sent(request: &Request, name: &str) -> String {
    let form = request.form();
    form.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}: {form:?}")).1.clone()
}

#[test]
fn a_message_is_acknowledged_at_once_and_answered_by_the_api() {
    let (api, gate) = (api(), Gate::default());
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(200).behind(&held));
    let program = start(&api.url()).connect("slow.example:443", &slow.url()).start();
    assert_eq!(program.send(&signed(message("m1", "later"))).status, 200);
    slow.wait_for(1);
    assert_eq!(api.requests().len(), 0);
    gate.open();

    let request = &api.wait_for(1)[0];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/sms/json"));
    let callback = format!("https://flows.example.com{WEBHOOK}");
    let expected = pairs([
        ("api_key", ACCOUNT[0]),
        ("api_secret", ACCOUNT[1]),
        ("from", HOTEL.trim_start_matches('+')),
        ("to", GUEST.trim_start_matches('+')),
        ("text", "at last"),
        ("type", "text"),
        ("callback", &callback),
    ]);
    assert_eq!(request.form(), expected);
    // Short codes, and an alphabet that holds no emoji.
    assert_eq!(program.send(&signed(message("m2", "elsewhere"))).status, 200);
    assert_eq!(sent(&api.wait_for(2)[1], "to"), "72345");
    assert_eq!(program.send(&signed(message("m3", "Grüße & [€]"))).status, 200);
    let request = &api.wait_for(3)[2];
    assert_eq!((sent(request, "text").as_str(), sent(request, "type").as_str()), ("You wrote: Grüße & [€]", "text"));
    assert_eq!(program.send(&signed(message("m4", "😀"))).status, 200);
    assert_eq!(sent(&api.wait_for(4)[3], "type"), "unicode");
    assert!(ACCOUNT[1..].iter().all(|secret| !program.process.err().contains(secret)));
}

#[test]
fn a_message_comes_in_three_forms_and_again() {
    let api = api();
    let program = start(&api.url()).start();
    let signed_pairs = sign_at(now(), message("m1", "a=b & c é"));
    let query: String = Serializer::new(String::new()).extend_pairs(&signed_pairs).finish();
    let members: Map<String, Value> = signed_pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    for request in [
        post(&signed_pairs),
        Request::new("GET", &format!("{WEBHOOK}?{query}")),
        Request::new("POST", WEBHOOK).json(&Value::Object(members)),
    ] {
        assert_eq!(program.send(&request).status, 200, "{request:?}");
    }
    assert_eq!(program.send(&signed(message("m2", "bye"))).status, 200);
    program.ended(2);
    let texts: Vec<_> = api.requests().iter().map(|request| sent(request, "text")).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts.contains(&"You wrote: a=b & c é".to_owned()), "{texts:?}");
}

#[test]
fn a_refusal_is_told_to_the_flow_with_its_code() {
    let part = |status: &str, text: &str| json!({ "status": status, "error-text": text });
    let taken = json!({ "status": "0", "message-id": "A" });
    for (status, messages, told_status, why, again) in [
        (
            200,
            json!([part("1", "Throughput Rate Exceeded - please wait [ 250 ] and retry")]),
            "200",
            "error 1: Throughput",
            true,
        ),
        (200, json!([part("2", "Missing to param")]), "200", "error 2: Missing to param", false),
        (200, json!([part("4", "Bad Credentials")]), "200", "error 4: Bad Credentials", false),
        (200, json!([part("5", "Internal Error")]), "200", "it is not known whether Vonage took the message", false),
        (200, json!([part("9", "Quota Exceeded - rejected")]), "200", "error 9: Quota Exceeded", false),
        (
            200,
            json!([taken, part("1", "Throttled"), part("1", "Throttled")]),
            "200",
            "took only 1 of the 3 parts",
            false,
        ),
        (401, json!([]), "401", "Vonage answered 401", false),
        (503, json!([]), "503", "it is not known whether Vonage took the message", false),
    ] {
        let body = json!({ "message-count": "1", "messages": messages });
        let (api, report) =
            (StandIn::start(move |_| Reply::json(status, &body)), StandIn::start(|_| Reply::status(200)));
        let start = start(&api.url()).with(["--carrier-patience", "1s"]);
        let program = texting::reporting(start, &report).start();
        assert_eq!(program.send(&signed(message("m1", "tell"))).status, 200);
        let told = texting::report(&report);
        assert_eq!((told[0].as_str(), told[1].as_str()), ("carrier", told_status));
        assert!(told[2].contains(why), "{told:?}");
        assert_eq!(api.requests().len() > 1, again, "{told:?}");
    }
}

#[test]
fn what_is_not_vonages_is_refused() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    let good = sign_at(now(), message("m1", "hello"));
    let changed = |name: &str, value: &str| {
        let of = |(known, old): &(String, String)| (known.clone(), if known == name { value } else { old }.to_owned());
        good.iter().map(of).collect::<Pairs>()
    };
    let without = |name: &str| good.iter().filter(|(known, _)| known != name).cloned().collect::<Pairs>();
    let forged = [
        (changed("text", "hello "), "sig is wrong"),
        (changed("msisdn", "13055550177"), "sig is wrong"),
        (changed("timestamp", &(now() + 1).to_string()), "sig is wrong"),
        (changed("sig", &"0".repeat(64)), "sig is wrong"),
        (changed("sig", &"0".repeat(32)), "sig is made with MD5: choose SHA-256 HMAC"),
        (changed("sig", ""), "sig is wrong"),
        (without("sig"), "sig is missing"),
        (without("nonce"), "sig is wrong"),
        ([good.clone(), pairs([("more", "1")])].concat(), "sig is wrong"),
        (sign_at(now() - 24 * 3600 - 5, message("m1", "hello")), "timestamp is more than 24 hours behind"),
        (sign_at(now() + 305, message("m1", "hello")), "timestamp is more than 5 minutes ahead"),
    ];
    let count = forged.len() as f64;
    for (pairs, why) in forged {
        let answer = program.send(&post(&pairs));
        assert_eq!(answer.status, 403, "{pairs:?}");
        assert!(answer.errors()[0].starts_with(why), "{:?}", answer.errors());
    }
    assert_eq!(webhooks(admin, "vonage", "forged"), count);
    assert_eq!(program.send(&post(&good)).status, 200);
    // What was refused for an hour is brought again as it was.
    assert_eq!(program.send(&post(&sign_at(now() - 3600, message("m2", "late")))).status, 200);
    program.ended(2);
    assert_eq!(api.requests().len(), 2);
}

#[test]
fn what_cannot_be_understood_is_refused_and_bytes_are_passed_over() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    let mut nobody = message("m1", "x");
    nobody[0].1 = "Hotel".to_owned();
    let beyond = part("m1", "x", "7", 4, 3);
    for pairs in [pairs([]), pairs([("status", "delivered")]), nobody, beyond] {
        assert_eq!(program.send(&signed(pairs.clone())).status, 400, "{pairs:?}");
    }
    let mut bytes = message("m1", "");
    bytes[4].1 = "binary".to_owned();
    assert_eq!(program.send(&signed(bytes)).status, 200);
    assert_eq!((webhooks(admin, "vonage", "malformed"), webhooks(admin, "vonage", "nothing")), (4.0, 1.0));
}

#[test]
fn a_report_finds_its_run() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    assert_eq!(program.send(&signed(message("m1", "hello"))).status, 200);
    program.ended(1);
    let report = |status: &str, code: &str| {
        let guest = GUEST.trim_start_matches('+');
        signed(pairs([
            ("msisdn", guest),
            ("to", "Hotel"),
            ("messageId", "sent-1"),
            ("status", status),
            ("err-code", code),
        ]))
    };
    assert_eq!(program.send(&report("accepted", "0")).status, 200);
    assert_eq!(program.send(&report("failed", "6")).status, 200);
    let line = &program.log(&[("message", json!("message not delivered"))])[0];
    assert_eq!(line["word"], "failed 6");
    assert!(line["run"].is_string(), "{line}");
    assert_eq!(webhooks(admin, "vonage", "report"), 2.0);
}

#[test]
fn a_long_text_is_one_message_whatever_the_order_of_its_parts() {
    let api = api();
    let (program, admin) = watched(start(&api.url()));
    let texts = ["Once upon a time ", "there was an inn ", "by the sea."];
    let bring = |story: &str, number: usize| {
        let id = format!("{story}-{number}");
        assert_eq!(program.send(&signed(part(&id, texts[number - 1], "7", number, 3))).status, 200);
    };
    for number in [3, 1, 1, 3] {
        bring("first", number);
    }
    assert_eq!(api.requests().len(), 0);
    bring("first", 2);
    assert_eq!(sent(&api.wait_for(1)[0], "text"), "You wrote: Once upon a time there was an inn by the sea.");
    // They come again, and are known.
    for number in [1, 2, 3] {
        bring("first", number);
    }
    // The reference comes again: with another message, of which a part is lost, and with a third one.
    for number in [2, 3] {
        bring("second", number);
    }
    for number in [2, 1, 3] {
        bring("third", number);
    }
    program.ended(2);
    assert_eq!(api.requests().len(), 2);
    assert_eq!(program.log(&[("message", json!("a message never became whole; its parts are dropped"))]).len(), 1);
    assert_eq!(webhooks(admin, "vonage", "part"), 13.0);
    assert_eq!(metrics(admin)["flow_messages_accepted_total{trigger=\"sms\",result=\"started\"}"], 2.0);
}

#[test]
fn pictures_are_refused_at_the_start() {
    let ended = vonage::carrier(Program::of(&media::binary()), "http://127.0.0.1:9").run();
    assert_ne!(ended.code, Some(0));
    assert!(ended.err.contains("sends a picture, and Vonage carries only text"), "{}", ended.err);
}

#[test]
fn unsigned_messages_are_taken_where_that_is_wanted() {
    let api = api();
    let start = Program::of(&texting::binary()).variable("VONAGE_API_KEY", "k").variable("VONAGE_API_SECRET", "s");
    let program = start.with(["--carrier", "vonage", "--carrier-url", &api.url(), "--unsigned"]).start();
    assert!(program.process.err().contains("ANYBODY WHO REACHES /carrier/vonage"));
    assert_eq!(program.send(&post(&message("m1", "hello"))).status, 200);
    assert_eq!(sent(&api.wait_for(1)[0], "text"), "You wrote: hello");
    let ended = Program::of(&texting::binary()).with(["--carrier", "vonage"]).run();
    for name in ["VONAGE_API_KEY", "VONAGE_API_SECRET", "VONAGE_SIGNATURE_SECRET"] {
        assert!(ended.err.contains(&format!("Vonage's {name} is missing")), "{}", ended.err);
    }
}

/// Makes webhooks that need nothing, signed by Vonage's own library, each with one of its algorithms.
const ORACLE: &str = r#"
import json, random, sys, time
from vonage_http_client.auth import Auth

random.seed(7)
secret, count = sys.argv[1], int(sys.argv[2])
signers = [Auth(api_key='k', signature_secret=secret, signature_method=method) for method in ('sha1', 'sha256', 'sha512')]
characters = 'abAB01 é+&=%/_ü€😀~*\n"<'
word = lambda: ''.join(random.choice(characters) for _ in range(random.randint(0, 6)))
cases = []
for number in range(count):
    params = {'messageId': 'A%d' % number, 'type': 'binary', 'timestamp': str(int(time.time()))}
    for _ in range(random.randint(0, 6)):
        params.setdefault(word() or 'x', word())
    signer = random.choice(signers)
    sig = signer.sign_params(dict(params))
    assert signer.check_signature(dict(params, sig=sig))
    pairs = list(params.items()) + [('sig', sig if random.random() < .5 else sig.upper())]
    random.shuffle(pairs)
    cases.append(pairs)
json.dump(cases, sys.stdout)
"#;

#[test]
fn signatures_are_what_vonages_own_library_says() {
    let Some(python) = python::with("vonage_http_client") else { return };
    let mut oracle = Command::new(python);
    oracle.args(["-c", ORACLE, ACCOUNT[2], "10000"]).env("PYTHONIOENCODING", "utf-8");
    let cases = run(oracle, PATIENCE);
    assert_eq!(cases.code, Some(0), "{}", cases.err);
    let cases: Vec<Pairs> = serde_json::from_str(&cases.out).unwrap();
    let program = start("http://127.0.0.1:9").start();
    let mut connection = flow_tests::http::Connection::to(program.address).unwrap();
    for (number, mut pairs) in cases.into_iter().enumerate() {
        // One in three is changed in one place.
        match number % 9 {
            0 => pairs[0].1.push('x'),
            3 => pairs.push(("zz".to_owned(), String::new())),
            6 => pairs.retain(|(name, _)| name != "type"),
            _ => {}
        }
        let expected = if number % 3 == 0 { 403 } else { 200 };
        let answer = connection.send(&post(&pairs)).unwrap();
        assert_eq!(answer.status, expected, "case {number}: {pairs:?} {}", answer.text());
    }
}
