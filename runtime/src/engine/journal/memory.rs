//! A journal that ends with its process: for flows that lose nothing by it, for tests, and as the measure of what a
//! durable one costs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::ready;
use std::sync::{Mutex, PoisonError};

use super::mention::mentions;
use super::{
    Accepted, Arrival, Cause, Changed, Commit, Conversation, Counts, Detail, Done, Ended, Filter, Fresh, Journal,
    JournalError, Key, Pending, Phase, Place, Status, Summary, Unfinished, Work,
};
use crate::clock::Time;
use crate::engine::Parties;
use crate::flow::InboundSms;
use crate::run_id::RunId;
use crate::value::Phone;

/// How many ended runs are kept to be looked at and retried.
const ENDED: usize = 1000;

/// A [`Journal`] in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryJournal(Mutex<Book>);

impl MemoryJournal {
    /// Does it at once: nothing here waits.
    fn at_once<'a, T: Send + 'a>(&self, work: impl FnOnce(&mut Book) -> Result<T, JournalError>) -> Pending<'a, T> {
        // A panic under the lock ends the program's promise for one run, not for all others.
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(ready(work(&mut book)))
    }
}

impl Journal for MemoryJournal {
    fn accept(&self, arrival: Arrival) -> Pending<'_, Accepted> {
        self.at_once(|book| Ok(book.accept(arrival, Time::now())))
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Option<Work>> {
        self.at_once(|book| book.commit(commit))
    }

    fn claim(&self, now: Time, most: usize) -> Pending<'_, Vec<Work>> {
        self.at_once(|book| Ok(book.claim(now, most)))
    }

    fn shift(&self, by: i64) -> Pending<'_, ()> {
        self.at_once(|book| {
            book.shift(by);
            Ok(())
        })
    }

    fn last_tick<'a>(&'a self, schedule: &'a str, now: Time) -> Pending<'a, Option<Time>> {
        self.at_once(|book| {
            let last = book.ticks.get(schedule).copied();
            if last.is_none() {
                book.ticks.insert(schedule.to_owned(), now);
            }
            Ok(last)
        })
    }

    fn sweep(&self, runs: Time, keys: Time) -> Pending<'_, u64> {
        self.at_once(|book| {
            book.keys.retain(|_, seen| seen.at >= keys);
            Ok(book.remove_where(|run| matches!(run.stage, Stage::Ended(_)) && run.changed < runs))
        })
    }

    fn probe(&self) -> Pending<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.at_once(|book| Ok(book.counts()))
    }

    fn unfinished(&self) -> Pending<'_, Vec<Unfinished>> {
        self.at_once(|book| {
            let unfinished = book.runs.values().filter(|run| !matches!(run.stage, Stage::Ended(_)));
            Ok(unfinished.map(Run::unfinished).collect())
        })
    }

    fn park(&self, runs: Vec<(RunId, String)>) -> Pending<'_, ()> {
        self.at_once(|book| {
            for (id, reason) in runs {
                book.park(id, reason);
            }
            Ok(())
        })
    }

    fn unpark(&self, runs: Vec<RunId>) -> Pending<'_, ()> {
        self.at_once(|book| {
            for id in runs {
                book.change(id, |run| run.parked = None);
            }
            Ok(())
        })
    }

    fn list(&self, filter: Filter, most: u32) -> Pending<'_, Vec<Summary>> {
        self.at_once(|book| {
            let mut found: Vec<&Run> = book.runs.values().filter(|run| run.passes(&filter)).collect();
            found.sort_by_key(|run| std::cmp::Reverse(run.number));
            Ok(found.into_iter().take(usize::try_from(most).unwrap_or(usize::MAX)).map(Run::summary).collect())
        })
    }

    fn show(&self, id: RunId) -> Pending<'_, Option<Detail>> {
        self.at_once(|book| Ok(book.runs.get(&id).map(Run::detail)))
    }

    fn retry(&self, id: RunId) -> Pending<'_, Changed> {
        self.at_once(|book| Ok(book.retry(id)))
    }

    fn cancel(&self, id: RunId) -> Pending<'_, Changed> {
        self.at_once(|book| Ok(book.cancel(id, Time::now())))
    }

    fn erase<'a>(&'a self, number: &'a Phone) -> Pending<'a, u64> {
        self.at_once(|book| {
            for line in book.lanes.values_mut() {
                line.retain(|text| !text.mentions(number));
            }
            Ok(book.remove_where(|run| run.mentions(number)))
        })
    }

    fn close(&self) -> Pending<'_, ()> {
        self.at_once(|book| {
            let running: Vec<RunId> = book.runs.values().filter(|run| run.is_running()).map(|run| run.id).collect();
            for id in running {
                book.change(id, Run::let_go);
            }
            Ok(())
        })
    }
}

/// All that is kept, and what finds it.
#[derive(Debug, Default)]
struct Book {
    runs: HashMap<RunId, Run>,
    /// How many runs there were: the next one's number.
    count: u64,
    keys: HashMap<String, Seen>,
    /// The conversations whose last text is being dealt with, each with what waits in line behind it.
    lanes: HashMap<Conversation, VecDeque<Text>>,
    /// Who has asked in a conversation.
    asked: HashMap<Conversation, Vec<RunId>>,
    /// What can be given out, and when: by time, then by number.
    due: BTreeMap<(Time, u64), RunId>,
    /// Ended runs, the earliest first. One that was retried is in it again once it has ended again.
    ended: VecDeque<RunId>,
    ticks: HashMap<String, Time>,
}

/// A key that came.
#[derive(Debug)]
struct Seen {
    digest: String,
    run: Option<RunId>,
    at: Time,
}

/// A text in line.
#[derive(Debug)]
struct Text {
    key: Option<String>,
    text: InboundSms,
    start: Option<Fresh>,
}

impl Text {
    fn mentions(&self, number: &Phone) -> bool {
        self.text.from == *number
            || self.text.to == *number
            || mentions(&self.text.body, number)
            || self.start.as_ref().is_some_and(|fresh| mentions(&fresh.state, number))
    }
}

#[derive(Debug)]
struct Run {
    id: RunId,
    /// Runs are numbered as they are accepted.
    number: u64,
    line: u32,
    parties: Parties,
    /// None once it has ended and will not be retried.
    state: Option<String>,
    stage: Stage,
    /// Why it is parked, if it is; it stays at its stage.
    parked: Option<String>,
    /// The conversation whose next text waits for it.
    lane: Option<Conversation>,
    retries: Option<u32>,
    steps: u32,
    accepted: Time,
    changed: Time,
    history: Vec<Done>,
}

/// How far a run is.
#[derive(Debug)]
enum Stage {
    /// It goes on with this, as soon as somebody holds it.
    Running {
        cause: Cause,
        held: bool,
    },
    Waiting {
        place: Place,
        until: Time,
    },
    Asked {
        place: Place,
        conversation: Conversation,
        until: Time,
    },
    Ended(Over),
}

#[derive(Debug)]
struct Over {
    status: Status,
    line: Option<u32>,
    note: Option<String>,
}

impl Run {
    fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running { .. })
    }

    fn is_held(&self) -> bool {
        self.parked.is_none() && matches!(self.stage, Stage::Running { held: true, .. })
    }

    fn let_go(&mut self) {
        if let Stage::Running { held, .. } = &mut self.stage {
            *held = false;
        }
    }

    /// From when on it can be given out.
    fn due(&self) -> Option<Time> {
        match (&self.parked, &self.stage) {
            (None, Stage::Running { held: false, .. }) => Some(Time(i64::MIN)),
            (None, Stage::Waiting { until, .. } | Stage::Asked { until, .. }) => Some(*until),
            _ => None,
        }
    }

    /// The conversation in which it waits for a text.
    fn asks(&self) -> Option<&Conversation> {
        match (&self.parked, &self.stage) {
            (None, Stage::Asked { conversation, .. }) => Some(conversation),
            _ => None,
        }
    }

    fn status(&self) -> Status {
        match (&self.parked, &self.stage) {
            (Some(_), _) => Status::Parked,
            (None, Stage::Running { .. }) => Status::Running,
            (None, Stage::Waiting { .. }) => Status::Waiting,
            (None, Stage::Asked { .. }) => Status::Asked,
            (None, Stage::Ended(over)) => over.status,
        }
    }

    fn place(&self) -> Option<&Place> {
        match &self.stage {
            Stage::Waiting { place, .. } | Stage::Asked { place, .. } => Some(place),
            Stage::Running { .. } | Stage::Ended(_) => None,
        }
    }

    fn work(&self, cause: Cause) -> Work {
        Work {
            id: self.id,
            line: self.line,
            parties: self.parties.clone(),
            state: self.state.clone().unwrap_or_default(),
            cause,
            retries: self.retries,
            steps: self.steps,
            accepted: self.accepted,
            since: self.changed,
        }
    }

    fn unfinished(&self) -> Unfinished {
        Unfinished {
            id: self.id,
            state: self.state.clone().unwrap_or_default(),
            place: self.place().cloned(),
            status: self.status(),
        }
    }

    fn passes(&self, filter: &Filter) -> bool {
        filter.status.is_none_or(|status| status == self.status())
            && filter.person.as_ref().is_none_or(|person| self.parties.person.as_ref() == Some(person))
    }

    fn summary(&self) -> Summary {
        let (line, note, until) = match &self.stage {
            Stage::Running { .. } => (None, None, None),
            Stage::Waiting { place, until } | Stage::Asked { place, until, .. } => {
                (Some(place.line), Some(&place.name), Some(*until))
            }
            Stage::Ended(over) => (over.line, over.note.as_ref(), None),
        };
        Summary {
            id: self.id,
            status: self.status(),
            accepted: self.accepted,
            changed: self.changed,
            person: self.parties.person.clone(),
            own: self.parties.own.clone(),
            trigger: self.line,
            line,
            note: self.parked.as_ref().or(note).cloned(),
            until,
        }
    }

    fn detail(&self) -> Detail {
        Detail { summary: self.summary(), steps: self.steps, state: self.state.clone(), history: self.history.clone() }
    }

    fn mentions(&self, number: &Phone) -> bool {
        let is = |phone: Option<&Phone>| phone == Some(number);
        let talks = |conversation: &Conversation| conversation.person == *number || conversation.own == *number;
        let replied = match &self.stage {
            Stage::Running { cause: Cause::Reply(text), .. } => mentions(&text.body, number),
            Stage::Asked { conversation, .. } => talks(conversation),
            _ => false,
        };
        is(self.parties.person.as_ref())
            || is(self.parties.own.as_ref())
            || replied
            || self.lane.as_ref().is_some_and(talks)
            || self.state.as_ref().is_some_and(|state| mentions(state, number))
    }
}

impl Book {
    fn accept(&mut self, arrival: Arrival, now: Time) -> Accepted {
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

    fn accept_text(&mut self, key: Option<Key>, text: InboundSms, start: Option<Fresh>, now: Time) -> Accepted {
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

    fn remember(&mut self, key: Option<Key>, run: Option<RunId>, now: Time) {
        if let Some(key) = key {
            self.keys.insert(key.name, Seen { digest: key.digest, run, at: now });
        }
    }

    fn start(&mut self, fresh: Fresh, lane: Option<Conversation>, now: Time, held: bool) {
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
    fn reply(&mut self, conversation: &Conversation, text: &InboundSms, now: Time, held: bool) -> Option<Work> {
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

    fn commit(&mut self, commit: Commit) -> Result<Option<Work>, JournalError> {
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

    fn forget_oldest(&mut self) {
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
    fn next_in_line(&mut self, lane: Conversation, now: Time, held: bool) -> Option<Work> {
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

    fn claim(&mut self, now: Time, most: usize) -> Vec<Work> {
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

    fn shift(&mut self, by: i64) {
        let waiting: Vec<RunId> = self.runs.values().filter(|run| run.place().is_some()).map(|run| run.id).collect();
        for id in waiting {
            self.change(id, |run| {
                if let Stage::Waiting { until, .. } | Stage::Asked { until, .. } = &mut run.stage {
                    *until = Time(until.0.saturating_add(by));
                }
            });
        }
    }

    fn counts(&self) -> Counts {
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

    fn park(&mut self, id: RunId, reason: String) {
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

    fn retry(&mut self, id: RunId) -> Changed {
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

    fn cancel(&mut self, id: RunId, now: Time) -> Changed {
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
    fn remove_where(&mut self, gone: impl Fn(&Run) -> bool) -> u64 {
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
    fn change<T>(&mut self, id: RunId, change: impl FnOnce(&mut Run) -> T) -> Option<T> {
        let mut run = self.runs.remove(&id)?;
        self.leave(&run);
        let result = change(&mut run);
        self.enter(&run);
        self.runs.insert(id, run);
        Some(result)
    }

    fn enter(&mut self, run: &Run) {
        if let Some(due) = run.due() {
            self.due.insert((due, run.number), run.id);
        }
        if let Some(conversation) = run.asks() {
            self.asked.entry(conversation.clone()).or_default().push(run.id);
        }
    }

    fn leave(&mut self, run: &Run) {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::conformance::{Subject, suite};
    use super::*;

    struct Memory;

    impl Subject for Memory {
        const DURABLE: bool = false;
        const SHIFTS: bool = true;

        async fn open(&self) -> Arc<dyn Journal> {
            Arc::new(MemoryJournal::default())
        }
    }

    suite!(Memory);
}
