//! The examples: all build without a word of complaint, and do what they say.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use flow_tests::folder::{Beside, workspace};
use flow_tests::program::{GUEST, HOTEL};
use flow_tests::{Program, Reply, Request, StandIn, binary_of};
use flowc::source::SourceFile;
use serde_json::{Value, json};

fn example(name: &str, file: &str) -> String {
    let path = workspace().join("examples").join(name).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn start(name: &str) -> flow_tests::program::Start {
    Program::of(&binary_of(name, &example(name, &format!("{name}.flow"))))
}

/// An example's recorded answer.
fn recorded(name: &str, file: &str) -> Value {
    serde_json::from_str(&example(name, file)).unwrap()
}

fn names() -> Vec<String> {
    let folders = fs::read_dir(workspace().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = folders.filter(|path| path.is_dir()).collect::<Vec<PathBuf>>();
    names.sort();
    names.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_example_is_a_folder_with_a_flow_of_its_name_that_builds_without_diagnostics() {
    let names = names();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let flow = example(&name, &format!("{name}.flow"));
        let source = SourceFile::new(format!("{name}.flow"), flow.as_str());
        let path = workspace().join(format!("examples/{name}/{name}.flow"));
        let diagnostics = flowc::check(&source, &Beside(&path));
        assert!(diagnostics.is_empty(), "{name}: {diagnostics:#?}");
        binary_of(&name, &flow);
    }
}

#[test]
fn the_weather_forecast_reads_its_sample() {
    let service = StandIn::of_json(recorded("weather-forecast", "forecast.json"));
    let program = start("weather-forecast").connect("api.weather.gov:443", &service.url()).start();
    let first = recorded("weather-forecast", "forecast.json")["properties"]["periods"][0].clone();
    let text = program.converse("weather");
    assert!(text.contains(&first["temperature"].to_string()), "{text}");
    for name in ["windSpeed", "detailedForecast"] {
        assert!(text.contains(first[name].as_str().unwrap()), "{text}");
    }
}

#[test]
fn the_order_of_the_sample_is_ready() {
    let program = start("order-ready").variable("ORDER_TOKEN", "t0ken").start();
    let request = Request::new("POST", "/_rest/v4/sfgen/apitriggers").header("Authorization", "Bearer t0ken");
    assert_eq!(program.send(&request.json(&recorded("order-ready", "request.json"))).status, 202);
    assert_eq!(program.messages(1), ["Hi Maria, your order 1042 is ready. Please bring your receipt."]);
}

#[test]
fn a_customer_is_answered_by_the_city() {
    let sample = recorded("customer-lookup", "customers.json");
    let customers = |change: fn(&mut Value)| {
        let mut body = sample.clone();
        change(&mut body);
        Reply::json(200, &body)
    };
    let answers = [
        (customers(|_| {}), "Hi Maria, your store is 120 Ocean Drive, Miami. We are open from 9 to 6."),
        (
            customers(|body| body["customers"][0]["address"]["city"] = json!(" TAMPA ")),
            "Hi Maria, your store is 48 Bay Street, Tampa. We are open from 10 to 5.",
        ),
        (
            customers(|body| body["customers"][0] = json!({ "address": { "city": "Ocala" } })),
            "Hi there, we have no store in Ocala yet. We deliver to you in two days.",
        ),
        (
            customers(|body| body["customers"] = json!([])),
            "We do not know this number yet. Please call us at 305-555-0100 and we will set you up.",
        ),
        (Reply::status(503), "Sorry, we cannot look that up just now. Please call us at 305-555-0100."),
    ];
    let expected: Vec<_> = answers.iter().map(|(_, text)| *text).collect();
    let replies = std::sync::Mutex::new(answers.map(|(reply, _)| reply).into_iter());
    let crm = StandIn::start(move |_| replies.lock().unwrap().next().unwrap());
    let program =
        start("customer-lookup").variable("CRM_TOKEN", "crm").connect("crm.example.com:443", &crm.url()).start();
    for text in expected {
        assert_eq!(program.converse("where is my store?"), text);
    }
    let asked = &crm.requests()[0];
    assert_eq!(asked.target, "/v2/customers?phone=%2B13055550123");
    assert_eq!(asked.header_value("Authorization"), Some("Bearer crm"));
}

#[test]
fn a_request_becomes_a_ticket() {
    let ticket = recorded("crm-record", "ticket.json");
    let crm = StandIn::start(move |request| match request.json_body()["text"].as_str() {
        Some("down") => Reply::status(500),
        _ => Reply::json(201, &ticket),
    });
    let program = start("crm-record").variable("CRM_TOKEN", "crm").connect("crm.example.com:443", &crm.url()).start();
    let sms = json!({ "from": GUEST, "to": HOTEL, "body": " The \"AC\" drips ", "media": ["https://m.example/1.jpg"] });
    assert_eq!(program.send(&Request::new("POST", "/simulator/sms").json(&sms)).status, 202);
    let sent = program.messages(2);
    assert_eq!(sent[0], "Thank you! The front desk has your request and will answer soon.");
    assert_eq!(sent[1], format!("Ticket T-3381: {GUEST} wrote:  The \"AC\" drips "));
    assert_eq!(program.outbox()[1]["to"], "+13055550111");
    let expected = json!({
        "source": "sms", "priority": 2, "contact": { "phone": GUEST }, "subject": format!("Text to {HOTEL}"),
        "text": "The \"AC\" drips", "attachments": ["https://m.example/1.jpg"],
    });
    assert_eq!(crm.requests()[0].json_body(), expected);

    program.text("down");
    assert_eq!(program.messages(4)[3], format!("No ticket, please write it down (status). {GUEST} wrote: down"));
}

#[test]
fn the_menu_answers_words_and_numbers() {
    let program = start("keyword-menu").start();
    let menu = "Text 1 for hours, 2 for wifi, 3 for checkout, or towels and your room number.";
    let conversation = [
        (" 1 ", "The pool is open from 8 to 8, the bar from noon to midnight.".to_owned()),
        ("WiFi", "The network is Seaside-Guest, the password is on your key card.".to_owned()),
        ("Hello", format!("Welcome to Seaside Inn! {menu}")),
        ("what?", format!("We did not understand that. {menu}")),
    ];
    for (text, answer) in conversation {
        assert_eq!(program.converse(text), answer);
    }
    let which_room = program.converse("Towels please");
    assert!(which_room.starts_with("Which room?") && which_room.ends_with(menu), "{which_room}");
    let before = program.outbox().len();
    program.text("TOWELS for 217");
    program.messages(before + 2);
    let sent = &program.outbox()[before..];
    assert_eq!(sent[0]["to"], "+13055550122");
    assert_eq!(sent[0]["body"], "Towels for room 217, please.");
    assert_eq!(sent[1]["to"], GUEST);
}

#[test]
fn a_room_is_found_booked_out_and_given_back() {
    let rooms = recorded("room-booking", "rooms.json");
    let hotel = StandIn::start(move |request| match (request.method.as_str(), request.target.as_str()) {
        ("GET", "/v1/rooms?guests=2") => Reply::json(200, &rooms),
        ("GET", "/v1/rooms?guests=3") => {
            let mut without_view = rooms.clone();
            without_view["rooms"].as_array_mut().unwrap().remove(1);
            Reply::json(200, &without_view)
        }
        ("GET", "/v1/rooms?guests=4") => Reply::json(200, &json!({ "rooms": [] })),
        ("GET", "/v1/rooms?guests=5") => Reply::status(422),
        ("DELETE", "/v1/holds/%2B13055550123") => Reply::status(404),
        _ => Reply::status(500),
    });
    let program = start("room-booking")
        .variable("BOOKING_TOKEN", "b00k")
        .connect("booking.example.com:443", &hotel.url())
        .start();
    let conversation = [
        ("Room 2", "Room 12 with a view of the sea is free, at $140 a night."),
        ("ROOMS 3", "Room 21 is free, at $110 a night."),
        ("room 4", "There is no room free for 4 tonight."),
        ("room 5", "We have no rooms for 5."),
        ("room 6", "Please call us at 305-555-0100."),
        ("a room please", "Text ROOM and the number of guests, like ROOM 2."),
        (" Cancel\n", "We hold no room for you."),
        ("please cancel", "Text ROOM and the number of guests, like ROOM 2."),
    ];
    for (text, answer) in conversation {
        assert_eq!(program.converse(text), answer);
    }
    for request in hotel.requests() {
        assert_eq!(request.header_value("Authorization"), Some("Bearer b00k"));
        assert_eq!(request.header_value("Accept"), Some("application/json"));
    }
}

#[test]
fn a_table_is_booked_by_question_and_answer() {
    let tables = StandIn::start(|request| match request.json_body()["time"].as_str() {
        Some("21:30") => Reply::status(409),
        _ => Reply::json(201, &json!({ "table": 7 })),
    });
    let program = start("table-booking")
        .variable("TABLES_TOKEN", "t4ble")
        .connect("tables.example.com:443", &tables.url())
        .start();
    let conversation = [
        ("Hello", "Text BOOK to book a table."),
        ("BOOK", "For how many guests?"),
        ("two", "Please answer with a number, like 2."),
        // A reply is no other trigger's, whatever it says.
        ("book", "Please answer with a number, like 2."),
        ("2", "At what time tonight? We serve from 18:00 to 21:30."),
        ("22:00", "At what time tonight? We serve from 18:00 to 21:30."),
        (" 20:15 ", "Table 7 is yours at 20:15, for 2. We look forward to it."),
        // That run waits for the next day; this one is another.
        ("table", "For how many guests?"),
        ("9", "For more than 8 guests, please call us at 305-555-0100."),
        ("book", "For how many guests?"),
        ("4", "At what time tonight? We serve from 18:00 to 21:30."),
        ("21:30", "We are full at 21:30. Text BOOK to try another time."),
    ];
    for (text, answer) in conversation {
        assert_eq!(program.converse(text), answer);
    }
    let bookings: Vec<Value> = tables.requests().iter().map(Request::json_body).collect();
    assert_eq!(bookings, [json!({ "guests": 2, "time": "20:15" }), json!({ "guests": 4, "time": "21:30" })]);
}

#[test]
fn the_balance_of_points_is_looked_up_with_a_token() {
    let balance = recorded("loyalty-points", "balance.json");
    let points = balance["balance"]["points"].to_string();
    let login = StandIn::of_json(json!({ "access_token": "t0", "token_type": "Bearer", "expires_in": 3600 }));
    let put = AtomicUsize::new(0);
    let api = StandIn::start(move |request| match request.method.as_str() {
        "GET" => Reply::json(200, &balance),
        _ if put.fetch_add(1, Ordering::SeqCst) == 0 => Reply::status(503),
        _ => Reply::status(201),
    });
    let program = start("loyalty-points")
        .variable("LOYALTY_ID", "hotel")
        .variable("LOYALTY_SECRET", "canary")
        .connect("login.loyalty.example.com:443", &login.url())
        .connect("api.loyalty.example.com:443", &api.url())
        .start();
    assert!(program.converse("Join").starts_with("Welcome to the club!"));
    assert!(program.converse("points").contains(&points));
    assert!(program.converse("hello").starts_with("Text POINTS"));
    assert_eq!(login.requests().len(), 1);
    let sent: Vec<_> = api.requests().iter().map(|request| request.method.clone()).collect();
    assert_eq!(sent, ["PUT", "PUT", "GET"]);
    assert!(api.requests().iter().all(|request| request.header_value("Authorization") == Some("Bearer t0")));
}
