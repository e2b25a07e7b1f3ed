#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::*;
use crate::sample::NoSamples;
use crate::suite::Script;

const BOUNDS: Bounds = Bounds { depth: 12, paths: 1000, messages: 10 };

fn graph(flow: &str) -> (SourceFile, FlowGraph) {
    let source = SourceFile::new("a.flow", flow);
    let (graph, diagnostics) = crate::graph_of(&source, &NoSamples);
    (source, graph.unwrap_or_else(|| panic!("{diagnostics:?}")))
}

fn explored_within(flow: &str, bounds: Bounds) -> Exploration {
    let (source, graph) = graph(flow);
    let mut play = |script: &Script| Ok::<_, Infallible>(fake::play(&graph, script));
    explore(&graph, &source, &NoSamples, bounds, &mut play).unwrap()
}

fn explored(flow: &str) -> Exploration {
    explored_within(flow, BOUNDS)
}

/// The mistakes, each with its line.
fn mistakes(exploration: &Exploration) -> Vec<(u32, Kind)> {
    let mistakes = exploration.findings.iter().filter(|finding| finding.kind.is_mistake());
    mistakes.map(|finding| (finding.line, finding.kind.clone())).collect()
}

const WEATHER: &str = "on sms
  -> call GET \"https://example.com/wx\" < temp = temperature >
     ok              -> sms \"It is $temp F.\"
     fail status 404 -> sms \"Nowhere.\"
     fail timeout    -> sms \"Later.\"
     fail            -> sms \"Sorry.\"
";

#[test]
fn each_outcome_of_a_call_is_a_path() {
    let exploration = explored(WEATHER);
    assert_eq!(
        exploration.names,
        [
            "a person writes hello",
            "a person writes hello; the service answers 404",
            "a person writes hello; the service times out",
            "a person writes hello; the service answers 500",
        ]
    );
    assert_eq!(exploration.share.walked, exploration.share.all);
    assert_eq!((exploration.gaps.len(), exploration.has_mistakes(), exploration.depth()), (0, false, 2));
    let slowest = exploration.slowest.unwrap();
    assert_eq!((slowest.ms, slowest.line), (10_000, 5));
}

#[test]
fn words_are_those_that_the_flow_compares_with() {
    let flow = "on sms matching \"bye|ciao\" -> sms \"Bye!\"
on sms
  -> match lower($body) {
       \"pool\" | \"spa\" -> sms \"Pool.\"
       \"room\"         -> goto room($body)
       else           -> sms \"What?\"
     }
path room(word: text) -> if contains($word, \"mit\") -> sms \"$word, indeed.\" else -> sms \"Just $word.\"
";
    let exploration = explored(flow);
    assert_eq!(
        exploration.names,
        ["a person writes something else", "a person writes bye", "a person writes pool", "a person writes room",]
    );
    // No example is `room` and has `mit` in it, and that is told.
    assert_eq!(exploration.gaps.len(), 1);
    assert_eq!(exploration.share.all - exploration.share.walked, 2);
}

#[test]
fn a_person_replies_wrongly_or_not_at_all() {
    let flow = "on sms
  -> ask \"How many?\" < n: int > within 10m retry 2 \"A number, please.\"
     reply   -> if $n > 8 -> sms \"Too many.\" else -> sms \"$n it is.\"
     timeout -> sms \"Another time.\"
";
    let exploration = explored(flow);
    let mut names = exploration.names.clone();
    names.sort();
    assert_eq!(
        names,
        [
            "a person writes hello; no reply comes",
            "a person writes hello; replies 2",
            "a person writes hello; replies 9",
            "a person writes hello; replies something else; replies something else; replies something else",
        ]
    );
    assert!(!exploration.has_mistakes() && exploration.gaps.is_empty());
}

#[test]
fn a_reply_that_is_not_understood_may_lead_round_a_loop() {
    let flow = "on sms -> goto menu()
path menu()
  -> ask \"Which?\" < n: int > within 10m
     reply   -> sms \"$n it is.\"
     timeout -> goto menu()
";
    let exploration = explored(flow);
    let ends: Vec<&End> = exploration.trails.iter().map(|trail| &trail.end).collect();
    assert_eq!(ends.len(), 3);
    assert_eq!(ends.into_iter().filter(|end| **end == End::Again(3)).count(), 2);
}

/// The value of the reply makes no difference before the wait is over.
#[test]
fn a_value_may_make_a_difference_later() {
    let flow = "on sms
  -> ask \"How was it?\" < score: int >
     reply -> sms \"Thank you.\" -> wait 1d -> if $score > 3 -> sms \"See you!\" else -> sms \"We are sorry.\"
";
    let exploration = explored(flow);
    assert!(exploration.gaps.is_empty(), "{:?}", exploration.gaps);
    // A reply that is no number ends this run without a word.
    assert_eq!(mistakes(&exploration), [(2, Kind::DeadEnd("something else".to_owned()))]);
}

#[test]
fn who_gets_no_answer_is_told_of() {
    let silent = "on sms
  -> call POST \"https://example.com/log\"
     ok   -> sms \"Done.\"
     fail -> wait 1h -> sms \"Later.\"
";
    assert_eq!(mistakes(&explored(silent)), [(2, Kind::DeadEnd("hello".to_owned()))]);
    let failing = "on sms -> call POST \"https://example.com/log\" -> sms \"Done.\"\n";
    let exploration = explored(failing);
    assert_eq!(mistakes(&exploration), [(1, Kind::DeadEnd("hello".to_owned()))]);
    assert!(exploration.findings.iter().any(|finding| finding.kind == Kind::Unhandled("timeout".to_owned())));
    let meant = "on sms -> call POST \"https://example.com/log\" ok -> sms \"Done.\" fail -> end\n";
    let exploration = explored(meant);
    assert!(!exploration.has_mistakes());
    assert_eq!(exploration.findings[0].kind, Kind::MeantSilence("hello".to_owned()));
    let elsewhere = "on sms -> sms to \"+13055550111\" \"$body\"\n";
    assert_eq!(mistakes(&explored(elsewhere)), [(1, Kind::DeadEnd("hello".to_owned()))]);
}

#[test]
fn a_loop_is_walked_once_and_told_of_if_nothing_leaves_it() {
    let open = "on sms -> goto menu()
path menu()
  -> ask \"1 or 2?\" < choice >
     reply -> match $choice { \"1\" -> sms \"One.\" else -> goto menu() }
     timeout -> sms \"Bye.\"
";
    let exploration = explored(open);
    assert!(!exploration.has_mistakes() && exploration.gaps.is_empty());
    assert!(exploration.trails.iter().any(|trail| trail.end == End::Again(3)));
    assert_eq!(exploration.trails.len(), 3);

    let closed =
        open.replace("timeout -> sms \"Bye.\"", "timeout -> goto menu()").replace("sms \"One.\"", "goto menu()");
    assert_eq!(mistakes(&explored(&closed)), [(2, Kind::EndlessLoop("path menu".to_owned()))]);

    let spinning =
        "on sms -> goto spin(1)\npath spin(n: int) -> if $n > 500 -> sms \"Dizzy.\" else -> goto spin($n + 1)\n";
    let found = mistakes(&explored(spinning));
    assert!(found.iter().any(|(_, kind)| matches!(kind, Kind::Fault(_))), "{found:?}");
}

/// What leaves a loop only after some rounds is found, since the ways behind it are walked by nothing else.
#[test]
fn a_loop_that_counts_is_left_in_the_end() {
    let flow = "on sms -> goto try(1)
path try(n: int)
  -> if $n > 3 -> sms \"Enough.\"
     else -> ask \"Again?\" < word > within 10m
             reply   -> goto try($n + 1)
             timeout -> sms \"Bye.\"
";
    let exploration = explored(flow);
    assert!(exploration.gaps.is_empty(), "{:?}", exploration.gaps);
}

#[test]
fn messages_are_counted_for_each_person() {
    let flow = format!("on sms{}\n", " -> sms \"Spam.\"".repeat(11));
    assert_eq!(mistakes(&explored(&flow)), [(1, Kind::TooManyMessages(11))]);
    assert!(!explored_within(&flow, Bounds { messages: 11, ..BOUNDS }).has_mistakes());
}

#[test]
fn a_carrier_refuses_what_the_flow_has_a_fail_for() {
    let flow = "on sms -> sms \"Hello.\" -> sms to \"+13055550111\" \"New guest.\" fail -> sms \"Please call us.\"\n";
    let exploration = explored(flow);
    assert_eq!(exploration.names, ["a person writes hello", "a person writes hello; the message is refused"]);
    assert!(exploration.gaps.is_empty());
}

#[test]
fn bounds_cut_and_say_so() {
    let deep = "on sms -> goto first(\"1\")
path first(n: text) -> ask \"$n\" < a > reply -> ask \"Why?\" < b > reply -> ask \"How?\" < c > reply -> sms \"$a$b$c\"
";
    let exploration = explored_within(deep, Bounds { depth: 2, ..BOUNDS });
    assert!(exploration.cuts.depth > 0 && exploration.depth() == 2 && !exploration.gaps.is_empty());
    let exploration = explored_within(WEATHER, Bounds { paths: 2, ..BOUNDS });
    assert!(exploration.trails.len() >= 2 && exploration.trails.len() <= 4);
}

#[test]
fn conversations_that_begin_alike_are_one_tree() {
    let exploration = explored(WEATHER);
    let roots = tree(&exploration.trails);
    assert_eq!(roots.len(), 1);
    let call = &roots[0].next[0].next[0];
    assert!(matches!(call.turn, Turn::Call { line: 2, .. }));
    let outcomes: Vec<&Turn> = call.next.iter().map(|branch| branch.turn).collect();
    let label = |turn: &Turn| match turn {
        Turn::Outcome { label, .. } => label.clone(),
        _ => String::new(),
    };
    let labels: Vec<String> = outcomes.into_iter().map(label).collect();
    assert_eq!(labels, ["ok", "fail status 404", "fail timeout", "fail (status 500)"]);
}

#[test]
fn conversations_become_tests_that_say_what_came_of_them() {
    let flow = "on sms
  -> call GET \"https://example.com/price?of=a\" < price = price >
     ok   -> ask \"It is $$$price. \\\"Yes\\\"?\" < word > within 10m
             reply   -> sms \"$word it is.\"
             timeout -> end
     fail -> sms \"Sorry.\"
";
    let (source, graph) = graph(flow);
    let mut play = |script: &Script| {
        // As the player does: a URL without a query is any query's.
        let mut script = script.clone();
        for cue in &mut script.cues {
            if let crate::suite::script::Cue::Given(given) = cue
                && given.url == "https://example.com/price"
            {
                given.url += "?of=a";
            }
        }
        Ok::<_, Infallible>(fake::play(&graph, &script))
    };
    let exploration = explore(&graph, &source, &NoSamples, BOUNDS, &mut play).unwrap();
    let mut known = BTreeSet::new();
    let written = tests(&graph, &NoSamples, &exploration, &known, &mut play).unwrap();
    let text: String = written.iter().map(|test| format!("{}\n", test.text)).collect();
    for wanted in [
        "given GET \"https://example.com/price\" -> 200 json { \"price\": 72 }",
        "when sms \"hello\" from \"+13055550142\"",
        "then sms \"It is $$72. \\\"Yes\\\"?\"",
        "then waits",
        "when 10m pass",
        "then nothing",
        "given GET \"https://example.com/price\" -> timeout",
    ] {
        assert!(text.contains(&format!("  {wanted}\n")), "{wanted}\n{text}");
    }
    let whole = SourceFile::new("a.flow", format!("{flow}\n{text}"));
    assert_eq!(crate::check(&whole, &NoSamples), []);
    assert!(crate::format(&whole).is_ok());
    known.extend(crate::names_of_tests(&whole));
    assert_eq!(tests(&graph, &NoSamples, &exploration, &known, &mut play).unwrap(), []);
}
