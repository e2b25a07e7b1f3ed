//! What tests have walked, as `flowc test` tells it: beside the source, as a file for lcov, and as a share that is required.

use std::path::PathBuf;

use clap::Args;

use serde_json::json;

use super::console::Console;
use super::test::Tried;
use super::{Exit, counted};
use crate::coverage::{Coverage, Gap, Share, gaps, lcov};
use crate::diagnostic::Label;
use crate::diagnostic::render::{Remark, Style, remark};
use crate::driver::Error;
use crate::graph::FlowGraph;
use crate::source::{LineIndex, SourceFile};

/// Gaps that are shown of a flow; who has more begins with these.
const SHOWN: usize = 20;

/// What is wanted of it.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Wanted {
    /// Show which steps and ways no test walks
    #[arg(long)]
    coverage: bool,
    /// Write what was walked to a file, for `genhtml` and whatever else reads lcov's files
    #[arg(long, value_name = "OUT")]
    lcov: Option<PathBuf>,
    /// End with code 1 if tests walk less of all steps and ways, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    require_coverage: Option<u8>,
}

/// A flow, and what its tests walk of it.
pub(super) struct Covered<'a> {
    source: &'a SourceFile,
    graph: &'a FlowGraph,
    pub(super) coverage: Coverage,
}

impl<'a> Covered<'a> {
    /// Of a flow whose tests were played.
    pub(super) fn of(tried: &'a Tried) -> Self {
        let (source, graph) = (&tried.file, &tried.suite.graph);
        let reports = tried.verdicts.iter().map(|verdict| &verdict.report);
        Self { source, graph, coverage: Coverage::of(graph, source, reports) }
    }
}

impl Wanted {
    /// Tells it, once all tests are done; as a JSON object a line if `is_json`.
    pub(super) fn tell<'a>(
        &self,
        console: &Console<'_>,
        flows: impl Iterator<Item = &'a Tried>,
        is_json: bool,
    ) -> Result<Exit, Error> {
        if !self.coverage && self.lcov.is_none() && self.require_coverage.is_none() {
            return Ok(Exit::Fine);
        }
        let flows: Vec<Covered<'_>> = flows.map(Covered::of).collect();
        let mut total = Share::default();
        flows.iter().for_each(|flow| total += flow.coverage.share());
        if self.coverage {
            let (style, width) = console.output();
            let style = Style { width: width.unwrap_or(style.width).max(40), ..style };
            let told = |flow: &Covered<'_>| if is_json { flow.line() } else { flow.drawn(style) };
            let mut text: String = flows.iter().map(told).collect();
            if flows.len() > 1 && !is_json {
                text.push_str(&closing(total, &counted(flows.len(), "flow")));
            }
            console.result(&text)?;
        }
        if let Some(path) = &self.lcov {
            let records: String = flows.iter().map(|flow| lcov::record(&flow.source.name, &flow.coverage)).collect();
            console.deliver(&records, Some(path))?;
        }
        match self.require_coverage {
            Some(percent) => Ok(self.required(console, total, percent)),
            None => Ok(Exit::Fine),
        }
    }

    /// Says if less is walked than is required.
    fn required(&self, console: &Console<'_>, total: Share, percent: u8) -> Exit {
        let Some(missing) = missing(total, percent) else { return Exit::Fine };
        let lacks = format!("{missing} more {} to be walked", if missing == 1 { "is" } else { "are" });
        let help = if self.coverage { lacks } else { format!("{lacks}; `--coverage` shows where tests leave off") };
        let message = format!("tests walk {total} of all steps and ways, and {percent} % is required");
        console.error(&message, Some(&help));
        Exit::FlowErrors
    }
}

/// How many more must be walked; `None` if enough are.
fn missing(share: Share, percent: u8) -> Option<usize> {
    let required = (share.all * usize::from(percent)).div_ceil(100);
    required.checked_sub(share.walked).filter(|missing| *missing > 0)
}

impl Covered<'_> {
    fn gaps(&self) -> Vec<Gap> {
        gaps(&self.coverage, self.graph, self.source)
    }

    /// The places at which tests leave off, beside the source, and how much they walk.
    fn drawn(&self, style: Style) -> String {
        let (gaps, share) = (self.gaps(), self.coverage.share());
        let mut text = String::new();
        let mut shown = gaps.iter().take(SHOWN).map(|gap| Label { span: gap.span, text: gap.label.clone() });
        if let Some(first) = shown.next() {
            let unwalked = share.all - share.walked;
            let message = format!("tests leave off here: {unwalked} of {} steps and ways are not walked", share.all);
            let Label { span, text: label } = first;
            let places = Remark { message, span, label, labels: shown.collect(), is_wrong: false };
            text = remark(self.source, &places, style);
            if gaps.len() > SHOWN {
                text.push_str(&format!("  and {} more\n", counted(gaps.len() - SHOWN, "place")));
            }
            text.push('\n');
        }
        text.push_str(&closing(share, &self.source.name));
        text
    }

    /// The same as a JSON object on a line of its own.
    fn line(&self) -> String {
        let index = LineIndex::new(&self.source.text);
        let gap = |gap: &Gap| {
            let place = index.line_column(&self.source.text, gap.span.start);
            json!({ "line": place.line, "column": place.column, "text": gap.label })
        };
        let Share { walked, all } = self.coverage.share();
        let gaps: Vec<_> = self.gaps().iter().map(gap).collect();
        let object = json!({
            "file": self.source.name,
            "coverage": { "walked": walked, "all": all, "gaps": gaps },
        });
        format!("{object}\n")
    }
}

/// `coverage: 12 of 14 (85 %) of steps and ways in weather.flow`
fn closing(share: Share, place: &str) -> String {
    format!("coverage: {share} of steps and ways in {place}\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::sample::NoSamples;
    use crate::suite::Report;
    use crate::suite::report::{Event, Mark, Scene, What};

    /// The picture of a flow of which runs come to these nodes, one after the other.
    fn drawn(text: &str, at: &[usize]) -> String {
        let source = SourceFile::new("wx.flow", text);
        let (graph, diagnostics) = crate::graph_of(&source, &NoSamples);
        let graph = graph.unwrap_or_else(|| panic!("{diagnostics:#?}"));
        let event = |node: &usize| Event { ms: 0, what: What::At(Mark { machine: 0, node: *node }) };
        let scene = Scene { events: at.iter().map(event).collect(), ..Scene::default() };
        let report = Report { scenes: vec![scene], stopped: false };
        let coverage = Coverage::of(&graph, &source, [&report]);
        Covered { source: &source, graph: &graph, coverage }.drawn(Style::PLAIN)
    }

    #[test]
    fn gaps_are_drawn_beside_the_source() {
        let text = "\
on sms
  -> if $body == \"weather\" -> sms \"It is warm.\" -> end
     else -> sms \"Text weather.\"

on schedule \"0 9 * * *\"
  -> sms to \"+15550123\" from \"+15550100\" \"Good morning\"
";
        // Nodes are numbered from the last step to the first.
        let expected = "  ☞ tests leave off here: 4 of 7 steps and ways are not walked
   ╭─[wx.flow:2:52]
 1 │ on sms
 2 │   -> if $body == \"weather\" -> sms \"It is warm.\" -> end
   ·                                                    ─┬─
   ·                                                     ╰── no test comes here
 3 │      else -> sms \"Text weather.\"
   ·      ──┬─
   ·        ╰── no test walks this `else`
 4 │ 
 5 │ on schedule \"0 9 * * *\"
   · ───────────┬───────────
   ·            ╰── no test starts a run here
 6 │   -> sms to \"+15550123\" from \"+15550100\" \"Good morning\"
   ╰────

coverage: 3 of 7 (42 %) of steps and ways in wx.flow
";
        let drawn = drawn(text, &[4, 2]);
        assert_eq!(drawn, expected, "{drawn}");
    }

    #[test]
    fn of_many_gaps_the_first_are_shown() {
        let cases: String = (0..30).map(|at| format!("    \"{at}\" -> sms \"{at}\"\n")).collect();
        let drawn = drawn(&format!("on sms\n  -> match $body {{\n{cases}    else -> end\n  }}\n"), &[32]);
        assert_eq!(drawn.matches("no test walks this case").count(), SHOWN, "{drawn}");
        assert!(
            drawn.ends_with("  and 11 places more\n\ncoverage: 1 of 63 (1 %) of steps and ways in wx.flow\n"),
            "{drawn}"
        );
    }

    #[test]
    fn what_is_required_is_reckoned_in_steps_and_ways() {
        let share = |walked, all| Share { walked, all };
        assert_eq!(missing(share(12, 14), 100), Some(2));
        assert_eq!((missing(share(12, 14), 85), missing(share(12, 14), 86)), (None, Some(1)));
        assert_eq!((missing(share(0, 0), 100), missing(share(0, 5), 0), missing(share(5, 5), 100)), (None, None, None));
    }
}
