//! As much of HTTP/1.1 (RFC 9112) as the tests need: a client, and what the stand-in reads and writes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use crate::wait::PATIENCE;

/// A request, to be sent or received.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`
    pub method: String,
    /// `/path?query`, as it stands on the wire.
    pub target: String,
    /// In their order; names as they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// An answer that was received.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `200`
    pub status: u16,
    /// In their order.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// One without headers and body.
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets body and `Content-Type`.
    pub fn content(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.content("application/json", body.to_string())
    }

    /// Sends it on a connection of its own.
    ///
    /// # Errors
    ///
    /// When nobody listens, or the connection ends before the answer is whole.
    pub fn try_send(&self, address: SocketAddr) -> io::Result<Answer> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let head = self.clone().header("Connection", "close").head(address);
        // A server that refuses a body by its length alone does not read it.
        let _ = (&stream).write_all(&[head.as_bytes(), &self.body].concat());
        read_answer(stream)
    }

    /// The same, for when an answer must come.
    pub fn send(&self, address: SocketAddr) -> Answer {
        self.try_send(address).unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.target))
    }

    fn head(&self, address: SocketAddr) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {address}\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        head
    }

    /// The one header of this name, if it is there; panics if it is there twice.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        one(&self.headers, name)
    }

    /// The body, which should be JSON.
    pub fn json_body(&self) -> Value {
        json(&self.body)
    }

    /// The body, which should be a form.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The pairs of the query.
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }
}

impl Answer {
    /// The one header of this name, if it is there.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        one(&self.headers, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body, which should be JSON.
    pub fn json(&self) -> Value {
        json(&self.body)
    }

    /// The sentences of `{"errors": […]}`.
    pub fn errors(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().unwrap_or_else(|| panic!("no errors: {body}"));
        errors.iter().map(|error| error.as_str().unwrap().to_owned()).collect()
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)))
}

fn one<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let first = found.next();
    assert!(found.next().is_none(), "{name} twice: {headers:?}");
    first.map(|(_, value)| value.as_str())
}

/// A connection that is used for one request after another.
pub struct Connection {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub fn to(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    ///
    /// When the connection ends before the answer is whole.
    pub fn send(&mut self, request: &Request) -> io::Result<Answer> {
        let head = request.head(self.address);
        self.stream.get_mut().write_all(&[head.as_bytes(), &request.body].concat())?;
        read_answer(&mut self.stream)
    }
}

/// Reads an answer; its length is given, or it ends with the connection.
pub fn read_answer(stream: impl Read) -> io::Result<Answer> {
    let (start, headers, body) = read(stream)?;
    let status = start.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.ok_or(io::ErrorKind::InvalidData)?, headers, body })
}

/// Reads a request.
pub(crate) fn read_request(stream: impl Read) -> io::Result<Request> {
    let (start, headers, body) = read(stream)?;
    let mut words = start.split(' ').map(str::to_owned);
    let mut word = || words.next().ok_or(io::ErrorKind::InvalidData);
    Ok(Request { method: word()?, target: word()?, headers, body })
}

type Message = (String, Vec<(String, String)>, Vec<u8>);

fn read(stream: impl Read) -> io::Result<Message> {
    let mut stream = BufReader::new(stream);
    let mut line = || {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line)?;
        let line = line.strip_suffix(b"\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        String::from_utf8(line.to_vec()).map_err(io::Error::other)
    };
    let start = line()?;
    let mut headers = Vec::new();
    loop {
        let header = line()?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = one(&headers, "Content-Length").map(|length| length.parse::<usize>().unwrap());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    Ok((start, headers, body))
}
