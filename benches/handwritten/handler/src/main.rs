//! The weather hotline by hand, on axum and reqwest: a text is answered with 202 at once, and a task asks for the
//! forecast and puts the message into an outbox.
//!
//! What it does as a flow's binary does: two worker threads, one pooled client with the same TLS, a bound on what is under
//! way with 503 beyond it, the timeout of the call, the apology where it fails, and (`LOG=info`) four lines of JSON a
//! message with the same members. What it does not: nothing is stored, a text that comes twice is answered twice, texts
//! of one person overtake each other, no number, URL or size is checked, and nothing is counted, traced or drained.

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Messages that are kept, as the simulator keeps them.
const OUTBOX: usize = 1_000;

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
struct Text {
    from: String,
    to: String,
    #[serde(rename = "body")]
    _body: String,
}

#[derive(Serialize)]
struct Message {
    run: u64,
    from: String,
    to: String,
    body: String,
}

struct Shop {
    client: Client,
    /// Of the forecast.
    url: String,
    log: bool,
    slots: Arc<Semaphore>,
    runs: AtomicU64,
    ended: AtomicU64,
    outbox: Mutex<VecDeque<Message>>,
}

/// `handler URL MAX_RUNS`
fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("the forecast's URL is missing")?;
    let most = arguments.next().ok_or("the bound is missing")?.parse()?;
    let log = std::env::var_os("LOG").is_some_and(|level| level == "info");
    let shop = Arc::new(Shop {
        client: client()?,
        url,
        log,
        slots: Arc::new(Semaphore::new(most)),
        runs: AtomicU64::new(0),
        ended: AtomicU64::new(0),
        outbox: Mutex::default(),
    });
    let router = Router::new()
        .route("/simulator/sms", post(receive))
        .route("/simulator/outbox", get(outbox))
        .route("/ended", get(async |State(shop): State<Arc<Shop>>| shop.ended.load(Ordering::Relaxed).to_string()))
        .with_state(shop);
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        println!("ready on http://{}", listener.local_addr()?);
        Ok(axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), router)
            .await?)
    })
}

/// As a flow's binary has it.
fn client() -> Result<Client, Failed> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder =
        Client::builder().tls_backend_preconfigured(tls).no_proxy().redirect(reqwest::redirect::Policy::none());
    Ok(builder.pool_idle_timeout(Duration::from_secs(30)).build()?)
}

async fn outbox(State(shop): State<Arc<Shop>>) -> Response {
    let outbox = shop.outbox.lock().unwrap_or_else(PoisonError::into_inner);
    answer(StatusCode::OK, &*outbox)
}

async fn receive(State(shop): State<Arc<Shop>>, body: Bytes) -> Response {
    let text: Text = match serde_json::from_slice(&body) {
        Ok(text) => text,
        Err(error) => return answer(StatusCode::BAD_REQUEST, &json!({ "errors": [error.to_string()] })),
    };
    let Ok(slot) = Arc::clone(&shop.slots).try_acquire_owned() else {
        return answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "errors": ["too many"] }));
    };
    let run = shop.runs.fetch_add(1, Ordering::Relaxed);
    let person: String = text.from.chars().rev().take(4).collect();
    shop.tell(|| json!({ "message": "run accepted", "run": run, "line": 4, "person": person }));
    tokio::spawn(reply(shop, run, text, slot));
    answer(StatusCode::ACCEPTED, &json!({ "run": run }))
}

async fn reply(shop: Arc<Shop>, run: u64, text: Text, _slot: OwnedSemaphorePermit) {
    let started = Instant::now();
    let step = |step: &str, line: u32, outcome: &str, since: Instant| {
        let ms = since.elapsed().as_millis() as u64;
        shop.tell(
            || json!({ "message": "step", "run": run, "line": line, "step": step, "outcome": outcome, "ms": ms }),
        );
    };
    let body = match shop.forecast().await {
        Ok(told) => {
            step("call", 5, "ok", started);
            told
        }
        Err(_) => {
            step("call", 5, "fail", started);
            "We apologize for the inconvenience, but we couldn't complete your request at this time. \
             Please try again later."
                .to_owned()
        }
    };
    let sent = Instant::now();
    {
        let mut outbox = shop.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        if outbox.len() == OUTBOX {
            outbox.pop_front();
        }
        outbox.push_back(Message { run, from: text.to, to: text.from, body });
    }
    step("sms", 10, "ok", sent);
    let ms = started.elapsed().as_millis() as u64;
    shop.tell(|| json!({ "message": "run ended", "run": run, "outcome": "completed", "ms": ms }));
    shop.ended.fetch_add(1, Ordering::Relaxed);
}

impl Shop {
    async fn forecast(&self) -> Result<String, Failed> {
        let request = self.client.get(&self.url).header("User-Agent", "seaside-hotel (ops@seaside.example)");
        let answer = request.timeout(Duration::from_secs(10)).send().await?.error_for_status()?;
        let forecast: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let period = forecast.pointer("/properties/periods/0").ok_or("no period")?;
        let of = |name: &str| period.get(name).ok_or("a value is missing");
        let text = |name: &str| of(name)?.as_str().ok_or("a value is no text");
        let (temp, winds, forecast) = (of("temperature")?, text("windSpeed")?, text("detailedForecast")?);
        Ok(format!("It's currently {temp} F with {winds} winds. {forecast} Enjoy your stay!"))
    }

    /// Writes a line of the log.
    fn tell(&self, event: impl FnOnce() -> Value) {
        if self.log {
            let mut line = event();
            line["level"] = "INFO".into();
            line["time"] = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64().into();
            let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
        }
    }
}

fn answer(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
