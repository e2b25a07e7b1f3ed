//! How time and memory of some work grow with the file: a thousand, ten thousand, and a hundred thousand lines.

use std::process::Command;

use flowc::source::SourceFile;

use crate::generated;
use crate::measure::Times;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// Tells a child of this bench that it is one: it does the work once, on a file of so many lines, and says what it took.
const CHILD: &str = "FLOW_BENCH_LINES";

/// Measures the work for each size, under a name.
///
/// Sizes take turns, so that whatever else the machine does falls on all of them.
pub(crate) fn by_size(name: &str, work: fn(&SourceFile)) {
    let mut sizes = SIZES.map(|lines| (lines, generated::flow(lines), Times::default()));
    for _ in 0..15 {
        for (lines, source, times) in &mut sizes {
            // A short time needs more repetitions for the same certainty.
            for _ in 0..(30_000 / *lines).max(1) {
                times.time(|| work(source));
            }
        }
    }
    let mut former: Option<&Times> = None;
    for (lines, source, times) in &sizes {
        let kilobytes = source.text.len() as f64 / 1_000.0;
        // A million bytes a second is a kilobyte a millisecond.
        let speed = kilobytes / times.least();
        println!(
            "{name}, {lines:>6} lines, {kilobytes:.0} KB: {times}; {speed:.1} MB/s; {}",
            memory(*lines, kilobytes)
        );
        if let Some(former) = former.replace(times) {
            let (median, least) = (times.median() / former.median(), times.least() / former.least());
            println!("  ten times the lines: {median:.1} times the time by the medians, {least:.1} by the least");
        }
    }
}

/// Does the work and says what memory it took, if this process was started for that; `false` if it was not.
///
/// A process of its own, since the most that a process ever held never falls again.
pub(crate) fn is_child(work: fn(&SourceFile)) -> bool {
    let Some(lines) = std::env::var(CHILD).ok().and_then(|lines| lines.parse().ok()) else { return false };
    let source = generated::flow(lines);
    let before = most_held();
    work(&source);
    println!("{}", most_held() - before);
    true
}

fn memory(lines: usize, kilobytes: f64) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let ended = child.arg("--bench").env(CHILD, lines.to_string()).output().unwrap();
    let held: f64 = String::from_utf8_lossy(&ended.stdout).trim().parse().unwrap();
    format!("{:.1} MB at the most, {:.0} bytes for each of text", held / 1_000.0, held / kilobytes)
}

/// The most memory that this process ever had at once, in kilobytes of 1,000 bytes: `VmHWM` of proc(5).
fn most_held() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1.024
}
