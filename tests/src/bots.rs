//! The bots of two vendors, as a flow meets them: Amazon Lex V2 by RecognizeText, and IBM Watson Assistant v2 with the token
//! server of IBM Cloud. Both book rooms in three turns, and answer what is said in one.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::build::binary_of;
use crate::http::Request;
use crate::program::{Program, Start};
use crate::stand_in::{Reply, StandIn};

/// The host of Lex, of Watson, and of IBM Cloud's tokens.
pub const LEX_HOST: &str = "runtime-v2-lex.us-east-1.amazonaws.com";
#[allow(missing_docs)]
pub const WATSON_HOST: &str = "api.us-south.assistant.watson.cloud.ibm.com";
#[allow(missing_docs)]
pub const IAM_HOST: &str = "iam.cloud.ibm.com";

/// The assistant of the flow: its instance, its id, its environment, and the version of the API.
pub const ASSISTANT: [&str; 4] = ["/instances/0a1b2c3d", "1c2d3e4f-5a6b", "6f5e4d3c-2b1a", "2024-08-25"];

/// What the flow's secrets begin with, and the signatures of IBM Cloud's tokens.
pub const CANARY: &str = "canary-8f3a";

/// AWS's access key id, its secret and the session's token; the API key of IBM Cloud.
pub const KEYS: [(&str, &str); 4] = [
    ("AWS_ID", "canary-8f3a-ID"),
    ("AWS_SECRET", "canary-8f3a/Secret+Key"),
    ("AWS_TOKEN", "canary-8f3a//Token+of==session"),
    ("WATSON_KEY", "canary-8f3a_Key-of/IBM+"),
];

/// To a first word `lex`, `guarded` (with a session's token) or `watson` the bot of it says all in one turn; to `book lex`
/// and `book watson` one books a room in several, and to `brief` waits for 2 seconds only.
const FLOW: &str = r#"flow "Bots"
secret AWS_ID
secret AWS_SECRET
secret AWS_TOKEN
secret WATSON_KEY

lex concierge region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" locale "en_US" keys $AWS_ID $AWS_SECRET
lex guarded region "us-east-1" bot "ABCDEFGHIJ" alias "TSTALIASID" locale "en_US" keys $AWS_ID $AWS_SECRET $AWS_TOKEN
watson desk
  url "https://api.us-south.assistant.watson.cloud.ibm.com/instances/0a1b2c3d"
  assistant "1c2d3e4f-5a6b" environment "6f5e4d3c-2b1a" key $WATSON_KEY version "2024-08-25"

on sms matching "lex .*"
  -> ask concierge $body < intent?, sure? = confidence, reply? = message >
     ok   -> sms "${intent ?? "-"} ${sure ?? 0}: ${reply ?? "-"}"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "guarded .*"
  -> ask guarded $body < intent?, sure? = confidence, reply? = message >
     ok   -> sms "${intent ?? "-"} ${sure ?? 0}: ${reply ?? "-"}"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "watson .*"
  -> ask desk $body < intent?, sure? = confidence, reply? = message >
     ok   -> sms "${intent ?? "-"} ${sure ?? 0}: ${reply ?? "-"}"
     fail -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "book lex"
  -> chat concierge $body within 30m < reply? = message, room? = slots.RoomType, nights?: int = slots.Nights >
     ok      -> sms "${reply ?? "-"} ${room ?? "-"} ${nights ?? 0}"
     timeout -> end
     fail    -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "book watson"
  -> chat desk $body within 30m < reply? = message, room? = context.room_type, nights?: int = context.nights, handover >
     ok      -> sms "${reply ?? "-"} ${room ?? "-"} ${nights ?? 0} $handover"
     timeout -> end
     fail    -> sms "$failure.kind ${failure.status ?? 0}: $failure.message"

on sms matching "brief"
  -> chat concierge "book" within 2s < reply = message >
     ok      -> sms "$reply"
     timeout -> sms "You said nothing."
     fail    -> end
"#;

/// The flow's binary, its bots being these.
pub fn start(lex: &str, watson: &str) -> Start {
    let start = Program::of(&binary()).connect(&format!("{LEX_HOST}:443"), lex);
    let start = [WATSON_HOST, IAM_HOST].iter().fold(start, |start, host| start.connect(&format!("{host}:443"), watson));
    KEYS.iter().fold(start, |start, (name, key)| start.variable(name, key))
}

/// The flow's binary.
pub fn binary() -> std::path::PathBuf {
    binary_of("bots", FLOW)
}

/// What a bot says, whoever's it is.
enum Said {
    Menu,
    Room,
    Nights { room: String },
    Booked { room: String, nights: String },
}

/// The words that were said so far of a booking.
type Booking = Vec<String>;

fn say(booking: &mut Booking, words: &str) -> Said {
    if ["lex ", "guarded ", "watson "].iter().any(|first| words.starts_with(first)) {
        return Said::Menu;
    }
    booking.push(words.to_owned());
    match &booking[..] {
        [_] => Said::Room,
        [_, room] => Said::Nights { room: room.clone() },
        [_, room, nights, ..] => Said::Booked { room: room.clone(), nights: nights.clone() },
        [] => unreachable!(),
    }
}

impl Said {
    fn words(&self) -> String {
        match self {
            Self::Menu => "Fish, or pasta.".to_owned(),
            Self::Room => "Which room?".to_owned(),
            Self::Nights { .. } => "How many nights?".to_owned(),
            Self::Booked { room, nights } => format!("Booked: {room}, {nights}."),
        }
    }
}

/// Amazon Lex V2.
pub struct Lex {
    /// Where it is, and what it was asked.
    pub service: StandIn,
    answers: Arc<Mutex<Vec<Value>>>,
}

impl Lex {
    /// One that answers all.
    pub fn start() -> Self {
        Self::refusing(|_| None)
    }

    /// One that says something else, if it is given that.
    pub fn refusing(refuse: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let bookings: Mutex<HashMap<String, Booking>> = Mutex::default();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let known = Arc::clone(&answers);
        let service = StandIn::start(move |request| {
            if let Some(refusal) = refuse(request) {
                return refusal;
            }
            let session = request.path().split('/').nth_back(1).unwrap().to_owned();
            let body = request.json_body();
            let mut bookings = bookings.lock().unwrap();
            let said = say(bookings.entry(session.clone()).or_default(), body["text"].as_str().unwrap());
            if matches!(said, Said::Booked { .. }) {
                bookings.remove(&session);
            }
            let answer = recognized(&session, &said);
            known.lock().unwrap().push(answer.clone());
            Reply::json(200, &answer)
        });
        Self { service, answers }
    }

    /// What it answered.
    pub fn answers(&self) -> Vec<Value> {
        self.answers.lock().unwrap().clone()
    }
}

/// An answer of RecognizeText (Amazon Lex API Reference, "RecognizeText" of the Lex Runtime V2).
fn recognized(session: &str, said: &Said) -> Value {
    let slot = |value: &String| {
        let value = json!({ "originalValue": value, "interpretedValue": value, "resolvedValues": [value] });
        json!({ "shape": "Scalar", "value": value })
    };
    let (name, state, slots, action) = match said {
        Said::Menu => ("AskMenu", "Fulfilled", json!({}), json!({ "type": "Close" })),
        Said::Room => {
            let elicits = json!({ "type": "ElicitSlot", "slotToElicit": "RoomType" });
            ("BookRoom", "InProgress", json!({ "RoomType": null, "Nights": null }), elicits)
        }
        Said::Nights { room } => {
            let elicits = json!({ "type": "ElicitSlot", "slotToElicit": "Nights" });
            ("BookRoom", "InProgress", json!({ "RoomType": slot(room), "Nights": null }), elicits)
        }
        Said::Booked { room, nights } => {
            let slots = json!({ "RoomType": slot(room), "Nights": slot(nights) });
            ("BookRoom", "Fulfilled", slots, json!({ "type": "Close" }))
        }
    };
    let intent = json!({ "name": name, "slots": slots, "state": state, "confirmationState": "None" });
    json!({
        "messages": [{ "content": said.words(), "contentType": "PlainText" }],
        "sessionState": {
            "dialogAction": action, "intent": intent, "sessionAttributes": { "hotel": "Seaside Inn" },
            "originatingRequestId": "0f6a1c8e-2d3b-4b8e-9c71-5a4e6d2f7b10",
        },
        "interpretations": [
            { "nluConfidence": { "score": 0.83 }, "intent": intent, "interpretationSource": "Lex" },
            { "intent": { "name": "FallbackIntent", "slots": {} }, "interpretationSource": "Lex" },
        ],
        "requestAttributes": {},
        "sessionId": session,
    })
}

/// A refusal of AWS, as Smithy's restJson1 protocol has it, at a time of its own.
pub fn aws_refusal(status: u16, error: &str, message: &str, now: SystemTime) -> Reply {
    let body = json!({ "message": message }).to_string();
    let (date, length) = (httpdate::fmt_http_date(now), body.len());
    Reply::raw(
        format!(
            "HTTP/1.1 {status} X\r\nDate: {date}\r\nx-amzn-ErrorType: {error}:http://internal.amazon.com/coral/\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .as_bytes(),
    )
}

/// An assistant of IBM Watson Assistant v2, and the server of its tokens.
pub struct Watson {
    /// Where both are, and what they were asked.
    pub service: StandIn,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// How many there were.
    tokens: usize,
    sessions: usize,
    valid: BTreeSet<String>,
    bookings: HashMap<String, Booking>,
}

impl Watson {
    /// One that answers all.
    pub fn start() -> Self {
        Self::refusing(|_| None)
    }

    /// One that says something else, if it is given that.
    pub fn refusing(refuse: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let known = Arc::clone(&kept);
        let service =
            StandIn::start(move |request| refuse(request).unwrap_or_else(|| known.lock().unwrap().answer(request)));
        Self { service, kept }
    }

    /// Ends all sessions, as if nobody had said a word for long.
    pub fn forget_sessions(&self) {
        self.kept.lock().unwrap().bookings.clear();
    }

    /// Takes no token any more that it has given.
    pub fn revoke_tokens(&self) {
        self.kept.lock().unwrap().valid.clear();
    }

    /// The last parts of the paths that it was asked at: `token`, `sessions`, `message`.
    pub fn asked(&self) -> Vec<String> {
        self.service.requests().iter().map(|request| request.path().rsplit('/').next().unwrap().to_owned()).collect()
    }
}

impl Kept {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.path() == "/identity/token" {
            self.tokens += 1;
            let token = token(self.tokens);
            self.valid.insert(token.clone());
            return Reply::json(
                200,
                &json!({
                    "access_token": token, "refresh_token": "not_supported", "token_type": "Bearer",
                    "expires_in": 3600, "expiration": 4_102_444_800_u64, "scope": "ibm openid",
                }),
            );
        }
        let token = request.header_value("Authorization").and_then(|told| told.strip_prefix("Bearer "));
        if !token.is_some_and(|token| self.valid.contains(token)) {
            return Reply::json(401, &json!({ "error": "Unauthorized", "code": 401 }));
        }
        if request.path().ends_with("/sessions") {
            self.sessions += 1;
            let session = format!("d3b07384-{}", self.sessions);
            self.bookings.insert(session.clone(), Booking::new());
            return Reply::json(201, &json!({ "session_id": session }));
        }
        let session = request.path().split('/').nth_back(1).unwrap();
        let Some(booking) = self.bookings.get_mut(session) else { return invalid_session() };
        let body = request.json_body();
        let answer = match body["input"]["text"].as_str().unwrap() {
            "a person" => connected(session),
            words => told(session, &say(booking, words)),
        };
        Reply::json(200, &answer)
    }
}

/// The token of this number, which has the form of a JWT (RFC 7519), as IBM's have.
pub fn token(number: usize) -> String {
    let part = |part: Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let (head, body) = (json!({ "alg": "RS256" }), json!({ "iat": 1_795_000_000, "exp": 4_102_444_800_u64 }));
    format!("{}.{}.{CANARY}-token-{number:02}", part(head), part(body))
}

/// Watson's answer to words in a session that it does not know any more.
pub fn invalid_session() -> Reply {
    Reply::json(404, &json!({ "error": "Invalid Session", "code": 404 }))
}

/// An answer to a message (IBM Cloud API Docs, "watsonx Assistant v2": Send user input to assistant).
fn told(session: &str, said: &Said) -> Value {
    let (intent, variables, ends) = match said {
        Said::Menu => ("ask_menu", json!({}), false),
        Said::Room => ("book_room", json!({}), false),
        Said::Nights { room } => ("book_room", json!({ "room_type": room }), false),
        Said::Booked { room, nights } => ("book_room", json!({ "room_type": room, "nights": nights }), true),
    };
    let mut generic = vec![json!({ "response_type": "text", "text": said.words() })];
    if ends {
        generic.push(json!({ "response_type": "end_session" }));
    }
    message(session, intent, generic, variables)
}

fn connected(session: &str) -> Value {
    let connect = json!({
        "response_type": "connect_to_agent", "message_to_human_agent": "A guest asks for a person.",
        "agent_available": { "message": "Somebody will call you." },
        "agent_unavailable": { "message": "Nobody is there." }, "topic": "complaint",
    });
    message(session, "talk", vec![connect], json!({}))
}

fn message(session: &str, intent: &str, generic: Vec<Value>, variables: Value) -> Value {
    json!({
        "output": {
            "generic": generic,
            "intents": [{ "intent": intent, "confidence": 0.83, "skill": "actions skill" }],
            "entities": [{ "entity": "sys-number", "value": "2", "location": [0, 3], "confidence": 1.0 }],
        },
        "context": {
            "global": { "system": { "turn_count": 1, "timezone": "UTC" }, "session_id": session },
            "skills": { "actions skill": { "skill_variables": variables } },
        },
        "user_id": "guest",
    })
}
