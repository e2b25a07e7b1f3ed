//! The samples of a file, each read once.

use crate::check::rules;
use crate::diagnostic::{Code, Diagnostic};
use crate::sample::Samples;
use crate::syntax::ast::{ClauseKind, File, Text};
use flow_query::Value;
use std::collections::HashMap;

/// The samples that a file names.
pub(super) struct Library {
    /// `None`: it cannot be read, which has been told.
    by_name: HashMap<String, Option<Value>>,
}

impl Library {
    /// Reads all samples. A name that leads to no file is a mistake wherever it stands; a file that is no JSON is one
    /// mistake, told where it is first named.
    pub(super) fn read(file: &File, samples: &dyn Samples) -> (Self, Vec<Diagnostic>) {
        let mut library = Self { by_name: HashMap::new() };
        let mut diagnostics = Vec::new();
        let mut texts: HashMap<&str, Result<String, String>> = HashMap::new();
        rules::each_clause(file, &mut |clause| {
            let ClauseKind::Sample(name) = &clause.kind else { return };
            if let Err(mistake) = stays_beside(name) {
                diagnostics.push(*mistake);
                return;
            }
            let text = texts.entry(&name.value).or_insert_with(|| samples.read(&name.value));
            match text {
                Err(why) => diagnostics.push(unreadable(name, why)),
                Ok(_) if library.by_name.contains_key(&name.value) => {}
                Ok(text) => {
                    // RFC 8259, section 8.1: a parser may ignore a byte order mark.
                    let json = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
                    diagnostics.extend(json.as_ref().err().map(|error| no_json(name, text, error)));
                    library.by_name.insert(name.value.clone(), json.ok());
                }
            }
        });
        (library, diagnostics)
    }

    /// A sample that could be read.
    pub(super) fn json(&self, name: &str) -> Option<&Value> {
        self.by_name.get(name)?.as_ref()
    }
}

/// A flow and its samples are one folder, which can be moved and given away.
fn stays_beside(name: &Text) -> Result<(), Box<Diagnostic>> {
    let of = |message: String, label: &str, help: &str| {
        Err(Box::new(Diagnostic::new(Code::SampleUnreadable, name.span, message, label).with_help(help)))
    };
    let written = name.value.as_str();
    let drive = written.as_bytes().get(1) == Some(&b':');
    if written.trim().is_empty() {
        return of("a sample names a file".to_owned(), "no name", "name one, as in `sample \"forecast.json\"`");
    }
    if written.contains('\\') {
        let message = "the parts of a sample's name are parted by `/`".to_owned();
        return of(message, "a backslash", "write it as in `sample \"answers/forecast.json\"`");
    }
    if written.starts_with('/') || drive || written.split('/').any(|part| part == "..") {
        let message = format!("a sample lies beside its flow or below that folder, and `{written}` does not");
        return of(message, "leaves the flow's folder", "copy it there, so that the folder can be moved as a whole");
    }
    Ok(())
}

fn unreadable(name: &Text, why: &str) -> Diagnostic {
    let message = format!("the sample `{}` cannot be read: {why}", name.value);
    Diagnostic::new(Code::SampleUnreadable, name.span, message, "not read")
        .with_help("its name is relative to the folder of the flow")
}

fn no_json(name: &Text, text: &str, error: &serde_json::Error) -> Diagnostic {
    let told = error.to_string();
    let (line, column) = (error.line(), error.column());
    let what = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
    let message = match text.trim().is_empty() {
        true => format!("the sample `{}` is empty", name.value),
        false => format!("the sample `{}` is not JSON: line {line}, column {column}: {what}", name.value),
    };
    Diagnostic::new(Code::SampleUnreadable, name.span, message, "not understood")
        .with_help("a sample is the body of an answer, as the service sent it")
}
