//! The variables that a call uses, and the values that a person gives them.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

use super::field::Field;
use super::pick::Place;
use super::value;
use crate::check::types::{Type, Typed};
use crate::graph::{ExprKind, FailureField};
use crate::suggest;

/// A variable that a call uses, or the field of a record that it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// `from`, `now.date`
    pub name: String,
    /// Its type.
    pub typed: Typed,
}

/// `--var name=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What stands before the first equals sign.
    pub name: String,
    /// What stands behind it.
    pub value: String,
}

/// The values of the variables of a call, in the form in which a state keeps them.
pub type Values = BTreeMap<String, Json>;

/// What is wrong with the values that were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The call uses it, and it has no value.
    Missing(Wanted),
    /// The value is not of the type.
    Mistyped {
        /// The variable.
        wanted: Wanted,
        /// What was given.
        given: String,
        /// What a value of the type is like.
        why: &'static str,
    },
    /// The call uses no such variable.
    Unknown {
        /// What was given a value.
        name: String,
        /// Names that it does use, near to it.
        near: Vec<String>,
    },
    /// Only a list takes several values.
    Twice(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(Wanted { name, typed }) => write!(f, "`${name}{}` has no value", type_clause(*typed)),
            Self::Mistyped { wanted: Wanted { name, typed }, given, why } => {
                write!(f, "`${name}{}` cannot be {given:?}: {why}", type_clause(*typed))
            }
            Self::Unknown { name, near } => {
                write!(f, "the call uses no `${name}`")?;
                let near: Vec<&str> = near.iter().map(String::as_str).collect();
                if near.is_empty() { Ok(()) } else { write!(f, "; {}", suggest::did_you_mean(&near, "$")) }
            }
            Self::Twice(name) => write!(f, "`${name}` is given several values, and takes one"),
        }
    }
}

/// What stands behind the name of a variable where it is declared: `: int?`; no more than `?` for a response variable
/// without a type.
pub fn type_clause(typed: Typed) -> String {
    match typed {
        Typed { ty: Type::Scalar, optional: true } => "?".to_owned(),
        Typed { ty: Type::Scalar, optional: false } => String::new(),
        typed => format!(": {typed}"),
    }
}

/// What a call uses, in the order of the names.
pub fn wanted(place: &Place<'_>) -> Vec<Wanted> {
    let mut found: BTreeMap<String, Typed> = BTreeMap::new();
    place.node.kind.each_expr(&mut |expr| {
        expr.walk(&mut |expr| {
            let (name, typed) = match &expr.kind {
                // As the state keeps it: where it is looked at, it may be known to be there.
                ExprKind::Variable(name) => (name.clone(), place.node.live.get(name).copied().unwrap_or(expr.typed)),
                ExprKind::Now(record, field) => (format!("{record}.{field}"), expr.typed),
                ExprKind::Failure(field) => (format!("failure.{}", field_name(*field)), expr.typed),
                _ => return,
            };
            found.insert(name, typed);
        });
    });
    found.into_iter().map(|(name, typed)| Wanted { name, typed }).collect()
}

fn field_name(field: FailureField) -> &'static str {
    match field {
        FailureField::Kind => "kind",
        FailureField::Status => "status",
        FailureField::Message => "message",
    }
}

/// Gives each variable its value.
///
/// # Errors
///
/// All that is wrong, at once.
pub(super) fn values(place: &Place<'_>, given: &[Given]) -> Result<Values, Vec<Problem>> {
    let wanted = wanted(place);
    let mut values = Values::new();
    let mut problems = Vec::new();
    for one in &wanted {
        let texts: Vec<&str> =
            given.iter().filter(|given| given.name == one.name).map(|given| given.value.as_str()).collect();
        match (texts.as_slice(), one.typed) {
            ([], Typed { optional: true, .. }) => {
                values.insert(one.name.clone(), Json::Null);
            }
            ([], _) => problems.push(Problem::Missing(one.clone())),
            ([_, _, ..], Typed { ty, .. }) if !matches!(ty, Type::List(_)) => {
                problems.push(Problem::Twice(one.name.clone()));
            }
            (texts, _) => match read(one, texts, &mut problems) {
                Some(value) => drop(values.insert(one.name.clone(), value)),
                None => continue,
            },
        }
    }
    let mut strangers: Vec<&str> = given.iter().map(|given| given.name.as_str()).collect();
    strangers.retain(|name| wanted.iter().all(|wanted| wanted.name != *name));
    strangers.dedup();
    problems.extend(strangers.into_iter().map(|name| {
        let near = suggest::nearest(name, wanted.iter().map(|wanted| wanted.name.as_str()));
        Problem::Unknown { name: name.to_owned(), near: near.into_iter().map(str::to_owned).collect() }
    }));
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// The value of a variable; of a list, all elements that were given.
fn read(wanted: &Wanted, texts: &[&str], problems: &mut Vec<Problem>) -> Option<Json> {
    let mut read = Vec::new();
    for text in texts {
        match wanted.read(text) {
            Ok(one) => read.push(one),
            Err(why) => {
                problems.push(Problem::Mistyped { wanted: wanted.clone(), given: (*text).to_owned(), why });
                return None;
            }
        }
    }
    if !matches!(wanted.typed.ty, Type::List(_)) {
        return read.pop();
    }
    let elements = read.into_iter().flat_map(|list| match list {
        Json::Array(elements) => elements,
        other => vec![other],
    });
    Some(elements.collect())
}

impl Wanted {
    /// The field of a record that it is.
    fn field(&self) -> Option<Field> {
        Field::of(self.name.split_once('.')?.1)
    }

    fn read(&self, text: &str) -> Result<Json, &'static str> {
        let read = value::read(self.typed.ty, text)?;
        self.field().map_or(Ok(()), |field| field.check(text))?;
        Ok(read)
    }

    /// It as an option of `flowc call`, with the value that was given if it fits, else one of its type.
    pub fn option(&self, given: &[Given]) -> String {
        let own = given.iter().find(|given| given.name == self.name && self.read(&given.value).is_ok());
        let shown = match (own, self.field()) {
            (Some(given), _) => quoted(&given.value),
            (None, Some(field)) => field.example().to_owned(),
            (None, None) => value::example(self.typed.ty).to_owned(),
        };
        format!("--var {}={shown}", self.name)
    }
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-_.,:/@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
