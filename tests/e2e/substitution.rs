//! A value lands as itself wherever a flow puts it, whatever it holds.

use flow_tests::{Program, Reply, Request, StandIn, binary_of};
use serde_json::json;

/// One trigger for each place.
const FLOW: &str = r#"
flow "Places"

on api "path" expect Value: text
  -> call GET "https://up.example/base/$Value/end"
     ok   -> end
     fail -> call GET "https://up.example/refused" query "why" = $failure.kind fail -> end

on api "query" expect Value: text
  -> call GET "https://up.example/query?first=1&v=$Value&last=2" query "w" = $Value fail -> end

on api "json" expect Value: text
  -> call POST "https://up.example/json" json { "plain": $Value, "within": ["<$Value>"], "last": 1 } fail -> end

on api "form" expect Value: text
  -> call POST "https://up.example/form" form { "v": $Value, "within": "<$Value>", "last": 1 } fail -> end

on api "xml" expect Value: text
  -> call POST "https://up.example/xml" xml "<order note=\"$Value\"><text>$Value</text><last/></order>"
     ok   -> end
     fail -> call GET "https://up.example/refused" query "why" = $failure.kind fail -> end

on api "text" expect Value: text
  -> call POST "https://up.example/text" text "<$Value>" fail -> end

on api "header" expect Value: text
  -> call GET "https://up.example/header" header "X-Value" = $Value header "X-Last" = "1"
     ok   -> end
     fail -> call GET "https://up.example/refused" query "why" = $failure.kind fail -> end

on api "basic" expect Value: text
  -> call GET "https://up.example/basic" basic $Value $Value
     ok   -> end
     fail -> call GET "https://up.example/refused" query "why" = $failure.kind fail -> end

on api "sms" expect Value: text
  -> sms to "+13055550123" from "+13055550100" "<$Value>"
"#;

const HOSTILE: [&str; 22] = [
    "plain",
    "../../x",
    "a/b?c#d",
    "%2f",
    "%2e%2e",
    "..%2f",
    "\\..\\x",
    "//host/x",
    "@host",
    "a:b",
    "\"},{\"",
    "\"\\\"",
    "'; drop table",
    "&v=2&first=9",
    "a=b;c=d",
    "a+b c",
    "$Value",
    "${Value}",
    "{0} {} %s",
    "😀 é ü 天気",
    "\u{feff}\u{202e}abc",
    "tab\tend",
];

/// A NUL is refused where it comes in, so none reaches a place.
const CONTROL: [&str; 4] = ["a\r\nX-Evil: 1", "a\nb", "a\rb", "\u{1b}[31m"];

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

struct Places {
    service: StandIn,
    program: Program,
}

impl Places {
    fn new() -> Self {
        let service = StandIn::start(|_| Reply::status(200));
        let program = Program::of(&binary_of("places", FLOW)).connect("up.example:443", &service.url()).start();
        Self { service, program }
    }

    fn trigger(&self, place: &str, value: &str) {
        let body = json!({ "flowId": place, "Value": value });
        let request = Request::new("POST", "/_rest/v4/sfgen/apitriggers").json(&body);
        let answer = self.program.send(&request);
        assert_eq!(answer.status, 202, "{place} {value:?}: {}", answer.text());
    }

    /// Triggers a place with a value and returns the one request that came of it.
    fn request(&self, place: &str, value: &str) -> Request {
        let before = self.service.requests().len();
        self.trigger(place, value);
        self.service.wait_for(before + 1).swap_remove(before)
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    HOSTILE.into_iter().chain(CONTROL)
}

#[test]
fn a_value_is_one_segment_of_a_path() {
    let places = Places::new();
    for value in all() {
        let request = places.request("path", value);
        let segments: Vec<&str> = request.target.split('/').collect();
        let ["", "base", segment, "end"] = segments[..] else { panic!("{value:?} became {}", request.target) };
        let decoded: String = url::form_urlencoded::parse(format!("v={segment}").as_bytes()).next().unwrap().1.into();
        assert_eq!(decoded, value, "{}", request.target);
        assert_eq!(request.header_value("Host"), Some("up.example"));
    }
}

#[test]
fn a_value_never_climbs() {
    let places = Places::new();
    for value in ["..", ".", ""] {
        let request = places.request("path", value);
        // What cannot be said as a segment is not sent at all; an empty one can.
        let expected = if value.is_empty() { "/base//end" } else { "/refused?why=request" };
        assert_eq!(request.target, expected, "{value:?}");
    }
}

#[test]
fn a_value_is_one_value_of_a_query() {
    let places = Places::new();
    for value in all() {
        let request = places.request("query", value);
        assert_eq!(request.path(), "/query");
        assert_eq!(
            request.query(),
            [pair("first", "1"), pair("v", value), pair("last", "2"), pair("w", value)],
            "{}",
            request.target
        );
    }
}

#[test]
fn a_value_is_one_string_of_json() {
    let places = Places::new();
    for value in all() {
        let request = places.request("json", value);
        assert_eq!(request.json_body(), json!({ "plain": value, "within": [format!("<{value}>")], "last": 1 }));
        assert_eq!(request.header_value("Content-Type"), Some("application/json"));
    }
}

#[test]
fn a_value_is_one_value_of_a_form() {
    let places = Places::new();
    for value in all() {
        let request = places.request("form", value);
        let expected = [pair("v", value), pair("within", &format!("<{value}>")), pair("last", "1")];
        assert_eq!(request.form(), expected);
        assert_eq!(request.header_value("Content-Type"), Some("application/x-www-form-urlencoded"));
    }
}

#[test]
fn a_value_is_one_text_and_one_attribute_of_xml_or_the_step_fails_with_nothing_sent() {
    let places = Places::new();
    for value in all() {
        let request = places.request("xml", value);
        // XML 1.0, 2.2: no way to write most control characters.
        if value.contains('\u{1b}') {
            assert_eq!(request.target, "/refused?why=request", "{value:?}");
            continue;
        }
        let text = String::from_utf8(request.body.clone()).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let order = document.root_element();
        assert_eq!(order.attribute("note"), Some(value));
        let children: Vec<_> = order.children().map(|child| (child.tag_name().name(), child.text())).collect();
        assert_eq!(children, [("text", Some(value)), ("last", None)]);
        assert_eq!(request.header_value("Content-Type"), Some("application/xml; charset=utf-8"));
    }
}

#[test]
fn a_value_is_itself_in_a_text() {
    let places = Places::new();
    for (number, value) in all().enumerate() {
        assert_eq!(places.request("text", value).body, format!("<{value}>").into_bytes());
        places.trigger("sms", value);
        assert_eq!(places.program.messages(number + 1)[number], format!("<{value}>"));
    }
}

#[test]
fn a_value_is_one_header_or_the_step_fails_with_nothing_sent() {
    let places = Places::new();
    for value in HOSTILE {
        let request = places.request("header", value);
        assert_eq!(request.header_value("X-Value"), Some(value));
        assert_eq!(request.header_value("X-Last"), Some("1"));
    }
    for value in CONTROL {
        assert_eq!(places.request("header", value).target, "/refused?why=request", "{value:?}");
    }
    assert_eq!(places.service.requests().len(), HOSTILE.len() + CONTROL.len());
}

#[test]
fn basic_credentials_hold_no_colon_in_the_user_and_no_control_character() {
    use base64::Engine as _;
    let places = Places::new();
    for value in all() {
        let request = places.request("basic", value);
        if value.contains(|character: char| character == ':' || character.is_control()) {
            assert_eq!(request.target, "/refused?why=request", "{value:?}");
            continue;
        }
        let credentials = request.header_value("Authorization").and_then(|value| value.strip_prefix("Basic "));
        let decoded = base64::prelude::BASE64_STANDARD.decode(credentials.unwrap()).unwrap();
        assert_eq!(String::from_utf8(decoded).unwrap(), format!("{value}:{value}"));
    }
}
