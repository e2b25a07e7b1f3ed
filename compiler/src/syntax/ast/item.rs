//! Items of a file: what it declares, and what starts it.

use super::{Clause, Expr, Name, Path, Pattern, Text};
use crate::source::Span;

/// `const HOTEL = "Seaside Inn"`
#[derive(Debug)]
pub struct Const {
    /// What it is called.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// `service crm "https://crm.example.com/v2" CLAUSE*`: what many calls share.
#[derive(Debug)]
pub struct Service {
    /// What calls name it.
    pub name: Name,
    /// Its base URL.
    pub url: Expr,
    /// In the order they were written; a call's own come before them.
    pub clauses: Vec<Clause>,
    /// A clause was not understood, already told.
    pub incomplete: bool,
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
    /// `sms [to X] [matching "…"]`
    Sms(SmsSource),
    /// `api "name" …`
    Api(ApiSource),
    /// `schedule "0 9 * * MON-FRI"`
    Schedule(Text),
    /// Something that is no source, already told.
    Bad,
}

/// `sms to "+15550100" matching "STOP"`: which messages start the run.
#[derive(Debug)]
pub struct SmsSource {
    /// Only those to this number of ours.
    pub to: Option<Expr>,
    /// Only those whose whole text matches this regular expression.
    pub matching: Option<Pattern>,
    /// A part was not understood, already told.
    pub incomplete: bool,
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
