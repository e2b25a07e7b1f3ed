//! Any flow without errors has a picture in each format, and always the same.
#![no_main]

use flowc::draw::{Format, draw};
use flowc_fuzz::{SAMPLES, read};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(source) = read(bytes) else { return Corpus::Reject };
    // What has no picture is kept as well: it may be one edit away from something that has.
    let (Some(graph), _) = flowc::graph_of(&source, &SAMPLES) else { return Corpus::Keep };
    let again = flowc::graph_of(&source, &SAMPLES).0.expect("the same flow has no graph now");
    for format in [Format::Svg, Format::Mermaid, Format::Dot] {
        let drawn = draw(&graph, &source, format);
        assert!(!drawn.trim().is_empty(), "nothing is drawn as {format:?}");
        assert_eq!(drawn, draw(&again, &source, format), "the same flow gives other bytes as {format:?}");
        if format == Format::Svg {
            let svg = roxmltree::Document::parse(&drawn).expect("an SVG that is no XML");
            assert!(svg.root_element().has_tag_name(("http://www.w3.org/2000/svg", "svg")), "XML that is no SVG");
        }
    }
    Corpus::Keep
});
