//! External Web Call.

mod address;
mod answer;
mod aws;
mod connect_to;
mod exchange;
mod failure;
mod guard;
mod oauth;
mod quote;
mod redirect;
mod request;
mod retry;
mod route;
mod trial;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

pub(super) use self::answer::Answer;
pub(crate) use self::answer::body::read as read_body;
pub(super) use self::answer::extract::{Wanted, take_plain};
use self::aws::Clocks;
pub(super) use self::aws::error_type;
pub(crate) use self::connect_to::ConnectTo;
pub(super) use self::exchange::Errand;
pub(crate) use self::failure::classify;
use self::oauth::Tokens;
pub(super) use self::oauth::blotted;
pub(crate) use self::oauth::{Token, knowing_client};
pub(super) use self::quote::quoted;
use self::request::Outbound;
pub(crate) use self::route::{Answering, Upstreams};
use self::route::{Open, Routes};
pub(crate) use self::trial::{Prepared, Seen, Trial};
pub(crate) use self::trouble::Trouble;
use crate::config::OutboundConfig;
use crate::flow::{Call, Failure, FailureKind, Fault};
use crate::metrics::StepKind;
use crate::run_id::RunId;
use crate::value::Values;

/// Carries web calls out.
pub(crate) struct WebCaller {
    routes: Arc<Routes>,
    tokens: Tokens,
    clocks: Clocks,
    /// The largest answer that is read, in bytes: as it comes, and decoded.
    limit: usize,
}

impl WebCaller {
    /// # Errors
    ///
    /// A sentence, if TLS cannot be set up.
    pub(crate) fn new(config: &OutboundConfig) -> Result<Self, String> {
        Ok(Self::on(Routes::Open(Box::new(Open::new(config)?)), config.max_response))
    }

    /// One whose requests never leave the program. `limit` is that of [`OutboundConfig::max_response`].
    pub(crate) fn closed(upstreams: Arc<dyn Upstreams>, limit: usize) -> Self {
        Self::on(Routes::Closed(upstreams), limit)
    }

    fn on(routes: Routes, limit: usize) -> Self {
        Self { routes: Arc::new(routes), tokens: Tokens::default(), clocks: Clocks::default(), limit }
    }

    /// The answer to a request that is a part of a step, whatever its status, with its body. `spent` takes the tokens that
    /// it was made with.
    pub(super) async fn ask(
        &self,
        errand: Errand,
        call: &Call,
        traceparent: Option<String>,
        spent: &mut Vec<Token>,
    ) -> Result<Answer, Failure> {
        let outbound = Outbound::of(call, traceparent)?;
        self.exchange(errand, call, &outbound, |_| true, spent).await
    }

    /// Does the whole exchange within the call's timeout and takes the response variables out.
    pub(crate) async fn carry_out(
        &self,
        run: RunId,
        call: Call,
        traceparent: Option<String>,
    ) -> Result<Result<Values, Failure>, Fault> {
        let wanted = Wanted::of(call.bindings)?;
        Ok(self.values(run, &call, traceparent, &wanted).await)
    }

    async fn values(
        &self,
        run: RunId,
        call: &Call,
        traceparent: Option<String>,
        wanted: &[Wanted],
    ) -> Result<Values, Failure> {
        let errand = Errand::begins(run, StepKind::Call, call.timeout);
        let outbound = Outbound::of(call, traceparent)?;
        let read_body = |status: u16| (200..300).contains(&status) && wanted.iter().any(Wanted::needs_body);
        let mut spent = Vec::new();
        let answer = self.exchange(errand, call, &outbound, read_body, &mut spent).await;
        let values = answer.and_then(|answer| match answer.failure() {
            Some(failure) => Err(failure),
            None => answer.take(wanted),
        });
        values.map_err(|failure| blotted(failure, &spent))
    }
}

/// The failure of an exchange whose time was up.
pub(super) fn late(upstream: &str, limit: Duration) -> Failure {
    let told = format!("there was no whole answer from {upstream} within {} s", limit.as_secs());
    Failure::new(FailureKind::Timeout, told)
}
