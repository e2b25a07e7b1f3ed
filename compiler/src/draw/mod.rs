//! A flow as a picture: SVG by a layout of our own, or text for Mermaid and Graphviz.
//!
//! `outline` makes a model of shapes and ways from the graph (`picture`); `sheet` puts them in their places by means of
//! `layout`, and `svg`, `mermaid` and `dot` write them down. No value of a secret is in a flow, so none is in a picture.

mod dot;
mod fit;
mod layout;
mod measure;
mod mermaid;
mod outline;
mod picture;
mod sheet;
mod svg;
mod words;

use crate::coverage::Coverage;
use crate::graph::FlowGraph;
use crate::source::SourceFile;

/// What a picture is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A picture for any browser, light or dark, that needs nothing but itself.
    Svg,
    /// A flowchart for Mermaid.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
}

/// Draws a flow; `source` is the file that the graph was built from. The same flow gives the same bytes.
pub fn draw(graph: &FlowGraph, source: &SourceFile, format: Format) -> String {
    written(&outline::outline(graph, source, None), format)
}

/// Draws a flow with what tests have walked of it: what they have not is pale and dashed.
pub fn draw_covered(graph: &FlowGraph, source: &SourceFile, coverage: &Coverage, format: Format) -> String {
    written(&outline::outline(graph, source, Some(coverage)), format)
}

fn written(picture: &picture::Picture, format: Format) -> String {
    match format {
        Format::Svg => svg::svg(picture),
        Format::Mermaid => mermaid::mermaid(picture),
        Format::Dot => dot::dot(picture),
    }
}
