//! Who texts, and the service that a flow asks: both in one thread, so that what is measured has the other core.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// A small answer in the shape of api.weather.gov's.
const FORECAST: &str = r#"{"type":"Feature","properties":{"units":"us","periods":[{"number":1,"name":"Today","isDaytime":true,"temperature":81,"temperatureUnit":"F","windSpeed":"9 mph","windDirection":"E","shortForecast":"Sunny","detailedForecast":"Sunny, with a high near 81. East wind around 9 mph."},{"number":2,"name":"Tonight","isDaytime":false,"temperature":74,"temperatureUnit":"F","windSpeed":"5 mph","windDirection":"E","shortForecast":"Clear","detailedForecast":"Clear, with a low around 74. East wind around 5 mph."}]}}"#;

/// After a 503.
const PAUSE: Duration = Duration::from_millis(5);

/// The service, which answers at once.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// A permit for each text that may be on its way from its client to the service; given back here.
    under_way: Arc<Semaphore>,
}

impl Service {
    /// Starts it on the runtime that this is called in.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let under_way = Arc::new(Semaphore::new(0));
        let asked = Arc::clone(&under_way);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&asked)));
            }
        });
        Self { address, under_way }
    }
}

/// Until the other side closes. A GET has no body, so its end is the first empty line.
async fn serve(mut stream: TcpStream, asked: Arc<Semaphore>) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/geo+json";
    let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{FORECAST}", FORECAST.len());
    let _ = stream.set_nodelay(true);
    let mut request = Vec::new();
    loop {
        match stream.read_buf(&mut request).await {
            Ok(0) | Err(_) => return,
            Ok(_) if !request.ends_with(b"\r\n\r\n") => {}
            Ok(_) => {
                request.clear();
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
                asked.add_permits(1);
            }
        }
    }
}

/// A connection that is used again and again, as a carrier's is.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Sends a request and returns the answer's status and body.
    pub(crate) async fn exchange(&mut self, request: &str) -> (u16, String) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.read.clear();
        let (head, length) = loop {
            assert_ne!(self.stream.read_buf(&mut self.read).await.unwrap(), 0, "closed");
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = str::from_utf8(&self.read[..end]).unwrap();
                let mut headers = head.lines().filter_map(|line| line.split_once(':'));
                let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
                break (end + 4, length.map_or(0, |(_, length)| length.trim().parse::<usize>().unwrap()));
            }
        };
        while self.read.len() < head + length {
            assert_ne!(self.stream.read_buf(&mut self.read).await.unwrap(), 0, "closed");
        }
        // HTTP/1.1 202 Accepted
        let status = str::from_utf8(&self.read[9..12]).unwrap().parse().unwrap();
        (status, String::from_utf8(self.read[head..].to_vec()).unwrap())
    }
}

/// How it is texted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Load {
    /// Clients that text at the same time, each the next text when the one before has been acknowledged, and as long as
    /// no more texts than clients wait for their forecast to be asked for.
    pub(crate) clients: usize,
    /// Between the acknowledgement and the next text.
    pub(crate) pause: Duration,
    /// All texts are of one person; else no two are.
    pub(crate) one_person: bool,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Answers {
    /// How long the acknowledgements took, in microseconds.
    pub(crate) took: Vec<u64>,
    /// How often a text was refused with 503, and sent again.
    pub(crate) refused: u64,
}

impl Load {
    /// Texts for so long.
    pub(crate) async fn run(self, at: SocketAddr, service: &Service, time: Duration) -> Answers {
        let permits = service.under_way.available_permits();
        // What runs of a former load have left.
        service.under_way.forget_permits(permits);
        service.under_way.add_permits(self.clients);
        let until = Instant::now() + time;
        let mut clients = JoinSet::new();
        for _ in 0..self.clients {
            clients.spawn(self.text(at, Arc::clone(&service.under_way), until));
        }
        let mut all = Answers::default();
        while let Some(answers) = clients.join_next().await {
            let answers = answers.unwrap();
            all.took.extend(answers.took);
            all.refused += answers.refused;
        }
        all
    }

    async fn text(self, at: SocketAddr, under_way: Arc<Semaphore>, until: Instant) -> Answers {
        let mut connection = Connection::open(at).await;
        let mut answers = Answers::default();
        while Instant::now() < until {
            under_way.acquire().await.unwrap().forget();
            let request = request(self.one_person);
            loop {
                let sent = Instant::now();
                let (status, body) = connection.exchange(&request).await;
                match status {
                    202 => {
                        answers.took.push(u64::try_from(sent.elapsed().as_micros()).unwrap());
                        break;
                    }
                    503 => answers.refused += 1,
                    _ => panic!("{status} {body}"),
                }
                tokio::time::sleep(PAUSE).await;
            }
            if !self.pause.is_zero() {
                tokio::time::sleep(self.pause).await;
            }
        }
        answers
    }
}

fn request(one_person: bool) -> String {
    static TEXTS: AtomicU64 = AtomicU64::new(2_000_000);
    let number = if one_person { 2_000_000 } else { TEXTS.fetch_add(1, Ordering::Relaxed) % 10_000_000 };
    let sms = format!(r#"{{"from":"+1305{number:07}","to":"+13055550100","body":"weather"}}"#);
    let head = "POST /simulator/sms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{sms}", sms.len())
}

/// From the acknowledgement of each run to its end, by the log's own times, in microseconds.
pub(crate) fn whole_runs(log: &str) -> Vec<u64> {
    let mut accepted = HashMap::new();
    let mut took = Vec::new();
    for line in log.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let run = line["run"].to_string();
        match line["message"].as_str() {
            Some("run accepted") => drop(accepted.insert(run, microseconds(&line["time"]))),
            Some("run ended") => took.extend(accepted.remove(&run).map(|at| microseconds(&line["time"]) - at)),
            _ => {}
        }
    }
    took
}

/// Of the day, where it is written as in RFC 3339; else since 1970.
fn microseconds(time: &serde_json::Value) -> u64 {
    let Some(text) = time.as_str() else { return (time.as_f64().unwrap() * 1e6) as u64 };
    // 2026-11-22T15:08:28.895603Z
    let number = |range: std::ops::Range<usize>| text[range].parse::<u64>().unwrap();
    ((number(11..13) * 60 + number(14..16)) * 60 + number(17..19)) * 1_000_000 + number(20..26)
}
