//! Whether a request goes where a test says.

use url::Url;

/// Whether a URL is the one that is wanted, in which `*` stands for anything, nothing too. One without a query means each
/// query, and one without a path the root.
pub(super) fn fits(wanted: &str, url: &str) -> bool {
    let rooted = |url: &str| match url.split_once("://") {
        Some((_, rest)) if !rest.contains(['/', '?', '*']) => format!("{url}/"),
        _ => url.to_owned(),
    };
    let url = if wanted.contains('?') { url } else { url.split('?').next().unwrap_or(url) };
    is_like(&rooted(wanted), &rooted(url))
}

/// A URL as requests have it: `https://API.example:443` is `https://api.example/`.
pub(super) fn normal(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

/// The pairs of a URL's query, decoded.
pub(super) fn query(url: &str) -> Vec<(String, String)> {
    Url::parse(url).map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

/// The pairs of a form, decoded.
pub(super) fn form(body: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

/// Whether the fixed parts of a text with gaps stand in another one in their order, the first at its beginning and the last
/// at its end.
fn is_like(starred: &str, text: &str) -> bool {
    let Some((first, rest)) = starred.split_once('*') else { return starred == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        // The first place will do: it leaves the most for those that follow.
        match text.find(part) {
            Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let rooms = "https://a.example/v1/rooms?guests=2&view=sea";
        for wanted in [
            "https://a.example/v1/rooms",
            "https://a.example/*",
            "https://a.example/v1/*s",
            "https://a.example/v1/rooms*",
            "https://a.example/v1/rooms?guests=2*",
            "https://*/rooms?*view=sea",
            "*",
        ] {
            assert!(fits(wanted, rooms), "{wanted}");
        }
        for wanted in
            ["https://a.example/v1", "https://a.example/v1/rooms?guests=2", "https://a.example/*/rooms/*", "*x"]
        {
            assert!(!fits(wanted, rooms), "{wanted}");
        }
        assert!(fits("https://a.example", "https://a.example/") && fits("https://a.example", "https://a.example/?x=1"));
        assert!(fits("ab*b", "abb") && !fits("ab*b", "ab") && fits("a**c", "ac") && !fits("*b*a*", "ab"));
    }

    #[test]
    fn pairs_are_decoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let pairs = [pair("q", "a b&c"), pair("q", "ü"), pair("e", "")];
        assert_eq!(query("https://a.example/?q=a%20b%26c&q=%C3%BC&e"), pairs);
        assert_eq!(form("q=a+b%26c&q=%c3%bc&e="), pairs);
    }
}
