//! Mending by a machine ends, and leaves no more errors than there were.
#![no_main]

use flowc::diagnostic::Diagnostic;
use flowc_fuzz::{SAMPLES, assert_places, read};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(source) = read(bytes) else { return Corpus::Reject };
    let before = flowc::check(&source, &SAMPLES);
    let mended = flowc::fix::fix(&source, &SAMPLES);
    assert_places(&mended.file, &mended.diagnostics);
    assert!(errors(&mended.diagnostics) <= errors(&before), "more errors than before in\n{}", mended.file.text);
    assert_eq!(mended.diagnostics, flowc::check(&mended.file, &SAMPLES), "what is said is not of the mended text");
    assert_eq!(
        mended.made.is_empty(),
        mended.file.text == source.text,
        "an edit changes the text, and nothing else does"
    );
    Corpus::Keep
});

fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
}
