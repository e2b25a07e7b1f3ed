//! The tree of a flow file: what was written, with the place of every part.
//!
//! The tree is always whole. Where the text was not understood there stands `Bad`, which later phases pass over in
//! silence, because the mistake has been told.

use crate::source::Span;

/// A flow file.
#[derive(Debug, Default)]
pub struct File {
    /// `flow "Weather Forecast"`
    pub name: Option<Text>,
    /// `secret NAME`
    pub secrets: Vec<Name>,
    /// `const NAME = value`
    pub consts: Vec<Const>,
    /// `on …`
    pub triggers: Vec<Trigger>,
    /// `path …`
    pub paths: Vec<PathItem>,
    /// How many expressions the file holds: each [`ExprId`] is less than this.
    pub expr_count: usize,
}

/// A name where it is declared or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As it was written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A string without variables, such as a flow's name.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its value, escapes resolved.
    pub value: String,
    /// With the quotes.
    pub span: Span,
}

/// `const HOTEL = "Seaside Inn"`
#[derive(Debug)]
pub struct Const {
    /// What it is called.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// `on SOURCE PATH`
#[derive(Debug)]
pub struct Trigger {
    /// `on` and its source, without the path.
    pub span: Span,
    /// What starts it.
    pub source: Source,
    /// What it does.
    pub body: Path,
}

/// What starts a run.
#[derive(Debug)]
pub enum Source {
    /// `sms`
    Sms,
    /// `api "name" …`
    Api(ApiSource),
    /// Something that is no source, already told.
    Bad,
}

/// `api "name" token $T expect A: int, B?: text`
#[derive(Debug)]
pub struct ApiSource {
    /// The `flowId` callers send.
    pub name: Text,
    /// The Auth Token.
    pub token: Option<Expr>,
    /// Expected Inputs.
    pub inputs: Vec<Field>,
}

/// A name with a type: an Expected Input, a path's parameter.
#[derive(Debug)]
pub struct Field {
    /// What it is called.
    pub name: Name,
    /// Written `name?`.
    pub optional: bool,
    /// Its type.
    pub ty: Option<TypeName>,
}

/// A type as it was written.
#[derive(Clone, Debug)]
pub struct TypeName {
    /// `text`, `list`, …
    pub name: Name,
    /// The `T` of `list<T>`.
    pub item: Option<Name>,
    /// Written `T?`.
    pub optional: bool,
}

/// `path menu(name: text) PATH`
#[derive(Debug)]
pub struct PathItem {
    /// What `goto` calls it.
    pub name: Name,
    /// What it is given.
    pub params: Vec<Field>,
    /// What it does.
    pub body: Path,
}

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
    Bad(Arms),
}

/// The `ok` and `fail` of a step.
#[derive(Debug, Default)]
pub struct Arms {
    /// Taken if the step succeeds. Without it the row of steps goes on.
    pub ok: Option<Arm>,
    /// Taken if it fails. Without it the run ends as failed.
    pub fail: Option<Arm>,
}

/// A way on from a step.
#[derive(Debug)]
pub struct Arm {
    /// The word `ok`, `fail` or `else`; for an `ok` that was left out, the step it leads to.
    pub span: Span,
    /// What is done then.
    pub path: Path,
}

/// `call METHOD "url" CLAUSE* < … >`
#[derive(Debug)]
pub struct Call {
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
    /// `timeout 10s`: the words and the seconds they mean.
    Timeout(u32),
    /// `json { … }`
    Json(Json),
    /// `form { … }`
    Form(Vec<(Text, Expr)>),
    /// `text "…"`
    Text(Expr),
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

/// An expression's number, dense within its file: later phases keep what they find out in tables by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its number.
    pub id: ExprId,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The expressions of the language.
#[derive(Debug)]
pub enum ExprKind {
    /// A string, cut at its variables.
    Text(Vec<Part>),
    /// A number by its digits.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// `$name` or `$name.field`; in `${…}` without the dollar sign.
    Variable(Name, Option<Name>),
    /// `not x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `upper(x)`
    Function(Name, Vec<Expr>),
    /// Not understood, already told.
    Bad,
}

/// A part of a string.
#[derive(Debug)]
pub enum Part {
    /// Words as they stand, escapes resolved.
    Literal(String),
    /// `$name`, `${expr}`
    Value(Expr),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Not,
    Minus,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Coalesce,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
}

impl BinaryOp {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Coalesce => "??",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }

    /// How tightly it binds: more binds first.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge => 3,
            Self::Coalesce => 4,
            Self::Add | Self::Sub => 5,
            Self::Mul | Self::Div => 6,
        }
    }
}
