//! `--save-sample`: an answer as the sample of its call.

use std::path::{Path, PathBuf};

use super::super::Exit;
use super::super::console::Console;
use super::document::Document;
use crate::driver::Error;
use crate::driver::system::{Entry, System};
use crate::trial::Place;

/// Where a sample is to go.
pub(super) struct Sample {
    path: PathBuf,
    /// How the flow names it; `None`: it is not beside the flow.
    name: Option<String>,
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
        let folder = |path: &Path| {
            system.real_path(path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))).ok()
        };
        let (beside, goal) = (folder(flow), folder(to).zip(to.file_name()).map(|(folder, name)| folder.join(name)));
        let name = beside
            .zip(goal)
            .and_then(|(beside, goal)| Some(goal.strip_prefix(beside).ok()?.to_str()?.replace('\\', "/")));
        let named = call.call.sample.clone();
        let is_own = name.is_some() && name == named;
        let shown = to.display();
        match system.entry(to) {
            Some(Entry::File(_)) if !is_own && !force => Err(Refused {
                message: format!("`{shown}` is already there, and is not the sample of this call; nothing was sent"),
                help: "choose another name, or replace it with --force".to_owned(),
            }),
            Some(Entry::Folder | Entry::Special) => Err(Refused {
                message: format!("`{shown}` is no file; nothing was sent"),
                help: "name a file, like --save-sample answer.json".to_owned(),
            }),
            _ => Ok(Self { path: to.to_owned(), name, named }),
        }
    }

    /// Writes the body of the answer, and says how the flow comes to use it.
    pub(super) fn save(&self, console: &Console<'_>, document: &Document, exit: Exit) -> Result<Exit, Error> {
        let shown = self.path.display();
        let body = document.text("/answer/body").unwrap_or_default();
        if !document.is_document {
            let why = match document.number("/answer/status") {
                None => "there is no answer",
                Some(_) => "the answer is neither JSON nor XML",
            };
            console.error(
                &format!("`{shown}` was not written: {why}"),
                Some("a sample is an answer that queries can be tried on"),
            );
            return Ok(Exit::Failed);
        }
        let written = console.system.write(&self.path, body.as_bytes());
        written.map_err(|cause| Error::Write { path: self.path.clone(), cause })?;
        let clause = match (&self.name, &self.named) {
            (None, _) => "; move it beside the flow or below its folder, where samples lie".to_owned(),
            (Some(name), None) => format!("; add `sample \"{name}\"` to the call, and flowc checks its queries on it"),
            (Some(name), Some(named)) if name != named => format!("; the call's sample is still \"{named}\""),
            (Some(_), Some(_)) => String::new(),
        };
        console.notice(&format!("wrote {shown}{clause}"));
        Ok(exit)
    }
}
