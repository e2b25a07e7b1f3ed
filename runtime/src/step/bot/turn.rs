//! One turn, as far as every bot's is the same.

use tokio::time::Instant;

use super::words;
use crate::flow::{Auth, Body, Call, Failure, FailureKind, JsonBody, Method, Talk};
use crate::metrics::StepKind;
use crate::run_id::RunId;
use crate::step::web_call::{Answer, Errand, Token, WebCaller, blotted, quoted};
use crate::value::Json;

/// A turn that is being carried out.
pub(super) struct Turn<'a> {
    web: &'a WebCaller,
    talk: &'a Talk,
    errand: Errand,
    traceparent: Option<String>,
    /// The tokens that its requests were made with.
    spent: Vec<Token>,
}

/// A request of a turn. Each is a POST of JSON.
pub(super) struct Post {
    /// Absolute URL.
    pub(super) url: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) auth: Auth,
    pub(super) body: JsonBody,
}

impl<'a> Turn<'a> {
    /// Its time begins now.
    pub(super) fn begin(web: &'a WebCaller, run: RunId, talk: &'a Talk, traceparent: Option<String>) -> Self {
        let errand = Errand::begins(run, StepKind::Bot, talk.timeout);
        Self { web, talk, errand, traceparent, spent: Vec::new() }
    }

    /// When its time is up.
    pub(super) fn deadline(&self) -> Instant {
        self.errand.deadline
    }

    /// The turn's words as bots take them, at most `longest` characters.
    pub(super) fn words(&self, longest: usize) -> Result<String, Failure> {
        words::fit(&self.talk.words, self.talk.bot.name(), longest)
    }

    /// The answer to a request, whatever its status.
    pub(super) async fn post(&mut self, post: Post) -> Result<Answer, Failure> {
        let Post { url, query, auth, body } = post;
        let Talk { line, timeout, retries, .. } = *self.talk;
        let call = Call {
            line,
            method: Method::Post,
            url,
            query,
            headers: vec![("accept", "application/json".to_owned())],
            auth: Some(auth),
            timeout,
            retries,
            body: Some(Body::Json(body)),
            bindings: &[],
        };
        self.web.ask(self.errand, &call, self.traceparent.clone(), &mut self.spent).await
    }

    /// The failure without the turn's tokens: a service may echo what it was sent.
    pub(super) fn blotted(&self, failure: Failure) -> Failure {
        blotted(failure, &self.spent)
    }
}

/// The body of a good answer; of any other a failure that quotes what the service `says` of it.
pub(super) fn body(answer: &Answer, says: impl Fn(&Answer) -> Option<String>) -> Result<Json, Failure> {
    match answer.failure() {
        None => answer.json(),
        Some(failure) => Err(match says(answer) {
            Some(words) => Failure { message: format!("{}{}", failure.message, quoted(&words)), ..failure },
            None => failure,
        }),
    }
}

/// An answer that is not what its vendor says its answers are.
pub(super) fn misread(answer: &Answer, why: &str) -> Failure {
    Failure::new(FailureKind::Response, why).with_status(answer.status)
}
