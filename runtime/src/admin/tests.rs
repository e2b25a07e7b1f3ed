#![allow(clippy::unwrap_used)]
use super::*;

use std::pin::Pin;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::engine::journal::{Arrival, Counts};
use crate::engine::{Accepting, Refusal};
use crate::flow::Step;

#[derive(Default)]
struct Standing {
    problem: Mutex<Option<String>>,
}

impl Engine for Standing {
    fn accept(&self, _: Arrival, _: Option<Step>) -> Accepting<'_> {
        Box::pin(async { Err(Refusal::Stopping) })
    }

    fn unready(&self) -> Option<String> {
        self.problem.lock().unwrap().clone()
    }

    fn in_flight(&self) -> usize {
        3
    }

    fn drain(&self, _: Duration) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async { 0 })
    }

    fn counts(&self) -> Pin<Box<dyn Future<Output = Option<Counts>> + Send + '_>> {
        Box::pin(async { Some(Counts { asked: 2, ..Counts::default() }) })
    }
}

static PROGRAM: Program = Program::TEST;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn get_from(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[test]
fn operators_are_answered() {
    block_on(async {
        let standing = Arc::new(Standing::default());
        let engine: Arc<dyn Engine> = Arc::clone(&standing) as _;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let metrics = Arc::new(Metrics::new(&PROGRAM, "memory"));
        let readiness = Readiness::of(&PROGRAM, &engine);
        let task = tokio::spawn(listen(listener, router(Arc::clone(&readiness), metrics)));
        let told = get_from(address, "/metrics").await;
        assert!(told.starts_with("HTTP/1.1 200 OK") && told.contains("text/plain; version=0.0.4"), "{told}");
        for line in ["flow_runs{status=\"asked\"} 2\n", "flow_runs_in_flight 3\n", "flow_ready 1\n"] {
            assert!(told.contains(line), "{told}");
        }
        let told = get_from(address, "/readyz").await;
        assert!(told.ends_with("\r\n\r\nready") && told.contains("x-flow-name: Test\r\n"), "{told}");
        *standing.problem.lock().unwrap() = Some("the journal cannot be written: /a: disk full".to_owned());
        let told = get_from(address, "/readyz").await;
        assert!(
            told.starts_with("HTTP/1.1 503")
                && told.contains("/a: disk full")
                && told.contains("x-flow-identity: 01234"),
            "{told}"
        );
        assert!(get_from(address, "/healthz").await.starts_with("HTTP/1.1 200"));
        assert!(get_from(address, "/metrics").await.contains("flow_ready 0\n"));
        assert!(get_from(address, "/").await.starts_with("HTTP/1.1 404"));
        *standing.problem.lock().unwrap() = None;
        assert!(get_from(address, "/readyz").await.ends_with("\r\n\r\nready"));
        readiness.stop();
        assert!(get_from(address, "/readyz").await.contains("\"not ready: it is stopping\""));
        task.abort();
    });
}

#[test]
fn not_everybody_is_told_why() {
    block_on(async {
        let standing = Arc::new(Standing::default());
        *standing.problem.lock().unwrap() = Some("the journal cannot be written: /a: disk full".to_owned());
        let engine: Arc<dyn Engine> = standing;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(listen(listener, probes(&Readiness::of(&PROGRAM, &engine))));
        let told = get_from(address, "/readyz").await;
        assert!(told.contains("\"not ready: the journal cannot be written\""), "{told}");
        task.abort();
    });
}

#[test]
fn an_address_that_is_asked_for_must_be_free() {
    block_on(async {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = AdminConfig::At(taken.local_addr().unwrap());
        let told = Door::bind(at).await.unwrap_err();
        assert!(told.starts_with("--admin 127.0.0.1:"), "{told}");
        assert!(Door::bind(AdminConfig::Off).await.unwrap().0.is_none());
    });
}
