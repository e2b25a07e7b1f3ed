//! Calls to AWS: each of their requests is signed.

mod clocks;
mod sigv4;

use serde_json::Value;

pub(super) use self::clocks::Clocks;
use super::WebCaller;
use super::answer::{Answer, Reached};
use super::request::Outbound;
use crate::clock::Time;
use crate::flow::{Aws, Failure};

impl WebCaller {
    /// One request, signed; and another one, if it was refused because our clock is wrong.
    ///
    /// No redirect is followed: a signature is for one host, and AWS sends nobody elsewhere.
    pub(super) async fn signed(
        &self,
        outbound: &Outbound,
        keys: &Aws,
        read_body: &impl Fn(u16) -> bool,
    ) -> Result<Answer, Failure> {
        let host = outbound.upstream();
        let now = self.clocks.now(&host);
        let answer = self.signed_at(now, outbound, keys, read_body).await?;
        if !self.clocks.set_by(&host, &answer, now) {
            return Ok(answer);
        }
        self.signed_at(self.clocks.now(&host), outbound, keys, read_body).await
    }

    async fn signed_at(
        &self,
        now: Time,
        outbound: &Outbound,
        keys: &Aws,
        read_body: &impl Fn(u16) -> bool,
    ) -> Result<Answer, Failure> {
        let signed = sigv4::signed(outbound, keys, now)?;
        let response = self.routes.send(&signed).await?;
        self.read(Reached { response, url: outbound.url.clone() }, read_body).await
    }
}

/// What kind of error an answer of AWS tells of: `ThrottlingException`. A header has it, or a member of the body ("Operation
/// error serialization" of the AWS restJson1 protocol in Smithy).
pub(in crate::step) fn error_type(answer: &Answer) -> Option<String> {
    if answer.status < 400 {
        return None;
    }
    let header = answer.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let told = header.or_else(|| {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        ["__type", "code"].into_iter().find_map(|name| body.get(name)?.as_str().map(str::to_owned))
    })?;
    // `aws.example#ThrottlingException:http://…`
    let name = told.split(':').next()?.rsplit('#').next()?.trim().to_owned();
    Some(name).filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
