//! `flowc test`

mod difference;
mod json;
mod junit;
mod picture;
mod tried;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(super) use self::tried::{Tried, tried};
use super::check::draw_errors;
use super::console::Console;
use super::coverage::Wanted;
use super::inputs::{Input, Inputs};
use super::{Exit, counted, watch};
use crate::diagnostic::render::{self, Style};
use crate::driver::samples::Beside;
use crate::driver::{Error, Watch};
use crate::source::SourceFile;
use crate::suggest;
use crate::suite::Suite;

/// Play the tests of flows, each on a clock and a carrier of its own
#[derive(Debug, Args)]
#[command(after_help = "\
The flow is compiled as for `build`; services, carrier and clock are the test's own.
Nothing leaves this machine, and no time passes. A flow without tests is no failure.
Ends with code 1 if a test fails, a flow has errors or less is walked than --require-coverage says.
Ends with code 2 if no test has the name of --filter.

Example:
  flowc test
  flowc test weather.flow
  flowc test weather.flow --filter \"a slow service\"
  flowc test --watch weather.flow
  flowc test flows/ --junit results.xml
  flowc test flows/ --coverage --require-coverage 100")]
pub(super) struct Test {
    #[command(flatten)]
    inputs: Inputs,
    /// Play only tests with this in their names; a whole name means that test alone
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Name each test, not only those that fail
    #[arg(short, long)]
    verbose: bool,
    /// How the outcome is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Play them again whenever a flow or a file that it names is saved
    #[arg(long)]
    watch: bool,
    /// Also write the outcome as JUnit XML, as CI services read it
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    coverage: Wanted,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// A JSON object a line: one for each test
    Json,
}

/// What came of a flow.
enum Outcome {
    /// Its tests were played.
    Tried(Tried),
    /// It has errors, which have been told.
    Broken(Broken),
    /// Its tests could not be played: its name, and why, which has been told.
    Failed(String, String),
}

/// A flow with errors.
struct Broken {
    /// Its file.
    name: String,
    /// How many.
    count: usize,
    /// All of them, as they are drawn.
    told: String,
}

impl Outcome {
    /// The tests, if they were played.
    fn tried(&self) -> Option<&Tried> {
        match self {
            Self::Tried(tried) => Some(tried),
            Self::Broken(_) | Self::Failed(..) => None,
        }
    }
}

impl Test {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        if !self.watch {
            return self.once(console);
        }
        if self.inputs.has_standard() {
            console.error("standard input cannot be watched", Some("leave `-` or --watch away"));
            return Ok(Exit::Failed);
        }
        loop {
            let (inputs, _) = self.inputs.find(console.system);
            let watch = Watch::over(console.system, inputs.iter().map(Input::path));
            if let Err(error) = self.once(console) {
                super::failed(console, &error);
            }
            console.notice("waiting for a change; Ctrl-C ends it");
            let mut looks = 0_u32;
            // Other flows in a folder are looked for about once a second: it may be a large one.
            let mut are_these = || {
                looks = looks.wrapping_add(1);
                !looks.is_multiple_of(20) || self.inputs.find(console.system).0 == inputs
            };
            watch.wait(console.system, &mut are_these);
            watch::clear(console);
        }
    }

    fn once(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let (inputs, errors) = self.inputs.find(console.system);
        let mut exit = errors.iter().map(|error| super::failed(console, error)).fold(Exit::Fine, Exit::max);
        let (mut outcomes, mut loaded) = (Vec::new(), Vec::new());
        for input in &inputs {
            // A file that cannot be read or has mistakes does not keep the others from being tested.
            match load(console, input) {
                Ok(Loaded::Sound(file, suite)) => loaded.push((input, file, suite)),
                Ok(Loaded::Broken(broken)) => outcomes.push(Outcome::Broken(broken)),
                Err(error) => exit = super::failed(console, &error),
            }
        }
        let is_any = self.choose(&mut loaded);
        // What could not be read may hold the tests that are meant.
        if let (Err(names), Exit::Fine, true) = (is_any, exit, outcomes.is_empty()) {
            self.none_is_meant(console, &names);
            return Ok(Exit::Failed);
        }
        for (input, file, suite) in loaded {
            let name = file.name.clone();
            match tried(console, input.path(), file, suite) {
                Ok(tried) => {
                    self.show(console, &tried)?;
                    outcomes.push(Outcome::Tried(tried));
                }
                Err(error) => {
                    exit = super::failed(console, &error);
                    outcomes.push(Outcome::Failed(name, error.to_string()));
                }
            }
        }
        if self.format == Format::Human {
            summary(&outcomes).iter().for_each(|line| console.notice(line));
        }
        if let Some(path) = &self.junit {
            console.deliver(&junit::document(&outcomes), Some(path))?;
        }
        let played = outcomes.iter().filter_map(Outcome::tried);
        exit = exit.max(self.coverage.tell(console, played, self.format == Format::Json)?);
        let is_bad = outcomes.iter().any(|outcome| match outcome {
            Outcome::Tried(tried) => tried.failed() > 0,
            Outcome::Broken(_) => true,
            Outcome::Failed(..) => false,
        });
        Ok(if is_bad { exit.max(Exit::FlowErrors) } else { exit })
    }

    /// Leaves only the tests that are meant, and the flows that have some.
    ///
    /// # Errors
    ///
    /// There are none: the names of those that there are.
    fn choose(&self, loaded: &mut Vec<(&Input, SourceFile, Suite)>) -> Result<(), Vec<String>> {
        let Some(filter) = &self.filter else { return Ok(()) };
        let names: Vec<String> =
            loaded.iter().flat_map(|(_, _, suite)| &suite.plays).map(|play| play.name.clone()).collect();
        let is_whole = names.contains(filter);
        for (_, _, suite) in loaded.iter_mut() {
            suite.plays.retain(|play| if is_whole { play.name == *filter } else { play.name.contains(filter) });
        }
        loaded.retain(|(_, _, suite)| !suite.plays.is_empty());
        if loaded.is_empty() { Err(names) } else { Ok(()) }
    }

    fn none_is_meant(&self, console: &Console<'_>, names: &[String]) {
        let filter = self.filter.as_deref().unwrap_or_default();
        let near = suggest::nearest(filter, names.iter().map(String::as_str));
        let help = match (near.is_empty(), names.first()) {
            (false, _) => suggest::did_you_mean(&near, ""),
            (true, Some(first)) => format!("there is {}, such as `{first}`", counted(names.len(), "test")),
            (true, None) => "there is no test at all".to_owned(),
        };
        console.error(&format!("no test has `{filter}` in its name"), Some(&help));
    }

    /// Shows what came of a flow's tests.
    fn show(&self, console: &Console<'_>, tried: &Tried) -> Result<(), Error> {
        if self.format == Format::Json {
            return console.result(&json::lines(tried));
        }
        let (style, width) = console.output();
        for verdict in &tried.verdicts {
            match &verdict.failure {
                Some(failure) => console.result(&picture::failure(tried, verdict, failure, style, width))?,
                None if self.verbose => console.result(&picture::passed(tried, verdict, style))?,
                None => {}
            }
        }
        if console.quiet && tried.failed() == 0 {
            return Ok(());
        }
        console.result(&picture::line(tried, style))
    }
}

/// A flow as it was read.
enum Loaded {
    /// It has no errors; its tests are ready to be played.
    Sound(SourceFile, Suite),
    /// It has some.
    Broken(Broken),
}

/// Reads a flow and its tests; what is wrong with it is drawn.
fn load(console: &Console<'_>, input: &Input) -> Result<Loaded, Error> {
    let file = input.read(console.system)?;
    let (suite, diagnostics) = crate::suite_of(&file, &Beside::new(console.system, input.path()));
    let errors = draw_errors(console, &file, diagnostics);
    Ok(match suite {
        Some(suite) => Loaded::Sound(file, suite),
        None => {
            let told = render::render(&file, &errors, Style::PLAIN);
            Loaded::Broken(Broken { name: file.name, count: errors.len(), told })
        }
    })
}

/// `3 flows: 25 passed, 1 failed`; nothing for a single flow, whose own line says as much.
fn summary(outcomes: &[Outcome]) -> Option<String> {
    let tried = || outcomes.iter().filter_map(Outcome::tried);
    let failed: usize = tried().map(Tried::failed).sum();
    let played: usize = tried().map(|tried| tried.verdicts.len()).sum();
    let broken = outcomes.len() - tried().count();
    let counts = [(played - failed, "passed"), (failed, "failed")];
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let broken = (broken > 0).then(|| format!("{} could not be tested", counted(broken, "flow")));
    let told: Vec<_> = counts.chain(broken).collect();
    let told = if told.is_empty() { "no tests".to_owned() } else { told.join(", ") };
    (outcomes.len() > 1).then(|| format!("{}: {told}", counted(outcomes.len(), "flow")))
}
