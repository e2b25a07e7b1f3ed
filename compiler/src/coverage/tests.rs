#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::sample::NoSamples;
use crate::suite::report::{Event, Scene, What};

/// A flow of this text and its graph.
pub(super) fn graph_of(text: &str) -> (SourceFile, FlowGraph) {
    let source = SourceFile::new("a.flow", text);
    let (graph, diagnostics) = crate::graph_of(&source, &NoSamples);
    (source, graph.unwrap_or_else(|| panic!("{diagnostics:#?}")))
}

/// A report of these events.
pub(super) fn played(what: Vec<What>) -> Report {
    let events = what.into_iter().map(|what| Event { ms: 0, what }).collect();
    Report { scenes: vec![Scene { events, waiting: Vec::new() }], stopped: false }
}

/// What is covered by runs that come to the steps that begin so, in this order; `>` stands before one that is gone on from,
/// and `.` is the end of a trigger or a path that nobody wrote.
fn covered(flow: &(SourceFile, FlowGraph), way: &[&str]) -> Coverage {
    let (source, graph) = flow;
    let mut machine = 0;
    let marks = way.iter().map(|step| {
        let words = step.trim_start_matches('>');
        let found = graph.machines.iter().enumerate().find_map(|(at, of)| {
            let is_it = |node: &Node| stands_in_the_text(node, of) && source.slice(node.span).starts_with(words);
            let node = of.nodes.iter().position(is_it)?;
            Some(Mark { machine: at, node })
        });
        let mark = if words == "." { Mark { machine, node: 0 } } else { found.unwrap_or_else(|| panic!("{step}")) };
        machine = mark.machine;
        if step.starts_with('>') { What::From(mark) } else { What::At(mark) }
    });
    Coverage::of(graph, source, [&played(marks.collect())])
}

/// The gaps as `line: the words there | label`.
fn told(flow: &(SourceFile, FlowGraph), coverage: &Coverage) -> Vec<String> {
    let lines = crate::source::LineIndex::new(&flow.0.text);
    let gaps = gaps(coverage, &flow.1, &flow.0).into_iter();
    gaps.map(|gap| format!("{}: {} | {}", lines.line(gap.span.start), flow.0.slice(gap.span), gap.label)).collect()
}

const WEATHER: &str = "\
on sms
  -> call GET \"https://example.com/\" < temp = temp >
       ok -> sms \"It is $temp.\"
       fail timeout -> sms \"Later.\"
       fail -> sms \"Sorry.\"
";

#[test]
fn a_call_with_arms_is_its_step_its_ways_and_what_they_lead_to() {
    let flow = graph_of(WEATHER);
    let nothing = covered(&flow, &[]);
    assert_eq!(nothing.share(), Share { walked: 0, all: 7 });
    assert_eq!(told(&flow, &nothing), ["1: on sms | no test starts a run here"]);

    let ok = covered(&flow, &["call", ">call", "sms \"It", ">sms \"It", "."]);
    assert_eq!(ok.share().to_string(), "3 of 7 (42 %)");
    assert_eq!(
        told(&flow, &ok),
        ["4: fail timeout | no test walks this `fail timeout`", "5: fail | no test walks this `fail`"]
    );

    let failing = covered(&flow, &["call", ">call", "sms \"Later", "call", ">call", "sms \"Sorry"]);
    assert_eq!(told(&flow, &failing), ["3: ok | no test walks this `ok`"]);
}

#[test]
fn a_way_that_is_not_written_is_told_at_its_step() {
    let flow = graph_of("on sms\n  -> { if $body == \"a\" -> sms \"A\" }\n  -> sms \"B\"\n  -> wait 2h\n  -> end");
    let holds = covered(&flow, &["if", "sms \"A", ">sms \"A", "sms \"B", ">sms \"B", "wait"]);
    assert_eq!(holds.share(), Share { walked: 5, all: 7 });
    assert_eq!(told(&flow, &holds), ["2: if | in every test this holds", "5: end | no test comes here"]);

    let not = covered(&flow, &["if", "sms \"B", ">sms \"B", "wait", ">wait", "end"]);
    assert_eq!(told(&flow, &not), ["2: $body == \"a\" | no test has this hold"]);

    let implied = graph_of("on sms\n -> call GET \"https://example.com/\"\n -> sms \"A\"\n fail -> sms \"B\"");
    let failed = covered(&implied, &["call", ">call", "sms \"B"]);
    assert_eq!(told(&implied, &failed), ["2: call | no test walks the `ok` of this `call`"]);
}

#[test]
fn ways_that_lead_to_one_place_are_one() {
    let flow = graph_of(
        "on sms\n -> { match $body { \"a\" | \"b\" -> { if $from == $to -> end } \"c\" -> sms \"C\" else -> { if 1 == 2 -> end } } }\n -> sms \"D\"",
    );
    let nothing = covered(&flow, &[]);
    let of = |keyword| nothing.steps.iter().filter(move |step| step.keyword == keyword).map(|step| step.ways.len());
    assert_eq!(of("match").collect::<Vec<_>>(), [3]);
    assert_eq!(of("if").collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn an_arm_that_only_sets_what_nothing_reads_is_walked_or_left_out_like_any_other() {
    let calls = graph_of(
        "on sms\n  -> { call GET \"https://example.com/\" < n? = n >\n       fail -> set y = 2 }\n  -> sms \"q\"",
    );
    let ok = covered(&calls, &["call", ">call", "sms"]);
    assert_eq!(ok.share(), Share { walked: 3, all: 5 });
    assert_eq!(told(&calls, &ok), ["3: fail | no test walks this `fail`"]);
    let both = covered(&calls, &["call", ">call", "sms", "call", ">call", "set", "sms"]);
    assert_eq!((both.share(), told(&calls, &both)), (Share { walked: 5, all: 5 }, Vec::new()));

    let branch = graph_of("on sms\n  -> { if $body == \"a\" -> set x = 1 }\n  -> sms \"D\"");
    let not = covered(&branch, &["if", "sms"]);
    assert_eq!(not.share(), Share { walked: 3, all: 5 });
    assert_eq!(told(&branch, &not), ["2: $body == \"a\" | no test has this hold"]);
    let holds = covered(&branch, &["if", "set", "sms"]);
    assert_eq!(told(&branch, &holds), ["2: if | in every test this holds"]);
    let both = covered(&branch, &["if", "sms", "if", "set", "sms"]);
    assert_eq!((both.share(), told(&branch, &both)), (Share { walked: 5, all: 5 }, Vec::new()));

    let choice = graph_of(
        "on sms\n  -> { match $body {\n    \"a\" -> set x = 1\n    \"b\" -> set x = 2\n    else -> set x = 3\n  } }\n  -> sms \"D\"",
    );
    let two = covered(&choice, &["match", "set x = 1", "sms", "match", "set x = 3", "sms"]);
    assert_eq!(two.share(), Share { walked: 6, all: 8 });
    assert_eq!(told(&choice, &two), ["4: \"b\" | no test walks this case"]);
    let all = covered(&choice, &["match", "set x = 1", "sms", "match", "set x = 2", "match", "set x = 3"]);
    assert_eq!((all.share(), told(&choice, &all)), (Share { walked: 8, all: 8 }, Vec::new()));
    let lines = lcov::record("a.flow", &two);
    assert!(lines.contains("DA:4,0\n") && lines.contains("DA:5,1\n"), "{lines}");
}

#[test]
fn what_the_compiler_adds_and_a_failure_that_nobody_takes_do_not_count() {
    // Where the ways come together, `$x` is made optional again.
    let flow = graph_of(
        "on sms\n  -> call GET \"https://example.com/\" < x?: text = x >\n  -> { if $x == null -> sms \"none\" else -> sms \"$x\" }\n  -> sms \"${x ?? \"?\"}\"",
    );
    let walked = ["call", ">call", "if", "sms \"none", "call", ">call", "if", "sms \"$x\"", ">sms \"none", "sms \"${x"];
    let all = covered(&flow, &walked);
    assert_eq!((all.share(), told(&flow, &all)), (Share { walked: 7, all: 7 }, Vec::new()));
    let none = covered(&flow, &walked[..4]);
    assert!(told(&flow, &none).contains(&"3: else | no test walks this `else`".to_owned()), "{:?}", told(&flow, &none));
}

#[test]
fn a_path_that_no_test_enters_is_left_out_before_it() {
    let flow = graph_of(
        "on sms -> if $body == \"a\" -> goto menu(\"x\") else -> goto menu(\"y\")\npath menu(z: text) -> sms \"$z\" -> sms \"b\"",
    );
    let nothing = covered(&flow, &["if", "goto menu(\"x"]);
    assert_eq!(told(&flow, &nothing), ["1: else | no test walks this `else`"]);
    let entered = covered(&flow, &["if", "goto menu(\"x", "goto menu(\"y"]);
    assert_eq!(entered.share(), Share { walked: 4, all: 7 });
}

#[test]
fn a_percent_is_never_more_than_there_is() {
    let share = |walked, all| Share { walked, all };
    assert_eq!((share(199, 200).percent(), share(200, 200).percent(), share(0, 0).percent()), (99, 100, 100));
    let mut sum = share(1, 2);
    sum += share(2, 2);
    assert_eq!(sum, share(3, 4));
}

#[test]
fn a_record_of_lcov_has_lines_branches_and_functions() {
    let schedules = "on schedule \"0 9 * * *\" -> goto bye\non schedule \"0 9 * * *\" -> goto bye\npath bye -> end\n";
    let flow = graph_of(&format!("{WEATHER}{schedules}"));
    let ok = covered(&flow, &["call", ">call", "sms \"It", ">sms \"It", ".", "call", ">call", "sms \"It"]);
    let expected = "\
TN:
SF:flows/weather.flow
FN:1,on sms
FN:6,on schedule \"0 9 * * *\"
FN:7,on schedule \"0 9 * * *\" (2)
FN:8,path bye
FNDA:2,on sms
FNDA:0,on schedule \"0 9 * * *\"
FNDA:0,on schedule \"0 9 * * *\" (2)
FNDA:0,path bye
FNF:4
FNH:1
BRDA:2,0,0,2
BRDA:2,0,1,0
BRDA:2,0,2,0
BRF:3
BRH:1
DA:1,2
DA:2,2
DA:3,2
DA:4,0
DA:5,0
DA:6,0
DA:7,0
DA:8,0
LF:8
LH:3
end_of_record
";
    assert_eq!(lcov::record("flows/weather.flow", &ok), expected);
}
