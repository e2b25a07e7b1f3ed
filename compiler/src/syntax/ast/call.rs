//! The External Web Call: clauses, bodies, response variables.

use super::{Arms, Duration, Expr, Field, Name, Text};
use crate::source::Span;

/// The methods of an External Web Call.
pub const METHODS: &[&str] = &["GET", "POST", "PATCH", "PUT", "DELETE"];

/// The words inside an `oauth`.
pub const OAUTH_WORDS: &[&str] = &["token_url", "client_id", "client_secret", "scope", "audience", "auth_method"];

/// How a client may authenticate to fetch its token: `token_endpoint_auth_method` of RFC 7591; the first one is the default.
pub const AUTH_METHODS: &[&str] = &["client_secret_basic", "client_secret_post"];

/// `call [SERVICE] METHOD "url" CLAUSE* < … >`
#[derive(Debug)]
pub struct Call {
    /// `crm`
    pub service: Option<Name>,
    /// `GET`
    pub method: Option<Name>,
    /// The URL with its variables.
    pub url: Option<Expr>,
    /// In the order they were written.
    pub clauses: Vec<Clause>,
    /// Response variables.
    pub bindings: Vec<Binding>,
    /// A clause or a binding was not understood, already told.
    pub incomplete: bool,
    /// A binding may have been lost with what was not understood.
    pub lost_bindings: bool,
    /// The ways on.
    pub arms: Arms,
}

/// A clause of a call.
#[derive(Debug)]
pub struct Clause {
    /// The whole clause.
    pub span: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// The clauses of a call.
#[derive(Debug)]
pub enum ClauseKind {
    /// `header "K" = V`
    Header(Text, Expr),
    /// `query "k" = V`
    Query(Text, Expr),
    /// `basic USER PASS`
    Basic(Expr, Expr),
    /// `bearer V`
    Bearer(Expr),
    /// `oauth token_url "…" client_id V client_secret V [scope V] [audience V] [auth_method "…"]`
    Oauth(Box<Oauth>),
    /// `timeout 10s`
    Timeout(Duration),
    /// `retry 2`: how often it is tried again.
    Retry(u32),
    /// `json { … }`
    Json(Json),
    /// `form { … }`
    Form(Vec<(Text, Expr)>),
    /// `xml "…"`
    Xml(Expr),
    /// `text "…"`
    Text(Expr),
    /// `sample "forecast.json"`: a recorded answer beside the flow.
    Sample(Text),
}

impl ClauseKind {
    /// Whether it is the request's body.
    pub fn is_body(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_) | Self::Xml(_) | Self::Text(_))
    }
}

/// OAuth 2.0 client credentials (RFC 6749, 4.4).
#[derive(Debug)]
pub struct Oauth {
    /// Where the token is fetched.
    pub token_url: Expr,
    /// Who the client is.
    pub client_id: Expr,
    /// Its secret.
    pub client_secret: Expr,
    /// What is asked for.
    pub scope: Option<Expr>,
    /// For which API the token is to be.
    pub audience: Option<Expr>,
    /// One of [`AUTH_METHODS`], if the flow says so.
    pub auth_method: Option<Text>,
}

/// A JSON value written in a flow.
#[derive(Debug)]
pub enum Json {
    /// `null`
    Null,
    /// A value with its variables.
    Value(Expr),
    /// `[ … ]`
    List(Vec<Json>),
    /// `{ … }`
    Object(Vec<(Text, Json)>),
}

/// `name: type = query`
#[derive(Debug)]
pub struct Binding {
    /// The variable and its type.
    pub field: Field,
    /// Where the value is found.
    pub query: Query,
    /// Where that is written.
    pub query_span: Span,
}

/// Where a response variable is found.
#[derive(Clone, Debug)]
pub enum Query {
    /// A bare label.
    Label(String),
    /// A dotted path from the root.
    Path(Vec<Segment>),
    /// A JSONPath (RFC 9535), already found to be one.
    JsonPath(String),
    /// `@status`
    Status,
    /// `@header "ETag"`
    Header(Text),
    /// `@body`
    Body,
}

/// A step of a dotted path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `.name`
    Member(String),
    /// `[0]`
    Index(usize),
}

impl Segment {
    /// As `query` has it.
    pub fn of_query(&self) -> flow_query::Segment<'_> {
        match self {
            Self::Member(name) => flow_query::Segment::Member(name),
            Self::Index(index) => flow_query::Segment::Index(*index),
        }
    }
}
