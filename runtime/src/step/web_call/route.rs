//! On which way a request goes out.

use reqwest::{Client, Response};

use super::ConnectTo;
use super::classify;
use super::request::Outbound;
use crate::client;
use crate::config::OutboundConfig;
use crate::flow::Failure;

/// The ways out: to what the operator has put in an upstream's place, and to the world.
pub(super) struct Routes {
    client: Client,
    connect_to: Vec<ConnectTo>,
}

impl Routes {
    pub(super) fn new(config: &OutboundConfig) -> Result<Self, String> {
        Ok(Self { client: client::build()?, connect_to: config.connect_to.clone() })
    }

    /// Sends one request and waits for the head of the answer.
    pub(super) async fn send(&self, outbound: &Outbound) -> Result<Response, Failure> {
        let upstream = outbound.upstream();
        let mut request = outbound.request();
        if let Some(redirected) = self.connect_to.iter().find_map(|rule| rule.redirect(&outbound.url)) {
            // A stand-in sees the host that the flow addressed.
            let host = super::request::header_value(&upstream, "host")?;
            request.headers_mut().entry(reqwest::header::HOST).or_insert(host);
            *request.url_mut() = redirected;
        }
        self.client.execute(request).await.map_err(|error| classify(&error, &upstream))
    }
}
