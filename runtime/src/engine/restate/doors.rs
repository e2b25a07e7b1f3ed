//! What this program asks of Restate: to take invocations in, and to know the flow.

use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::attempt::Address;
use crate::config::RestateConfig;
use crate::value::Url;

/// How long Restate may take to carry an invocation out. Twilio waits 15 s for an answer, and what takes longer is
/// handed over once more without waiting for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long Restate may take to take the flow's services in, for which it asks this program.
const REGISTERING: Duration = Duration::from_secs(15);

/// Restate's two doors.
pub(super) struct Restate {
    client: Client,
    ingress: Url,
    admin: Url,
}

impl Restate {
    pub(super) fn new(client: Client, config: &RestateConfig) -> Self {
        Self { client, ingress: config.ingress.clone(), admin: config.admin.clone() }
    }

    /// Invokes a handler once for each key, and gives what came of it; `None`: Restate has taken the invocation in, and
    /// it is not known yet.
    pub(super) async fn invoke<T, R>(&self, to: &Address, key: &str, given: &T) -> Result<Option<R>, String>
    where
        T: Serialize,
        R: DeserializeOwned,
    {
        let body = serde_json::to_string(given).map_err(|error| error.to_string())?;
        let invoke = |path: &str| {
            let request = self.request(Method::POST, &self.ingress, path, PATIENCE);
            request.header("Idempotency-Key", key).body(body.clone())
        };
        match heard(invoke(&to.path()).send().await).await {
            Ok(answer) => {
                let text = answer.text().await.map_err(causes)?;
                serde_json::from_str(&text).map(Some).map_err(|error| format!("Restate's answer: {error}"))
            }
            Err(Unheard::TooSlow) => {
                heard(invoke(&format!("{}/send", to.path())).send().await).await.map_err(|unheard| unheard.told())?;
                Ok(None)
            }
            Err(unheard) => Err(unheard.told()),
        }
    }

    /// Whether Restate takes invocations in.
    pub(super) async fn probe(&self) -> Result<(), String> {
        let asked = self.request(Method::GET, &self.ingress, "/restate/health", PATIENCE).send().await;
        heard(asked).await.map(drop).map_err(|unheard| unheard.told())
    }

    /// Has Restate take in the services that this program offers at a URL, also if they are others than before.
    pub(super) async fn register(&self, service_url: &str) -> Result<(), String> {
        let body = json!({ "uri": service_url, "force": true }).to_string();
        let asked = self.request(Method::POST, &self.admin, "/deployments", REGISTERING).body(body).send().await;
        heard(asked).await.map(drop).map_err(|unheard| format!("the flow could not be registered: {}", unheard.told()))
    }

    /// The rows that Restate gives for an SQL query of its own state.
    pub(super) async fn query(&self, sql: &str) -> Result<Vec<Value>, String> {
        let body = json!({ "query": sql }).to_string();
        let asked = self.request(Method::POST, &self.admin, "/query", REGISTERING);
        let asked = asked.header("Accept", "application/json").body(body).send().await;
        let text = heard(asked).await.map_err(|unheard| unheard.told())?.text().await.map_err(causes)?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| format!("Restate's answer: {error}"))?;
        match answer.get("rows") {
            Some(Value::Array(rows)) => Ok(rows.clone()),
            _ => Err("Restate's answer has no rows".to_owned()),
        }
    }

    fn request(&self, method: Method, door: &Url, path: &str, timeout: Duration) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", door.as_str().trim_end_matches('/'));
        self.client.request(method, url).header("Content-Type", "application/json").timeout(timeout)
    }
}

enum Unheard {
    TooSlow,
    Failed(String),
}

impl Unheard {
    fn told(self) -> String {
        match self {
            Self::TooSlow => "Restate took too long to answer".to_owned(),
            Self::Failed(why) => why,
        }
    }
}

/// An answer that says yes.
async fn heard(asked: Result<Response, reqwest::Error>) -> Result<Response, Unheard> {
    match asked {
        Ok(answer) if answer.status().is_success() => Ok(answer),
        Ok(answer) => {
            let status = answer.status();
            let body = answer.text().await.unwrap_or_default();
            let said: Value = serde_json::from_str(&body).unwrap_or_default();
            let message = said.get("message").and_then(Value::as_str).unwrap_or(&body);
            let shown: String = message.chars().take(300).collect();
            Err(Unheard::Failed(format!("Restate said {status}: {shown}")))
        }
        Err(error) if error.is_timeout() && !error.is_connect() => Err(Unheard::TooSlow),
        Err(error) => Err(Unheard::Failed(causes(error))),
    }
}

/// An error of the client with all its causes: the first alone says little. Without the URL, which names people.
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut told = "Restate cannot be reached".to_owned();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
