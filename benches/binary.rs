//! What a flow's binary costs the machine it runs on: its size, its start, its memory, and how much it answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod measure;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use flow_tests::{Scratch, binary_of};
use measure::Times;

const WEATHER: &str = include_str!("../examples/weather-forecast/weather-forecast.flow");

/// Calls nobody: what it costs is the server, the run and the carrier.
const PARROT: &str = "flow \"Parrot\"\non sms\n  -> sms \"You said: $body\"\n";

/// Connections that ask at the same time, one request after the other.
const CLIENTS: usize = 4;

fn main() {
    if !measure::begin("binary") {
        return;
    }
    let weather = binary_of("weather-forecast", WEATHER);
    println!("size: {:.2} MB (goal: under 7)", fs::metadata(&weather).unwrap().len() as f64 / 1e6);
    start(&weather);
    idle(&weather);
    for max_runs in [256, 1_024] {
        in_flight(&weather, max_runs);
    }
    answers(&binary_of("parrot", PARROT));
}

fn start(binary: &Path) {
    let mut times = Times::default();
    // The first one reads the file from the disk.
    drop(Running::start(binary, &[]));
    for _ in 0..20 {
        drop(times.time(|| Running::start(binary, &[])));
    }
    println!("from spawn to its ready line: {times} (goal: under 10 ms)");
}

fn idle(binary: &Path) {
    let running = Running::start(binary, &[]);
    std::thread::sleep(Duration::from_secs(2));
    println!("idle: {} (goal: under 10 MB)", running.memory());
}

/// All runs that may be in flight are, since the service they ask says nothing; the others are refused.
fn in_flight(binary: &Path, max_runs: usize) {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let redirect = format!("api.weather.gov:443=http://{}", service.local_addr().unwrap());
    // Connections are kept, so that none of them ends; the thread ends with this program.
    std::thread::spawn(move || service.incoming().collect::<Vec<_>>());

    let running = Running::start(binary, &["--max-runs", &max_runs.to_string(), "--connect-to", &redirect]);
    let idle = running.memory();
    let load = running.ask(20_000);
    println!("--max-runs {max_runs}, the service hangs: {load}");
    println!("        memory {}, before {idle}", running.memory());
    // The flow gives up after ten seconds; by then runs would end, and others begin.
    assert!(load.seconds < 9.0, "too slow to fill it at once");
    assert_eq!(load.accepted, max_runs, "not the number of runs that may be in flight");
}

/// Whole runs, from the text to the simulator's outbox.
fn answers(binary: &Path) {
    for log in ["info", "off"] {
        let running = Running::start(binary, &["--log", log]);
        running.ask(1_000);
        println!("texts answered, --log {log}: {}; memory {}", running.ask(40_000), running.memory());
    }
}

/// A flow's binary that serves; dropping it kills it.
struct Running {
    child: Child,
    address: SocketAddr,
    _state: Scratch,
}

impl Running {
    /// Returns as soon as its ready line is there.
    fn start(binary: &Path, arguments: &[&str]) -> Self {
        let state = Scratch::new();
        let mut command = Command::new(binary);
        command.args(["--listen", "127.0.0.1:0", "--admin", "off"]).args(arguments).env_clear();
        command.env("STATE_DIRECTORY", state.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let address = ready.trim().strip_prefix("ready on http://").and_then(|address| address.parse().ok());
        Self { child, address: address.unwrap_or_else(|| panic!("not a ready line: {ready:?}")), _state: state }
    }

    /// Its resident memory, and what of it is its own: the rest is the program file, which the system can drop.
    fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            // `VmRSS:      5120 kB`, of 1,024 bytes.
            line.trim_matches([':', ' ', '\t']).trim_end_matches(" kB").parse::<f64>().unwrap() * 1_024.0 / 1e6
        };
        format!("{:.1} MB resident, {:.1} MB of its own", megabytes("VmRSS"), megabytes("RssAnon"))
    }

    /// Texts it so many times.
    fn ask(&self, requests: usize) -> Load {
        let started = Instant::now();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let address = self.address;
                std::thread::spawn(move || {
                    let mut client = Client::connect(address);
                    (0..requests / CLIENTS).filter(|_| client.text() == 202).count()
                })
            })
            .collect();
        let accepted = clients.into_iter().map(|client| client.join().unwrap()).sum();
        Load { requests, accepted, seconds: started.elapsed().as_secs_f64() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came of many requests.
struct Load {
    requests: usize,
    accepted: usize,
    seconds: f64,
}

impl std::fmt::Display for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { requests, accepted, seconds } = self;
        let rate = *requests as f64 / seconds;
        write!(f, "{rate:.0} requests/s over {CLIENTS} connections, {accepted} of {requests} accepted")
    }
}

/// A connection that is used again and again, as a carrier's is.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a text and returns the status of the answer: 202 for a run, 503 if there are too many.
    fn text(&mut self) -> u16 {
        // No two are of one person, whose texts would be dealt with one by one.
        static PEOPLE: AtomicU32 = AtomicU32::new(2_000_000);
        let person = PEOPLE.fetch_add(1, Ordering::Relaxed);
        let sms = format!(r#"{{"from":"+1305{person}","to":"+13055550100","body":"weather"}}"#);
        let head = "POST /simulator/sms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{sms}", sms.len());
        self.0.get_mut().write_all(request.as_bytes()).unwrap();

        let status = self.line().split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        loop {
            let header = self.line().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            assert_ne!(header, "connection: close");
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        self.0.read_exact(&mut vec![0; length]).unwrap();
        status
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}
