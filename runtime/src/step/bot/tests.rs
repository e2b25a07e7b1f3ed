#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http;
use reqwest::Request;
use serde_json::json;

use super::*;
use crate::clock::Time;
use crate::engine::journal::memory::MemoryJournal;
use crate::engine::notes::Topic;
use crate::flow::{Binding, Lex, Query, Segment, Watson};
use crate::step::web_call::{Answering, Upstreams};
use crate::value::{Kind, Phone};

const LEX: &str = "https://runtime-v2-lex.us-east-1.amazonaws.com";
const WATSON: &str = "https://api.us-south.assistant.watson.cloud.ibm.com/instances/0a1b";
const IAM: &str = "https://iam.cloud.ibm.com/identity/token";

static BINDINGS: &[Binding] = &[
    bound("reply", Kind::Text, true, &[Segment::Member("message")]),
    bound("nights", Kind::Int, true, &[Segment::Member("slots"), Segment::Member("Nights")]),
];

const fn bound(name: &'static str, kind: Kind, optional: bool, path: &'static [Segment]) -> Binding {
    Binding { name, kind, optional, query: Query::Path(path) }
}

pub(super) fn lex() -> Lex {
    Lex {
        name: "concierge",
        url: LEX,
        region: "us-east-1",
        bot: "ABCDEFGHIJ",
        alias: "TSTALIASID",
        locale: "en_US",
        key_id: "AKIDEXAMPLE".to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG".to_owned(),
        session_token: Some("FwoGZXIvYXdzEBYaD".to_owned()),
    }
}

pub(super) fn watson() -> Watson {
    Watson {
        name: "desk",
        url: WATSON,
        assistant: "a-1",
        environment: Some("e-1"),
        version: "2024-08-25",
        key: "ibm-key-0123456789".to_owned(),
        token_url: IAM,
        end_flag: None,
    }
}

pub(super) fn parties() -> Parties {
    Parties { person: Some(Phone::literal("+15550123456")), own: Some(Phone::literal("+13055550100")) }
}

fn talk(bot: Bot, words: &str) -> Talk {
    Talk { line: 7, bot, words: words.to_owned(), timeout: 10, retries: 2, bindings: BINDINGS, is_chat: false }
}

/// A request as a service has had it.
struct Had {
    url: String,
    headers: http::HeaderMap,
    body: String,
}

impl Had {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

type Given = (u16, Vec<(&'static str, String)>, String);

/// Services that answer with what they were given, one after the other, and then keep silent.
#[derive(Default)]
struct Services {
    given: Mutex<VecDeque<Given>>,
    had: Mutex<Vec<Had>>,
}

impl Upstreams for Services {
    fn answer(&self, request: Request, _: String) -> Answering<'_> {
        Box::pin(async move {
            let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
            let body = String::from_utf8(body.to_vec()).unwrap();
            let (url, headers) = (request.url().to_string(), request.headers().clone());
            self.had.lock().unwrap().push(Had { url, headers, body });
            let given = self.given.lock().unwrap().pop_front();
            let Some((status, headers, body)) = given else { return std::future::pending().await };
            let response = http::Response::builder().status(status);
            let response = headers.iter().fold(response, |response, (name, value)| response.header(*name, value));
            Ok(response.body(body).unwrap().into())
        })
    }
}

/// Bots, and the services behind them.
struct House {
    services: Arc<Services>,
    web: WebCaller,
    bots: Bots,
    journal: Arc<MemoryJournal>,
}

impl House {
    fn new() -> Self {
        let (services, journal) = (Arc::<Services>::default(), Arc::<MemoryJournal>::default());
        let web = WebCaller::closed(Arc::clone(&services) as _, 1_000_000);
        Self { services, web, bots: Bots::new(Arc::clone(&journal) as _), journal }
    }

    fn gives(&self, status: u16, body: Json) {
        self.gives_with(status, &[], body);
    }

    fn gives_with(&self, status: u16, headers: &[(&'static str, &str)], body: Json) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.services.given.lock().unwrap().push_back((status, headers, body.to_string()));
    }

    async fn says(&self, talk: Talk) -> Result<Values, Failure> {
        self.bots.say(&self.web, RunId::new(), &parties(), &talk, None).await.unwrap()
    }

    /// All requests since this was asked last.
    fn had(&self) -> Vec<Had> {
        self.services.had.lock().unwrap().drain(..).collect()
    }

    /// The paths of all requests since this was asked last, of Watson without what all of its paths begin with.
    fn paths(&self) -> Vec<String> {
        let begin = format!("{WATSON}/v2/assistants/a-1/environments/e-1");
        let path = |had: Had| had.url.replace(&begin, "").replace("?version=2024-08-25", "");
        self.had().into_iter().map(path).collect()
    }

    async fn session(&self) -> Option<String> {
        let notes = self.journal.notes(Topic::BotSession, "desk:").await.unwrap();
        notes.into_iter().next().map(|note| note.value)
    }
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(future);
}

fn lex_says(message: &str, action: &str) -> Json {
    json!({
        "messages": [{ "contentType": "PlainText", "content": message }],
        "sessionState": {
            "dialogAction": { "type": action },
            "intent": {
                "name": "BookRoom",
                "state": "InProgress",
                "slots": { "Nights": { "value": { "originalValue": "two", "interpretedValue": "2" } } },
            },
        },
    })
}

fn watson_says(message: &str, end: bool) -> Json {
    let mut generic = vec![json!({ "response_type": "text", "text": message })];
    generic.extend(end.then(|| json!({ "response_type": "end_session" })));
    json!({ "output": { "generic": generic, "intents": [], "entities": [] }, "context": {} })
}

fn token(text: &str) -> Json {
    json!({ "access_token": text, "token_type": "Bearer", "expires_in": 3600 })
}

/// A Date of so many seconds from now.
fn date(ahead: i64) -> String {
    let seconds = u64::try_from(Time::now().0 / 1_000 + ahead).unwrap();
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[test]
fn lex_is_told_the_words_in_the_session_of_the_conversation() {
    block_on(async {
        let house = House::new();
        house.gives(200, lex_says("When?", "ElicitSlot"));
        let mut values = house.says(talk(Bot::Lex(lex()), "a room\r\nfor two\tnights")).await.unwrap();
        assert_eq!(values.text("reply").unwrap(), "When?");
        assert_eq!(values.int("nights").unwrap(), 2);
        let had = &house.had()[0];
        let session = session::id(&Bot::Lex(lex()), RunId::new(), &parties());
        let path = format!("/bots/ABCDEFGHIJ/botAliases/TSTALIASID/botLocales/en_US/sessions/{session}/text");
        assert_eq!(had.url, format!("{LEX}{path}"));
        assert_eq!(had.body, r#"{"text":"a room for two nights"}"#);
        assert_eq!(had.header("content-type"), "application/json");
        assert_eq!(had.header("x-amz-security-token"), "FwoGZXIvYXdzEBYaD");
        let signature = had.header("authorization");
        assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signature}");
        assert!(signature.contains("/us-east-1/lex/aws4_request, SignedHeaders=content-type;host;x-amz-date;"));
    });
}

#[test]
fn a_throttled_bot_is_told_once_more() {
    block_on(async {
        let house = House::new();
        let throttled = [("x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/")];
        house.gives_with(429, &throttled, json!({ "message": "Rate exceeded" }));
        house.gives(200, lex_says("When?", "ElicitSlot"));
        house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap();
        assert_eq!(house.had().len(), 2);
        for _ in 0..3 {
            house.gives_with(429, &throttled, json!({ "message": "Rate exceeded" }));
        }
        let failure = house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (FailureKind::Status, Some(429)));
        let told = "runtime-v2-lex.us-east-1.amazonaws.com answered 429 ThrottlingException: Rate exceeded";
        assert_eq!(failure.message, told);
        assert_eq!(house.had().len(), 3);
    });
}

#[test]
fn a_clock_that_is_wrong_is_set_by_the_service_once() {
    block_on(async {
        let house = House::new();
        let refused = json!({ "message": "Signature expired: it is now\n'POST\nx-amz-security-token:FwoG" });
        let error = ("x-amzn-errortype", "InvalidSignatureException");
        let ahead = date(3_600);
        house.gives_with(403, &[error, ("date", &ahead)], refused.clone());
        house.gives(200, lex_says("When?", "ElicitSlot"));
        house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap();
        let had = house.had();
        let stamps: Vec<&str> = had.iter().map(|had| had.header("x-amz-date")).collect();
        // Seconds of the day.
        let seconds = |stamp: &str| {
            let two = |at: usize| stamp[at..at + 2].parse::<i64>().unwrap();
            two(9) * 3_600 + two(11) * 60 + two(13)
        };
        let between = |one: &str, other: &str| (seconds(other) - seconds(one)).rem_euclid(86_400);
        assert!((3_590..3_610).contains(&between(stamps[0], stamps[1])), "{stamps:?}");
        // The next turn has the service's time at once. Refused again, it is refused for another reason.
        house.gives_with(403, &[error, ("date", &ahead)], refused);
        let failure = house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap_err();
        let told = "runtime-v2-lex.us-east-1.amazonaws.com answered 403 InvalidSignatureException: \
                    Signature expired: it is now";
        assert_eq!(failure.message, told);
        let had = house.had();
        assert_eq!(had.len(), 1);
        assert!(between(stamps[1], had[0].header("x-amz-date")) < 10, "{stamps:?}");
    });
}

#[test]
fn no_other_refusal_is_taken_for_a_wrong_clock() {
    block_on(async {
        let denied = ("x-amzn-errortype", "AccessDeniedException");
        let signature = ("x-amzn-errortype", "InvalidSignatureException");
        let (now, ahead) = (date(0), date(3_600));
        for headers in [vec![denied, ("date", &ahead)], vec![signature, ("date", &now)], vec![signature]] {
            let house = House::new();
            house.gives_with(403, &headers, json!({ "message": "no" }));
            assert_eq!(house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap_err().status, Some(403));
            assert_eq!(house.had().len(), 1, "{headers:?}");
        }
    });
}

#[test]
fn lex_is_not_followed_elsewhere() {
    block_on(async {
        let house = House::new();
        house.gives_with(307, &[("location", "https://elsewhere.example/")], json!({}));
        let failure = house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap_err();
        assert!(failure.message.ends_with("answered 307, which points to https://elsewhere.example/"), "{failure:?}");
        assert_eq!(house.had().len(), 1);
    });
}

#[test]
fn what_lex_does_not_answer_so_fails_as_a_response() {
    block_on(async {
        let house = House::new();
        house.gives(200, json!({ "messages": [] }));
        let failure = house.says(talk(Bot::Lex(lex()), "a room")).await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (FailureKind::Response, Some(200)));
        assert_eq!(failure.message, "the answer has no \"sessionState\"");
    });
}

#[test]
fn words_that_no_bot_takes_are_not_sent() {
    block_on(async {
        let house = House::new();
        let long = "é".repeat(1_025);
        let failure = house.says(talk(Bot::Lex(lex()), &long)).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Request);
        assert!(failure.message.contains("1025 characters, and it takes 1024"), "{}", failure.message);
        let failure = house.says(talk(Bot::Watson(watson()), &long.repeat(2))).await.unwrap_err();
        assert!(failure.message.contains("2050 characters, and it takes 2048"), "{}", failure.message);
        assert!(house.says(talk(Bot::Watson(watson()), "\r\n")).await.is_err());
        assert!(house.had().is_empty());
    });
}

#[test]
fn watson_has_one_session_for_a_talk_and_one_token() {
    block_on(async {
        let house = House::new();
        house.gives(200, token("t0k3n-one"));
        house.gives(201, json!({ "session_id": "s-1" }));
        house.gives(200, watson_says("How many?", false));
        let mut values = house.says(talk(Bot::Watson(watson()), "a table")).await.unwrap();
        assert_eq!(values.text("reply").unwrap(), "How many?");
        let had = house.had();
        let grant = "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=ibm-key-0123456789";
        assert_eq!((had[0].url.as_str(), had[0].body.as_str()), (IAM, grant));
        let sessions = format!("{WATSON}/v2/assistants/a-1/environments/e-1/sessions");
        assert_eq!(had[1].url, format!("{sessions}?version=2024-08-25"));
        assert_eq!((had[1].body.as_str(), had[1].header("authorization")), ("{}", "Bearer t0k3n-one"));
        assert_eq!(had[2].url, format!("{sessions}/s-1/message?version=2024-08-25"));
        let user = session::id(&Bot::Watson(watson()), RunId::new(), &parties());
        let input = json!({ "message_type": "text", "text": "a table", "options": { "return_context": true } });
        let body: Json = serde_json::from_str(&had[2].body).unwrap();
        assert_eq!(body, json!({ "input": input, "user_id": user }));
        assert_eq!(had[2].header("accept"), "application/json");
        assert_eq!(house.session().await.unwrap(), "s-1");

        house.gives(200, watson_says("See you.", true));
        house.says(talk(Bot::Watson(watson()), "four")).await.unwrap();
        assert_eq!(house.paths(), ["/sessions/s-1/message"]);
        assert_eq!(house.session().await, None);
    });
}

#[test]
fn a_session_that_watson_has_forgotten_is_begun_anew_once() {
    block_on(async {
        let house = House::new();
        let gone = || json!({ "error": "Invalid Session", "code": 404 });
        house.gives(200, token("t0k3n-one"));
        house.gives(201, json!({ "session_id": "s-1" }));
        house.gives(200, watson_says("How many?", false));
        house.says(talk(Bot::Watson(watson()), "a table")).await.unwrap();
        house.had();

        house.gives(404, gone());
        house.gives(201, json!({ "session_id": "s-2" }));
        house.gives(200, watson_says("How many?", false));
        house.says(talk(Bot::Watson(watson()), "four")).await.unwrap();
        assert_eq!(house.paths(), ["/sessions/s-1/message", "/sessions", "/sessions/s-2/message"]);
        assert_eq!(house.session().await.unwrap(), "s-2");

        house.gives(404, gone());
        house.gives(201, json!({ "session_id": "s-3" }));
        house.gives(404, gone());
        let failure = house.says(talk(Bot::Watson(watson()), "four")).await.unwrap_err();
        let told = "api.us-south.assistant.watson.cloud.ibm.com answered 404: Invalid Session";
        assert_eq!((failure.message.as_str(), failure.status), (told, Some(404)));
        assert_eq!(house.paths(), ["/sessions/s-2/message", "/sessions", "/sessions/s-3/message"]);
    });
}

#[test]
fn a_new_session_that_is_unknown_is_not_begun_again() {
    block_on(async {
        let house = House::new();
        house.gives(200, token("t0k3n-one"));
        house.gives(201, json!({ "session_id": "s-1" }));
        house.gives(404, json!({ "error": "Resource not found", "code": 404 }));
        assert_eq!(house.says(talk(Bot::Watson(watson()), "a table")).await.unwrap_err().status, Some(404));
        assert_eq!(house.paths(), [IAM, "/sessions", "/sessions/s-1/message"]);
        assert_eq!(house.session().await, None);
    });
}

#[test]
fn a_token_that_is_refused_is_had_anew_once_and_never_told() {
    block_on(async {
        let house = House::new();
        house.gives(200, token("t0k3n-one"));
        house.gives(401, json!({ "error": "Unauthorized", "code": 401 }));
        house.gives(200, token("t0k3n-two"));
        house.gives(401, json!({ "error": "Unauthorized: Bearer t0k3n-two ibm-key", "code": 401 }));
        let failure = house.says(talk(Bot::Watson(watson()), "a table")).await.unwrap_err();
        let told = "api.us-south.assistant.watson.cloud.ibm.com answered 401: Unauthorized: Bearer (secret) ibm-key";
        assert_eq!(failure.message, told);
        assert_eq!(house.paths(), [IAM, "/sessions", IAM, "/sessions"]);
    });
}

#[test]
fn a_key_that_ibm_does_not_know_is_told_without_the_key() {
    block_on(async {
        let house = House::new();
        let unknown = json!({
            "errorCode": "BXNIM0415E",
            "errorMessage": "Provided API key could not be found. ibm-key-0123456789",
            "context": { "requestId": "1" },
        });
        house.gives(400, unknown);
        let failure = house.says(talk(Bot::Watson(watson()), "a table")).await.unwrap_err();
        let told = "no token: iam.cloud.ibm.com answered 400 \
                    (BXNIM0415E: Provided API key could not be found. (secret))";
        assert_eq!((failure.message.as_str(), failure.kind, failure.status), (told, FailureKind::Status, Some(400)));
    });
}

#[test]
fn the_time_of_a_turn_is_for_all_of_it() {
    block_on(async {
        let house = House::new();
        house.gives(200, token("t0k3n-one"));
        house.gives(201, json!({ "session_id": "s-1" }));
        let began = tokio::time::Instant::now();
        let failure = house.says(talk(Bot::Watson(watson()), "a table")).await.unwrap_err();
        assert_eq!((failure.kind, began.elapsed().as_secs()), (FailureKind::Timeout, 10));
        let told = "there was no whole answer from api.us-south.assistant.watson.cloud.ibm.com within 10 s";
        assert_eq!(failure.message, told);
    });
}

#[test]
fn a_chat_has_its_values_once_the_bot_is_done() {
    static NEEDED: &[Binding] =
        &[bound("nights", Kind::Int, false, &[Segment::Member("slots"), Segment::Member("Nights")])];
    let turn = || Talk { is_chat: true, bindings: NEEDED, ..talk(Bot::Lex(lex()), "a room") };
    block_on(async {
        let house = House::new();
        let mut asking = lex_says("When?", "ElicitSlot");
        asking["sessionState"]["intent"]["slots"]["Nights"] = Json::Null;
        house.gives(200, asking.clone());
        let mut values = house.says(turn()).await.unwrap();
        assert!(!values.bool(chat::DONE).unwrap());
        assert_eq!(values.text(chat::MESSAGE).unwrap(), "When?");
        assert_eq!(values.int_opt("nights").unwrap(), None);

        house.gives(200, lex_says("Booked.", "Close"));
        let values = house.says(turn()).await.unwrap();
        let names: Vec<_> = turn().names().collect();
        assert_eq!(names, [chat::DONE, chat::MESSAGE, "nights"]);
        let expected = [Value::Bool(true), Value::Text("Booked.".to_owned()), Value::Int(2)];
        assert_eq!(values.into_values(), expected.map(Some));

        asking["sessionState"]["dialogAction"]["type"] = "Close".into();
        house.gives(200, asking);
        let failure = house.says(turn()).await.unwrap_err();
        assert!(failure.message.contains("`nights`"), "{}", failure.message);
    });
}
