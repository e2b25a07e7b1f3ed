//! Telnyx's signature of its webhooks: Ed25519 over the time and the body ("Receiving Webhooks for Messaging", "Webhook
//! signing" in Telnyx's documentation; RFC 8032).

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};

use crate::carrier::WebhookRequest;
use crate::clock::Time;

/// How far the time of a webhook may be from this machine's, earlier or later, as Telnyx's own libraries have it.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

/// Checks signatures made with the key of one account.
pub(super) struct Verifier {
    key: UnparsedPublicKey<[u8; 32]>,
}

impl Verifier {
    /// `key` is base64 of the 32 bytes of an Ed25519 public key.
    pub(super) fn new(key: &str) -> Result<Self, String> {
        let bytes = BASE64_STANDARD.decode(key.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let bytes = bytes.ok_or(
            "TELNYX_PUBLIC_KEY is no public key of Telnyx: it is 44 characters of base64, which Telnyx's portal shows \
             under Keys & Credentials, Public Key",
        )?;
        Ok(Self { key: UnparsedPublicKey::new(&ED25519, bytes) })
    }

    /// Or a sentence that says what a request lacks.
    pub(super) fn verify(&self, request: &WebhookRequest, now: Time) -> Result<(), String> {
        let timestamp = request.header(TIMESTAMP).ok_or_else(|| format!("{TIMESTAMP} is missing"))?;
        let signature = request.header(SIGNATURE).and_then(|signature| BASE64_STANDARD.decode(signature).ok());
        let mut signed = format!("{timestamp}|").into_bytes();
        signed.extend_from_slice(&request.body);
        signature
            .filter(|signature| self.key.verify(&signed, signature).is_ok())
            .ok_or_else(|| format!("{SIGNATURE} is missing or wrong"))?;
        // It is signed, so it is a number; one that is none is as good as none at all.
        let seconds: i64 = timestamp.parse().map_err(|_| format!("{TIMESTAMP} is no number of seconds"))?;
        let at = Time(seconds.saturating_mul(1000));
        if at.since(now) > TOLERANCE || now.since(at) > TOLERANCE {
            return Err(format!("{TIMESTAMP} is more than 5 minutes away from this machine's clock, which says {now}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use axum::http::{HeaderMap, HeaderValue, Method, Uri};
    use ring::signature::{Ed25519KeyPair, KeyPair};

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap()).collect()
    }

    fn request(timestamp: &str, signature: &str, body: &str) -> WebhookRequest {
        let mut headers = HeaderMap::new();
        headers.insert(TIMESTAMP, HeaderValue::from_str(timestamp).unwrap());
        headers.insert(SIGNATURE, HeaderValue::from_str(signature).unwrap());
        let uri = Uri::from_static("/carrier/telnyx");
        WebhookRequest { method: Method::POST, uri, headers, body: body.to_owned().into() }
    }

    const NOW: Time = Time(1_700_000_000_000);
    const BODY: &str = r#"{"data":{}}"#;

    /// A verifier, and what signs with its key: the secret key of RFC 8032, 7.1, TEST 2.
    fn pair() -> (Verifier, impl Fn(&str, &str) -> String) {
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let verifier = Verifier::new(&BASE64_STANDARD.encode(key.public_key())).unwrap();
        (verifier, move |timestamp, body| BASE64_STANDARD.encode(key.sign(format!("{timestamp}|{body}").as_bytes())))
    }

    #[test]
    fn the_vectors_of_rfc_8032_fit() {
        // 7.1: TEST 2 and TEST 3; what they sign is no webhook, so the key is asked.
        for (public, message, signature) in [
            (
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ] {
            let verifier = Verifier::new(&BASE64_STANDARD.encode(bytes(public))).unwrap();
            assert!(verifier.key.verify(&bytes(message), &bytes(signature)).is_ok());
            assert!(verifier.key.verify(&bytes(&format!("{message}00")), &bytes(signature)).is_err());
        }
    }

    #[test]
    fn a_signature_covers_the_time_and_the_body() {
        let (verifier, sign) = pair();
        let at = "1700000000";
        let good = sign(at, BODY);
        assert_eq!(verifier.verify(&request(at, &good, BODY), NOW), Ok(()));
        let wrong = Err(format!("{SIGNATURE} is missing or wrong"));
        for tampered in [
            request(at, &good, r#"{"data":{ }}"#),
            request("1700000001", &good, BODY),
            request(at, &sign("1700000001", BODY), BODY),
            request(at, good.trim_end_matches('='), BODY),
            request(at, &good.to_lowercase(), BODY),
            request(at, "", BODY),
        ] {
            assert_eq!(verifier.verify(&tampered, NOW), wrong, "{tampered:?}");
        }
        let mut unsigned = request(at, &good, BODY);
        unsigned.headers.remove(SIGNATURE);
        assert_eq!(verifier.verify(&unsigned, NOW), wrong);
        unsigned.headers.remove(TIMESTAMP);
        assert_eq!(verifier.verify(&unsigned, NOW), Err(format!("{TIMESTAMP} is missing")));
    }

    #[test]
    fn a_signature_holds_for_five_minutes() {
        let (verifier, sign) = pair();
        for (timestamp, fits) in [
            ("1700000000", true),
            ("1699999700", true),
            ("1699999699", false),
            ("1700000300", true),
            ("1700000301", false),
            ("0", false),
            ("9223372036854775807", false),
            ("-9223372036854775808", false),
            ("soon", false),
            ("1700000000.5", false),
        ] {
            let request = request(timestamp, &sign(timestamp, BODY), BODY);
            assert_eq!(verifier.verify(&request, NOW).is_ok(), fits, "{timestamp}");
        }
    }

    #[test]
    fn a_key_is_checked_at_the_start() {
        for key in
            ["", "abc", "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=", "key_01234567890123456789"]
        {
            assert!(Verifier::new(key).is_err_and(|why| why.contains("44 characters")), "{key}");
        }
        assert!(Verifier::new(" PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n").is_ok());
    }
}
