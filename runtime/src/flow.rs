//! The border between an emitted flow and this runtime.
//!
//! A flow is a pure state machine. `start` takes a trigger, `resume` takes the stored state and the
//! outcome of its last action; both return the next state, as JSON text, and the action that this
//! state asks for. `enter` gives the action of a stored state again, after a restart. The runtime
//! carries the action out and comes back with its outcome. Emitted code does no I/O, holds no future
//! and sees no clock, so a run is nothing but its state.

pub use crate::secrets::Secrets;
use crate::value::{Kind, Phone, Url, Values};

/// A whole flow program: what `flowc` emits as one static.
#[derive(Debug)]
pub struct Program {
    /// The flow's name, as `flow "…"` gives it.
    pub name: &'static str,
    /// The file that it was compiled from, for logs: `weather-forecast.flow`.
    pub source: &'static str,
    /// What the flow does, as a hash in hexadecimal digits: the same for every build of one flow, whatever its layout.
    pub identity: &'static str,
    /// Names of all secrets the flow declares; all must be there at start.
    pub secrets: &'static [&'static str],
    /// The time zone of its schedules and of `$now`: a name of the IANA database, `UTC` if the flow has none.
    pub timezone: &'static str,
    /// What starts a run.
    pub triggers: &'static [Trigger],
    /// Lines of the messages with pictures, which not every carrier takes.
    pub media: &'static [u32],
    /// It has an `ask`: texts come in even if none starts a run.
    pub asks: bool,
    /// The OpenAPI document of its api triggers, as JSON; `None`: it has none.
    pub openapi: Option<&'static str>,
    /// Reads a stored state back: stored state, secrets.
    pub enter: Enter,
    /// Continues a run: stored state, outcome of its last action, secrets.
    pub resume: Resume,
}

impl Program {
    /// What the programs of unit tests go out from.
    #[cfg(test)]
    pub(crate) const TEST: Self = Self {
        name: "Test",
        source: "test.flow",
        identity: "0123456789abcdef",
        secrets: &[],
        timezone: "UTC",
        triggers: &[],
        media: &[],
        asks: false,
        openapi: None,
        enter: |_, _| Err(Fault::Bug(String::new())),
        resume: |_, _, _| Err(Fault::Bug(String::new())),
    };

    /// Whether texts are to come in: to start runs, or as replies.
    pub(crate) fn takes_texts(&self) -> bool {
        self.asks || self.triggers.iter().any(|trigger| matches!(trigger, Trigger::Sms(_)))
    }
}

/// The shape of [`Program::enter`].
///
/// A state that this program does not have is a [`Fault::State`].
pub type Enter = fn(&str, &Secrets) -> Result<Step, Fault>;

/// The shape of [`Program::resume`].
pub type Resume = fn(&str, Outcome, &Secrets) -> Result<Step, Fault>;

/// What starts a run.
#[derive(Debug)]
pub enum Trigger {
    /// `on sms`
    Sms(SmsTrigger),
    /// `on api "name"`
    Api(ApiTrigger),
    /// `on schedule "…"`
    Schedule(ScheduleTrigger),
}

/// `on sms`: an inbound text or multimedia message. Of several, the first that takes a message gets it.
#[derive(Debug)]
pub struct SmsTrigger {
    /// Line of the trigger in the flow file, from 1.
    pub line: u32,
    /// `to "…"`: it takes only what is sent to this number, in E.164 form or a short code.
    pub to: Option<&'static str>,
    /// `matching "…"`: it takes only texts that match this regular expression, as flowc has checked it; the whole text, without
    /// white space around it and without regard to case.
    pub matching: Option<&'static str>,
    /// Starts a run.
    pub start: fn(InboundSms, &Secrets) -> Result<Step, Fault>,
}

/// `on api "name"`: the Inbound API.
#[derive(Debug)]
pub struct ApiTrigger {
    /// Line of the trigger in the flow file, from 1.
    pub line: u32,
    /// The `flowId` that callers send.
    pub name: &'static str,
    /// Name of the secret that holds the Auth Token; `None`: anybody may start the flow.
    pub token: Option<&'static str>,
    /// The Expected Inputs, in the flow's order.
    pub inputs: &'static [Input],
    /// The flow writes to `$ANI`, so a request without it is refused.
    pub needs_ani: bool,
    /// The flow writes from `$DNIS`, so a request without it is refused.
    pub needs_dnis: bool,
    /// Starts a run.
    pub start: fn(InboundApi, &Secrets) -> Result<Step, Fault>,
}

/// `on schedule "…"`
#[derive(Debug)]
pub struct ScheduleTrigger {
    /// Line of the trigger in the flow file, from 1.
    pub line: u32,
    /// The five fields as the flow has them.
    pub text: &'static str,
    /// The same, as flowc has read them.
    pub times: Times,
    /// Starts a run.
    pub start: fn(Now, &Secrets) -> Result<Step, Fault>,
}

/// The times of a schedule: bit `n` of a field is set where the value `n` is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// 0–59.
    pub minutes: u64,
    /// 0–23.
    pub hours: u32,
    /// Days of the month, 1–31.
    pub days: u32,
    /// 1–12.
    pub months: u16,
    /// 0–6, Sunday is 0.
    pub weekdays: u8,
    /// Both days are given (neither field begins with `*`), so either will do; else both must fit.
    pub either_day: bool,
}

/// `$now`: when a run of a schedule started, in the flow's time zone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Now {
    /// `2026-11-22`
    pub date: String,
    /// `09:00`
    pub time: String,
    /// `Monday`
    pub weekday: String,
    /// 2026
    pub year: i64,
    /// 1–12
    pub month: i64,
    /// 1–31
    pub day: i64,
    /// 0–23
    pub hour: i64,
    /// 0–59
    pub minute: i64,
}

/// One Expected Input, or the reply to a question.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Exact, case-sensitive name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Written `Name?` in the flow.
    pub optional: bool,
}

/// A message that has come in.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct InboundSms {
    /// Who wrote it.
    pub from: Phone,
    /// The number that was texted.
    pub to: Phone,
    /// Its text.
    pub body: String,
    /// Media of an MMS.
    pub media: Vec<Url>,
}

/// An accepted request of the Inbound API.
#[derive(Clone, Debug)]
pub struct InboundApi {
    /// Destination: the person the flow talks with.
    pub ani: Option<Phone>,
    /// Source: the number the flow sends from.
    pub dnis: Option<Phone>,
    /// The Expected Inputs, in the order of [`ApiTrigger::inputs`].
    pub inputs: Values,
}

/// A state and the action it asks for.
#[derive(Debug)]
pub struct Step {
    /// The state as JSON text: all that is needed to go on.
    pub state: String,
    /// What is to be done now.
    pub action: Action,
}

/// What a state asks the runtime to do.
///
/// An action may hold secrets: it is neither stored nor logged, and its `Debug` form shows none.
#[derive(Debug)]
pub enum Action {
    /// External Web Call.
    Call(Box<Call>),
    /// A turn with a bot.
    Talk(Box<Talk>),
    /// Send SMS/MMS.
    Sms(Sms),
    /// Send a question and wait for the reply.
    Ask(Box<Ask>),
    /// Go on later.
    Wait(Wait),
    /// Nothing to do: `goto` has entered a path; resume at once with [`Outcome::Done`].
    Continue,
    /// The run is over.
    End(End),
}

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// The flow reached the end of a path.
    Completed,
    /// A step failed and no `fail` arm took it.
    Failed {
        /// Line of the step in the flow file.
        line: u32,
        /// Why.
        failure: Failure,
    },
}

/// An External Web Call, its variables filled in.
pub struct Call {
    /// Line of the step in the flow file.
    pub line: u32,
    /// HTTP method.
    pub method: Method,
    /// Absolute URL; every variable in it is already encoded for its place.
    pub url: String,
    /// `query "k" = V`: added to the URL, encoded by the runtime.
    pub query: Vec<(&'static str, String)>,
    /// `header "K" = V`, not yet checked for CR, LF and NUL.
    pub headers: Vec<(&'static str, String)>,
    /// `basic`, `bearer` or `oauth`.
    pub auth: Option<Auth>,
    /// For the whole exchange with all that belongs to it (token, redirects, retries), in seconds: 1–200.
    pub timeout: u32,
    /// How often the request is sent again when it could not be delivered, or the service is overloaded: 0–10.
    pub retries: u32,
    /// The request's body.
    pub body: Option<Body>,
    /// Response variables, in the flow's order.
    pub bindings: &'static [Binding],
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("line", &self.line).field("method", &self.method).finish_non_exhaustive()
    }
}

/// One turn with a bot: words go in, its answer comes out.
pub struct Talk {
    /// Line of the step in the flow file.
    pub line: u32,
    /// Whom it is with.
    pub bot: Bot,
    /// What the bot is told, as the flow has it; the runtime takes line breaks and other control characters out.
    pub words: String,
    /// For the whole turn with all that belongs to it (token, session, retries), in seconds: 1–200.
    pub timeout: u32,
    /// How often the words are sent again when they could not be delivered, or the service is overloaded: 0–10.
    pub retries: u32,
    /// Response variables, in the flow's order. Each is a [`Query::Path`] into the plain form of the bot's answer
    /// ([`flow_query::bot`]).
    pub bindings: &'static [Binding],
    /// It is a turn of a `chat`: its outcome also holds what [`Chat`](crate::chat::Chat) needs, and its response variables
    /// only once the bot is done.
    pub is_chat: bool,
}

impl std::fmt::Debug for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Talk").field("line", &self.line).field("bot", &self.bot.name()).finish_non_exhaustive()
    }
}

/// A bot that a flow declares.
pub enum Bot {
    /// `lex`: Amazon Lex V2.
    Lex(Lex),
    /// `watson`: IBM Watson Assistant v2.
    Watson(Watson),
}

impl Bot {
    /// Its name in the flow.
    pub fn name(&self) -> &'static str {
        match self {
            Bot::Lex(lex) => lex.name,
            Bot::Watson(watson) => watson.name,
        }
    }
}

/// A bot of Amazon Lex V2 ("RecognizeText" in the Amazon Lex V2 API reference).
pub struct Lex {
    /// Its name in the flow.
    pub name: &'static str,
    /// Where it is asked, without a slash at its end: `https://runtime-v2-lex.us-east-1.amazonaws.com`.
    pub url: &'static str,
    /// AWS region, as requests are signed for it.
    pub region: &'static str,
    /// Id of the bot.
    pub bot: &'static str,
    /// Id of its alias.
    pub alias: &'static str,
    /// Its locale: `en_US`.
    pub locale: &'static str,
    /// AWS access key id.
    pub key_id: String,
    /// Its secret access key.
    pub secret: String,
    /// The token that belongs to temporary keys.
    pub session_token: Option<String>,
}

/// An assistant of IBM Watson Assistant v2 ("Watson Assistant v2" in IBM Cloud's API docs).
pub struct Watson {
    /// Its name in the flow.
    pub name: &'static str,
    /// Where it is asked, without a slash at its end; with the instance, if the service is told it so.
    pub url: &'static str,
    /// Id of the assistant.
    pub assistant: &'static str,
    /// Id of its environment; `None`: the assistant's id stands for it.
    pub environment: Option<&'static str>,
    /// The version of the API, as a day: `2024-08-25`.
    pub version: &'static str,
    /// API key of IBM Cloud.
    pub key: String,
    /// Where a token is had for it.
    pub token_url: &'static str,
    /// The variable that is true when the assistant is done.
    pub end_flag: Option<&'static str>,
}

/// The methods of an External Web Call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

/// Credentials of a call.
pub enum Auth {
    /// RFC 7617, in UTF-8.
    Basic {
        /// User name; may hold no colon.
        user: String,
        /// Password.
        password: String,
    },
    /// RFC 6750.
    Bearer(String),
    /// OAuth 2.0: the token is fetched by the runtime.
    Oauth(Box<Oauth>),
    /// Keys of AWS, with which the runtime signs each request; of bots alone.
    Aws(Box<Aws>),
    /// An API key of IBM Cloud, for which the runtime fetches a token; of bots alone.
    Iam(Box<Iam>),
}

/// What requests to AWS are signed with (Signature Version 4).
pub struct Aws {
    /// Access key id.
    pub key_id: String,
    /// Secret access key.
    pub secret: String,
    /// The token that belongs to temporary keys.
    pub session_token: Option<String>,
    /// The region that the signature is for: `us-east-1`.
    pub region: &'static str,
    /// The service that it is for, by its signing name: `lex`.
    pub service: &'static str,
}

/// What a token of IBM Cloud is had for ("Generating an IBM Cloud IAM token by using an API key" in IBM Cloud's docs).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Iam {
    /// Where it is fetched: absolute URL.
    pub token_url: String,
    /// The API key.
    pub key: String,
}

/// OAuth 2.0 client credentials (RFC 6749, 4.4).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Oauth {
    /// Where the token is fetched: absolute URL.
    pub token_url: String,
    /// Who the client is.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// What is asked for, separated by spaces.
    pub scope: Option<String>,
    /// For which API the token is to be; no RFC has it, Auth0 and others ask for it.
    pub audience: Option<String>,
    /// How the client authenticates at the token's server.
    pub auth_method: ClientAuth,
}

/// How a client authenticates: `token_endpoint_auth_method` of RFC 7591.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAuth {
    /// `client_secret_basic`: by HTTP Basic, both parts form-encoded first (RFC 6749, 2.3.1).
    Basic,
    /// `client_secret_post`: in the body.
    Post,
}

/// The body of a call and with it the Content-Type, unless the flow sets its own.
pub enum Body {
    /// `application/json`
    Json(JsonBody),
    /// `application/x-www-form-urlencoded`
    Form(Vec<(&'static str, String)>),
    /// `application/xml; charset=utf-8`: the whole document, its values encoded by [`crate::encode::xml`].
    Xml(String),
    /// `text/plain; charset=utf-8`
    Text(String),
}

/// A JSON value whose shape the flow has written.
#[allow(missing_docs)]
pub enum JsonBody {
    Null,
    Bool(bool),
    Text(String),
    /// A number, by its digits as they are to be written (always a JSON number).
    Number(String),
    /// A value that came from outside.
    Value(serde_json::Value),
    List(Vec<JsonBody>),
    Object(Vec<(&'static str, JsonBody)>),
}

/// A response variable: `< name: kind = query >`.
#[derive(Debug)]
pub struct Binding {
    /// Its name in the flow.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Written `name?`: its absence is no failure.
    pub optional: bool,
    /// Where it is found.
    pub query: Query,
}

/// Where a response variable is found.
#[derive(Debug)]
pub enum Query {
    /// The first member with this name, depth-first in document order, at any depth.
    Label(&'static str),
    /// A path from the root.
    Path(&'static [Segment]),
    /// JSONPath (RFC 9535), as flowc has parsed it; the first node.
    JsonPath(&'static str),
    /// `@status`
    Status,
    /// `@header "…"`, by name without regard to case.
    Header(&'static str),
    /// `@body`, as text.
    Body,
}

/// A step of [`Query::Path`].
#[derive(Debug)]
pub enum Segment {
    /// `.name`
    Member(&'static str),
    /// `[0]`
    Index(usize),
}

/// A message to send.
#[derive(Clone, Debug)]
pub struct Sms {
    /// Line of the step in the flow file.
    pub line: u32,
    /// To whom; `None`: the person the flow talks with.
    pub to: Option<Phone>,
    /// From which number; `None`: the one that was texted (`$DNIS` of an api trigger).
    pub from: Option<Phone>,
    /// The text.
    pub body: String,
    /// Media of an MMS.
    pub media: Vec<Url>,
}

/// A question: it is sent, and the person's next message answers it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The question; `from` of it, or the run's own number, is whom the person writes back to.
    pub question: Sms,
    /// What people call this step: `ask "For how many guests?"`, without values.
    pub place: &'static str,
    /// The variable that holds the reply and its type; `None`: any reply will do.
    pub reply: Option<Input>,
    /// How long a reply is waited for, in seconds: 1 s to 365 days.
    pub within: u32,
    /// How often the person is asked again when the reply does not have the type.
    pub retries: u32,
    /// With which words; `None`: with the question's.
    pub again: Option<String>,
}

/// A pause.
#[derive(Clone, Debug)]
pub struct Wait {
    /// Line of the step in the flow file.
    pub line: u32,
    /// What people call this step: `wait 2h`.
    pub place: &'static str,
    /// How long, in seconds: 1 s to 365 days.
    pub seconds: u32,
}

/// What came of an action.
#[derive(Debug)]
pub enum Outcome {
    /// Sent, waited, or nothing was to be done.
    Done,
    /// The `ok` of a web call or of a turn with a bot: the values of its bindings, in their order.
    Response(Values),
    /// An ask's `reply`: the value of its variable, if it has one.
    Reply(Values),
    /// An ask's `timeout`: no reply of its type came in time.
    TimedOut,
    /// A step's `fail`. Of an ask: the question could not be sent.
    Failed(Failure),
}

/// Why a step failed: the flow's `$failure`.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// What kind of failure it was.
    pub kind: FailureKind,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// One sentence for people; never holds a secret, nor the query of a URL.
    pub message: String,
}

/// The kinds of [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No whole answer within the step's timeout.
    Timeout,
    /// The connection was refused or broke.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The host name has no address.
    Dns,
    /// The answer's status was not 2xx.
    Status,
    /// The body was not understood, or a response variable was missing or of another type.
    Response,
    /// It would have gone where the flow's operator has not allowed it to: a private address, a redirect with credentials.
    Blocked,
    /// The answer was larger than the limit.
    TooLarge,
    /// The request could not be built: a value does not fit its place (a line break in a header).
    Request,
    /// The carrier refused the message, or could not be asked.
    Carrier,
}

impl FailureKind {
    /// Its name as the flow sees it in `$failure.kind`: `timeout`, `too_large`.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureKind::Timeout => "timeout",
            FailureKind::Connect => "connect",
            FailureKind::Tls => "tls",
            FailureKind::Dns => "dns",
            FailureKind::Status => "status",
            FailureKind::Response => "response",
            FailureKind::Blocked => "blocked",
            FailureKind::TooLarge => "too_large",
            FailureKind::Request => "request",
            FailureKind::Carrier => "carrier",
        }
    }
}

impl std::fmt::Display for FailureKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A run cannot go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The flow asked for what has no value: division by zero, a number too large.
    Flow(String),
    /// The stored state is not one of this program's.
    State(String),
    /// Emitted code and runtime disagree: a bug of flowc.
    Bug(String),
}
