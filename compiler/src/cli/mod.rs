//! The command line: one file for each subcommand, and the exit codes.

mod build;
mod call;
mod check;
mod console;
mod coverage;
mod demo;
mod diff;
mod doctor;
mod engine;
mod explain;
mod explore;
mod fmt;
mod graph;
mod harmless;
mod inputs;
mod new;
mod numbers;
mod openapi;
mod paint;
mod phone;
mod progress;
mod run;
mod tally;
mod test;
mod unified;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::console::Console;
use crate::driver::Error;
use crate::driver::system::{Real, System};

/// Compiles a small declarative flow file into one native binary that answers texts.
#[derive(Debug, Parser)]
#[command(
    name = "flowc",
    version,
    after_help = "\
Exit codes:
  0  all is fine
  1  a flow has errors, or warnings that are denied; a test failed; --check or
     --diff found something to change; `flowc diff` found waiting runs that
     would be lost; or a call that was tried took its `fail` path
  2  the command could not do its work

Example:
  flowc new weather && cd weather && flowc run weather.flow

`flowc demo` shows it all with no network and no phone."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say only what is wrong
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Check(check::Check),
    Fmt(fmt::Fmt),
    Build(build::Build),
    Diff(diff::Diff),
    Run(run::Run),
    Test(test::Test),
    Phone(phone::Phone),
    Call(call::Call),
    Numbers(numbers::Numbers),
    Graph(graph::Graph),
    Openapi(openapi::Openapi),
    Explore(explore::Explore),
    Explain(explain::Explain),
    Doctor(doctor::Doctor),
    Demo(demo::Demo),
}

/// How a command ended; the numbers are part of what users build on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// 0
    Fine,
    /// 1: the flow has errors, one of its tests fails, or a call that was tried does.
    FlowErrors,
    /// 2: the command could not do its work.
    Failed,
}

/// Runs flowc with the arguments it was started with.
pub fn main() -> ExitCode {
    // A wrong argument ends the process here, with code 2.
    let cli = Cli::parse();
    ExitCode::from(match run(&Real::new(), &cli) {
        Exit::Fine => 0,
        Exit::FlowErrors => 1,
        Exit::Failed => 2,
    })
}

fn run(system: &dyn System, cli: &Cli) -> Exit {
    let console = Console::new(system, cli.quiet);
    let done = match &cli.command {
        Command::New(command) => command.run(&console),
        Command::Check(command) => command.run(&console),
        Command::Fmt(command) => command.run(&console),
        Command::Build(command) => command.run(&console),
        Command::Diff(command) => command.run(&console),
        Command::Run(command) => command.run(&console),
        Command::Test(command) => command.run(&console),
        Command::Phone(command) => command.run(&console),
        Command::Call(command) => command.run(&console),
        Command::Numbers(command) => command.run(&console),
        Command::Graph(command) => command.run(&console),
        Command::Openapi(command) => command.run(&console),
        Command::Explore(command) => command.run(&console),
        Command::Explain(command) => command.run(&console),
        Command::Doctor(command) => command.run(&console),
        Command::Demo(command) => command.run(&console),
    };
    done.unwrap_or_else(|error| failed(&console, &error))
}

fn failed(console: &Console<'_>, error: &Error) -> Exit {
    console.error(&error.to_string(), error.help().as_deref());
    Exit::Failed
}

/// `1 error`, `2 errors`.
fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory;

    use super::*;
    use crate::driver::system::memory::Memory;

    pub(super) fn flowc(memory: &Memory, line: &str) -> (Exit, String, String) {
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let exit = run(memory, &cli);
        (exit, memory.printed.take(), memory.reported.take())
    }

    /// A line that clap would break so that its rest stands alone: wider than clap ever draws, and no paragraph by itself.
    fn broken(help: &str) -> Option<&str> {
        help.lines().find(|line| line.len() > 100 && (line.starts_with(' ') || !line.ends_with('.')))
    }

    #[test]
    fn every_command_shows_an_example() {
        let mut root = Cli::command();
        root.clone().debug_assert();
        assert!(root.render_long_help().to_string().contains("Example"));
        assert_eq!(broken(&root.get_after_help().unwrap().to_string()), None);
        for command in root.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let name = command.get_name().to_owned();
            assert_eq!(broken(&command.get_after_help().map(ToString::to_string).unwrap_or_default()), None, "{name}");
            let help = command.render_long_help().to_string();
            assert!(help.contains(&format!("Example:\n  flowc {name}")), "{help}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_code_2_on_standard_error() {
        let memory = Memory::with_files(&[("dir/wx.flow", "")]);
        let (exit, out, err) = flowc(&memory, "flowc check none.flow");
        assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
        assert!(
            err.starts_with("error: cannot read `none.flow`: there is no such file") && err.contains("help: "),
            "{err}"
        );
        let (exit, _, err) = flowc(&memory, "flowc build dir");
        assert_eq!(exit, Exit::Failed);
        assert!(err.contains("is a folder") && err.contains("dir/NAME.flow"), "{err}");
    }

    #[test]
    fn a_code_is_explained_or_a_near_one_is_named() {
        let memory = Memory::default();
        let (exit, out, _) = flowc(&memory, "flowc explain f0201");
        assert_eq!(exit, Exit::Fine);
        assert!(out.starts_with("error[F0201]: "), "{out}");
        let (exit, _, err) = flowc(&memory, "flowc explain F201");
        assert_eq!(exit, Exit::Failed);
        assert!(err.contains("`F201`") && err.contains("did you mean") && err.contains("F0201"), "{err}");
        let (exit, out, _) = flowc(&memory, "flowc explain");
        assert_eq!(exit, Exit::Fine);
        assert_eq!(out.lines().count(), crate::diagnostic::Code::ALL.len());
    }

    #[test]
    fn what_cannot_be_written_is_code_2() {
        let text = "on sms   -> sms \"$boddy\"\n";
        let mut memory = Memory::with_files(&[("a.flow", text), ("b.flow", text)]);
        memory.broken = Some((".a.flow.7.part".into(), std::io::ErrorKind::PermissionDenied));
        let (exit, out, err) = flowc(&memory, "flowc check --fix a.flow b.flow");
        assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
        assert!(err.starts_with("error: cannot write `a.flow`: permission denied\n"), "{err}");
        assert_eq!((memory.text("a.flow").as_str(), memory.text("b.flow")), (text, text.replace("boddy", "body")));
        let (exit, _, err) = flowc(&memory, "flowc fmt a.flow b.flow");
        assert_eq!(exit, Exit::Failed);
        assert!(err.starts_with("error: cannot write `a.flow`: permission denied\nb.flow: formatted\n"), "{err}");
        assert_eq!(memory.text("a.flow"), text);
        assert_eq!(memory.files.borrow().len(), 2);
    }

    #[test]
    fn a_new_version_is_compared_with_the_old_one() {
        let old = "on sms -> ask \"How many?\" < n: int > within 10m reply -> wait 1d -> sms \"$n: how was it?\"\n";
        let memory = Memory::with_files(&[
            ("old.flow", old),
            ("moved.flow", &format!("# New.\n{old}")),
            ("new.flow", &old.replace("How many", "How many guests").replace("$n", "$n, $body")),
            ("bad.flow", "on sms -> sms \"$nobody\"\n"),
        ]);
        let (exit, out, err) = flowc(&memory, "flowc diff old.flow moved.flow");
        assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
        assert!(out.starts_with("what waits survives: 2 places") && out.lines().count() == 2, "{out}");

        let (exit, out, err) = flowc(&memory, "flowc diff old.flow new.flow");
        assert_eq!((exit, err.as_str()), (Exit::FlowErrors, ""));
        assert!(
            out.starts_with(
                "old.flow:1: `ask \"How many?\"` is lost: the step says something else in the new version, line 1\n    \
                 before: ask \"How many?\" < n: int >\n    now:    ask \"How many guests?\" < n: int >\n  help: "
            ),
            "{out}"
        );
        assert!(out.contains("`wait 1d` is lost: in the new version, line 1, `$body: text` is needed"), "{out}");
        assert!(out.contains("of 2 places, the new version does not take over 2\n"), "{out}");

        let named = Memory::with_files(&[
            ("old.flow", &format!("flow \"Hotel\"\n{old}")),
            ("new.flow", &format!("flow \"Hotels\"\n{old}")),
        ]);
        let (exit, _, err) = flowc(&named, "flowc diff old.flow new.flow");
        assert_eq!(exit, Exit::Fine);
        assert!(err.starts_with("the flow was called \"Hotel\" and is called \"Hotels\" now"), "{err}");

        let (exit, out, _) = flowc(&memory, "flowc diff old.flow new.flow --format json");
        assert_eq!((exit, out.lines().count()), (Exit::FlowErrors, 3));
        let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
        assert_eq!(first.get("survives"), Some(&serde_json::Value::Bool(false)));

        let (exit, out, err) = flowc(&memory, "flowc diff old.flow bad.flow");
        assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
        assert!(err.contains("error[F0201]"), "{err}");
        assert_eq!(flowc(&memory, "flowc diff - -").0, Exit::Failed);
    }

    #[test]
    fn the_requests_of_a_flow_are_described() {
        let memory = Memory::with_files(&[
            ("api.flow", "on api \"order\" expect N: int -> sms \"Order $N\"\n"),
            ("sms.flow", "on sms -> sms \"Hi\"\n"),
            ("bad.flow", "on api \"order\" -> sms \"$N\"\n"),
            ("crm.json", r#"{"name":"Ann"}"#),
        ]);
        let (exit, out, err) = flowc(&memory, "flowc openapi api.flow");
        assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document.get("openapi"), Some(&"3.1.1".into()));
        assert!(out.lines().count() > 50 && out.ends_with("}\n"), "{out}");
        let (exit, _, err) = flowc(&memory, "flowc openapi api.flow -o api.json");
        assert_eq!((exit, err.as_str(), memory.text("api.json")), (Exit::Fine, "wrote api.json\n", out));
        let (exit, _, err) = flowc(&memory, "flowc openapi api.flow -o api.json");
        assert_eq!((exit, err.as_str()), (Exit::Fine, "wrote api.json\n"), "a document is renewed");
        let (exit, _, err) = flowc(&memory, "flowc openapi api.flow -o crm.json");
        assert!(exit == Exit::Failed && err.contains("choose another name"), "{err}");
        assert_eq!(memory.text("crm.json"), r#"{"name":"Ann"}"#);
        let (exit, _, err) = flowc(&memory, "flowc openapi api.flow -o sms.flow");
        assert!(exit == Exit::Failed && err.contains("choose another name"), "{err}");
        let (exit, _, err) = flowc(&memory, "flowc openapi sms.flow");
        assert!(exit == Exit::Failed && err.starts_with("error: sms.flow has no `on api`"), "{err}");
        let (exit, out, err) = flowc(&memory, "flowc openapi bad.flow");
        assert!(exit == Exit::FlowErrors && out.is_empty() && err.contains("error[F0201]"), "{err}");
    }

    #[test]
    fn a_flow_with_errors_is_code_1() {
        let memory = Memory::with_files(&[
            ("bad.flow", "on sms -> sms \"Hello $nmae\"\n"),
            ("good.flow", "on sms -> sms \"Hi\"\n"),
        ]);
        let (exit, out, err) = flowc(&memory, "flowc check good.flow bad.flow");
        assert_eq!((exit, out.as_str()), (Exit::FlowErrors, ""));
        assert!(err.contains("error[F0201]") && err.contains("1 error in bad.flow"), "{err}");
        let (exit, out, err) = flowc(&memory, "flowc check bad.flow --format short");
        assert_eq!((exit, err.as_str()), (Exit::FlowErrors, ""));
        assert!(out.starts_with("bad.flow:1:22: error[F0201]: "), "{out}");
        let (exit, out, err) = flowc(&memory, "flowc check good.flow --format json");
        assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Fine, "", ""));
    }
}
