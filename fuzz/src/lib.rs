//! What the targets share: from bytes to a flow file, and what must hold of whatever is said of it.

use flowc::diagnostic::Diagnostic;
use flowc::source::{SourceFile, Span};

/// An answer that a flow may name, so that its queries are looked for in something.
pub const SAMPLES: [(&str, &str); 1] = [("rooms.json", include_str!("../../examples/room-booking/rooms.json"))];

/// The bytes as a flow file; `None` if they are no text, which flowc says before it looks at them.
pub fn read(bytes: &[u8]) -> Option<SourceFile> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(SourceFile::new("fuzz.flow", text))
}

/// Every place that a diagnostic names is one in the text, and does not cut a character.
pub fn assert_places(source: &SourceFile, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let labels = diagnostic.labels.iter().map(|label| label.span);
        let fix = diagnostic.fix.iter().map(|fix| fix.span);
        for span in labels.chain(fix).chain([diagnostic.span]) {
            assert!(is_place(source, span), "{span:?} is no place in the text: {diagnostic:?}");
        }
    }
}

/// Diagnostics come in the order of their places.
pub fn assert_in_order(diagnostics: &[Diagnostic]) {
    for pair in diagnostics.windows(2) {
        assert!(pair[0].span <= pair[1].span, "not in the order of their places: {pair:?}");
    }
}

fn is_place(source: &SourceFile, span: Span) -> bool {
    span.start <= span.end && source.text.get(span.range()).is_some()
}
