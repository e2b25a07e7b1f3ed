//! What a service may answer to a call, as far as the flow tells it apart.

use serde_json::{Value as Json, json};

use super::document::document;
use super::pool::{Pool, written};
use crate::graph::{Binding, Call, FailFilter, Fails, FailureKind, Query};
use crate::sample::Samples;
use crate::suite::script::{Answer, Trouble};

/// Answers that differ in the values of several response variables at once.
const MOST_TOGETHER: usize = 64;

/// An answer, and what it is an example of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// `ok`, `fail timeout`, `fail status 404`; for one that no narrowed `fail` takes, what happens: `fail (status 500)`.
    pub(super) label: String,
    /// The values of the response variables, if they are not those of the sample: `city = "tampa"`.
    pub(super) detail: String,
    /// What is answered.
    pub(super) answer: Answer,
}

/// All of them: `ok` with its values first, then failures in the order of the file.
pub(super) fn outcomes(call: &Call, fails: &Fails, pool: &Pool, samples: &dyn Samples) -> Vec<Outcome> {
    let mut outcomes = successes(call, pool, samples);
    outcomes.extend(failures(fails, pool, misunderstood(call)));
    outcomes
}

/// Failures in the order of the file, then of each sort; `misunderstood`: an answer in which not all is found.
pub(super) fn failures(fails: &Fails, pool: &Pool, misunderstood: Option<Answer>) -> Vec<Outcome> {
    let narrowed = fails.narrowed.iter().filter_map(|(filter, _)| {
        let answer = failing(*filter, misunderstood.as_ref(), fails)?;
        Some(Outcome { label: filter.words(), detail: String::new(), answer })
    });
    narrowed.chain(others(misunderstood.as_ref(), pool)).collect()
}

/// The answer of a token's server (RFC 6749, 5.1).
pub(super) fn token() -> Answer {
    response(200, "application/json", json!({ "access_token": "token", "token_type": "Bearer" }).to_string())
}

fn successes(call: &Call, pool: &Pool, samples: &dyn Samples) -> Vec<Outcome> {
    let ok = |detail: String, answer| Outcome { label: "ok".to_owned(), detail, answer };
    let sample = call.sample.as_ref().and_then(|name| samples.read(name).ok());
    let recorded = sample.map(|text| {
        let is_xml = text.trim_start().starts_with('<');
        ok(String::new(), response(200, if is_xml { "application/xml" } else { "application/json" }, text))
    });
    let made = combinations(&call.bindings, pool).into_iter().filter_map(|values| {
        let told: Vec<String> =
            call.bindings.iter().zip(&values).map(|(binding, value)| told(binding, value)).collect();
        Some(ok(told.join(", "), answer(&call.bindings, &values)?))
    });
    recorded.into_iter().chain(made).collect()
}

/// `city = "tampa"`, `no city`
pub(super) fn told(binding: &Binding, value: &Option<Json>) -> String {
    let name = &binding.variable.name;
    value.as_ref().map_or_else(|| format!("no {name}"), |value| format!("{name} = {value}"))
}

/// Values of the response variables: each with each as long as those are few, else one at a time.
fn combinations(bindings: &[Binding], pool: &Pool) -> Vec<Vec<Option<Json>>> {
    let choices: Vec<Vec<Option<Json>>> = bindings.iter().map(|binding| values(binding, pool)).collect();
    combined(&choices)
}

fn values(binding: &Binding, pool: &Pool) -> Vec<Option<Json>> {
    let variable = &binding.variable;
    let mut values: Vec<Option<Json>> = match &binding.query {
        // Another success would be another status.
        Query::Status => vec![Some(json!(200))],
        _ => pool.values(&variable.name, variable.typed.ty).into_iter().map(Some).collect(),
    };
    if variable.typed.optional && !matches!(binding.query, Query::Status | Query::Body) {
        values.push(None);
    }
    values
}

/// Each with each, if those are at most [`MOST_TOGETHER`]; else the first of all, and from there each of the others once.
pub(super) fn combined<T: Clone>(choices: &[Vec<T>]) -> Vec<Vec<T>> {
    let together: usize = choices.iter().map(Vec::len).fold(1, usize::saturating_mul);
    if together <= MOST_TOGETHER {
        return choices.iter().fold(vec![Vec::new()], |rows, choices| {
            let longer = |row: Vec<T>| {
                choices.iter().map(move |choice| row.iter().chain([choice]).cloned().collect()).collect::<Vec<_>>()
            };
            rows.into_iter().flat_map(longer).collect()
        });
    }
    let plain: Vec<T> = choices.iter().filter_map(|choices| choices.first().cloned()).collect();
    let varied = choices.iter().enumerate().flat_map(|(at, choices)| {
        let plain = plain.clone();
        choices.iter().skip(1).map(move |choice| {
            let mut row = plain.clone();
            row.get_mut(at).into_iter().for_each(|place| *place = choice.clone());
            row
        })
    });
    [plain.clone()].into_iter().chain(varied).collect()
}

/// A response in which these values are found.
fn answer(bindings: &[Binding], values: &[Option<Json>]) -> Option<Answer> {
    let found: Vec<(&Query, Option<&Json>)> =
        bindings.iter().zip(values).map(|(binding, value)| (&binding.query, value.as_ref())).collect();
    let body = document(&found)?;
    let text = found.iter().find_map(|(query, value)| matches!(query, Query::Body).then_some(*value).flatten());
    let mut answer = match text {
        Some(text) if body == json!({}) => response(200, "text/plain; charset=utf-8", written(text)),
        _ => response(200, "application/json", body.to_string()),
    };
    if let Answer::Response { headers, .. } = &mut answer {
        headers.extend(found.iter().filter_map(|(query, value)| match (query, value) {
            (Query::Header(name), Some(value)) => Some((name.value.clone(), written(value))),
            _ => None,
        }));
    }
    Some(answer)
}

/// An answer that this `fail` takes, and none before it.
fn failing(filter: FailFilter, misunderstood: Option<&Answer>, fails: &Fails) -> Option<Answer> {
    let is_taken = |status: u16| {
        let before = fails.narrowed.iter().map(|(filter, _)| *filter).take_while(|other| *other != filter);
        let mut ranges = before.filter_map(|filter| match filter {
            FailFilter::Status(first, last) => Some(first..=last),
            _ => None,
        });
        ranges.any(|range| range.contains(&status))
    };
    match filter {
        FailFilter::Kind(FailureKind::Status) => [500, 404, 400].into_iter().find(|s| !is_taken(*s)).map(status),
        FailFilter::Kind(FailureKind::Response) => misunderstood.cloned(),
        // A request that cannot be built, and what is no call's.
        FailFilter::Kind(FailureKind::Request | FailureKind::Carrier) | FailFilter::Bad => None,
        FailFilter::Kind(FailureKind::Timeout) => Some(Answer::Fails(Trouble::Timeout)),
        FailFilter::Kind(FailureKind::Connect) => Some(Answer::Fails(Trouble::Refused)),
        FailFilter::Kind(FailureKind::Dns) => Some(Answer::Fails(Trouble::Dns)),
        FailFilter::Kind(FailureKind::Tls) => Some(Answer::Fails(Trouble::Tls)),
        FailFilter::Kind(FailureKind::Blocked) => Some(Answer::Fails(Trouble::Blocked)),
        FailFilter::Kind(FailureKind::TooLarge) => Some(Answer::Fails(Trouble::TooLarge)),
        FailFilter::Status(first, last) => (first..=last).find(|status| !is_taken(*status)).map(status),
    }
}

/// Failures of each sort; which arm takes them is seen when they are played.
fn others(misunderstood: Option<&Answer>, pool: &Pool) -> Vec<Outcome> {
    let fail = |why: String, answer| Outcome { label: format!("fail ({why})"), detail: String::new(), answer };
    let statuses = [500, 404].into_iter().chain(pool.statuses());
    let mut others: Vec<Outcome> = statuses.map(|code| fail(format!("status {code}"), status(code))).collect();
    // The slowest of them first: it shows how long people may have to wait.
    let failing = |trouble: Trouble| fail(trouble.word().to_owned(), Answer::Fails(trouble));
    others.insert(0, failing(Trouble::Timeout));
    others.extend(misunderstood.map(|answer| fail("response".to_owned(), answer.clone())));
    others.extend([Trouble::Refused, Trouble::Dns, Trouble::Tls, Trouble::TooLarge, Trouble::Blocked].map(failing));
    others
}

/// An answer that the call does not understand, if there is any: one that lacks what it looks for.
fn misunderstood(call: &Call) -> Option<Answer> {
    let looks = |binding: &&Binding| {
        matches!(binding.query, Query::Label(_) | Query::Path(_) | Query::JsonPath(_) | Query::Header(_))
    };
    let mut looked_for = call.bindings.iter().filter(looks).peekable();
    looked_for.peek()?;
    Some(match looked_for.any(|binding| !binding.variable.typed.optional) {
        true => response(200, "application/json", "{}".to_owned()),
        false => response(200, "text/plain; charset=utf-8", "We are closed for maintenance.".to_owned()),
    })
}

fn status(status: u16) -> Answer {
    Answer::Response { status, headers: Vec::new(), body: String::new() }
}

fn response(status: u16, kind: &str, body: String) -> Answer {
    Answer::Response { status, headers: vec![("Content-Type".to_owned(), kind.to_owned())], body }
}
