//! A layout changes white space alone, and is the same when laid out again.
#![no_main]

use flowc::source::SourceFile;
use flowc_fuzz::read;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(source) = read(bytes) else { return Corpus::Reject };
    let Ok(text) = flowc::format(&source) else { return Corpus::Keep };
    let formatted = SourceFile::new(&source.name, text);
    assert_eq!(ink(&source), ink(&formatted), "other than white space was changed");
    assert_eq!(tree(&source), tree(&formatted), "the tree is another");
    let again = flowc::format(&formatted).expect("what was formatted is no flow");
    assert_eq!(formatted.text, again, "not the same the second time");
    Corpus::Keep
});

/// All that is no white space; a mark of the byte order is none of the text.
fn ink(source: &SourceFile) -> String {
    source.text.trim_start_matches('\u{feff}').chars().filter(|c| !c.is_whitespace()).collect()
}

/// The tree without the places in it.
fn tree(source: &SourceFile) -> String {
    let drawn = format!("{:?}", flowc::syntax::parse(source).file);
    let mut parts = drawn.split("Span { ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |tree, part| tree + part.split_once('}').map_or(part, |(_, behind)| behind))
}
