//! Pictures of coverage: the same as any, but for what they tell of tests.

use crate::chart::Chart;
use crate::{Flow, flows, random_flows};
use flowc::coverage::Coverage;
use flowc::draw::{Format, draw_covered};
use flowc::graph::{Entry, NodeId, NodeKind};
use flowc::suite::Report;
use flowc::suite::report::{Event, Mark, Scene, What};
use std::collections::BTreeSet;

/// What is covered when each trigger is tried once and all goes well: at each step the first way on is taken.
pub(crate) fn coverage(flow: &Flow) -> Coverage {
    let mut what = Vec::new();
    let triggers = flow.graph.machines.iter().enumerate();
    for (at, trigger) in triggers.filter(|(_, machine)| !matches!(machine.entry, Entry::Path { .. })) {
        let (mut place, mut known) = (Some((at, trigger.start)), BTreeSet::new());
        // Paths may lead round for ever.
        while let Some((machine, id)) = place.filter(|place| known.insert(*place)) {
            let mark = Mark { machine, node: id.0 };
            let kind = &flow.graph.machines[machine].node(id).unwrap().kind;
            what.push(What::At(mark));
            what.extend(kind.is_state().then_some(What::From(mark)));
            place = match kind {
                NodeKind::Goto { machine, .. } => Some((*machine, flow.graph.machines[*machine].start)),
                _ => kind.successors().first().map(|next| (machine, *next)),
            };
        }
    }
    let events = what.into_iter().map(|what| Event { ms: 0, what }).collect();
    let report = Report { scenes: vec![Scene { events, waiting: Vec::new() }], stopped: false };
    Coverage::of(&flow.graph, &flow.source, [&report])
}

pub(crate) fn drawn(flow: &Flow, format: Format) -> String {
    draw_covered(&flow.graph, &flow.source, &coverage(flow), format)
}

#[test]
fn a_picture_of_coverage_tells_of_each_step_whether_it_is_walked() {
    for flow in flows().into_iter().chain(random_flows(40)) {
        let (plain, covered) = (Chart::read(&flow.drawn(Format::Svg)), Chart::read(&drawn(&flow, Format::Svg)));
        assert_eq!(plain.shapes.len(), covered.shapes.len());
        let coverage = coverage(&flow);
        for (before, now) in plain.shapes.iter().zip(&covered.shapes) {
            assert_eq!((&before.id, format!("{:?}", before.rect)), (&now.id, format!("{:?}", now.rect)));
            let (kind, walk) = now.class.split_once(' ').unwrap();
            assert_eq!(kind, before.class);
            let step = now.id.strip_prefix('m').and_then(|id| id.split_once('s'));
            if let Some((machine, node)) = step {
                let mark = Mark { machine: machine.parse().unwrap(), node: node.parse().unwrap() };
                let expected = if coverage.has_come_to(mark) { "walked" } else { "missed" };
                assert_eq!(walk, expected, "{} of {}", now.id, flow.source.text);
            }
        }
        for (before, now) in plain.ways.iter().zip(&covered.ways) {
            assert_eq!((&before.from, &before.to, &before.points), (&now.from, &now.to, &now.points));
            assert!(["way walked", "way missed", "way unasked"].contains(&now.class.as_str()), "{}", now.class);
        }
        assert!(covered.title.ends_with("% tested") && covered.description.contains("Tests walk"), "{}", covered.title);
    }
}

#[test]
fn a_way_is_walked_only_if_a_run_took_it() {
    let flow = Flow::of("on sms -> call GET \"https://e.example\" ok -> sms \"a\" fail timeout -> sms \"b\"").unwrap();
    let chart = Chart::read(&drawn(&flow, Format::Svg));
    let ways: Vec<(&str, &str)> = chart.ways.iter().map(|way| (way.from.as_str(), way.class.as_str())).collect();
    let of = |node: usize| format!("m0s{node}");
    let machine = &flow.graph.machines[0];
    let (call, ok) = (machine.start, machine.node(machine.start).unwrap().kind.successors()[0]);
    let walks = |id: NodeId| {
        let from = of(id.0);
        ways.iter().filter(|way| way.0 == from).map(|way| way.1).collect::<Vec<_>>()
    };
    // Nobody wrote what happens when it fails otherwise.
    assert_eq!(walks(call), ["way walked", "way missed", "way unasked"]);
    assert_eq!(walks(ok), ["way walked"]);
}
