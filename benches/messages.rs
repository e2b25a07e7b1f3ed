//! Messages a second of the weather flow with its journal, and what durability costs: against the same binary in memory, a
//! handler that was written by hand without a journal, and what the disk can do. All take turns.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod disk;
mod load;
// Nothing is timed by itself here.
#[allow(dead_code)]
mod measure;
mod subject;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use flow_tests::{Scratch, binary_of};
use load::{Load, Service};
use subject::{Binaries, Kind, Subject};

const WEATHER: &str = include_str!("../examples/weather-forecast/weather-forecast.flow");

/// How often each has its turn, unless a number is given: `cargo bench … -- 9`.
const ROUNDS: usize = 5;

/// How long a turn's texts are sent; it ends when their runs have.
const TURN: Duration = Duration::from_millis(1_500);

/// How long the disk is measured each time.
const DISK_TURN: Duration = Duration::from_millis(700);

/// One text after the other, each when the one before has been dealt with: what an acknowledgement takes by itself.
const ALONE: Load = Load { clients: 1, pause: Duration::from_millis(5), one_person: false };

const SUBJECTS: [(Kind, bool); 6] = [
    (Kind::Sqlite, true),
    (Kind::Memory, true),
    (Kind::Hand, true),
    (Kind::Sqlite, false),
    (Kind::Memory, false),
    (Kind::Hand, false),
];

fn main() {
    if !measure::begin("messages") {
        return;
    }
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let binaries = Binaries { flow: binary_of("weather-forecast", WEATHER), hand: subject::build_by_hand() };
    let together = [1, 64, 256].map(|clients| Load { clients, pause: Duration::ZERO, one_person: false });
    let one_person = Load { clients: 16, one_person: true, ..together[0] };
    let loads = [ALONE, together[0], together[1], together[2], one_person];

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut turns: HashMap<(Kind, bool, Load), Vec<Turn>> = HashMap::new();
    let mut disk: HashMap<(&str, usize), Vec<Turn>> = HashMap::new();
    for round in 0..rounds {
        let service = runtime.block_on(Service::start());
        let mut running: Vec<Running> =
            SUBJECTS.iter().map(|(kind, logs)| Running::start(*kind, *logs, &binaries, &service)).collect();
        for load in loads {
            if !load.one_person && load != ALONE {
                let folder = Scratch::new();
                for (name, measure) in [("each alone", disk::each_alone as Measure), ("in groups", disk::in_groups)] {
                    let took = measure(folder.path(), load.clients, DISK_TURN);
                    disk.entry((name, load.clients)).or_default().push(Turn::of_disk(took));
                }
            }
            // Whoever is first in one round is second in the next.
            running.rotate_left(1);
            for one in &mut running {
                if load.one_person && (one.subject.logs || one.subject.kind == Kind::Hand) {
                    continue;
                }
                let turn = runtime.block_on(one.turn(load, &service));
                turns.entry((one.subject.kind, one.subject.logs, load)).or_default().push(turn);
            }
        }
        println!("round {} of {rounds}", round + 1);
    }
    println!(
        "\n| clients | program | messages/s | µs of processor each | acknowledged p50, p99 ms | whole run p50, p99 ms | 503 |"
    );
    println!("|---|---|---|---|---|---|---|");
    for load in loads {
        for (kind, logs) in SUBJECTS {
            if let Some(of) = turns.get(&(kind, logs, load)) {
                let log = if logs { "" } else { ", no log" };
                println!("| {} | {kind:?}{log} | {} |", name(load), Turn::row(of));
            }
        }
    }
    println!("\n| threads | disk | records/s | p50, p99 ms |\n|---|---|---|---|");
    for load in together {
        for name in ["each alone", "in groups"] {
            let of = &disk[&(name, load.clients)];
            let (rate, p50, p99) =
                (median(of, |turn| turn.rate), median(of, |turn| turn.p50), median(of, |turn| turn.p99));
            println!("| {} | {name} | {rate:.0} | {p50:.2}, {p99:.2} |", load.clients);
        }
    }
    println!("\n| clients | log | ratio | of messages/s | of processor time |\n|---|---|---|---|---|");
    for load in together {
        for (logs, log) in [(true, "info"), (false, "off")] {
            for (over, under) in [(Kind::Memory, Kind::Hand), (Kind::Sqlite, Kind::Memory)] {
                let (over_turns, under_turns) = (&turns[&(over, logs, load)], &turns[&(under, logs, load)]);
                let rate = median(over_turns, |turn| turn.rate) / median(under_turns, |turn| turn.rate);
                // The other way round, so that more is better here, too.
                let processor = median(under_turns, |turn| turn.processor) / median(over_turns, |turn| turn.processor);
                println!("| {} | {log} | {over:?} / {under:?} | {rate:.2} | {processor:.2} |", load.clients);
            }
        }
    }
}

type Measure = fn(&std::path::Path, usize, Duration) -> Vec<u64>;

fn name(load: Load) -> String {
    match load {
        ALONE => "1, a pause of 5 ms".to_owned(),
        Load { one_person: true, clients, .. } => format!("{clients}, one person"),
        Load { clients, .. } => clients.to_string(),
    }
}

struct Running {
    subject: Subject,
    acknowledged: u64,
}

impl Running {
    fn start(kind: Kind, logs: bool, binaries: &Binaries, service: &Service) -> Self {
        Self { subject: Subject::start(kind, logs, binaries, service.address), acknowledged: 0 }
    }

    async fn turn(&mut self, load: Load, service: &Service) -> Turn {
        // Connections are made, and memory is had.
        self.text(load, service, TURN / 10).await;
        let _ = self.subject.logged();
        let (processor, started) = (self.subject.processor(), Instant::now());
        let answers = self.text(load, service, TURN).await;
        let (processor, seconds) = (self.subject.processor() - processor, started.elapsed().as_secs_f64());
        let messages = answers.took.len() as f64;
        let (p50, p99) = percentiles(answers.took);
        let whole = self.subject.logs.then(|| percentiles(load::whole_runs(&self.subject.logged())));
        let processor = processor.as_secs_f64() * 1e6 / messages;
        Turn { rate: messages / seconds, processor, p50, p99, whole, refused: answers.refused as f64 }
    }

    async fn text(&mut self, load: Load, service: &Service, time: Duration) -> load::Answers {
        let answers = load.run(self.subject.address, service, time).await;
        self.acknowledged += u64::try_from(answers.took.len()).unwrap();
        self.subject.has_ended(self.acknowledged).await;
        answers
    }
}

/// What was seen in one turn. Times are in milliseconds, those of the processor in microseconds a message.
struct Turn {
    rate: f64,
    processor: f64,
    p50: f64,
    p99: f64,
    /// Of whole runs, where there is a log.
    whole: Option<(f64, f64)>,
    refused: f64,
}

impl Turn {
    fn of_disk(took: Vec<u64>) -> Self {
        let rate = took.len() as f64 / DISK_TURN.as_secs_f64();
        let (p50, p99) = percentiles(took);
        Self { rate, processor: f64::NAN, p50, p99, whole: None, refused: 0.0 }
    }

    /// The medians of turns.
    fn row(turns: &[Self]) -> String {
        let of = |value: fn(&Self) -> f64| median(turns, value);
        let (rate, processor, refused) = (of(|turn| turn.rate), of(|turn| turn.processor), of(|turn| turn.refused));
        let (p50, p99) = (of(|turn| turn.p50), of(|turn| turn.p99));
        let whole = if turns.iter().all(|turn| turn.whole.is_some()) {
            let (p50, p99) = (of(|turn| turn.whole.unwrap().0), of(|turn| turn.whole.unwrap().1));
            format!("{p50:.2}, {p99:.2}")
        } else {
            String::new()
        };
        format!("{rate:.0} | {processor:.0} | {p50:.2}, {p99:.2} | {whole} | {refused:.0}")
    }
}

fn median(turns: &[Turn], value: impl Fn(&Turn) -> f64) -> f64 {
    let mut values: Vec<f64> = turns.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The 50th and the 99th, in milliseconds, of microseconds.
fn percentiles(mut took: Vec<u64>) -> (f64, f64) {
    took.sort_unstable();
    let at = |part: usize| took.get(took.len() * part / 100).map_or(f64::NAN, |took| *took as f64 / 1e3);
    (at(50), at(99))
}
