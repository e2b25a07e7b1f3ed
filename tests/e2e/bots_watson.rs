//! IBM Watson Assistant v2: what it is asked is what IBM's own SDK would have asked; sessions and tokens are renewed.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use flow_tests::bots::{self, ASSISTANT, IAM_HOST, KEYS, WATSON_HOST, Watson, invalid_session};
use flow_tests::process::run;
use flow_tests::stand_in::nobody;
use flow_tests::wait::PATIENCE;
use flow_tests::{Program, Reply, Request, python};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("bots_watson.py");

fn start(watson: &Watson) -> Program {
    bots::start(&nobody(), &watson.service.url()).start()
}

/// What matters of a request, its session being the first one of any stand-in.
fn shape(request: &Request) -> Value {
    let content = request.header_value("Content-Type").unwrap();
    let body = match content {
        "application/json" => request.json_body(),
        _ => json!(request.form()),
    };
    let scheme = request.header_value("Authorization").map(|told| told.split(' ').next().unwrap());
    let accepts = request.header_value("Accept");
    json!([request.method, request.target, content, accepts, scheme, body])
}

#[test]
fn sessions_and_turns_are_what_ibms_sdk_makes_of_them() {
    let Some(python) = python::with("ibm_watson") else { return };
    let turns = ["book watson", "a \"king\" für zwei 🛏 & <b>", "2"];
    let (ours, theirs) = (Watson::start(), Watson::start());
    let program = start(&ours);
    for words in turns {
        program.converse(words);
    }
    let requests = ours.service.requests();
    let person = requests[2].json_body()["user_id"].as_str().unwrap().to_owned();

    let mut sdk = Command::new(python);
    sdk.args(["-c", ORACLE, &theirs.service.url()]).args(ASSISTANT).args([KEYS[3].1, &person]).args(turns);
    let ended = run(sdk, PATIENCE);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""), "{}", ended.err);

    let theirs = theirs.service.requests();
    assert_eq!((requests.len(), theirs.len()), (5, 5));
    let (token, their_token) = (requests[0].form(), theirs[0].form());
    // The SDK also says which kind of token it wants, which is the kind that comes by itself.
    assert_eq!(
        their_token.iter().filter(|pair| pair.0 != "response_type").collect::<Vec<_>>(),
        token.iter().collect::<Vec<_>>()
    );
    assert_eq!(requests[0].target, theirs[0].target);
    for (ours, theirs) in requests.iter().zip(&theirs).skip(1) {
        assert_eq!(shape(ours), shape(theirs));
    }
    assert_eq!(ours.asked(), ["token", "sessions", "message", "message", "message"]);
}

#[test]
fn a_session_that_has_ended_is_begun_anew_once() {
    let watson = Watson::start();
    let program = start(&watson);
    program.converse("watson a");
    watson.forget_sessions();
    assert_eq!(program.converse("watson b"), "ask_menu 0.83: Fish, or pasta.");
    assert_eq!(watson.asked(), ["token", "sessions", "message", "message", "sessions", "message"]);
    // The new one is kept.
    program.converse("watson c");
    assert_eq!(watson.asked().len(), 7);

    let watson = Watson::refusing(|request| request.path().ends_with("/message").then(invalid_session));
    let program = start(&watson);
    let told = program.converse("watson a");
    assert_eq!(told, format!("status 404: {WATSON_HOST} answered 404: Invalid Session"));
    assert_eq!(watson.asked(), ["token", "sessions", "message"], "a session that has just begun has not ended");

    let turns = AtomicUsize::new(0);
    let watson = Watson::refusing(move |request| {
        let is_late = request.path().ends_with("/message") && turns.fetch_add(1, Ordering::SeqCst) > 0;
        is_late.then(invalid_session)
    });
    let program = start(&watson);
    assert_eq!(program.converse("watson a"), "ask_menu 0.83: Fish, or pasta.");
    assert!(program.converse("watson b").starts_with("status 404: "));
    assert_eq!(watson.asked(), ["token", "sessions", "message", "message", "sessions", "message"]);
}

#[test]
fn a_token_that_has_expired_is_renewed_once() {
    let watson = Watson::start();
    let program = start(&watson);
    program.converse("watson a");
    watson.revoke_tokens();
    assert_eq!(program.converse("watson b"), "ask_menu 0.83: Fish, or pasta.");
    assert_eq!(watson.asked(), ["token", "sessions", "message", "message", "token", "message"]);

    let refused = || Reply::json(401, &json!({ "error": "Unauthorized", "code": 401 }));
    let watson = Watson::refusing(move |request| request.path().ends_with("/sessions").then(refused));
    let told = start(&watson).converse("watson a");
    assert_eq!(told, format!("status 401: {WATSON_HOST} answered 401: Unauthorized"));
    assert_eq!(watson.asked(), ["token", "sessions", "token", "sessions"]);
}

#[test]
fn a_key_that_ibm_does_not_know_is_told() {
    let unknown = || {
        let context =
            json!({ "requestId": "ZWJ4", "requestType": "incoming.Identity_Token", "clusterName": "iam-id-prod" });
        let told = "Provided API key could not be found.";
        Reply::json(400, &json!({ "errorCode": "BXNIM0415E", "errorMessage": told, "context": context }))
    };
    let watson = Watson::refusing(move |request| (request.path() == "/identity/token").then(unknown));
    let told = start(&watson).converse("book watson");
    let why = "(BXNIM0415E: Provided API key could not be found.)";
    assert_eq!(told, format!("status 400: no token: {IAM_HOST} answered 400 {why}"));
    assert_eq!(watson.asked(), ["token"]);
}

#[test]
fn an_overload_is_waited_for_and_what_else_fails_is_told() {
    let limited = || Reply::json(429, &json!({ "error": "Too many requests", "code": 429 }));
    for path in ["/sessions", "/message"] {
        let first = AtomicUsize::new(0);
        let watson = Watson::refusing(move |request| {
            let is_first = request.path().ends_with(path) && first.fetch_add(1, Ordering::SeqCst) < 1;
            is_first.then(limited)
        });
        assert_eq!(start(&watson).converse("watson a"), "ask_menu 0.83: Fish, or pasta.");
        assert_eq!(watson.asked().len(), 4, "{path}");
    }
    let watson = Watson::refusing(move |request| request.path().ends_with("/message").then(limited));
    let told = start(&watson).converse("watson a");
    assert_eq!(told, format!("status 429: {WATSON_HOST} answered 429: Too many requests"));
    assert_eq!(watson.asked(), ["token", "sessions", "message", "message", "message"]);

    for (body, told) in [
        (json!({ "session": "a" }), "the answer has no \"output\""),
        (
            json!({ "output": { "generic": "a" } }),
            "the answer's \"output.generic\" is no list: there is the text \"a\"",
        ),
    ] {
        let watson =
            Watson::refusing(move |request| request.path().ends_with("/message").then(|| Reply::json(200, &body)));
        assert_eq!(start(&watson).converse("watson a"), format!("response 200: {told}"));
    }
}
