//! The one HTTP client that web calls and carriers share.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};

/// Connections to a host that are kept for the next calls. With fewer than runs at a time, calls that overlap would close
/// and open them all the time, which costs more than all else that a call does; those that are not needed go after 30 s.
const IDLE: usize = 256;

/// Builds the client: rustls with ring and the compiled-in Mozilla roots, so that a static binary
/// needs nothing from the machine; no proxy from the environment; no redirect is followed, since
/// the flow has vouched for one host only. Timeouts are each request's own.
pub(crate) fn build() -> Result<Client, String> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .user_agent(concat!("flowc/", env!("CARGO_PKG_VERSION")))
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(IDLE)
        .build()
        .map_err(|error| error.to_string())
}
