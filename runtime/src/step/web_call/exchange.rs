//! One exchange with an upstream: a token if one is needed, the request, redirects, retries, the answer.

use std::time::Duration;

use tokio::time::Instant;
use tracing::info;

use super::WebCaller;
use super::answer::{Answer, Reached, with_option};
use super::oauth::{Client, Token, blotted};
use super::request::Outbound;
use super::retry::{Next, Retries};
use super::{late, redirect, request};
use crate::flow::{Auth, Call, Failure};
use crate::logging::masked;
use crate::metrics::StepKind;
use crate::run_id::RunId;

/// On whose behalf an exchange takes place, and how long it may take.
#[derive(Clone, Copy)]
pub(in crate::step) struct Errand {
    pub(in crate::step) run: RunId,
    /// For logs.
    step: StepKind,
    /// When the time is up.
    pub(in crate::step) deadline: Instant,
}

impl Errand {
    /// Of a step whose time begins now and takes so many seconds.
    pub(in crate::step) fn begins(run: RunId, step: StepKind, timeout: u32) -> Self {
        Self { run, step, deadline: Instant::now() + Duration::from_secs(timeout.into()) }
    }
}

impl WebCaller {
    /// The answer to a call, whatever its status, if it came within the errand's time. Its body is read if `read_body` says so
    /// of the status, and is else empty. `spent` takes the tokens that it was made with: what is shown of the answer must
    /// not hold one.
    pub(super) async fn exchange(
        &self,
        errand: Errand,
        call: &Call,
        outbound: &Outbound,
        read_body: impl Fn(u16) -> bool,
        spent: &mut Vec<Token>,
    ) -> Result<Answer, Failure> {
        let exchange = self.attempts(errand, call, outbound, &read_body, spent);
        tokio::time::timeout_at(errand.deadline, exchange).await.unwrap_or_else(|_| {
            // Until there is a token, it is the token's server that is waited for.
            let server = call.auth.as_ref().filter(|_| spent.is_empty()).and_then(Client::of);
            let server = server.and_then(|client| client.upstream());
            let limit = Duration::from_secs(call.timeout.into());
            Err(late(&server.unwrap_or_else(|| outbound.upstream()), limit))
        })
    }

    async fn attempts(
        &self,
        errand: Errand,
        call: &Call,
        outbound: &Outbound,
        read_body: &impl Fn(u16) -> bool,
        spent: &mut Vec<Token>,
    ) -> Result<Answer, Failure> {
        let mut retries = Retries::new(call.retries, errand.deadline);
        loop {
            let answer = self.attempt(call, outbound, read_body, spent).await;
            let next = retries.next(&answer);
            let tell = |outcome: &str, pause: Duration| {
                let failure = answer.as_ref().map_or_else(|failure| Some(failure.clone()), Answer::failure);
                let Some(failure) = failure else { return };
                let Failure { kind, status, message } = blotted(failure, spent);
                let (line, ms) = (call.line, u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
                let (attempt, reason) = (retries.attempt, masked(&message));
                let (run, step) = (errand.run, errand.step.as_str());
                info!(%run, line, step, outcome, attempt, %kind, status, reason, ms, "step");
            };
            match next {
                Next::Nothing => return answer,
                Next::TooLate(pause) => {
                    tell("stands", pause);
                    return answer;
                }
                Next::Again(pause) => {
                    tell("again", pause);
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// One request, with its redirects; and with a token, another one if the token was refused.
    async fn attempt(
        &self,
        call: &Call,
        outbound: &Outbound,
        read_body: &impl Fn(u16) -> bool,
        spent: &mut Vec<Token>,
    ) -> Result<Answer, Failure> {
        if let Some(Auth::Aws(keys)) = &call.auth {
            return self.signed(outbound, keys, read_body).await;
        }
        let Some(client) = call.auth.as_ref().and_then(Client::of) else {
            return self.read(self.follow(outbound).await?, read_body).await;
        };
        let token = self.tokens.get(&self.routes, &client).await?;
        let reached = self.follow(&bearing(outbound, &token, spent)?).await?;
        // A redirect to elsewhere leaves the token behind, so what is refused there is not the token.
        let was_shown = reached.url.origin() == outbound.url.origin();
        if !was_shown || reached.response.status().as_u16() != 401 {
            return self.read(reached, read_body).await;
        }
        // It may have been withdrawn before its time; what refuses the next one, too, means the client.
        self.tokens.refused(&client, &token);
        let token = self.tokens.get(&self.routes, &client).await?;
        self.read(self.follow(&bearing(outbound, &token, spent)?).await?, read_body).await
    }

    /// Sends a request, and goes where its answer points to.
    async fn follow(&self, outbound: &Outbound) -> Result<Reached, Failure> {
        let mut hops = 0;
        let mut response = self.routes.send(outbound).await?;
        let mut redirected: Option<Outbound> = None;
        loop {
            let asked = redirected.as_ref().unwrap_or(outbound);
            let Some(next) = redirect::next(asked, &response, hops)? else {
                return Ok(Reached { response, url: asked.url.clone() });
            };
            let sent = self.routes.send(&next).await;
            response = sent.map_err(|failure| redirect::pointed_by(&asked.upstream(), failure))?;
            redirected = Some(next);
            hops += 1;
        }
    }

    pub(super) async fn read(&self, reached: Reached, read_body: &impl Fn(u16) -> bool) -> Result<Answer, Failure> {
        let wanted = read_body(reached.response.status().as_u16());
        Answer::read(reached, wanted, self.limit).await.map_err(with_option)
    }
}

fn bearing(outbound: &Outbound, token: &Token, spent: &mut Vec<Token>) -> Result<Outbound, Failure> {
    spent.push(token.clone());
    request::with_bearer(outbound, token.as_str())
}
