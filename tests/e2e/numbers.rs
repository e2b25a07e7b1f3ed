//! `BINARY numbers …`: an account's numbers, and leading them to a flow that runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use flow_tests::process::Ended;
use flow_tests::program::Start;
use flow_tests::stand_in::nobody;
use flow_tests::twilio::{ACCOUNT, TOKEN};
use flow_tests::{Program, Reply, StandIn, binary_of, flowc};
use serde_json::{Value, json};

pub(super) const FLOW: &str = "flow \"Front desk\"\non sms -> sms \"Hello\"\n";
const OTHER: &str = "flow \"Spa\"\non sms -> sms \"Hello from the spa\"\n";
const CHANGED: &str = "flow \"Front desk\"\non sms -> sms \"Good day\"\n";

pub(super) fn binary() -> PathBuf {
    binary_of("front-desk", FLOW)
}

/// Runs `BINARY numbers …` with an account at Twilio, whose API is at this URL.
fn numbers(api: &str, arguments: &[&str]) -> Ended {
    twilio(Program::of(&binary()).with(["numbers"]), api).with(arguments.iter().copied()).run()
}

fn twilio(start: Start, api: &str) -> Start {
    start.with(arguments(api)).variable("TWILIO_ACCOUNT_SID", ACCOUNT).variable("TWILIO_AUTH_TOKEN", TOKEN)
}

fn arguments(api: &str) -> [&str; 4] {
    ["--carrier", "twilio", "--carrier-url", api]
}

/// Twilio's numbers, by their ids: number, URL, application. Two a page.
type Account = Arc<Mutex<BTreeMap<String, (String, String, String)>>>;

fn account(numbers: &[(&str, &str, &str)]) -> Account {
    let number = |(index, (number, url, application)): (usize, &(&str, &str, &str))| {
        (format!("PN{index:032x}"), (number.to_string(), url.to_string(), application.to_string()))
    };
    Arc::new(Mutex::new(numbers.iter().enumerate().map(number).collect()))
}

fn api(account: &Account) -> StandIn {
    let account = Arc::clone(account);
    StandIn::start(move |request| {
        let root = format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers");
        let mut numbers = account.lock().unwrap();
        let rest = request.path().strip_prefix(&root).unwrap();
        if let Some(id) = rest.strip_prefix('/') {
            let Some(number) = numbers.get_mut(id.strip_suffix(".json").unwrap()) else {
                return Reply::json(404, &json!({ "code": 20404, "message": "The requested resource was not found" }));
            };
            if number.0.ends_with("9999") {
                return Reply::json(400, &json!({ "code": 21452, "message": "SmsUrl is not valid." }));
            }
            for (name, value) in request.form() {
                match name.as_str() {
                    "SmsUrl" => number.1 = value,
                    "SmsApplicationSid" => number.2 = value,
                    _ => assert_eq!((name.as_str(), value.as_str()), ("SmsMethod", "POST")),
                }
            }
            // It says 200 and changes nothing.
            let stubborn = number.0.ends_with("8888");
            let url = if stubborn { "https://spa.example/hook?token=canary" } else { &number.1 };
            return Reply::json(200, &json!({ "sid": id, "phone_number": number.0, "sms_url": url }));
        }
        let page = request.query().iter().find(|(name, _)| name == "Page").map_or(0, |(_, page)| page.parse().unwrap());
        let listed = numbers.iter().skip(page * 2).take(2).map(|(id, (number, url, application))| {
            let texts = !number.ends_with("0000");
            json!({
                "sid": id, "phone_number": number, "sms_url": url, "sms_method": "POST",
                "sms_application_sid": Some(application).filter(|application| !application.is_empty()),
                "capabilities": { "sms": texts, "mms": texts, "voice": true },
            })
        });
        let next = (numbers.len() > page * 2 + 2).then(|| format!("{root}.json?PageSize=1000&Page={}", page + 1));
        Reply::json(200, &json!({ "incoming_phone_numbers": listed.collect::<Vec<_>>(), "next_page_uri": next }))
    })
}

fn at(account: &Account, number: &str) -> (String, String) {
    let numbers = account.lock().unwrap();
    let (_, url, application) = numbers.values().find(|(known, ..)| known == number).unwrap();
    (url.clone(), application.clone())
}

/// The flow, serving at a public URL that is the program's own.
pub(super) fn serving(flow: &str, name: &str) -> (Program, String) {
    let program = Program::of(&binary_of(name, flow)).start();
    let url = format!("http://{}", program.address);
    (program, url)
}

const ELSEWHERE: &str = "https://spa.example/hook?token=canary";

#[test]
fn numbers_are_listed_with_where_they_lead() {
    let here = "https://flows.example/carrier/twilio";
    let account = account(&[
        ("+13055550102", ELSEWHERE, ""),
        ("+13055550100", here, ""),
        ("+13055550000", here, ""),
        ("+14155550101", "", ""),
        ("+13055550103", ELSEWHERE, "AP1"),
        ("+13055550104", "https://demo.twilio.com/welcome/sms/reply", ""),
    ]);
    let api = api(&account);
    let listed = numbers(&api.url(), &["list", "--public-url", "https://flows.example/"]);
    let expected = "NUMBER        LEADS TO\n\
        +13055550100  https://flows.example/carrier/twilio  (this flow)\n\
        +13055550102  https://spa.example/hook\n\
        +13055550103  the application AP1\n\
        +13055550104  nowhere\n\
        +14155550101  nowhere\n";
    assert_eq!((listed.code, listed.out.as_str(), listed.err.as_str()), (Some(0), expected, ""));
    let asked = &api.requests()[0];
    assert!(asked.header_value("Authorization").is_some_and(|value| value.starts_with("Basic ")), "{asked:?}");

    let found = numbers(&api.url(), &["search", "415", "--format", "json"]);
    assert_eq!(found.out, "{\"number\":\"+14155550101\",\"leads_to\":null,\"this_flow\":null}\n");
    let none = numbers(&api.url(), &["search", "999"]);
    assert_eq!((none.code, none.err.as_str()), (Some(1), "error: no number of this account holds 999\n"));
}

#[test]
fn several_numbers_are_assigned_and_what_fails_is_told_by_number() {
    let (_program, public) = serving(FLOW, "front-desk");
    let webhook = format!("{public}/carrier/twilio");
    let account = account(&[
        ("+13055550100", "", ""),
        ("+13055550101", ELSEWHERE, ""),
        ("+13055550102", &format!("{webhook}?old=1"), ""),
        ("+13055550103", ELSEWHERE, "AP1"),
        ("+13055559999", "", ""),
        ("+13055558888", "", ""),
        ("+13055550104", &webhook, ""),
    ]);
    let api = api(&account);
    let all = [
        "+13055550100",
        "+13055550101",
        "+13055550102",
        "+13055550103",
        "+13055559999",
        "+13055558888",
        "+13055550104",
        "+13055550177",
    ];
    let assigned = numbers(&api.url(), &[&["assign"], &all[..], &["--public-url", &public]].concat());
    assert_eq!(assigned.code, Some(1));
    let out = format!(
        "+13055550100 leads to {webhook} now\n+13055550102 leads to {webhook} now\n+13055550104: nothing to change\n"
    );
    assert_eq!(assigned.out, out);
    assert_eq!(
        assigned.err,
        "error: +13055550101: it leads to https://spa.example/hook; --force takes it over\n\
         error: +13055550103: it leads to the application AP1; --force takes it over\n\
         error: +13055559999: Twilio answered 400 with error 21452: SmsUrl is not valid\n\
         error: +13055558888: the carrier took the change, but the number still leads to https://spa.example/hook\n\
         error: +13055550177: it is no number of this account that takes texts; `numbers list` shows those\n"
    );
    assert_eq!(at(&account, "+13055550100").0, webhook);
    assert_eq!(at(&account, "+13055550101").0, ELSEWHERE);

    let forced = numbers(&api.url(), &["assign", "+13055550101", "+13055550103", "--force", "--public-url", &public]);
    assert_eq!((forced.code, forced.err.as_str()), (Some(0), ""));
    assert_eq!(at(&account, "+13055550103"), (webhook.clone(), String::new()));

    // Back again: only what leads here.
    account
        .lock()
        .unwrap()
        .values_mut()
        .filter(|(number, ..)| number == "+13055550101")
        .for_each(|number| number.1 = ELSEWHERE.to_owned());
    let cleared =
        numbers(&api.url(), &["clear", "+13055550100", "+13055550101", "--public-url", &public, "--format=json"]);
    assert_eq!(cleared.code, Some(1));
    let lines: Vec<Value> = cleared.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({ "number": "+13055550100", "done": "cleared" }));
    assert_eq!(lines[1]["error"], "it leads to https://spa.example/hook, not to this flow; --force clears it");
    assert_eq!((at(&account, "+13055550100").0, at(&account, "+13055550101").0), (String::new(), ELSEWHERE.to_owned()));
    assert_eq!(numbers(&api.url(), &["clear", "+13055550101", "--force"]).code, Some(0));
    assert_eq!(at(&account, "+13055550101").0, "");
    for ended in [&assigned, &forced, &cleared] {
        assert!(!ended.out.contains("canary") && !ended.err.contains("canary") && !ended.err.contains(TOKEN));
    }
}

#[test]
fn only_this_flow_where_it_runs_is_assigned() {
    let account = account(&[("+13055550100", "", "")]);
    let api = api(&account);
    let refused = |public: &str| {
        let ended = numbers(&api.url(), &["assign", "+13055550100", "--force", "--public-url", public]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{}", ended.err);
        ended.err.strip_prefix("error: nothing was assigned: ").unwrap_or_else(|| panic!("{}", ended.err)).to_owned()
    };
    let nothing = refused(&nobody());
    assert!(nothing.contains("/readyz could not be reached"), "{nothing}");
    let page = StandIn::start(|_| Reply::status(404));
    assert_eq!(
        refused(&page.url()),
        format!("no flow answers at {}/readyz, but something that says 404\n", page.url())
    );
    let (_other, spa) = serving(OTHER, "spa");
    let told = refused(&spa);
    assert!(told.contains("another flow runs: \"Spa\" (") && told.ends_with("this one is \"Front desk\"\n"), "{told}");
    let (_changed, newer) = serving(CHANGED, "front-desk");
    assert!(refused(&newer).contains("another version of this flow runs ("));
    // The flow itself, but it takes nothing now.
    let (program, own) = serving(FLOW, "front-desk");
    let identity = program.get("/readyz").header_value("X-Flow-Identity").unwrap().to_owned();
    let unready = StandIn::start(move |_| {
        Reply::raw(format!("HTTP/1.1 503 X\r\nX-Flow-Identity: {identity}\r\nContent-Length: 0\r\n\r\n").as_bytes())
    });
    assert!(refused(&unready.url()).ends_with("is not ready: it says 503\n"));
    let moved = StandIn::start(|_| {
        Reply::raw(b"HTTP/1.1 302 X\r\nLocation: https://flows.example/readyz\r\nContent-Length: 0\r\n\r\n")
    });
    assert!(refused(&moved.url()).ends_with("--public-url should be https://flows.example\n"));
    assert!(api.requests().is_empty(), "the carrier is asked only once the flow is there");
    assert_eq!(numbers(&api.url(), &["assign", "+13055550100", "--public-url", &own]).code, Some(0));
}

#[test]
fn an_api_that_does_not_answer_is_told() {
    let refusing = StandIn::start(|_| Reply::json(401, &json!({ "code": 20003, "message": "Authenticate" })));
    let ended = numbers(&refusing.url(), &["list"]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (Some(2), "error: Twilio answered 401 with error 20003: Authenticate\n")
    );
    let away = numbers(&nobody(), &["list"]);
    assert!(away.code == Some(2) && away.err.contains("Twilio could not be reached"), "{}", away.err);
    let strange = StandIn::start(|_| Reply::new(200, "text/html", "<html>"));
    let ended = numbers(&strange.url(), &["list"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(2), "error: Twilio's list of numbers was not understood\n"));
    // A page elsewhere is not followed with the credentials.
    let trap = StandIn::start(|_| Reply::status(200));
    let next = format!("{}/2010-04-01/", trap.url());
    let leading =
        StandIn::start(move |_| Reply::json(200, &json!({ "incoming_phone_numbers": [], "next_page_uri": next })));
    let told = |api: &StandIn| {
        let ended = numbers(&api.url(), &["list"]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        ended.err
    };
    assert_eq!(told(&leading), "error: Twilio's list of numbers goes on at a place that is not this list\n");
    assert!(trap.requests().is_empty());
    // Neither half a list nor a number twice is shown.
    let next = format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json?Page=1");
    let page =
        move |numbers: Value| Reply::json(200, &json!({ "incoming_phone_numbers": numbers, "next_page_uri": next }));
    let endless = page.clone();
    let repeating = StandIn::start(move |_| page(json!([{ "sid": "PN1", "phone_number": "+13055550100" }])));
    assert_eq!(told(&repeating), "error: Twilio's list of numbers holds PN1 twice: ask again\n");
    let endless = StandIn::start(move |_| endless(json!([])));
    assert_eq!(told(&endless), "error: Twilio's list of numbers does not end after 100 pages\n");
}

#[test]
fn flowc_hands_the_work_to_the_binary() {
    let api = api(&account(&[("+13055550100", "", "")]));
    let file = binary().with_extension("flow");
    let mut command = flowc();
    command.arg("numbers").arg("search").arg(file).arg("0100").args(arguments(&api.url()));
    command.env("TWILIO_ACCOUNT_SID", ACCOUNT).env("TWILIO_AUTH_TOKEN", TOKEN);
    let ended = flow_tests::process::run(command, flow_tests::build::BUILD_LIMIT);
    assert_eq!(ended.out, "NUMBER        LEADS TO\n+13055550100  nowhere\n", "{}", ended.err);
    assert_eq!(ended.code, Some(0));
    let plain = Program::of(&binary()).with(["numbers", "list"]).run();
    assert_eq!(plain.code, Some(2));
    assert!(plain.err.starts_with("error: numbers of the simulator are not set from here"), "{}", plain.err);
}
