//! All that is kept in memory, and what finds it.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::super::{
    Accepted, Arrival, Cause, Changed, Commit, Conversation, Counts, Ended, Fresh, JournalError, Key, Phase, Status,
    Work,
};
use super::run::{Over, Run, Stage, Text};
use crate::clock::Time;
use crate::engine::notes::{Note, Topic};
use crate::flow::InboundSms;
use crate::run_id::RunId;

/// How many ended runs are kept to be looked at and retried.
const ENDED: usize = 1000;

/// All that is kept, and what finds it.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) runs: HashMap<RunId, Run>,
    /// How many runs there were: the next one's number.
    pub(super) count: u64,
    pub(super) keys: HashMap<String, Seen>,
    /// The conversations whose last text is being dealt with, each with what waits in line behind it.
    pub(super) lanes: HashMap<Conversation, VecDeque<Text>>,
    /// Who has asked in a conversation.
    pub(super) asked: HashMap<Conversation, Vec<RunId>>,
    /// What can be given out, and when: by time, then by number.
    pub(super) due: BTreeMap<(Time, u64), RunId>,
    /// Ended runs, the earliest first. One that was retried is in it again once it has ended again.
    pub(super) ended: VecDeque<RunId>,
    pub(super) ticks: HashMap<String, Time>,
    pub(super) notes: BTreeMap<(Topic, String), Note>,
}

/// A key that came.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) digest: String,
    pub(super) run: Option<RunId>,
    pub(super) at: Time,
}

impl Book {
    pub(super) fn accept(&mut self, arrival: Arrival, now: Time) -> Accepted {
        let key = match &arrival {
            Arrival::Text { key, .. } | Arrival::Trigger { key, .. } => key.as_ref(),
        };
        if let Some((key, seen)) = key.and_then(|key| Some((key, self.keys.get(&key.name)?))) {
            return if key.conflicts_with(&seen.digest) { Accepted::Conflict } else { Accepted::Duplicate(seen.run) };
        }
        match arrival {
            Arrival::Text { key, text, start } => self.accept_text(key, text, start, now),
            Arrival::Trigger { key, start, tick } => {
                if let Some((schedule, at)) = tick {
                    self.ticks.insert(schedule, at);
                }
                self.remember(key, Some(start.id), now);
                self.start(start, None, now, true);
                Accepted::Started
            }
        }
    }

    pub(super) fn accept_text(
        &mut self,
        key: Option<Key>,
        text: InboundSms,
        start: Option<Fresh>,
        now: Time,
    ) -> Accepted {
        let conversation = Conversation { person: text.from.clone(), own: text.to.clone() };
        if let Some(line) = self.lanes.get_mut(&conversation) {
            line.push_back(Text { key: key.as_ref().map(|key| key.name.clone()), text, start });
            self.remember(key, None, now);
            return Accepted::Queued;
        }
        if let Some(work) = self.reply(&conversation, &text, now, true) {
            self.remember(key, Some(work.id), now);
            self.lanes.insert(conversation, VecDeque::new());
            return Accepted::Resumed(Box::new(work));
        }
        let Some(start) = start else { return Accepted::Untaken };
        self.remember(key, Some(start.id), now);
        self.lanes.insert(conversation.clone(), VecDeque::new());
        self.start(start, Some(conversation), now, true);
        Accepted::Started
    }

    pub(super) fn remember(&mut self, key: Option<Key>, run: Option<RunId>, now: Time) {
        if let Some(key) = key {
            self.keys.insert(key.name, Seen { digest: key.digest, run, at: now });
        }
    }

    pub(super) fn start(&mut self, fresh: Fresh, lane: Option<Conversation>, now: Time, held: bool) {
        let run = Run {
            id: fresh.id,
            number: self.count,
            line: fresh.line,
            parties: fresh.parties,
            state: Some(fresh.state),
            stage: Stage::Running { cause: Cause::Ready, held },
            parked: None,
            lane,
            retries: None,
            steps: 0,
            accepted: now,
            changed: now,
            history: Vec::new(),
        };
        self.count += 1;
        self.enter(&run);
        self.runs.insert(run.id, run);
    }

    /// Gives a text to the run that asked last in its conversation, if any did.
    pub(super) fn reply(
        &mut self,
        conversation: &Conversation,
        text: &InboundSms,
        now: Time,
        held: bool,
    ) -> Option<Work> {
        let asked = self.asked.get(conversation)?.iter().filter_map(|id| self.runs.get(id));
        let id = asked.max_by_key(|run| (run.changed, run.number))?.id;
        let cause = Cause::Reply(text.clone());
        self.change(id, |run| {
            run.stage = Stage::Running { cause: cause.clone(), held };
            run.lane = Some(conversation.clone());
            run.changed = now;
            run.work(cause)
        })
    }

    pub(super) fn commit(&mut self, commit: Commit) -> Result<Option<Work>, JournalError> {
        let Commit { run: id, state, phase, retries, steps, history, durability: _, now } = commit;
        if !self.runs.get(&id).is_some_and(Run::is_held) {
            return Err(JournalError::Superseded);
        }
        let (rests, ends) = (phase.is_rest(), matches!(phase, Phase::Ended(_)));
        let lane = self.change(id, |run| {
            run.history.extend(history);
            run.state = match phase {
                Phase::Ended(Ended::Completed) => None,
                _ => Some(state),
            };
            (run.retries, run.steps, run.changed) = (retries, steps, now);
            match phase {
                Phase::Ready => run.stage = Stage::Running { cause: Cause::Ready, held: true },
                Phase::Begun => run.stage = Stage::Running { cause: Cause::Unknown, held: true },
                Phase::Waiting { place, until } => run.stage = Stage::Waiting { place, until },
                Phase::Asked { place, conversation, until } => run.stage = Stage::Asked { place, conversation, until },
                Phase::Parked { reason } => {
                    run.let_go();
                    run.parked = Some(reason);
                }
                Phase::Ended(ended) => {
                    let (status, line, note) = ended.told();
                    run.stage = Stage::Ended(Over { status, line, note });
                }
            }
            if rests { run.lane.take() } else { None }
        });
        if ends {
            self.ended.push_back(id);
            self.forget_oldest();
        }
        Ok(lane.flatten().and_then(|lane| self.next_in_line(lane, now, true)))
    }

    pub(super) fn forget_oldest(&mut self) {
        while self.ended.len() > ENDED {
            let oldest = self.ended.pop_front();
            if let Some(id) =
                oldest.filter(|id| self.runs.get(id).is_some_and(|run| matches!(run.stage, Stage::Ended(_))))
            {
                self.runs.remove(&id);
            }
        }
    }

    /// The text before is dealt with: takes the next one of this conversation.
    pub(super) fn next_in_line(&mut self, lane: Conversation, now: Time, held: bool) -> Option<Work> {
        while let Some(Text { key, text, start }) = self.lanes.get_mut(&lane).and_then(VecDeque::pop_front) {
            let work = match (self.reply(&lane, &text, now, held), start) {
                (Some(work), _) => work,
                (None, Some(fresh)) => {
                    let id = fresh.id;
                    self.start(fresh, Some(lane.clone()), now, held);
                    let Some(run) = self.runs.get(&id) else { continue };
                    run.work(Cause::Ready)
                }
                (None, None) => continue,
            };
            if let Some(seen) = key.and_then(|key| self.keys.get_mut(&key)) {
                seen.run = Some(work.id);
            }
            return Some(work);
        }
        self.lanes.remove(&lane);
        None
    }

    pub(super) fn claim(&mut self, now: Time, most: usize) -> Vec<Work> {
        let ids: Vec<RunId> =
            self.due.iter().take_while(|((due, _), _)| *due <= now).take(most).map(|(_, id)| *id).collect();
        let give_out = |run: &mut Run| {
            let cause = match &run.stage {
                Stage::Running { cause, .. } => cause.clone(),
                Stage::Asked { .. } => Cause::TimedOut,
                Stage::Waiting { .. } | Stage::Ended(_) => Cause::Waited,
            };
            if !run.is_running() {
                run.changed = now;
            }
            run.stage = Stage::Running { cause: cause.clone(), held: true };
            run.work(cause)
        };
        ids.into_iter().filter_map(|id| self.change(id, give_out)).collect()
    }

    pub(super) fn shift(&mut self, by: i64) {
        let waiting: Vec<RunId> = self.runs.values().filter(|run| run.place().is_some()).map(|run| run.id).collect();
        for id in waiting {
            self.change(id, |run| {
                if let Stage::Waiting { until, .. } | Stage::Asked { until, .. } = &mut run.stage {
                    *until = Time(until.0.saturating_add(by));
                }
            });
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for run in self.runs.values() {
            match run.status() {
                Status::Running => counts.running += 1,
                Status::Waiting => counts.waiting += 1,
                Status::Asked => counts.asked += 1,
                Status::Parked => counts.parked += 1,
                Status::Completed | Status::Failed | Status::Cancelled => {}
            }
        }
        let queued: usize = self.lanes.values().map(VecDeque::len).sum();
        counts.queued = u64::try_from(queued).unwrap_or(u64::MAX);
        counts
    }

    pub(super) fn park(&mut self, id: RunId, reason: String) {
        let lane = self.change(id, |run| {
            if matches!(run.stage, Stage::Ended(_)) {
                return None;
            }
            run.let_go();
            run.parked = Some(reason);
            run.lane.take()
        });
        if let Some(lane) = lane.flatten() {
            self.next_in_line(lane, Time::now(), false);
        }
    }

    pub(super) fn retry(&mut self, id: RunId) -> Changed {
        let retried = self.change(id, |run| match run.status() {
            Status::Parked => {
                run.parked = None;
                Changed::Done
            }
            Status::Failed => {
                run.stage = Stage::Running { cause: Cause::Ready, held: false };
                Changed::Done
            }
            status => Changed::Not(status),
        });
        retried.unwrap_or(Changed::Unknown)
    }

    pub(super) fn cancel(&mut self, id: RunId, now: Time) -> Changed {
        let cancelled = self.change(id, |run| {
            if let Stage::Ended(over) = &run.stage {
                return Err(over.status);
            }
            run.stage = Stage::Ended(Over { status: Status::Cancelled, line: None, note: None });
            (run.state, run.parked, run.changed) = (None, None, now);
            Ok(run.lane.take())
        });
        match cancelled {
            None => return Changed::Unknown,
            Some(Err(status)) => return Changed::Not(status),
            Some(Ok(None)) => {}
            Some(Ok(Some(lane))) => {
                self.next_in_line(lane, now, false);
            }
        }
        self.ended.push_back(id);
        self.forget_oldest();
        Changed::Done
    }

    /// Removes runs; the lines that waited for them move up.
    pub(super) fn remove_where(&mut self, gone: impl Fn(&Run) -> bool) -> u64 {
        let ids: Vec<RunId> = self.runs.values().filter(|run| gone(run)).map(|run| run.id).collect();
        for id in &ids {
            let Some(run) = self.runs.remove(id) else { continue };
            self.leave(&run);
            if let Some(lane) = run.lane {
                self.next_in_line(lane, Time::now(), false);
            }
        }
        u64::try_from(ids.len()).unwrap_or(u64::MAX)
    }

    /// Changes a run, and with it all that finds it.
    pub(super) fn change<T>(&mut self, id: RunId, change: impl FnOnce(&mut Run) -> T) -> Option<T> {
        let mut run = self.runs.remove(&id)?;
        self.leave(&run);
        let result = change(&mut run);
        self.enter(&run);
        self.runs.insert(id, run);
        Some(result)
    }

    pub(super) fn enter(&mut self, run: &Run) {
        if let Some(due) = run.due() {
            self.due.insert((due, run.number), run.id);
        }
        if let Some(conversation) = run.asks() {
            self.asked.entry(conversation.clone()).or_default().push(run.id);
        }
    }

    pub(super) fn leave(&mut self, run: &Run) {
        if let Some(due) = run.due() {
            self.due.remove(&(due, run.number));
        }
        let Some(conversation) = run.asks() else { return };
        if let Some(asked) = self.asked.get_mut(conversation) {
            asked.retain(|id| *id != run.id);
            if asked.is_empty() {
                self.asked.remove(conversation);
            }
        }
    }
}
