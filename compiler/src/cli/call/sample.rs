//! `--save-sample`: an answer as the sample of its call.

use std::path::{Path, PathBuf};

use flow_query::{Value, Xml};

use super::super::Exit;
use super::super::console::Console;
use super::document::Document;
use crate::driver::Error;
use crate::driver::system::{Entry, System};
use crate::trial::Place;

/// Where a sample is to go.
pub(super) struct Sample {
    path: PathBuf,
    /// How the flow names it.
    name: String,
    /// What the call names.
    named: Option<String>,
}

/// Why a file is not written, and what to do.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) help: String,
}

impl Sample {
    /// Asked before anything is sent: a request that changes something is not to be made in vain.
    pub(super) fn new(
        system: &dyn System,
        flow: &Path,
        call: &Place<'_>,
        to: &Path,
        force: bool,
    ) -> Result<Self, Refused> {
        let shown = to.display();
        let refused =
            |why: String, help: &str| Refused { message: format!("{why}; nothing was sent"), help: help.to_owned() };
        let folder = |path: &Path| {
            system.real_path(path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))).ok()
        };
        let Some((goal, file)) = folder(to).zip(to.file_name()) else {
            return Err(refused(format!("the folder of `{shown}` is missing"), "make it, or name another file"));
        };
        let goal = goal.join(file);
        // What would be written, if a link stands there.
        let real = system.real_path(to).unwrap_or_else(|_| goal.clone());
        let beside = folder(flow);
        let below = |goal: &Path| {
            Some(goal.strip_prefix(beside.as_deref()?).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
        };
        let (Some(name), Some(_)) = (below(&goal), below(&real)) else {
            let why = format!("`{shown}` is outside the flow's folder, where its samples are");
            return Err(refused(why, "name a file beside the flow or below its folder"));
        };
        let named = call.call.sample.clone();
        let is_own = Some(&name) == named.as_ref();
        match system.entry(to) {
            Some(Entry::File(_)) if system.real_path(flow).is_ok_and(|flow| flow == real) => Err(refused(
                format!("`{shown}` is the flow itself"),
                "name another file, like --save-sample answer.json",
            )),
            Some(Entry::File(_)) if !is_document(system, to) => Err(refused(
                format!("`{shown}` is already there, and is no sample: it is neither JSON nor XML"),
                "choose another name; --force replaces only JSON and XML",
            )),
            Some(Entry::File(_)) if !is_own && !force => Err(refused(
                format!("`{shown}` is already there, and is not the sample of this call"),
                "choose another name, or replace it with --force",
            )),
            Some(Entry::Folder | Entry::Special) => {
                Err(refused(format!("`{shown}` is no file"), "name a file, like --save-sample answer.json"))
            }
            _ => Ok(Self { path: to.to_owned(), name, named }),
        }
    }

    /// Writes the body of the answer, and says how the flow comes to use it.
    pub(super) fn save(&self, console: &Console<'_>, document: &Document, exit: Exit) -> Result<Exit, Error> {
        let shown = self.path.display();
        let body = document.text("/answer/body").unwrap_or_default();
        let refused = match document.number("/answer/status") {
            None => Some(("there is no answer".to_owned(), exit)),
            Some(status) if !document.is_success() => {
                Some((format!("the answer's status is {status}, and a call takes its values from 2xx alone"), exit))
            }
            Some(_) if !document.is_document => {
                Some(("the answer is neither JSON nor XML, or says that it is something else".to_owned(), Exit::Failed))
            }
            Some(_) => None,
        };
        if let Some((why, exit)) = refused {
            let help = "a sample is an answer that queries can be tried on";
            console.error(&format!("`{shown}` was not written: {why}"), Some(help));
            return Ok(exit);
        }
        let written = console.system.write(&self.path, body.as_bytes());
        written.map_err(|cause| Error::Write { path: self.path.clone(), cause })?;
        let name = &self.name;
        let clause = match &self.named {
            None => format!("; add `sample \"{name}\"` to the call, and flowc checks its queries on it"),
            Some(named) if name != named => format!("; the call's sample is still \"{named}\""),
            Some(_) => String::new(),
        };
        console.notice(&format!("wrote {shown}{clause}"));
        if document.blotted() > 0 {
            console.notice("`(secret)` stands in it where the answer held a secret.");
        }
        Ok(exit)
    }
}

/// Whether a file is of the kind that samples are.
fn is_document(system: &dyn System, path: &Path) -> bool {
    let text = system.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.is_some_and(|text| {
        serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).is_ok() || Xml::parse(&text).is_ok()
    })
}
