//! The places of a flow where a value may stand, and what each of them wants.

use super::types::Type;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The words of a message.
    Sms,
    /// `sms to`
    SmsTo,
    /// `sms from`
    SmsFrom,
    /// `media`
    Media,
    /// A variable in the URL of `media`.
    MediaUrl,
    /// Scheme, host or path of a call's URL.
    UrlPath,
    /// A URL's query, or `query "k" =`.
    UrlQuery,
    /// `header "K" =`
    Header,
    /// `basic`, `bearer`
    Auth,
    /// A value in `json`.
    JsonBody,
    /// A value in `form` or in `text`.
    TextBody,
    /// What a bot is told.
    Bot,
    /// A bot's declaration.
    Setting,
    /// `token`
    Token,
    /// `if`
    Condition,
    /// `match`, its patterns, `set`, `goto`, `const`: anything inside the flow.
    Inside,
}

impl Place {
    /// Whether a secret may stand here.
    pub(super) fn takes_secrets(self) -> bool {
        matches!(self, Self::UrlQuery | Self::Header | Self::Auth | Self::JsonBody | Self::TextBody | Self::Token)
    }

    /// The one type this place wants; `None`: any that its nature allows.
    pub(super) fn wants(self) -> Option<Type> {
        match self {
            Self::SmsTo | Self::SmsFrom => Some(Type::Phone),
            Self::Media => Some(Type::Url),
            Self::Condition => Some(Type::Bool),
            _ => None,
        }
    }

    /// Whether the value becomes text here.
    pub(super) fn is_text(self) -> bool {
        !matches!(self, Self::JsonBody | Self::Inside) && self.wants().is_none()
    }

    /// As people read it, behind a preposition: "in the text of a message".
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Sms => "in the text of a message",
            Self::SmsTo => "behind `to`",
            Self::SmsFrom => "behind `from`",
            Self::Media => "behind `media`",
            Self::MediaUrl => "in the URL of `media`",
            Self::UrlPath => "in a URL's path",
            Self::UrlQuery => "in a URL's query",
            Self::Header => "in a header",
            Self::Auth => "in an auth clause",
            Self::JsonBody | Self::TextBody => "in a body",
            Self::Bot => "in what a bot is told",
            Self::Setting => "in what is declared of a bot",
            Self::Token => "behind `token`",
            Self::Condition => "in a condition",
            Self::Inside => "here",
        }
    }
}
