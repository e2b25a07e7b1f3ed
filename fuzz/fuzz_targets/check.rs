//! What is said of a flow has a place, an order and a picture; a flow without errors becomes Rust.
#![no_main]

use flowc::diagnostic::Diagnostic;
use flowc::diagnostic::render::{Style, render};
use flowc_fuzz::{SAMPLES, assert_in_order, assert_places, read};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(source) = read(bytes) else { return Corpus::Reject };
    let compiled = flowc::compile(&source, &SAMPLES);
    assert_places(&source, &compiled.diagnostics);
    assert_in_order(&compiled.diagnostics);
    let drawn = render(&source, &compiled.diagnostics, Style::PLAIN);
    assert_eq!(drawn.is_empty(), compiled.diagnostics.is_empty(), "what is found is shown");
    let is_right = !compiled.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(compiled.emitted.is_some(), is_right, "a flow has errors, or else it becomes Rust");
    if let Some(emitted) = &compiled.emitted {
        syn::parse_file(&emitted.main_rs).expect("emitted Rust that is none");
        assert_eq!(
            Some(emitted),
            flowc::compile(&source, &SAMPLES).emitted.as_ref(),
            "the same flow gives other bytes"
        );
    }
    Corpus::Keep
});
