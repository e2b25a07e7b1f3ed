//! The token in the URL of a webhook, for carriers that sign nothing: whoever knows it is the carrier.

use ring::hmac;

use super::{WebhookRequest, value};
use crate::encode;

/// The parameter of the URL that holds it.
const PARAMETER: &str = "token";

/// A secret that the carrier's requests hold. It is compared without telling by its time how much of one was right.
pub(super) struct UrlToken {
    token: String,
    key: hmac::Key,
    expected: hmac::Tag,
}

impl UrlToken {
    /// `None` if there is none: then nothing can be told to be the carrier's.
    pub(super) fn of(token: &str) -> Option<Self> {
        // The key is no secret: it only turns tokens of any length into tags of one length.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"flow-runtime webhook token");
        let expected = hmac::sign(&key, token.as_bytes());
        (!token.is_empty()).then(|| Self { token: token.to_owned(), key, expected })
    }

    /// Whether a text is this token.
    pub(super) fn is(&self, given: &str) -> bool {
        hmac::verify(&self.key, given.as_bytes(), self.expected.as_ref()).is_ok()
    }

    /// Whether the URL of a request holds this token; or a sentence that says what it lacks.
    pub(super) fn verify(&self, request: &WebhookRequest) -> Result<(), String> {
        match value(&request.query(), PARAMETER) {
            Some(given) if self.is(given) => Ok(()),
            Some(_) => Err(format!("the `{PARAMETER}` of the URL is wrong")),
            None => Err(format!("the URL has no `{PARAMETER}`")),
        }
    }

    /// A URL without a query, with this token: as good as the token itself, and never to be shown.
    pub(super) fn on(&self, url: &str) -> String {
        format!("{url}?{PARAMETER}={}", encode::query(&self.token))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::http::Method;

    fn request(target: &str) -> WebhookRequest {
        WebhookRequest {
            method: Method::GET,
            uri: target.parse().unwrap(),
            headers: Default::default(),
            body: Default::default(),
        }
    }

    #[test]
    fn exactly_the_token_is_admitted() {
        let token = UrlToken::of("s3cret + é").unwrap();
        let url = token.on("/carrier/kannel");
        assert_eq!(url, "/carrier/kannel?token=s3cret%20%2B%20%C3%A9");
        assert_eq!(token.verify(&request(&format!("{url}&id=1"))), Ok(()));
        for wrong in ["", "s3cret", "S3cret%20%2B%20%C3%A9", "s3cret%20%2B%20%C3%A9x"] {
            assert_eq!(
                token.verify(&request(&format!("/?token={wrong}"))).unwrap_err(),
                "the `token` of the URL is wrong"
            );
        }
        assert_eq!(token.verify(&request("/?Token=s3cret")).unwrap_err(), "the URL has no `token`");
    }

    #[test]
    fn no_token_admits_nobody() {
        assert!(UrlToken::of("").is_none());
    }
}
