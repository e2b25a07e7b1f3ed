//! Whether this flow runs where a number is to be led.

use axum::http::HeaderMap;
use reqwest::Client;

use crate::carrier::api;
use crate::flow::Program;
use crate::server::identity;

/// Asks `/readyz` below the public URL.
///
/// # Errors
///
/// A sentence that says what is there instead.
pub(super) async fn probe(client: &Client, program: &Program, base: &str) -> Result<(), String> {
    let url = format!("{base}/readyz");
    let who = shown(&url);
    let answer = api::ask(client, client.get(&url), &who).await.map_err(api::Unanswered::told)?;
    let header = |name| text(&answer.headers, name);
    let name = header(identity::NAME);
    let called = name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
    match header(identity::IDENTITY) {
        None => Err(format!("no flow answers at {who}, but something that says {}", answer.status)),
        Some(found) if found != program.identity && name == Some(program.name) => Err(format!(
            "at {who} another version of this flow runs ({found}, and this one is {}): start this one there first",
            program.identity
        )),
        Some(found) if found != program.identity => {
            Err(format!("at {who} another flow runs:{called} ({found}); this one is \"{}\"", program.name))
        }
        Some(_) if !answer.is_success() => Err(format!("the flow at {who} is not ready: it says {}", answer.status)),
        Some(_) => Ok(()),
    }
}

fn text(headers: &HeaderMap, name: axum::http::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Without the credentials that a URL may hold.
fn shown(url: &str) -> String {
    let Ok(mut parsed) = reqwest::Url::parse(url) else { return url.to_owned() };
    // It fails for URLs that can hold none.
    let _ = parsed.set_username("").and_then(|()| parsed.set_password(None));
    parsed.to_string()
}
