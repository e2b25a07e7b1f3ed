//! Shows what takes more than a moment: a bar on a terminal, else a plain line now and then.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::console::Console;
use crate::driver::Progress;

/// Between two plain lines.
const INTERVAL: Duration = Duration::from_secs(5);

/// Watches a build.
pub(super) struct Watcher<'a> {
    console: &'a Console<'a>,
    bar: Option<ProgressBar>,
    told: Option<Duration>,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(console: &'a Console<'a>) -> Self {
        Self { console, bar: None, told: None }
    }

    /// Shows a step of the build.
    pub(super) fn see(&mut self, progress: Progress) {
        match progress {
            Progress::Waiting => self.console.notice("waiting for another flowc build"),
            Progress::WaitingForCargo => self.console.notice("cargo waits for another cargo"),
            Progress::Downloading => self.console.notice("downloading crates, once"),
            Progress::Building(ready, total) => self.building(ready, total),
        }
    }

    fn building(&mut self, ready: usize, total: Option<usize>) {
        if self.console.quiet {
            return;
        }
        if self.console.system.terminal_width().is_some() {
            let bar = self.bar.get_or_insert_with(|| bar(total));
            bar.set_position(ready as u64);
            return;
        }
        let now = self.console.system.now();
        if self.told.is_none_or(|told| now - told >= INTERVAL) {
            self.told = Some(now);
            let of = total.map(|total| format!("/{total}")).unwrap_or_default();
            self.console.notice(&format!("building the runtime, once: {ready}{of} crates"));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<usize>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => {
            (ProgressBar::new(total as u64), "building the runtime, once: {bar:30} {pos}/{len} crates, {elapsed}")
        }
        None => (ProgressBar::no_length(), "{spinner} building the runtime: {pos} crates, {elapsed}"),
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
