//! `sig`, as "Signing Messages" in Vonage's documentation has it: an HMAC over all other parameters.

use std::time::Duration;

use ring::hmac;

use crate::carrier::{Parameters, value};
use crate::clock::Time;

/// How old a webhook may be. Vonage brings a message again for 24 hours, and does not say that it signs it anew; as long
/// as that a message that came before is known anyway, so one that is brought again by somebody else does nothing.
const OLDEST: Duration = Duration::from_secs(24 * 3600);

/// How far a webhook may be ahead of this machine's clock.
const EARLIEST: Duration = Duration::from_secs(5 * 60);

/// Checks signatures made with the signature secret of one account.
pub(super) struct Signer {
    /// By how many hexadecimal digits their signatures have. MD5 is none of them: as a bare hash, Vonage's default, it
    /// can be forged.
    keys: [(usize, hmac::Key); 3],
}

impl Signer {
    pub(super) fn new(secret: &str) -> Self {
        let algorithms = [(128, hmac::HMAC_SHA512), (64, hmac::HMAC_SHA256), (40, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY)];
        Self { keys: algorithms.map(|(digits, algorithm)| (digits, hmac::Key::new(algorithm, secret.as_bytes()))) }
    }

    /// Or a sentence that says what a webhook lacks.
    pub(super) fn verify(&self, given: &Parameters, now: Time) -> Result<(), String> {
        let sig = value(given, "sig").ok_or(
            "sig is missing: Vonage signs the webhooks of an account when its support is asked to, or where the account's \
             settings say so",
        )?;
        if sig.len() == 32 {
            return Err(
                "sig is made with MD5: choose SHA-256 HMAC as the signature method in Vonage's account settings"
                    .to_owned(),
            );
        }
        let key = self.keys.iter().find(|(digits, _)| *digits == sig.len()).map(|(_, key)| key);
        key.zip(bytes(sig))
            .filter(|(key, sig)| hmac::verify(key, signed_text(given).as_bytes(), sig).is_ok())
            .ok_or("sig is wrong")?;
        let timestamp = value(given, "timestamp").and_then(|timestamp| timestamp.parse::<i64>().ok());
        let at = Time(timestamp.ok_or("timestamp is missing or no number of seconds")?.saturating_mul(1000));
        if now.since(at) > OLDEST {
            return Err(format!("timestamp is more than 24 hours behind this machine's clock, which says {now}"));
        }
        if at.since(now) > EARLIEST {
            return Err(format!("timestamp is more than 5 minutes ahead of this machine's clock, which says {now}"));
        }
        Ok(())
    }
}

/// What is signed: each parameter with an `&` before it, sorted, and `_` in place of what would end a value.
fn signed_text(given: &Parameters) -> String {
    let mut sorted: Vec<_> = given.iter().filter(|(name, _)| name != "sig").collect();
    sorted.sort_unstable();
    sorted.iter().map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| pair.iter().try_fold(0, |byte, half| Some(byte << 4 | digit(*half)?));
    hex.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: Time = Time(1_700_000_000_000);

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn sign(algorithm: hmac::Algorithm, given: &Parameters) -> String {
        let tag = hmac::sign(&hmac::Key::new(algorithm, b"secret"), signed_text(given).as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn verified(algorithm: hmac::Algorithm, timestamp: &str) -> Result<(), String> {
        let mut given = parameters(&[("msisdn", "13055550123"), ("text", "a=b & c"), ("timestamp", timestamp)]);
        given.push(("sig".to_owned(), sign(algorithm, &given)));
        Signer::new("secret").verify(&given, NOW)
    }

    #[test]
    fn what_is_signed_is_sorted_and_cannot_be_cut_otherwise() {
        let given = parameters(&[("to", "2"), ("sig", "x"), ("text", "a=b&c"), ("msisdn", "1")]);
        assert_eq!(signed_text(&given), "&msisdn=1&text=a_b_c&to=2");
    }

    #[test]
    fn three_algorithms_are_taken() {
        for algorithm in [hmac::HMAC_SHA512, hmac::HMAC_SHA256, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY] {
            assert_eq!(verified(algorithm, "1700000000"), Ok(()));
        }
    }

    #[test]
    fn what_was_tampered_with_is_refused() {
        let signer = Signer::new("secret");
        let given = parameters(&[("msisdn", "13055550123"), ("text", "hi"), ("timestamp", "1700000000")]);
        let sig = sign(hmac::HMAC_SHA256, &given);
        let with = |sig: &str, more: &[(&str, &str)]| {
            let mut given = given.clone();
            given.extend(parameters(more));
            given.push(("sig".to_owned(), sig.to_owned()));
            signer.verify(&given, NOW)
        };
        assert_eq!(with(&sig, &[]), Ok(()));
        assert_eq!(with(&sig.to_uppercase(), &[]), Ok(()));
        for sig in [sig.replace(|digit| digit != 'z', "0"), "g".repeat(64), String::new(), "é".repeat(32)] {
            assert_eq!(with(&sig, &[]), Err("sig is wrong".to_owned()), "{sig}");
        }
        assert_eq!(with(&sig, &[("x", "1")]), Err("sig is wrong".to_owned()));
        assert!(with(&"0".repeat(32), &[]).unwrap_err().contains("MD5"));
        assert!(signer.verify(&given, NOW).unwrap_err().starts_with("sig is missing"));
        assert_eq!(Signer::new("other").verify(&given, NOW), signer.verify(&given, NOW));
    }

    #[test]
    fn a_signature_has_its_time() {
        for (timestamp, fits) in [
            ("1700000000", true),
            ("1699913600", true),
            ("1699913599", false),
            ("1700000300", true),
            ("1700000301", false),
            ("9223372036854775807", false),
            ("", false),
            ("soon", false),
        ] {
            assert_eq!(verified(hmac::HMAC_SHA256, timestamp).is_ok(), fits, "{timestamp}");
        }
    }
}
