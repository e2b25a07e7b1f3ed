//! What a service does to a call, and how often it is tried again (row 18): never, if it may have done something and the
//! flow does not say `retry`.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use flow_tests::stand_in::nobody;
use flow_tests::{Program, Reply, Request, StandIn, binary_of};
use serde_json::json;

const FLOW: &str = r#"
flow "Retries"

service shop "https://shop.example" timeout 5s

on sms matching "post-.*"
  -> call shop POST "/$body" text "one"
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "short-post-.*"
  -> call shop POST "/$body" text "one" timeout 1s
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "again-.*"
  -> call shop POST "/$body" text "one" retry 2
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "short-.*"
  -> call shop GET "/$body" timeout 1s
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms
  -> call shop GET "/$body" < n = n >
     ok   -> sms "ok $n"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"
"#;

const GOOD: &str =
    "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"n\":1}";

fn start(shop: &str) -> Program {
    Program::of(&binary_of("retries", FLOW)).connect("shop.example:443", shop).start()
}

/// A shop whose answer goes by the path, and by how often it has been asked for that, from 0.
fn shop(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> StandIn {
    let asked = Mutex::new(HashMap::<String, usize>::new());
    StandIn::start(move |request| {
        let mut asked = asked.lock().unwrap();
        let count = asked.entry(request.target.clone()).or_default();
        *count += 1;
        answer(request, *count - 1)
    })
}

fn asked(shop: &StandIn, path: &str) -> usize {
    shop.requests().iter().filter(|request| request.target == format!("/{path}")).count()
}

/// Once what the path says, then all is well.
fn once(request: &Request, times: usize) -> Reply {
    let failing = if request.target.ends_with("always") { usize::MAX } else { 1 };
    let path = request.target.trim_start_matches('/').trim_start_matches("short-").trim_start_matches("post-");
    let what = path.trim_start_matches("again-").trim_end_matches("-always");
    match what {
        _ if times >= failing => Reply::raw(GOOD.as_bytes()),
        "closed" => Reply::raw(b""),
        "half" => Reply::raw(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"n"),
        "half-head" => Reply::raw(b"HTTP/1.1 200 X\r\nContent-"),
        "garbage" => Reply::raw(b"\x16\x03\x01 what is this?\r\n\r\n"),
        status => Reply::status(status.parse().unwrap_or(200)),
    }
}

#[test]
fn a_get_that_was_lost_or_met_an_overload_is_tried_again() {
    let shop = shop(once);
    let program = start(&shop.url());
    for path in ["429", "502", "503", "504", "closed", "half", "half-head"] {
        assert_eq!(program.converse(path), "ok 1", "{path}");
        assert_eq!(asked(&shop, path), 2, "{path}");
    }
    for path in ["500", "501", "408", "404", "garbage"] {
        assert!(!program.converse(path).starts_with("ok"), "{path}");
        assert_eq!(asked(&shop, path), 1, "{path}");
    }
    let again = program.log(&[("outcome", json!("again"))]);
    assert_eq!(again.len(), 7);
    assert_eq!(
        (&again[0]["attempt"], &again[0]["kind"], &again[0]["status"]),
        (&json!(2), &json!("status"), &json!(429))
    );

    assert_eq!(program.converse("503-always"), "status 503: shop.example answered 503");
    assert_eq!(asked(&shop, "503-always"), 3, "by default it is tried again twice");
    assert!(program.converse("closed-always").starts_with("connect 0: the connection to shop.example was lost"));
    assert_eq!(asked(&shop, "closed-always"), 3);
}

#[test]
fn a_service_that_nobody_serves_is_asked_three_times() {
    let program = start(&nobody());
    assert!(program.converse("points").starts_with("connect 0: shop.example could not be reached"));
    assert_eq!(program.log(&[("outcome", json!("again"))]).len(), 2);
}

#[test]
fn a_post_is_sent_once_unless_the_flow_says_retry() {
    let shop = shop(once);
    let program = start(&shop.url());
    for (path, expected) in [
        ("post-429", "status 429"),
        ("post-503", "status 503"),
        ("post-closed", "connect 0"),
        ("post-half-head", "connect 0"),
        ("post-garbage", "response 0"),
    ] {
        let told = program.converse(path);
        assert!(told.starts_with(expected), "{path}: {told}");
        assert_eq!(asked(&shop, path), 1, "{path}");
    }
    assert!(program.log(&[("outcome", json!("again"))]).is_empty());

    for path in ["again-503", "again-closed"] {
        assert_eq!(program.converse(path), "ok", "{path}");
        let bodies: Vec<_> =
            shop.requests().into_iter().filter(|sent| sent.target.ends_with(path)).map(|sent| sent.body).collect();
        assert_eq!(bodies, [b"one", b"one"], "{path}");
    }
    program.converse("again-503-always");
    assert_eq!(asked(&shop, "again-503-always"), 3);
}

#[test]
fn the_whole_step_has_one_time() {
    let hangs = Wire::start(|_, stream| {
        read_request(stream);
        thread::sleep(Duration::from_secs(3));
    });
    let program = start(&hangs.url());
    for path in ["short-get", "short-post-x"] {
        assert_eq!(program.converse(path), "timeout 0: there was no whole answer from shop.example within 1 s");
    }
    assert_eq!(hangs.connections(), 2, "what took all the time is not tried again");
    let took: Vec<_> =
        program.log(&[("kind", json!("timeout"))]).iter().map(|line| line["ms"].as_u64().unwrap()).collect();
    // On a machine that is busy with building, one of them may have had to wait for its turn.
    assert!(took.iter().all(|ms| *ms >= 950) && took.iter().any(|ms| *ms <= 1_050), "{took:?}");
}

#[test]
fn a_service_says_how_long_it_wants_to_be_left_alone() {
    let later = |seconds| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds));
    let shop = shop(move |request, times| {
        let headers = match request.target.as_str() {
            _ if times > 0 => return Reply::raw(GOOD.as_bytes()),
            "/seconds" => "Retry-After: 1".to_owned(),
            // By a clock that is an hour fast.
            "/date" => format!("Date: {}\r\nRetry-After: {}", later(3_600), later(3_602)),
            "/gone-by" => format!("Retry-After: {}", httpdate::fmt_http_date(SystemTime::UNIX_EPOCH)),
            "/garbage" => "Retry-After: soon".to_owned(),
            "/hour" => "Retry-After: 3600".to_owned(),
            _ => "Retry-After: 99999999999999999999999".to_owned(),
        };
        Reply::raw(format!("HTTP/1.1 503 X\r\n{headers}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
    });
    let program = start(&shop.url());
    let took = |path: &str, expected: &str| {
        let begun = Instant::now();
        assert_eq!(program.converse(path), expected, "{path}");
        begun.elapsed()
    };
    assert!(took("seconds", "ok 1") >= Duration::from_secs(1));
    assert!(took("date", "ok 1") >= Duration::from_secs(2));
    took("gone-by", "ok 1");
    took("garbage", "ok 1");
    // What does not fit into the call's time is not waited for, and the answer stands.
    for path in ["hour", "for-ever"] {
        assert!(took(path, "status 503: shop.example answered 503") < Duration::from_secs(4), "{path}");
        assert_eq!(asked(&shop, path), 1);
    }
    let stands = program.log(&[("outcome", json!("stands"))]);
    assert_eq!(stands.len(), 2, "that there was no time left is in the log");
    assert_eq!((&stands[0]["status"], &stands[0]["ms"]), (&json!(503), &json!(3_600_000)));
}

#[test]
fn a_connection_that_is_reset_before_the_request_is_tried_again_for_a_get_alone() {
    // To close a socket in which there is something to read resets it.
    let resets = Wire::start(|count, stream| {
        let _ = stream.peek(&mut [0]);
        if count > 2 {
            read_request(stream);
            let _ = stream.write_all(GOOD.as_bytes());
        }
    });
    let program = start(&resets.url());
    assert!(program.converse("post-x").starts_with("connect 0: "));
    assert_eq!(resets.connections(), 1);
    assert_eq!(program.converse("points"), "ok 1");
    assert_eq!(resets.connections(), 3);
}

#[test]
fn a_kept_connection_that_closes_behind_a_post_does_not_send_it_twice() {
    let read = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&read);
    let keeps = Wire::start(move |_, stream| {
        // The first request of a connection is answered, and the next one only read.
        if read_request(stream) {
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n");
        }
        if read_request(stream) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    let program = start(&keeps.url());
    assert_eq!(program.converse("post-first"), "ok");
    let told = program.converse("post-second");
    assert_eq!((keeps.connections(), read.load(Ordering::SeqCst)), (1, 2), "it is the kept one: {told}");
    assert!(told.starts_with("connect 0: the connection to shop.example was lost"), "{told}");
    thread::sleep(Duration::from_millis(500));
    assert_eq!((keeps.connections(), read.load(Ordering::SeqCst)), (1, 2));
}

/// A service of bare sockets: what it does with a connection goes by their count, from 1.
struct Wire {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Wire {
    fn start(serve: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self { port: listener.local_addr().unwrap().port(), connections: Arc::default() };
        let (connections, serve) = (Arc::clone(&wire.connections), Arc::new(serve));
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (count, serve) = (connections.fetch_add(1, Ordering::SeqCst) + 1, Arc::clone(&serve));
                thread::spawn(move || serve(count, &mut stream.unwrap()));
            }
        });
        wire
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads one request; says whether there was one.
fn read_request(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (mut read, mut piece) = (Vec::new(), [0; 1_024]);
    loop {
        let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return true;
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return false,
            Ok(count) => read.extend_from_slice(&piece[..count]),
        }
    }
}
