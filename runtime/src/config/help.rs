//! `--help` and `--version`.

use std::fmt::Write;

use super::engine::EngineName;
use super::options::{Scope, settings};
use crate::carrier::CARRIERS;
use crate::flow::{Program, Trigger};

/// The flow's name, its file, and the flowc that compiled it: flowc pins the runtime of its own version.
pub(super) fn version(program: &Program) -> String {
    format!("{} ({}), built by flowc {}\n", program.name, program.source, env!("CARGO_PKG_VERSION"))
}

/// `--help` of a command.
pub(super) fn help(program: &Program, scope: Scope) -> String {
    match scope {
        Scope::Serve => serve(program),
        Scope::Runs => runs(program),
        Scope::OptOuts => opt_outs(program),
        Scope::Numbers => numbers(program),
        Scope::Call => call(program),
    }
}

fn serve(program: &Program) -> String {
    let mut text = version(program);
    // Writing to a String cannot fail.
    let _ = write_options(&mut text, Scope::Serve)
        .and_then(|()| write_secrets(&mut text, program))
        .and_then(|()| write_triggers(&mut text, program));
    text
}

fn runs(program: &Program) -> String {
    let mut text = version(program);
    let commands = [
        ("runs list", "Runs, the newest first"),
        ("runs show ID", "A run, step by step"),
        ("runs retry ID", "Let a failed or parked run go on from the step where it stopped"),
        ("runs cancel ID", "End a run that has not ended"),
        ("runs erase --number NUMBER", "Forget all runs and texts of a person"),
    ];
    text.push_str("\nLooks after the runs of this flow, while it serves or not.\n\nCommands:\n");
    for (command, help) in commands {
        let _ = writeln!(text, "  {command:<28} {help}");
    }
    let _ = write_options(&mut text, Scope::Runs);
    text.push_str(
        "\nTelephone numbers show their last four digits, unless --reveal is given.\n\
         Exit codes: 0 done, 1 the run does not allow it, 2 it could not be tried.\n",
    );
    text
}

fn opt_outs(program: &Program) -> String {
    let mut text = version(program);
    let commands = [
        ("opt-outs list", "Who gets nothing more, since when, and by whose word"),
        ("opt-outs add NUMBER…", "Send these people nothing more"),
        ("opt-outs remove NUMBER…", "Let these people be sent messages again"),
        ("opt-outs import FILE", "Add the numbers of a file, one a line; - is standard input"),
    ];
    text.push_str("\nLooks after the people who have opted out, while this flow serves or not.\n\nCommands:\n");
    for (command, help) in commands {
        let _ = writeln!(text, "  {command:<28} {help}");
    }
    let _ = write_options(&mut text, Scope::OptOuts);
    text.push_str(
        "\nTelephone numbers are shown whole: the list is for other systems that send messages, too.\n\
         Exit codes: 0 done, 2 it could not be done; then those that come before in the list may be done.\n",
    );
    text
}

fn numbers(program: &Program) -> String {
    let mut text = version(program);
    let commands = [
        ("numbers list", "All that take texts, and where each leads"),
        ("numbers search DIGITS", "Those that hold these digits"),
        ("numbers assign NUMBER…", "Lead numbers to this flow, which must run at --public-url"),
        ("numbers clear NUMBER…", "Lead numbers of this flow nowhere"),
    ];
    text.push_str("\nShows the numbers of the account with the carrier, and leads them to this flow.\n\nCommands:\n");
    for (command, help) in commands {
        let _ = writeln!(text, "  {command:<28} {help}");
    }
    let _ = write_options(&mut text, Scope::Numbers).and_then(|()| write_carriers(&mut text));
    text.push_str(
        "\nA number that leads elsewhere is left as it is, unless --force is given.\n\
         Exit codes: 0 done, 1 not done for some of the numbers, 2 it could not be tried.\n",
    );
    text
}

fn call(program: &Program) -> String {
    let mut text = version(program);
    text.push_str(
        "\nTries one call of this flow out: reads the state of a run that is at the call from standard input, and writes\n\
         what would be sent as JSON to standard output. `flowc call` makes both readable.\n",
    );
    let _ = write_options(&mut text, Scope::Call);
    text.push_str(
        "\nSecrets are never shown; only --send needs them, and only those that the call sends.\n\
         Exit codes: 0 the call is shown, or took its `ok` path, 1 it took its `fail` path, 2 it could not be tried.\n",
    );
    text
}

fn write_options(text: &mut String, scope: Scope) -> std::fmt::Result {
    writeln!(text, "\nOptions (a variable may set them instead):")?;
    // Those of engines that this program does not have would be refused.
    for setting in settings(scope).filter(|setting| setting.engine.is_none_or(|engine| engine.is_here())) {
        let left = format!("--{} {}", setting.flag, setting.value);
        writeln!(text, "  {left:<28} {}", setting.help)?;
        let file = if setting.secret { format!(", or {}_FILE", setting.variable) } else { String::new() };
        let variable = format!("{}{file}", setting.variable);
        let default = match (setting.flag, setting.default) {
            (_, "") => String::new(),
            ("engine", _) => format!("default: {}", EngineName::built_for()),
            (_, default) => format!("default: {default}"),
        };
        let said: Vec<String> = [variable, default].into_iter().filter(|part| !part.is_empty()).collect();
        if !said.is_empty() {
            writeln!(text, "  {:<28} [{}]", "", said.join("; "))?;
        }
    }
    writeln!(text, "  {:<28} Print this", "-h, --help")?;
    writeln!(text, "  {:<28} Print the flow's name and flowc's version", "-V, --version")
}

fn write_secrets(text: &mut String, program: &Program) -> std::fmt::Result {
    writeln!(text, "\nSecrets (variable NAME, or NAME_FILE with the path of a file that holds it):")?;
    for name in program.secrets {
        writeln!(text, "  {name}")?;
    }
    write_carriers(text)
}

fn write_carriers(text: &mut String) -> std::fmt::Result {
    writeln!(text, "\nCarriers (--carrier NAME, each with its secrets):")?;
    for kind in CARRIERS {
        let keys: Vec<&str> = kind.keys.iter().map(|key| key.name).collect();
        writeln!(text, "  {:<12} {}", kind.name.as_str(), keys.join(", "))?;
    }
    Ok(())
}

fn write_triggers(text: &mut String, program: &Program) -> std::fmt::Result {
    writeln!(text, "\nWhat starts this flow:")?;
    for trigger in program.triggers {
        match trigger {
            Trigger::Sms(trigger) => {
                let to = trigger.to.map(|number| format!(" to {number}")).unwrap_or_default();
                let matching = trigger.matching.map(|pattern| format!(" matching {pattern:?}")).unwrap_or_default();
                let routes = "POST /simulator/sms, or /carrier/NAME with another carrier";
                writeln!(text, "  a text{to}{matching}: {routes}")?;
            }
            Trigger::Schedule(trigger) => writeln!(text, "  schedule {} ({})", trigger.text, program.timezone)?,
            Trigger::Api(trigger) => {
                writeln!(text, "  POST /_rest/v4/sfgen/apitriggers with \"flowId\": {:?}", trigger.name)?;
            }
        }
    }
    writeln!(text, "\n`runs --help` says how to look after runs: list, show, retry, cancel, erase.")?;
    writeln!(text, "`opt-outs --help` says how to look after those who have opted out: list, add, remove, import.")?;
    writeln!(
        text,
        "`numbers --help` says how to lead the carrier's numbers to this flow: list, search, assign, clear."
    )?;
    writeln!(text, "`call --help` says how to try one call of the flow out, which `flowc call` does for you.")?;
    writeln!(
        text,
        "GET /healthz answers ok, GET /readyz whether messages are taken. Logs go to standard error, one JSON object a line."
    )?;
    writeln!(text, "Exit codes: 0 stopped as asked, 1 stopped with runs unfinished, 2 could not start.")
}
