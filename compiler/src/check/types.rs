//! The types of the language.

use crate::syntax::ast::{Name, TypeName};
use std::fmt;

/// A type, without its `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Words.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// A decimal number of up to 28 digits.
    Number,
    /// Yes or no.
    Bool,
    /// A phone number.
    Phone,
    /// An absolute URL.
    Url,
    /// Any JSON value.
    Json,
    /// A single value of unknown type: a response variable without one.
    Scalar,
    /// Several values of one type.
    List(Item),
    /// The record `$failure`.
    Failure,
    /// The record `$now`.
    Now,
    /// The word `null`, which stands only in a comparison.
    Null,
    /// Not known because of a mistake that has been told; fits everywhere.
    Unknown,
}

/// The types a list may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Item {
    Text,
    Int,
    Number,
    Bool,
    Phone,
    Url,
    Json,
}

impl fmt::Display for Type {
    /// As it is written, if it can be: `int`, `list<url>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Json => "json",
            Self::List(item) => return write!(f, "list<{}>", Self::from(*item)),
            Self::Scalar => "scalar",
            Self::Failure => "failure",
            Self::Now => "now",
            Self::Null => "null",
            Self::Unknown => "unknown",
        })
    }
}

/// A type and whether the value may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The type.
    pub ty: Type,
    /// The value may be missing.
    pub optional: bool,
}

impl Typed {
    /// Nothing is known; fits everywhere.
    pub const UNKNOWN: Self = Self::of(Type::Unknown);

    /// Always there.
    pub const fn of(ty: Type) -> Self {
        Self { ty, optional: false }
    }
}

impl fmt::Display for Typed {
    /// As it is written: `int`, `text?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty, if self.optional { "?" } else { "" })
    }
}

const OF_FAILURE: &[(&str, Typed)] = &[
    ("kind", Typed::of(Type::Text)),
    ("status", Typed { ty: Type::Int, optional: true }),
    ("message", Typed::of(Type::Text)),
];

/// In the flow's time zone.
const OF_NOW: &[(&str, Typed)] = &[
    ("date", Typed::of(Type::Text)),
    ("time", Typed::of(Type::Text)),
    ("weekday", Typed::of(Type::Text)),
    ("year", Typed::of(Type::Int)),
    ("month", Typed::of(Type::Int)),
    ("day", Typed::of(Type::Int)),
    ("hour", Typed::of(Type::Int)),
    ("minute", Typed::of(Type::Int)),
];

/// The names of all types that can be written.
pub const TYPE_NAMES: &[&str] = &["text", "int", "number", "bool", "phone", "url", "json", "list"];

impl Item {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "int" => Self::Int,
            "number" => Self::Number,
            "bool" => Self::Bool,
            "phone" => Self::Phone,
            "url" => Self::Url,
            "json" => Self::Json,
            _ => return None,
        })
    }
}

impl From<Item> for Type {
    fn from(item: Item) -> Self {
        match item {
            Item::Text => Self::Text,
            Item::Int => Self::Int,
            Item::Number => Self::Number,
            Item::Bool => Self::Bool,
            Item::Phone => Self::Phone,
            Item::Url => Self::Url,
            Item::Json => Self::Json,
        }
    }
}

impl Type {
    /// The type that was written, or the word in it that is none.
    pub fn written(written: &TypeName) -> Result<Self, &Name> {
        match (written.name.text.as_str(), &written.item) {
            ("list", Some(item)) => Item::named(&item.text).map(Self::List).ok_or(item),
            (name, None) => Item::named(name).map(Self::from).ok_or(&written.name),
            (_, Some(_)) => Err(&written.name),
        }
    }

    /// As people read it: "a whole number".
    pub fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Int => "a whole number",
            Self::Number => "a number",
            Self::Bool => "yes or no (`bool`)",
            Self::Phone => "a phone number",
            Self::Url => "a URL",
            Self::Json => "a JSON value",
            Self::Scalar => "a value without a type",
            Self::List(_) => "a list",
            Self::Failure | Self::Now => "a record",
            Self::Null => "`null`",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it can be computed with.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Number)
    }

    /// Whether it is a single value that can stand in a text.
    pub fn is_printable(self) -> bool {
        !matches!(self, Self::Json | Self::List(_) | Self::Failure | Self::Now | Self::Null)
    }

    /// The fields of a record; of all else none.
    pub fn fields(self) -> &'static [(&'static str, Typed)] {
        match self {
            Self::Failure => OF_FAILURE,
            Self::Now => OF_NOW,
            _ => &[],
        }
    }
}
