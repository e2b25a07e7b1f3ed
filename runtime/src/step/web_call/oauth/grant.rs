//! A token is asked for: the answer (RFC 6749, 5.1 and 5.2).

use std::time::Duration;

use serde_json::Value;

use super::client::Client;
use super::token::Token;
use crate::flow::{Failure, FailureKind};
use crate::step::web_call::answer::{Answer, Reached};
use crate::step::web_call::request::Outbound;
use crate::step::web_call::route::Routes;
use crate::step::web_call::{late, quoted};

/// The largest answer of a token's server that is read, in bytes.
const LIMIT: usize = 64 * 1024;

/// How long a token is used of which nothing is said: until it is refused, but not for ever.
const UNSAID: Duration = Duration::from_hours(1);

/// How long any token is used.
const LONGEST: Duration = Duration::from_hours(24);

/// No more of a token's life than this is left unused at its end.
const SKEW: Duration = Duration::from_secs(30);

/// A token, and for how long from its request on it may be used again; not at all if that is nothing.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) token: Token,
    pub(super) use_for: Duration,
}

/// Asks for a token, and waits for it no longer than `limit`. The failure names the token's server, and shows neither the
/// client's secret nor what was made of it.
pub(super) async fn fetch(routes: &Routes, client: &Client, limit: Duration) -> Result<Grant, Failure> {
    let granted = async {
        let outbound = client.request()?;
        let granted = tokio::time::timeout(limit, ask(routes, &outbound)).await;
        granted.unwrap_or_else(|_| Err(late(&outbound.upstream(), limit)))
    };
    granted.await.map_err(|failure| {
        let message = format!("no token: {}", client.redactor().text(&failure.message));
        Failure { message, ..failure }
    })
}

/// No redirect is followed: who may see the credentials is what the flow says.
async fn ask(routes: &Routes, outbound: &Outbound) -> Result<Grant, Failure> {
    let upstream = outbound.upstream();
    let response = routes.send(outbound).await?;
    let status = response.status().as_u16();
    let reached = Reached { response, url: outbound.url.clone() };
    let answer = match Answer::read(reached, true, LIMIT).await {
        Ok(answer) => answer,
        // The status says more than an error page that is too long, or breaks off.
        Err(_) if status >= 400 => {
            let told = format!("{upstream} answered {status}");
            return Err(Failure::new(FailureKind::Status, told).with_status(status));
        }
        Err(failure) => return Err(failure),
    };
    if let Some(mut failure) = answer.failure() {
        if let Some(why) = refusal(&answer.body) {
            failure.message.push_str(&format!(" ({why})"));
        }
        return Err(failure);
    }
    grant(&answer.body).map_err(|why| {
        let told = format!("{upstream} gave none: {why}");
        Failure::new(FailureKind::Response, told).with_status(status)
    })
}

/// What the server says of a request that it refuses (RFC 6749, 5.2); IBM Cloud has names of its own for the same.
fn refusal(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let text = |names: [&str; 2]| names.into_iter().find_map(|name| answer.get(name)?.as_str());
    let error = text(["error", "errorCode"])?;
    Some(quoted(&match text(["error_description", "errorMessage"]) {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    }))
}

/// Reads the token and its life.
fn grant(body: &[u8]) -> Result<Grant, String> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| "its answer is not JSON".to_owned())?;
    let token = match answer.get("access_token").and_then(Value::as_str) {
        Some("") => return Err("the `access_token` of its answer is empty".to_owned()),
        Some(token) => Token::new(token).ok_or("its `access_token` has characters that no token has")?,
        // Some servers refuse with a status that says otherwise.
        None => return Err(refusal(body).unwrap_or_else(|| "its answer has no text `access_token`".to_owned())),
    };
    match answer.get("token_type").filter(|kind| !kind.is_null()) {
        Some(kind) if !kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) => {
            return Err("its `token_type` is not `Bearer`, the only one that a call can use (RFC 6750)".to_owned());
        }
        _ => {}
    }
    Ok(Grant { token, use_for: use_for(answer.get("expires_in")) })
}

/// For how long a token is used that says so of its life, in seconds. It is not used to its very end: it has aged since
/// the server wrote this, and ages on its way to the API.
fn use_for(expires_in: Option<&Value>) -> Duration {
    let written = match expires_in {
        Some(Value::Number(seconds)) => seconds.to_string(),
        // Some servers write it in quotes.
        Some(Value::String(digits)) => digits.trim().to_owned(),
        _ => return UNSAID,
    };
    let Some(seconds) = written.parse::<f64>().ok().filter(|seconds| !seconds.is_nan()) else { return UNSAID };
    let life = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST).min(LONGEST);
    life - SKEW.min(life / 10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_used_until_shortly_before_it_expires() {
        let life = |text: &str| use_for(Some(&serde_json::from_str(text).unwrap())).as_secs_f64();
        for (expires_in, expected) in [
            ("3600", 3_570.0),
            ("\"3600\"", 3_570.0),
            ("60", 54.0),
            ("0", 0.0),
            ("-5", 0.0),
            ("\"-5\"", 0.0),
            ("18446744073709551615", 86_370.0),
            ("1e300", 86_370.0),
            ("1e999", 86_370.0),
            ("\"soon\"", 3_600.0),
            ("\"NaN\"", 3_600.0),
            ("null", 3_600.0),
            ("[1]", 3_600.0),
        ] {
            assert!((life(expires_in) - expected).abs() < 0.001, "{expires_in}: {}", life(expires_in));
        }
        assert_eq!(use_for(None), UNSAID);
    }

    #[test]
    fn what_is_no_token_is_told() {
        let told = |answer: Value| grant(answer.to_string().as_bytes()).map(|grant| grant.token).unwrap_err();
        assert!(told(json!([])).contains("no text `access_token`"));
        assert!(told(json!({ "access_token": 7 })).contains("no text `access_token`"));
        assert_eq!(told(json!({ "access_token": "" })), "the `access_token` of its answer is empty");
        let refused = json!({ "error": "invalid_scope", "error_description": "no such scope" });
        assert_eq!(told(refused), "invalid_scope: no such scope");
        assert!(told(json!({ "access_token": "a\r\nb" })).contains("characters"));
        assert!(told(json!({ "access_token": "a", "token_type": "mac" })).contains("`Bearer`"));
        assert!(grant(b"<p>").unwrap_err().contains("not JSON"));
        for kind in [json!("bearer"), json!("BEARER"), Value::Null] {
            assert!(grant(json!({ "access_token": "a", "token_type": kind }).to_string().as_bytes()).is_ok(), "{kind}");
        }
    }

    #[test]
    fn a_servers_words_are_quoted() {
        let told = |answer: Value| refusal(answer.to_string().as_bytes());
        assert_eq!(told(json!({ "error": "invalid_client" })).unwrap(), "invalid_client");
        let long = json!({ "error": "a\n", "error_description": "é".repeat(1_000) });
        assert_eq!(told(long).unwrap(), format!("a : {}…", "é".repeat(196)));
        let ibm = json!({ "errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found." });
        assert_eq!(told(ibm).unwrap(), "BXNIM0415E: Provided API key could not be found.");
        assert_eq!(told(json!({ "error": { "code": 1 } })), None);
        assert_eq!(refusal(b"<p>"), None);
    }
}
