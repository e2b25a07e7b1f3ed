//! What all benches share: when they run, and how they tell of what they saw.

use std::fmt;
use std::time::{Duration, Instant};

/// Says on which machine it is measured, and how busy that is.
///
/// Returns `false` unless cargo was told to bench: `cargo test --all-targets` starts these programs too, and should not
/// wait for them.
pub(crate) fn begin(bench: &str) -> bool {
    if !std::env::args().any(|argument| argument == "--bench") {
        return false;
    }
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    // Numbers of the last minute, five and fifteen; what follows them is of no use here.
    let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
    println!("{bench}: {cores} cores, load {load}");
    true
}

/// How often something was timed, and how long it took each time.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Does it once and notes the time.
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let made = work();
        self.0.push(started.elapsed());
        made
    }

    /// The middle one: half of them took longer. In milliseconds.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted.get(sorted.len() / 2).map_or(f64::NAN, milliseconds)
    }

    /// The shortest, which other work on the machine disturbed least. In milliseconds.
    pub(crate) fn least(&self) -> f64 {
        self.0.iter().min().map_or(f64::NAN, milliseconds)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.0.iter().max().map_or(f64::NAN, milliseconds);
        write!(f, "median {:.2} ms, least {:.2} ms, most {most:.2} ms of {}", self.median(), self.least(), self.0.len())
    }
}

fn milliseconds(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
