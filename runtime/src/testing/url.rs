//! Which URLs a `given` means.

use reqwest::Url;

/// The URL of a `given`, in which `*` stands for any text.
pub(super) struct Pattern {
    /// As the test has it, and as a request with that URL would have it: `https://a.example` is asked for `/`.
    forms: Vec<String>,
    /// It has a query; else each will do.
    has_query: bool,
}

impl Pattern {
    pub(super) fn new(written: &str) -> Self {
        let mut forms = vec![written.to_owned()];
        // A star is a character like others for URLs, wherever it stands; but not in a port.
        forms.extend(Url::parse(written).ok().map(String::from).filter(|url| url != written));
        Self { forms, has_query: written.contains('?') }
    }

    pub(super) fn fits(&self, url: &Url) -> bool {
        let whole = url.as_str();
        let asked = match self.has_query {
            true => whole,
            false => whole.split_once('?').map_or(whole, |(before, _)| before),
        };
        self.forms.iter().any(|form| fits(form, asked))
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(head) else { return false };
    let (between, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The first place at which a piece is found leaves the most for those behind it.
    for piece in between.split('*') {
        let Some((_, behind)) = left.split_once(piece) else { return false };
        left = behind;
    }
    left.ends_with(tail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fits(pattern: &str, url: &str) -> bool {
        Pattern::new(pattern).fits(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_url_means_itself_with_any_query() {
        let weather = "https://api.example.com/v1/weather";
        assert!(fits(weather, weather) && fits(weather, "https://api.example.com/v1/weather?q=Miami&days=3"));
        assert!(
            !fits(weather, "https://api.example.com/v1/weather/x")
                && !fits(weather, "http://api.example.com/v1/weather")
        );
        assert!(!fits("https://api.example.com/v1/weather?q=Miami", "https://api.example.com/v1/weather?q=Boston"));
        assert!(fits("https://api.example.com/v1/weather?q=Miami", "https://api.example.com/v1/weather?q=Miami"));
        assert!(!fits("https://api.example.com/?q=1", "https://api.example.com/"));
    }

    #[test]
    fn a_url_is_compared_as_it_is_asked_for() {
        assert!(fits("https://api.example.com", "https://api.example.com/"));
        assert!(fits("https://API.example.com:443/a", "https://api.example.com/a"));
        assert!(fits("https://api.example.com?q=1", "https://api.example.com/?q=1"));
        assert!(fits("https://api.example.com/Zürich", "https://api.example.com/Z%C3%BCrich"));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        let url = "https://api.example.com/orders/42/items?page=2";
        for pattern in [
            "*",
            "https://*",
            "https://api.example.com/*",
            "https://*/orders/*/items",
            "https://*.example.com/orders/*/items?page=*",
            "*/items",
            "https://api.example.com/orders/42/items*",
            "https://api.example.com/*?page=2",
            "https://api.example.com/**/items",
        ] {
            assert!(fits(pattern, url), "{pattern}");
        }
        for pattern in ["https://*/items/", "*?page=3", "https://*/orders/*/42/*", "http://*", "*.org/*"] {
            assert!(!fits(pattern, url), "{pattern}");
        }
    }
}
