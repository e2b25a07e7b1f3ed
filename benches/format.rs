//! How fast flowc lays out flows: files of a thousand to a hundred thousand lines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod generated;
mod growth;
mod measure;

use flowc::source::SourceFile;

fn main() {
    if growth::is_child(format) || !measure::begin("format") {
        return;
    }
    growth::by_size("format", format);
}

fn format(source: &SourceFile) {
    let formatted = flowc::format(source);
    assert!(formatted.is_ok(), "the generated flow is wrong: {:?}", formatted.err());
}
