//! `flowc new`

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::Exit;
use super::console::Console;
use crate::driver::Error;
use crate::driver::new::{TEMPLATES, Template};

/// Start a flow: a folder with a flow that works, its tests, and what to do next
#[derive(Debug, Args)]
#[command(after_help = "\
Without --template it is the first of them.

Example:
  flowc new weather
  flowc new shop --template order-ready
  flowc new --list")]
pub(super) struct New {
    /// The flow's name: letters, digits, `-` and `_`
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// What to begin with
    #[arg(long, value_name = "TEMPLATE", value_parser = template())]
    template: Option<&'static Template>,
    /// List the templates
    #[arg(long, exclusive = true)]
    list: bool,
}

/// Reads the name of a template.
fn template() -> impl TypedValueParser<Value = &'static Template> {
    let names = TEMPLATES.iter().map(|template| PossibleValue::new(template.name).help(template.summary));
    PossibleValuesParser::new(names).try_map(|name| Template::named(&name).ok_or("there is no such template"))
}

impl New {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let Some(name) = &self.name else {
            for Template { name, summary, .. } in &TEMPLATES {
                console.result(&format!("{name:<12}{summary}\n"))?;
            }
            return Ok(Exit::Fine);
        };
        let [first, ..] = &TEMPLATES;
        self.template.unwrap_or(first).create(console.system, name)?;
        if !console.quiet {
            console.result(&format!(
                "created {name}/{name}.flow; next: cd {name} && flowc test && flowc run {name}.flow\n"
            ))?;
        }
        Ok(Exit::Fine)
    }
}
