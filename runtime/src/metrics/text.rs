//! The text format 0.0.4 of Prometheus.

use std::fmt::Write;
use std::time::Duration;

use super::cell::{Counter, Counters, Histogram, Histograms};
use super::label::Labels;

/// The `Content-Type` of the format.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The text of all metrics, one after the other. Writing to a `String` cannot fail.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn into_string(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, counter: &Counter) {
        self.head(name, "counter", help);
        self.sample(name, "", counter.get());
    }

    pub(super) fn counters<L: Labels>(&mut self, name: &str, help: &str, counters: &Counters<L>) {
        self.head(name, "counter", help);
        for (labels, value) in counters.each() {
            self.sample(name, &labels, value);
        }
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "gauge", help);
        self.sample(name, "", value);
    }

    pub(super) fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.head(name, "gauge", help);
        for (of, value) in values {
            self.sample(name, &format!("{label}=\"{of}\""), value);
        }
    }

    /// A gauge that is always 1; what it says is in its labels.
    pub(super) fn info(&mut self, name: &str, help: &str, labels: &[(&str, &str)]) {
        self.head(name, "gauge", help);
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        self.sample(name, &labels.join(","), 1);
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, "histogram", help);
        self.buckets(name, "", histogram);
    }

    pub(super) fn histograms<L: Labels>(&mut self, name: &str, help: &str, histograms: &Histograms<L>) {
        self.head(name, "histogram", help);
        for (labels, histogram) in histograms.each() {
            self.buckets(name, &labels, histogram);
        }
    }

    fn buckets(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut count = 0;
        for (bound, within) in histogram.within() {
            let bound = bound.map_or_else(|| "+Inf".to_owned(), |bound| seconds(bound).to_string());
            self.sample(&format!("{name}_bucket"), &format!("{labels}{comma}le=\"{bound}\""), within);
            count = within;
        }
        self.sample(&format!("{name}_sum"), labels, seconds(histogram.sum()));
        self.sample(&format!("{name}_count"), labels, count);
    }
}

/// A float, as all values of Prometheus are.
pub(super) fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

/// The value of a label as it stands between quotation marks.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
