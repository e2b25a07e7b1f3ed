//! What kind of failure an exchange ended in.

use std::error::Error;
use std::io;

use crate::flow::{Failure, FailureKind};

/// Tells the kinds of failure apart by their causes. The message quotes no URL: a query or a path
/// may hold what nobody else should see.
pub(crate) fn classify(error: &reqwest::Error, upstream: &str) -> Failure {
    if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return Failure::new(FailureKind::Tls, format!("no secure connection to {upstream}: {tls}"));
    }
    // hyper-util's connector keeps its error type to itself, and this text with it.
    if causes(error).any(|cause| cause.to_string() == "dns error") {
        return Failure::new(FailureKind::Dns, format!("the host name {upstream} has no address"));
    }
    if error.is_timeout() {
        return Failure::new(FailureKind::Timeout, format!("there was no answer from {upstream} in time"));
    }
    let not_http = causes(error).filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(hyper::Error::is_parse);
    if not_http {
        return Failure::new(FailureKind::Response, format!("the answer of {upstream} is not HTTP"));
    }
    if error.is_builder() {
        return Failure::new(FailureKind::Request, format!("the request to {upstream} could not be built"));
    }
    let io_error = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
    let why = io_error.map_or_else(|| "it was closed before the answer was whole".to_owned(), io::Error::to_string);
    let told = if error.is_connect() {
        format!("{upstream} could not be reached: {why}")
    } else {
        format!("the connection to {upstream} was lost: {why}")
    };
    Failure::new(FailureKind::Connect, told)
}

/// An error and all its causes; an `io::Error` made from another error shows that one too.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
