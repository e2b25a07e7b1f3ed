//! Whether this flow runs where a number is to be led.

use axum::http::HeaderMap;
use axum::http::header::LOCATION;
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
    if let Some(to) = header(LOCATION).filter(|_| (300..400).contains(&answer.status)) {
        return Err(redirected(&url, to));
    }
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

/// A carrier need not follow a redirect, and signs what it sends for the address that it was told.
fn redirected(url: &str, to: &str) -> String {
    let there = reqwest::Url::parse(url).and_then(|url| url.join(to));
    let Ok(mut there) = there else { return format!("{} redirects to what is no URL", shown(url)) };
    there.set_query(None);
    there.set_fragment(None);
    let there = shown(there.as_str());
    let mend = match there.strip_suffix("/readyz") {
        Some(base) if there != shown(url) => format!("--public-url should be {base}"),
        _ => "--public-url should be where the flow itself answers".to_owned(),
    };
    format!("{} redirects to {there}: {mend}", shown(url))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_says_what_the_public_url_should_be() {
        let from = "http://ann:canary@flows.example/readyz";
        for (to, told) in [
            (
                "https://flows.example/readyz?token=canary",
                "http://flows.example/readyz redirects to https://flows.example/readyz: --public-url should be \
                 https://flows.example",
            ),
            (
                "/new/readyz",
                "http://flows.example/readyz redirects to http://flows.example/new/readyz: --public-url should be \
                 http://flows.example/new",
            ),
            (
                "/login",
                "http://flows.example/readyz redirects to http://flows.example/login: --public-url should be where the \
                 flow itself answers",
            ),
            (
                "/readyz",
                "http://flows.example/readyz redirects to http://flows.example/readyz: --public-url should be where the \
                 flow itself answers",
            ),
            ("https://", "http://flows.example/readyz redirects to what is no URL"),
        ] {
            assert_eq!(redirected(from, to), told);
        }
    }
}
