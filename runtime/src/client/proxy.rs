//! The proxy that the operator has configured.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use url::Host;

use super::Places;

/// Where the proxy is, and how one logs in there; shown nowhere.
#[derive(Clone)]
pub(crate) struct ProxyUrl(Url);

/// A proxy, and what goes past it.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: ProxyUrl,
    past: Places,
}

impl ProxyUrl {
    /// Reads `http://user:password@host:port`. What is told of a mistake holds nothing of the text.
    ///
    /// # Errors
    ///
    /// A sentence that says how to write it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).ok().filter(|url| {
            url.scheme() == "http" && url.has_host() && matches!(url.path(), "" | "/") && url.query().is_none()
        });
        url.map(Self).ok_or_else(|| "write it as http://host:port or http://user:password@host:port".to_owned())
    }
}

impl Proxy {
    pub(crate) fn new(url: ProxyUrl, past: Places) -> Self {
        Self { url, past }
    }

    /// Whether requests to this host go by the proxy; those to this machine never do.
    pub(crate) fn takes(&self, url: &Url) -> bool {
        let past = |address: IpAddr| address.is_loopback() || self.past.has_address(address);
        match url.host() {
            Some(Host::Domain(name)) => !is_localhost(name) && !self.past.has_name(name),
            Some(Host::Ipv4(address)) => !past(address.into()),
            Some(Host::Ipv6(address)) => !past(address.into()),
            None => false,
        }
    }

    /// Whether one logs in there with a user and a password.
    pub(crate) fn has_credentials(&self) -> bool {
        !self.url.0.username().is_empty() || self.url.0.password().is_some()
    }

    pub(super) fn rule(&self) -> reqwest::Proxy {
        let proxy = self.clone();
        reqwest::Proxy::custom(move |url| proxy.takes(url).then(|| proxy.url.0.clone()))
    }
}

/// RFC 6761, 6.3: the names that mean this machine.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyUrl")
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("past", &self.past).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Place;
    use super::*;

    #[test]
    fn what_is_near_goes_past_the_proxy() {
        let mut past = Places::default();
        ["crm.internal.example", ".corp", "10.0.0.0/8"].iter().for_each(|text| past.add(Place::parse(text).unwrap()));
        let proxy = Proxy::new(ProxyUrl::parse("http://anna:canary@proxy.example:3128").unwrap(), past);
        assert!(!format!("{proxy:?}").contains("canary"));
        let takes = |url: &str| proxy.takes(&Url::parse(url).unwrap());
        for url in ["https://a.example", "http://internal.example", "http://11.0.0.1", "http://[fd00::1]"] {
            assert!(takes(url), "{url}");
        }
        for url in [
            "http://crm.internal.example",
            "https://a.corp:8443/x",
            "http://10.1.1.1",
            "http://127.1",
            "http://[::1]",
            "http://LOCALHOST:80",
            "http://a.localhost.",
        ] {
            assert!(!takes(url), "{url}");
        }
    }

    #[test]
    fn a_mistake_does_not_show_the_password() {
        for text in ["", "canary", "socks5://a:canary@b:1", "https://a:canary@b:1", "http://a:canary@b:1/x", "http://"]
        {
            assert!(ProxyUrl::parse(text).is_err_and(|told| !told.contains("canary")), "{text}");
        }
    }
}
