//! What kind of failure an exchange ended in.

use std::error::Error;
use std::io::{self, ErrorKind};

use rustls::{AlertDescription, CertificateError};

use super::guard::Refused;
use crate::flow::{Failure, FailureKind};

/// Tells the kinds of failure apart by their causes. The message quotes no URL: a query or a path
/// may hold what nobody else should see.
pub(crate) fn classify(error: &reqwest::Error, upstream: &str) -> Failure {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        return refused.clone().into();
    }
    if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return Failure::new(FailureKind::Tls, format!("no secure connection to {upstream}: {}", of_tls(tls)));
    }
    if error.is_dns() {
        return Failure::new(FailureKind::Dns, format!("the host name {upstream} has no address"));
    }
    if error.is_timeout() {
        return Failure::new(FailureKind::Timeout, format!("there was no answer from {upstream} in time"));
    }
    let mut of_hyper = causes(error).filter_map(|cause| cause.downcast_ref::<hyper::Error>());
    if of_hyper.any(hyper::Error::is_parse_too_large) {
        return Failure::new(
            FailureKind::TooLarge,
            format!("the headers of the answer of {upstream} are too large, or announce too much"),
        );
    }
    let not_http = causes(error).filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(hyper::Error::is_parse);
    if not_http {
        return Failure::new(FailureKind::Response, format!("the answer of {upstream} is not HTTP"));
    }
    if error.is_builder() {
        return Failure::new(FailureKind::Request, format!("the request to {upstream} could not be built"));
    }
    // hyper tells of chunks that are none by these kinds; a body that ends too early is an `UnexpectedEof`.
    let mut of_io = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    if of_io.any(|error| matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData)) && error.is_decode()
    {
        return Failure::new(FailureKind::Response, format!("the body of the answer of {upstream} is not HTTP"));
    }
    let why = reason(error);
    let told = if error.is_connect() {
        format!("{upstream} could not be reached: {why}")
    } else {
        format!("the connection to {upstream} was lost: {why}")
    };
    Failure::new(FailureKind::Connect, told)
}

/// The same for a request that went by the proxy: what fails before the upstream was reached, failed there.
pub(super) fn of_proxy(error: &reqwest::Error, upstream: &str) -> Failure {
    if error.is_dns() {
        return at_proxy(upstream, "its host name has no address");
    }
    // hyper-util has an error type for tunnels, which it keeps to itself, and these texts with it.
    let tunnel =
        causes(error).map(ToString::to_string).find_map(|told| told.strip_prefix("tunnel error: ").map(str::to_owned));
    match tunnel.as_deref() {
        Some("proxy authorization required") => at_proxy(upstream, "it answered 407"),
        Some("unsuccessful") => at_proxy(upstream, "it answered that it does not connect to this host"),
        Some("unexpected end of file") => at_proxy(upstream, "it closed the connection"),
        Some("proxy response headers too long") => at_proxy(upstream, "its answer is too long"),
        _ => {
            let failure = classify(error, upstream);
            let is_before = failure.kind == FailureKind::Connect && error.is_connect();
            if is_before { at_proxy(upstream, &reason(error)) } else { failure }
        }
    }
}

/// The proxy did not let a request through.
pub(super) fn at_proxy(upstream: &str, why: &str) -> Failure {
    let how =
        if why.ends_with("407") { ": it wants a user and a password, as http://user:password@host:port" } else { "" };
    Failure::new(FailureKind::Connect, format!("{upstream} could not be reached by the proxy (--proxy): {why}{how}"))
}

/// What is wrong, and who can mend it.
fn of_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is from an authority that this program does not trust (--tls-ca FILE adds one, \
             --tls-roots platform takes those of this machine)"
                .to_owned()
        }
        rustls::Error::InvalidCertificate(error) => format!("its certificate is not valid: {error}"),
        // Which of them a server sends that misses a certificate, depends on the version of TLS.
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure) => {
            format!("{error}; it may want a client certificate (--tls-cert FILE, --tls-key FILE)")
        }
        error => error.to_string(),
    }
}

fn reason(error: &reqwest::Error) -> String {
    let io_error = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
    io_error.map_or_else(|| "it was closed before the answer was whole".to_owned(), io::Error::to_string)
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
