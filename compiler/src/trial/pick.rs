//! Which call of a flow is meant.

use crate::graph::{Call, FlowGraph, Node, NodeId, NodeKind};
use crate::source::{LineColumn, LineIndex, SourceFile, Span};

/// A call in its flow.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The trigger or path that it belongs to, by its index.
    pub machine: usize,
    /// The step's number there.
    pub id: NodeId,
    /// The step.
    pub node: &'a Node,
    /// What it sends and wants.
    pub call: &'a Call,
    /// Where its words begin.
    pub start: LineColumn,
    /// Where they end.
    end: LineColumn,
}

/// A line of a flow file, and a column if one is needed; both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Where {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: Option<u32>,
}

/// Why no call can be picked.
#[derive(Debug)]
pub enum Unpicked<'a> {
    /// The flow has none.
    NoCall,
    /// What stands there is a turn with a bot, `ask concierge`: such a turn is no single request.
    Turn(String),
    /// None stands there; those that there are.
    Elsewhere(Vec<Place<'a>>),
    /// Several do, or there are several and no line was said.
    Several(Vec<Place<'a>>),
}

/// The call whose words cover a place; without a place, the only call of the flow.
pub fn pick<'a>(source: &SourceFile, graph: &'a FlowGraph, place: Option<Where>) -> Result<Place<'a>, Unpicked<'a>> {
    let all = calls(source, graph);
    if let Some(turn) = turn(source, graph, place).filter(|_| place.is_some() || all.is_empty()) {
        return Err(Unpicked::Turn(turn));
    }
    if all.is_empty() {
        return Err(Unpicked::NoCall);
    }
    let meant: Vec<Place<'_>> =
        all.iter().filter(|call| place.is_none_or(|place| call.covers(place))).copied().collect();
    match meant.as_slice() {
        [] => Err(Unpicked::Elsewhere(all)),
        [one] => Ok(*one),
        _ => Err(Unpicked::Several(meant)),
    }
}

/// What the first turn with a bot is called whose words cover a place, or without a place, the first of the flow.
fn turn(source: &SourceFile, graph: &FlowGraph, place: Option<Where>) -> Option<String> {
    let lines = LineIndex::new(&source.text);
    let at = |offset| lines.line_column(&source.text, offset);
    let nodes = graph.machines.iter().flat_map(|machine| &machine.nodes);
    let turns = nodes.filter_map(|node| match &node.kind {
        NodeKind::Talk { talk, .. } => Some((node, talk.span)),
        _ => None,
    });
    let is_meant = |span: Span| place.is_none_or(|place| covers(at(span.start), at(span.end), place));
    let meant = turns.filter(|(_, span)| is_meant(*span)).min_by_key(|(_, span)| *span);
    meant.map(|(node, _)| node.kind.title())
}

/// All calls of a flow, in the order of its file.
fn calls<'a>(source: &SourceFile, graph: &'a FlowGraph) -> Vec<Place<'a>> {
    let index = LineIndex::new(&source.text);
    let at = |offset| index.line_column(&source.text, offset);
    let mut calls = Vec::new();
    for (machine, steps) in graph.machines.iter().enumerate() {
        for (id, node) in steps.nodes.iter().enumerate() {
            if let NodeKind::Call { call, .. } = &node.kind {
                let (start, end) = (at(call.span.start), at(call.span.end));
                calls.push(Place { machine, id: NodeId(id), node, call, start, end });
            }
        }
    }
    calls.sort_by_key(|call| call.node.span);
    calls
}

impl Place<'_> {
    fn covers(&self, place: Where) -> bool {
        covers(self.start, self.end, place)
    }
}

fn covers(start: LineColumn, end: LineColumn, place: Where) -> bool {
    let within =
        |column| (place.line > start.line || column >= start.column) && (place.line < end.line || column < end.column);
    (start.line..=end.line).contains(&place.line) && place.column.is_none_or(within)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sample::NoSamples;

    const FLOW: &str = r#"on sms
  -> call GET "https://a.example/1"
       header "Accept" = "application/json"
       < a = a >
     ok   -> sms "$a"
     fail -> call POST "https://b.example/2" text "x" fail -> call GET "https://c.example/3" fail -> end
"#;

    fn picked(flow: &str, line: Option<u32>, column: Option<u32>) -> Result<String, Vec<(u32, u32)>> {
        let source = SourceFile::new("a.flow", flow);
        let graph = crate::graph_of(&source, &NoSamples).0.unwrap();
        let place = line.map(|line| Where { line, column });
        let listed = |calls: Vec<Place<'_>>| calls.iter().map(|call| (call.start.line, call.start.column)).collect();
        match pick(&source, &graph, place) {
            Ok(call) => Ok(call.call.target()),
            Err(Unpicked::NoCall | Unpicked::Turn(_)) => Err(Vec::new()),
            Err(Unpicked::Elsewhere(calls) | Unpicked::Several(calls)) => Err(listed(calls)),
        }
    }

    #[test]
    fn a_call_is_picked_by_any_of_its_lines() {
        for line in 2..=4 {
            assert_eq!(picked(FLOW, Some(line), None), Ok("GET \"https://a.example/1\"".to_owned()), "{line}");
        }
        let all = vec![(2, 6), (6, 14), (6, 63)];
        assert_eq!(picked(FLOW, None, None), Err(all.clone()));
        for line in [1, 5, 7, 99] {
            assert_eq!(picked(FLOW, Some(line), None), Err(all.clone()), "{line}");
        }
    }

    #[test]
    fn calls_of_one_line_are_told_apart_by_columns() {
        assert_eq!(picked(FLOW, Some(6), None), Err(vec![(6, 14), (6, 63)]));
        assert_eq!(picked(FLOW, Some(6), Some(14)), Ok("POST \"https://b.example/2\"".to_owned()));
        assert_eq!(picked(FLOW, Some(6), Some(70)), Ok("GET \"https://c.example/3\"".to_owned()));
        assert!(picked(FLOW, Some(6), Some(2)).is_err());
    }

    #[test]
    fn a_turn_with_a_bot_is_told_by_its_name() {
        let bot = "secret K\nlex hotel region \"us-east-1\" bot \"ABCDEFGHIJ\" alias \"TSTALIASID\" keys $K $K\n";
        let ask =
            "on sms matching \"x\" -> ask hotel $body\n  < reply = message >\n  ok -> sms \"$reply\" fail -> end\n";
        let turn = |flow: &str, line: Option<u32>| {
            let source = SourceFile::new("a.flow", format!("{bot}{ask}{flow}"));
            let (graph, diagnostics) = crate::graph_of(&source, &NoSamples);
            let graph = graph.unwrap_or_else(|| unreachable!("{diagnostics:?}"));
            match pick(&source, &graph, line.map(|line| Where { line, column: None })) {
                Err(Unpicked::Turn(turn)) => Some(turn),
                _ => None,
            }
        };
        for (flow, line, told) in
            [("", None, true), ("", Some(4), true), (FLOW, None, false), (FLOW, Some(4), true), (FLOW, Some(7), false)]
        {
            assert_eq!(turn(flow, line).as_deref(), told.then_some("ask hotel"), "{line:?}");
        }
    }

    #[test]
    fn the_only_call_needs_no_line() {
        let one = "on sms -> call GET \"https://a.example/${body}\" fail -> end";
        assert_eq!(picked(one, None, None), Ok("GET \"https://a.example/$body\"".to_owned()));
        assert_eq!(picked("on sms -> end", None, None), Err(Vec::new()));
    }
}
