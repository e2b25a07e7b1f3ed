#![allow(clippy::unwrap_used)]
use super::*;

use std::collections::HashSet;

static PROGRAM: Program = Program { name: "A \"flow\"", source: "a.flow", ..Program::TEST };

fn rendered(metrics: &Metrics) -> String {
    let counts = Some(Counts { running: 1, waiting: 2, asked: 3, parked: 4, queued: 5 });
    metrics.render(&Moment { counts, in_flight: 7, ready: true })
}

#[track_caller]
fn assert_line(text: &str, line: &str) {
    assert!(text.lines().any(|known| known == line), "{line}\n---\n{text}");
}

#[test]
fn what_was_counted_is_told() {
    let metrics = Metrics::new(&PROGRAM, "memory");
    metrics.accepted(TriggerKind::Sms, Received::Started, Duration::from_micros(60));
    metrics.accepted(TriggerKind::Api, Received::of(&Err(crate::engine::Refusal::Busy)), Duration::from_secs(20));
    metrics.step(StepKind::Call, StepOutcome::from(crate::flow::FailureKind::Dns), Duration::from_millis(5));
    metrics.step(StepKind::Call, StepOutcome::Ok, Duration::from_micros(5_001));
    metrics.delivered(CarrierName::Twilio, Delivery::Unknown);
    metrics.unknown_outcome(Resolved::Found);
    metrics.run_ended(RunOutcome::Failed);
    metrics.spans_dropped(12);
    let text = rendered(&metrics);
    for line in [
        "flow_messages_accepted_total{trigger=\"sms\",result=\"started\"} 1",
        "flow_messages_accepted_total{trigger=\"api\",result=\"refused\"} 1",
        "flow_messages_accepted_total{trigger=\"api\",result=\"started\"} 0",
        "flow_accept_seconds_bucket{le=\"0.00005\"} 0",
        "flow_accept_seconds_bucket{le=\"0.0001\"} 1",
        "flow_accept_seconds_bucket{le=\"10\"} 1",
        "flow_accept_seconds_bucket{le=\"+Inf\"} 2",
        "flow_accept_seconds_sum 20.00006",
        "flow_accept_seconds_count 2",
        "flow_steps_total{kind=\"call\",outcome=\"dns\"} 1",
        "flow_step_seconds_bucket{kind=\"call\",le=\"0.005\"} 1",
        "flow_step_seconds_bucket{kind=\"call\",le=\"0.01\"} 2",
        "flow_step_seconds_count{kind=\"sms\"} 0",
        "flow_runs{status=\"asked\"} 3",
        "flow_texts_queued 5",
        "flow_runs_in_flight 7",
        "flow_ready 1",
        "flow_carrier_messages_total{carrier=\"twilio\",outcome=\"unknown\"} 1",
        "flow_unknown_outcomes_total{resolved=\"found\"} 1",
        "flow_runs_ended_total{outcome=\"failed\"} 1",
        "flow_trace_spans_dropped_total 12",
    ] {
        assert_line(&text, line);
    }
    let build = format!(
        "flow_build_info{{flow=\"A \\\"flow\\\"\",source=\"a.flow\",flowc=\"{}\",engine=\"memory\"}} 1",
        env!("CARGO_PKG_VERSION")
    );
    assert_line(&text, &build);
}

#[test]
fn the_text_is_well_formed() {
    let text = rendered(&Metrics::new(&PROGRAM, "memory"));
    let (mut named, mut series) = (HashSet::new(), HashSet::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(named.insert(rest.split(' ').next().unwrap()), "{line}");
        } else if !line.starts_with('#') {
            let (key, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(series.insert(key), "{line}");
            let name = key.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(named.contains(family) || named.contains(name), "{line}");
        }
    }
    assert!(text.ends_with('\n'));
}

#[test]
fn threads_count_together() {
    let metrics = Metrics::new(&PROGRAM, "memory");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|_| metrics.step(StepKind::Sms, StepOutcome::Ok, Duration::ZERO)));
        }
    });
    assert_line(&rendered(&metrics), "flow_steps_total{kind=\"sms\",outcome=\"ok\"} 4000");
    assert_line(&rendered(&metrics), "flow_step_seconds_count{kind=\"sms\"} 4000");
}

#[test]
fn without_a_journal_nothing_is_told_of_runs() {
    let metrics = Metrics::new(&PROGRAM, "restate");
    let text = metrics.render(&Moment { counts: None, in_flight: 0, ready: false });
    assert!(!text.contains("flow_runs{") && text.contains("flow_ready 0"));
}
