//! Plivo's signatures of its webhooks ("Signature Validation" in Plivo's documentation; the exact text that is signed is
//! as its own library for Python makes it).
//!
//! Version 3 covers the address and all parameters. Version 2 covers the address alone: Plivo's documentation of messages
//! names only that one, so it is taken where a request carries no version 3, but never instead of one that is wrong.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

use crate::carrier::{Parameters, WebhookRequest};
use axum::http::Method;

/// A version's headers: signatures with the token of the account or subaccount, with the main account's, and the nonce.
struct Version {
    signatures: [&'static str; 2],
    nonce: &'static str,
}

const V3: Version =
    Version { signatures: ["X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3"], nonce: "X-Plivo-Signature-V3-Nonce" };
const V2: Version =
    Version { signatures: ["X-Plivo-Signature-V2", "X-Plivo-Signature-Ma-V2"], nonce: "X-Plivo-Signature-V2-Nonce" };

/// Signatures of one request that are looked at: there is one for each Auth Token, of which an account has two while it
/// changes them.
const MOST: usize = 8;

/// Checks signatures made with one account's Auth Token for one public address.
pub(super) struct Signer {
    key: hmac::Key,
    base: String,
}

impl Signer {
    /// `public_url` has no slash at its end.
    pub(super) fn new(token: &str, public_url: String) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes()), base: public_url }
    }

    /// Or a sentence that says what a request lacks.
    pub(super) fn verify(&self, request: &WebhookRequest) -> Result<(), String> {
        let has_v3 = V3.signatures.iter().any(|name| request.headers.contains_key(*name));
        let version = if has_v3 { V3 } else { V2 };
        let nonce = request.header(version.nonce).unwrap_or_default();
        let text = if has_v3 { self.version_3(request, nonce) } else { self.version_2(request, nonce) };
        let given = version.signatures.iter().flat_map(|name| request.headers.get_all(*name));
        let given = given.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        // All are tried, so that the time does not tell which one fits.
        let fits = given.take(MOST).fold(false, |fits, signature| fits | self.fits(&text, signature.trim()));
        if fits { Ok(()) } else { Err(format!("{} is missing or wrong", V3.signatures[0])) }
    }

    fn fits(&self, text: &str, signature: &str) -> bool {
        let signature = BASE64_STANDARD.decode(signature);
        signature.is_ok_and(|signature| hmac::verify(&self.key, text.as_bytes(), &signature).is_ok())
    }

    fn version_3(&self, request: &WebhookRequest, nonce: &str) -> String {
        let query = joined(request.query(), "=", "&");
        let form = if request.method == Method::GET { String::new() } else { joined(request.form(), "", "") };
        let asks = if query.is_empty() && form.is_empty() { "" } else { "?" };
        let parts = if query.is_empty() || form.is_empty() { "" } else { "." };
        format!("{}{}{asks}{query}{parts}{form}.{nonce}", self.base, request.uri.path())
    }

    fn version_2(&self, request: &WebhookRequest, nonce: &str) -> String {
        format!("{}{}{nonce}", self.base, request.uri.path())
    }
}

/// Names with their values, sorted by both.
fn joined(mut parameters: Parameters, equals: &str, and: &str) -> String {
    parameters.sort_unstable();
    let pairs = parameters.iter().map(|(name, value)| format!("{name}{equals}{value}"));
    pairs.collect::<Vec<_>>().join(and)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn request(method: Method, target: &str, form: &str, headers: &[(&'static str, &str)]) -> WebhookRequest {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        WebhookRequest { method, uri: target.parse().unwrap(), headers, body: form.to_owned().into() }
    }

    fn signer() -> Signer {
        Signer::new("token", "https://flows.example:8443/pre".to_owned())
    }

    fn sign(text: &str) -> String {
        BASE64_STANDARD.encode(hmac::sign(&signer().key, text.as_bytes()))
    }

    #[test]
    fn what_is_signed_is_as_plivo_has_it() {
        let base = "https://flows.example:8443/pre/carrier/plivo";
        for (method, target, form, expected) in [
            (Method::POST, "/carrier/plivo", "To=2&From=%2B1&k=b&k=a+c", "?From+1To2ka ckb".to_owned()),
            (Method::POST, "/carrier/plivo?b=2&a=1", "To=2", "?a=1&b=2.To2".to_owned()),
            (Method::POST, "/carrier/plivo?b=2", "", "?b=2".to_owned()),
            (Method::POST, "/carrier/plivo", "", String::new()),
            (Method::GET, "/carrier/plivo?To=2&From=%2B1&x", "ignored=1", "?From=+1&To=2&x=".to_owned()),
            (Method::GET, "/carrier/plivo", "", String::new()),
        ] {
            let text = signer().version_3(&request(method, target, form, &[]), "42");
            assert_eq!(text, format!("{base}{expected}.42"));
        }
        assert_eq!(
            signer().version_2(&request(Method::POST, "/carrier/plivo?a=1", "To=2", &[]), "42"),
            format!("{base}42")
        );
    }

    #[test]
    fn any_signature_may_fit_and_version_2_is_no_way_around_version_3() {
        let (base, form) = ("https://flows.example:8443/pre/carrier/plivo", "To=2");
        let (good, old, bad) = (sign(&format!("{base}?To2.42")), sign(&format!("{base}42")), sign("other"));
        let many = format!("{bad}, {good}");
        let (v3, ma_v3, nonce) = (V3.signatures[0], V3.signatures[1], (V3.nonce, "42"));
        let (v2, ma_v2, old_nonce) = (V2.signatures[0], V2.signatures[1], (V2.nonce, "42"));
        for (headers, fits) in [
            (vec![(v3, good.as_str()), nonce], true),
            (vec![(ma_v3, good.as_str()), nonce], true),
            (vec![(v3, many.as_str()), nonce], true),
            (vec![(v3, bad.as_str()), (ma_v3, good.as_str()), nonce], true),
            (vec![(v3, good.as_str())], false),
            (vec![(v3, good.as_str()), (V3.nonce, "43")], false),
            (vec![(v3, bad.as_str()), nonce], false),
            (vec![(v3, ""), nonce], false),
            (vec![nonce], false),
            (vec![], false),
            (vec![(v2, old.as_str()), old_nonce], true),
            (vec![(ma_v2, old.as_str()), old_nonce], true),
            (vec![(v2, good.as_str()), old_nonce], false),
            (vec![(v3, bad.as_str()), nonce, (v2, old.as_str()), old_nonce], false),
        ] {
            let verified = signer().verify(&request(Method::POST, "/carrier/plivo", form, &headers));
            assert_eq!(verified.is_ok(), fits, "{headers:?}");
        }
    }
}
