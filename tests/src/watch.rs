//! What a running flow tells its operators.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::http::Request;
use crate::wait::{self, PATIENCE};

/// The samples of `/metrics` by name and labels.
pub fn metrics(admin: SocketAddr) -> HashMap<String, f64> {
    let text = Request::new("GET", "/metrics").send(admin).text();
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(' ').unwrap());
    samples.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

/// Waits until a sample has this value.
pub fn wait_for(admin: SocketAddr, sample: &str, value: f64) {
    let found = wait::within(PATIENCE, || Some(()).filter(|()| metrics(admin).get(sample) == Some(&value)));
    assert!(found.is_some(), "{sample} is no {value}: {:#?}", metrics(admin));
}

/// How often a carrier's webhook was called with what has this result.
pub fn webhooks(admin: SocketAddr, carrier: &str, result: &str) -> f64 {
    metrics(admin)[&format!("flow_webhooks_total{{carrier=\"{carrier}\",result=\"{result}\"}}")]
}
