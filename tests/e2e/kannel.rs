//! Kannel as the carrier: the real gateway, with fakesmsc as the phone network behind it.

use flow_tests::kannel::{ENCODED_TOKEN, PASSWORD, TOKEN, USERNAME};
use flow_tests::program::{GUEST, HOTEL, Start, watched};
use flow_tests::texting::{self, report, reporting};
use flow_tests::wait;
use flow_tests::{Gate, Kannel, Program, Reply, Request, StandIn};
use serde_json::{Value, json};

/// As percent-encoded UTF-16BE, as networks have what GSM's alphabet does not.
fn ucs2(text: &str) -> String {
    let bytes = text.encode_utf16().flat_map(u16::to_be_bytes);
    format!("ucs2 {}", bytes.map(|byte| format!("%{byte:02X}")).collect::<String>())
}

fn start(kannel: &Kannel) -> Start {
    kannel.carrier(Program::of(&texting::binary()))
}

/// Neither the password nor the token is in the log.
fn keeps_secrets(program: &Program) {
    let log = program.process.err();
    for secret in [PASSWORD, TOKEN, ENCODED_TOKEN] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

/// Waits until the log has this many lines with this message.
fn logged(program: &Program, message: &str, count: usize) -> Vec<Value> {
    wait::until(message, || Some(program.log(&[("message", json!(message))])).filter(|lines| lines.len() >= count))
}

#[test]
fn texts_go_through_the_gateway_in_both_directions() {
    let Some(mut kannel) = Kannel::absent() else { return };
    let program = start(&kannel).start();
    kannel.start();

    // In GSM's alphabet, with its extension table; and spaces are kept.
    let plain = "hello  there, äöü Ç € ^{}[]~|\\ 1+1=2 & 100% %d";
    kannel.text(plain);
    let sent = kannel.wait_for(1)[0].clone();
    assert_eq!((sent.from.as_str(), sent.to.as_str(), sent.kind.as_str()), (HOTEL, GUEST, "text"));
    assert_eq!(sent.text, format!("You wrote: {plain}"));

    // Beyond it.
    let beyond = "ç` Здравствуйте 😀";
    kannel.bring(&ucs2(beyond));
    let sent = kannel.wait_for(2)[1].clone();
    assert_eq!((sent.kind.as_str(), sent.text), ("ucs-2", format!("You wrote: {beyond}")));

    // A long one comes in as one and leaves in parts.
    let long = "A sentence of 50 characters, many times, as it is.".repeat(10);
    kannel.text(&long);
    let parts = kannel.wait_for(6);
    let parts: Vec<_> = parts[2..].iter().map(|part| (part.kind.as_str(), part.text.as_str())).collect();
    assert!(parts.iter().all(|(kind, text)| *kind == "udh" && text.len() <= 153), "{parts:?}");
    assert_eq!(parts.iter().map(|(_, text)| *text).collect::<String>(), format!("You wrote: {long}"));

    // One that comes in parts is one to the flow.
    kannel.bring("udh-text %05%00%03%2A%02%01 one and ");
    kannel.bring("udh-text %05%00%03%2A%02%02 two");
    assert_eq!(kannel.wait_for(7)[6].text, "You wrote: one and two");

    // Each message is reported as delivered, with the run that sent it.
    let reports = logged(&program, "message delivered", 4);
    for ended in program.ended(4) {
        let report = reports.iter().find(|report| report["run"] == ended["run"]);
        assert_eq!(report.unwrap_or_else(|| panic!("{ended}: {reports:?}"))["word"], "delivered");
    }
    keeps_secrets(&program);
}

#[test]
fn a_message_waits_for_a_gateway_that_is_away() {
    let Some(mut kannel) = Kannel::absent() else { return };
    let gate = Gate::default();
    let held = gate.clone();
    let slow = StandIn::start(move |_| Reply::status(200).behind(&held));
    let program = start(&kannel).with(["--carrier-patience", "2m"]).connect("slow.example:443", &slow.url()).start();
    kannel.start();
    kannel.text("later");
    slow.wait_for(1);
    kannel.stop();
    gate.open();
    logged(&program, "the carrier does not take messages now; it is tried again", 2);
    kannel.start();
    // The network comes back with the next text.
    kannel.text("hello");
    let mut texts: Vec<_> = kannel.wait_for(2).into_iter().map(|sent| sent.text).collect();
    texts.sort();
    assert_eq!(texts, ["You wrote: hello", "at last"]);
    keeps_secrets(&program);
}

#[test]
fn what_the_gateway_refuses_is_told_to_the_flow() {
    let Some(mut kannel) = Kannel::absent() else { return };
    let told = StandIn::start(|_| Reply::status(200));
    let program = reporting(start(&kannel), &told).variable("KANNEL_PASSWORD", "canary-wrong").start();
    kannel.start();
    kannel.text("tell");
    let why = "Kannel refused the message with 403: Authorization failed for sendsms";
    assert_eq!(report(&told), ["carrier", "403", why]);
    assert!(!program.process.err().contains("canary-wrong"));
}

/// A program without a gateway: what it is sent comes from the test.
fn alone(gateway: &str) -> Start {
    Program::of(&texting::binary())
        .with(["--carrier", "kannel", "--carrier-url", gateway])
        .variable("KANNEL_USERNAME", USERNAME)
        .variable("KANNEL_PASSWORD", PASSWORD)
        .variable("KANNEL_TOKEN", TOKEN)
}

fn webhook(query: &str) -> Request {
    Request::new("GET", &format!("/carrier/kannel?{query}"))
}

#[test]
fn a_webhook_that_is_forged_or_malformed_is_refused_and_counted() {
    let gateway = StandIn::start(|_| Reply::new(202, "text/plain", "0: Accepted for delivery"));
    let (program, admin) = watched(alone(&gateway.url()));
    let message = "id=u1&from=%2B13055550123&to=%2B13055550100&text=hello";
    for query in [message.to_owned(), format!("token=&{message}"), format!("token=canary&{message}")] {
        let answer = program.send(&webhook(&query));
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(!answer.text().contains("canary"));
    }
    for wrong in ["", "from=HOTEL&to=%2B13055550100&text=hello", "report=x&id=1", "from=911&to=911&charset=?&text=a"] {
        let answer = program.send(&webhook(&format!("token={ENCODED_TOKEN}&{wrong}")));
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
    }
    for _ in 0..3 {
        let answer = program.send(&webhook(&format!("token={ENCODED_TOKEN}&new=1&{message}")));
        assert_eq!((answer.status, answer.text().as_str()), (200, ""));
        assert_eq!(answer.header_value("Content-Type"), Some("text/plain"));
    }
    program.ended(1);
    assert_eq!(gateway.requests().len(), 1, "a message that comes again runs once");
    let metrics = Request::new("GET", "/metrics").send(admin).text();
    for (result, count) in [("forged", 3), ("malformed", 4), ("message", 3)] {
        let sample = format!("flow_webhooks_total{{carrier=\"kannel\",result=\"{result}\"}} {count}");
        assert!(metrics.contains(&sample), "{sample}: {metrics}");
    }
    keeps_secrets(&program);
}

#[test]
fn a_message_is_a_post_without_secrets_in_its_url() {
    let gateway = StandIn::start(|_| Reply::new(202, "text/plain", "0: Accepted for delivery"));
    let program = alone(&gateway.url()).with(["--public-url", "https://flows.example.com/pre/"]).start();
    let elsewhere = "id=u1&from=%2B13055550123&to=%2B13055550100&text=elsewhere";
    assert_eq!(program.send(&webhook(&format!("token={ENCODED_TOKEN}&{elsewhere}"))).status, 200);
    let sent = &gateway.wait_for(1)[0];
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/cgi-bin/sendsms"));
    assert_eq!(
        (sent.header_value("X-Kannel-From"), sent.header_value("X-Kannel-To")),
        (Some("+13055550188"), Some("72345"))
    );
    let run = program.ended(1)[0]["run"].as_str().unwrap().to_owned();
    let reports = sent.header_value("X-Kannel-DLR-Url").unwrap();
    // Kannel makes one percent sign of two.
    let token = ENCODED_TOKEN.replace('%', "%%");
    assert!(
        reports.starts_with(&format!("https://flows.example.com/pre/carrier/kannel?token={token}&id={run}-")),
        "{reports}"
    );
}

#[test]
fn what_kannel_does_not_carry_is_told_at_the_start() {
    let flow = "flow \"Picture\"\non sms -> sms \"Here\" media \"https://media.example/a.jpg\"\n";
    let binary = flow_tests::binary_of("picture", flow);
    let ended = Program::of(&binary).with(["--carrier", "kannel"]).run();
    assert_eq!(ended.code, Some(2));
    for part in ["line 2", "Kannel carries only text", "KANNEL_USERNAME", "KANNEL_PASSWORD", "KANNEL_TOKEN"] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
}
