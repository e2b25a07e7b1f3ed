//! A proxy for HTTP (RFC 9110, 9.3.6; RFC 9112, 3.2.2) that knows one host only: all that it is asked for is there.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::http::{Request, read_request};

/// A running proxy; it ends with the tests.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Proxy {
    /// Lets all through to this address.
    pub fn to(target: SocketAddr) -> Self {
        Self::start(move |stream, request| through(stream, request, target))
    }

    /// Answers everything with these bytes.
    pub fn refusing(answer: &'static str) -> Self {
        Self::start(move |mut stream, _| stream.write_all(answer.as_bytes()))
    }

    fn start(serve: impl Fn(TcpStream, &Request) -> io::Result<()> + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, requests) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, seen, serve) = (stream.unwrap(), Arc::clone(&seen), serve.clone());
                std::thread::spawn(move || {
                    let Ok(request) = read_request(stream.try_clone().unwrap()) else { return };
                    seen.lock().unwrap().push(request.clone());
                    // Either side may close first.
                    let _ = serve(stream, &request);
                });
            }
        });
        Self { address, requests }
    }

    /// All requests so far, as they came.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn through(mut stream: TcpStream, request: &Request, target: SocketAddr) -> io::Result<()> {
    let mut upstream = TcpStream::connect(target)?;
    if request.method == "CONNECT" {
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    } else {
        let path = request.target.splitn(4, '/').nth(3).unwrap_or_default();
        write!(upstream, "{} /{path} HTTP/1.1\r\n", request.method)?;
        for (name, value) in &request.headers {
            write!(upstream, "{name}: {value}\r\n")?;
        }
        upstream.write_all(&[b"\r\n", &request.body[..]].concat())?;
    }
    let (mut from, mut to) = (stream.try_clone()?, upstream.try_clone()?);
    std::thread::spawn(move || io::copy(&mut from, &mut to));
    io::copy(&mut upstream, &mut stream)?;
    stream.shutdown(std::net::Shutdown::Both)
}
