//! Where a request goes: to what the operator has put in an upstream's place, by the proxy, or straight to the world, past
//! the guard. Or, in a test of a flow, to nobody: then somebody answers in the place of all upstreams.

use std::pin::Pin;
use std::sync::Arc;

use reqwest::{Client, Request, Response};

use super::connect_to::ConnectTo;
use super::failure::{classify, of_proxy, unauthorized};
use super::guard::{Guard, Refused};
use super::request::{Outbound, header_value};
use crate::client::Proxy;
use crate::config::OutboundConfig;
use crate::flow::{Failure, FailureKind};

/// The ways out.
pub(super) enum Routes {
    /// To the world.
    Open(Box<Open>),
    /// None: this answers.
    Closed(Arc<dyn Upstreams>),
}

/// An answer on its way; only its head need be there.
pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send + 'a>>;

/// Answers in the place of all upstreams.
pub(crate) trait Upstreams: Send + Sync {
    /// The answer to a request; `upstream` is its host, and port where it is not the scheme's own.
    fn answer(&self, request: Request, upstream: String) -> Answering<'_>;
}

impl Routes {
    /// Sends one request and waits for the head of the answer. Redirects are not followed here, so that each of their
    /// requests comes this way.
    pub(super) async fn send(&self, outbound: &Outbound) -> Result<Response, Failure> {
        match self {
            Self::Open(open) => open.send(outbound).await,
            Self::Closed(upstreams) => upstreams.answer(outbound.request(), outbound.upstream()).await,
        }
    }
}

/// The ways to the world.
pub(super) struct Open {
    connect_to: Vec<ConnectTo>,
    /// To what `--connect-to` names; the guard is not asked.
    stand_ins: Client,
    proxy: Option<(Proxy, Client)>,
    guard: Guard,
    /// With the guard as its resolver.
    direct: Client,
}

impl Open {
    pub(super) fn new(config: &OutboundConfig) -> Result<Self, String> {
        let (network, identity) = (&config.network, config.identity.as_ref());
        let guard = Guard::new(&config.allow_net);
        let proxied = |proxy: &Proxy| Ok::<_, String>((proxy.clone(), network.proxied(identity)?));
        Ok(Self {
            connect_to: config.connect_to.clone(),
            stand_ins: network.stand_ins(identity)?,
            proxy: network.proxy.as_ref().map(proxied).transpose()?,
            direct: network.direct(identity, guard.clone())?,
            guard,
        })
    }

    async fn send(&self, outbound: &Outbound) -> Result<Response, Failure> {
        let upstream = outbound.upstream();
        let mut request = outbound.request();
        if let Some(redirected) = self.connect_to.iter().find_map(|rule| rule.redirect(&outbound.url)) {
            // A stand-in sees the host that the flow addressed.
            let host = header_value(&upstream, "host")?;
            request.headers_mut().entry(reqwest::header::HOST).or_insert(host);
            *request.url_mut() = redirected;
            return self.stand_ins.execute(request).await.map_err(|error| classify(&error, &upstream));
        }
        self.guard.check_literal(&outbound.url)?;
        let proxied = self.proxy.as_ref().filter(|(proxy, _)| proxy.takes(&outbound.url));
        let Some((proxy, client)) = proxied else {
            return self.direct.execute(request).await.map_err(|error| classify(&error, &upstream));
        };
        let answer = client.execute(request).await.map_err(|error| of_proxy(&error, &upstream, proxy))?;
        // By http the proxy's own answer comes in the upstream's place.
        if answer.status().as_u16() == 407 { Err(unauthorized(&upstream, proxy)) } else { Ok(answer) }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Failure::new(FailureKind::Blocked, refused.to_string())
    }
}
