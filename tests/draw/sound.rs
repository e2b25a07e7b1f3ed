//! What must be true of every picture.

use crate::Flow;
use crate::chart::{Chart, Text, Way};
use crate::font::Font;
use flowc::draw::Format;
use flowc::graph::{Entry, ExprKind, NodeId, NodeKind};
use std::collections::BTreeSet;

/// Panics if a picture of the flow is not as it should be.
pub(crate) fn check(flow: &Flow) {
    let svg = flow.drawn(Format::Svg);
    let chart = Chart::read(&svg);
    let place = |what: &str| format!("{what}, in the picture of\n{}\n{svg}", flow.source.text);
    for format in [Format::Svg, Format::Mermaid, Format::Dot] {
        assert_eq!(flow.drawn(format), flow.drawn(format));
    }
    steps_are_there_once(flow, &chart);
    ways_are_there(flow, &chart);
    nothing_overlaps(&chart, &place);
    nothing_is_crossed(&chart, &place);
    text_fits(&chart, &place);
    assert!(!chart.title.is_empty() && chart.description.contains("on "), "{}", place("no words"));
}

fn id(machine: usize, node: NodeId) -> String {
    format!("m{machine}s{}", node.0)
}

/// Where a step leads that only fits types to each other, and stands in no flow.
fn passed(kind: &NodeKind) -> Option<NodeId> {
    match kind {
        NodeKind::Set { value, next, .. } if matches!(value.kind, ExprKind::Present(_)) => Some(*next),
        _ => None,
    }
}

/// The steps of a machine that a run can come to, but for its ends.
fn steps(flow: &Flow, machine: usize) -> BTreeSet<NodeId> {
    let machine = &flow.graph.machines[machine];
    let (mut found, mut open) = (BTreeSet::new(), vec![machine.start]);
    while let Some(id) = open.pop() {
        let kind = &machine.node(id).unwrap().kind;
        if let Some(next) = passed(kind) {
            open.push(next);
        } else if !matches!(kind, NodeKind::End) && found.insert(id) {
            open.extend(kind.successors());
        }
    }
    found
}

fn steps_are_there_once(flow: &Flow, chart: &Chart) {
    let mut expected = BTreeSet::new();
    for (at, machine) in flow.graph.machines.iter().enumerate() {
        if !matches!(machine.entry, Entry::Path { .. }) {
            expected.insert(format!("m{at}"));
        }
        expected.extend(steps(flow, at).into_iter().map(|step| id(at, step)));
    }
    let marks = ["done", "failed"];
    let shapes = chart.shapes.iter().filter(|shape| !marks.contains(&shape.class.as_str()));
    let drawn: Vec<&String> = shapes.map(|shape| &shape.id).collect();
    assert_eq!(drawn.len(), expected.len(), "{}", flow.source.text);
    assert_eq!(drawn.into_iter().cloned().collect::<BTreeSet<_>>(), expected, "{}", flow.source.text);
}

fn ways_are_there(flow: &Flow, chart: &Chart) {
    let drawn: BTreeSet<(&str, &str)> = chart.ways.iter().map(|way| (way.from.as_str(), way.to.as_str())).collect();
    for (at, machine) in flow.graph.machines.iter().enumerate() {
        for step in steps(flow, at) {
            let from = id(at, step);
            for mut to in machine.node(step).unwrap().kind.successors() {
                while let Some(next) = passed(&machine.node(to).unwrap().kind) {
                    to = next;
                }
                let found = match machine.node(to).unwrap().kind {
                    NodeKind::End => drawn.iter().any(|(start, end)| *start == from && end.starts_with("end")),
                    _ => drawn.contains(&(&from, &id(at, to))),
                };
                assert!(found, "no way from {from} to {}:\n{}", to.0, flow.source.text);
            }
        }
    }
    for shape in chart.shapes.iter().filter(|shape| shape.id.starts_with("end")) {
        assert_eq!(chart.ways.iter().filter(|way| way.to == shape.id).count(), 1);
    }
}

fn nothing_overlaps(chart: &Chart, place: &dyn Fn(&str) -> String) {
    let labels = chart.labels.iter().map(|(rect, _)| ("a label".to_owned(), *rect));
    let all: Vec<_> = chart.shapes.iter().map(|shape| (shape.id.clone(), shape.rect)).chain(labels).collect();
    for (at, (name, rect)) in all.iter().enumerate() {
        assert!(chart.view.encloses(rect), "{}", place(&format!("{name} {rect:?} is cut off")));
        for (other, other_rect) in &all[at + 1..] {
            assert!(!rect.overlaps(other_rect), "{}", place(&format!("{name} and {other} overlap")));
        }
        let around: Vec<_> = chart.frames.iter().filter(|frame| frame.overlaps(rect)).collect();
        let is_framed = matches!(around.as_slice(), [frame] if frame.encloses(rect));
        assert!(chart.frames.is_empty() || is_framed, "{}", place(&format!("{name} is not in one frame")));
    }
    for (at, frame) in chart.frames.iter().enumerate() {
        assert!(chart.view.encloses(frame));
        assert!(!chart.frames[at + 1..].iter().any(|other| frame.overlaps(other)), "{}", place("frames overlap"));
    }
}

fn nothing_is_crossed(chart: &Chart, place: &dyn Fn(&str) -> String) {
    let shape = |id: &str| chart.shapes.iter().find(|shape| shape.id == id).unwrap();
    for way in &chart.ways {
        let name = format!("the way from {} to {}", way.from, way.to);
        let (from, to) = (shape(&way.from), shape(&way.to));
        for foreign in &chart.shapes {
            let is_hit = way.points.iter().any(|point| foreign.rect.holds(*point));
            assert!(!is_hit, "{}", place(&format!("{name} runs through {}", foreign.id)));
        }
        let touches = |point: (f64, f64), edge: f64, rect: &crate::chart::Rect| {
            (point.1 - edge).abs() < 0.01 && rect.left < point.0 && point.0 < rect.right
        };
        assert!(touches(way.points[0], from.rect.bottom, &from.rect), "{}", place(&format!("{name} begins nowhere")));
        let end = *way.points.last().unwrap();
        assert!(touches(end, to.rect.top, &to.rect), "{}", place(&format!("{name} ends nowhere")));
        let inside = way.points.iter().all(|(x, y)| chart.view.holds((*x, *y)));
        assert!(inside, "{}", place(&format!("{name} leaves the picture")));
        // A jump runs through its own cluster, and from that to the other.
        let foreign = |frame: &&crate::chart::Rect| !frame.overlaps(&from.rect) && !frame.overlaps(&to.rect);
        for frame in chart.frames.iter().filter(foreign) {
            let is_hit = way.points.iter().any(|point| frame.holds(*point));
            assert!(!is_hit, "{}", place(&format!("{name} runs through a frame")));
        }
    }
    for (rect, text) in &chart.labels {
        // Only the way that a label belongs to runs under it.
        let under: Vec<&Way> =
            chart.ways.iter().filter(|way| way.points.iter().any(|point| rect.holds(*point))).collect();
        assert_eq!(under.len(), 1, "{}", place(&format!("under {text:?} run {under:?}")));
        let is_fail = text.pieces.iter().any(|(word, _)| word.starts_with("fail"));
        assert_eq!(under[0].class.contains("fail"), is_fail, "{}", place(&format!("{text:?}")));
    }
}

fn text_fits(chart: &Chart, place: &dyn Fn(&str) -> String) {
    let Some(font) = Font::find() else {
        return;
    };
    let check = |text: &Text, left: f64, right: f64, top: f64, bottom: f64| {
        let Some(width) = font.width(&text.pieces, text.size) else {
            return;
        };
        let begin = if text.is_middle { text.x - width / 2.0 } else { text.x };
        let fits = left <= begin && begin + width <= right && top < text.baseline - 8.0 && text.baseline + 2.0 < bottom;
        assert!(fits, "{}", place(&format!("{text:?} does not fit")));
    };
    for shape in &chart.shapes {
        // What a form takes from its width on each side.
        let aside = match shape.class.as_str() {
            "decision" | "jump" | "message" => 14.0,
            "done" | "failed" => -1.0,
            _ => 3.0,
        };
        for text in &shape.texts {
            check(text, shape.rect.left + aside, shape.rect.right - aside, shape.rect.top, shape.rect.bottom);
        }
    }
    for (rect, text) in &chart.labels {
        check(text, rect.left + 2.0, rect.right - 2.0, rect.top, rect.bottom);
    }
}
