//! A stand-in for Twilio that remembers what it took, and can be asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use flow_tests::http::Request;
use flow_tests::{Reply, StandIn};
use serde_json::json;

/// What was taken, by its words, with how often.
#[derive(Clone, Default)]
pub(crate) struct Taken(Arc<Mutex<Vec<(String, String)>>>);

impl Taken {
    pub(crate) fn by_words(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (words, _) in &*self.0.lock().unwrap() {
            *counts.entry(words.clone()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn count(&self, words: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|(known, _)| known == words).count()
    }
}

/// Twilio's API: takes messages, and lists them where `can_tell`.
pub(crate) fn twilio(can_tell: bool) -> (Taken, StandIn) {
    let taken = Taken::default();
    let known = taken.clone();
    let api = StandIn::start(move |request| {
        if request.method == "POST" {
            take(&known, request)
        } else if can_tell {
            list(&known)
        } else {
            Reply::status(500)
        }
    });
    (taken, api)
}

fn take(taken: &Taken, request: &Request) -> Reply {
    let form = request.form();
    let words = form.iter().find(|(name, _)| name == "Body").map(|(_, words)| words.clone()).unwrap();
    taken.0.lock().unwrap().push((words, date()));
    Reply::json(201, &json!({ "sid": "SM1", "status": "queued" }))
}

fn list(taken: &Taken) -> Reply {
    let messages: Vec<_> = taken
        .0
        .lock()
        .unwrap()
        .iter()
        .rev()
        .map(|(words, date)| json!({ "body": words, "date_created": date }))
        .collect();
    Reply::json(200, &json!({ "messages": messages }))
}

/// As Twilio writes it: RFC 2822.
fn date() -> String {
    httpdate::fmt_http_date(SystemTime::now()).replace("GMT", "+0000")
}
