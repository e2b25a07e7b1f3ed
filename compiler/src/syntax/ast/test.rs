//! Tests that are written in a flow.

use serde::Serialize;

use super::{Clause, Duration, Expr, Json, Name, Pattern, Sms, Text};
use crate::source::Span;

/// `test "…" given … when … then …`
#[derive(Debug)]
pub struct Test {
    /// What it is called.
    pub name: Text,
    /// In the order they were written.
    pub steps: Vec<TestStep>,
    /// A part was not understood, already told.
    pub incomplete: bool,
}

/// A line of a test.
#[derive(Debug)]
pub struct TestStep {
    /// All of it.
    pub span: Span,
    /// What it says.
    pub kind: TestStepKind,
}

/// The lines of tests.
#[derive(Debug)]
pub enum TestStepKind {
    /// `given GET "https://api.example.com/*" -> 200 json { … }`
    Given(Given),
    /// `given concierge -> json { "message": "…" }`
    GivenBot(GivenBot),
    /// `given sms to "+15550123" -> refused`: the carrier takes no messages, or none to this number.
    GivenSms(Option<Expr>),
    /// `when sms "weather" from "+15550123"`
    WhenSms(Sms),
    /// `when api "order-ready" { "OrderNo": 7 }`
    WhenApi(Option<Text>, Json),
    /// `when schedule "0 9 * * *" at "2026-12-24 09:00"`
    WhenSchedule(WhenSchedule),
    /// `when 10m pass`
    WhenPass(Duration),
    /// `then sms to "+15550123" "…"`
    ThenSms(ThenSms),
    /// `then call POST "https://…" json { … }`
    ThenCall(ThenCall),
    /// `then concierge "two nights"`: the bot was told something, or just these words.
    ThenBot(Name, Option<Expr>),
    /// `then nothing`
    ThenNothing,
    /// `then waits`
    ThenWaits,
    /// `then fails`
    ThenFails,
}

/// What a service answers in a test.
#[derive(Debug)]
pub struct Given {
    /// Of which requests.
    pub method: Name,
    /// To which URL; `*` stands for anything.
    pub url: Text,
    /// The first request gets the first, the last one stays.
    pub answers: Vec<Answer>,
}

/// What a bot answers in a test.
#[derive(Debug)]
pub struct GivenBot {
    /// Which bot.
    pub bot: Name,
    /// The first turn gets the first, the last one stays.
    pub answers: Vec<BotAnswer>,
}

/// An answer of a bot in a test.
#[derive(Debug)]
pub enum BotAnswer {
    /// None, for this reason.
    Fails(Trouble),
    /// This HTTP status, and nothing else.
    Status(u16),
    /// `json { "intent": "BookRoom" }`: an answer in plain form, and where that stands.
    Plain(Json, Span),
    /// `sample "booked.json"`: a recorded answer, as its vendor gives it.
    Sample(Text),
}

/// A schedule that comes in a test.
#[derive(Debug)]
pub struct WhenSchedule {
    /// Its five fields; without them, the flow's only one is meant.
    pub times: Option<Text>,
    /// When it comes, in the flow's time zone: `2026-12-24 09:00`. Without it, at its next time.
    pub at: Option<Text>,
}

/// An answer in a test.
#[derive(Debug)]
pub enum Answer {
    /// None, for this reason.
    Fails(Trouble),
    /// `200 header "ETag" = "7" json { … }`
    Response {
        /// The HTTP status.
        status: u16,
        /// `header "K" = V`
        headers: Vec<(Text, Expr)>,
        /// What it holds.
        body: Option<AnswerBody>,
    },
}

/// Why a service gives no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// None comes in time.
    Timeout,
    /// The connection is refused.
    Refused,
    /// The connection breaks.
    Reset,
    /// The host name has no address.
    Dns,
    /// The TLS handshake fails.
    Tls,
    /// The address is one that calls may not go to.
    Blocked,
    /// The answer is larger than the limit.
    TooLarge,
}

impl Trouble {
    const ALL: [Self; 7] =
        [Self::Timeout, Self::Refused, Self::Reset, Self::Dns, Self::Tls, Self::Blocked, Self::TooLarge];

    /// Its word in a test.
    pub fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Blocked => "blocked",
            Self::TooLarge => "too_large",
        }
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.word() == word)
    }
}

/// The body of an answer in a test.
#[derive(Debug)]
pub enum AnswerBody {
    /// `json { … }`
    Json(Json),
    /// `text "…"`
    Text(Expr),
    /// `json file "forecast.json"`
    JsonFile(Text),
    /// `text file "page.html"`
    TextFile(Text),
}

/// A message that a test expects.
#[derive(Debug)]
pub struct ThenSms {
    /// To whom.
    pub to: Option<Expr>,
    /// From which number.
    pub from: Option<Expr>,
    /// Which words.
    pub words: Option<Words>,
    /// Which media.
    pub media: Vec<Expr>,
}

/// The words that a test expects in a message.
#[derive(Debug)]
pub enum Words {
    /// Just these.
    Exactly(Expr),
    /// `matching "…"`: words that hold a match of this regular expression.
    Matching(Pattern),
}

/// A request that a test expects.
#[derive(Debug)]
pub struct ThenCall {
    /// With which method.
    pub method: Name,
    /// To which URL; `*` stands for anything.
    pub url: Text,
    /// Headers, queries and a body that it must have.
    pub clauses: Vec<Clause>,
}
