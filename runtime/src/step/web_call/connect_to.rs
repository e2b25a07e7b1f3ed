//! `--connect-to`: staging and tests send what a flow addresses to one host to another.

use reqwest::Url;

/// `HOST:PORT=URL`: requests to `HOST:PORT` go to `URL`'s scheme, host and port instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectTo {
    host: String,
    port: u16,
    target: Url,
}

impl ConnectTo {
    /// Reads `api.example.com:443=http://127.0.0.1:9000`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once('=').ok_or("write it as HOST:PORT=URL")?;
        let (host, port) = from.rsplit_once(':').ok_or("write the host with its port, as api.example.com:443")?;
        let port = port.parse().map_err(|_| format!("{port:?} is not a port"))?;
        if port == 0 {
            return Err("there is no port 0".to_owned());
        }
        if host.is_empty() {
            return Err("the host is missing; write it as HOST:PORT=URL".to_owned());
        }
        if host.contains('/') {
            return Err(format!("{host:?} is not a host; write it without scheme and path, as api.example.com:443"));
        }
        let target = Url::parse(to).map_err(|error| format!("{to:?} is not a URL: {error}"))?;
        if !matches!(target.scheme(), "http" | "https") || target.path() != "/" || target.query().is_some() {
            return Err(format!("{to:?} should be scheme, host and port alone, as http://127.0.0.1:9000"));
        }
        Ok(Self { host: host.to_ascii_lowercase(), port, target })
    }

    /// The URL to ask in place of `url`, when this rule is for its host and port.
    pub(super) fn redirect(&self, url: &Url) -> Option<Url> {
        let is_meant = url.host_str() == Some(&self.host) && url.port_or_known_default() == Some(self.port);
        if !is_meant {
            return None;
        }
        let mut redirected = self.target.clone();
        redirected.set_path(url.path());
        redirected.set_query(url.query());
        Some(redirected)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn requests_are_redirected_by_host_and_port() {
        let rule = ConnectTo::parse("API.example.com:443=http://127.0.0.1:9000").unwrap();
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert_eq!(
            rule.redirect(&url("https://api.example.com/a%2Fb?q=1")),
            Some(url("http://127.0.0.1:9000/a%2Fb?q=1"))
        );
        assert_eq!(rule.redirect(&url("http://api.example.com/a")), None);
        assert_eq!(rule.redirect(&url("https://example.com/a")), None);
    }

    #[test]
    fn a_mistake_is_named() {
        for text in [
            "",
            "a",
            "a=http://b",
            "a:x=http://b",
            ":1=http://b",
            "a:1=b",
            "a:1=ftp://b",
            "a:1=http://b/path",
            "a:0=http://b",
            "https://a:1=http://b",
        ] {
            assert!(ConnectTo::parse(text).is_err(), "{text}");
        }
    }
}
