//! Sends spans to a collector, several at a time, and never holds a run up.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use super::{Span, otlp};
use crate::config::TelemetryConfig;
use crate::metrics::Metrics;
use crate::run_id::RunId;

/// Spans that wait to be sent, and how many are sent at once: the defaults of OpenTelemetry's batch processor.
const QUEUE: usize = 2_048;
const BATCH: usize = 512;

/// How often a batch is sent, and the pause before the second time; it doubles each time.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause that a collector may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The way to the collector.
#[derive(Debug)]
pub(super) struct Exporter {
    queue: mpsc::Sender<Job>,
    /// Of 2^56.
    threshold: u64,
    metrics: Arc<Metrics>,
}

#[derive(Debug)]
enum Job {
    Tell(Box<Span>),
    /// All before it is to be sent now.
    Flush(oneshot::Sender<()>),
}

impl Exporter {
    pub(super) fn start(config: TelemetryConfig, client: Client, metrics: Arc<Metrics>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let threshold = threshold(config.ratio);
        let mut headers = HeaderMap::new();
        for (name, value) in &config.headers {
            match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                (Ok(name), Ok(mut value)) => {
                    value.set_sensitive(true);
                    headers.insert(name, value);
                }
                _ => warn!(header = name, "this header of OTEL_EXPORTER_OTLP_HEADERS cannot be sent"),
            }
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let worker = Worker { client, headers, config, metrics: Arc::clone(&metrics), failing: false };
        tokio::spawn(worker.work(jobs));
        Self { queue, threshold, metrics }
    }

    /// Whether this run is traced: the same wherever and whenever it is gone on with ("Probability Sampling": the last
    /// 56 bits of the trace's id are its randomness).
    pub(super) fn takes(&self, run: RunId) -> bool {
        run.as_u128() & 0x00ff_ffff_ffff_ffff >= u128::from(self.threshold)
    }

    /// Sends a span with others, or throws it away if too many wait.
    pub(super) fn send(&self, span: Span) {
        if self.queue.try_send(Job::Tell(Box::new(span))).is_err() {
            self.metrics.spans_dropped(1);
        }
    }

    pub(super) async fn flush(&self) {
        let (flushed, done) = oneshot::channel();
        if self.queue.send(Job::Flush(flushed)).await.is_ok() {
            let _ = done.await;
        }
    }
}

/// Runs whose randomness is below this are not traced.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn threshold(ratio: f64) -> u64 {
    ((1.0 - ratio) * 2_f64.powi(56)) as u64
}

struct Worker {
    client: Client,
    headers: HeaderMap,
    config: TelemetryConfig,
    metrics: Arc<Metrics>,
    /// The last batch was lost; told once.
    failing: bool,
}

/// Why a batch was not taken.
struct Refused {
    why: String,
    /// Whether it may be taken later, and after which time if the collector said so.
    later: Option<Option<Duration>>,
}

impl Worker {
    async fn work(mut self, mut jobs: mpsc::Receiver<Job>) {
        loop {
            let (mut spans, mut flushed) = (Vec::new(), Vec::new());
            let Some(first) = jobs.recv().await else { return };
            let full = async {
                let mut job = Some(first);
                loop {
                    match job {
                        Some(Job::Tell(span)) => spans.push(*span),
                        Some(Job::Flush(done)) => flushed.push(done),
                        None => break,
                    }
                    if spans.len() >= BATCH || !flushed.is_empty() {
                        break;
                    }
                    job = jobs.recv().await;
                }
            };
            // What was received by then is in `spans`.
            let _ = tokio::time::timeout(self.config.delay, full).await;
            if !spans.is_empty() {
                self.tell(&spans).await;
            }
            for done in flushed {
                let _ = done.send(());
            }
        }
    }

    /// Sends a batch, again and again if that may help, and counts what became of it.
    async fn tell(&mut self, spans: &[Span]) {
        let body = otlp::request(&self.config.resource, spans).to_string();
        let mut pause = PAUSE;
        let mut attempt = 1;
        let refused = loop {
            match self.send(body.clone()).await {
                Ok(rejected) => {
                    let rejected = rejected.min(spans.len());
                    self.metrics.spans_dropped(rejected);
                    self.metrics.spans_exported(spans.len() - rejected);
                    if std::mem::take(&mut self.failing) {
                        info!("the collector takes traces again");
                    }
                    return;
                }
                Err(Refused { later: Some(after), .. }) if attempt < ATTEMPTS => {
                    tokio::time::sleep(after.unwrap_or(pause).min(LONGEST_PAUSE)).await;
                    pause *= 2;
                    attempt += 1;
                }
                Err(refused) => break refused,
            }
        };
        self.metrics.spans_dropped(spans.len());
        if !std::mem::replace(&mut self.failing, true) {
            warn!(blame = "upstream", reason = refused.why, "the collector does not take traces; they are thrown away");
        }
    }

    /// Gives how many spans the collector did not want.
    async fn send(&self, body: String) -> Result<usize, Refused> {
        let request = self
            .client
            .post(self.config.endpoint.as_str())
            .headers(self.headers.clone())
            .timeout(self.config.timeout)
            .body(body);
        let answer = request.send().await.map_err(|error| {
            // The URL may hold a token.
            Refused { why: error.without_url().to_string(), later: Some(None) }
        })?;
        let status = answer.status();
        if !status.is_success() {
            let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            // The list of the specification; no other answer gets better by sending again.
            let passes = [
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::BAD_GATEWAY,
                StatusCode::SERVICE_UNAVAILABLE,
                StatusCode::GATEWAY_TIMEOUT,
            ];
            let later = passes.contains(&status).then(|| after.map(Duration::from_secs));
            return Err(Refused { why: format!("it answered {status}"), later });
        }
        Ok(rejected(answer).await)
    }
}

/// `partialSuccess` of an answer, which counts only where it is short and understood.
async fn rejected(answer: reqwest::Response) -> usize {
    if answer.content_length().is_none_or(|length| length > 64 * 1_024) {
        return 0;
    }
    let Ok(body) = answer.bytes().await else { return 0 };
    let Ok(value) = serde_json::from_slice::<Value>(&body) else { return 0 };
    match value.get("partialSuccess").and_then(|partial| partial.get("rejectedSpans")) {
        // As a 64-bit integer it is a string; some write a number.
        Some(Value::String(digits)) => digits.parse().unwrap_or(0),
        Some(Value::Number(number)) => number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_a_part_of_all_ids() {
        assert_eq!(threshold(1.0), 0);
        assert_eq!(threshold(0.0), 1 << 56);
        assert_eq!(threshold(0.25), 3 << 54);
    }
}
