//! A checked flow as a graph of steps: what is emitted, and what is drawn.
//!
//! A graph exists only for a flow without errors, so whatever takes one cannot fail. Each trigger and each path is a
//! machine: its nodes are steps that wait for an outcome (states) and steps that only decide where to go.

mod bot;
mod build;
mod expr;
mod identity;
mod live;
mod numbers;
mod parts;
mod ways;
mod words;

use crate::check::cron::Times;
use crate::check::types::Typed;
use crate::check::url::Landing;
use crate::source::Span;
pub use crate::syntax::ast::{FailFilter, FailureKind, Query, Segment};
pub use bot::{Bot, Lex, Reach, Talk, Watson};
pub use build::build;
pub use expr::{Expr, ExprKind, FailureField, Part};
pub use identity::{Identities, kept_as};
pub(crate) use live::variables;
use std::collections::BTreeMap;
pub use ways::{Arm, Way};
pub(crate) use words::{duration, quoted};

/// A whole flow program.
#[derive(Debug)]
pub struct FlowGraph {
    /// `flow "…"`, else the file's name.
    pub name: String,
    /// The file it comes from, without its folder.
    pub source: String,
    /// `timezone "…"`
    pub timezone: Option<String>,
    /// The secrets it declares.
    pub secrets: Vec<String>,
    /// Its triggers, then its paths, in the order of the file.
    pub machines: Vec<Machine>,
}

/// A trigger or a path.
#[derive(Debug)]
pub struct Machine {
    /// What enters it.
    pub entry: Entry,
    /// Its head: `on api "order-ready"`, the name of a path.
    pub head: Span,
    /// Line of its head, from 1.
    pub line: u32,
    /// Its first step.
    pub start: NodeId,
    /// All its steps, each behind those it leads to.
    pub nodes: Vec<Node>,
}

/// What enters a machine.
#[derive(Debug)]
pub enum Entry {
    /// `on sms`
    Sms {
        /// Only messages to this number.
        to: Option<String>,
        /// Only messages whose whole text matches this regular expression.
        matching: Option<String>,
    },
    /// `on api`
    Api(Api),
    /// `on schedule`
    Schedule {
        /// Five fields, as in cron.
        cron: String,
        /// The same, read.
        times: Times,
    },
    /// `path`
    Path {
        /// What `goto` calls it.
        name: String,
        /// What it is given.
        params: Vec<Variable>,
    },
}

/// An api trigger.
#[derive(Debug)]
pub struct Api {
    /// The `flowId`.
    pub name: String,
    /// The secret that holds the Auth Token.
    pub token: Option<String>,
    /// Expected Inputs.
    pub inputs: Vec<Variable>,
    /// Somewhere it writes to `$ANI`.
    pub needs_ani: bool,
    /// Somewhere it writes from `$DNIS`.
    pub needs_dnis: bool,
}

/// A variable and its type.
#[derive(Clone, Debug)]
pub struct Variable {
    /// What it is called in the flow.
    pub name: String,
    /// Its type.
    pub typed: Typed,
}

/// A step's number within its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// A step.
#[derive(Debug)]
pub struct Node {
    /// Where it stands in the file: the step's own words, without its arms.
    pub span: Span,
    /// Its line in the file, from 1.
    pub line: u32,
    /// What it does, and where it leads.
    pub kind: NodeKind,
    /// The variables that it or what follows it still needs, by name.
    pub live: BTreeMap<String, Typed>,
    /// How many steps lead to it, over those that do nothing; 0 for one that does nothing itself.
    pub incoming: usize,
}

/// The kinds of steps.
#[derive(Debug)]
pub enum NodeKind {
    /// A path is entered: a state of its own, so that a loop of paths is counted step by step.
    Start {
        /// The path's first step.
        next: NodeId,
    },
    /// External Web Call: a state.
    Call {
        /// What is sent.
        call: Box<Call>,
        /// Where its success leads.
        ok: NodeId,
        /// Where its failure leads.
        fails: Fails,
    },
    /// Send SMS/MMS: a state.
    Sms {
        /// What is sent.
        sms: Sms,
        /// Where its success leads.
        ok: NodeId,
        /// Where its failure leads.
        fails: Fails,
    },
    /// `ask`: a state.
    Ask {
        /// What is asked.
        ask: Box<Ask>,
        /// Where a reply leads.
        reply: NodeId,
        /// Where it leads that none came in time; `None`: the run is over.
        timeout: Option<NodeId>,
    },
    /// `ask BOT`, `chat BOT`: a state.
    Talk {
        /// What the bot is told.
        talk: Box<Talk>,
        /// Where its answer leads; of a chat, once it is done.
        ok: NodeId,
        /// Of a chat: where it leads that no reply came in time; `None`: the run is over.
        timeout: Option<NodeId>,
        /// Where its failure leads.
        fails: Fails,
    },
    /// `wait`: a state.
    Wait {
        /// How long.
        seconds: u32,
        /// What follows.
        next: NodeId,
    },
    /// `if $x != null` or `if $x == null`.
    Present {
        /// The variable, as it is where it is there.
        variable: Variable,
        /// Where it is there.
        then: NodeId,
        /// Where it is missing.
        otherwise: NodeId,
    },
    /// `if`
    If {
        /// What is asked.
        condition: Expr,
        /// If so.
        then: NodeId,
        /// If not.
        otherwise: NodeId,
    },
    /// `match`
    Match {
        /// What is compared.
        subject: Expr,
        /// Literals and where they lead.
        cases: Vec<(Vec<Expr>, NodeId)>,
        /// Where all other values lead; `None` if there are none.
        otherwise: Option<NodeId>,
    },
    /// `set`
    Set {
        /// What is bound.
        variable: Variable,
        /// Its value.
        value: Expr,
        /// What follows.
        next: NodeId,
    },
    /// `set` of what nothing reads afterwards: a run passes it, so tests walk it and pictures show it, but nothing is
    /// computed there.
    Unread {
        /// What follows.
        next: NodeId,
    },
    /// `goto`
    Goto {
        /// The machine's index in the program.
        machine: usize,
        /// What it is given, in the order of its parameters.
        args: Vec<Expr>,
    },
    /// The run is completed.
    End,
}

/// Where a step's failures lead.
#[derive(Clone, Debug)]
pub struct Fails {
    /// `fail timeout`, `fail status 404`: the first that takes the failure.
    pub narrowed: Vec<(FailFilter, NodeId)>,
    /// All others.
    pub otherwise: Fail,
}

impl Fails {
    /// The steps that failures lead to.
    pub fn arms(&self) -> impl Iterator<Item = NodeId> {
        let last = match self.otherwise {
            Fail::Arm(fail) => Some(fail),
            Fail::Ends => None,
        };
        self.narrowed.iter().map(|(_, to)| *to).chain(last)
    }
}

/// Where a step's failure leads.
#[derive(Clone, Copy, Debug)]
pub enum Fail {
    /// To its `fail` arm.
    Arm(NodeId),
    /// There is none: the run ends as failed.
    Ends,
}

/// What an External Web Call sends and what it wants back.
#[derive(Debug)]
pub struct Call {
    /// GET, POST, PATCH, PUT or DELETE.
    pub method: String,
    /// The URL, cut at its variables.
    pub url: Vec<UrlPart>,
    /// `query "k" = V`
    pub query: Vec<(String, Expr)>,
    /// `header "K" = V`
    pub headers: Vec<(String, Expr)>,
    /// `basic`, `bearer` or `oauth`
    pub auth: Option<Auth>,
    /// Seconds.
    pub timeout: u32,
    /// How often it is tried again, if the flow says so.
    pub retries: Option<u32>,
    /// Its body.
    pub body: Option<Body>,
    /// Response variables.
    pub bindings: Vec<Binding>,
    /// A recorded answer beside the flow.
    pub sample: Option<String>,
    /// All its words: clauses and response variables, too.
    pub span: Span,
}

/// How often a GET is tried again if the flow does not say: it changes nothing, so it may be repeated. A turn with a bot
/// is, too, as its vendors' own clients do.
const DEFAULT_RETRIES: u32 = 2;

impl Call {
    /// How often it is tried again.
    pub fn retries(&self) -> u32 {
        self.retries.unwrap_or(if self.method == "GET" { DEFAULT_RETRIES } else { 0 })
    }
}

/// A part of a URL.
#[derive(Clone, Debug)]
pub enum UrlPart {
    /// Fixed text.
    Fixed(String),
    /// A value, encoded for where it lands.
    Value(Expr, Landing),
}

/// Credentials of a call.
#[derive(Debug)]
pub enum Auth {
    /// User and password.
    Basic(Expr, Expr),
    /// Token.
    Bearer(Expr),
    /// OAuth 2.0 client credentials.
    Oauth(Box<Oauth>),
}

/// OAuth 2.0 client credentials (RFC 6749, 4.4).
#[derive(Debug)]
pub struct Oauth {
    /// Where the token is fetched.
    pub token_url: Vec<UrlPart>,
    /// Who the client is.
    pub client_id: Expr,
    /// Its secret.
    pub client_secret: Expr,
    /// What is asked for.
    pub scope: Option<Expr>,
    /// For which API the token is to be.
    pub audience: Option<Expr>,
    /// `client_secret_post`: how the client authenticates, if the flow says so.
    pub auth_method: Option<String>,
}

/// A call's body.
#[derive(Debug)]
pub enum Body {
    /// `json`
    Json(Json),
    /// `form`
    Form(Vec<(String, Expr)>),
    /// `xml`, cut at its values, which are escaped.
    Xml(Vec<Part>),
    /// `text`
    Text(Expr),
}

/// A JSON value.
#[derive(Debug)]
pub enum Json {
    /// `null`
    Null,
    /// A value.
    Value(Expr),
    /// `[ … ]`
    List(Vec<Json>),
    /// `{ … }`
    Object(Vec<(String, Json)>),
}

/// A response variable.
#[derive(Debug)]
pub struct Binding {
    /// The variable.
    pub variable: Variable,
    /// Where its value is found.
    pub query: Query,
}

/// What Send SMS sends.
#[derive(Debug)]
pub struct Sms {
    /// `to`
    pub to: Option<Expr>,
    /// `from`
    pub from: Option<Expr>,
    /// The text.
    pub text: Expr,
    /// `media`: URLs and lists of URLs.
    pub media: Vec<Expr>,
}

/// What `ask` asks, and how.
#[derive(Debug)]
pub struct Ask {
    /// The question.
    pub question: Sms,
    /// What holds the reply, if anything reads it.
    pub reply: Option<Variable>,
    /// How long a reply is waited for, in seconds.
    pub within: u32,
    /// How often the person is asked again when the reply does not have the type.
    pub retries: u32,
    /// With which words, if not with the question's.
    pub again: Option<Expr>,
}

impl Machine {
    /// A step by its number.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// The step itself, or the first behind it that does something.
    pub fn acting(&self, id: NodeId) -> NodeId {
        acting(&self.nodes, id)
    }
}

fn acting(nodes: &[Node], mut id: NodeId) -> NodeId {
    // Each step is behind those it leads to, so this comes to an end.
    while let Some(Node { kind: NodeKind::Unread { next }, .. }) = nodes.get(id.0) {
        id = *next;
    }
    id
}

impl NodeKind {
    /// Whether a run can stand here, waiting for an outcome.
    pub fn is_state(&self) -> bool {
        matches!(
            self,
            Self::Start { .. }
                | Self::Call { .. }
                | Self::Sms { .. }
                | Self::Ask { .. }
                | Self::Talk { .. }
                | Self::Wait { .. }
        )
    }

    /// Whether a run stands there for long: until a person replies, or a time has passed.
    pub fn waits(&self) -> bool {
        match self {
            Self::Talk { talk, .. } => talk.within.is_some(),
            kind => matches!(kind, Self::Ask { .. } | Self::Wait { .. }),
        }
    }

    /// Whether it is passed on the way from one state to the next.
    pub fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::If { .. } | Self::Match { .. } | Self::Set { .. } | Self::Unread { .. } | Self::Present { .. }
        )
    }

    /// The steps it leads to.
    pub fn successors(&self) -> Vec<NodeId> {
        match self {
            Self::Start { next } | Self::Set { next, .. } | Self::Unread { next } | Self::Wait { next, .. } => {
                vec![*next]
            }
            Self::Call { ok, fails, .. } | Self::Sms { ok, fails, .. } => {
                [*ok].into_iter().chain(fails.arms()).collect()
            }
            Self::Talk { ok, timeout, fails, .. } => [*ok].into_iter().chain(*timeout).chain(fails.arms()).collect(),
            Self::Ask { reply, timeout, .. } => [*reply].into_iter().chain(*timeout).collect(),
            Self::If { then, otherwise, .. } | Self::Present { then, otherwise, .. } => vec![*then, *otherwise],
            Self::Match { cases, otherwise, .. } => cases.iter().map(|(_, to)| *to).chain(*otherwise).collect(),
            Self::Goto { .. } | Self::End => Vec::new(),
        }
    }
}
