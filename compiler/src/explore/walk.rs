//! The search: path after path is played from nothing, with one choice more each time, and the binary is the judge of where
//! it leads.
//!
//! Of choices that lead over the same steps one stands for all. The others are put aside: a value that makes no
//! difference now may make one later, and they are taken up if there are ways left that nothing has walked. What walks
//! something new goes first, and all else in the order of its length, so that a bound cuts the tree evenly.

use std::collections::VecDeque;

use super::answers;
use super::bots;
use super::path::{Path, Told};
use super::pool::{Pool, not_understood};
use super::starts;
use super::trail::{self, End, Trail, events, mark};
use super::ways::Ways;
use super::{Bounds, Cuts};
use crate::check::types::Type;
use crate::graph::{Auth, Fail, FlowGraph, NodeKind, UrlPart};
use crate::sample::Samples;
use crate::suite::bot::{errands, told};
use crate::suite::report::{Call, Ended, Mark, Waiting, What};
use crate::suite::script::{Answer, Cue, Given};
use crate::suite::{OUR_NUMBER, Report, Script};

/// Attempts of one call: retries (ten at most), tokens and redirects.
const MOST_ATTEMPTS: usize = 64;

/// Plays of what was put aside.
const MOST_ASIDE: usize = 2_000;

/// Plays a script; it fails with an error of whoever owns the stage.
pub type Play<'a, E> = dyn FnMut(&Script) -> Result<Report, E> + 'a;

/// Walks all paths of a flow.
pub(super) struct Walk<'a, 'p, E> {
    graph: &'a FlowGraph,
    samples: &'a dyn Samples,
    bounds: Bounds,
    play: &'a mut Play<'p, E>,
    pool: Pool,
    /// What turns with bots need on their way.
    errands: Vec<Given>,
    ways: Ways,
    /// What walked something new, and all else.
    fresh: VecDeque<Played>,
    known: VecDeque<Played>,
    aside: VecDeque<Played>,
    trails: Vec<Trail>,
    cuts: Cuts,
}

/// A path that was played up to where it needs a choice.
struct Played {
    path: Path,
    report: Report,
    rest: Rest,
    /// The steps at which it has rested before.
    rests: Vec<Mark>,
    /// A run has come to where it rests since the last choice; else a step goes on that was come to before.
    has_come: bool,
    /// It is kept only if it walks something new.
    is_aside: bool,
}

/// Where a play rests.
#[derive(Clone, Debug, PartialEq)]
enum Rest {
    /// A request wants an answer.
    Call(Mark),
    /// A reply is waited for.
    Ask { at: Mark, person: String, seconds: u64 },
    /// Time has to pass.
    Wait { at: Mark, seconds: u64 },
    /// Nothing is under way.
    Over,
}

impl Rest {
    fn at(&self) -> Option<Mark> {
        match self {
            Self::Call(at) | Self::Ask { at, .. } | Self::Wait { at, .. } => Some(*at),
            Self::Over => None,
        }
    }
}

/// What makes two choices different: what was chosen, and over which steps that led.
#[derive(PartialEq)]
struct Signature {
    choice: &'static str,
    steps: Vec<What>,
    rest: Option<Mark>,
}

impl<'a, 'p, E> Walk<'a, 'p, E> {
    pub(super) fn new(
        graph: &'a FlowGraph,
        samples: &'a dyn Samples,
        bounds: Bounds,
        play: &'a mut Play<'p, E>,
    ) -> Self {
        let (fresh, known, aside) = Default::default();
        let (pool, errands, ways) = (Pool::of(graph), errands(graph), Ways::of(graph));
        Self {
            graph,
            samples,
            bounds,
            play,
            pool,
            errands,
            ways,
            fresh,
            known,
            aside,
            trails: Vec::new(),
            cuts: Cuts::default(),
        }
    }

    /// All conversations that were found, and what was left out.
    pub(super) fn all(mut self) -> Result<(Vec<Trail>, Cuts), E> {
        for starts in starts::starts(self.graph, &self.pool) {
            let paths = starts.into_iter().map(|cue| ("start", Path::beginning(cue))).collect();
            self.follow(paths, None)?;
        }
        let mut aside = 0;
        loop {
            if self.trails.len() >= self.bounds.paths {
                self.cuts.paths = self.fresh.len() + self.known.len();
                break;
            }
            if let Some(played) = self.fresh.pop_front().or_else(|| self.known.pop_front()) {
                self.follow(self.choices(&played), Some(&played))?;
            } else if self.ways.is_all_walked() || aside >= MOST_ASIDE {
                break;
            } else if let Some(played) = self.aside.pop_front() {
                let choices = self.choices(&played);
                aside += choices.len();
                self.follow(choices, Some(&played))?;
            } else {
                break;
            }
        }
        Ok((self.trails, self.cuts))
    }

    /// Plays what may be chosen, and goes on with one of each kind.
    fn follow(&mut self, choices: Vec<(&'static str, Path)>, from: Option<&Played>) -> Result<(), E> {
        let done = from.map_or(0, |from| events(&from.report).count());
        let mut seen: Vec<Signature> = Vec::new();
        let mut choices = VecDeque::from(choices);
        while let Some((choice, path)) = choices.pop_front() {
            let played = self.settled(path, from)?;
            let signature = played.signature(choice, done);
            choices.extend(self.refusals(&played, done));
            if seen.contains(&signature) {
                self.put_aside(played);
            } else {
                seen.push(signature);
                self.proceed(played);
            }
        }
        Ok(())
    }

    /// What is over without anything new is of no use later.
    fn put_aside(&mut self, played: Played) {
        if played.rest != Rest::Over && played.path.depth() < self.bounds.depth {
            self.aside.push_back(Played { is_aside: true, ..played });
        }
    }

    fn proceed(&mut self, mut played: Played) {
        let is_new = self.ways.walk(&played.report);
        played.is_aside &= !is_new;
        let loops_at =
            played.rest.at().filter(|at| played.has_come && played.rests.contains(at) && !played.path.is_astray);
        if played.rest == Rest::Over {
            let end = trail::end(self.graph, &played.report);
            self.keep(&played, end);
        } else if let (Some(at), false) = (loops_at, played.is_aside) {
            let line = at.node(self.graph).map_or(0, |node| node.line);
            self.keep(&played, End::Again(line));
            self.put_aside(played);
        } else if played.path.depth() >= self.bounds.depth {
            self.cuts.depth += usize::from(!played.is_aside);
            self.keep(&played, End::Cut);
        } else if is_new {
            self.fresh.push_back(played);
        } else if played.is_aside {
            self.aside.push_back(played);
        } else {
            self.known.push_back(played);
        }
    }

    fn keep(&mut self, played: &Played, end: End) {
        if !played.is_aside {
            let turns = trail::turns(self.graph, &played.path, &played.report);
            let (path, report) = (played.path.clone(), played.report.clone());
            self.trails.push(Trail { turns, end, path, report });
        }
    }

    /// Plays a path up to where it needs a choice: tokens are given, and a call that is tried again gets the same answer.
    fn settled(&mut self, mut path: Path, from: Option<&Played>) -> Result<Played, E> {
        let mut attempts = 0;
        loop {
            let report = (self.play)(&path.script())?;
            attempts += 1;
            let again = if attempts < MOST_ATTEMPTS { self.given_anyway(&path, &report) } else { None };
            match again {
                Some(answer) => path = Path { is_astray: path.is_astray, ..path.answered(answer, None) },
                None => {
                    // Once a run has gone on, the flow no longer asks for that reply again.
                    let last = report.scenes.last();
                    path.is_astray &= last.is_some_and(|scene| !scene.events.iter().any(|event| mark(event).is_some()));
                    let rest = self.rest(&report);
                    let before = from.iter().flat_map(|from| from.rests.iter().copied().chain(from.rest.at()));
                    let is_aside = from.is_some_and(|from| from.is_aside);
                    let done = from.map_or(0, |from| events(&from.report).count());
                    let come = rest.at().map(What::At);
                    let has_come = events(&report).skip(done).any(|event| Some(&event.what) == come.as_ref());
                    return Ok(Played { rests: before.collect(), path, report, rest, has_come, is_aside });
                }
            }
        }
    }

    /// The answer to a request that is none of a choice.
    fn given_anyway(&self, path: &Path, report: &Report) -> Option<Answer> {
        let What::Call(request) = &events(report).last().filter(|_| report.stopped)?.what else { return None };
        if let Some(answer) = self.errand(request) {
            return Some(answer);
        }
        if let NodeKind::Call { call, .. } = &self.called(report)?.node(self.graph)?.kind
            && let Some(Auth::Oauth(oauth)) = &call.auth
        {
            let fixed = oauth.token_url.iter().map(|part| match part {
                UrlPart::Fixed(text) => text.as_str(),
                UrlPart::Value(..) => "",
            });
            if request.method == "POST" && fixed.collect::<String>() == request.url {
                return Some(answers::token());
            }
        }
        // Since the last answer to the call itself no run has gone on: it is tried again.
        let mut answered = path.answers.iter();
        let mut last = None;
        for event in events(report) {
            match &event.what {
                // A chat sends on what its bot asks before it makes its next turn.
                What::From(_) | What::At(_) | What::Sms(_) => last = None,
                What::Call(_) => last = answered.next().filter(|answered| answered.told.is_some()).or(last),
                _ => {}
            }
        }
        last.map(|answered| answered.answer.clone())
    }

    /// The answer to what a turn with a bot needs on its way.
    fn errand(&self, request: &Call) -> Option<Answer> {
        let given = self.errands.iter().find(|given| given.fits(&request.method, &request.url))?;
        given.answers.first().cloned()
    }

    /// The call, or the turn with a bot, that was the last to be made.
    fn called(&self, report: &Report) -> Option<Mark> {
        let request = events(report).rev().find_map(|event| match &event.what {
            What::Call(request) => Some(request),
            _ => None,
        })?;
        // A chat makes turns long after a run has come to it.
        let told = told(self.graph, request);
        let is_call = |mark: &Mark| match (mark.node(self.graph).map(|node| &node.kind), &told) {
            (Some(NodeKind::Talk { talk, .. }), Some(told)) => talk.bot.name == told.bot.name,
            (Some(NodeKind::Call { .. }), None) => true,
            _ => false,
        };
        events(report).rev().filter_map(mark).find(is_call)
    }

    fn rest(&self, report: &Report) -> Rest {
        if report.stopped {
            return self.called(report).map_or(Rest::Over, Rest::Call);
        }
        let waiting = report.scenes.last().map(|scene| scene.waiting.as_slice()).unwrap_or_default();
        // Who was asked last answers first.
        let asked = waiting.iter().rev().find(|waiting| waiting.person.is_some());
        let Some(next) = asked.or_else(|| waiting.iter().min_by_key(|waiting| waiting.seconds)) else {
            return Rest::Over;
        };
        let Some((at, seconds)) = self.waits(report, next) else { return Rest::Over };
        match &next.person {
            Some(person) => Rest::Ask { at, person: person.clone(), seconds },
            None => Rest::Wait { at, seconds },
        }
    }

    /// The step at which a run waits, and for how long.
    fn waits(&self, report: &Report, waiting: &Waiting) -> Option<(Mark, u64)> {
        events(report).rev().filter_map(mark).find_map(|mark| {
            let node = mark.node(self.graph).filter(|node| node.line == waiting.line)?;
            let seconds = match &node.kind {
                NodeKind::Ask { ask, .. } if waiting.person.is_some() => ask.within,
                NodeKind::Talk { talk, .. } if waiting.person.is_some() => talk.within?,
                NodeKind::Wait { seconds, .. } if waiting.person.is_none() => *seconds,
                _ => return None,
            };
            Some((mark, u64::from(seconds).max(waiting.seconds)))
        })
    }

    /// How a path may go on.
    fn choices(&self, played: &Played) -> Vec<(&'static str, Path)> {
        let path = &played.path;
        match &played.rest {
            Rest::Over => Vec::new(),
            Rest::Wait { seconds, .. } => vec![("time", path.with(Cue::Pass { seconds: *seconds }))],
            Rest::Call(at) => {
                let outcomes = match at.node(self.graph).map(|node| &node.kind) {
                    Some(NodeKind::Call { call, fails, .. }) => {
                        answers::outcomes(call, fails, &self.pool, self.samples)
                    }
                    Some(NodeKind::Talk { talk, fails, .. }) => {
                        // One question shows that the person is asked; more lead nowhere else.
                        bots::outcomes(talk, fails, &self.pool, self.samples, !played.goes_on(*at))
                    }
                    _ => return Vec::new(),
                };
                let answered = outcomes.into_iter().map(|outcome| {
                    let choice = match outcome.label.as_str() {
                        "ok" => "ok",
                        bots::ASKS => bots::ASKS,
                        _ => "fail",
                    };
                    let told = Told { label: outcome.label, detail: outcome.detail };
                    (choice, path.answered(outcome.answer, Some(told)))
                });
                answered.collect()
            }
            Rest::Ask { at, person, seconds } => {
                let reply = |body: String| {
                    path.with(Cue::Sms {
                        from: person.clone(),
                        to: self.asked_from(played, person),
                        body,
                        media: Vec::new(),
                    })
                };
                let astray = || Path { is_astray: true, ..reply(not_understood().to_owned()) };
                let silence = ("silence", path.with(Cue::Pass { seconds: *seconds }));
                let ask = match at.node(self.graph).map(|node| &node.kind) {
                    Some(NodeKind::Ask { ask, .. }) => ask,
                    Some(NodeKind::Talk { .. }) => return vec![("reply", reply(bots::REPLY.to_owned())), silence],
                    _ => return Vec::new(),
                };
                let ty = ask.reply.as_ref().map_or(Type::Text, |reply| reply.typed.ty);
                if path.is_astray {
                    // A reply that is understood leads on as it did when it was the first.
                    return vec![("astray", astray())];
                }
                let name = ask.reply.as_ref().map_or("", |reply| reply.name.as_str());
                let mut choices: Vec<_> =
                    self.pool.replies(name, ty).into_iter().map(|words| ("reply", reply(words))).collect();
                if !matches!(ty, Type::Text | Type::Scalar | Type::Unknown) {
                    choices.push(("astray", astray()));
                }
                choices.push(silence);
                choices
            }
        }
    }

    /// The number that a person was asked from, which takes the reply.
    fn asked_from(&self, played: &Played, person: &str) -> String {
        let asked = events(&played.report).rev().find_map(|event| match &event.what {
            What::Sms(sms) if sms.to == person => Some(sms.from.clone()),
            _ => None,
        });
        asked.unwrap_or_else(|| OUR_NUMBER.to_owned())
    }

    /// The same path with a carrier that refuses: for each new message whose refusal the flow sees to. The carrier refuses
    /// from the last thing on that came in, so an earlier message to the same number is refused, too.
    fn refusals(&self, played: &Played, done: usize) -> Vec<(&'static str, Path)> {
        let mut paths = Vec::new();
        let (mut requests, mut sees_to) = (0, false);
        for (at, event) in events(&played.report).enumerate() {
            match &event.what {
                What::Call(_) => requests += 1,
                What::At(mark) => sees_to = mark.node(self.graph).is_some_and(|node| sees_to_refusal(&node.kind)),
                What::Sms(sms) if sees_to && at >= done && !sms.refused => {
                    let refused = Cue::RefuseSms { to: Some(sms.to.clone()) };
                    let mut path = played.path.clone();
                    path.answers.truncate(requests);
                    path.cues.insert(path.cues.len().saturating_sub(1), refused);
                    paths.push(("refused", path));
                }
                _ => {}
            }
        }
        paths
    }
}

/// It has a `fail`.
fn sees_to_refusal(kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Sms { fails, .. } => !fails.narrowed.is_empty() || matches!(fails.otherwise, Fail::Arm(_)),
        _ => false,
    }
}

impl Played {
    /// Whether something has been said since a run came to this step.
    fn goes_on(&self, at: Mark) -> bool {
        let since = events(&self.report).rev().take_while(|event| event.what != What::At(at));
        since.into_iter().any(|event| matches!(event.what, What::Sms(_)))
    }

    fn signature(&self, choice: &'static str, done: usize) -> Signature {
        let steps = events(&self.report).skip(done).filter_map(|event| match &event.what {
            What::From(_) | What::At(_) | What::Word(_) => Some(event.what.clone()),
            What::Untaken(_) => Some(What::Untaken(Vec::new())),
            What::Ended(Ended::Completed) => Some(event.what.clone()),
            // One failure that nothing takes is like another.
            What::Ended(Ended::Failed { line, .. }) => {
                Some(What::Ended(Ended::Failed { line: *line, kind: String::new(), reason: String::new() }))
            }
            What::Sms(_) | What::Call(_) => None,
        });
        Signature { choice, steps: steps.collect(), rest: self.rest.at() }
    }
}
