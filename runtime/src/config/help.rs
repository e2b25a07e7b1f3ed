//! `--help` and `--version`.

use std::fmt::Write;

use super::options::SETTINGS;
use crate::flow::{Program, Trigger};

/// The flow's name, its file, and the flowc that compiled it: flowc pins the runtime of its own version.
pub(super) fn version(program: &Program) -> String {
    format!("{} ({}), built by flowc {}\n", program.name, program.source, env!("CARGO_PKG_VERSION"))
}

pub(super) fn help(program: &Program) -> String {
    let mut text = version(program);
    // Writing to a String cannot fail.
    let _ = write_options(&mut text)
        .and_then(|()| write_secrets(&mut text, program))
        .and_then(|()| write_triggers(&mut text, program));
    text
}

fn write_options(text: &mut String) -> std::fmt::Result {
    writeln!(text, "\nOptions (each may be set by its variable instead):")?;
    for setting in SETTINGS {
        let left = format!("--{} {}", setting.flag, setting.value);
        writeln!(text, "  {left:<28} {}", setting.help)?;
        let default =
            if setting.default.is_empty() { String::new() } else { format!("; default: {}", setting.default) };
        writeln!(text, "  {:<28} [{}{default}]", "", setting.variable)?;
    }
    writeln!(text, "  {:<28} Print this", "-h, --help")?;
    writeln!(text, "  {:<28} Print the flow's name and flowc's version", "-V, --version")
}

fn write_secrets(text: &mut String, program: &Program) -> std::fmt::Result {
    writeln!(text, "\nSecrets (variable NAME, or NAME_FILE with the path of a file that holds it):")?;
    for name in program.secrets {
        writeln!(text, "  {name}")?;
    }
    writeln!(text, "  TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN (with --carrier twilio)")
}

fn write_triggers(text: &mut String, program: &Program) -> std::fmt::Result {
    writeln!(text, "\nWhat starts this flow:")?;
    for trigger in program.triggers {
        match trigger {
            Trigger::Sms(trigger) => {
                let to = trigger.to.map(|number| format!(" to {number}")).unwrap_or_default();
                let matching = trigger.matching.map(|pattern| format!(" matching {pattern:?}")).unwrap_or_default();
                let routes = "POST /simulator/sms, or /carrier/twilio with --carrier twilio";
                writeln!(text, "  a text{to}{matching}: {routes}")?;
            }
            Trigger::Schedule(trigger) => writeln!(text, "  schedule {} ({})", trigger.text, program.timezone)?,
            Trigger::Api(trigger) => {
                writeln!(text, "  POST /_rest/v4/sfgen/apitriggers with \"flowId\": {:?}", trigger.name)?;
            }
        }
    }
    writeln!(text, "\nGET /healthz answers ok. Logs go to standard error, one JSON object a line.")?;
    writeln!(text, "Exit codes: 0 stopped as asked, 1 stopped with runs unfinished, 2 could not start.")
}
