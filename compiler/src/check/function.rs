//! The functions of the language.

use super::types::Type;

/// The functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Function {
    Upper,
    Lower,
    Trim,
    Length,
    Round,
    Contains,
    Digits,
    Matches,
}

impl Function {
    /// What they are called.
    pub const NAMES: &[&str] = &["upper", "lower", "trim", "length", "round", "contains", "digits", "matches"];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Trim => "trim",
            Self::Length => "length",
            Self::Round => "round",
            Self::Contains => "contains",
            Self::Digits => "digits",
            Self::Matches => "matches",
        }
    }

    /// Finds a function.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "trim" => Self::Trim,
            "length" => Self::Length,
            "round" => Self::Round,
            "contains" => Self::Contains,
            "digits" => Self::Digits,
            "matches" => Self::Matches,
            _ => return None,
        })
    }

    /// Whether a list may stand where it takes a text.
    pub fn takes_lists(self) -> bool {
        self == Self::Length
    }

    /// The types it takes.
    pub fn params(self) -> &'static [Type] {
        match self {
            Self::Upper | Self::Lower | Self::Trim | Self::Length | Self::Digits => &[Type::Text],
            Self::Round => &[Type::Number, Type::Int],
            Self::Contains | Self::Matches => &[Type::Text, Type::Text],
        }
    }

    /// The type it gives.
    pub fn result(self) -> Type {
        match self {
            Self::Upper | Self::Lower | Self::Trim | Self::Digits => Type::Text,
            Self::Length => Type::Int,
            Self::Round => Type::Number,
            Self::Contains | Self::Matches => Type::Bool,
        }
    }

    /// How it is written.
    pub fn usage(self) -> &'static str {
        match self {
            Self::Upper => "upper(text)",
            Self::Lower => "lower(text)",
            Self::Trim => "trim(text)",
            Self::Length => "length(text or list)",
            Self::Digits => "digits(text)",
            Self::Round => "round(number, places)",
            Self::Contains => "contains(text, part)",
            Self::Matches => "matches(text, \"pattern\")",
        }
    }
}
