//! Paths, their steps, and the ways on from each.

use super::{Call, Duration, Expr, Field, Name, Talk};
use crate::source::Span;

/// A row of steps. Only the last may have arms or branches, for these swallow what follows; braces end them.
#[derive(Debug, Default)]
pub struct Path {
    /// In the order they are taken.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// The step's own words, without its arms; for a group, its opening brace.
    pub span: Span,
    /// What it does.
    pub kind: StepKind,
}

/// The steps of the language.
#[derive(Debug)]
pub enum StepKind {
    /// External Web Call.
    Call(Box<Call>),
    /// Send SMS/MMS.
    Sms(Box<Sms>),
    /// `ask`
    Ask(Box<Ask>),
    /// `ask BOT V`, `chat BOT V`
    Talk(Box<Talk>),
    /// `wait 2h`
    Wait(Duration),
    /// `if`
    If(If),
    /// `match`
    Match(Match),
    /// `set x = …`
    Set(Set),
    /// `goto path(…)`
    Goto(Goto),
    /// `end`
    End,
    /// `{ … }`
    Group(Path),
    /// Not understood, already told; its arms are kept so that they are checked.
    Bad(Vec<Arm>),
}

/// The ways on from a step that succeeds or fails.
#[derive(Debug, Default)]
pub struct Arms {
    /// Taken if the step succeeds. Without it the row of steps goes on.
    pub ok: Option<Arm>,
    /// Taken if it fails: the first that fits. Where none does, the run ends as failed.
    pub fails: Vec<FailArm>,
}

/// `fail -> …`, or narrowed: `fail timeout -> …`
#[derive(Debug)]
pub struct FailArm {
    /// Which failures it takes; `None`: all.
    pub filter: Option<FailFilter>,
    /// The way.
    pub arm: Arm,
}

/// Which failures an arm takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailFilter {
    /// `fail timeout`, `fail response`: all of a kind.
    Kind(FailureKind),
    /// `fail status 404`, `fail status 5xx`: answers with such a status, the first and the last that it takes.
    Status(u16, u16),
    /// Not understood, already told.
    Bad,
}

/// The kinds of failures that `$failure.kind` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FailureKind {
    Timeout,
    Connect,
    Tls,
    Dns,
    Status,
    Response,
    Blocked,
    TooLarge,
    Request,
    Carrier,
}

impl FailureKind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Timeout,
        Self::Connect,
        Self::Tls,
        Self::Dns,
        Self::Status,
        Self::Response,
        Self::Blocked,
        Self::TooLarge,
        Self::Request,
        Self::Carrier,
    ];

    /// As a flow writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Dns => "dns",
            Self::Status => "status",
            Self::Response => "response",
            Self::Blocked => "blocked",
            Self::TooLarge => "too_large",
            Self::Request => "request",
            Self::Carrier => "carrier",
        }
    }
}

/// A way on from a step.
#[derive(Debug)]
pub struct Arm {
    /// The word `ok`, `fail` (with what narrows it), `reply`, `timeout` or `else`; for one that was left out, the step it
    /// leads to.
    pub span: Span,
    /// The word was left out: the steps behind a step are its `ok` or its `reply`.
    pub implied: bool,
    /// What is done then.
    pub path: Path,
}

/// `sms [to X] [from Y] "text" [media "url"]`
#[derive(Debug)]
pub struct Sms {
    /// To whom, if not to the person the flow talks with.
    pub to: Option<Expr>,
    /// From which number, if not from the flow's own.
    pub from: Option<Expr>,
    /// The text.
    pub text: Option<Expr>,
    /// Media of an MMS.
    pub media: Vec<Expr>,
    /// The ways on.
    pub arms: Arms,
}

/// `ask [to X] [from Y] "text" < name: type > [within 10m] [retry 2 "say again"]`
#[derive(Debug)]
pub struct Ask {
    /// Whom, if not the person the flow talks with.
    pub to: Option<Expr>,
    /// From which number, if not from the flow's own.
    pub from: Option<Expr>,
    /// The question.
    pub text: Option<Expr>,
    /// The variable that holds the reply.
    pub reply: Option<Field>,
    /// How long a reply is waited for.
    pub within: Option<Duration>,
    /// What happens to a reply that does not have the type.
    pub retry: Option<AskRetry>,
    /// A part was not understood, already told.
    pub incomplete: bool,
    /// The ways on.
    pub arms: AskArms,
}

/// `retry 2 "say again"`
#[derive(Debug)]
pub struct AskRetry {
    /// How often the person is asked again.
    pub times: u32,
    /// With which words, if not with the question's.
    pub text: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// The ways on from a question.
#[derive(Debug, Default)]
pub struct AskArms {
    /// Taken when a reply has come. Without it the row of steps goes on.
    pub reply: Option<Arm>,
    /// Taken when none came in time. Without it the run is over.
    pub timeout: Option<Arm>,
}

/// `if EXPR -> … else -> …`
#[derive(Debug)]
pub struct If {
    /// What is asked.
    pub condition: Expr,
    /// If so.
    pub then: Path,
    /// If not.
    pub otherwise: Option<Arm>,
}

/// `match EXPR { "a" | "b" -> … else -> … }`
#[derive(Debug)]
pub struct Match {
    /// What is compared.
    pub subject: Expr,
    /// In the order they were written.
    pub cases: Vec<Case>,
    /// If no case fits.
    pub otherwise: Option<Arm>,
}

/// `"a" | "b" -> …`
#[derive(Debug)]
pub struct Case {
    /// The patterns, as written.
    pub span: Span,
    /// Literals.
    pub patterns: Vec<Expr>,
    /// What is done then.
    pub path: Path,
}

/// `set x = EXPR`
#[derive(Debug)]
pub struct Set {
    /// What is bound.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// `goto menu($x)`
#[derive(Debug)]
pub struct Goto {
    /// The path.
    pub path: Name,
    /// What it is given.
    pub args: Vec<Expr>,
}
