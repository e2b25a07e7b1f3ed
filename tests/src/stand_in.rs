//! A stand-in for a service that a flow calls.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::http::{Request, read_request};
use crate::wait::{self, PATIENCE};

/// Answers requests on a port of this machine until it is dropped, and remembers them.
pub struct StandIn {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    off: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a stand-in does with a request.
pub struct Reply {
    bytes: Vec<u8>,
    gate: Option<Gate>,
}

impl Reply {
    /// An answer with a body of some type.
    pub fn new(status: u16, content_type: &str, body: &str) -> Self {
        Self::whole(&format!("HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\n"), body)
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", &body.to_string())
    }

    /// An answer of a status alone.
    pub fn status(status: u16) -> Self {
        Self::whole(&format!("HTTP/1.1 {status} X\r\n"), "")
    }

    /// Bytes that may or may not be HTTP; none at all closes the connection.
    pub fn raw(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), gate: None }
    }

    fn whole(head: &str, body: &str) -> Self {
        let length = body.len();
        Self::raw(format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").as_bytes())
    }

    /// Holds the answer back until the gate is opened.
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }
}

/// Holds answers back.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets all answers go.
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let (open, opened) = &*self.0;
        // Whoever waits here longest waits for a program that has been killed by then.
        drop(opened.wait_timeout_while(open.lock().unwrap(), 2 * PATIENCE, |open| !*open).unwrap());
    }
}

impl StandIn {
    /// Starts it on a free port.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", answer)
    }

    /// The same at an address that was free.
    pub fn start_at(address: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let off = Arc::new(AtomicBool::new(false));
        let (seen, is_off) = (Arc::clone(&requests), Arc::clone(&off));
        let answer = Arc::new(answer);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_off.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, answer, stream) = (Arc::clone(&seen), Arc::clone(&answer), stream.unwrap());
                std::thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { address, requests, off, thread: Some(thread) }
    }

    /// One that answers every request with the same JSON.
    pub fn of_json(body: Value) -> Self {
        Self::start(move |_| Reply::json(200, &body))
    }

    /// Its base URL, as `http://127.0.0.1:4711`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until this many requests have come, and returns them.
    pub fn wait_for(&self, count: usize) -> Vec<Request> {
        wait::until(&format!("request {count} at a stand-in"), || {
            Some(self.requests()).filter(|requests| requests.len() >= count)
        })
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.off.store(true, Ordering::SeqCst);
        // The thread waits for a connection, so it gets one.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Reply) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A connection that brings nothing is a probe, or has been given up.
    let Ok(request) = read_request(stream.try_clone().unwrap()) else { return };
    let reply = answer(&request);
    seen.lock().unwrap().push(request);
    if let Some(gate) = reply.gate {
        gate.pass();
    }
    let _ = (&stream).write_all(&reply.bytes);
}

/// A URL of this machine at which nobody listens.
pub fn nobody() -> String {
    // The port was free a moment ago; the system gives others out before it gives this one again.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
