//! The URL of a call, and the guard that no variable has changed its shape.

use reqwest::Url;

use crate::encode;
use crate::flow::{Failure, FailureKind};

/// Parses a URL whose variables are filled in, and adds the call's query to it.
///
/// The WHATWG URL parser resolves dot segments, drops tabs and line breaks and takes `\` for `/`.
/// A literal has no need of that and a variable must not profit from it, so a URL that the parser
/// would change in host or path is refused.
pub(super) fn parse(raw: &str, query: &[(&'static str, String)]) -> Result<Url, Failure> {
    let refused = |why: &str| Failure::new(FailureKind::Request, format!("the call's URL was not sent: {why}"));
    let mut url = Url::parse(raw).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("its scheme is neither http nor https"));
    }
    let (origin, path) = cut(raw);
    let literal = Url::parse(origin).map_err(|error| refused(&error.to_string()))?;
    if literal.origin() != url.origin() || literal.username() != url.username() || literal.password() != url.password()
    {
        return Err(refused("a value would change its host"));
    }
    let same_depth = path.matches('/').count().max(1) == url.path().matches('/').count();
    if !same_depth || path.split('/').any(is_dot_segment) {
        return Err(refused("a value would change its path (`.` and `..` are no path segments)"));
    }
    if !query.is_empty() {
        let written = url.query().map(str::to_owned);
        let added = query.iter().map(|(name, value)| format!("{}={}", encode::query(name), encode::query(value)));
        url.set_query(Some(&written.into_iter().chain(added).collect::<Vec<_>>().join("&")));
    }
    Ok(url)
}

/// Cuts a URL into its origin and its path, without its query and fragment.
fn cut(raw: &str) -> (&str, &str) {
    let raw = raw.split_once(['?', '#']).map_or(raw, |(before, _)| before);
    let host = raw.find("://").map_or(0, |at| at + 3);
    let path = raw.get(host..).and_then(|rest| rest.find('/')).map_or(raw.len(), |at| host + at);
    raw.split_at_checked(path).unwrap_or((raw, ""))
}

/// "Single-dot" and "double-dot URL path segment" of the URL Standard.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn honest_urls_pass() {
        for url in [
            "https://a.example",
            "https://a.example/x/y?q=../..",
            "http://127.0.0.1:8080/%2E%2Fa",
            "https://bücher.example/a%2F..",
        ] {
            assert!(parse(url, &[]).is_ok(), "{url}");
        }
        let url = parse("https://a.example/x?k=1#part", &[("q", "a b&c".to_owned())]).unwrap();
        assert_eq!(url.as_str(), "https://a.example/x?k=1&q=a%20b%26c#part");
    }

    #[test]
    fn a_value_cannot_climb_or_move() {
        for url in [
            "https://a.example/x/..",
            "https://a.example/..",
            "https://a.example/x/../y",
            "https://a.example/x/%2e%2E/y",
            "https://a.example/./y",
            "https://a.example/x\\y",
            "https://a.example/x/.\t./y",
            "https://a.example\\@b.example/y",
            "ftp://a.example/",
            "a.example/x",
        ] {
            let failure = parse(url, &[]).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Request, "{url}");
        }
    }
}
