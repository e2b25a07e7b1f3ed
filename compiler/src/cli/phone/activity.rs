//! What the flow is doing: its runs with their steps, from the log.

use super::log::{Step, Told, What};

/// Runs and notes that are kept; older ones are forgotten.
const KEPT: usize = 300;

/// All that the flow has done, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity {
    items: Vec<Item>,
}

/// Something that the flow has done.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A run.
    Run(Run),
    /// What belongs to no run.
    Note {
        /// When, in seconds since 1970.
        at: i64,
        /// The number of the person that it is about, if it is about one.
        person: Option<String>,
        /// A sentence.
        text: String,
        /// Whether it is a warning or an error.
        is_bad: bool,
    },
}

/// A run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Its id.
    pub(super) id: String,
    /// When it began, in seconds since 1970.
    pub(super) at: i64,
    /// The number of the person that it talks with, once that is known.
    pub(super) person: Option<String>,
    /// The line of its trigger; 0 as long as that is not known.
    pub(super) line: usize,
    /// Its steps, each with its line.
    pub(super) steps: Vec<(usize, Step)>,
    /// How it stands.
    pub(super) state: State,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is at work.
    Working,
    /// It rests.
    Waiting {
        /// The line of the step that waits.
        line: usize,
        /// When it goes on, in seconds since 1970.
        until: Option<i64>,
        /// Whether a reply lets it go on before.
        for_reply: bool,
    },
    /// It ended well, after so many milliseconds since it was last taken up.
    Completed(u64),
    /// It ended because of a failure that the flow does not provide for.
    Failed {
        /// Where.
        line: usize,
        /// Its kind, and why.
        why: String,
    },
}

impl Activity {
    /// All of it, newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().rev()
    }

    /// Whether a run is at work.
    pub(super) fn is_working(&self) -> bool {
        self.runs().any(|run| run.state == State::Working)
    }

    /// Whether a run waits for a moment that is told.
    pub(super) fn is_waiting(&self) -> bool {
        self.runs().any(|run| matches!(run.state, State::Waiting { until: Some(_), .. }))
    }

    fn runs(&self) -> impl Iterator<Item = &Run> {
        self.items.iter().filter_map(|item| match item {
            Item::Run(run) => Some(run),
            Item::Note { .. } => None,
        })
    }

    /// A run talks with this person, and is at work if it has just been given something.
    pub(super) fn belongs(&mut self, run: &str, person: &str, is_given: bool, now: i64) {
        self.change(run, now, |run| {
            run.person = Some(person.to_owned());
            if is_given {
                run.state = State::Working;
            }
        });
    }

    /// The program itself has seen to a word of this person's.
    pub(super) fn heeded(&mut self, word: &str, person: &str, now: i64) {
        let text = format!("{word}: the program sees to it");
        self.push(Item::Note { at: now, person: Some(person.to_owned()), text, is_bad: false });
    }

    /// Takes in what the log tells. `whose` knows the number that a masked one stands for.
    pub(super) fn told(&mut self, told: Told, now: i64, whose: impl Fn(&str) -> Option<String>) {
        let (at, line) = (told.at.unwrap_or(now), told.line);
        let Some(id) = told.run else {
            return match told.what {
                What::Note { text, is_bad } => self.push(Item::Note { at, person: None, text, is_bad }),
                What::Failed { reason, .. } => {
                    let text = format!("line {line} starts no run: {reason}");
                    self.push(Item::Note { at, person: None, text, is_bad: true });
                }
                _ => {}
            };
        };
        if let What::Note { text, is_bad } = told.what {
            return self.push(Item::Note { at, person: None, text, is_bad });
        }
        self.change(&id, at, |run| match told.what {
            What::Accepted { person } => {
                run.state = State::Working;
                if run.line == 0 {
                    (run.line, run.at) = (line, at);
                }
                if run.person.is_none() {
                    run.person = person.as_deref().and_then(whose);
                }
            }
            What::Step(step) => run.steps.push((line, step)),
            What::Waits { until, for_reply } => run.state = State::Waiting { line, until, for_reply },
            What::Completed(milliseconds) => run.state = State::Completed(milliseconds),
            What::Failed { kind, reason } => run.state = State::Failed { line, why: format!("{kind}: {reason}") },
            What::Note { .. } => {}
        });
    }

    /// Changes a run, which begins with it if it is not known.
    fn change(&mut self, id: &str, at: i64, change: impl FnOnce(&mut Run)) {
        let known = self.items.iter_mut().rev().find_map(|item| match item {
            Item::Run(run) if run.id == id => Some(run),
            _ => None,
        });
        if let Some(run) = known {
            return change(run);
        }
        let mut run = Run { id: id.to_owned(), at, person: None, line: 0, steps: Vec::new(), state: State::Working };
        change(&mut run);
        self.push(Item::Run(run));
    }

    fn push(&mut self, item: Item) {
        self.items.push(item);
        let surplus = self.items.len().saturating_sub(KEPT);
        self.items.drain(..surplus);
    }
}
