//! `BINARY numbers …` with the carriers whose APIs see numbers in their own ways.

use std::sync::{Arc, Mutex};

use flow_tests::process::Ended;
use flow_tests::twilio::{ACCOUNT, TOKEN};
use flow_tests::{Program, Reply, StandIn};
use serde_json::{Value, json};

use crate::numbers::{FLOW, binary, serving};
use crate::twilio::prism;

/// Runs `BINARY numbers …` with a carrier whose API is at this URL.
fn numbers(carrier: &str, api: &str, keys: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let start = Program::of(&binary()).with(["numbers", "--carrier", carrier, "--carrier-url", api]);
    keys.iter().fold(start, |start, (name, value)| start.variable(name, value)).with(arguments.iter().copied()).run()
}

const INTELEPEER: [(&str, &str); 3] =
    [("INTELEPEER_USERNAME", "ann"), ("INTELEPEER_PASSWORD", "canary"), ("INTELEPEER_TOKEN", "canary + 1")];

#[test]
fn intelepeer_is_told_the_url_with_its_token() {
    let (_program, public) = serving(FLOW, "front-desk");
    let api = StandIn::start(|request| match request.path() {
        "/_rest/v4/authenticate" => Reply::json(200, &json!({ "token": "t0ken" })),
        "/_rest/v4/my/did/sms/webhook" => {
            assert_eq!(request.header_value("Authorization"), Some("Bearer t0ken"));
            match request.json_body()["endpoints"][0].as_str() {
                Some("+13055559999") => Reply::json(404, &json!({ "code": 404, "error": "Not found." })),
                Some("+13055558888") => Reply::json(207, &json!({ "code": 207, "error": "SMS is not enabled" })),
                _ => Reply::json(201, &json!({})),
            }
        }
        other => panic!("{other}"),
    });
    let run = |arguments: &[&str]| numbers("intelepeer", &api.url(), &INTELEPEER, arguments);
    // Whether another flow has it cannot be seen.
    let unseen = run(&["assign", "+13055550100", "--public-url", &public]);
    assert_eq!(unseen.code, Some(1));
    assert!(unseen.err.contains("the carrier does not tell") && unseen.err.contains("--force"), "{}", unseen.err);
    let all = ["+13055550100", "+13055559999", "+13055558888"];
    let assigned = run(&[&["assign"], &all[..], &["--force", "--public-url", &public]].concat());
    assert_eq!(
        (assigned.code, assigned.out),
        (Some(1), format!("+13055550100 leads to {public}/carrier/intelepeer now\n"))
    );
    assert_eq!(
        assigned.err,
        "error: +13055559999: IntelePeer refused the webhook with 404: Not found\n\
         error: +13055558888: IntelePeer answered 207: SMS is not enabled\n"
    );
    let told: Vec<Value> = api
        .requests()
        .iter()
        .filter(|request| request.path().ends_with("webhook"))
        .map(|request| request.json_body())
        .collect();
    let webhook = format!("{public}/carrier/intelepeer?token=canary%20%2B%201");
    assert_eq!(told[0], json!({ "endpoints": ["+13055550100"], "webhook": webhook }));
    assert!(!assigned.err.contains("canary") && !unseen.err.contains("canary"));

    let listed = run(&["list"]);
    assert_eq!(listed.code, Some(2));
    assert!(listed.err.starts_with("error: IntelePeer's API does not list an account's numbers"), "{}", listed.err);
    let tokenless = numbers(
        "intelepeer",
        &api.url(),
        &INTELEPEER[..2],
        &["assign", "+13055550100", "--force", "--public-url", &public],
    );
    assert_eq!(tokenless.code, Some(2));
    assert!(tokenless.err.contains("INTELEPEER_TOKEN is missing"), "{}", tokenless.err);
}

#[test]
fn at_telnyx_a_program_has_a_profile_of_its_own() {
    let (_program, public) = serving(FLOW, "front-desk");
    let webhook = format!("{public}/carrier/telnyx");
    let profile =
        |id: &str, url: Value| json!({ "id": id, "webhook_url": url, "whitelisted_destinations": ["US", "CA"] });
    let profiles =
        Arc::new(Mutex::new(vec![profile("P1", json!("https://spa.example/hook")), profile("P2", Value::Null)]));
    let number = |number: &str, profile: Value| json!({ "phone_number": number, "messaging_profile_id": profile, "country_code": "US" });
    let owned =
        [number("+13055550100", json!("P1")), number("+13055550101", json!("P2")), number("+13055550102", Value::Null)];
    let owned = Arc::new(Mutex::new(owned.to_vec()));
    let (made, moved) = (Arc::clone(&profiles), Arc::clone(&owned));
    let api = StandIn::start(move |request| {
        assert_eq!(request.header_value("Authorization"), Some("Bearer KEY"));
        let (mut profiles, mut owned) = (made.lock().unwrap(), moved.lock().unwrap());
        // One a page.
        let page = |all: &[Value]| {
            let query = request.query();
            let at = query.iter().find(|(name, _)| name == "page[number]").unwrap().1.parse::<usize>().unwrap();
            json!({ "data": all[at - 1..at], "meta": { "total_pages": all.len(), "page_number": at } })
        };
        match (request.method.as_str(), request.path()) {
            ("GET", "/v2/messaging_profiles") => Reply::json(200, &page(&profiles)),
            ("GET", "/v2/phone_numbers/messaging") => Reply::json(200, &page(&owned)),
            ("POST", "/v2/messaging_profiles") => {
                let mut profile = request.json_body();
                profile["id"] = json!("P3");
                profiles.push(profile.clone());
                Reply::json(200, &json!({ "data": profile }))
            }
            (method, path) => {
                let id =
                    path.strip_prefix("/v2/phone_numbers/").and_then(|path| path.strip_suffix("/messaging")).unwrap();
                let number = owned.iter_mut().find(|number| number["phone_number"] == id.replace("%2B", "+")).unwrap();
                if method == "PATCH" {
                    let profile = request.json_body()["messaging_profile_id"].take();
                    if profile == "P3" && number["phone_number"] == "+13055550102" {
                        let problem =
                            json!({ "code": "10015", "title": "Bad Request", "detail": "It is being ported." });
                        return Reply::json(400, &json!({ "errors": [problem] }));
                    }
                    number["messaging_profile_id"] = profile;
                }
                Reply::json(200, &json!({ "data": number.clone() }))
            }
        }
    });
    let run = |arguments: &[&str]| {
        numbers("telnyx", &api.url(), &[("TELNYX_API_KEY", "KEY")], &[arguments, &["--public-url", &public]].concat())
    };
    let listed = run(&["list"]);
    let expected = "NUMBER        LEADS TO\n+13055550100  https://spa.example/hook\n+13055550101  nowhere\n+13055550102  nowhere\n";
    assert_eq!((listed.out.as_str(), listed.err.as_str()), (expected, ""));
    let assigned = run(&["assign", "+13055550100", "+13055550101", "+13055550102"]);
    assert_eq!((assigned.code, assigned.out), (Some(1), format!("+13055550101 leads to {webhook} now\n")));
    assert_eq!(
        assigned.err,
        "error: +13055550100: it leads to https://spa.example/hook; --force takes it over\n\
         error: +13055550102: Telnyx answered 400 with error 10015: Bad Request: It is being ported\n"
    );
    let new = profiles.lock().unwrap()[2].clone();
    assert_eq!(
        new,
        json!({
            "id": "P3", "name": format!("flowc {webhook}"), "webhook_url": webhook, "webhook_api_version": "2",
            "whitelisted_destinations": ["US", "CA"],
        })
    );
    assert_eq!(run(&["assign", "+13055550100", "--force"]).code, Some(0));
    assert_eq!(profiles.lock().unwrap().len(), 3, "the profile is used again");
    assert!(run(&["list"]).out.contains(&format!("+13055550100  {webhook}  (this flow)\n")));
    assert_eq!(run(&["clear", "+13055550100"]).out, "+13055550100 leads nowhere now\n");
    assert_eq!(owned.lock().unwrap()[0]["messaging_profile_id"], "");
}

#[test]
fn twilio_is_asked_as_its_openapi_document_says() {
    let Some((_prism, url)) = prism() else { return };
    let (_program, public) = serving(FLOW, "front-desk");
    let keys = [("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_AUTH_TOKEN", TOKEN)];
    let listed = numbers("twilio", &url, &keys, &["list"]);
    // The example of the document.
    assert_eq!(
        (listed.code, listed.out.as_str()),
        (Some(0), "NUMBER        LEADS TO\n+18089255327  nowhere\n"),
        "{}",
        listed.err
    );
    let assigned = numbers("twilio", &url, &keys, &["assign", "+18089255327", "--public-url", &public]);
    assert_eq!((assigned.code, assigned.err.as_str()), (Some(0), ""));
}
