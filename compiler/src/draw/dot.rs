//! A picture in DOT, the language of Graphviz ("DOT Language", graphviz.org).

use super::measure::lines;
use super::picture::{Picture, Shape, ShapeKind, Walk, Way, WayKind};
use std::fmt::Write;

/// Writes a picture in DOT.
pub(super) fn dot(picture: &Picture) -> String {
    let mut text = format!("digraph {} {{\n", quoted(&picture.name));
    text.push_str("  graph [rankdir=TB, fontname=\"Helvetica\", labelloc=t, labeljust=l];\n");
    text.push_str("  node [fontname=\"Helvetica\", fontsize=11, margin=\"0.15,0.08\"];\n");
    text.push_str("  edge [fontname=\"Helvetica\", fontsize=10];\n");
    let _ = writeln!(text, "  label={};", quoted(&picture.name));
    let is_many = picture.clusters.len() > 1;
    for (at, cluster) in picture.clusters.iter().enumerate() {
        if is_many {
            let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label=\"\"; color=\"#ccd2dd\";");
        }
        for shape in picture.shapes.get(cluster.shapes.clone()).unwrap_or_default() {
            let indent = if is_many { "    " } else { "  " };
            let _ = writeln!(text, "{indent}{} [{}];", shape.id, attributes(shape));
        }
        if is_many {
            text.push_str("  }\n");
        }
    }
    for way in &picture.ways {
        let id = |shape: usize| picture.shapes.get(shape).map_or("", |shape| shape.id.as_str());
        let _ = writeln!(text, "  {} -> {}{};", id(way.from), id(way.to), style(way));
    }
    text.push_str("}\n");
    text
}

fn attributes(shape: &Shape) -> String {
    let form = match shape.kind {
        _ if shape.walk != Walk::Untold => &covered(shape),
        ShapeKind::Trigger => {
            "shape=box, style=\"rounded,filled\", color=\"#2b5cc4\", fillcolor=\"#2b5cc4\", fontcolor=white"
        }
        ShapeKind::Path => "shape=box, style=\"rounded,bold\", color=\"#2b5cc4\"",
        ShapeKind::Call => "shape=box, style=filled, color=\"#4a6fc4\", fillcolor=\"#e3ebfb\"",
        ShapeKind::Message => "shape=note, style=filled, color=\"#3b8657\", fillcolor=\"#e2f3e6\"",
        ShapeKind::Decision => "shape=hexagon, style=filled, color=\"#a98218\", fillcolor=\"#fdf2d5\"",
        ShapeKind::Plain => "shape=box, style=filled, color=\"#8a93a5\", fillcolor=\"#eef0f5\"",
        ShapeKind::Jump => "shape=cds, style=filled, color=\"#7a52c4\", fillcolor=\"#efe6fb\"",
        ShapeKind::Done => "shape=oval, peripheries=2, margin=0.01, fontsize=9, height=0.2, color=\"#566073\"",
        ShapeKind::Failed => {
            "shape=oval, style=dashed, margin=0.01, fontsize=9, height=0.2, color=\"#c0441c\", fontcolor=\"#c0441c\""
        }
    };
    format!("{form}, label={}", quoted(&label(shape, 240)))
}

/// In a picture of coverage, colour says what is walked, and no longer what kind of step it is.
fn covered(shape: &Shape) -> String {
    let (form, style) = match shape.kind {
        ShapeKind::Trigger | ShapeKind::Path => ("box", "rounded,filled"),
        ShapeKind::Call | ShapeKind::Plain => ("box", "filled"),
        ShapeKind::Message => ("note", "filled"),
        ShapeKind::Decision => ("hexagon", "filled"),
        ShapeKind::Jump => ("cds", "filled"),
        ShapeKind::Done => ("oval, peripheries=2, margin=0.01, fontsize=9, height=0.2", "filled"),
        ShapeKind::Failed => ("oval, margin=0.01, fontsize=9, height=0.2", "filled"),
    };
    let (line, colour, fill) = match shape.walk {
        Walk::Walked => ("bold", "#2f7d4f", "#e2f3e6"),
        Walk::Missed => ("dashed", "#c0441c", "#ffffff"),
        Walk::Untold | Walk::Unasked => ("solid", "#8a93a5", "#ffffff"),
    };
    format!("shape={form}, style=\"{style},{line}\", color=\"{colour}\", fillcolor=\"{fill}\"")
}

/// The words of a shape in lines of at most so many pixels, if a letter is 13 high.
pub(super) fn label(shape: &Shape, width: i32) -> String {
    let mut label: Vec<String> = lines(&shape.keyword, &shape.words, 13, width, 5)
        .into_iter()
        .map(|line| [line.keyword, line.words].join(" ").trim().to_owned())
        .collect();
    for note in &shape.notes {
        label.extend(lines("", note, 13, width, 2).into_iter().map(|line| line.words));
    }
    label.join("\n")
}

fn style(way: &Way) -> String {
    let style = match (way.walk, way.kind) {
        (Walk::Walked, _) => "style=bold, color=\"#2f7d4f\", fontcolor=\"#2f7d4f\"",
        (Walk::Missed, _) => "style=dashed, color=\"#c0441c\", fontcolor=\"#c0441c\"",
        (Walk::Unasked, _) => "color=\"#8a93a5\", fontcolor=\"#8a93a5\"",
        (Walk::Untold, WayKind::Plain) => "",
        (Walk::Untold, WayKind::Fail) => "style=dashed, color=\"#c0441c\", fontcolor=\"#c0441c\"",
        (Walk::Untold, WayKind::Jump) => "style=dotted, color=\"#7a52c4\"",
    };
    match (way.label.is_empty(), style.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" [{style}]"),
        (false, true) => format!(" [label={}]", quoted(&way.label)),
        (false, false) => format!(" [label={}, {style}]", quoted(&way.label)),
    }
}

/// A quoted string. A backslash is doubled: in a label, `\l` and others mean something.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
