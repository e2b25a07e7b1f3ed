//! Tokens of OAuth 2.0 client credentials (row 19): fetched once for all, used until shortly before they expire, fetched
//! anew once when they are refused, and never shown.

use std::collections::HashMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flow_tests::process::Process;
use flow_tests::program::{Start, text};
use flow_tests::stand_in::nobody;
use flow_tests::{Gate, Program, Reply, Request, StandIn, binary_of, wait};
use serde_json::{Value, json};

/// The scope is what is texted, so that each test, and each of its cases, has tokens of its own.
const FLOW: &str = r#"
flow "Tokens"
secret TOKENS_ID
secret TOKENS_SECRET

on sms matching "post"
  -> call POST "https://crm.example/notes"
       oauth token_url "https://login.example/token"
             client_id $TOKENS_ID
             client_secret $TOKENS_SECRET
             auth_method "client_secret_post"
       text "$body"
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "slow"
  -> call GET "https://crm.example/points" timeout 1s
       oauth token_url "https://login.example/token"
             client_id $TOKENS_ID
             client_secret $TOKENS_SECRET
             scope $body
             audience "crm"
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "again"
  -> call GET "https://crm.example/points"
       oauth token_url "https://login.example/token"
             client_id $TOKENS_ID
             client_secret $TOKENS_SECRET
             scope $body
             audience "crm"
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms
  -> call GET "https://crm.example/points" retry 0
       oauth token_url "https://login.example/token"
             client_id $TOKENS_ID
             client_secret $TOKENS_SECRET
             scope $body
             audience "crm"
       < points: int = points >
     ok   -> sms "ok"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"
"#;

const SECRET: &str = "canary-of-the-client";

fn start(login: &str, crm: &str) -> Program {
    with_client("desk", SECRET, login, crm)
}

fn with_client(id: &str, secret: &str, login: &str, crm: &str) -> Program {
    starting(id, secret, login, crm).start()
}

fn starting(id: &str, secret: &str, login: &str, crm: &str) -> Start {
    Program::of(&binary_of("tokens", FLOW))
        .variable("TOKENS_ID", id)
        .variable("TOKENS_SECRET", secret)
        .connect("login.example:443", login)
        .connect("crm.example:443", crm)
}

/// What was asked of the token's server: the values of the form.
fn form(request: &Request) -> HashMap<String, String> {
    request.form().into_iter().collect()
}

/// A token's server that gives out `token-1`, `token-2`, …, with what `more` adds to the answer for a scope.
fn login(more: impl Fn(&str) -> Value + Send + Sync + 'static) -> StandIn {
    let count = AtomicUsize::new(0);
    StandIn::start(move |request| {
        let mut answer = json!({
            "access_token": format!("token-{}", count.fetch_add(1, Ordering::SeqCst) + 1),
            "token_type": "Bearer",
        });
        let more = more(form(request).get("scope").map_or("", String::as_str));
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Reply::json(200, &answer)
    })
}

fn lasting(_: &str) -> Value {
    json!({ "expires_in": 3_600 })
}

fn crm() -> StandIn {
    StandIn::of_json(json!({ "points": 7 }))
}

/// The tokens that an API was sent, in their order.
fn tokens(crm: &StandIn) -> Vec<String> {
    let bearer =
        |request: &Request| request.header_value("Authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    crm.requests().iter().map(bearer).collect()
}

/// Texts it this from so many people at once.
fn crowd(program: &Program, count: usize, body: &str) {
    thread::scope(|scope| {
        for guest in 0..count {
            scope.spawn(move || assert_eq!(program.send(&text(&format!("+1305556{guest:04}"), body)).status, 202));
        }
    });
}

#[test]
fn a_hundred_misses_are_one_request() {
    let gate = Gate::default();
    let open = gate.clone();
    let login = StandIn::start(move |_| {
        Reply::json(200, &json!({ "access_token": "token", "token_type": "bearer", "expires_in": 3_600 })).behind(&open)
    });
    let crm = crm();
    let program = start(&login.url(), &crm.url());
    crowd(&program, 100, "many");
    thread::sleep(Duration::from_millis(500));
    assert_eq!((login.requests().len(), crm.requests().len()), (1, 0));
    gate.open();
    assert!(program.messages(100).iter().all(|told| told == "ok"));
    assert_eq!((login.requests().len(), crm.requests().len()), (1, 100));
}

#[test]
fn a_fetch_that_fails_fails_for_all_who_waited_and_for_nobody_else() {
    let (gate, is_up) = (Gate::default(), Arc::new(AtomicBool::new(false)));
    let (open, up) = (gate.clone(), Arc::clone(&is_up));
    let login = StandIn::start(move |_| {
        let answer = json!({ "access_token": "token" });
        Reply::json(if up.load(Ordering::SeqCst) { 200 } else { 500 }, &answer).behind(&open)
    });
    let crm = crm();
    let program = start(&login.url(), &crm.url());
    crowd(&program, 50, "many");
    thread::sleep(Duration::from_millis(500));
    gate.open();
    let told = program.messages(50);
    assert!(told.iter().all(|told| told == "status 500: no token: login.example answered 500"), "{told:?}");
    assert_eq!((login.requests().len(), crm.requests().len()), (1, 0));

    is_up.store(true, Ordering::SeqCst);
    assert_eq!(program.converse("many"), "ok");
    assert_eq!(login.requests().len(), 2);
}

#[test]
fn a_token_that_is_refused_is_fetched_anew_once() {
    let login = login(lasting);
    let refused = Arc::new(Mutex::new(String::new()));
    let withdrawn = Arc::clone(&refused);
    let crm = StandIn::start(move |request| {
        let withdrawn = withdrawn.lock().unwrap();
        let is_good =
            *withdrawn != "all" && request.header_value("Authorization") != Some(&format!("Bearer {withdrawn}"));
        if is_good { Reply::json(200, &json!({ "points": 7 })) } else { Reply::status(401) }
    });
    let program = start(&login.url(), &crm.url());
    assert_eq!(program.converse("hello"), "ok");
    assert_eq!(program.converse("hello"), "ok");
    assert_eq!(login.requests().len(), 1);

    // In the middle of its life, with fifty calls that find it out at once.
    *refused.lock().unwrap() = "token-1".to_owned();
    crowd(&program, 50, "hello");
    assert!(program.messages(52).iter().all(|told| told == "ok"));
    assert_eq!(login.requests().len(), 2);

    *refused.lock().unwrap() = "all".to_owned();
    let before = crm.requests().len();
    assert_eq!(program.converse("hello"), "status 401: crm.example answered 401");
    assert_eq!((login.requests().len(), crm.requests().len() - before), (3, 2));
    assert_eq!(tokens(&crm)[before..], ["token-2", "token-3"]);
}

#[test]
fn what_a_redirect_leads_to_says_nothing_of_the_token() {
    let login = login(lasting);
    let crm = StandIn::start(|_| {
        Reply::raw(
            b"HTTP/1.1 302 X\r\nLocation: https://other.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        )
    });
    let other = StandIn::start(|_| Reply::status(401));
    let program = starting("desk", SECRET, &login.url(), &crm.url()).connect("other.example:443", &other.url()).start();
    assert_eq!(program.converse("hello"), "status 401: other.example answered 401");
    assert_eq!((login.requests().len(), crm.requests().len()), (1, 1));
    assert_eq!(other.requests()[0].header_value("Authorization"), None);
}

#[test]
fn a_token_is_used_as_long_as_it_lives() {
    let login = login(|scope| match scope.split('-').next().unwrap() {
        "zero" => json!({ "expires_in": 0 }),
        "negative" => json!({ "expires_in": -1 }),
        "huge" => json!({ "expires_in": u64::MAX }),
        "vast" => json!({ "expires_in": 1e300 }),
        "digits" => json!({ "expires_in": "3600" }),
        "garbage" => json!({ "expires_in": "soon" }),
        "nothing" => json!({ "expires_in": null, "token_type": null }),
        "short" => json!({ "expires_in": 3 }),
        _ => json!({}),
    });
    let crm = crm();
    let program = start(&login.url(), &crm.url());
    let fetched = |scope: &str| login.requests().iter().filter(|asked| form(asked)["scope"] == scope).count();
    for (scope, expected) in [
        ("zero", 3),
        ("negative", 3),
        ("huge", 1),
        ("vast", 1),
        ("digits", 1),
        ("garbage", 1),
        ("nothing", 1),
        ("unsaid", 1),
    ] {
        for _ in 0..3 {
            assert_eq!(program.converse(scope), "ok", "{scope}");
        }
        assert_eq!(fetched(scope), expected, "{scope}");
    }
    assert_eq!(program.converse("short"), "ok");
    assert_eq!(fetched("short"), 1);
    // A tenth of its life before its end it is not trusted any more.
    thread::sleep(Duration::from_millis(2_800));
    assert_eq!(program.converse("short"), "ok");
    assert_eq!(fetched("short"), 2);

    // Calls with other scopes have other tokens.
    let mut seen = tokens(&crm);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), login.requests().len());
}

#[test]
fn what_is_no_token_is_told_with_the_name_of_its_server() {
    let login = StandIn::start(|request| {
        let token = |more: Value| {
            let mut answer = json!({ "access_token": "token-of-the-canary", "token_type": "Bearer" });
            answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Reply::json(200, &answer)
        };
        match form(request)["scope"].as_str() {
            "mac" => token(json!({ "token_type": "mac" })),
            "none" => Reply::json(200, &json!({ "token": "x" })),
            "empty" => token(json!({ "access_token": "" })),
            "refused" => Reply::json(200, &json!({ "error": "invalid_scope", "error_description": "no such scope" })),
            "html" => Reply::new(200, "text/html", "<p>Log in"),
            "large" => token(json!({ "padding": "x".repeat(100_000) })),
            "client" => Reply::json(401, &json!({ "error": "invalid_client", "error_description": "no such client" })),
            "echo" => {
                Reply::json(400, &json!({ "error": format!("{:?}", request.headers), "error_description": SECRET }))
            }
            "page" => Reply::new(502, "text/html", &"x".repeat(100_000)),
            "moved" => {
                Reply::raw(b"HTTP/1.1 307 X\r\nLocation: https://crm.example/t?k=v\r\nContent-Length: 0\r\n\r\n")
            }
            _ => token(json!({})),
        }
    });
    let crm = StandIn::start(|request| Reply::json(200, &json!({ "points": request.header_value("Authorization") })));
    let program = start(&login.url(), &crm.url());
    for (scope, expected) in [
        ("mac", "response 200: no token: login.example gave none: its `token_type` is not `Bearer`"),
        ("none", "response 200: no token: login.example gave none: its answer has no text `access_token`"),
        ("empty", "response 200: no token: login.example gave none: the `access_token` of its answer is empty"),
        ("refused", "response 200: no token: login.example gave none: invalid_scope: no such scope"),
        ("html", "response 200: no token: login.example gave none: its answer is not JSON"),
        ("large", "too_large 200: no token: the answer of login.example is larger than 64 KiB"),
        ("client", "status 401: no token: login.example answered 401 (invalid_client: no such client)"),
        ("echo", "status 400: no token: login.example answered 400 ("),
        ("page", "status 502: no token: login.example answered 502"),
        ("moved", "status 307: no token: login.example answered 307, which points to https://crm.example/t"),
    ] {
        let told = program.converse(scope);
        assert!(told.starts_with(expected), "{scope}: {told}");
        assert!(!told.contains("--max-response"), "that is for calls: {told}");
    }
    assert!(crm.requests().is_empty(), "without a token nothing is sent, and no redirect is followed");

    // An API that echoes the token in a place where a number is wanted.
    let told = program.converse("good");
    assert!(told.starts_with("response 200: ") && told.contains("Bearer (secret)"), "{told}");

    let credentials = BASE64_STANDARD.encode(format!("desk:{SECRET}"));
    let shown = program.process.err() + &program.messages(9).concat();
    for hidden in [SECRET, &credentials, "token-of-the-canary"] {
        assert!(!shown.contains(hidden), "{hidden}: {shown}");
    }
}

#[test]
fn a_server_of_tokens_that_nobody_serves_is_a_failed_connection() {
    let crm = crm();
    let program = start(&nobody(), &crm.url());
    assert!(program.converse("hello").starts_with("connect 0: no token: login.example could not be reached"));
}

#[test]
fn a_server_of_tokens_that_is_overloaded_is_asked_again_with_the_call() {
    let count = AtomicUsize::new(0);
    let login = StandIn::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(503),
        _ => Reply::json(200, &json!({ "access_token": "token" })),
    });
    let crm = crm();
    let program = start(&login.url(), &crm.url());
    assert_eq!(program.converse("again"), "ok");
    assert_eq!((login.requests().len(), crm.requests().len()), (2, 1));
}

#[test]
fn a_call_that_gives_up_leaves_the_fetch_to_the_others() {
    let gate = Gate::default();
    let open = gate.clone();
    let login = StandIn::start(move |_| Reply::json(200, &json!({ "access_token": "token" })).behind(&open));
    let crm = crm();
    let program = start(&login.url(), &crm.url());
    let told = program.converse("slow");
    assert_eq!(told, "timeout 0: there was no whole answer from login.example within 1 s");
    gate.open();
    // The token that came too late for the first one is there for the next.
    assert_eq!(program.converse("slow"), "ok");
    assert_eq!(login.requests().len(), 1);
}

#[test]
fn the_client_shows_itself_by_either_method_and_with_any_characters() {
    let (id, secret) = ("desk:1%+é", "s€cr:t%+ é&=");
    let (login, crm) = (login(lasting), crm());
    let program = with_client(id, secret, &login.url(), &crm.url());
    assert_eq!(program.converse("read write"), "ok");
    assert_eq!(program.converse("post"), "ok");
    let [basic, post] = &login.requests()[..] else { panic!("{:?}", login.requests()) };
    assert_eq!((basic.method.as_str(), basic.target.as_str()), ("POST", "/token"));
    assert_eq!(basic.header_value("Content-Type"), Some("application/x-www-form-urlencoded"));
    let credentials = BASE64_STANDARD.encode("desk%3A1%25%2B%C3%A9:s%E2%82%ACcr%3At%25%2B+%C3%A9%26%3D");
    assert_eq!(basic.header_value("Authorization"), Some(format!("Basic {credentials}").as_str()));
    assert_eq!(basic.body, b"grant_type=client_credentials&scope=read+write&audience=crm");
    assert_eq!(post.header_value("Authorization"), None);
    let body = "grant_type=client_credentials&client_id=desk%3A1%25%2B%C3%A9&client_secret=s%E2%82%ACcr%3At%25%2B+%C3%A9%26%3D";
    assert_eq!(String::from_utf8_lossy(&post.body), body);
    assert_eq!(tokens(&crm), ["token-1", "token-2"]);

    // A secret that was changed is the one that is used after the next start.
    drop(program);
    let program = with_client(id, "rotated", &login.url(), &crm.url());
    assert_eq!(program.converse("read write"), "ok");
    let credentials = BASE64_STANDARD.encode("desk%3A1%25%2B%C3%A9:rotated");
    assert_eq!(login.requests()[2].header_value("Authorization"), Some(format!("Basic {credentials}").as_str()));
}

/// `FLOW_TEST_OAUTH` names a `node_modules` folder that holds `oauth2-mock-server`.
#[test]
fn a_real_server_signs_and_a_real_api_verifies() {
    let Some(modules) = std::env::var_os("FLOW_TEST_OAUTH") else {
        println!("skipped: FLOW_TEST_OAUTH names no folder with oauth2-mock-server");
        return;
    };
    let mut node = Command::new("node");
    node.arg("--input-type=module").arg("-e").arg(include_str!("oauth.mjs")).arg(modules);
    let server = Process::start(node);
    let said = || -> Vec<Value> { server.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
    let ports = wait::until("the server's ports", || said().into_iter().next());
    let url = |name: &str| format!("http://127.0.0.1:{}", ports[name]);
    let start = |secret| with_client("dèsk:%", secret, &url("login"), &url("api"));

    let program = start("right: é%+");
    assert_eq!(program.converse("points"), "ok");
    assert_eq!(program.converse("points"), "ok");
    let asked = json!({ "grant_type": "client_credentials", "scope": "points", "id": "dèsk:%" });
    assert_eq!(said()[1..], [asked]);

    let port = ports["api"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap();
    Request::new("POST", "/revoke").send(([127, 0, 0, 1], port).into());
    assert_eq!(program.converse("points"), "ok");
    assert_eq!(said().len(), 3);
    drop(program);

    let program = start("wrong one");
    let told = program.converse("points");
    let expected = "no token: login.example answered 401 (invalid_client: (secret) is not the secret of (secret))";
    assert_eq!(told, format!("status 401: {expected}"));
}
