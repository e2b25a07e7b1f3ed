//! How the flow's requests go out.

use crate::client::{Identity, Network, Places, Proxy, ProxyUrl, Roots};
use crate::step::web_call::ConnectTo;

/// How the flow's requests go out, and what may come back.
#[derive(Clone, Debug)]
pub(crate) struct OutboundConfig {
    pub(crate) connect_to: Vec<ConnectTo>,
    /// What the flow may reach beside public addresses.
    pub(crate) allow_net: Places,
    /// What all of this program's requests go by.
    pub(crate) network: Network,
    /// As whom the flow's requests come.
    pub(crate) identity: Option<Identity>,
    /// The largest answer that is read, in bytes.
    pub(crate) max_response: usize,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            connect_to: Vec::new(),
            allow_net: Places::default(),
            network: Network::default(),
            identity: None,
            max_response: 10_000_000,
        }
    }
}

/// Whose authorities are trusted.
#[derive(Clone, Copy, Default)]
pub(super) enum RootsChoice {
    #[default]
    Bundled,
    Platform,
}

/// What the options say of requests that go out, beside what needs no other option.
#[derive(Default)]
pub(super) struct OutboundDraft {
    pub(super) config: OutboundConfig,
    pub(super) roots: RootsChoice,
    /// Paths of PEM files, and how each was given.
    pub(super) authorities: Vec<String>,
    pub(super) certificate: Option<String>,
    pub(super) key: Option<String>,
    pub(super) proxy: Option<ProxyUrl>,
    pub(super) no_proxy: Places,
}

impl OutboundDraft {
    /// Reads the files that are named, and adds what is wrong with them.
    pub(super) fn finish(self, problems: &mut Vec<String>) -> OutboundConfig {
        let mut config = self.config;
        match self.roots {
            RootsChoice::Bundled => {}
            RootsChoice::Platform => match Roots::of_platform() {
                Ok(roots) => config.network.roots = roots,
                Err(why) => problems.push(format!("--tls-roots platform: {why}")),
            },
        }
        for path in self.authorities {
            if let Err(why) = config.network.roots.add(&path) {
                problems.push(format!("--tls-ca {path:?}: {why}"));
            }
        }
        match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => match Identity::read(&certificate, &key) {
                Ok(identity) => config.identity = Some(identity),
                Err(problem) => problems.push(problem),
            },
            (Some(_), None) => {
                problems.push("--tls-key (FLOW_TLS_KEY) is missing: the file with the key of --tls-cert".to_owned())
            }
            (None, Some(_)) => {
                problems.push(
                    "--tls-cert (FLOW_TLS_CERT) is missing: the file with the certificate of --tls-key".to_owned(),
                );
            }
            (None, None) => {}
        }
        config.network.proxy = self.proxy.map(|url| Proxy::new(url, self.no_proxy));
        config
    }
}
