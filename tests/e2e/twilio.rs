//! Twilio as the carrier: what it sends is checked, what it is sent is as its documents say.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flow_tests::folder::shared_data;
use flow_tests::process::{Process, run};
use flow_tests::stand_in::nobody;
use flow_tests::twilio::{
    self, ACCOUNT, PUBLIC, Pairs, TOKEN, WEBHOOK, deliver, delivery, message, messages_path, sign,
};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Gate, Program, Reply, Request, StandIn, binary_of};
use serde_json::{Value, json};
use url::form_urlencoded;

const FLOW: &str = r#"
flow "Carrier"
on sms
  -> match $body {
       "picture" -> sms "Here it is & more: é+😀" media "https://media.example/a%20b.jpg?x=1&y=2"
       "slowly"  -> call GET "https://slow.example/" ok -> sms "at last" fail -> sms "never"
       "elsewhere" -> sms to "+13055550199" from "+13055550188" "Hello"
       "tell"    -> sms "refuse me"
                    fail -> call GET "https://report.example/" query "kind" = $failure.kind
                              query "status" = (${STATUS}) query "why" = $failure.message
                            fail -> end
       else      -> sms "You wrote: $body"
     }
"#;

fn binary() -> PathBuf {
    binary_of("carrier", &FLOW.replace("${STATUS}", "$failure.status ?? 0"))
}

fn start(api: &str, public_url: &str) -> flow_tests::program::Start {
    twilio::carrier(Program::of(&binary()), api, public_url)
}

/// Twilio's API, which takes every message.
fn api() -> StandIn {
    StandIn::start(|_| Reply::json(201, &json!({ "sid": "SM1", "status": "queued" })))
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_message_is_acknowledged_at_once_and_answered_by_the_api() {
    let (api, gate) = (api(), Gate::default());
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(200).behind(&held));
    let program = start(&api.url(), PUBLIC).connect("slow.example:443", &slow.url()).start();
    let answer = deliver(&program, &message("SM1", "slowly"));
    assert_eq!((answer.status, answer.text().as_str()), (200, "<Response></Response>"));
    assert_eq!(answer.header_value("Content-Type"), Some("text/xml"));
    slow.wait_for(1);
    assert_eq!(api.requests().len(), 0);
    gate.open();

    let sent = &api.wait_for(1)[0];
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", messages_path().as_str()));
    let callback = pair("StatusCallback", &format!("{PUBLIC}{WEBHOOK}"));
    let expected = [pair("To", "+13055550123"), pair("From", "+13055550100"), pair("Body", "at last"), callback];
    assert_eq!(sent.form(), expected);
    assert_eq!(sent.header_value("Content-Type"), Some("application/x-www-form-urlencoded"));
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
    assert_eq!(sent.header_value("Authorization"), Some(basic.as_str()));
}

#[test]
fn pictures_and_other_numbers_are_sent_as_the_flow_says() {
    let api = api();
    let program = start(&api.url(), PUBLIC).start();
    assert_eq!(deliver(&program, &message("SM1", "picture")).status, 200);
    let sent = api.wait_for(1)[0].form();
    assert!(sent.contains(&pair("Body", "Here it is & more: é+😀")), "{sent:?}");
    assert!(sent.contains(&pair("MediaUrl", "https://media.example/a%20b.jpg?x=1&y=2")), "{sent:?}");
    assert_eq!(deliver(&program, &message("SM2", "elsewhere")).status, 200);
    let sent = api.wait_for(2)[1].form();
    assert_eq!(sent[..3], [pair("To", "+13055550199"), pair("From", "+13055550188"), pair("Body", "Hello")]);
}

#[test]
fn a_message_that_comes_again_runs_once() {
    let api = api();
    let program = start(&api.url(), PUBLIC).start();
    for _ in 0..3 {
        assert_eq!(deliver(&program, &message("SM1", "hello")).status, 200);
    }
    assert_eq!(deliver(&program, &message("SM2", "bye")).status, 200);
    program.ended(2);
    let bodies: Vec<_> = api.wait_for(2).iter().map(|request| request.form()[2].1.clone()).collect();
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert!(bodies.contains(&"You wrote: hello".to_owned()) && bodies.contains(&"You wrote: bye".to_owned()));
}

#[test]
fn deliveries_at_the_same_moment_run_once() {
    let api = api();
    let program = start(&api.url(), PUBLIC).start();
    let pairs = message("SM7", "hello");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..10).map(|_| scope.spawn(|| deliver(&program, &pairs).status)).collect();
        assert!(all.into_iter().all(|delivery| delivery.join().unwrap() == 200));
    });
    program.ended(1);
    assert_eq!(program.log(&[("message", json!("run accepted"))]).len(), 1);
}

#[test]
fn a_refusal_of_the_api_is_told_to_the_flow_with_its_code() {
    let cases = [
        (401, json!({ "code": 20003, "message": "Authenticate", "status": 401 }), "error 20003: Authenticate"),
        (400, json!({ "code": 21211, "message": "Invalid 'To' Phone Number", "status": 400 }), "error 21211"),
        (400, json!({ "code": 21610, "message": "Attempt to send to unsubscribed recipient" }), "error 21610"),
        (429, json!({ "code": 20429, "message": "Too Many Requests", "status": 429 }), "error 20429"),
        (503, Value::Null, "503"),
    ];
    for (status, body, part) in cases {
        let api = StandIn::start(move |_| Reply::json(status, &body));
        let report = StandIn::start(|_| Reply::status(200));
        let start = start(&api.url(), PUBLIC).with(["--carrier-patience", "1s"]);
        let program = start.connect("report.example:443", &report.url()).start();
        assert_eq!(deliver(&program, &message("SM1", "tell")).status, 200);
        let told = report.wait_for(1)[0].query();
        assert_eq!(told[..2], [pair("kind", "carrier"), pair("status", &status.to_string())]);
        assert!(told[2].1.contains(part), "{told:?}");
        let sent = api.requests().iter().filter(|request| request.method == "POST").count();
        // A carrier that says "later" is asked again for as long as the message may wait; no other is.
        assert!(if status == 429 { sent > 1 } else { sent == 1 }, "{status}: {sent}");
        assert!(!program.process.err().contains(TOKEN));
    }
    let report = StandIn::start(|_| Reply::status(200));
    let start = start(&nobody(), PUBLIC).with(["--carrier-patience", "1s"]);
    let program = start.connect("report.example:443", &report.url()).start();
    assert_eq!(deliver(&program, &message("SM1", "tell")).status, 200);
    assert_eq!(report.wait_for(1)[0].query()[..2], [pair("kind", "carrier"), pair("status", "0")]);
}

#[test]
fn a_delivery_that_was_tampered_with_is_refused() {
    let api = api();
    let program = start(&api.url(), PUBLIC).start();
    let (pairs, url) = (message("SM1", "hello"), format!("{PUBLIC}{WEBHOOK}"));
    let good = sign(&url, &pairs);
    let mut more = pairs.clone();
    more.push(pair("Extra", "1"));
    let other_text = message("SM1", "hello ");
    let tampered = [
        delivery(WEBHOOK, &other_text, &good),
        delivery(WEBHOOK, &more, &good),
        delivery(WEBHOOK, &pairs[1..].to_vec(), &good),
        delivery(&format!("{WEBHOOK}?x=1"), &pairs, &good),
        delivery(WEBHOOK, &pairs, &sign("https://evil.example/carrier/twilio", &pairs)),
        delivery(WEBHOOK, &pairs, &sign(&url.replace("https", "http"), &pairs)),
        delivery(WEBHOOK, &pairs, &good.to_lowercase()),
        delivery(WEBHOOK, &pairs, good.trim_end_matches('=')),
        delivery(WEBHOOK, &pairs, ""),
        delivery(WEBHOOK, &pairs, "é"),
        Request { headers: vec![], ..delivery(WEBHOOK, &pairs, &good) },
    ];
    for request in tampered {
        assert_eq!(program.send(&request).status, 403, "{request:?}");
    }
    assert_eq!(program.send(&delivery(WEBHOOK, &pairs, &good)).status, 200);
    assert_eq!(program.get("/simulator/outbox").status, 404, "the simulator is not there beside a real carrier");
}

/// Makes cases with Twilio's own validator: a target with its query, the pairs of the form, the signature.
const ORACLE: &str = r#"
import json, random, sys
from twilio.request_validator import RequestValidator

class Multi(dict):
    def getall(self, name): return self[name]

random.seed(20100401)
token, public, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
validator = RequestValidator(token)
characters = 'abAB01 é+&=%/ü€😀~*\n"<'
word = lambda: ''.join(random.choice(characters) for _ in range(random.randint(1, 6)))
cases = []
for number in range(count):
    pairs = [('MessageSid', 'SM%d' % number), ('From', '+13055550123'), ('To', '+13055550100'), ('Body', word())]
    pairs += [(word(), word() if random.random() < .8 else '') for _ in range(random.randint(0, 6))]
    if random.random() < .5:
        pairs += [('k', random.choice('ab')) for _ in range(3)]
    random.shuffle(pairs)
    values = Multi()
    for name, value in pairs: values.setdefault(name, []).append(value)
    target = '/carrier/twilio' + ('?a=1%20b&c' if random.random() < .3 else '')
    url = public.rstrip('/') + target
    host = public.split('/')[2]
    if random.random() < .3:
        url = url.replace(host, host.split(':')[0] + ('' if ':' in host else ':443' if url.startswith('https') else ':80'), 1)
    signature = validator.compute_signature(url, values)
    assert validator.validate(public.rstrip('/') + target, values, signature)
    cases.append([target, pairs, signature])
json.dump(cases, sys.stdout)
"#;

/// A Python that has the package `twilio`: `FLOW_TEST_PYTHON`, else `python3`.
fn python() -> Option<String> {
    let python = std::env::var("FLOW_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import twilio.request_validator"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: {python} has no package twilio; FLOW_TEST_PYTHON may name one that has");
    None
}

#[test]
fn signatures_are_what_twilios_own_library_says() {
    let Some(python) = python() else { return };
    let api = api();
    for public in ["https://flows.example.com", "http://flows.example.com:8080/pre/", "https://flows.example.com:443"] {
        let mut oracle = Command::new(&python);
        oracle.args(["-c", ORACLE, TOKEN, public, "120"]).env("PYTHONIOENCODING", "utf-8");
        let cases = run(oracle, PATIENCE);
        assert_eq!(cases.code, Some(0), "{}", cases.err);
        let cases: Vec<(String, Pairs, String)> = serde_json::from_str(&cases.out).unwrap();
        let program = start(&api.url(), public).with(["--max-runs", "1000"]).start();
        for (number, (target, pairs, signature)) in cases.iter().enumerate() {
            // One in three is changed in one place.
            let (mut pairs, mut signature) = (pairs.clone(), signature.clone());
            match number % 9 {
                0 => pairs[0].1.push('x'),
                3 => pairs.push(pair("zz", "")),
                6 => signature.replace_range(0..1, if signature.starts_with('A') { "B" } else { "A" }),
                _ => {}
            }
            let expected = if number % 3 == 0 { 403 } else { 200 };
            let answer = program.send(&delivery(target, &pairs, &signature));
            assert_eq!(answer.status, expected, "case {number} of {public}: {target} {pairs:?} {}", answer.text());
        }
        program.ended(80);
    }
}

#[test]
fn a_message_may_come_by_get() {
    let api = api();
    let program = start(&api.url(), PUBLIC).start();
    let query: String =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(message("SM1", "hé & llo")).finish();
    let target = format!("{WEBHOOK}?{query}");
    let signature = sign(&format!("{PUBLIC}{target}"), &Vec::new());
    let request = |target: &str| Request::new("GET", target).header("X-Twilio-Signature", &signature);
    assert_eq!(program.send(&request(&target.replace("llo", "lla"))).status, 403);
    assert_eq!(program.send(&request(&target)).status, 200);
    assert_eq!(api.wait_for(1)[0].form()[2], pair("Body", "You wrote: hé & llo"));
}

#[test]
fn what_is_signed_but_is_no_message_is_refused() {
    let api = api();
    let program = start(&api.url(), PUBLIC).start();
    let mut no_phone = message("SM1", "x");
    no_phone[2].1 = "whatsapp:nobody".to_owned();
    let answer = deliver(&program, &no_phone);
    assert_eq!(answer.status, 400);
    assert!(answer.errors()[0].contains("From"), "{:?}", answer.errors());
    // Without a text there is still a message: a picture alone.
    assert_eq!(deliver(&program, &message("SM2", "")).status, 200);
}

/// Prism, which plays an API by its OpenAPI document: `FLOW_TEST_PRISM`, else none.
pub(super) fn prism() -> Option<(Process, String)> {
    let Ok(path) = std::env::var("FLOW_TEST_PRISM") else {
        println!("skipped: FLOW_TEST_PRISM does not name Prism's program");
        return None;
    };
    let document = shared_data("twilio/twilio_api_v2010.json")?;
    let url = nobody();
    let mut command = Command::new(path);
    // A request that is not as the document says gets 422. Without `--errors`, which would do the same for the answers: some
    // examples of the document are not as it says themselves.
    command.args(["mock", "--host", "127.0.0.1", "--port", url.rsplit(':').next().unwrap()]).arg(document);
    let mut prism = Process::start(command);
    let ready = wait::within(Duration::from_secs(120), || {
        assert!(prism.status().is_none(), "{} {}", prism.out(), prism.err());
        prism.out().contains("is listening on").then_some(())
    });
    assert!(ready.is_some(), "{} {}", prism.out(), prism.err());
    Some((prism, url))
}

#[test]
fn the_send_call_is_as_twilios_openapi_document_says() {
    let Some((prism, url)) = prism() else { return };
    let program = start(&url, PUBLIC).start();
    // Without pictures: Prism wants `MediaUrl` to be an array, and takes a repeated parameter for none.
    for (number, body) in ["hello", "elsewhere"].iter().enumerate() {
        assert_eq!(deliver(&program, &message(&format!("SM{number}"), body)).status, 200);
    }
    for ended in program.ended(2) {
        assert_eq!(ended["outcome"], "completed", "{ended} {}", prism.out());
    }
}
