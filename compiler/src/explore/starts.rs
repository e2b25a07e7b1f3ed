//! How a flow may be started: messages, requests of the Inbound API, times of schedules.

use serde_json::{Map, Value as Json};

use super::answers::combined;
use super::pool::Pool;
use crate::calendar::LocalTime;
use crate::check::cron::Times;
use crate::check::test_clock::BEGINNING;
use crate::graph::{Api, Entry, FlowGraph};
use crate::suite::OUR_NUMBER;
use crate::suite::script::{Cue, Now};

/// Who writes.
pub(crate) const PERSON: &str = "+13055550142";

/// Times of one schedule that are tried.
const MOST_TIMES: usize = 14;

/// What may start a run, each group from the same source.
pub(super) fn starts(graph: &FlowGraph, pool: &Pool) -> Vec<Vec<Cue>> {
    let mut starts = vec![messages(graph, pool)];
    for (at, machine) in graph.machines.iter().enumerate() {
        match &machine.entry {
            Entry::Api(api) => starts.push(requests(api, pool)),
            Entry::Schedule { times, .. } => starts.push(comings(at, times)),
            Entry::Sms { .. } | Entry::Path { .. } => {}
        }
    }
    starts
}

/// Every text to every number that a trigger is narrowed to; none, if no trigger takes messages.
fn messages(graph: &FlowGraph, pool: &Pool) -> Vec<Cue> {
    let narrowed = graph.machines.iter().filter_map(|machine| match &machine.entry {
        Entry::Sms { to, .. } => Some(to.clone()),
        _ => None,
    });
    let mut numbers: Vec<String> = Vec::new();
    for number in narrowed.map(|to| to.unwrap_or_else(|| OUR_NUMBER.to_owned())) {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let message = |to: &String, body: &str, media: &[&str]| Cue::Sms {
        from: PERSON.to_owned(),
        to: to.clone(),
        body: body.to_owned(),
        media: media.iter().map(|url| (*url).to_owned()).collect(),
    };
    let words = pool.words();
    let mut messages = Vec::new();
    for to in &numbers {
        messages.extend(words.iter().map(|words| message(to, words, &[])));
        if pool.takes_media {
            messages.push(message(to, words.first().map_or("", String::as_str), &["https://example.com/photo.jpg"]));
        }
    }
    messages
}

fn requests(api: &Api, pool: &Pool) -> Vec<Cue> {
    let choices: Vec<Vec<Option<Json>>> = api
        .inputs
        .iter()
        .map(|input| {
            let values = pool.values(&input.name, input.typed.ty).into_iter().map(Some);
            values.chain(input.typed.optional.then_some(None)).collect()
        })
        .collect();
    let request = |values: Vec<Option<Json>>| {
        let mut members = Map::new();
        if api.needs_ani {
            members.insert("ANI".to_owned(), PERSON.into());
        }
        if api.needs_dnis {
            members.insert("DNIS".to_owned(), OUR_NUMBER.into());
        }
        let inputs =
            api.inputs.iter().zip(values).filter_map(|(input, value)| value.map(|value| (input.name.clone(), value)));
        members.extend(inputs);
        Cue::Api { name: api.name.clone(), members: Json::Object(members) }
    };
    combined(&choices).into_iter().map(request).collect()
}

/// The first times of a schedule, no two on the same weekday at the same time of the day and in the same month.
fn comings(trigger: usize, times: &Times) -> Vec<Cue> {
    let mut found: Vec<LocalTime> = Vec::new();
    let mut day = BEGINNING.midnight_after(0);
    for _ in 0..MOST_TIMES {
        let Some(time) = times.first_from(day) else { break };
        found.push(time);
        day = time.midnight_after(1);
    }
    found.into_iter().map(|time| Cue::Schedule { trigger, now: Now::of(time) }).collect()
}
