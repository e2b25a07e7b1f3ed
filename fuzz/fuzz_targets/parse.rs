//! Any text has a tree, and what was not understood is told at a place in the text.
#![no_main]

use flowc_fuzz::{assert_in_order, assert_places, read};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(source) = read(bytes) else { return Corpus::Reject };
    let parsed = flowc::syntax::parse(&source);
    assert_places(&source, &parsed.diagnostics);
    assert_in_order(&parsed.diagnostics);
    Corpus::Keep
});
