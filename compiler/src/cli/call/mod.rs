//! `flowc call`

mod document;
mod picture;
mod sample;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::document::Document;
use self::sample::Sample;
use super::Exit;
use super::check::draw_errors;
use super::console::Console;
use super::progress::Watcher;
use crate::driver::samples::Beside;
use crate::driver::system::{Command, Line, System};
use crate::driver::{self, Error, Making, Order, flow_file};
use crate::trial::{self, Given, Place, Problem, Unpicked, Where};

/// Try one call of a flow: show its request, and with --send, what comes back
#[derive(Debug, Args)]
#[command(after_help = "\
Without --send nothing leaves this machine, and no secret is needed. With it, the request is really made, by the code that \
makes it in earnest: a POST changes what it changes. Secrets come from NAME or NAME_FILE, as the binary reads them, and \
stand as `(secret)` where an answer echoes them.
What follows `--` goes to the binary: how it reaches the world; `-- --help` lists what it takes.
Ends with code 1 if the call takes its `fail` path.

Example:
  flowc call weather.flow
  flowc call booking.flow:12 --var from=+13055550123 --var guests=2
  flowc call weather.flow --send --save-sample forecast.json
  flowc call booking.flow:12 --var from=+13055550123 --send -- \\
      --connect-to crm.example.com:443=http://127.0.0.1:9000")]
pub(super) struct Call {
    /// The flow file; with the line of a call, and its column, if there are several
    #[arg(value_name = "FILE[:LINE[:COLUMN]]")]
    target: PathBuf,
    /// The value of a variable that the call uses; repeated for a list, and `now.date=…` for a field
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = given)]
    vars: Vec<Given>,
    /// Send the request
    #[arg(long)]
    send: bool,
    /// Write the answer's body to a file beside the flow, for `sample`
    #[arg(long, value_name = "FILE", requires = "send")]
    save_sample: Option<PathBuf>,
    /// Let --save-sample replace a file that is not this call's sample
    #[arg(long, requires = "save_sample")]
    force: bool,
    /// Show all of the answer, however long it is
    #[arg(long)]
    full: bool,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Arguments of the binary
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON object
    Json,
}

fn given(text: &str) -> Result<Given, String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE, like from=+13055550123")?;
    let name = name.strip_prefix('$').unwrap_or(name);
    if name.is_empty() {
        return Err("the name is missing: write it as NAME=VALUE, like from=+13055550123".to_owned());
    }
    Ok(Given { name: name.to_owned(), value: value.to_owned() })
}

impl Call {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let system = console.system;
        let (path, place) = match target(system, &self.target) {
            Ok(meant) => meant,
            Err(why) => {
                console.error(&why, Some("name the call by FILE:LINE or FILE:LINE:COLUMN, both from 1"));
                return Ok(Exit::Failed);
            }
        };
        let file = flow_file::read(system, &path)?;
        let (graph, diagnostics) = crate::graph_of(&file, &Beside::new(system, &path));
        draw_errors(console, &file, diagnostics);
        let Some(graph) = graph else {
            return Ok(Exit::FlowErrors);
        };
        let call = match trial::pick(&file, &graph, place) {
            Ok(call) => call,
            Err(unpicked) => {
                let (message, help) = unpicked_words(&file.name, &unpicked);
                console.error(&message, Some(&help));
                return Ok(Exit::Failed);
            }
        };
        let state = match trial::state(&graph, &call, &self.vars) {
            Ok(state) => state,
            Err(problems) => {
                let (message, help) = self.problem_words(&file.name, &call, &problems);
                console.error(&message, Some(&help));
                return Ok(Exit::Failed);
            }
        };
        let sample = self.save_sample.as_deref().map(|to| Sample::new(system, &path, &call, to, self.force));
        let sample = match sample.transpose() {
            Ok(sample) => sample,
            Err(refused) => {
                console.error(&refused.message, Some(&refused.help));
                return Ok(Exit::Failed);
            }
        };
        let emitted = crate::emit(&graph);
        let order = Order { emitted: &emitted, source: &path, making: Making::default(), output: None };
        let mut watcher = Watcher::new(console);
        let built = driver::build(system, order, &mut |progress| watcher.see(progress));
        watcher.finish();
        let (exit, printed) = self.ask(console, &built?, state)?;
        let Some(document) = Document::read(&printed, &call) else {
            // `-- --help`, or what the binary refuses, which it has told.
            console.result(&printed)?;
            if exit == Exit::Failed && !self.arguments.is_empty() {
                let target = self.target.display();
                console.notice(&format!("What may stand behind `--` is told by: flowc call {target} -- --help"));
            }
            return Ok(exit);
        };
        match self.format {
            Format::Json => console.result(&document.json(&file.name, &call))?,
            Format::Human => {
                let (style, width) = console.output();
                console.result(&picture::draw(&document, &call, style, width, self.full))?;
                if !self.send && document.has_request() {
                    console.notice("Nothing was sent; --send sends it.");
                }
            }
        }
        match sample {
            Some(sample) => sample.save(console, &document, exit),
            None => Ok(exit),
        }
    }

    /// Has the binary try the call; what it has to complain about goes to standard error as it comes.
    fn ask(&self, console: &Console<'_>, binary: &Path, state: String) -> Result<(Exit, String), Error> {
        let send = self.send.then_some("--send");
        let command = Command::new(binary).with(["call"]).with(send).with(&self.arguments).reading(state);
        let mut printed = String::new();
        let ended = console.system.run(&command, &mut |line| match line {
            Line::Output(line) => printed.extend([line, "\n"]),
            Line::Error(line) => console.system.report(&format!("{line}\n")),
        });
        let ended = ended.map_err(|cause| Error::Start { program: binary.display().to_string(), cause })?;
        let exit = match ended.code {
            Some(0) => Exit::Fine,
            Some(1) => Exit::FlowErrors,
            _ => Exit::Failed,
        };
        Ok((exit, printed))
    }

    fn problem_words(&self, file: &str, call: &Place<'_>, problems: &[Problem]) -> (String, String) {
        let told: String = problems.iter().map(|problem| format!("\n  - {problem}")).collect();
        let wanted = trial::wanted(call);
        let options: Vec<String> = wanted
            .iter()
            .filter(|wanted| !wanted.typed.optional || self.vars.iter().any(|given| given.name == wanted.name))
            .map(|wanted| wanted.option(&self.vars))
            .collect();
        let place = self.target.display();
        let help = match options.as_slice() {
            [] => format!("it needs none: flowc call {place}"),
            options => format!("as in: flowc call {place} {}", options.join(" ")),
        };
        (format!("{file}:{}: the call cannot be made with these values{told}", call.start.line), help)
    }
}

/// The file that is meant, and the place in it. A file may have a colon in its name.
///
/// # Errors
///
/// A sentence, if what follows a file that is there is no line or no column.
fn target(system: &dyn System, target: &Path) -> Result<(PathBuf, Option<Where>), String> {
    let text = target.to_string_lossy();
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    let counted = |text: &str, what: &str| number(text).ok_or(format!("`{text}` is no {what}: {what}s count from 1"));
    let is_there = |file: &str| system.entry(Path::new(file)).is_some();
    if system.entry(target).is_some() {
        return Ok((target.to_owned(), None));
    }
    let Some((before, last)) = text.rsplit_once(':') else { return Ok((target.to_owned(), None)) };
    if is_there(before) {
        return Ok((before.into(), Some(Where { line: counted(last, "line")?, column: None })));
    }
    if let Some((file, line)) = before.rsplit_once(':').filter(|(file, _)| is_there(file)) {
        return Ok((file.into(), Some(Where { line: counted(line, "line")?, column: Some(counted(last, "column")?) })));
    }
    // There is no such file, and it is told by its own name.
    let missing = |text: &str| Some(text.rsplit_once(':').filter(|(_, place)| number(place).is_some())?.0.to_owned());
    let file = missing(&text).map(|file| missing(&file).unwrap_or(file));
    Ok((file.map_or_else(|| target.to_owned(), PathBuf::from), None))
}

/// What is said where no call is picked, and how to pick one.
fn unpicked_words(file: &str, unpicked: &Unpicked<'_>) -> (String, String) {
    let (what, calls) = match unpicked {
        Unpicked::NoCall => {
            let help = "a call looks like `call GET \"https://example.com/wx\" < temp = temperature >`";
            return (format!("{file} has no call"), help.to_owned());
        }
        Unpicked::Turn(turn) => {
            let help =
                "play it in a test: `given BOT -> …` says what the bot answers, and `flowc test` tells what came of it";
            return (
                format!("`{turn}` of {file} is a turn with a bot, and only a `call` can be tried alone"),
                help.to_owned(),
            );
        }
        Unpicked::Elsewhere(calls) => (format!("no call of {file} stands there; these do"), calls),
        Unpicked::Several(calls) => (format!("{file} has several calls; say which one"), calls),
    };
    let shared = |line| calls.iter().filter(|call| call.start.line == line).count() > 1;
    let name = |call: &Place<'_>| match shared(call.start.line) {
        true => format!("{file}:{}:{}", call.start.line, call.start.column),
        false => format!("{file}:{}", call.start.line),
    };
    let names: Vec<String> = calls.iter().map(name).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let rows: String =
        names.iter().zip(calls).map(|(name, call)| format!("\n  {name:<width$}  {}", call.call.target())).collect();
    let help = names.first().map(|name| format!("flowc call {name}")).unwrap_or_default();
    (format!("{what}{rows}"), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::system::memory::Memory;

    #[test]
    fn a_line_follows_the_file() {
        let memory = Memory::with_files(&[("a.flow", ""), ("b:7", ""), ("c:1:2", "")]);
        let read = |text: &str| {
            let (path, place) = target(&memory, Path::new(text))?;
            Ok((path.display().to_string(), place.map(|place| (place.line, place.column))))
        };
        let found = |file: &str, place| Ok::<_, String>((file.to_owned(), place));
        assert_eq!(read("a.flow"), found("a.flow", None));
        assert_eq!(read("a.flow:12"), found("a.flow", Some((12, None))));
        assert_eq!(read("a.flow:12:3"), found("a.flow", Some((12, Some(3)))));
        assert_eq!(read("b:7"), found("b:7", None));
        assert_eq!(read("b:7:9"), found("b:7", Some((9, None))));
        assert_eq!(read("c:1:2"), found("c:1:2", None));
        assert_eq!(read("none:x"), found("none:x", None));
        assert_eq!(read("none:3:1"), found("none", None));
        for (text, wrong) in
            [("a.flow:0", "`0` is no line"), ("a.flow:", "`` is no line"), ("a.flow:x:3", "`x` is no line")]
        {
            assert_eq!(read(text), Err(format!("{wrong}: lines count from 1")));
        }
        assert_eq!(read("a.flow:3:x"), Err("`x` is no column: columns count from 1".to_owned()));
    }

    #[test]
    fn a_variable_has_a_name_and_a_value() {
        let read = |text: &str| given(text).map(|given| (given.name, given.value));
        assert_eq!(read("body=a=b"), Ok(("body".to_owned(), "a=b".to_owned())));
        assert_eq!(read("$body="), Ok(("body".to_owned(), String::new())));
        assert!(read("body").is_err() && read("=x").is_err());
    }
}
