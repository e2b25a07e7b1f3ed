//! `url`: an absolute web address.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An absolute `http` or `https` URL (WHATWG URL Standard), kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Url(String);

/// Why a text is no [`Url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It does not parse.
    Malformed(::url::ParseError),
    /// It parses, but its scheme is another.
    Scheme,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a url is absolute and starts with http:// or https://")?;
        match self {
            UrlError::Malformed(::url::ParseError::RelativeUrlWithoutBase) | UrlError::Scheme => Ok(()),
            UrlError::Malformed(error) => write!(f, " ({error})"),
        }
    }
}

impl std::error::Error for UrlError {}

impl Url {
    /// Takes an absolute URL of scheme `http` or `https`.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let parsed = ::url::Url::parse(text).map_err(UrlError::Malformed)?;
        if matches!(parsed.scheme(), "http" | "https") { Ok(Self(text.to_owned())) } else { Err(UrlError::Scheme) }
    }

    /// A literal of the flow, which the compiler has checked.
    pub fn literal(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.0
    }
}

impl TryFrom<String> for Url {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_absolute_web_addresses_only() {
        assert_eq!(Url::parse("https://example.com/a b").as_ref().map(Url::as_str), Ok("https://example.com/a b"));
        assert!(Url::parse("http://127.0.0.1:8080").is_ok());
        assert_eq!(Url::parse("ftp://example.com"), Err(UrlError::Scheme));
        assert_eq!(Url::parse("javascript:alert(1)"), Err(UrlError::Scheme));
        for text in ["", "example.com", "/path", "https://", "https://exa mple.com"] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }
}
