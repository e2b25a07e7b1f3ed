//! The samples of a file and the files of its tests, each read once.

use crate::check::rules;
use crate::diagnostic::{Code, Diagnostic};
use crate::sample::Samples;
use crate::syntax::ast::{Answer, AnswerBody, ClauseKind, File, TestStepKind, Text};
use flow_query::Value;
use std::collections::HashMap;

/// The samples that a file names.
pub(super) struct Library {
    /// `None`: it cannot be read, which has been told.
    by_name: HashMap<String, Option<Value>>,
}

/// As what a file is named.
#[derive(Clone, Copy)]
enum Role {
    /// `sample "forecast.json"`
    Sample,
    /// `json file "forecast.json"` in a test.
    Json,
    /// `text file "page.html"` in a test.
    Text,
}

impl Role {
    /// As people call it, behind an article.
    fn noun(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Json | Self::Text => "file",
        }
    }

    fn example(self, name: &str) -> String {
        match self {
            Self::Sample => format!("`sample \"{name}\"`"),
            Self::Json => format!("`json file \"{name}\"`"),
            Self::Text => format!("`text file \"{name}\"`"),
        }
    }
}

impl Library {
    /// Reads all of them. A name that leads to no file is a mistake wherever it stands; a file that is no JSON is one
    /// mistake, told where it is first named.
    pub(super) fn read(file: &File, samples: &dyn Samples) -> (Self, Vec<Diagnostic>) {
        let mut library = Self { by_name: HashMap::new() };
        let mut diagnostics = Vec::new();
        let mut texts: HashMap<&str, Result<String, String>> = HashMap::new();
        for (role, name) in named(file) {
            if let Err(mistake) = stays_beside(role, name) {
                diagnostics.push(*mistake);
                continue;
            }
            let text = texts.entry(&name.value).or_insert_with(|| samples.read(&name.value));
            match (text, role) {
                (Err(why), _) => diagnostics.push(unreadable(role, name, why)),
                (Ok(_), Role::Text) => {}
                (Ok(_), _) if library.by_name.contains_key(&name.value) => {}
                (Ok(text), _) => {
                    // RFC 8259, section 8.1: a parser may ignore a byte order mark.
                    let json = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
                    diagnostics.extend(json.as_ref().err().map(|error| no_json(role, name, text, error)));
                    library.by_name.insert(name.value.clone(), json.ok());
                }
            }
        }
        (library, diagnostics)
    }

    /// A sample that could be read.
    pub(super) fn json(&self, name: &str) -> Option<&Value> {
        self.by_name.get(name)?.as_ref()
    }
}

/// Every file that is named, samples first.
fn named(file: &File) -> Vec<(Role, &Text)> {
    let mut named = Vec::new();
    rules::each_clause(file, &mut |clause| {
        if let ClauseKind::Sample(name) = &clause.kind {
            named.push((Role::Sample, name));
        }
    });
    for step in file.tests.iter().flat_map(|test| &test.steps) {
        let TestStepKind::Given(given) = &step.kind else { continue };
        named.extend(given.answers.iter().filter_map(|answer| match answer {
            Answer::Response { body: Some(AnswerBody::JsonFile(name)), .. } => Some((Role::Json, name)),
            Answer::Response { body: Some(AnswerBody::TextFile(name)), .. } => Some((Role::Text, name)),
            _ => None,
        }));
    }
    named
}

/// A flow and its samples are one folder, which can be moved and given away.
fn stays_beside(role: Role, name: &Text) -> Result<(), Box<Diagnostic>> {
    let noun = role.noun();
    let of = |message: String, label: &str, help: &str| {
        Err(Box::new(Diagnostic::new(Code::SampleUnreadable, name.span, message, label).with_help(help)))
    };
    let written = name.value.as_str();
    let drive = written.as_bytes().get(1) == Some(&b':');
    if written.trim().is_empty() {
        let help = format!("name one, as in {}", role.example("forecast.json"));
        return of("this names no file".to_owned(), "no name", &help);
    }
    if written.contains('\\') {
        let message = format!("the parts of a {noun}'s name are parted by `/`");
        return of(message, "a backslash", &format!("write it as in {}", role.example("answers/forecast.json")));
    }
    if written.starts_with('/') || drive || written.split('/').any(|part| part == "..") {
        let message = format!("a {noun} lies beside its flow or below that folder, and `{written}` does not");
        return of(message, "leaves the flow's folder", "copy it there, so that the folder can be moved as a whole");
    }
    Ok(())
}

fn unreadable(role: Role, name: &Text, why: &str) -> Diagnostic {
    let message = format!("the {} `{}` cannot be read: {why}", role.noun(), name.value);
    Diagnostic::new(Code::SampleUnreadable, name.span, message, "not read")
        .with_help("its name is relative to the folder of the flow")
}

fn no_json(role: Role, name: &Text, text: &str, error: &serde_json::Error) -> Diagnostic {
    let told = error.to_string();
    let (line, column) = (error.line(), error.column());
    let what = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
    let noun = role.noun();
    let message = match text.trim().is_empty() {
        true => format!("the {noun} `{}` is empty", name.value),
        false => format!("the {noun} `{}` is not JSON: line {line}, column {column}: {what}", name.value),
    };
    Diagnostic::new(Code::SampleUnreadable, name.span, message, "not understood")
        .with_help(format!("a {noun} is the body of an answer, as the service sent it"))
}
