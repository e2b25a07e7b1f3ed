//! Diagnostics for code scanning: one log of the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0).
//!
//! Columns count characters, as `columnKind` says. Paths are URIs relative to the folder flowc was started in, which the log
//! leaves to its reader under the name `%SRCROOT%`, so that the same flows give the same log on every machine.

use serde_json::{Map, Value, json};

use super::{Code, Diagnostic, Severity};
use crate::source::{LineColumn, LineIndex, SourceFile, Span};

/// Where the log's relative paths begin.
const ROOT: &str = "%SRCROOT%";

/// What was found in all files of one start of flowc.
#[derive(Debug, Default)]
pub struct Log {
    artifacts: Vec<Value>,
    results: Vec<Value>,
    failures: Vec<Value>,
}

impl Log {
    /// Adds a file with all its diagnostics; `uri` is relative, or begins with `file:`.
    pub fn add(&mut self, uri: &str, file: &SourceFile, diagnostics: &[Diagnostic]) {
        let artifact = Artifact { uri, index: self.artifacts.len(), file, lines: LineIndex::new(&file.text) };
        self.artifacts.push(json!({ "location": artifact.location(), "encoding": "UTF-8" }));
        self.results.extend(diagnostics.iter().map(|diagnostic| artifact.result(diagnostic)));
    }

    /// Adds a file that could not be checked, and why.
    pub fn failed(&mut self, message: &str) {
        self.failures.push(json!({ "level": "error", "message": { "text": message } }));
    }

    /// The log as JSON, indented; `complete` says that all could be checked that was to be.
    pub fn render(self, complete: bool) -> String {
        let rules: Vec<_> = Code::ALL.iter().map(|code| rule(*code)).collect();
        let version = env!("CARGO_PKG_VERSION");
        let log = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "flowc", "version": version, "semanticVersion": version, "rules": rules } },
                "invocations": [{ "executionSuccessful": complete, "toolExecutionNotifications": self.failures }],
                "originalUriBaseIds": { ROOT: { "description": { "text": "The folder that flowc was started in." } } },
                "columnKind": "unicodeCodePoints",
                "artifacts": self.artifacts,
                "results": self.results,
            }],
        });
        format!("{log:#}\n")
    }
}

/// A code as a rule that results refer to.
fn rule(code: Code) -> Value {
    let page = code.page();
    json!({
        "id": page.id,
        "name": format!("{code:?}"),
        "shortDescription": { "text": page.title },
        "fullDescription": { "text": page.text },
        "help": { "text": page.text, "markdown": super::reference::page(code) },
        "defaultConfiguration": { "level": level(page.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    // SARIF knows the same two words.
    severity.as_str()
}

/// A file that results are in.
struct Artifact<'a> {
    uri: &'a str,
    index: usize,
    file: &'a SourceFile,
    lines: LineIndex,
}

impl Artifact<'_> {
    fn location(&self) -> Value {
        if self.uri.starts_with("file:") {
            json!({ "uri": self.uri, "index": self.index })
        } else {
            json!({ "uri": self.uri, "uriBaseId": ROOT, "index": self.index })
        }
    }

    fn result(&self, diagnostic: &Diagnostic) -> Value {
        let code = diagnostic.code;
        let text = match &diagnostic.help {
            Some(help) => format!("{}; {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        let mut result = Map::new();
        result.insert("ruleId".to_owned(), json!(code.id()));
        result.insert("ruleIndex".to_owned(), json!(Code::ALL.iter().position(|known| *known == code)));
        result.insert("level".to_owned(), json!(level(code.severity())));
        result.insert("message".to_owned(), json!({ "text": text }));
        result.insert("locations".to_owned(), json!([self.place(diagnostic.span, &diagnostic.label)]));
        if !diagnostic.labels.is_empty() {
            let related = diagnostic.labels.iter().zip(1..).map(|(label, id)| {
                let mut place = self.place(label.span, &label.text);
                place.insert("id".to_owned(), json!(id));
                place
            });
            result.insert("relatedLocations".to_owned(), related.collect());
        }
        if let Some(fix) = &diagnostic.fix {
            let mut replacement = Map::new();
            replacement.insert("deletedRegion".to_owned(), self.region(fix.span));
            if !fix.replacement.is_empty() {
                replacement.insert("insertedContent".to_owned(), json!({ "text": fix.replacement }));
            }
            let change = json!({ "artifactLocation": self.location(), "replacements": [replacement] });
            let description = diagnostic.help.as_ref().unwrap_or(&diagnostic.message);
            result.insert(
                "fixes".to_owned(),
                json!([{ "description": { "text": description }, "artifactChanges": [change] }]),
            );
        }
        Value::Object(result)
    }

    fn place(&self, span: Span, words: &str) -> Map<String, Value> {
        let mut place = Map::new();
        let physical = json!({ "artifactLocation": self.location(), "region": self.region(span) });
        place.insert("physicalLocation".to_owned(), physical);
        if !words.is_empty() {
            place.insert("message".to_owned(), json!({ "text": words }));
        }
        place
    }

    fn region(&self, span: Span) -> Value {
        let (start, end) = (self.line_column(span.start), self.line_column(span.end));
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }

    /// A byte order mark is no part of what SARIF counts (3.30.1).
    fn line_column(&self, offset: u32) -> LineColumn {
        let mut place = self.lines.line_column(&self.file.text, offset);
        if place.line == 1 && self.file.text.starts_with('\u{feff}') {
            place.column = place.column.saturating_sub(1).max(1);
        }
        place
    }
}
