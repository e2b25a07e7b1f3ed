//! Redirects: each hop is judged anew, and no key goes to another host.

use flow_tests::reach::{self, KEY, header_names, pointing, points};
use flow_tests::{Program, Reply, StandIn};

/// What comes to a service itself, and to another one that was only pointed to.
const WHOLE: [&str; 7] =
    ["accept", "accept-encoding", "accept-language", "authorization", "host", "user-agent", "x-key"];
const HARMLESS: [&str; 5] = ["accept", "accept-encoding", "accept-language", "host", "user-agent"];

fn service() -> StandIn {
    StandIn::start(|_| Reply::new(200, "text/plain", "there"))
}

fn with_other(first: &StandIn, other: &StandIn) -> Program {
    let (http, https) = ("other.example:80", "other.example:443");
    reach::start(first).connect(http, &other.url()).connect(https, &other.url()).start()
}

/// Header names without those that say of a body what it is.
fn seen(stand_in: &StandIn, at: usize) -> Vec<String> {
    let names = header_names(&stand_in.requests()[at]).into_iter();
    names.filter(|name| !["content-length", "content-type"].contains(&name.as_str())).collect()
}

#[test]
fn methods_go_along_as_the_status_says() {
    for status in [301, 302, 303, 307, 308] {
        let first = StandIn::start(move |request| match request.path() {
            "/x/y" => points(status, "../z"),
            _ => Reply::new(200, "text/plain", "there"),
        });
        let program = reach::start(&first).start();
        for (at, word) in ["get", "post", "put", "patch", "delete"].into_iter().enumerate() {
            assert_eq!(program.converse(word), "ok there", "{word} {status}");
            let then = &first.requests()[2 * at + 1];
            let becomes_get = word == "get" || status == 303 || (status < 303 && word == "post");
            let method = if becomes_get { "GET".to_owned() } else { word.to_uppercase() };
            assert_eq!((then.method.as_str(), then.target.as_str()), (method.as_str(), "/z"), "{word} {status}");
            let body = if becomes_get || word == "delete" { "" } else { "a body" };
            assert_eq!(then.body, body.as_bytes(), "{word} {status}");
            assert_eq!(then.header_value("Content-Type").is_some(), !body.is_empty(), "{word} {status}");
            assert_eq!(then.header_value("Host"), Some("start.example"));
            assert_eq!(seen(&first, 2 * at + 1), WHOLE, "{word} {status}");
        }
    }
}

#[test]
fn another_host_sees_no_key() {
    let (other, words) = (service(), ["get", "secure"]);
    for (at, word) in words.into_iter().enumerate() {
        let first = pointing(302, "https://anna:password@other.example/z?r#part");
        let program = with_other(&first, &other);
        assert_eq!(program.converse(word), "ok there");
        assert_eq!(seen(&first, 0), WHOLE);
        assert_eq!(seen(&other, at), HARMLESS, "{word}");
        let request = &other.requests()[at];
        assert_eq!((request.target.as_str(), request.header_value("Host")), ("/z?r", Some("other.example")));
        assert!(!format!("{request:?}").contains(KEY));
    }
    // The same host on https instead of http keeps them.
    let first = StandIn::start(|request| match request.path() {
        "/x/y" => points(308, "https://start.example/z"),
        _ => Reply::new(200, "text/plain", "there"),
    });
    let program = reach::start(&first).start();
    assert_eq!(program.converse("post"), "ok there");
    assert_eq!(seen(&first, 1), WHOLE);
    assert_eq!(first.requests()[1].body, b"a body");
}

#[test]
fn a_body_goes_to_no_other_host() {
    let other = service();
    for (status, word) in [(307, "post"), (308, "post"), (301, "put"), (302, "patch")] {
        let first = pointing(status, "http://other.example/z?canary");
        let program = with_other(&first, &other);
        let told = format!(
            "blocked: start.example answered {status}, which points to http://other.example/z; the body was not sent to \
             another host; if it should be, write that URL into the flow"
        );
        assert_eq!(program.converse(word), told);
    }
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn nothing_goes_on_in_clear_text() {
    let other = service();
    for location in ["http://other.example/z", "http://start.example/z", "http://start.example:443/z"] {
        let first = pointing(302, location);
        let told = with_other(&first, &other).converse("secure");
        let expected = format!(
            "blocked: start.example answered 302, which points to {location}; it was not followed, since anybody can read \
             what is sent by http"
        );
        assert_eq!(told, expected);
        assert_eq!(first.requests().len(), 1);
    }
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn five_hops_are_followed_and_loops_are_left() {
    for (last, told) in [
        (5, "ok there"),
        (
            6,
            "status: start.example answered 302, which points to http://start.example/6; it is redirect 6 of this call, and \
             5 are followed",
        ),
    ] {
        let first = StandIn::start(move |request| {
            let hop: u32 = request.path().trim_start_matches('/').parse().unwrap_or(0);
            if hop == last {
                Reply::new(200, "text/plain", "there")
            } else {
                points(302, &format!("/{}?canary", hop + 1))
            }
        });
        assert_eq!(reach::start(&first).start().converse("get"), told);
        assert_eq!(first.requests().len(), 6);
    }
    let circle = pointing(302, "/x/y?q=1");
    let told = reach::start(&circle).start().converse("get");
    assert!(told.starts_with("status: start.example answered 302") && told.ends_with("5 are followed"), "{told}");
    assert_eq!(circle.requests().len(), 6);
}

#[test]
fn what_points_nowhere_is_the_answer() {
    let cases = [
        (points(302, "ftp://other.example/canary"), "status: start.example answered 302"),
        (points(302, "javascript:canary"), "status: start.example answered 302"),
        (points(302, "http://"), "status: start.example answered 302"),
        (Reply::status(302), "status: start.example answered 302"),
        (Reply::status(304), "status: start.example answered 304"),
    ];
    for (reply, told) in cases {
        let reply = std::sync::Mutex::new(Some(reply));
        let first = StandIn::start(move |_| reply.lock().unwrap().take().unwrap_or_else(|| Reply::status(500)));
        assert_eq!(reach::start(&first).start().converse("get"), told);
    }
}
