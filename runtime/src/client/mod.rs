//! HTTP clients: those of the operator's own services (carriers, traces, Restate), and what web calls make theirs of.

mod places;
mod proxy;
mod resolver;
mod tls;

use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use rustls::ClientConfig;

pub(crate) use self::places::{NAT64, Place, Places, embedded};
pub(crate) use self::proxy::{Proxy, ProxyUrl};
pub(crate) use self::resolver::lookup;
pub(crate) use self::tls::{Identity, Roots};

/// Connections to a host that are kept for the next calls. With fewer than runs at a time, calls that overlap would close
/// and open them all the time, which costs more than all else that a call does; those that are not needed go after 30 s.
const IDLE: usize = 256;

/// How often an HTTP/2 connection that is in use is probed, and how long it may keep silent then. All calls to a host share
/// one, so one that went away without a word would take them all along until the system notices, which is minutes.
const PROBE: Duration = Duration::from_secs(10);

/// The largest headers of an answer by HTTP/2, in bytes: as many as hyper reads by HTTP/1.1.
const HEADERS: u32 = 408 << 10;

/// By which authorities and which proxy this program reaches others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    pub(crate) roots: Roots,
    /// `None`: none. The variables that other programs know (`HTTP_PROXY`) are never read.
    pub(crate) proxy: Option<Proxy>,
}

impl Network {
    /// The client of services that the operator has chosen: it goes to any address.
    ///
    /// # Errors
    ///
    /// A sentence, if TLS cannot be set up.
    pub(crate) fn client(&self) -> Result<Client, String> {
        self.finish(builder(self.tls(None)?))
    }

    /// The same with the client certificate of the flow's calls, for what `--connect-to` puts in a host's place. It speaks
    /// HTTP/1.1 alone: only there may the Host header name another host than the one that is asked (RFC 9113, 8.3.1).
    pub(crate) fn stand_ins(&self, identity: Option<&Identity>) -> Result<Client, String> {
        let mut tls = self.tls(identity)?;
        tls.alpn_protocols.retain(|protocol| protocol == b"http/1.1");
        self.finish(builder(tls))
    }

    /// The client of the flow's calls that go by the proxy.
    pub(crate) fn proxied(&self, identity: Option<&Identity>) -> Result<Client, String> {
        self.finish(builder(self.tls(identity)?))
    }

    /// The client of the flow's calls that are dialled here: what a name stands for is what this resolver says.
    pub(crate) fn direct(
        &self,
        identity: Option<&Identity>,
        resolver: impl Resolve + 'static,
    ) -> Result<Client, String> {
        builder(self.tls(identity)?).dns_resolver(resolver).build().map_err(|error| error.to_string())
    }

    fn tls(&self, identity: Option<&Identity>) -> Result<ClientConfig, String> {
        tls::config(&self.roots, identity)
    }

    fn finish(&self, client: ClientBuilder) -> Result<Client, String> {
        let client = match &self.proxy {
            Some(proxy) => client.proxy(proxy.rule()),
            None => client,
        };
        client.build().map_err(|error| error.to_string())
    }
}

/// What all clients have in common: no proxy from the environment, and no redirect is followed behind the caller's back.
/// Timeouts are each request's own.
fn builder(tls: ClientConfig) -> ClientBuilder {
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .user_agent(concat!("flowc/", env!("CARGO_PKG_VERSION")))
        .http2_keep_alive_interval(PROBE)
        .http2_keep_alive_timeout(PROBE)
        .http2_max_header_list_size(HEADERS)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(IDLE);
    // The C library's resolver, which reqwest takes by itself, is not in static binaries.
    #[cfg(feature = "dns")]
    let client = client.dns_resolver(resolver::Unguarded);
    client
}
