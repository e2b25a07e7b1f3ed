//! Vonage's side of things: an account, its signatures, and its API.

use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac;
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::http::Request;
use crate::program::{GUEST, HOTEL, Start};
use crate::stand_in::StandIn;
use crate::twilio::Pairs;

/// The account's API key, API secret, and signature secret.
pub const ACCOUNT: [&str; 3] = ["abcd1234", "vonage-api-secret", "vonage-signature-secret"];

/// Where the program takes messages.
pub const WEBHOOK: &str = "/carrier/vonage";

/// Has a program use Vonage, with its API at this URL.
pub fn carrier(start: Start, api: &str) -> Start {
    start
        .with(["--carrier", "vonage", "--carrier-url", api, "--public-url", "https://flows.example.com"])
        .variable("VONAGE_API_KEY", ACCOUNT[0])
        .variable("VONAGE_API_SECRET", ACCOUNT[1])
        .variable("VONAGE_SIGNATURE_SECRET", ACCOUNT[2])
}

/// Vonage's API, which takes every message.
pub fn api() -> StandIn {
    StandIn::of_json(json!({ "message-count": "1", "messages": [{ "message-id": "sent-1", "status": "0" }] }))
}

/// Names and values as a webhook has them.
pub fn pairs<const N: usize>(given: [(&str, &str); N]) -> Pairs {
    given.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// The parameters of a message of a guest.
pub fn message(id: &str, text: &str) -> Pairs {
    let (guest, hotel) = (GUEST.trim_start_matches('+'), HOTEL.trim_start_matches('+'));
    pairs([
        ("msisdn", guest),
        ("to", hotel),
        ("messageId", id),
        ("text", text),
        ("type", "text"),
        ("keyword", "X"),
        ("api-key", ACCOUNT[0]),
        ("message-timestamp", "2026-11-23 03:00:00"),
    ])
}

/// A part of a message of a guest.
pub fn part(id: &str, text: &str, reference: &str, number: usize, total: usize) -> Pairs {
    let (number, total) = (number.to_string(), total.to_string());
    let concat = [("concat", "true"), ("concat-ref", reference), ("concat-total", &total), ("concat-part", &number)];
    [message(id, text), pairs(concat)].concat()
}

/// The seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// "Signing Messages" with SHA-256 HMAC: the time and a nonce are added, and the signature.
pub fn sign_at(seconds: u64, mut pairs: Pairs) -> Pairs {
    pairs.push(("timestamp".to_owned(), seconds.to_string()));
    pairs.push(("nonce".to_owned(), "385b4b2e".to_owned()));
    let mut sorted = pairs.clone();
    sorted.sort();
    let text: String =
        sorted.iter().map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, ACCOUNT[2].as_bytes()), text.as_bytes());
    let sig = tag.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.push(("sig".to_owned(), sig));
    pairs
}

/// A webhook as a form.
pub fn post(pairs: &Pairs) -> Request {
    let form: String = Serializer::new(String::new()).extend_pairs(pairs).finish();
    Request::new("POST", WEBHOOK).content("application/x-www-form-urlencoded", form)
}

/// The same, as Vonage signs it now.
pub fn signed(pairs: Pairs) -> Request {
    post(&sign_at(now(), pairs))
}
