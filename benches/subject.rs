//! A program that answers texts, running: a flow's binary, or the handler that was written by hand.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flow_tests::Scratch;
use flow_tests::folder::{cache, workspace};

use crate::load::Connection;

/// Runs that may be under way: more than ever are, so that nothing is refused as long as it is dealt with.
const MAX_RUNS: &str = "4096";

/// Which program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// The flow's binary with its journal.
    Sqlite,
    /// The same binary with `--engine memory`.
    Memory,
    /// `benches/handwritten/handler`
    Hand,
}

/// The programs to start.
pub(crate) struct Binaries {
    pub(crate) flow: PathBuf,
    pub(crate) hand: PathBuf,
}

/// One that serves; dropping it kills it.
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) logs: bool,
    child: Child,
    pub(crate) address: SocketAddr,
    /// Where it is asked how many runs have ended, and how.
    counted: (SocketAddr, &'static str),
    log: PathBuf,
    /// How far its log has been read.
    read: Cell<u64>,
    _state: Scratch,
}

impl Subject {
    /// Returns as soon as it is ready.
    pub(crate) fn start(kind: Kind, logs: bool, binaries: &Binaries, service: SocketAddr) -> Self {
        let state = Scratch::new();
        let level = if logs { "info" } else { "off" };
        // In memory, so that the log's pages do not wait in the same line as the journal's.
        let log = PathBuf::from(format!("/dev/shm/flow-bench-{}-{kind:?}-{level}", std::process::id()));
        let admin = free();
        let mut command = Command::new(if kind == Kind::Hand { &binaries.hand } else { &binaries.flow });
        command.env_clear();
        match kind {
            Kind::Hand => {
                command.env("LOG", level).arg(format!("http://{service}/gridpoints/MFL/109,62/forecast")).arg(MAX_RUNS);
            }
            Kind::Sqlite | Kind::Memory => {
                let engine = if kind == Kind::Sqlite { "sqlite" } else { "memory" };
                command.args(["--listen", "127.0.0.1:0", "--engine", engine, "--log", level, "--max-runs", MAX_RUNS]);
                command.arg("--connect-to").arg(format!("api.weather.gov:443=http://{service}"));
                command.arg("--admin").arg(admin.to_string()).env("STATE_DIRECTORY", state.path());
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let address = ready.trim().strip_prefix("ready on http://").and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("not a ready line: {ready:?}"));
        let counted = if kind == Kind::Hand { (address, "/ended") } else { (admin, "/metrics") };
        Self { kind, logs, child, address, counted, log, read: Cell::default(), _state: state }
    }

    /// Waits until so many runs have ended well since it started.
    pub(crate) async fn has_ended(&self, runs: u64) {
        let (address, path) = self.counted;
        let mut connection = Connection::open(address).await;
        for _ in 0..10_000 {
            let (_, text) = connection.exchange(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
            let mut lines = text.lines().filter(|line| !line.starts_with('#'));
            let completed = if self.kind == Kind::Hand {
                lines.next().map(str::to_owned)
            } else {
                let counter = "flow_runs_ended_total{outcome=\"completed\"} ";
                lines.find_map(|line| line.strip_prefix(counter)).map(str::to_owned)
            };
            if completed.unwrap().parse::<u64>().unwrap() >= runs {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{:?}: not all runs have ended", self.kind);
    }

    /// Processor time that it has taken so far, its system calls included.
    pub(crate) fn processor(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which is in parentheses, `utime` and `stime` are the 12th and 13th (proc_pid_stat(5)), in
        // hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        Duration::from_millis(10 * (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()))
    }

    /// What it has logged since this was asked last.
    pub(crate) fn logged(&self) -> String {
        let mut file = File::open(&self.log).unwrap();
        file.seek(SeekFrom::Start(self.read.get())).unwrap();
        let mut text = String::new();
        let length = file.read_to_string(&mut text).unwrap();
        self.read.set(self.read.get() + u64::try_from(length).unwrap());
        text
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.log);
    }
}

/// An address that was free a moment ago; the system gives others out before it gives this one again.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Builds `benches/handwritten/handler`, with the versions of crates that flowc builds with.
pub(crate) fn build_by_hand() -> PathBuf {
    let package = cache().with_file_name("handler");
    let original = workspace().join("benches/handwritten/handler");
    fs::create_dir_all(package.join("src")).unwrap();
    for file in ["Cargo.toml", "src/main.rs"] {
        fs::copy(original.join(file), package.join(file)).unwrap();
    }
    fs::copy(workspace().join("compiler/emitted.lock"), package.join("Cargo.lock")).unwrap();
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--target-dir", "target"]).current_dir(&package);
    assert!(command.stdin(Stdio::null()).status().unwrap().success(), "the handler does not build");
    package.join("target/release/handler-by-hand")
}
