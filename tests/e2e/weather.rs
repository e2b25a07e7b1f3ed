//! The weather hotline: a text comes in, a service is asked, the answer goes out.

use flow_tests::program::text;
use flow_tests::stand_in::nobody;
use flow_tests::{Gate, Program, Reply, Scratch, StandIn, binary_of};
use serde_json::{Value, json};

pub(crate) const FLOW: &str = include_str!("../../examples/weather-forecast/weather-forecast.flow");

/// Writes `weather.flow` and the sample that it names.
pub(crate) fn write(folder: &Scratch) {
    folder.write("weather.flow", FLOW);
    folder.write("forecast.json", include_str!("../../examples/weather-forecast/forecast.json"));
}

const UPSTREAM: &str = "api.weather.gov:443";

const APOLOGY: &str = "We apologize for the inconvenience, but we couldn't complete your request at this time. \
                       Please try again later.";

/// Waits a second only, wants a whole number, and tells what went wrong.
const STRICT: &str = r#"
flow "Strict"
on sms
  -> call GET "https://api.weather.gov/now" timeout 1s < temp: int = temperature, winds? = windSpeed >
     ok   -> sms "$temp ${winds ?? "calm"}"
     fail -> sms "$failure.kind|${failure.status ?? 0}|$failure.message"
"#;

pub(crate) fn forecast() -> Value {
    json!({ "properties": { "periods": [
        { "temperature": 84, "windSpeed": "14 mph", "detailedForecast": "Sunny, with a high near 84." },
        { "temperature": 71, "windSpeed": "5 mph", "detailedForecast": "Clear." },
    ] } })
}

fn hotline(upstream: &str) -> Program {
    Program::of(&binary_of("weather-forecast", FLOW)).connect(UPSTREAM, upstream).start()
}

fn strict(upstream: &str) -> Program {
    Program::of(&binary_of("strict", STRICT)).connect(UPSTREAM, upstream).start()
}

fn apologizes_for(reply: fn() -> Reply, requests: usize) {
    let service = StandIn::start(move |_| reply());
    assert_eq!(hotline(&service.url()).converse("weather"), APOLOGY);
    assert_eq!(service.requests().len(), requests);
}

#[test]
fn a_guest_gets_the_forecast() {
    let service = StandIn::of_json(forecast());
    let program = hotline(&service.url());
    let text = "It's currently 84 F with 14 mph winds. Sunny, with a high near 84. Enjoy your stay!";
    assert_eq!(program.converse("weather"), text);

    let sent = &program.outbox()[0];
    assert_eq!((&sent["from"], &sent["to"]), (&json!("+13055550100"), &json!("+13055550123")));
    assert_eq!(sent["media"], json!([]));
    let requests = service.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].method.as_str(), requests[0].path()), ("GET", "/gridpoints/MFL/109,62/forecast"));
    assert_eq!(requests[0].header_value("User-Agent"), Some("seaside-hotel (ops@seaside.example)"));
    assert_eq!(requests[0].header_value("Host"), Some("api.weather.gov"));
}

#[test]
fn the_answer_names_the_run_that_sent_it() {
    let service = StandIn::of_json(forecast());
    let program = hotline(&service.url());
    let run = program.text("weather").json()["run"].clone();
    program.messages(1);
    assert_eq!(program.outbox()[0]["run"], run);
    assert_eq!(program.ended(1)[0]["run"], run);
}

#[test]
fn a_server_error_gets_an_apology() {
    apologizes_for(|| Reply::status(500), 1);
}

#[test]
fn html_in_place_of_json_gets_an_apology() {
    apologizes_for(|| Reply::new(200, "text/html", "<p>Down for maintenance</p>"), 1);
}

#[test]
fn a_missing_response_variable_gets_an_apology() {
    apologizes_for(|| Reply::json(200, &json!({ "temperature": 84, "windSpeed": "14 mph" })), 1);
}

#[test]
fn a_connection_that_is_closed_gets_an_apology() {
    // It is a GET: it is tried again.
    apologizes_for(|| Reply::raw(b""), 3);
}

#[test]
fn a_refused_connection_gets_an_apology() {
    assert_eq!(hotline(&nobody()).converse("weather"), APOLOGY);
}

#[test]
fn each_kind_of_failure_is_told_apart() {
    let never = Gate::default();
    let held = never.clone();
    let service = StandIn::start(move |_| Reply::json(200, &json!({ "temperature": 84 })).behind(&held));
    let program = strict(&service.url());
    let told = program.converse("weather");
    assert_eq!(told, "timeout|0|there was no whole answer from api.weather.gov within 1 s");
    never.open();

    let told = strict(&nobody()).converse("weather");
    assert!(told.starts_with("connect|0|api.weather.gov could not be reached"), "{told}");

    type Case = (fn() -> Reply, &'static str);
    let replies: [Case; 6] = [
        (|| Reply::status(503), "status|503|api.weather.gov answered 503"),
        (
            || Reply::json(200, &json!({ "windSpeed": "1" })),
            "response|200|response variable `temp` (query temperature)",
        ),
        (|| Reply::new(200, "text/html", "<p>"), "response|200|the answer is text/html, not JSON"),
        (|| Reply::json(200, &json!({ "temperature": "mild" })), "response|200|response variable `temp` (query temp"),
        (|| Reply::json(200, &json!({ "temperature": 84.5 })), "response|200|response variable `temp` (query temp"),
        (|| Reply::raw(b"220 smtp ready\r\n\r\n"), "response|0|the answer of api.weather.gov is not HTTP"),
    ];
    for (reply, expected) in replies {
        let service = StandIn::start(move |_| reply());
        let told = strict(&service.url()).converse("weather");
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
}

#[test]
fn an_optional_response_variable_may_be_missing() {
    let service = StandIn::of_json(json!({ "temperature": 84, "windSpeed": null }));
    assert_eq!(strict(&service.url()).converse("weather"), "84 calm");
}

#[test]
fn a_guest_is_answered_while_another_waits() {
    let gate = Gate::default();
    let held = gate.clone();
    let service = StandIn::start(move |_| Reply::json(200, &forecast()).behind(&held));
    let program = hotline(&service.url());
    // Texts of one guest are taken one after the other.
    for number in 0..20 {
        let guest = format!("+130555502{number:02}");
        assert_eq!(program.send(&text(&guest, "weather")).status, 202);
    }
    service.wait_for(20);
    assert_eq!(program.get("/healthz").text(), "ok");
    gate.open();
    assert_eq!(program.messages(20).len(), 20);
}
