//! As much HTTP/1.1 (RFC 9112) as the demo and the phone need, on loopback: one request to a connection, with a length or
//! until the end of the stream.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No peer is slower than this: all are on this machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// No message is larger than this.
const LIMIT: u64 = 1 << 24;

/// A request or an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// `GET /path HTTP/1.1`, `HTTP/1.1 200 OK`
    pub first_line: String,
    /// Names and values as they came.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: String,
}

impl Message {
    /// An answer's status; 0 if it has none.
    pub fn status(&self) -> u16 {
        self.first_line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The value of a header.
    pub fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    }
}

/// Sends a request and reads its answer. A body is sent as JSON.
///
/// # Errors
///
/// The peer is not there, or does not answer in time or in HTTP.
pub fn request(to: SocketAddr, method: &str, path: &str, body: Option<&str>) -> io::Result<Message> {
    request_with(to, method, path, &[], body)
}

/// The same, with headers of one's own. A value with a line break, which would be another header, is refused.
///
/// # Errors
///
/// As [`request`].
pub fn request_with(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> io::Result<Message> {
    if headers.iter().any(|(_, value)| value.contains(char::is_control)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a header holds a control character"));
    }
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if let Some(body) = body {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    } else {
        text += "\r\n";
    }
    stream.write_all(text.as_bytes())?;
    // The server closes the connection after its answer, so a body without a length ends with the stream.
    read(stream, true)
}

/// Reads a message. A body without a length is read to the end of the stream where `to_end`, else there is none.
pub(super) fn read(stream: impl Read, to_end: bool) -> io::Result<Message> {
    let mut reader = BufReader::new(stream.take(LIMIT));
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        Ok::<_, io::Error>(line.trim_end().to_owned())
    };
    let first_line = line()?;
    let (mut length, mut chunked, mut headers) = (None, false, Vec::new());
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
        chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    if chunked {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "a body in chunks"));
    }
    let mut body = String::new();
    match length {
        Some(length) => reader.take(length).read_to_string(&mut body)?,
        None if to_end => reader.read_to_string(&mut body)?,
        None => 0,
    };
    Ok(Message { first_line, headers, body })
}

/// Answers a request with JSON and closes the connection.
pub(super) fn answer(mut stream: &TcpStream, body: &str) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/geo+json\r\nConnection: close\r\n";
    stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_body_ends_with_its_length_or_with_the_stream() {
        let message = read(&b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nokmore"[..], true).unwrap();
        assert_eq!((message.status(), message.body.as_str()), (202, "ok"));
        assert_eq!((message.header("Content-Length"), message.header("x-flow-run")), (Some("2"), None));
        assert_eq!(read(&b"HTTP/1.1 200 OK\r\n\r\nall"[..], true).unwrap().body, "all");
        assert_eq!(read(&b"GET / HTTP/1.1\r\nHost: a\r\n\r\nnot mine"[..], false).unwrap().body, "");
        assert!(read(&b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"[..], true).is_err());
        assert_eq!(read(&b""[..], true).unwrap().status(), 0);
    }
}
