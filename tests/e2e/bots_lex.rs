//! Amazon Lex V2: what it is asked is what AWS's own library would have asked, and what it refuses is told or mended.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use flow_tests::bots::{self, KEYS, Lex, aws_refusal};
use flow_tests::process::run;
use flow_tests::stand_in::nobody;
use flow_tests::wait::PATIENCE;
use flow_tests::{Program, Reply, Request, Scratch, python};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("bots_lex.py");

fn start(lex: &Lex) -> Program {
    bots::start(&lex.service.url(), &nobody()).start()
}

#[test]
fn turns_are_signed_and_formed_as_botocore_does_it() {
    let Some(python) = python::with("botocore") else { return };
    let lex = Lex::start();
    let program = start(&lex);
    let [concierge, guarded] = ["lex", "guarded"];
    let longest = "ä".repeat(1_024 - 4);
    for bot in [concierge, guarded] {
        for words in ["two nights", "Zimmer für zwei, 🛏 \"bitte\" & <b>\\o/</b>", "  a  b ", "%41+%2B?x=1#y"] {
            assert_eq!(program.converse(&format!("{bot} {words}")), "AskMenu 0.83: Fish, or pasta.");
        }
    }
    program.converse(&format!("lex {longest}"));
    for words in ["book lex", "a king's", "2"] {
        program.converse(words);
    }
    let (requests, answers) = (lex.service.requests(), lex.answers());
    assert_eq!((requests.len(), answers.len()), (12, 12));
    let keys = [KEYS[0].1, KEYS[1].1];
    let turn = |(request, answer): (&Request, Value)| {
        let body = String::from_utf8(request.body.clone()).unwrap();
        let token = body.contains("guarded").then_some(KEYS[2].1);
        let told =
            json!({ "method": request.method, "target": request.target, "headers": request.headers, "body": body });
        json!({ "request": told, "answer": answer, "token": token })
    };
    let case = json!({ "keys": keys, "turns": requests.iter().zip(answers).map(turn).collect::<Vec<_>>() });
    let folder = Scratch::new();
    let problems = |case: &Value| {
        let path = folder.write("turns.json", &case.to_string());
        let mut oracle = Command::new(&python);
        // What is configured on this machine is none of the test's business.
        oracle
            .args(["-c", ORACLE])
            .arg(path)
            .env("AWS_CONFIG_FILE", "/nowhere")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
        let ended = run(oracle, PATIENCE);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        ended.out
    };
    assert_eq!(problems(&case), "");
    // It does see what is wrong.
    for (place, value, told) in [
        ("/turns/0/request/body", json!("{\"text\":\"three nights\"}"), "signed as"),
        ("/turns/0/request/body", json!("{\"text\":\"\",\"session\":1}"), "Unknown parameter"),
        ("/turns/0/request/target", json!(requests[0].target.replace("ABCDEFGHIJ", "ABCDE-GHIJ")), "does not fit"),
        ("/turns/0/answer/sessionState/dialogAction", json!({ "slotToElicit": "a" }), "Missing required parameter"),
        ("/turns/4/token", json!("another"), "another token"),
        ("/keys/1", json!("another"), "signed as"),
    ] {
        let mut wrong = case.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        assert!(problems(&wrong).contains(told), "{place}: {}", problems(&wrong));
    }
}

/// A Lex that refuses its first turns, of this number, with this answer.
fn refusing(first: usize, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Lex {
    let asked = AtomicUsize::new(0);
    Lex::refusing(move |_| (asked.fetch_add(1, Ordering::SeqCst) < first).then(&reply))
}

fn throttled() -> Reply {
    aws_refusal(429, "ThrottlingException", "Rate exceeded", SystemTime::now())
}

#[test]
fn an_overload_is_waited_for_as_often_as_the_flow_says() {
    let lex = refusing(2, throttled);
    assert_eq!(start(&lex).converse("lex a"), "AskMenu 0.83: Fish, or pasta.");
    assert_eq!(lex.service.requests().len(), 3);

    let lex = refusing(3, throttled);
    let told = start(&lex).converse("lex a");
    assert_eq!(lex.service.requests().len(), 3);
    let expected = format!("status 429: {} answered 429 ThrottlingException: Rate exceeded", bots::LEX_HOST);
    assert_eq!(told, expected);

    let lex = refusing(9, || aws_refusal(503, "ServiceUnavailableException", "Try later", SystemTime::now()));
    let told = start(&lex).converse("book lex");
    assert!(told.starts_with("status 503: ") && told.contains("Try later"), "{told}");
    assert_eq!(lex.service.requests().len(), 3);
    // What is no overload is not asked again.
    let lex = refusing(9, || aws_refusal(500, "InternalServerException", "Oh", SystemTime::now()));
    assert!(start(&lex).converse("lex a").starts_with("status 500: "));
    assert_eq!(lex.service.requests().len(), 1);
}

#[test]
fn what_aws_says_of_a_refusal_is_told() {
    for (status, error, message) in [
        (
            403,
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/flows is not authorized to perform: lex:RecognizeText",
        ),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
        (404, "ResourceNotFoundException", "The bot alias wasn't found."),
        (400, "ValidationException", "The locale isn't built."),
    ] {
        let lex = refusing(9, move || aws_refusal(status, error, message, SystemTime::now()));
        let told = start(&lex).converse("lex a");
        assert_eq!(told, format!("status {status}: {} answered {status} {error}: {message}", bots::LEX_HOST));
        assert_eq!(lex.service.requests().len(), 1);
    }
}

/// Seconds of a request's own time, `20260102T030405Z`, past its hour.
fn seconds(request: &Request) -> i64 {
    let stamp = request.header_value("x-amz-date").unwrap();
    let part = |at: usize| stamp[at..at + 2].parse::<i64>().unwrap();
    part(9) * 3_600 + part(11) * 60 + part(13)
}

#[test]
fn a_clock_that_is_wrong_is_mended_by_one_more_request() {
    for (error, status) in [("InvalidSignatureException", 403), ("RequestTimeTooSkewed", 403), ("RequestExpired", 400)]
    {
        let lex = refusing(1, move || {
            let theirs = SystemTime::now() + Duration::from_secs(600);
            aws_refusal(status, error, "Signature not yet current", theirs)
        });
        let program = start(&lex);
        assert_eq!(program.converse("lex a"), "AskMenu 0.83: Fish, or pasta.", "{error}");
        assert_eq!(lex.service.requests().len(), 2);
        // From now on their clock is known.
        assert_eq!(program.converse("guarded b"), "AskMenu 0.83: Fish, or pasta.");
        let [wrong, right, later] = &lex.service.requests()[..] else { panic!("three requests") };
        for mended in [right, later] {
            let ahead = (seconds(mended) - seconds(wrong)).rem_euclid(86_400);
            assert!((595..=630).contains(&ahead), "{ahead}");
        }
    }
    // A service that says so of each time is not asked for ever, and one whose time is ours is right about the signature.
    for (ahead, requests) in [(600, 2), (0, 1)] {
        let skewed = move || {
            let theirs = SystemTime::now() + Duration::from_secs(ahead);
            aws_refusal(403, "InvalidSignatureException", "Signature expired\nThe Canonical String was …", theirs)
        };
        let lex = refusing(9, skewed);
        let told = start(&lex).converse("lex a");
        assert_eq!(
            told,
            format!("status 403: {} answered 403 InvalidSignatureException: Signature expired", bots::LEX_HOST)
        );
        assert_eq!(lex.service.requests().len(), requests);
    }
}

#[test]
fn an_answer_that_is_none_of_lex_fails_the_turn() {
    for (body, told) in [
        (json!({ "message": "hello" }), "the answer has no \"sessionState\""),
        (json!([]), "the answer is no object: there is an empty list"),
    ] {
        let lex = refusing(9, move || Reply::json(200, &body));
        assert_eq!(start(&lex).converse("lex a"), format!("response 200: {told}"));
    }
    let silent = || Reply::json(200, &json!({ "sessionState": { "dialogAction": { "type": "ElicitIntent" } } }));
    let told = start(&refusing(9, silent)).converse("book lex");
    assert_eq!(told, "response 0: the bot said nothing, and is not done: there is nothing to ask the person");
}
