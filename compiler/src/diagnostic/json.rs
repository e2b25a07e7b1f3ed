//! Diagnostics for machines: one JSON object a line.
//!
//! ```json
//! {"code":"F0201","severity":"error","message":"…","file":"wx.flow","span":{"start":17,"end":19},
//!  "line":2,"column":11,"endLine":2,"endColumn":13,"label":"…",
//!  "labels":[{"span":{"start":3,"end":6},"line":1,"column":4,"endLine":1,"endColumn":7,"text":"…"}],
//!  "help":null,"fix":{"span":{"start":17,"end":19},"replacement":"$y"}}
//! ```
//!
//! Spans are half-open ranges of UTF-8 bytes. Lines and columns count from 1, columns in characters.

use serde_json::{Map, Value, json};

use super::Diagnostic;
use crate::source::{LineIndex, SourceFile, Span};

/// All diagnostics of a file, one a line.
pub fn render(file: &SourceFile, diagnostics: &[Diagnostic]) -> String {
    let index = LineIndex::new(&file.text);
    diagnostics.iter().map(|diagnostic| format!("{}\n", object(file, &index, diagnostic))).collect()
}

fn object(file: &SourceFile, index: &LineIndex, diagnostic: &Diagnostic) -> Value {
    let labels = diagnostic.labels.iter().map(|label| {
        let mut object = place(file, index, label.span);
        object.insert("text".to_owned(), json!(label.text));
        Value::Object(object)
    });
    let fix = diagnostic.fix.as_ref().map(|fix| json!({ "span": bytes(fix.span), "replacement": fix.replacement }));
    let mut object = Map::new();
    object.insert("code".to_owned(), json!(diagnostic.code.id()));
    object.insert("severity".to_owned(), json!(diagnostic.code.severity().as_str()));
    object.insert("message".to_owned(), json!(diagnostic.message));
    object.insert("file".to_owned(), json!(file.name));
    object.extend(place(file, index, diagnostic.span));
    object.insert("label".to_owned(), json!(diagnostic.label));
    object.insert("labels".to_owned(), Value::Array(labels.collect()));
    object.insert("help".to_owned(), json!(diagnostic.help));
    object.insert("fix".to_owned(), fix.unwrap_or_default());
    Value::Object(object)
}

fn bytes(span: Span) -> Value {
    json!({ "start": span.start, "end": span.end })
}

fn place(file: &SourceFile, index: &LineIndex, span: Span) -> Map<String, Value> {
    let (start, end) = (index.line_column(&file.text, span.start), index.line_column(&file.text, span.end));
    let mut object = Map::new();
    object.insert("span".to_owned(), bytes(span));
    object.insert("line".to_owned(), json!(start.line));
    object.insert("column".to_owned(), json!(start.column));
    object.insert("endLine".to_owned(), json!(end.line));
    object.insert("endColumn".to_owned(), json!(end.column));
    object
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::Code;
    use super::*;

    #[test]
    fn bytes_and_characters_are_both_given() {
        let file = SourceFile::new("wx.flow", "on sms\n-> sms \"é $x\"\n");
        let diagnostic = Diagnostic::new(Code::UnknownVariable, Span::new(18, 20), "unknown", "not bound")
            .with_label(Span::new(3, 6), "binds these")
            .with_fix(Span::new(18, 20), "$to");
        let text = render(&file, &[diagnostic.clone(), diagnostic]);
        assert_eq!(text.lines().count(), 2);
        let object: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(object["code"], "F0201");
        assert_eq!(object["severity"], "error");
        assert_eq!(object["span"], json!({ "start": 18, "end": 20 }));
        assert_eq!((&object["line"], &object["column"], &object["endColumn"]), (&json!(2), &json!(11), &json!(13)));
        assert_eq!(object["labels"][0]["text"], "binds these");
        assert_eq!(object["labels"][0]["column"], 4);
        assert_eq!(object["help"], Value::Null);
        assert_eq!(object["fix"]["replacement"], "$to");
    }
}
