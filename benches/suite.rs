//! `flowc test`: a thousand tests of twenty flows, each test on a clock of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod measure;

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use flow_tests::{Scratch, flowc};
use measure::Times;
use serde_json::Value;

const FLOWS: usize = 20;

/// Tests of each flow.
const TESTS: usize = 50;

const ROUNDS: usize = 5;

fn main() {
    if !measure::begin("suite") {
        return;
    }
    let folder = Scratch::new();
    for number in 0..FLOWS {
        folder.write(&format!("flow-{number:02}.flow"), &flow(number));
    }
    println!("{FLOWS} flows are built once, which takes minutes where the runtime is not built yet");
    played(folder.path());

    let (mut whole, mut most, mut tests) = (Times::default(), Memory::default(), Vec::new());
    for _ in 0..ROUNDS {
        let (out, memory) = whole.time(|| played(folder.path()));
        most = most.most(memory);
        tests.extend(out.lines().map(|line| {
            let test: Value = serde_json::from_str(line).unwrap();
            assert_eq!(test["passed"], true, "{line}");
            test["ms"].as_f64().unwrap()
        }));
    }
    assert_eq!(tests.len(), ROUNDS * FLOWS * TESTS);
    let all = tests.iter().sum::<f64>() / ROUNDS as f64;
    tests.sort_by(f64::total_cmp);
    println!("flowc test, nothing to be built: {whole} (goal: under 3000 ms)");
    println!("        of it all plays together {all:.1} ms");
    let (median, last) = (tests[tests.len() / 2], tests[tests.len() * 99 / 100]);
    println!("a test: median {median:.3} ms, 99th percentile {last:.3} ms (goal: under 1 ms)");
    println!("memory: flowc {:.1} MB, a binary that plays {:.1} MB", most.flowc, most.player);
}

/// A call with its failures, a question with its timeout, a message to somebody else, and what is decided between them.
fn flow(number: usize) -> String {
    let mut text = format!(
        "flow \"Flow {number:02}\"\n\
         const DESK = \"+13055550111\"\n\n\
         on sms matching \"weather\"\n\
         \x20 -> call GET \"https://api.example.com/{number}\" < temp: int = temperature, winds = windSpeed >\n\
         \x20    ok   -> if $temp > 90 -> sms \"Stay in: $temp F.\" else -> sms \"It is $temp F with $winds winds.\"\n\
         \x20    fail timeout -> sms \"It takes too long.\"\n\
         \x20    fail -> sms \"We do not know.\"\n\n\
         on sms\n\
         \x20 -> ask \"For how many guests?\" < guests: int > within 10m retry 1\n\
         \x20    reply   -> sms to $DESK \"$from: $guests\" -> wait 1d -> sms \"How was it?\"\n\
         \x20    timeout -> sms \"Text again.\"\n"
    );
    for test in 0..TESTS {
        let when = "when sms \"weather\" from \"+15550123\"";
        let lines = match test % 5 {
            0 => format!(
                "given GET \"https://api.example.com/*\" -> 200 json {{ \"temperature\": {test}, \"windSpeed\": \"9 mph\" }}\n  \
                 {when}\n  then sms \"It is {test} F with 9 mph winds.\""
            ),
            1 => format!(
                "given GET \"https://api.example.com/*\" -> 503, 200 json {{ \"temperature\": 99, \"windSpeed\": \"9 mph\" }}\n  \
                 {when}\n  then sms matching \"Stay in\""
            ),
            2 => format!(
                "given GET \"https://api.example.com/*\" -> timeout\n  {when}\n  then sms matching \"too long\""
            ),
            3 => "when sms \"hi\" from \"+15550123\"\n  then sms matching \"how many\"\n  \
                  when sms \"4\" from \"+15550123\"\n  then sms to $DESK \"+15550123: 4\"\n  \
                  when 1d pass\n  then sms \"How was it?\""
                .to_owned(),
            _ => "when sms \"hi\" from \"+15550123\"\n  then sms matching \"how many\"\n  \
                  when 10m pass\n  then sms \"Text again.\""
                .to_owned(),
        };
        text += &format!("\ntest \"test {test}\"\n  {lines}\n");
    }
    text
}

/// The most that processes held at once, in MB.
#[derive(Clone, Copy, Default)]
struct Memory {
    flowc: f64,
    player: f64,
}

impl Memory {
    fn most(self, other: Self) -> Self {
        Self { flowc: self.flowc.max(other.flowc), player: self.player.max(other.player) }
    }
}

/// Plays all tests: what is told of them, and the memory that it took.
fn played(folder: &Path) -> (String, Memory) {
    let out = folder.join("out.json");
    let mut command = flowc();
    command.args(["test", "--format", "json"]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(fs::File::create(&out).unwrap()).stderr(Stdio::null());
    let mut child: Child = command.spawn().unwrap();
    let mut most = Memory::default();
    let ended = loop {
        most = most.most(memory(child.id()));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(ended.success(), "flowc test: {ended}");
    (fs::read_to_string(out).unwrap(), most)
}

/// What flowc holds and has held, and the one of its children that plays.
fn memory(flowc: u32) -> Memory {
    let children = fs::read_to_string(format!("/proc/{flowc}/task/{flowc}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    let player = children.filter_map(|child| held(child, "flow-")).fold(0.0, f64::max);
    Memory { flowc: held(flowc, "flowc").unwrap_or_default(), player }
}

/// `VmHWM` of a process whose name begins so.
fn held(process: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let kilobytes = value("VmHWM:")?.strip_suffix(" kB")?.parse::<f64>().ok()?;
    value("Name:")?.starts_with(name).then_some(kilobytes / 1_000.0)
}
