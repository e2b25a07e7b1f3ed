//! `flowc explore`

mod document;
mod picture;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::check::draw_errors;
use super::console::Console;
use super::{Exit, counted, run};
use crate::driver::samples::Beside;
use crate::driver::{Error, Stage, flow_file};
use crate::explore::{self, Bounds, Exploration};
use crate::source::SourceFile;
use crate::suite::Script;

/// Walk every path of a flow, with no tests at all, and show the conversations that come of it
#[derive(Debug, Args)]
#[command(after_help = "\
The flow is built and played: services answer with samples or with examples made up for the call's queries, each failure \
that the flow tells apart comes up, and people write what the flow compares their words with, something else, or nothing. \
Nothing leaves this machine, no secret is needed, and time is virtual.
Ends with code 1 if a person gets no answer, a loop has no exit, or one person is sent too many messages.

Example:
  flowc explore weather.flow
  flowc explore booking.flow --depth 20 --paths 5000
  flowc explore booking.flow --write-tests && flowc test booking.flow")]
pub(super) struct Explore {
    /// The flow file
    file: PathBuf,
    /// Steps that a conversation may have: messages, answers of services, times that pass
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = at_least_one)]
    depth: usize,
    /// Conversations at most
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    paths: usize,
    /// Messages that one person may be sent in a conversation
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = at_least_one)]
    messages: usize,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Add each conversation to the flow file as a `test`
    #[arg(long)]
    write_tests: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree of conversations
    #[default]
    #[value(alias = "text")]
    Human,
    /// One JSON object
    Json,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "it is a number from 1 on".to_owned())
}

impl Explore {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let file = flow_file::read(system, &self.file)?;
        let samples = Beside::new(system, &self.file);
        let (graph, diagnostics) = crate::graph_of(&file, &samples);
        draw_errors(console, &file, diagnostics);
        let Some(graph) = graph else {
            return Ok(Exit::FlowErrors);
        };
        let binary = run::build(console, &self.file, &crate::emit_for_tests(&graph), None)?;
        let mut stage = Stage::open(system, &binary)?;
        let mut play = |script: &Script| stage.play(script);
        let bounds = Bounds { depth: self.depth, paths: self.paths, messages: self.messages };
        let exploration = explore::explore(&graph, &file, &samples, bounds, &mut play)?;
        match self.format {
            Format::Json => console.result(&document::json(&file, &graph.name, &exploration))?,
            Format::Human => {
                let (style, width) = console.output();
                console.result(&picture::draw(&file, &exploration, bounds, style, width))?;
            }
        }
        if self.write_tests {
            let known: BTreeSet<String> = crate::names_of_tests(&file);
            let written = explore::tests(&graph, &samples, &exploration, &known, &mut play)?;
            self.write(console, &file, &written)?;
        }
        Ok(if exploration.has_mistakes() { Exit::FlowErrors } else { Exit::Fine })
    }

    /// Adds tests to the flow file; what stands there already stays as it is.
    fn write(&self, console: &Console<'_>, file: &SourceFile, tests: &[explore::Written]) -> Result<(), Error> {
        let shown = self.file.display();
        if tests.is_empty() {
            console.notice(&format!("{shown} has a test for each of these conversations already"));
            return Ok(());
        }
        let blocks: Vec<&str> = tests.iter().map(|test| test.text.as_str()).collect();
        let blocks = blocks.join("\n");
        // Only what is added is brought into the canonical layout; the rest is the user's.
        let added = SourceFile::new(file.name.as_str(), blocks.clone());
        let added = crate::format(&added).unwrap_or(blocks);
        let breaks = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
        let added = added.replace("\r\n", "\n").replace('\n', breaks);
        let text = format!("{}{breaks}{breaks}{added}", file.text.trim_end());
        flow_file::write(console.system, &self.file, &text)?;
        console.notice(&format!("wrote {} to {shown}; `flowc test {shown}` plays them", counted(tests.len(), "test")));
        Ok(())
    }
}

/// How much was found, in a line: ``14 paths, 9 steps deep, all 23 steps and ways walked``.
fn summary(exploration: &Exploration) -> String {
    let share = exploration.share;
    let walked = match share.walked == share.all {
        true if share.all == 1 => "its one step walked".to_owned(),
        true => format!("all {} steps and ways walked", share.all),
        false => format!("{share} of the steps and ways walked"),
    };
    let (paths, depth) = (counted(exploration.trails.len(), "path"), counted(exploration.depth(), "step"));
    let slowest = exploration.slowest.map(|slowest| {
        let when = exploration.names.get(slowest.trail).map(|name| format!(", when {name}")).unwrap_or_default();
        format!("; longest answer {} (line {}{when})", seconds(slowest.ms), slowest.line)
    });
    format!("{paths}, {depth} deep, {walked}{}", slowest.unwrap_or_default())
}

/// `10.2 s`, `2 min 30 s`, `1 h`; of an answer that takes no time on the virtual clock: `at once`.
fn seconds(ms: u64) -> String {
    let two = |(many, large): (u64, &str), (few, small): (u64, &str)| match few {
        0 => format!("{many} {large}"),
        few => format!("{many} {large} {few} {small}"),
    };
    let whole = ms / 1_000;
    match ms {
        0..100 => "at once".to_owned(),
        100..60_000 => format!("{whole}.{} s", ms % 1_000 / 100),
        60_000..3_600_000 => two((whole / 60, "min"), (whole % 60, "s")),
        _ => two((whole / 3_600, "h"), (whole % 3_600 / 60, "min")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_two_units_at_most() {
        let told = [0, 99, 10_250, 60_400, 150_000, 3_600_000, 5_430_000].map(seconds);
        assert_eq!(told, ["at once", "at once", "10.2 s", "1 min", "2 min 30 s", "1 h", "1 h 30 min"]);
    }
}
