//! The samples of a file and the files of its tests, each read once.

use crate::check::rules;
use crate::diagnostic::{Code, Diagnostic};
use crate::sample::Samples;
use crate::syntax::ast::{Answer, AnswerBody, BotAnswer, ClauseKind, File, TestStepKind, Text};
use flow_query::{Document, Node, Xml, XmlError};
use std::collections::HashMap;

/// The texts of the samples and files that a flow names, or why there is none, by their names.
pub(super) struct Texts(HashMap<String, Result<String, String>>);

impl Texts {
    /// Reads each once.
    pub(super) fn read(file: &File, samples: &dyn Samples) -> Self {
        let mut texts = HashMap::new();
        for (role, name) in named(file) {
            if stays_beside(role, name).is_ok() && !texts.contains_key(&name.value) {
                texts.insert(name.value.clone(), samples.read(&name.value));
            }
        }
        Self(texts)
    }
}

/// The samples that a file names, understood.
pub(super) struct Library<'t> {
    /// `None`: it is not what it should be, which has been told.
    by_name: HashMap<&'t str, Option<Document<'t>>>,
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

impl<'t> Library<'t> {
    /// Understands all of them. A name that leads to no file is a mistake wherever it stands; a file that is not what it
    /// should be is one mistake, told where it is first named.
    pub(super) fn of(file: &'t File, texts: &'t Texts) -> (Self, Vec<Diagnostic>) {
        let mut library = Self { by_name: HashMap::new() };
        let mut diagnostics = Vec::new();
        for (role, name) in named(file) {
            if let Err(mistake) = stays_beside(role, name) {
                diagnostics.push(*mistake);
                continue;
            }
            match (texts.0.get(&name.value), role) {
                (None, _) => {}
                (Some(Err(why)), _) => diagnostics.push(unreadable(role, name, why)),
                (Some(Ok(_)), Role::Text) => {}
                (Some(Ok(_)), _) if library.by_name.contains_key(name.value.as_str()) => {}
                (Some(Ok(text)), _) => {
                    let document = understood(role, text);
                    diagnostics.extend(document.as_ref().err().map(|why| not_understood(role, name, text, why)));
                    library.by_name.insert(&name.value, document.ok());
                }
            }
        }
        (library, diagnostics)
    }

    /// Where queries begin in a sample that could be read.
    pub(super) fn root(&self, name: &str) -> Option<Node<'_>> {
        self.by_name.get(name)?.as_ref().map(Document::root)
    }
}

/// A sample is JSON or XML, whatever its name is; at run time the Content-Type would tell.
fn understood(role: Role, text: &str) -> Result<Document<'_>, String> {
    // RFC 8259, section 8.1: a parser may ignore a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if matches!(role, Role::Sample) && text.trim_start().starts_with('<') {
        return Xml::parse(text).map(Document::Xml).map_err(|error| match error {
            XmlError::Malformed { what, line, column } => format!("is not XML: line {line}, column {column}: {what}"),
            XmlError::DocumentType | XmlError::TooDeep => format!("cannot be used: {error}"),
        });
    }
    serde_json::from_str(text).map(Document::Json).map_err(|error| {
        let told = error.to_string();
        let (line, column) = (error.line(), error.column());
        let what = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
        format!("is not JSON: line {line}, column {column}: {what}")
    })
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
        match &step.kind {
            TestStepKind::Given(given) => named.extend(given.answers.iter().filter_map(|answer| match answer {
                Answer::Response { body: Some(AnswerBody::JsonFile(name)), .. } => Some((Role::Json, name)),
                Answer::Response { body: Some(AnswerBody::TextFile(name)), .. } => Some((Role::Text, name)),
                _ => None,
            })),
            TestStepKind::GivenBot(given) => named.extend(given.answers.iter().filter_map(|answer| match answer {
                BotAnswer::Sample(name) => Some((Role::Sample, name)),
                _ => None,
            })),
            _ => {}
        }
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

fn not_understood(role: Role, name: &Text, text: &str, why: &str) -> Diagnostic {
    let noun = role.noun();
    let message = match text.trim().is_empty() {
        true => format!("the {noun} `{}` is empty", name.value),
        false => format!("the {noun} `{}` {why}", name.value),
    };
    Diagnostic::new(Code::SampleUnreadable, name.span, message, "not understood")
        .with_help(format!("a {noun} is the body of an answer, as the service sent it"))
}
