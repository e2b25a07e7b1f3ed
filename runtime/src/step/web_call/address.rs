//! The URL of a call.

use reqwest::Url;

use crate::encode;
use crate::flow::{Failure, FailureKind};

/// Parses a URL whose variables are filled in, and adds the call's query to it.
pub(super) fn parse(raw: &str, query: &[(&'static str, String)]) -> Result<Url, Failure> {
    let refused = |why: String| Failure::new(FailureKind::Request, format!("the call's URL was not sent: {why}"));
    let mut url = encode::unmoved(raw).map_err(refused)?;
    if !query.is_empty() {
        let written = url.query().map(str::to_owned);
        let added = query.iter().map(|(name, value)| format!("{}={}", encode::query(name), encode::query(value)));
        url.set_query(Some(&written.into_iter().chain(added).collect::<Vec<_>>().join("&")));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_query_is_added() {
        let url = parse("https://a.example/x?k=1#part", &[("q", "a b&c".to_owned())]).unwrap();
        assert_eq!(url.as_str(), "https://a.example/x?k=1&q=a%20b%26c#part");
    }

    #[test]
    fn a_value_that_climbs_fails_as_a_request() {
        let failure = parse("https://a.example/x/..", &[]).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Request);
        assert!(failure.message.starts_with("the call's URL was not sent: a value would change its path"));
    }
}
