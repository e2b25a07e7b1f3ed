//! What came of a path that was played to its end: a conversation, turn by turn.

use super::path::{Path, Told};
use crate::graph::{FlowGraph, NodeKind};
use crate::suite::report::{Ended, Event, Mark, What};
use crate::suite::script::Cue;
use crate::suite::{Report, bot};

/// A conversation, from what started it to its end.
#[derive(Clone, Debug)]
pub struct Trail {
    /// What happened, one after the other, each with its time.
    pub turns: Vec<Timed>,
    /// How it ends.
    pub end: End,
    /// What was played.
    pub(super) path: Path,
    /// What the binary told of it.
    pub(super) report: Report,
}

/// A turn and when it came.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Virtual milliseconds since the conversation began.
    pub ms: u64,
    /// What happened.
    pub turn: Turn,
}

/// What may happen in a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// A trigger takes what came in.
    Start {
        /// Its line.
        line: u32,
        /// `on sms matching "book"`
        head: String,
    },
    /// A person writes.
    Person {
        /// Who, in E.164 form.
        from: String,
        /// To which number of ours.
        to: String,
        /// The words.
        body: String,
        /// Pictures, by their URLs.
        media: Vec<String>,
    },
    /// Another system asks for a run.
    Api {
        /// The request's members, as JSON.
        members: String,
    },
    /// A schedule comes.
    Schedule {
        /// When: `2030-01-07 09:00`.
        at: String,
    },
    /// Time passes.
    Time {
        /// So much of it.
        seconds: u64,
        /// In which a reply was waited for.
        is_silence: bool,
    },
    /// A service is called.
    Call {
        /// Line of the call.
        line: u32,
        /// `GET`
        method: String,
        /// The whole URL.
        url: String,
    },
    /// A bot is told something.
    Talk {
        /// Line of the step.
        line: u32,
        /// `ask`, `chat`
        keyword: &'static str,
        /// What the flow calls the bot.
        bot: String,
        /// What it is told.
        words: String,
    },
    /// What came of the call, or what the bot answers.
    Outcome {
        /// `ok`, `fail timeout`; of a chat whose bot is not done, `asks back`
        label: String,
        /// The values that it brings: `city = "tampa"`.
        detail: String,
    },
    /// The flow sends a message.
    Flow {
        /// Line of the step.
        line: u32,
        /// To whom.
        to: String,
        /// From which number.
        from: String,
        /// The words.
        body: String,
        /// Pictures, by their URLs.
        media: Vec<String>,
        /// The carrier does not take it.
        is_refused: bool,
    },
    /// The program itself saw to the message, which was this word.
    Word(String),
}

/// How a conversation ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// The run came to the end of its path.
    Completed {
        /// The `end` that says so, by its line; `None`: there was nothing more to do.
        line: Option<u32>,
    },
    /// A step failed and no `fail` takes it.
    Failed {
        /// Its line.
        line: u32,
        /// As `$failure.kind`, or `fault`.
        kind: String,
        /// Why.
        reason: String,
    },
    /// No trigger took what came in.
    Untaken(Vec<String>),
    /// It goes on as it did from this line on.
    Again(u32),
    /// It goes on, but no further here: it is as long as was asked for.
    Cut,
}

/// A report's events in their order.
pub(super) fn events(report: &Report) -> impl DoubleEndedIterator<Item = &Event> + Clone {
    report.scenes.iter().flat_map(|scene| &scene.events)
}
/// A run was there.
pub(super) fn mark(event: &Event) -> Option<Mark> {
    match event.what {
        What::At(mark) | What::From(mark) => Some(mark),
        _ => None,
    }
}

/// The conversation of a path.
pub(super) fn turns(graph: &FlowGraph, path: &Path, report: &Report) -> Vec<Timed> {
    let mut turns: Vec<Timed> = Vec::new();
    let mut told = path.answers.iter().map(|answered| answered.told.as_ref());
    let (mut line, mut keyword) = (0, "");
    // The first scene is that of the answers.
    for (scene, cue) in report.scenes.iter().skip(1).zip(&path.cues) {
        let ms = scene.events.first().map_or_else(|| turns.last().map_or(0, |last| last.ms), |first| first.ms);
        if turns.is_empty()
            && let Some(machine) = scene.events.iter().find_map(mark).and_then(|mark| graph.machines.get(mark.machine))
        {
            turns.push(Timed { ms, turn: Turn::Start { line: machine.line, head: machine.entry.head() } });
        }
        let is_silence = matches!(cue, Cue::Pass { .. }) && is_asked(graph, report, cue, path);
        let began = turns.last().map_or(0, |last| last.ms);
        turns.extend(came_in(cue, is_silence).map(|turn| Timed { ms: if is_silence { began } else { ms }, turn }));
        for Event { ms, what } in &scene.events {
            match what {
                What::At(at) => {
                    if let Some(node) = at.node(graph) {
                        (line, keyword) = (node.line, node.kind.keyword());
                    }
                }
                What::Call(call) => {
                    // A token, and an attempt that is as the one before it, are no turns of a conversation.
                    let Some(Some(Told { label, detail })) = told.next() else { continue };
                    let turn = match bot::told(graph, call) {
                        Some(told) => Turn::Talk { line, keyword, bot: told.bot.name.clone(), words: told.words },
                        None => Turn::Call { line, method: call.method.clone(), url: call.url.clone() },
                    };
                    turns.push(Timed { ms: *ms, turn });
                    let (label, detail) = (label.clone(), detail.clone());
                    turns.push(Timed { ms: *ms, turn: Turn::Outcome { label, detail } });
                }
                What::Sms(sms) => turns.push(Timed {
                    ms: *ms,
                    turn: Turn::Flow {
                        line,
                        to: sms.to.clone(),
                        from: sms.from.clone(),
                        body: sms.body.clone(),
                        media: sms.media.clone(),
                        is_refused: sms.refused,
                    },
                }),
                What::Word(word) => turns.push(Timed { ms: *ms, turn: Turn::Word(word.clone()) }),
                What::From(_) | What::Ended(_) | What::Untaken(_) => {}
            }
        }
    }
    turns
}

/// Whether a reply was waited for when this time began to pass.
fn is_asked(graph: &FlowGraph, report: &Report, cue: &Cue, path: &Path) -> bool {
    let Some(at) = path.cues.iter().position(|other| std::ptr::eq(other, cue)) else { return false };
    let before = report.scenes.iter().take(at + 1).flat_map(|scene| &scene.events).filter_map(mark).next_back();
    before
        .and_then(|mark| mark.node(graph))
        .is_some_and(|node| matches!(node.kind, NodeKind::Ask { .. } | NodeKind::Talk { .. }))
}

fn came_in(cue: &Cue, is_silence: bool) -> Option<Turn> {
    Some(match cue {
        Cue::Sms { from, to, body, media } => {
            Turn::Person { from: from.clone(), to: to.clone(), body: body.clone(), media: media.clone() }
        }
        Cue::Api { members, .. } => Turn::Api { members: members.to_string() },
        Cue::Schedule { now, .. } => Turn::Schedule { at: format!("{} {}", now.date, now.time) },
        Cue::Pass { seconds } => Turn::Time { seconds: *seconds, is_silence },
        Cue::Given(_) | Cue::RefuseSms { .. } => return None,
    })
}

/// How the run of a report ended that nothing waits in any more.
pub(super) fn end(graph: &FlowGraph, report: &Report) -> End {
    let last = events(report).rev().find_map(|event| match &event.what {
        What::Ended(Ended::Failed { line, kind, reason }) => {
            Some(End::Failed { line: *line, kind: kind.clone(), reason: reason.clone() })
        }
        What::Untaken(sentences) => Some(End::Untaken(sentences.clone())),
        _ => None,
    });
    last.unwrap_or_else(|| {
        let last = events(report).rev().find_map(mark);
        let step = last.and_then(|mark| Some((mark, mark.node(graph)?)));
        // The end of a path that nobody wrote has the words of its head.
        let written = step.filter(|(mark, node)| {
            let head = graph.machines.get(mark.machine).map(|machine| machine.head);
            matches!(node.kind, NodeKind::End) && head != Some(node.span)
        });
        End::Completed { line: written.map(|(_, node)| node.line) }
    })
}
