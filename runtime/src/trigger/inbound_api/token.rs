//! The Auth Token of an api trigger.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use ring::hmac;

/// Compares bearer tokens (RFC 6750) without telling by its time how much of one was right.
pub(super) struct Token {
    key: hmac::Key,
    expected: hmac::Tag,
}

impl Token {
    pub(super) fn new(token: &str) -> Self {
        // The key is no secret: it only turns tokens of any length into tags of one length.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"flow-runtime auth token");
        let expected = hmac::sign(&key, token.as_bytes());
        Self { key, expected }
    }

    /// Whether a request carries exactly one `Authorization`, and it holds this token. The scheme's
    /// case is free (RFC 9110, section 11.1), the token's is not.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(credentials), None) = (given.next(), given.next()) else {
            return false;
        };
        let Some((scheme, token)) = credentials.as_bytes().split_at_checked(7) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"Bearer ") && hmac::verify(&self.key, token, self.expected.as_ref()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn admits(values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        Token::new("s3cret").admits(&headers)
    }

    #[test]
    fn exactly_the_token_is_admitted() {
        assert!(admits(&["Bearer s3cret"]));
        assert!(admits(&["bearer s3cret"]));
        for values in [
            &[][..],
            &[""],
            &["Bearer"],
            &["Bearer "],
            &["Bearer S3cret"],
            &["Bearer s3cret "],
            &["Basic s3cret"],
            &["s3cret"],
            &["Bearer s3cret", "Bearer s3cret"],
        ] {
            assert!(!admits(values), "{values:?}");
        }
    }
}
