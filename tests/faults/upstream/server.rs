//! A service that does to a connection what a script says, byte by byte.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow_tests::wait::PATIENCE;

/// One thing that is done to a connection. When the last is done, it is closed.
#[derive(Clone)]
pub(super) enum Act {
    /// Reads the head of a request. Without it, the request is never read, and the close resets the connection (RST).
    Request,
    /// Sends bytes at once.
    Send(Vec<u8>),
    /// Sends bytes one by one, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Sends the same bytes again and again, until the other side has had enough.
    Endless(Vec<u8>),
    /// Sends no more, and waits until the other side closes.
    HalfClose,
    /// Waits until the other side closes.
    Hold,
}

/// The answer to a request that is heard in full, before the connection is closed.
pub(super) fn answer(bytes: impl Into<Vec<u8>>) -> Vec<Act> {
    vec![Act::Request, Act::Send(bytes.into())]
}

/// The head of a 200 with these lines, and a body behind it, whatever they say of each other.
pub(super) fn ok(lines: &str, body: &[u8]) -> Vec<u8> {
    let lines: String = lines.lines().map(|line| format!("{line}\r\n")).collect();
    [format!("HTTP/1.1 200 OK\r\n{lines}\r\n").as_bytes(), body].concat()
}

/// A 200 of this type, with the right length.
pub(super) fn whole(content_type: &str, body: &[u8]) -> Vec<u8> {
    ok(&format!("Content-Type: {content_type}\nContent-Length: {}\nConnection: close", body.len()), body)
}

/// Serves on a port of this machine, each path by its own script, as long as the process lives.
pub(super) struct Upstream {
    address: SocketAddr,
    sent: Arc<Mutex<HashMap<String, usize>>>,
}

impl Upstream {
    /// Starts it. What a path does that has no script is to close the connection.
    pub(super) fn start(scripts: HashMap<String, Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let sent = Arc::new(Mutex::new(HashMap::new()));
        let (scripts, book) = (Arc::new(scripts), Arc::clone(&sent));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (scripts, book) = (Arc::clone(&scripts), Arc::clone(&book));
                std::thread::spawn(move || {
                    let Ok(path) = wanted(&stream) else { return };
                    let mut count = 0;
                    for act in scripts.get(&path).into_iter().flatten() {
                        // The other side may end it at any time.
                        if perform(act, &stream, &mut count).is_err() {
                            break;
                        }
                    }
                    *book.lock().unwrap().entry(path).or_default() += count;
                });
            }
        });
        Self { address, sent }
    }

    /// Its base URL.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many bytes the other side, or the buffers between, have taken of a path's answers.
    pub(super) fn sent(&self, path: &str) -> Option<usize> {
        self.sent.lock().unwrap().get(path).copied()
    }
}

/// The path that is asked for, without taking the request from the stream.
fn wanted(stream: &TcpStream) -> io::Result<String> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut bytes = [0; 256];
    let read = stream.peek(&mut bytes)?;
    let line = String::from_utf8_lossy(&bytes[..read]).into_owned();
    let path = line.split(' ').nth(1).ok_or(io::ErrorKind::InvalidData)?;
    Ok(path.trim_start_matches('/').to_owned())
}

fn perform(act: &Act, mut stream: &TcpStream, count: &mut usize) -> io::Result<()> {
    let mut send = |bytes: &[u8]| {
        let sent = stream.write_all(bytes);
        *count += bytes.len();
        sent
    };
    match act {
        Act::Request => {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte)?;
                head.push(byte[0]);
            }
            Ok(())
        }
        Act::Send(bytes) => send(bytes),
        Act::Drip(bytes, pause) => bytes.iter().try_for_each(|byte| {
            std::thread::sleep(*pause);
            send(&[*byte])
        }),
        Act::Endless(bytes) => loop {
            send(bytes)?;
        },
        Act::HalfClose => {
            stream.shutdown(Shutdown::Write)?;
            until_closed(stream)
        }
        Act::Hold => until_closed(stream),
    }
}

fn until_closed(mut stream: &TcpStream) -> io::Result<()> {
    io::copy(&mut stream, &mut io::sink()).map(drop)
}
