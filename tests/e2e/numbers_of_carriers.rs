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
fn vonage_is_told_the_url_and_keeps_what_is_said_of_calls() {
    let (_program, public) = serving(FLOW, "front-desk");
    let webhook = format!("{public}/carrier/vonage");
    let number = |msisdn: &str, url: Value, more: Value| {
        let mut number =
            json!({ "country": "US", "msisdn": msisdn, "features": ["VOICE", "SMS"], "type": "mobile-lvn" });
        number["moHttpUrl"] = url;
        number.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        number
    };
    let voice = json!({ "voiceCallbackType": "tel", "voiceCallbackValue": "13055550199" });
    let numbers_there = [
        number("13055550100", Value::Null, voice),
        number("13055550101", json!("https://spa.example/hook?token=canary"), json!({})),
        number("13055550102", Value::Null, json!({ "app_id": "aaaa-bbbb" })),
        number("13055550103", Value::Null, json!({ "features": ["VOICE"] })),
        number("13055550104", Value::Null, json!({})),
    ];
    let owned = Arc::new(Mutex::new(numbers_there.to_vec()));
    let there = Arc::clone(&owned);
    let api = StandIn::start(move |request| {
        assert!(request.header_value("Authorization").is_some_and(|value| value.starts_with("Basic ")));
        let mut owned = there.lock().unwrap();
        let given = |pairs: &[(String, String)], name: &str| {
            pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        match request.path() {
            "/account/numbers" => {
                let pattern = given(&request.query(), "pattern").unwrap_or_default();
                let found: Vec<&Value> =
                    owned.iter().filter(|number| number["msisdn"].as_str().unwrap().starts_with(&pattern)).collect();
                Reply::json(200, &json!({ "count": found.len(), "numbers": found }))
            }
            "/number/update" => {
                let form = request.form();
                let msisdn = given(&form, "msisdn").unwrap();
                // As Vonage has it: an error's status may be 200.
                if msisdn == "13055550104" {
                    return Reply::json(200, &json!({ "error-code": "420", "error-code-label": "method failed." }));
                }
                let number = owned.iter_mut().find(|number| number["msisdn"] == *msisdn).unwrap();
                assert_eq!(given(&form, "country").as_deref(), Some("US"));
                for name in ["moHttpUrl", "voiceCallbackType", "voiceCallbackValue", "app_id"] {
                    number[name] = given(&form, name).map_or(Value::Null, Value::from);
                }
                Reply::json(200, &json!({ "error-code": "200", "error-code-label": "success" }))
            }
            other => panic!("{other}"),
        }
    });
    let keys = [("VONAGE_API_KEY", "key"), ("VONAGE_API_SECRET", "canary")];
    let run =
        |arguments: &[&str]| numbers("vonage", &api.url(), &keys, &[arguments, &["--public-url", &public]].concat());
    let listed = run(&["list"]);
    let expected = "NUMBER        LEADS TO\n+13055550100  nowhere\n+13055550101  https://spa.example/hook\n\
        +13055550102  the application aaaa-bbbb\n+13055550104  nowhere\n";
    assert_eq!((listed.out.as_str(), listed.err.as_str()), (expected, ""));
    let assigned = run(&["assign", "+13055550100", "+13055550101", "+13055550102", "+13055550104"]);
    assert_eq!((assigned.code, assigned.out), (Some(1), format!("+13055550100 leads to {webhook} now\n")));
    assert!(
        assigned.err.ends_with("error: +13055550104: Vonage answered with error 420: method failed\n"),
        "{}",
        assigned.err
    );
    let set = owned.lock().unwrap()[0].clone();
    assert_eq!((&set["moHttpUrl"], &set["voiceCallbackValue"]), (&json!(webhook), &json!("13055550199")));
    assert_eq!(run(&["assign", "+13055550102", "--force"]).code, Some(0));
    assert_eq!(owned.lock().unwrap()[2]["app_id"], Value::Null);
    assert_eq!(run(&["clear", "+13055550100"]).out, "+13055550100 leads nowhere now\n");
    assert_eq!(owned.lock().unwrap()[0]["moHttpUrl"], "");
    let refusing = StandIn::start(|_| {
        Reply::json(401, &json!({ "error-code": "401", "error-code-label": "authentication failed" }))
    });
    let refused = numbers("vonage", &refusing.url(), &keys, &["list"]);
    assert_eq!(
        (refused.code, refused.err.as_str()),
        (Some(2), "error: Vonage answered with error 401: authentication failed\n")
    );
}

#[test]
fn at_plivo_a_program_has_an_application_of_its_own() {
    let (_program, public) = serving(FLOW, "front-desk");
    let webhook = format!("{public}/carrier/plivo");
    let number =
        |number: &str, application: Value| json!({ "number": number, "application": application, "sms_enabled": true });
    let spa =
        json!({ "app_id": "11", "message_url": "https://spa.example/hook", "answer_url": "https://spa.example/call" });
    let applications = Arc::new(Mutex::new(vec![spa]));
    // More than a page holds.
    let mut all: Vec<Value> = (0..20).map(|index| number(&format!("130555502{index:02}"), Value::Null)).collect();
    all.push(number("13055550300", json!("/v1/Account/MA1/Application/11/")));
    all.push(json!({ "number": "13055550301", "application": null, "sms_enabled": false }));
    let owned = Arc::new(Mutex::new(all));
    let (made, moved) = (Arc::clone(&applications), Arc::clone(&owned));
    let api = StandIn::start(move |request| {
        let (mut applications, mut owned) = (made.lock().unwrap(), moved.lock().unwrap());
        let path = request.path().strip_prefix("/v1/Account/MA1/").unwrap().to_owned();
        let page = |all: &[Value]| {
            let offset = request.query().iter().find(|(name, _)| name == "offset").unwrap().1.parse().unwrap();
            let objects: Vec<&Value> = all.iter().skip(offset).take(20).collect();
            Reply::json(200, &json!({ "meta": { "offset": offset }, "objects": objects }))
        };
        match (request.method.as_str(), path.as_str()) {
            ("GET", "Application/") => page(&applications),
            ("GET", "Number/") => page(&owned),
            ("POST", "Application/") => {
                let mut application = request.json_body();
                application["app_id"] = json!("12");
                applications.push(application);
                Reply::json(201, &json!({ "message": "created", "app_id": "12" }))
            }
            (_, path) => {
                let id = path.strip_prefix("Number/").unwrap().trim_end_matches('/');
                if id == "13055550219" {
                    return Reply::json(400, &json!({ "api_id": "x", "error": "number is on a trunk." }));
                }
                let number = owned.iter_mut().find(|number| number["number"] == id).unwrap();
                let application = request.json_body()["app_id"].as_str().unwrap().to_owned();
                number["application"] = json!(format!("/v1/Account/MA1/Application/{application}/"));
                Reply::json(202, &json!({ "message": "changed" }))
            }
        }
    });
    let keys = [("PLIVO_AUTH_ID", "MA1"), ("PLIVO_AUTH_TOKEN", "canary")];
    let run =
        |arguments: &[&str]| numbers("plivo", &api.url(), &keys, &[arguments, &["--public-url", &public]].concat());
    let listed = run(&["list"]).out;
    assert!(listed.contains("+13055550300  https://spa.example/hook\n") && !listed.contains("0301"), "{listed}");
    assert_eq!(listed.lines().count(), 22, "{listed}");
    let assigned = run(&["assign", "+13055550200", "+13055550300", "+13055550219"]);
    assert_eq!((assigned.code, assigned.out), (Some(1), format!("+13055550200 leads to {webhook} now\n")));
    assert_eq!(
        assigned.err,
        "error: +13055550300: it leads to https://spa.example/hook; --force takes it over\n\
         error: +13055550219: Plivo answered 400: number is on a trunk\n"
    );
    let new = applications.lock().unwrap()[1].clone();
    assert_eq!((&new["message_url"], &new["message_method"]), (&json!(webhook), &json!("POST")));
    assert!(new["app_name"].as_str().unwrap().starts_with("flowc-http---127-0-0-1-"), "{new}");
    assert_eq!(run(&["assign", "+13055550300", "--force"]).code, Some(0));
    assert_eq!(applications.lock().unwrap().len(), 2, "the application is used again");
    let cleared = run(&["clear", "+13055550200"]);
    assert!(cleared.code == Some(1) && cleared.err.contains("choose another one in its console"), "{}", cleared.err);
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
    // It took the request; its answer is the example again, which leads where it did.
    assert_eq!(assigned.code, Some(1));
    assert!(assigned.err.contains("the carrier took the change, but the number still leads"), "{}", assigned.err);
}
