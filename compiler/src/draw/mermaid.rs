//! A picture as a Mermaid flowchart ("Flowcharts Syntax", mermaid.js.org), for places that draw it themselves.

use super::dot::label;
use super::picture::{Picture, Shape, ShapeKind, Walk, WayKind};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Mermaid breaks lines of its own that are wider than 200 pixels of a larger type.
const WIDTH: i32 = 150;

/// The colours of the kinds of shapes. `call` alone is a word of Mermaid's, so no class has a bare name.
const CLASSES: &str = "\
  classDef is_frame fill:none,stroke:#8a93a5
  classDef is_trigger fill:#2b5cc4,stroke:#2b5cc4,color:#ffffff
  classDef is_path fill:#ffffff,stroke:#2b5cc4,color:#1f2430,stroke-width:2px
  classDef is_call fill:#e3ebfb,stroke:#4a6fc4,color:#1f2430
  classDef is_message fill:#e2f3e6,stroke:#3b8657,color:#1f2430
  classDef is_decision fill:#fdf2d5,stroke:#a98218,color:#1f2430
  classDef is_plain fill:#eef0f5,stroke:#8a93a5,color:#1f2430
  classDef is_jump fill:#efe6fb,stroke:#7a52c4,color:#1f2430
  classDef is_done fill:#eef0f5,stroke:#566073,color:#1f2430
  classDef is_failed fill:#fbe6df,stroke:#c0441c,color:#a83a15
";

/// In a picture of coverage, colour says what is walked, and no longer what kind of step it is.
const COVERED: &str = "\
  classDef is_frame fill:none,stroke:#8a93a5
  classDef is_walked fill:#e2f3e6,stroke:#2f7d4f,color:#1f2430,stroke-width:2px
  classDef is_missed fill:#ffffff,stroke:#c0441c,color:#1f2430,stroke-dasharray:6 4
  classDef is_unasked fill:#ffffff,stroke:#8a93a5,color:#1f2430
";

/// Writes a picture for Mermaid.
pub(super) fn mermaid(picture: &Picture) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart TD\n", title(&picture.name));
    let _ = writeln!(text, "  accDescr: {}", picture.summary.replace(['\n', ';', '#', '"'], " "));
    let is_many = picture.clusters.len() > 1;
    for (at, cluster) in picture.clusters.iter().enumerate() {
        let indent = if is_many { "    " } else { "  " };
        if is_many {
            let _ = writeln!(text, "  subgraph c{at}[\" \"]");
        }
        for shape in picture.shapes.get(cluster.shapes.clone()).unwrap_or_default() {
            let class = if shape.walk == Walk::Untold { shape.kind.as_str() } else { shape.walk.as_str() };
            let _ = writeln!(text, "{indent}{}{}:::is_{class}", shape.id, form(shape));
        }
        if is_many {
            let _ = writeln!(text, "  end\n  class c{at} is_frame");
        }
    }
    let mut colours: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (at, way) in picture.ways.iter().enumerate() {
        let id = |shape: usize| picture.shapes.get(shape).map_or("", |shape| shape.id.as_str());
        let (is_dashed, colour) = match (way.walk, way.kind) {
            (Walk::Untold, WayKind::Plain) => (false, ""),
            (Walk::Untold, WayKind::Fail) => (true, "#c0441c"),
            (Walk::Untold, WayKind::Jump) => (true, "#7a52c4"),
            (Walk::Walked, _) => (false, "#2f7d4f"),
            (Walk::Missed, _) => (true, "#c0441c"),
            (Walk::Unasked, _) => (false, "#8a93a5"),
        };
        let arrow = if is_dashed { "-.->" } else { "-->" };
        let label = if way.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&way.label)) };
        let _ = writeln!(text, "  {} {arrow}{label} {}", id(way.from), id(way.to));
        if !colour.is_empty() {
            colours.entry(colour).or_default().push(at.to_string());
        }
    }
    let is_covered = picture.shapes.iter().any(|shape| shape.walk != Walk::Untold);
    text.push_str(if is_covered { COVERED } else { CLASSES });
    for colour in ["#c0441c", "#7a52c4", "#2f7d4f", "#8a93a5"] {
        if let Some(ways) = colours.get(colour) {
            let _ = writeln!(text, "  linkStyle {} stroke:{colour}", ways.join(","));
        }
    }
    text
}

fn form(shape: &Shape) -> String {
    let (open, close) = match shape.kind {
        ShapeKind::Trigger | ShapeKind::Path => ("([", "])"),
        ShapeKind::Call | ShapeKind::Plain => ("[", "]"),
        ShapeKind::Message => ("(", ")"),
        ShapeKind::Decision => ("{{", "}}"),
        ShapeKind::Jump => (">", "]"),
        ShapeKind::Done | ShapeKind::Failed => ("((", "))"),
    };
    format!("{open}\"{}\"{close}", escaped(&label(shape, WIDTH)).replace('\n', "<br/>"))
}

/// Text in quotes. What Mermaid, Markdown or HTML would read as their own is written by its number.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.chars() {
        if before == '\\' && character == 'n' {
            // Both together are a line break, however they are written: an invisible word joiner parts them.
            escaped.push('\u{2060}');
        }
        before = character;
        match character {
            '0'..='9' | 'A'..='Z' | 'a'..='z' | ' ' | '\n' | ',' | ':' | '/' | '?' | '!' | '\'' | '=' | '+' | '$' => {
                escaped.push(character);
            }
            _ if character.is_ascii() => {
                let _ = write!(escaped, "#{};", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A title for the YAML before the chart: a quoted YAML string is one of JSON too. Mermaid takes what looks like HTML out
/// of a title, and it knows no other way to write it.
fn title(name: &str) -> String {
    let name = name.replace('<', "‹").replace('>', "›").replace('&', "+");
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
