//! Verdicts and stories on reports that are written by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::report::{Call, Ended, Event, Mark, Report, Scene, Sms, Waiting, What};
use super::{Suite, judge, story};
use crate::graph::NodeKind;
use crate::sample::NoSamples;
use crate::source::{LineIndex, SourceFile};

const FLOW: &str = r#"on sms
  -> call GET "https://a.example/x" < a: int = a >
     ok   -> if $a > 3 -> sms "many" else -> sms "few"
     fail -> goto sorry("now")

path sorry(when: text) -> sms "Not $when."

test "t"
  given GET "https://a.example/*" -> 503, 200 json { "a": 7 }
  when sms "a" from "+1"
"#;

struct Stand {
    file: SourceFile,
    suite: Suite,
}

impl Stand {
    fn new(thens: &str) -> Self {
        Self::of(format!("{FLOW}{thens}").replace("\"+1\"", "\"+15550123\""))
    }

    fn of(flow: String) -> Self {
        let file = SourceFile::new("a.flow", flow);
        let (suite, diagnostics) = crate::suite_of(&file, &NoSamples);
        Self { suite: suite.unwrap_or_else(|| unreachable!("{diagnostics:?}")), file }
    }

    fn mark(&self, machine: usize, is: impl Fn(&NodeKind) -> bool) -> Mark {
        let nodes = &self.suite.graph.machines[machine].nodes;
        Mark { machine, node: nodes.iter().position(|node| is(&node.kind)).unwrap() }
    }

    /// The way of a call that is answered with 503 and then with 200, to the message `many`.
    fn many(&self) -> Vec<What> {
        let call = self.mark(0, |kind| matches!(kind, NodeKind::Call { .. }));
        let branch = self.mark(0, |kind| matches!(kind, NodeKind::If { .. }));
        let NodeKind::If { then, .. } = &self.suite.graph.machines[0].nodes[branch.node].kind else { unreachable!() };
        let sms = Mark { machine: 0, node: then.0 };
        vec![
            What::At(call),
            request(Some(0)),
            request(Some(0)),
            What::From(call),
            What::At(branch),
            What::At(sms),
            message("many"),
            What::From(sms),
            What::Ended(Ended::Completed),
        ]
    }

    /// What is said of these events.
    fn judged(&self, events: Vec<What>) -> Option<String> {
        self.failure(&report(events)).map(|failure| {
            let line = LineIndex::new(&self.file.text).line(failure.span.start);
            let add = failure.line.map(|line| format!(" [{line}]")).unwrap_or_default();
            format!("{line}: {}{add}", failure.message)
        })
    }

    fn failure(&self, report: &Report) -> Option<super::Failure> {
        judge(&self.suite.graph, &self.suite.plays[0], report)
    }
}

fn report(events: Vec<What>) -> Report {
    let events = events.into_iter().enumerate().map(|(at, what)| Event { ms: at as u64 * 500, what }).collect();
    Report { scenes: vec![Scene::default(), Scene { events, waiting: vec![] }], stopped: false }
}

fn request(given: Option<usize>) -> What {
    let (method, url) = ("GET".to_owned(), "https://a.example/x".to_owned());
    What::Call(Call { method, url, headers: vec![], body: None, given })
}

fn message(words: &str) -> What {
    let (from, to, body) = ("+2".to_owned(), "+15550123".to_owned(), words.to_owned());
    What::Sms(Sms { from, to, body, media: vec![], refused: false })
}

fn failed(kind: &str) -> What {
    What::Ended(Ended::Failed { line: 2, kind: kind.to_owned(), reason: "It was not to be.".to_owned() })
}

#[test]
fn a_story_tells_each_step_and_the_way_to_it() {
    let stand = Stand::new("  then sms \"many\"");
    let report = report(stand.many());
    let moments = story::story(&stand.file, &stand.suite.graph, &stand.suite.plays[0], &report, 1);
    let told: Vec<_> = moments.iter().map(|m| format!("{} {} {}", m.line.unwrap_or(0), m.ms, m.text)).collect();
    let words = [
        "10 0 when sms \"a\" from \"+15550123\"",
        "1 0 on sms",
        "2 500 call GET https://a.example/x -> 503 (line 9)",
        "2 1000 call GET https://a.example/x -> 200 (line 9)",
        "3 2000 ok -> if $a > 3",
        "3 3000 then -> sms \"many\" to +15550123",
    ];
    assert_eq!(told, words);
    assert_eq!(stand.failure(&report), None);
}

#[test]
fn a_jump_is_told_with_the_path_it_leads_to() {
    let stand = Stand::new("  then nothing");
    let call = stand.mark(0, |kind| matches!(kind, NodeKind::Call { .. }));
    let jump = stand.mark(0, |kind| matches!(kind, NodeKind::Goto { .. }));
    let start = stand.mark(1, |kind| matches!(kind, NodeKind::Start { .. }));
    let sms = stand.mark(1, |kind| matches!(kind, NodeKind::Sms { .. }));
    let way = [What::At(call), What::From(call), What::At(jump), What::At(start), What::From(start), What::At(sms)];
    let moments = story::story(&stand.file, &stand.suite.graph, &stand.suite.plays[0], &report(way.into()), 1);
    let told: Vec<_> = moments.iter().skip(3).map(|m| format!("{} {}", m.line.unwrap_or(0), m.text)).collect();
    assert_eq!(told, ["4 fail -> goto sorry", "6 path sorry", "6 sms"]);
}

#[test]
fn what_comes_about_until_a_schedule_comes_is_judged_with_it() {
    let flow = |then: &str| {
        let flow = "on schedule \"0 9 * * *\" -> wait 1h -> sms to \"+15550123\" from \"+15550111\" \"Ten.\"\n\n";
        format!("{flow}test \"t\"\n  when schedule\n  then waits\n  when schedule\n{then}")
    };
    let scene = |ms: u64, what: What| Scene { events: vec![Event { ms, what }], waiting: vec![] };
    let ended = || scene(86_400_000, What::Ended(Ended::Completed));
    let judged = |then: &str, last: Scene| {
        let stand = Stand::of(flow(then));
        let waits = Waiting { line: 1, place: "wait".to_owned(), person: None, seconds: 3_600 };
        let first = Scene { events: vec![], waiting: vec![waits] };
        let report = Report { scenes: vec![first, scene(3_600_000, message("Ten.")), last], stopped: false };
        let told = story::story(&stand.file, &stand.suite.graph, &stand.suite.plays[0], &report, 2);
        let told: Vec<_> = told.iter().map(|m| format!("{} {} {}", m.line.unwrap_or(0), m.ms, m.text)).collect();
        (stand.failure(&report).map(|failure| failure.message), told)
    };
    let (failure, told) = judged("  then sms \"Ten.\"", ended());
    let words = ["4 0 when schedule", "6 0 when schedule", "0 3600000 sms \"Ten.\" to +15550123"];
    assert_eq!((failure, told), (None, words.map(str::to_owned).to_vec()));
    let (failure, _) = judged("  then nothing", ended());
    assert_eq!(failure.unwrap(), "a message was sent to +15550123: \"Ten.\"");
    let (failure, _) = judged("  then sms \"Ten.\"", scene(86_400_000, message("Nine.")));
    assert_eq!(failure.unwrap(), "a message was sent that no `then sms` expects");
}

#[test]
fn every_message_is_expected_in_its_order() {
    let both = || vec![message("one"), message("two")];
    assert_eq!(Stand::new("  then sms \"one\"\n  then sms matching \"^tw\"").judged(both()), None);
    assert_eq!(Stand::new("  then sms \"two\"").judged(both()).unwrap(), "11: another message was sent than this one");
    assert_eq!(
        Stand::new("  then sms \"one\"").judged(both()).unwrap(),
        "10: a message was sent that no `then sms` expects [then  sms to \"+15550123\" \"two\"]"
    );
    assert_eq!(
        Stand::new("  then sms \"one\"\n  then sms \"two\"").judged(vec![message("one")]).unwrap(),
        "12: no second message was sent"
    );
    let What::Sms(sms) = message("one") else { unreachable!() };
    let refused = What::Sms(Sms { refused: true, ..sms });
    assert_eq!(Stand::new("  then nothing").judged(vec![refused]), None);
    assert!(Stand::new("  then nothing").judged(both()).unwrap().starts_with("11: a message was sent to"));
}

#[test]
fn requests_may_go_without_a_word_but_are_expected_in_order() {
    let two = || vec![request(Some(0)), request(Some(0))];
    let call = "  then call GET \"https://a.example/x\"\n";
    assert_eq!(Stand::new(&format!("{call}{call}  then nothing")).judged(two()), None);
    assert_eq!(
        Stand::new(&format!("{call}{call}{call}")).judged(two()).unwrap(),
        "13: no further request like this one was sent"
    );
    assert_eq!(
        Stand::new(&format!("{call}  then nothing")).judged(two()).unwrap(),
        "12: a request was sent: GET https://a.example/x"
    );
    assert_eq!(Stand::new(call).judged(vec![]).unwrap(), "11: no request was sent");
}

#[test]
fn causes_are_told_and_not_what_follows_from_them() {
    let stand = Stand::new("  then sms \"many\"");
    assert_eq!(stand.judged(vec![failed("timeout")]).unwrap(), "10: the run fails at line 2: It was not to be");
    assert_eq!(
        stand.judged(vec![What::Untaken(vec!["Nobody takes it".to_owned()])]).unwrap(),
        "10: Nobody takes it [then  nothing]"
    );
    let mut stopped = report(vec![request(None)]);
    stopped.stopped = true;
    let failure = stand.failure(&stopped).unwrap();
    assert_eq!(failure.message, "no `given` answers GET https://a.example/x");
    assert_eq!(failure.line.unwrap(), "given GET \"https://a.example/x\" -> 200 json { … }");

    let fails = Stand::new("  then fails");
    assert_eq!(fails.judged(vec![failed("timeout")]), None);
    assert_eq!(fails.judged(vec![]).unwrap(), "11: no run fails");
    assert!(fails.judged(vec![failed("fault")]).unwrap().contains("stops with a fault"));
    assert_eq!(Stand::new("  then waits").judged(vec![]).unwrap(), "11: no run waits");
}

#[test]
fn each_failure_is_expected() {
    let both = || vec![failed("status"), failed("timeout")];
    assert_eq!(
        Stand::new("  then fails").judged(both()).unwrap(),
        "10: the run fails at line 2: It was not to be",
        "one `then` expects one failure"
    );
    let twice = Stand::new("  then fails\n  then fails");
    assert_eq!(twice.judged(both()), None);
    assert_eq!(twice.judged(vec![failed("status")]).unwrap(), "12: no further run fails");
}

#[test]
fn a_fault_is_of_the_step_that_was_come_to_last() {
    let stand = Stand::new("  then nothing");
    let branch = stand.mark(0, |kind| matches!(kind, NodeKind::If { .. }));
    let mut events = stand.many();
    events.truncate(5);
    assert_eq!(events.last(), Some(&What::At(branch)));
    events.push(failed("fault"));
    let failure = stand.failure(&report(events.clone())).unwrap();
    assert_eq!(failure.message, "the run stops with a fault at line 3: It was not to be");
    assert!(stand.file.slice(failure.step.unwrap().0).starts_with("if $a > 3"));
    let moments = story::story(&stand.file, &stand.suite.graph, &stand.suite.plays[0], &report(events), 1);
    assert_eq!(
        moments.last().map(|last| (last.line, last.text.as_str())),
        Some((Some(3), "a fault: It was not to be."))
    );
}
