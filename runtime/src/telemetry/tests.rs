#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::client::Network;
use crate::clock::Time;
use crate::engine::journal::{Conversation, Place};
use crate::flow::Program;
use crate::metrics::Moment;
use crate::server::connection;
use crate::value::{Phone, Url};

static PROGRAM: Program = Program::TEST;

fn client() -> reqwest::Client {
    Network::default().client().unwrap()
}

/// A collector that first refuses as often as it is told.
#[derive(Default)]
struct Collector {
    refuse: AtomicUsize,
    with: Mutex<Option<StatusCode>>,
    took: Mutex<Vec<(HeaderMap, Value)>>,
    rejects: Mutex<Option<&'static str>>,
}

impl Collector {
    async fn listen(self: &Arc<Self>) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/v1/traces", listener.local_addr().unwrap())).unwrap();
        let collector = Arc::clone(self);
        let take = async move |headers: HeaderMap, body: Bytes| {
            if collector.refuse.load(Ordering::SeqCst) > 0 {
                collector.refuse.fetch_sub(1, Ordering::SeqCst);
                let status = collector.with.lock().unwrap().unwrap();
                return (status, [("retry-after", "0")]).into_response();
            }
            collector.took.lock().unwrap().push((headers, serde_json::from_slice(&body).unwrap()));
            collector.rejects.lock().unwrap().unwrap_or("{}").into_response()
        };
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move {
            let (_keep, stopped) = tokio::sync::watch::channel(false);
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection::serve(stream, router.clone(), stopped.clone(), None));
            }
        });
        url
    }

    fn spans(&self) -> Vec<Value> {
        let took = self.took.lock().unwrap();
        let of = |value: &Value| value["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
        took.iter().flat_map(|(_, value)| of(value)).collect()
    }
}

fn config(endpoint: Url, ratio: f64) -> TelemetryConfig {
    TelemetryConfig {
        endpoint,
        headers: vec![("x-token".to_owned(), "t".to_owned())],
        resource: vec![("service.name".to_owned(), "weather".to_owned())],
        timeout: Duration::from_secs(5),
        ratio,
        delay: Duration::from_secs(5),
    }
}

fn counted(metrics: &Metrics, name: &str) -> String {
    let text = metrics.render(&Moment { counts: None, in_flight: 0, ready: true });
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_run_is_one_trace() {
    block_on(async {
        let collector = Arc::new(Collector::default());
        let metrics = Arc::new(Metrics::new(&PROGRAM, "memory"));
        let tracer = Tracer::start(Some(config(collector.listen().await, 1.0)), &client(), &metrics);
        let run = RunId::new();
        let mut first = tracer.run(run, true, 3);
        let call = first.step(StepKind::Call, 9);
        let traceparent = call.traceparent().unwrap();
        call.end(StepOutcome::Status, Some(503));
        let own = Phone::literal("+13055550100");
        let conversation = Conversation { person: own.clone(), own };
        let place = Place { name: "ask \"?\"".to_owned(), line: 12 };
        first.rests(&Phase::Asked { place, conversation, until: Time::now() });
        drop(first);
        let mut second = tracer.run(run, false, 3);
        second.step(StepKind::Reply, 12).end(StepOutcome::Ok, None);
        let (kind, reason) = ("status".to_owned(), "canary".to_owned());
        second.rests(&Phase::Ended(Ended::Failed { line: 9, kind, reason }));
        drop(second);
        tracer.flush(SOON).await;

        let took = collector.took.lock().unwrap().clone();
        assert_eq!(
            (took[0].0["x-token"].as_bytes(), &took[0].0["content-type"]),
            (&b"t"[..], &"application/json".parse().unwrap())
        );
        let resource = &took[0].1["resourceSpans"][0]["resource"]["attributes"][0];
        assert_eq!((&resource["key"], &resource["value"]["stringValue"]), (&"service.name".into(), &"weather".into()));
        assert!(!took[0].1.to_string().contains("canary"));
        let spans = collector.spans();
        let trace = run.to_string().replace('-', "");
        assert!(spans.len() == 4 && spans.iter().all(|span| span["traceId"] == *trace), "{spans:#?}");
        let (call, part, reply, later) = (&spans[0], &spans[1], &spans[2], &spans[3]);
        assert_eq!(traceparent, format!("00-{trace}-{}-01", call["spanId"].as_str().unwrap()));
        assert_eq!(call["parentSpanId"], part["spanId"]);
        assert_eq!((&call["name"], &call["kind"]), (&"call (line 9)".into(), &3.into()));
        assert_eq!((&call["status"]["code"], &call["status"]["message"]), (&2.into(), &"status".into()));
        assert_eq!(call["attributes"][1]["value"]["intValue"], "9");
        assert_eq!(call["attributes"][4]["value"]["intValue"], "503");
        assert!(part.get("parentSpanId").is_none() && part.get("status").is_none(), "{part}");
        assert_eq!(part["attributes"][2]["value"]["stringValue"], "asked");
        assert_eq!((&reply["parentSpanId"], &later["parentSpanId"]), (&later["spanId"], &part["spanId"]));
        assert_eq!(later["status"]["message"], "failed");
        let nanoseconds = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
        for span in &spans {
            assert!(nanoseconds(span, "startTimeUnixNano") <= nanoseconds(span, "endTimeUnixNano"));
        }
        assert_eq!(counted(&metrics, "flow_trace_spans_exported_total "), "4");
    });
}

#[test]
fn a_collector_may_be_busy() {
    block_on(async {
        let collector = Arc::new(Collector::default());
        collector.refuse.store(2, Ordering::SeqCst);
        *collector.with.lock().unwrap() = Some(StatusCode::SERVICE_UNAVAILABLE);
        *collector.rejects.lock().unwrap() = Some("{\"partialSuccess\":{\"rejectedSpans\":\"1\"}}");
        let metrics = Arc::new(Metrics::new(&PROGRAM, "memory"));
        let tracer = Tracer::start(Some(config(collector.listen().await, 1.0)), &client(), &metrics);
        let span = tracer.run(RunId::new(), true, 1);
        span.step(StepKind::Sms, 2).end(StepOutcome::Ok, None);
        drop(span);
        tracer.flush(SOON).await;
        assert_eq!(collector.spans().len(), 2);
        assert_eq!(counted(&metrics, "flow_trace_spans_exported_total "), "1");
        assert_eq!(counted(&metrics, "flow_trace_spans_dropped_total "), "1");
        // What cannot be mended is not tried again.
        collector.refuse.store(1, Ordering::SeqCst);
        *collector.with.lock().unwrap() = Some(StatusCode::BAD_REQUEST);
        drop(tracer.run(RunId::new(), true, 1));
        tracer.flush(SOON).await;
        assert_eq!(counted(&metrics, "flow_trace_spans_dropped_total "), "2");
    });
}

#[test]
fn nobody_waits_for_a_collector() {
    block_on(async {
        let metrics = Arc::new(Metrics::new(&PROGRAM, "memory"));
        // Nothing takes what is written there, as long as this test runs.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let tracer = Tracer::start(Some(config(url, 1.0)), &client(), &metrics);
        for _ in 0..5_000 {
            drop(tracer.run(RunId::new(), true, 1));
        }
        let dropped: u64 = counted(&metrics, "flow_trace_spans_dropped_total ").parse().unwrap();
        assert_eq!(dropped, 5_000 - 2_048);
        let started = std::time::Instant::now();
        tracer.flush(Duration::from_millis(100)).await;
        assert!(started.elapsed() < Duration::from_secs(2));
    });
}

#[test]
fn a_ratio_of_runs_is_traced() {
    block_on(async {
        let metrics = Arc::new(Metrics::new(&PROGRAM, "memory"));
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        let tracer = Tracer::start(Some(config(url.clone(), 0.25)), &client(), &metrics);
        let runs: Vec<RunId> = (0..4_000).map(|_| RunId::new()).collect();
        let traced = |run: &&RunId| tracer.run(**run, true, 1).step(StepKind::Sms, 2).traceparent().is_some();
        let taken = runs.iter().filter(traced).count();
        assert!((800..1_200).contains(&taken), "{taken}");
        assert!(runs.iter().all(|run| traced(&run) == traced(&run)));
        let none = Tracer::start(Some(config(url, 0.0)), &client(), &metrics);
        assert!(runs.iter().all(|run| none.run(*run, true, 1).0.is_none()));
        assert!(Tracer::default().run(runs[0], true, 1).0.is_none());
    });
}
