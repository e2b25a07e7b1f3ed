//! What happened in a play, line by line of the flow and of its test.

use std::collections::BTreeMap;

use super::bot;
use super::play::Play;
use super::report::{Call, Ended, Event, Mark, Report, Scene, Sms, Waiting, What};
use super::script::{Answer, Cue};
use crate::graph::{ExprKind, FlowGraph, Machine, Node, NodeKind, duration, quoted};
use crate::source::{LineIndex, SourceFile};

/// A line of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Line of the file that it comes from, if it comes from one.
    pub line: Option<u32>,
    /// Virtual milliseconds since the play began.
    pub ms: u64,
    /// It is a line of the test; else the flow did it.
    pub is_cue: bool,
    /// What happened, on one line: `call GET https://… -> 200 (line 22)`.
    pub text: String,
}

/// So many moments of one scene are told from its beginning and from its end; a loop makes thousands.
const MOST: usize = 12;

/// What happened up to the scene with this index, from the first `when` on.
pub fn story(file: &SourceFile, graph: &FlowGraph, play: &Play, report: &Report, last: usize) -> Vec<Moment> {
    let lines = LineIndex::new(&file.text);
    let mut teller = Teller {
        file,
        graph,
        play,
        lines,
        moments: Vec::new(),
        open: None,
        before: None,
        last: None,
        sender: None,
        asked: BTreeMap::new(),
    };
    let mut ms = 0;
    for (at, scene) in report.scenes.iter().enumerate().take(last + 1) {
        teller.cue(at, ms);
        let first = teller.moments.len();
        scene.events.iter().for_each(|event| teller.event(event));
        teller.shorten(first);
        ms = scene.events.last().map_or(ms, |event| event.ms);
        if let Some(Cue::Pass { seconds }) = play.script.cues.get(at) {
            ms = ms.max(teller.passed(at, *seconds));
        }
    }
    if let Some(scene) = report.scenes.get(..=last).and_then(<[Scene]>::last) {
        scene.waiting.iter().for_each(|waiting| teller.waits(waiting, ms));
    }
    teller.moments
}

/// A piece of a file on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Teller<'a> {
    file: &'a SourceFile,
    graph: &'a FlowGraph,
    play: &'a Play,
    lines: LineIndex,
    moments: Vec<Moment>,
    /// A step that sends something, which has not been told yet: the index of its moment.
    open: Option<usize>,
    /// The step that the next one is led to from.
    before: Option<Mark>,
    /// The step that was come to last.
    last: Option<Mark>,
    /// The last step that sends something.
    sender: Option<&'a Node>,
    /// How often each `given` has answered.
    asked: BTreeMap<usize, usize>,
}

impl<'a> Teller<'a> {
    fn tell(&mut self, line: Option<u32>, ms: u64, text: String) {
        self.moments.push(Moment { line, ms, is_cue: false, text });
    }

    /// Leaves out the middle of what was told from this moment on, if that is long.
    fn shorten(&mut self, first: usize) {
        let count = self.moments.len() - first;
        if count > 2 * MOST {
            let left_out = first + MOST..self.moments.len() - MOST;
            let ms = self.moments.get(left_out.start).map_or(0, |moment| moment.ms);
            let text = format!("… {} steps more …", left_out.len());
            self.moments.splice(left_out, [Moment { line: None, ms, is_cue: false, text }]);
        }
        self.open = None;
    }

    /// A `when`, in its own words.
    fn cue(&mut self, at: usize, ms: u64) {
        let Some(span) = self.play.cues.get(at).map(|line| line.span) else { return };
        let cue = self.play.script.cues.get(at);
        if matches!(cue, Some(Cue::Given(_) | Cue::RefuseSms { .. }) | None) || !self.play.begins_line(at) {
            return;
        }
        let text = one_line(self.file.slice(span));
        self.moments.push(Moment { line: Some(self.lines.line(span.start)), ms, is_cue: true, text });
    }

    /// When a time that passes is over, counted from the times before it.
    fn passed(&self, at: usize, seconds: u64) -> u64 {
        let before = self.moments.iter().rev().find(|moment| moment.is_cue).map_or(0, |moment| moment.ms);
        if self.play.script.cues.get(at).is_some() { before + seconds * 1_000 } else { before }
    }

    fn event(&mut self, event: &Event) {
        let ms = event.ms;
        if let What::From(mark) | What::At(mark) = &event.what {
            self.last = Some(*mark);
        }
        match &event.what {
            What::From(mark) => self.before = Some(*mark),
            What::At(mark) => self.at(*mark, ms),
            What::Sms(sms) => self.sent("sms", ms, &message(sms)),
            What::Call(call) if self.play.is_errand(call) => {}
            What::Call(call) => match bot::told(self.graph, call) {
                Some(told) => {
                    let text = self.turn(call, &told);
                    self.sent("ask", ms, &text);
                }
                None => {
                    let text = self.request(call);
                    self.sent("call", ms, &text);
                }
            },
            What::Ended(Ended::Completed) => {}
            What::Ended(Ended::Failed { line, kind, reason }) => {
                let is_fault = kind == "fault";
                let what = if is_fault { "a fault" } else { "the run fails" };
                let step = self.last.filter(|_| is_fault).and_then(|mark| self.node(mark));
                self.tell(Some(step.map_or(*line, |(_, node)| node.line)), ms, format!("{what}: {reason}"));
            }
            What::Untaken(why) => why.iter().for_each(|why| self.tell(None, ms, why.clone())),
            What::Word(word) => {
                self.sender = None;
                self.tell(None, ms, format!("{word} is seen to by the program itself"));
            }
        }
    }

    fn at(&mut self, mark: Mark, ms: u64) {
        let before = self.before.take();
        let Some((machine, node)) = self.node(mark) else { return };
        if before.is_none() {
            self.tell(Some(machine.line), ms, machine.entry.head());
        }
        // What only makes a variable optional stands nowhere in the flow: its way goes on to what follows.
        if let NodeKind::Set { value, .. } = &node.kind
            && matches!(value.kind, ExprKind::Present(_))
        {
            self.before = before;
            return;
        }
        self.before = (!node.kind.is_state()).then_some(mark);
        let way = before.and_then(|before| self.way(before, mark)).unwrap_or_default();
        let words = match &node.kind {
            NodeKind::End if node.span == machine.head => return,
            NodeKind::Start { .. } => machine.entry.head(),
            NodeKind::Goto { machine, .. } => match self.graph.machines.get(*machine) {
                Some(path) => path.entry.head().replacen("path", "goto", 1),
                None => "goto".to_owned(),
            },
            NodeKind::If { .. }
            | NodeKind::Present { .. }
            | NodeKind::Match { .. }
            | NodeKind::Set { .. }
            | NodeKind::Unread { .. } => one_line(self.file.slice(node.span)),
            NodeKind::Wait { .. } => node.kind.title(),
            NodeKind::Call { .. }
            | NodeKind::Sms { .. }
            | NodeKind::Ask { .. }
            | NodeKind::Talk { .. }
            | NodeKind::End => node.kind.keyword().to_owned(),
        };
        if matches!(
            node.kind,
            NodeKind::Call { .. } | NodeKind::Sms { .. } | NodeKind::Ask { .. } | NodeKind::Talk { .. }
        ) {
            self.open = Some(self.moments.len());
            self.sender = Some(node);
        }
        self.tell(Some(node.line), ms, format!("{way}{words}"));
    }

    fn node(&self, mark: Mark) -> Option<(&'a Machine, &'a Node)> {
        let machine = self.graph.machines.get(mark.machine)?;
        Some((machine, machine.nodes.get(mark.node)?))
    }

    /// What leads from one step to another, where it has a name: `ok -> `.
    fn way(&self, from: Mark, to: Mark) -> Option<String> {
        let (machine, node) = self.node(from).filter(|_| from.machine == to.machine)?;
        let leads = |at: usize| {
            let mut step = at;
            // Over what stands nowhere in the flow.
            for _ in 0..machine.nodes.len() {
                match machine.nodes.get(step).map(|node| &node.kind) {
                    _ if step == to.node => return true,
                    Some(NodeKind::Set { value, next, .. }) if matches!(value.kind, ExprKind::Present(_)) => {
                        step = next.0
                    }
                    _ => return false,
                }
            }
            false
        };
        let at = node.kind.successors().iter().position(|next| leads(next.0))?;
        let has_names = node.kind.successors().len() > 1;
        node.kind.ways().into_iter().nth(at).filter(|_| has_names).map(|way| format!("{way} -> "))
    }

    /// What a step has sent; what comes without a step, or as its second, has a line of its own.
    fn sent(&mut self, keyword: &str, ms: u64, text: &str) {
        let open = self.open.take();
        if let Some(moment) = open.and_then(|at| self.moments.get_mut(at)) {
            moment.text = format!("{} {text}", moment.text);
            moment.ms = ms;
            return;
        }
        // A retry of a call, a question that is asked again, the next turn of a chat; or else the program itself answers a
        // word like STOP.
        let sender = self.sender.and_then(|node| {
            let word = match (&node.kind, keyword) {
                (NodeKind::Call { .. }, "call")
                | (NodeKind::Sms { .. } | NodeKind::Ask { .. }, "sms")
                | (NodeKind::Talk { .. }, "ask") => node.kind.keyword(),
                // What the bot asks is sent on by the chat.
                (NodeKind::Talk { .. }, "sms") => "sms",
                _ => return None,
            };
            Some((node.line, word))
        });
        match sender {
            Some((line, word)) => self.tell(Some(line), ms, format!("{word} {text}")),
            None => self.tell(None, ms, format!("{keyword} {text}")),
        }
    }

    /// A turn and what the bot says: `concierge "two nights" -> "Which room?" (line 22)`.
    fn turn(&mut self, call: &Call, told: &bot::Told<'_>) -> String {
        let turn = format!("{} {}", told.bot.name, quoted(&told.words));
        let Some((answer, line)) = self.answer(call) else {
            return format!("{turn} -> no `given` answers it");
        };
        let plain = answer.and_then(|answer| bot::said(told.bot, answer)).unwrap_or_default();
        let says = plain.get("message").and_then(serde_json::Value::as_str).map(quoted);
        let is_done = plain.get("done").and_then(serde_json::Value::as_bool).unwrap_or_default();
        let says = match (is_done, says) {
            (true, Some(says)) => format!("done, {says}"),
            (true, None) => "done".to_owned(),
            (false, Some(says)) => says,
            (false, None) => outcome(answer),
        };
        format!("{turn} -> {says} (line {line})")
    }

    /// A request and its answer: `GET https://… -> 200 (line 22)`.
    fn request(&mut self, call: &Call) -> String {
        let request = format!("{} {}", call.method, call.url);
        match self.answer(call) {
            Some((answer, line)) => format!("{request} -> {} (line {line})", outcome(answer)),
            None => format!("{request} -> no `given` answers it"),
        }
    }

    /// The answer to a request, and the line that gives it; `None`: nothing answers it.
    fn answer(&mut self, call: &Call) -> Option<(Option<&'a Answer>, u32)> {
        let at = call.given?;
        let count = self.asked.entry(at).or_default();
        let nth = *count;
        *count += 1;
        let answer = match self.play.script.cues.get(at) {
            Some(Cue::Given(given)) => given.answers.get(nth).or(given.answers.last()),
            _ => None,
        };
        Some((answer, self.play.cues.get(at).map_or(0, |line| self.lines.line(line.span.start))))
    }

    fn waits(&mut self, waiting: &Waiting, ms: u64) {
        let time = duration(waiting.seconds);
        let text = match &waiting.person {
            Some(person) => format!("waits for {person}, at most {time} more"),
            None => format!("waits, {time} more"),
        };
        self.tell(Some(waiting.line), ms, text);
    }
}

/// What came back, in a word.
fn outcome(answer: Option<&Answer>) -> String {
    match answer {
        Some(Answer::Response { status, .. }) => status.to_string(),
        Some(Answer::Fails(trouble)) => trouble.word().to_owned(),
        None => "no answer".to_owned(),
    }
}

/// `"It is 84 F." to +15550123`
fn message(sms: &Sms) -> String {
    let media: String = sms.media.iter().map(|url| format!(" media {}", quoted(url))).collect();
    let refused = if sms.refused { " -> refused" } else { "" };
    format!("{}{media} to {}{refused}", quoted(&sms.body), sms.to)
}
