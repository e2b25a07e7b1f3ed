//! No value changes the shape of a request: random and hostile values in every place of a call, read from the socket as raw
//! bytes by a server that forgives nothing.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flow_tests::http::Connection;
use flow_tests::random::Random;
use flow_tests::{Program, Request, binary_of, wait};
use serde_json::{Value, json};

/// Each place stands alone in a call of its own. What is refused there goes on with the next all the same.
const FLOW: &str = r#"
on api "shape"
     expect Number: int, Value: text
  -> call POST "http://shape.example/segment/$Value/end?n=$Number"
     ok   -> goto written($Number, $Value)
     fail -> goto written($Number, $Value)

path written(n: int, v: text)
  -> call POST "http://shape.example/written?n=$n&v=$v&end=1" ok -> goto query($n, $v) fail -> goto query($n, $v)
path query(n: int, v: text)
  -> call POST "http://shape.example/query?n=$n" query "v" = $v ok -> goto header($n, $v) fail -> goto header($n, $v)
path header(n: int, v: text)
  -> call POST "http://shape.example/header?n=$n" header "X-V" = $v ok -> goto bearer($n, $v) fail -> goto bearer($n, $v)
path bearer(n: int, v: text)
  -> call POST "http://shape.example/bearer?n=$n" bearer $v ok -> goto user($n, $v) fail -> goto user($n, $v)
path user(n: int, v: text)
  -> call POST "http://shape.example/user?n=$n" basic $v "word" ok -> goto password($n, $v) fail -> goto password($n, $v)
path password(n: int, v: text)
  -> call POST "http://shape.example/password?n=$n" basic "user" $v ok -> goto form($n, $v) fail -> goto form($n, $v)
path form(n: int, v: text)
  -> call POST "http://shape.example/form?n=$n" form { "a": "1", "v": $v, "z": "2" } ok -> goto xml($n, $v) fail -> goto xml($n, $v)
path xml(n: int, v: text)
  -> call POST "http://shape.example/xml?n=$n" xml "<a><b c=\"$v\">$v</b><d/></a>" ok -> goto json($n, $v) fail -> goto json($n, $v)
path json(n: int, v: text)
  -> call POST "http://shape.example/json?n=$n" json { "a": [$v, "<$v>"], "z": true } ok -> goto text($n, $v) fail -> goto text($n, $v)
path text(n: int, v: text)
  -> call POST "http://shape.example/text?n=$n" text "<$v>" ok -> end fail -> end
"#;

/// In each of them.
const PLACES: [&str; 11] =
    ["segment", "written", "query", "header", "bearer", "user", "password", "form", "xml", "json", "text"];

/// So that there are 100,000 cases of a value in a place.
const VALUES: u64 = 9_100;

const SEED: u64 = 5;

/// The value of a run, known to the one who sends it and to the one who checks what arrives.
fn value(number: u64) -> String {
    const HOSTILE: &[&str] = &[
        "..",
        ".",
        "/",
        "../",
        "/..",
        "%2e%2e",
        "%2f",
        "%2F",
        "\\",
        "//evil.example",
        "@evil.example",
        ":8080",
        "?",
        "#",
        "&",
        "=",
        "+",
        "&n=0",
        "?n=0",
        ";",
        "%",
        "%zz",
        "%0d%0a",
        "\r\n",
        "\n",
        "\r",
        "\t",
        " ",
        "\u{b}",
        "\u{7f}",
        "\u{1b}",
        "\u{85}",
        "\u{2028}",
        "\r\nX-Evil: 1",
        "\r\n\r\nGET / HTTP/1.1",
        "Host: evil.example",
        "HTTP/1.1",
        "Transfer-Encoding: chunked",
        "0\r\n\r\n",
        "\"",
        "'",
        "`",
        "<",
        ">",
        "</b>",
        "<e/>",
        "<!--",
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&lt;",
        "&#0;",
        "{",
        "}",
        "[",
        "]",
        "\",\"a\":\"",
        "\\u0000",
        "\\\"",
        ",",
        ":",
        "$",
        "$v",
        "${v}",
        "null",
        "é",
        "ß",
        "漢",
        "😀",
        "\u{FEFF}",
        "\u{FFFE}",
        "\u{FFFF}",
        "\u{10FFFF}",
        "\u{202E}",
        "\u{D7FF}",
        "a",
        "Z",
        "0",
        "~",
        "-",
        "_",
        "|",
        "^",
        "*",
        "(",
        ")",
        "!",
    ];
    let mut random = Random::new(SEED * 1_000_000 + number);
    if random.one_in(50) {
        return (*random.pick(&["", ".", "..", " ", "\t", "\"", "+", "%", "&", ":", "\n"])).to_owned();
    }
    let parts = 1 + random.below(10);
    let part = |random: &mut Random| match random.below(4) {
        0 => char::from_u32(random.below(0x11_0000) as u32).filter(|c| *c != '\0').unwrap_or('x').to_string(),
        1 => char::from(1 + random.below(127) as u8).to_string(),
        _ => (*random.pick(HOSTILE)).to_owned(),
    };
    let value: String = (0..parts).map(|_| part(&mut random)).collect();
    if random.one_in(100) { value.repeat(200) } else { value }
}

/// Whether a place takes a value, by the rules that it has from its RFC.
fn is_taken(place: &str, value: &str) -> bool {
    // RFC 9110, 5.5: visible characters, spaces, tabs and bytes beyond ASCII.
    let in_header = |c: char| !c.is_ascii_control() || c == '\t';
    match place {
        // RFC 3986, 5.2.4: such a segment is taken out of the path.
        "segment" => !matches!(value, "." | ".."),
        "header" | "bearer" => value.chars().all(in_header),
        // RFC 7617, 2.
        "user" => !value.contains(|c: char| c == ':' || c.is_control()),
        "password" => !value.contains(|c: char| c.is_control()),
        // XML 1.0, 2.2.
        "xml" => !value
            .contains(|c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')),
        _ => true,
    }
}

/// A request as it stood on the wire.
struct Raw {
    target: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

/// Reads requests as strictly as RFC 9112 has them, and answers each, until the connection ends.
fn serve(stream: TcpStream, took: &dyn Fn(Raw)) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            if reader.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                assert!(lines.is_empty(), "a connection ended within a head: {lines:?}");
                return;
            }
            let line = line.strip_suffix(b"\r\n").unwrap_or_else(|| panic!("no CRLF: {line:?}")).to_vec();
            assert!(!line.contains(&b'\r'), "{line:?}");
            if line.is_empty() {
                break;
            }
            lines.push(String::from_utf8(line).unwrap());
        }
        let start = lines.remove(0);
        let target = start.strip_prefix("POST ").and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
        let target = target.unwrap_or_else(|| panic!("not a request line: {start:?}")).to_owned();
        assert!(target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{target:?}");
        let lengths: Vec<usize> =
            lines.iter().filter_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).collect();
        assert!(lengths.len() <= 1, "{lines:?}");
        let mut body = vec![0; lengths.first().copied().unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        took(Raw { target, headers: lines, body });
        (&stream).write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    }
}

/// Checks that a request is the one that the flow has written, with the value in its place and nowhere else; returns the
/// run's number and the place.
fn check(raw: Raw) -> (u64, &'static str) {
    let Raw { target, headers, body } = raw;
    let (path, query) = target.split_once('?').unwrap();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let number: u64 = pairs[0].1.parse().unwrap();
    let value = value(number);
    let segments: Vec<&str> = path.split('/').collect();
    let place = *PLACES.iter().find(|place| **place == segments[1]).unwrap();
    assert!(is_taken(place, &value), "{place} took {value:?}");

    let number_pair = ("n".to_owned(), number.to_string());
    let v = ("v".to_owned(), value.clone());
    match place {
        "segment" => {
            let [_, _, segment, "end"] = segments[..] else { panic!("{path:?} for {value:?}") };
            let decoded: Vec<u8> = percent_decoded(segment);
            assert_eq!(decoded, value.as_bytes(), "{path:?}");
        }
        _ => assert_eq!(path, format!("/{place}")),
    }
    let expected = match place {
        "written" => vec![number_pair, v.clone(), ("end".to_owned(), "1".to_owned())],
        "query" => vec![number_pair, v.clone()],
        _ => vec![number_pair],
    };
    assert_eq!(pairs, expected, "{target:?}");
    // Not a name, a line or a byte more than the flow and the runtime have; all that is the same for each place.
    let mut own: Vec<&String> = headers.iter().filter(|line| !is_of_every_request(line)).collect();
    let authorization = match place {
        "header" => Some(format!("x-v: {value}")),
        "bearer" => Some(format!("authorization: Bearer {value}")),
        "user" => Some(format!("authorization: Basic {}", BASE64_STANDARD.encode(format!("{value}:word")))),
        "password" => Some(format!("authorization: Basic {}", BASE64_STANDARD.encode(format!("user:{value}")))),
        _ => None,
    };
    if let Some(line) = &authorization {
        assert_eq!(own.remove(0), line);
    }
    let content_type = match place {
        "form" => Some("application/x-www-form-urlencoded"),
        "xml" => Some("application/xml; charset=utf-8"),
        "json" => Some("application/json"),
        "text" => Some("text/plain; charset=utf-8"),
        _ => None,
    };
    if let Some(content_type) = content_type {
        assert_eq!(*own.remove(0), format!("content-type: {content_type}"));
    }
    assert!(own.is_empty(), "{own:?} for {value:?}");
    match place {
        "form" => {
            let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
            let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            assert_eq!(fields, [field("a", "1"), v, field("z", "2")]);
        }
        "xml" => {
            let text = String::from_utf8(body).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"));
            let elements: Vec<&str> =
                document.descendants().filter(|node| node.is_element()).map(|node| node.tag_name().name()).collect();
            assert_eq!(elements, ["a", "b", "d"], "{text:?}");
            let b = document.descendants().find(|node| node.has_tag_name("b")).unwrap();
            assert_eq!((b.attribute("c"), b.text().unwrap_or("")), (Some(value.as_str()), value.as_str()));
            assert!(document.descendants().all(|node| !node.is_comment() && !node.is_pi()));
        }
        "json" => {
            let parsed: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(parsed, json!({ "a": [value, format!("<{value}>")], "z": true }));
        }
        "text" => assert_eq!(String::from_utf8(body).unwrap(), format!("<{value}>")),
        _ => assert!(body.is_empty(), "{body:?}"),
    }
    (number, place)
}

fn is_of_every_request(line: &str) -> bool {
    const OTHERS: [&str; 5] = ["host: ", "accept: ", "accept-encoding: ", "user-agent: ", "content-length: "];
    let is_one = OTHERS.iter().any(|name| line.starts_with(name));
    assert!(!line.starts_with("host: ") || line == "host: shape.example", "{line:?}");
    is_one
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let hexadecimal = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
        decoded.push(match byte {
            b'%' => hexadecimal(bytes.next().unwrap()) * 16 + hexadecimal(bytes.next().unwrap()),
            byte => byte,
        });
    }
    decoded
}

/// What has arrived.
#[derive(Default)]
struct Arrived {
    /// By run: the places in which its value arrived, in their order.
    places: BTreeMap<u64, Vec<&'static str>>,
    /// What was wrong with a request.
    wrong: Vec<String>,
}

/// A server that checks each request.
fn server() -> (String, Arc<Mutex<Arrived>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let arrived = Arc::<Mutex<Arrived>>::default();
    let all = Arc::clone(&arrived);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let all = Arc::clone(&all);
            std::thread::spawn(move || {
                let take = |raw| {
                    let (number, place) = check(raw);
                    all.lock().unwrap().places.entry(number).or_default().push(place);
                };
                let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| serve(stream.unwrap(), &take)));
                if let Err(panic) = served {
                    let told = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a fault".to_owned());
                    all.lock().unwrap().wrong.push(told);
                }
            });
        }
    });
    (url, arrived)
}

#[test]
fn no_value_changes_the_shape_of_a_request() {
    let (url, arrived) = server();
    let binary = binary_of("shape", FLOW);
    let program = Program::of(&binary)
        .with(["--engine", "memory", "--max-runs", "64", "--log", "off"])
        .connect("shape.example:80", &url)
        .start();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = Connection::to(program.address).unwrap();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst) as u64;
                    if number >= VALUES || !arrived.lock().unwrap().wrong.is_empty() {
                        return;
                    }
                    let inputs = json!({ "flowId": "shape", "Number": number, "Value": value(number) });
                    let request = Request::new("POST", "/v2/api/apitriggers").json(&inputs);
                    // As many runs as may be are in flight: a moment later there is room.
                    let accepted = (0..10_000).any(|_| match connection.send(&request).unwrap().status {
                        503 => {
                            std::thread::sleep(Duration::from_millis(2));
                            false
                        }
                        status => {
                            assert_eq!(status, 202, "{inputs}");
                            true
                        }
                    });
                    assert!(accepted, "no room for run {number}");
                }
            });
        }
    });
    // What is sent last is refused nowhere, so it tells that a run is over.
    let is_over = |places: &Vec<&str>| places.last() == Some(&"text");
    let ended = wait::within(Duration::from_secs(120), || {
        let arrived = arrived.lock().unwrap();
        let over = arrived.places.values().filter(|places| is_over(places)).count() as u64;
        (over == VALUES || !arrived.wrong.is_empty()).then_some(())
    });
    let arrived = arrived.lock().unwrap();
    assert_eq!(arrived.wrong, [""; 0]);
    assert!(ended.is_some(), "not all runs have ended");
    let mut refused = 0;
    for (number, places) in &arrived.places {
        let value = value(*number);
        let taken: Vec<&str> = PLACES.into_iter().filter(|place| is_taken(place, &value)).collect();
        assert_eq!(*places, taken, "run {number}: {value:?}");
        refused += PLACES.len() - taken.len();
    }
    let cases = VALUES as usize * PLACES.len();
    assert!(cases >= 100_000 && refused > 1_000, "{cases}, {refused}");
    println!(
        "{cases} values in places: {} arrived as they are, {refused} were refused before a byte was sent",
        cases - refused
    );
}
