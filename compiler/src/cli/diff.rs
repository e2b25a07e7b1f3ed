//! `flowc diff`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::check::draw_errors;
use super::console::Console;
use super::inputs::Input;
use super::{Exit, counted};
use crate::driver::Error;
use crate::driver::samples::Beside;
use crate::source::SourceFile;
use crate::upgrade::{self, Fate, Place, Upgrade};

/// Tell which waiting conversations a new version of a flow would not take over
#[derive(Debug, Args)]
#[command(after_help = "\
A run goes on at the step that says the same as the one it stood at, wherever that is now, if all the variables that are \
needed there were kept. `-` is standard input.
Ends with code 1 if runs wait somewhere in OLD that NEW would not take over, and with code 2 if a file has errors.

Example:
  flowc diff booking-1.flow booking-2.flow
  git show HEAD:booking.flow | flowc diff - booking.flow")]
pub(super) struct Diff {
    /// The version that is running
    old: PathBuf,
    /// The version that is to replace it
    new: PathBuf,
    /// How it is told
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// In words
    #[default]
    Human,
    /// A JSON object a line, one for each step at which a run can stand
    Json,
}

impl Diff {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let (old, new) = (Input::of(&self.old), Input::of(&self.new));
        if old == Input::Standard && new == Input::Standard {
            console.error("both versions cannot come from standard input", None);
            return Ok(Exit::Failed);
        }
        let understood = |input: &Input| -> Result<_, Error> {
            let file = input.read(console.system)?;
            let (graph, diagnostics) = crate::graph_of(&file, &Beside::new(console.system, input.path()));
            draw_errors(console, &file, diagnostics);
            Ok((file, graph))
        };
        let (old_file, old_graph) = understood(&old)?;
        let (_, new_graph) = understood(&new)?;
        let (Some(old_graph), Some(new_graph)) = (old_graph, new_graph) else {
            return Ok(Exit::Failed);
        };
        let upgrade = upgrade::compare(&old_graph, &new_graph);
        if let Some((old, new)) = &upgrade.renamed {
            console.notice(&format!(
                "the flow was called \"{old}\" and is called \"{new}\" now, and so are its journal's file and its database \
                 schema: give the new version the old one's journal by --state, or it finds no runs"
            ));
        }
        console.result(&match self.format {
            Format::Human => words(&old_file, &upgrade),
            Format::Json => objects(&old_file, &upgrade),
        })?;
        let is_lost = upgrade.places.iter().any(|place| place.waits && !place.fate.is_survival());
        Ok(if is_lost { Exit::FlowErrors } else { Exit::Fine })
    }
}

fn words(old: &SourceFile, upgrade: &Upgrade) -> String {
    let mut told = String::new();
    let (waiting, passing): (Vec<&Place>, Vec<&Place>) = upgrade.places.iter().partition(|place| place.waits);
    let lost = |places: &[&Place]| places.iter().filter(|place| !place.fate.is_survival()).count();
    for place in &waiting {
        let (Some(why), Some(help)) = (place.why(), place.help()) else { continue };
        told += &format!("{}:{}: `{}` is lost: {why}\n", old.name, place.line, place.title);
        if let Fate::Reworded { before, after, .. } = &place.fate {
            told += &format!("    before: {before}\n    now:    {after}\n");
        }
        told += &format!("  help: {help}\n\n");
    }
    for head in &upgrade.gone {
        told += &format!("{}:{}: `{}` is not in the new version\n", old.name, head.line, head.words);
    }
    let places = counted(waiting.len(), "place");
    told += &match (waiting.len(), lost(&waiting)) {
        (0, _) => "no run ever waits in the old version\n".to_owned(),
        (_, 0) => format!("what waits survives: {places}, all of which the new version takes over\n"),
        (_, lost) => format!("what waits: of {places}, the new version does not take over {lost}\n"),
    };
    if !passing.is_empty() {
        let steps = counted(passing.len(), "other step");
        told += &match lost(&passing) {
            0 => format!("what was interrupted survives: {steps}, all of which the new version takes over\n"),
            lost => {
                let gone = passing.iter().filter(|place| !place.fate.is_survival());
                let gone: Vec<String> = gone.map(|place| format!("line {} `{}`", place.line, place.title)).collect();
                format!("what was interrupted: of {steps}, {lost} are not taken over: {}\n", gone.join(", "))
            }
        };
    }
    told
}

fn objects(old: &SourceFile, upgrade: &Upgrade) -> String {
    let places = upgrade.places.iter().map(|place| {
        let new_line = match &place.fate {
            Fate::Survives { line } | Fate::Reworded { line, .. } | Fate::Unfit { line, .. } => Some(*line),
            Fate::HeadGone | Fate::StepGone | Fate::Ambiguous { .. } => None,
        };
        json!({
            "file": old.name,
            "line": place.line,
            "in": place.head,
            "step": place.title,
            "waits": place.waits,
            "survives": place.fate.is_survival(),
            "newLine": new_line,
            "why": place.why(),
            "help": place.help(),
        })
    });
    let gone = upgrade.gone.iter().map(|head| json!({ "file": old.name, "line": head.line, "gone": head.words }));
    places.chain(gone).map(|object| format!("{object}\n")).collect()
}
