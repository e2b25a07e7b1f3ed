//! A flow that calls wherever a test leads it.
//!
//! A URL's host and port are fixed when a flow is compiled, so its calls go to a stand-in first, which points them on.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::http::Request;
use crate::program::{Program, Start};
use crate::stand_in::{Reply, StandIn};
use crate::{build, wait};

/// The port of the calls that go to no stand-in.
pub const PORT: u16 = 21_847;

/// What the flow can be asked to do, by a text, and the request for it.
const CALLS: &[(&str, &str)] = &[
    ("get", "GET \"http://start.example/x/y?q=1\""),
    ("post", "POST \"http://start.example/x/y\" text \"a body\""),
    ("put", "PUT \"http://start.example/x/y\" text \"a body\""),
    ("patch", "PATCH \"http://start.example/x/y\" text \"a body\""),
    ("delete", "DELETE \"http://start.example/x/y\""),
    ("secure", "GET \"https://start.example/x/y\""),
    ("secure post", "POST \"https://start.example/x/y\" text \"a body\""),
    ("0x7f.1", "GET \"http://0x7f.1:21847/\""),
    ("2130706433", "GET \"http://2130706433:21847/\""),
    ("127.1", "GET \"http://127.1:21847/\""),
    ("mapped", "GET \"http://[::ffff:127.0.0.1]:21847/\""),
    ("translated", "GET \"http://[64:ff9b::7f00:1]:21847/\""),
    ("localhost", "GET \"http://localhost:21847/\""),
    ("metadata", "GET \"http://169.254.169.254/latest/meta-data/\""),
    ("rebind", "GET \"http://rebind.example:21847/\""),
    ("both", "GET \"http://both.example:21847/\""),
    ("translator", "GET \"http://translator.example:21847/\""),
];

/// The flow's words that address this machine, and the kind of address that each is.
pub const LITERALS: [(&str, &str); 6] = [
    ("0x7f.1", "127.0.0.1 was not asked: the address is loopback"),
    ("2130706433", "127.0.0.1 was not asked: the address is loopback"),
    ("127.1", "127.0.0.1 was not asked: the address is loopback"),
    ("mapped", "::ffff:127.0.0.1 was not asked: the address is IPv4-mapped"),
    ("translated", "64:ff9b::7f00:1 was not asked: the address is loopback"),
    ("metadata", "169.254.169.254 was not asked: the address is link-local"),
];

/// The flow: it answers `ok` and the body, or how its call failed.
pub fn flow() -> String {
    let arms = CALLS.iter().map(|(word, request)| {
        format!(
            r#"
       "{word}" -> call {request} header "X-Key" = $KEY header "Accept" = "text/plain" header "Accept-Language" = "de"
              header "User-Agent" = "reach" bearer $KEY timeout 10s retry 0 < found = @body >
            ok -> sms "ok $found" fail -> sms "$failure.kind: $failure.message""#
        )
    });
    format!(
        "flow \"Reach\"\nsecret KEY\non sms -> match $body {{{}\n       else -> end\n     }}\n",
        arms.collect::<String>()
    )
}

/// The secret of the flow.
pub const KEY: &str = "canary-8f3a";

/// The flow's binary.
pub fn binary() -> PathBuf {
    build::binary_of("reach", &flow())
}

/// The binary, its first calls going to this stand-in.
pub fn start(first: &StandIn) -> Start {
    let start = Program::of(&binary()).variable("KEY", KEY);
    start.connect("start.example:80", &first.url()).connect("start.example:443", &first.url())
}

/// A stand-in that points on to somewhere.
pub fn pointing(status: u16, location: &str) -> StandIn {
    let location = location.to_owned();
    StandIn::start(move |_| points(status, &location))
}

/// An answer that points on to somewhere.
pub fn points(status: u16, location: &str) -> Reply {
    Reply::raw(
        format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .as_bytes(),
    )
}

/// The names of a request's headers, sorted, in lower case.
pub fn header_names(request: &Request) -> Vec<String> {
    let mut names: Vec<_> = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names
}

/// A listener that should never be connected to.
pub struct Canary {
    address: std::net::SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Canary {
    /// Listens at an address of this machine; if another run of the tests has it, waits until that is done.
    pub fn at(address: &str) -> Self {
        let listener = wait::until("a free port", || std::net::TcpListener::bind(address).ok());
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        std::thread::spawn(move || {
            for _ in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, connections }
    }

    /// Its base URL with this host, which should mean the same address.
    pub fn url(&self, host: &str) -> String {
        format!("http://{host}:{}", self.address.port())
    }

    /// How many connections there were; it connects once itself, to be sure that all before are counted.
    pub fn connections(&self) -> usize {
        let before = self.connections.load(Ordering::SeqCst);
        drop(std::net::TcpStream::connect(self.address).unwrap());
        wait::until("the own connection", || {
            Some(self.connections.load(Ordering::SeqCst)).filter(|count| *count > before)
        });
        self.connections.fetch_sub(1, Ordering::SeqCst) - 1
    }
}
