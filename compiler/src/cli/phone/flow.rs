//! What a phone knows of the flow: its lines, the numbers that it has, and what starts it.

use super::places::Places;
use crate::graph::{Entry, FlowGraph};
use crate::source::SourceFile;

/// The number that is texted where the flow names none.
const USUAL: &str = "+15550199999";

/// A flow, as far as a phone shows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    /// Its name, as people read it.
    pub(super) name: String,
    /// Its own numbers, at least one.
    pub(super) numbers: Vec<String>,
    /// Its `on api` triggers.
    pub(super) apis: Vec<Api>,
    /// The lines at which its triggers begin.
    pub(super) triggers: Vec<usize>,
    /// Its steps, by the words that each has on a line of several.
    pub(super) places: Places,
    lines: Vec<String>,
}

/// An `on api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Api {
    /// The `flowId`.
    pub(super) name: String,
    /// The secret that is its Auth Token.
    pub(super) token: Option<String>,
    /// Its Expected Inputs.
    pub(super) inputs: Vec<String>,
}

impl Flow {
    /// Of a flow without errors.
    pub(super) fn of(file: &SourceFile, graph: &FlowGraph) -> Self {
        let (mut numbers, mut apis, mut triggers) = (Vec::new(), Vec::new(), Vec::new());
        for machine in &graph.machines {
            match &machine.entry {
                Entry::Sms { to, .. } => numbers.extend(to.clone().filter(|to| !numbers.contains(to))),
                Entry::Api(api) => apis.push(Api {
                    name: api.name.clone(),
                    token: api.token.clone(),
                    inputs: api.inputs.iter().map(|input| input.name.clone()).collect(),
                }),
                Entry::Schedule { .. } => {}
                Entry::Path { .. } => continue,
            }
            triggers.push(machine.line as usize);
        }
        if numbers.is_empty() {
            numbers.push(USUAL.to_owned());
        }
        let lines = file.text.lines().map(str::to_owned).collect();
        Self { name: graph.name.clone(), numbers, apis, triggers, places: Places::of(file, graph), lines }
    }

    /// The words of a line of the file, counted from 1; the arrow that may begin it is left out.
    pub(super) fn line(&self, number: usize) -> String {
        let line = number.checked_sub(1).and_then(|at| self.lines.get(at)).map_or("", |line| line.trim());
        let words: Vec<_> = line.strip_prefix("->").unwrap_or(line).split_whitespace().collect();
        words.join(" ")
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sample::NoSamples;

    pub(in super::super) fn flow_of(text: &str) -> Flow {
        let file = SourceFile::new("test.flow", text);
        Flow::of(&file, &crate::graph_of(&file, &NoSamples).0.unwrap())
    }

    #[test]
    fn numbers_and_triggers_are_found() {
        let flow = flow_of(
            "flow \"Desk\"\nsecret KEY\non sms to \"+13055550100\" -> sms \"a\"\non sms to \"+13055550101\" matching \"x\" -> goto b\n\
             on api \"ready\" token $KEY expect Phone: phone -> sms to $Phone from \"+13055550100\" \"b\"\npath b -> sms \"c\"\n",
        );
        assert_eq!(
            (flow.name.as_str(), flow.numbers.as_slice()),
            ("Desk", &["+13055550100".to_owned(), "+13055550101".to_owned()][..])
        );
        assert_eq!(flow.triggers, [3, 4, 5]);
        assert_eq!(flow.apis, [Api { name: "ready".into(), token: Some("KEY".into()), inputs: vec!["Phone".into()] }]);
        assert_eq!([6, 0, 99].map(|line| flow.line(line)), ["path b -> sms \"c\"", "", ""]);
        assert_eq!(flow_of("on sms -> sms \"a\"\n").numbers, [USUAL]);
    }
}
