//! The token that the API wants: of a login that is good for 24 hours ("API Authentication" in IntelePeer's documentation).
//!
//! It is kept in memory alone, so a program that starts with another password logs in with it at once.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{WHO, told};
use crate::carrier::{NotSent, Obstacle, api};
use crate::redact::Redactor;
use crate::step::web_call::Token;

/// How long a token is used: not to its very end, so that none expires on its way.
const LIFE: Duration = Duration::from_hours(23);

/// A user who logs in when a token is needed.
pub(super) struct Login {
    client: Client,
    url: reqwest::Url,
    username: String,
    password: String,
    /// Held while a login is under way, so that there is one at a time however many messages wait for it.
    last: Mutex<Option<Last>>,
}

/// What came of the last login, and when.
struct Last {
    at: Instant,
    outcome: Result<Token, NotSent>,
}

impl Login {
    pub(super) fn new(client: Client, url: reqwest::Url, username: &str, password: &str) -> Self {
        let (username, password) = (username.to_owned(), password.to_owned());
        Self { client, url, username, password, last: Mutex::default() }
    }

    /// A token: the one that is kept, or of a login. Whoever waited for a login that fails has its failure, and does not
    /// try for himself.
    pub(super) async fn token(&self) -> Result<Token, NotSent> {
        let came = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(Last { at, outcome }) = &*last {
            let counts = match outcome {
                Ok(_) => at.elapsed() < LIFE,
                Err(_) => *at >= came,
            };
            if counts {
                return outcome.clone();
            }
        }
        let asked = Instant::now();
        let outcome = self.log_in().await;
        // A token ages from when it was asked for; a failure is news to all who came before it.
        let at = if outcome.is_ok() { asked } else { Instant::now() };
        last.insert(Last { at, outcome }).outcome.clone()
    }

    /// This token was refused: it is not given again.
    pub(super) async fn refused(&self, refused: &Token) {
        let mut last = self.last.lock().await;
        if matches!(&*last, Some(Last { outcome: Ok(token), .. }) if token == refused) {
            *last = None;
        }
    }

    async fn log_in(&self) -> Result<Token, NotSent> {
        let json = HeaderValue::from_static("application/json");
        let request = self.client.post(self.url.clone()).header(ACCEPT, json.clone()).header(CONTENT_TYPE, json);
        let request = request.body(json!({ "username": self.username, "password": self.password }).to_string());
        // Whatever became of it, the message was not sent.
        let answer = api::ask(&self.client, request, WHO).await.map_err(|unanswered| NotSent {
            why: format!("no token: {}", unanswered.told()),
            status: None,
            obstacle: Obstacle::Passing(None),
        })?;
        let token = answer.json().and_then(|Granted { token }| Token::new(&token)).filter(|_| answer.is_success());
        token.ok_or_else(|| self.refusal(&answer))
    }

    fn refusal(&self, answer: &api::Answer) -> NotSent {
        let why = if answer.is_success() {
            format!("no token: {WHO} answered {} without one", answer.status)
        } else {
            let redactor = Redactor::of([self.password.as_str()]);
            format!("no token: {}", redactor.text(&told(answer, "the login")))
        };
        let obstacle = match answer.status {
            429 | 500..=599 => Obstacle::Passing(answer.retry_after()),
            _ => Obstacle::Final,
        };
        NotSent { why, status: Some(answer.status), obstacle }
    }
}

#[derive(Deserialize)]
struct Granted {
    token: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::client::Network;

    #[test]
    fn what_an_answer_to_a_login_means_is_known() {
        let client = Network::default().client().unwrap();
        let login = Login::new(client, "https://a.example/".parse().unwrap(), "user", "hunter22");
        let refusal = |status, body: &str| {
            let body = body.to_owned().into();
            let NotSent { why, obstacle, .. } =
                login.refusal(&api::Answer { status, headers: Default::default(), body });
            (why, obstacle)
        };
        let (why, obstacle) = refusal(401, r#"{"code":401,"error":"Unauthorized: hunter22"}"#);
        assert_eq!(why, "no token: IntelePeer refused the login with 401: Unauthorized: (secret)");
        assert_eq!(obstacle, Obstacle::Final);
        for status in [429, 500, 503] {
            assert_eq!(refusal(status, "").1, Obstacle::Passing(None), "{status}");
        }
        assert_eq!(refusal(200, "{}").0, "no token: IntelePeer answered 200 without one");
    }
}
