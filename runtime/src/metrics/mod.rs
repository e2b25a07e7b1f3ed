//! What is counted and measured, for Prometheus.
//!
//! To count takes no lock and no memory: all series are there from the start, since their labels are enums.

mod cell;
mod label;
mod process;
mod text;

use std::time::Duration;

use self::cell::{Counter, Counters, Histogram, Histograms};
pub(crate) use self::label::{
    CarrierName, Delivery, Received, Resolved, RunOutcome, Stage, StepKind, StepOutcome, TriggerKind, WebhookResult,
};
pub(crate) use self::text::CONTENT_TYPE;
use self::text::Text;
use crate::clock::Time;
use crate::engine::journal::Counts;
use crate::flow::Program;

/// All that is counted of one program.
#[derive(Debug)]
pub(crate) struct Metrics {
    started: Time,
    flow: &'static str,
    source: &'static str,
    engine: &'static str,
    received: Counters<(TriggerKind, Received)>,
    accept_seconds: Histogram,
    ended: Counters<RunOutcome>,
    steps: Counters<(StepKind, StepOutcome)>,
    step_seconds: Histograms<StepKind>,
    commit_seconds: Histogram,
    lag_seconds: Histogram,
    journal_errors: Counter,
    deliveries: Counters<(CarrierName, Delivery)>,
    webhooks: Counters<(CarrierName, WebhookResult)>,
    reports: Counters<(CarrierName, Stage)>,
    unknown: Counters<Resolved>,
    spans_exported: Counter,
    spans_dropped: Counter,
}

/// What is known only when somebody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Of the journal; `None` if there is none, or it cannot be read now.
    pub(crate) counts: Option<Counts>,
    /// Runs that are being carried out in this process.
    pub(crate) in_flight: usize,
    pub(crate) ready: bool,
}

/// For what a machine does: 50 µs to 10 s.
const FAST: &[Duration] = &[
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(10),
];

/// For what somebody else is asked to do: 1 ms to 200 s, the longest timeout of a call.
const SLOW: &[Duration] = &[
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(200),
];

/// For what should be at once, and after an outage is not: 1 ms to a day.
const LATE: &[Duration] = &[
    Duration::from_millis(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(5),
    Duration::from_hours(1),
    Duration::from_hours(24),
];

impl Metrics {
    /// Nothing is counted yet. `engine` is its name: `sqlite`.
    pub(crate) fn new(program: &'static Program, engine: &'static str) -> Self {
        Self {
            started: Time::now(),
            flow: program.name,
            source: program.source,
            engine,
            received: Counters::default(),
            accept_seconds: Histogram::new(FAST),
            ended: Counters::default(),
            steps: Counters::default(),
            step_seconds: Histograms::new(SLOW),
            commit_seconds: Histogram::new(FAST),
            lag_seconds: Histogram::new(LATE),
            journal_errors: Counter::default(),
            deliveries: Counters::default(),
            webhooks: Counters::default(),
            reports: Counters::default(),
            unknown: Counters::default(),
            spans_exported: Counter::default(),
            spans_dropped: Counter::default(),
        }
    }

    /// Something came in, and whoever brought it was told so after this time: [`Received::of`] the engine's answer.
    pub(crate) fn accepted(&self, trigger: TriggerKind, received: Received, took: Duration) {
        self.received.add((trigger, received));
        self.accept_seconds.observe(took);
    }

    /// A run is over.
    pub(crate) fn run_ended(&self, outcome: RunOutcome) {
        self.ended.add(outcome);
    }

    /// A step was carried out; of an ask, its question was sent.
    pub(crate) fn step(&self, kind: StepKind, outcome: StepOutcome, took: Duration) {
        self.steps.add((kind, outcome));
        self.step_seconds.observe(kind, took);
    }

    /// Something that a run waited for has come about: a reply, or the end of its time.
    pub(crate) fn waited(&self, kind: StepKind, outcome: StepOutcome) {
        self.steps.add((kind, outcome));
    }

    /// The journal has taken in an arrival or a commit.
    pub(crate) fn committed(&self, took: Duration) {
        self.commit_seconds.observe(took);
    }

    /// The journal did not do what it was asked.
    pub(crate) fn journal_failed(&self) {
        self.journal_errors.add();
    }

    /// A run was claimed so long after it could have gone on.
    pub(crate) fn claimed(&self, late: Duration) {
        self.lag_seconds.observe(late);
    }

    /// A carrier was given a message.
    pub(crate) fn delivered(&self, carrier: CarrierName, delivery: Delivery) {
        self.deliveries.add((carrier, delivery));
    }

    /// A carrier has reported on a message.
    pub(crate) fn reported(&self, carrier: CarrierName, stage: Stage) {
        self.reports.add((carrier, stage));
    }

    /// A carrier's webhook was called.
    pub(crate) fn webhook(&self, carrier: CarrierName, result: WebhookResult) {
        self.webhooks.add((carrier, result));
    }

    /// A step of which the outcome was not known after a crash was dealt with.
    pub(crate) fn unknown_outcome(&self, resolved: Resolved) {
        self.unknown.add(resolved);
    }

    /// Spans were taken by the collector of traces.
    pub(crate) fn spans_exported(&self, spans: usize) {
        self.spans_exported.add_many(spans);
    }

    /// Spans were thrown away: the collector does not take them, or not as fast as they come.
    pub(crate) fn spans_dropped(&self, spans: usize) {
        self.spans_dropped.add_many(spans);
    }

    /// The answer to `GET /metrics`, in the text format 0.0.4 ("Exposition formats" of Prometheus' documentation).
    pub(crate) fn render(&self, moment: &Moment) -> String {
        let mut text = Text::default();
        text.counters("flow_messages_accepted_total", "What came in, and what became of it.", &self.received);
        text.histogram(
            "flow_accept_seconds",
            "From when it came in until whoever brought it was told what became of it.",
            &self.accept_seconds,
        );
        if let Some(Counts { running, waiting, asked, parked, queued }) = moment.counts {
            let statuses = [("running", running), ("waiting", waiting), ("asked", asked), ("parked", parked)];
            text.gauges("flow_runs", "Runs that have not ended.", "status", &statuses);
            text.gauge("flow_texts_queued", "Texts in line behind another one of their conversation.", queued);
        }
        text.gauge("flow_runs_in_flight", "Runs that this process is carrying out.", moment.in_flight as u64);
        text.gauge("flow_ready", "Whether what comes in can be taken.", u64::from(moment.ready));
        text.counters("flow_runs_ended_total", "Runs that are over.", &self.ended);
        text.counters("flow_steps_total", "Steps that were carried out.", &self.steps);
        text.histograms("flow_step_seconds", "How long steps took.", &self.step_seconds);
        text.histogram("flow_journal_commit_seconds", "Until the journal had stored something.", &self.commit_seconds);
        text.histogram("flow_journal_lag_seconds", "How late runs that could go on went on.", &self.lag_seconds);
        text.counter("flow_journal_errors_total", "What the journal could not do.", &self.journal_errors);
        text.counters("flow_carrier_messages_total", "Messages given to a carrier.", &self.deliveries);
        text.counters("flow_delivery_reports_total", "What carriers reported on messages.", &self.reports);
        text.counters("flow_webhooks_total", "What carriers brought.", &self.webhooks);
        text.counters("flow_unknown_outcomes_total", "Steps whose outcome a crash had hidden.", &self.unknown);
        text.counter("flow_trace_spans_exported_total", "Spans that the collector has taken.", &self.spans_exported);
        text.counter("flow_trace_spans_dropped_total", "Spans that were thrown away.", &self.spans_dropped);
        text.info(
            "flow_build_info",
            "The flow, and what it was built by.",
            &[
                ("flow", self.flow),
                ("source", self.source),
                ("flowc", env!("CARGO_PKG_VERSION")),
                ("engine", self.engine),
            ],
        );
        process::write(&mut text, self.started);
        text.into_string()
    }
}

#[cfg(test)]
mod tests;
