//! A stand-in for the forecast service, on a port of this machine.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::Duration;

use super::super::http;

/// Answers every request with one body, until it is switched off or dropped.
pub(super) struct StandIn {
    /// Where it listens.
    pub(super) address: SocketAddr,
    requests: Receiver<String>,
    off: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    /// Starts it on a free port.
    pub(super) fn start(body: &'static str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let off = Arc::new(AtomicBool::new(false));
        let (sender, requests) = mpsc::channel();
        let is_off = Arc::clone(&off);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_off.load(Ordering::SeqCst) {
                    return;
                }
                // A peer that goes away has no wish for an answer.
                if let Some(request) = stream.ok().and_then(|stream| serve(&stream, body).ok()) {
                    let _ = sender.send(request);
                }
            }
        });
        Ok(Self { address, requests, off, thread: Some(thread) })
    }

    /// The next request that was answered, as `GET /path`; `None` if there was none.
    pub(super) fn request(&self) -> Option<String> {
        self.requests.try_recv().ok()
    }

    /// Closes the port: whoever connects is refused from now on.
    pub(super) fn switch_off(&mut self) {
        self.off.store(true, Ordering::SeqCst);
        // The thread waits for a connection, so it gets one.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.switch_off();
    }
}

fn serve(stream: &TcpStream, body: &str) -> io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let request = http::read(stream, false)?;
    http::answer(stream, body)?;
    let mut words = request.first_line.split(' ');
    Ok(format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn it_answers_until_it_is_switched_off() {
        let mut service = StandIn::start("{}").unwrap();
        let address = service.address;
        let answer = http::request(address, "GET", "/forecast", None).unwrap();
        assert_eq!((answer.status(), answer.body.as_str()), (200, "{}"));
        service.switch_off();
        assert_eq!(service.request().as_deref(), Some("GET /forecast"));
        assert!(http::request(address, "GET", "/forecast", None).is_err());
    }
}
