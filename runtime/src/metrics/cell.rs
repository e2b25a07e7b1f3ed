//! Numbers that many threads raise at a time.
//!
//! Each is exact by itself; those of one metric may be a moment apart, which Prometheus allows.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::label::Labels;

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub(super) fn add_many(&self, many: usize) {
        self.0.fetch_add(many as u64, Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A counter for each combination of labels.
#[derive(Debug)]
pub(super) struct Counters<L> {
    cells: Box<[Counter]>,
    labels: PhantomData<fn(L)>,
}

impl<L: Labels> Default for Counters<L> {
    fn default() -> Self {
        Self { cells: (0..L::COUNT).map(|_| Counter::default()).collect(), labels: PhantomData }
    }
}

impl<L: Labels> Counters<L> {
    pub(super) fn add(&self, labels: L) {
        if let Some(cell) = self.cells.get(labels.index()) {
            cell.add();
        }
    }

    /// Each with its labels as written.
    pub(super) fn each(&self) -> impl Iterator<Item = (String, u64)> {
        L::written().zip(self.cells.iter().map(Counter::get))
    }
}

/// How long things took, by how many were no longer than each bound.
#[derive(Debug)]
pub(super) struct Histogram {
    /// Ascending.
    bounds: &'static [Duration],
    /// How many were within each bound and above the former one; the last: above all.
    cells: Box<[Counter]>,
    /// It wraps after 584 years of work, which Prometheus takes for a restart.
    nanoseconds: AtomicU64,
}

impl Histogram {
    pub(super) fn new(bounds: &'static [Duration]) -> Self {
        let cells = (0..=bounds.len()).map(|_| Counter::default()).collect();
        Self { bounds, cells, nanoseconds: AtomicU64::new(0) }
    }

    pub(super) fn observe(&self, took: Duration) {
        let at = self.bounds.partition_point(|bound| *bound < took);
        if let Some(cell) = self.cells.get(at) {
            cell.add();
        }
        self.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Each bound, and how many were within it; the last has none and counts all.
    pub(super) fn within(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(&self.cells).scan(0, |sum, (bound, cell)| {
            *sum += cell.get();
            Some((bound, *sum))
        })
    }

    pub(super) fn sum(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Relaxed))
    }
}

/// A histogram for each value of a label.
#[derive(Debug)]
pub(super) struct Histograms<L> {
    cells: Box<[Histogram]>,
    labels: PhantomData<fn(L)>,
}

impl<L: Labels> Histograms<L> {
    pub(super) fn new(bounds: &'static [Duration]) -> Self {
        Self { cells: (0..L::COUNT).map(|_| Histogram::new(bounds)).collect(), labels: PhantomData }
    }

    pub(super) fn observe(&self, labels: L, took: Duration) {
        if let Some(cell) = self.cells.get(labels.index()) {
            cell.observe(took);
        }
    }

    /// Each with its label as written.
    pub(super) fn each(&self) -> impl Iterator<Item = (String, &Histogram)> {
        L::written().zip(&self.cells)
    }
}
