//! Pictures of flows: what must be true of each, how some look, and that Graphviz and Mermaid take theirs.
//!
//! `FLOW_BLESS=1` writes the golden files anew; look at the pictures before you commit them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod chart;
mod cli;
mod covered;
mod font;
mod peers;
#[path = "../fuzz/program.rs"]
mod program;
use flow_tests::random;
mod sound;

use flow_tests::folder::{Beside, files_below, workspace};
use flowc::draw::{Format, draw};
use flowc::graph::FlowGraph;
use flowc::sample::NoSamples;
use flowc::source::SourceFile;
use random::Random;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Flows, and their pictures as they were when somebody looked at them. Those in `docs` are shown to users.
const GOLDEN: &[(&str, &str)] = &[
    ("examples/weather-forecast/weather-forecast.flow", "docs/pictures/weather-forecast.svg"),
    ("examples/keyword-menu/keyword-menu.flow", "docs/pictures/keyword-menu.svg"),
    ("examples/keyword-menu/keyword-menu.flow", "tests/draw/keyword-menu.mmd"),
    ("examples/keyword-menu/keyword-menu.flow", "tests/draw/keyword-menu.dot"),
    ("tests/draw/appointment.flow", "tests/draw/appointment.svg"),
    ("tests/draw/awkward.flow", "tests/draw/awkward.svg"),
    ("tests/draw/awkward.flow", "tests/draw/awkward.mmd"),
    ("tests/draw/awkward.flow", "tests/draw/awkward.dot"),
];

/// The same of pictures of coverage, where all has gone well in each test.
const COVERED: &[(&str, &str)] = &[
    ("examples/weather-forecast/weather-forecast.flow", "docs/pictures/weather-forecast-coverage.svg"),
    ("tests/draw/appointment.flow", "tests/draw/appointment-coverage.svg"),
    ("tests/draw/appointment.flow", "tests/draw/appointment-coverage.mmd"),
    ("tests/draw/appointment.flow", "tests/draw/appointment-coverage.dot"),
];

/// A flow file and its graph.
pub(crate) struct Flow {
    pub(crate) source: SourceFile,
    pub(crate) graph: FlowGraph,
}

impl Flow {
    fn read(path: &Path) -> Self {
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = SourceFile::new(name, fs::read_to_string(path).unwrap());
        let (graph, diagnostics) = flowc::graph_of(&source, &Beside(path));
        Self { graph: graph.unwrap_or_else(|| panic!("{name}: {diagnostics:#?}")), source }
    }

    /// A flow of this text; `None` if it has errors.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let source = SourceFile::new("flow.flow", text);
        Some(Self { graph: flowc::graph_of(&source, &NoSamples).0?, source })
    }

    pub(crate) fn drawn(&self, format: Format) -> String {
        draw(&self.graph, &self.source, format)
    }
}

/// The flows of all folders that hold some without errors.
pub(crate) fn flows() -> Vec<Flow> {
    let folders = ["examples", "tests/emit", "tests/draw"];
    let paths: Vec<PathBuf> =
        folders.iter().flat_map(|folder| files_below(&workspace().join(folder), "flow")).collect();
    assert!(paths.len() >= 7);
    paths.iter().map(|path| Flow::read(path)).collect()
}

/// Flows that nobody would write.
pub(crate) fn random_flows(count: usize) -> Vec<Flow> {
    let seed = std::env::var("FLOW_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut random = Random::new(seed);
    std::iter::repeat_with(|| Flow::of(&program::program(&mut random))).flatten().take(count).collect()
}

#[test]
fn pictures_look_as_they_did() {
    let plain = GOLDEN.iter().map(|golden| (golden, false));
    for ((flow, picture), is_covered) in plain.chain(COVERED.iter().map(|golden| (golden, true))) {
        let flow = Flow::read(&workspace().join(flow));
        let path = workspace().join(picture);
        let format = match path.extension().unwrap().to_str().unwrap() {
            "svg" => Format::Svg,
            "mmd" => Format::Mermaid,
            _ => Format::Dot,
        };
        let now = if is_covered { covered::drawn(&flow, format) } else { flow.drawn(format) };
        if std::env::var_os("FLOW_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &now).unwrap();
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        assert!(now == before, "{picture} is drawn otherwise (FLOW_BLESS=1 to accept):\n{now}");
    }
}

#[test]
fn each_picture_is_sound() {
    for flow in flows() {
        sound::check(&flow);
    }
}

#[test]
fn pictures_of_random_flows_are_sound() {
    for flow in random_flows(300) {
        sound::check(&flow);
    }
}

#[test]
fn what_is_hard_to_draw_is_sound() {
    let cases: String = (0..40).map(|at| format!("\"{at}\" -> sms \"{at}\" ")).collect();
    let jumps: String = (0..12).map(|at| format!("\"{at}\" -> goto p{} ", at % 4)).collect();
    let joins = "-> { if $body == \"a\" -> set x = 1 else -> set x = 2 }\n".repeat(12);
    let skips = "-> { if $body == \"a\" -> { if $body == \"b\" -> sms \"c\" } }\n".repeat(12);
    let calls = "-> { call GET \"https://e.example\" ok -> sms \"a\" fail -> sms \"b\" }\n".repeat(6);
    for text in [
        format!("on sms -> match $body {{ {cases} else -> end }}"),
        format!("on sms {joins} -> sms \"$x\""),
        format!("on sms {skips} -> sms \"x\""),
        format!("on sms {calls}"),
        format!("on sms -> sms \"{}\"", "w".repeat(1500)),
        format!("flow \"{}\" on sms -> sms \"漢字 🌷 ﷽ \u{202e} x\"", "long name ".repeat(40)),
        format!(
            "on sms -> match $body {{ {jumps} else -> end }} path p0 -> goto p1 path p1 -> goto p2 path p2 -> if 1 == 2 -> goto p0 else -> end \
             path p3 -> if $body == \"x\" -> goto p3 else -> end"
        )
        .replace("$body == \"x\"", "1 == 2"),
        "on sms -> end on api \"a\" -> end on api \"b\" -> end on api \"c\" -> end".to_owned(),
    ] {
        sound::check(&Flow::of(&text).unwrap_or_else(|| panic!("{text}: {:#?}", flowc::check(&SourceFile::new("f", text.clone()), &NoSamples))));
    }
}

#[test]
fn a_large_flow_is_drawn_in_time() {
    let step = "-> { if $body == \"a\" -> sms \"b\" else -> { call GET \"https://e.example/x\" fail -> sms \"c\" } }\n";
    let flow = Flow::of(&format!("on sms {}", step.repeat(500))).unwrap();
    let begun = Instant::now();
    let svg = flow.drawn(Format::Svg);
    assert_eq!(svg.matches("data-box=").count(), 2004);
    // A second in a debug build; ten on a busy machine.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
