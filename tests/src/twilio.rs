//! Twilio's side of things: an account, its signatures, and its API.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use url::form_urlencoded;

use crate::http::{Answer, Request};
use crate::program::{GUEST, HOTEL, Program, Start};

/// The account.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

/// Its Auth Token.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Where Twilio thinks the program is.
pub const PUBLIC: &str = "https://flows.example.com";

/// Where the program takes messages.
pub const WEBHOOK: &str = "/carrier/twilio";

/// Names and values, as a form has them.
pub type Pairs = Vec<(String, String)>;

/// Has a program use Twilio, with its API at this URL.
pub fn carrier(start: Start, api: &str, public_url: &str) -> Start {
    start
        .with(["--carrier", "twilio", "--carrier-url", api, "--public-url", public_url])
        .variable("TWILIO_ACCOUNT_SID", ACCOUNT)
        .variable("TWILIO_AUTH_TOKEN", TOKEN)
}

/// The parameters of a message of a guest.
pub fn message(sid: &str, body: &str) -> Pairs {
    message_from(GUEST, sid, body)
}

/// The parameters of a message of somebody.
pub fn message_from(from: &str, sid: &str, body: &str) -> Pairs {
    let pairs = [
        ("MessageSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", from),
        ("To", HOTEL),
        ("Body", body),
        ("NumMedia", "0"),
        ("FromCity", ""),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// "Validating Signatures from Twilio": HMAC-SHA1 over the URL and the sorted parameters.
pub fn sign(url: &str, pairs: &Pairs) -> String {
    let mut sorted = pairs.clone();
    sorted.sort();
    sorted.dedup();
    let text = sorted.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
    BASE64_STANDARD.encode(ring::hmac::sign(&key, text.as_bytes()))
}

/// A message on its way to the program.
pub fn delivery(target: &str, pairs: &Pairs, signature: &str) -> Request {
    let form: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = Request::new("POST", target).content("application/x-www-form-urlencoded", form);
    request.header("X-Twilio-Signature", signature)
}

/// The same, as Twilio signs it.
pub fn signed(pairs: &Pairs) -> Request {
    delivery(WEBHOOK, pairs, &sign(&format!("{PUBLIC}{WEBHOOK}"), pairs))
}

/// Brings a message to a program.
pub fn deliver(program: &Program, pairs: &Pairs) -> Answer {
    program.send(&signed(pairs))
}

/// The path of the API at which messages are sent and listed.
pub fn messages_path() -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
}
