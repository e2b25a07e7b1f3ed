//! A token, and how it is kept out of what is shown.

use std::fmt;
use std::sync::Arc;

use crate::flow::Failure;
use crate::redact::Redactor;

/// What a call authenticates with instead of the client's secret; as good as one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(Arc<str>);

impl Token {
    /// `None` if it has characters that no token has: all of them are visible ASCII, or spaces (RFC 6749, A.12).
    pub(crate) fn new(text: &str) -> Option<Self> {
        let is_one = !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        is_one.then(|| Self(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The failure without these tokens: an upstream may echo what it was sent.
pub(in crate::step) fn blotted(failure: Failure, tokens: &[Token]) -> Failure {
    if tokens.is_empty() {
        return failure;
    }
    let message = Redactor::of(tokens.iter().map(Token::as_str)).text(&failure.message);
    Failure { message, ..failure }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::FailureKind;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new("eyJhbGciOiJub25lIn0.e30.").unwrap();
        assert!(!format!("{token:?}").contains("eyJ"));
        let echoed = Failure::new(FailureKind::Response, "`Bearer eyJhbGciOiJub25lIn0.e30.` was found");
        assert_eq!(blotted(echoed, &[token]).message, "`Bearer (secret)` was found");
    }

    #[test]
    fn what_no_header_takes_is_no_token() {
        for text in ["", "a\r\nX: 1", "a\0", "é", "\u{7f}"] {
            assert!(Token::new(text).is_none(), "{text:?}");
        }
        assert!(Token::new("a b~").is_some());
    }
}
