//! Coverage as lcov's tools and what reads the same files want it (geninfo(1), "FILES").

use super::{Coverage, Step};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// The record of a flow. `path` is where it lies, as the tools are to find it.
///
/// A line is covered if a step on it is; a step with several ways is a block of branches. Triggers and paths are its functions.
pub fn record(path: &str, coverage: &Coverage) -> String {
    let mut text = format!("TN:\nSF:{path}\n");
    functions(&mut text, coverage);
    let lines = lines(coverage);
    branches(&mut text, coverage, &lines);
    for (line, count) in &lines {
        put(&mut text, format_args!("DA:{line},{count}"));
    }
    let hit = lines.values().filter(|count| **count > 0).count();
    put(&mut text, format_args!("LF:{}\nLH:{hit}\nend_of_record", lines.len()));
    text
}

fn functions(text: &mut String, coverage: &Coverage) {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let names: Vec<String> = coverage
        .entries
        .iter()
        .map(|entered| {
            // A file's functions have different names, and two triggers may have the same.
            let number = known.entry(&entered.head).or_default();
            *number += 1;
            if *number > 1 { format!("{} ({number})", entered.head) } else { entered.head.clone() }
        })
        .collect();
    for (entered, name) in coverage.entries.iter().zip(&names) {
        put(text, format_args!("FN:{},{name}", entered.line));
    }
    for (entered, name) in coverage.entries.iter().zip(&names) {
        put(text, format_args!("FNDA:{},{name}", entered.count));
    }
    let hit = coverage.entries.iter().filter(|entered| entered.count > 0).count();
    put(text, format_args!("FNF:{}\nFNH:{hit}", coverage.entries.len()));
}

/// How often each line was come to: that step of it to which runs came most often.
fn lines(coverage: &Coverage) -> BTreeMap<u32, u64> {
    let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
    let heads = coverage.entries.iter().map(|entered| (entered.line, entered.count));
    for (line, count) in heads.chain(coverage.steps.iter().map(|step| (step.line, step.count))) {
        let most = lines.entry(line).or_default();
        *most = count.max(*most);
    }
    lines
}

fn branches(text: &mut String, coverage: &Coverage, lines: &BTreeMap<u32, u64>) {
    let mut blocks: HashMap<u32, usize> = HashMap::new();
    let (mut found, mut hit) = (0_usize, 0_usize);
    for Step { line, ways, .. } in coverage.steps.iter().filter(|step| !step.ways.is_empty()) {
        let block = blocks.entry(*line).or_default();
        for (branch, way) in ways.iter().enumerate() {
            // Of a line that no run came to, `-` says that nobody knows.
            let is_seen = lines.get(line).is_some_and(|count| *count > 0);
            let taken = if is_seen { way.count.to_string() } else { "-".to_owned() };
            put(text, format_args!("BRDA:{line},{block},{branch},{taken}"));
            found += 1;
            hit += usize::from(way.count > 0);
        }
        *block += 1;
    }
    put(text, format_args!("BRF:{found}\nBRH:{hit}"));
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // A `String` takes whatever is written to it.
    let _ = writeln!(text, "{line}");
}
