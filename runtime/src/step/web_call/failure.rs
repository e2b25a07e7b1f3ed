//! What kind of failure an exchange ended in.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind};

use rustls::CertificateError;

use super::guard::Refused;
use crate::client::Proxy;
use crate::flow::{Failure, FailureKind};

/// What hyper reads by itself: 100 headers, in a buffer of 8 KiB and 4 KiB for each.
const HEADERS: &str = "at most 100 of 408 KiB in all are read";

/// Tells the kinds of failure apart by their causes. The message quotes no URL: a query or a path
/// may hold what nobody else should see.
pub(crate) fn classify(error: &reqwest::Error, upstream: &str) -> Failure {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        return refused.clone().into();
    }
    if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return insecure(upstream, of_tls(tls));
    }
    // Of an alert on a connection by HTTP/2 only the text is left.
    if let Some(alert) = causes(error).map(ToString::to_string).find(|told| told.starts_with(ALERT)) {
        return insecure(upstream, format!("{alert}{}", asks_for_certificate(&alert)));
    }
    if let Some(why) = tunnel(error) {
        return at_proxy(upstream, why.told());
    }
    if error.is_dns() {
        return unknown(upstream);
    }
    if error.is_timeout() {
        return Failure::new(FailureKind::Timeout, format!("there was no answer from {upstream} in time"));
    }
    let mut of_hyper = causes(error).filter_map(|cause| cause.downcast_ref::<hyper::Error>());
    if of_hyper.any(hyper::Error::is_parse_too_large) {
        return Failure::new(
            FailureKind::TooLarge,
            format!(
                "the headers of the answer of {upstream} are too many or too large ({HEADERS}), or announce too much"
            ),
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
    if error.is_connect() { unreached(upstream, why) } else { lost(upstream, why) }
}

/// Nobody is there.
pub(super) fn unreached(upstream: &str, why: impl Display) -> Failure {
    Failure::new(FailureKind::Connect, format!("{upstream} could not be reached: {why}"))
}

/// Somebody was there.
pub(super) fn lost(upstream: &str, why: impl Display) -> Failure {
    Failure::new(FailureKind::Connect, format!("the connection to {upstream} was lost: {why}"))
}

/// Nobody has this name.
pub(super) fn unknown(upstream: &str) -> Failure {
    let name = upstream.split(':').next().unwrap_or(upstream);
    Failure::new(FailureKind::Dns, format!("the host name {name} has no address"))
}

/// It may be anybody who is there.
pub(super) fn insecure(upstream: &str, why: impl Display) -> Failure {
    Failure::new(FailureKind::Tls, format!("no secure connection to {upstream}: {why}"))
}

/// The same for a request that went by the proxy: who is looked for and dialled first, is the proxy.
pub(super) fn of_proxy(error: &reqwest::Error, upstream: &str, proxy: &Proxy) -> Failure {
    if matches!(tunnel(error), Some(Tunnel::Unauthorized)) {
        return unauthorized(upstream, proxy);
    }
    let failure = classify(error, upstream);
    match failure.kind {
        FailureKind::Dns => at_proxy(upstream, "its host name has no address"),
        FailureKind::Connect if error.is_connect() && tunnel(error).is_none() => at_proxy(upstream, &reason(error)),
        _ => failure,
    }
}

/// Why a proxy made no tunnel, if that is what failed. hyper-util keeps its error type for it to itself, and these texts
/// with it.
/// Of other answers than 407 it does not keep the status.
fn tunnel(error: &reqwest::Error) -> Option<Tunnel> {
    causes(error).find_map(|cause| match cause.to_string().strip_prefix("tunnel error: ")? {
        "proxy authorization required" => Some(Tunnel::Unauthorized),
        "unsuccessful" => Some(Tunnel::Refused),
        "unexpected end of file" => Some(Tunnel::Closed),
        "proxy response headers too long" => Some(Tunnel::Long),
        _ => None,
    })
}

/// How a proxy makes no tunnel.
enum Tunnel {
    /// RFC 9110, 15.5.8.
    Unauthorized,
    Refused,
    Closed,
    Long,
}

impl Tunnel {
    fn told(&self) -> &'static str {
        match self {
            Self::Unauthorized => "it answered 407: it refuses user and password, or wants some",
            Self::Refused => "it answered that it does not connect to this host",
            Self::Closed => "it closed the connection",
            Self::Long => "its answer is too long",
        }
    }
}

/// The proxy answered 407 (RFC 9110, 15.5.8).
pub(super) fn unauthorized(upstream: &str, proxy: &Proxy) -> Failure {
    at_proxy(
        upstream,
        match proxy.has_credentials() {
            true => "it answered 407: it refuses the user and the password that it was given",
            false => "it answered 407: it wants a user and a password, as http://user:password@host:port",
        },
    )
}

/// The proxy did not let a request through.
fn at_proxy(upstream: &str, why: &str) -> Failure {
    Failure::new(FailureKind::Connect, format!("{upstream} could not be reached by the proxy (--proxy): {why}"))
}

/// How rustls begins to tell of an alert from the other side.
const ALERT: &str = "received fatal alert: ";

/// What is wrong, and who can mend it.
fn of_tls(error: &rustls::Error) -> String {
    use CertificateError::{
        BadEncoding, BadSignature, Expired, ExpiredContext, InvalidPurpose, InvalidPurposeContext, NotValidForName,
        NotValidForNameContext, NotValidYet, NotValidYetContext, Other, UnknownIssuer,
    };
    match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => {
            "its certificate is from an authority that this program does not trust (--tls-ca FILE adds one, \
             --tls-roots platform takes those of this machine)"
                .to_owned()
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => "its certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            "its certificate is not valid yet; or the clock of this machine is wrong".to_owned()
        }
        rustls::Error::InvalidCertificate(NotValidForName) => "its certificate is for another host".to_owned(),
        rustls::Error::InvalidCertificate(NotValidForNameContext { presented, .. }) => {
            // They come as `DnsName("a.example")`.
            let name = |told: &String| told.split('"').nth(1).unwrap_or(told).to_owned();
            let names: Vec<_> = presented.iter().map(name).take(3).collect();
            if names.is_empty() {
                return "its certificate names no host; it needs a subjectAltName".to_owned();
            }
            format!("its certificate is for another host: {}", names.join(", "))
        }
        rustls::Error::InvalidCertificate(InvalidPurpose | InvalidPurposeContext { .. }) => {
            "its certificate is not for servers; it needs one with the purpose serverAuth, or with none".to_owned()
        }
        rustls::Error::InvalidCertificate(BadEncoding) => "its certificate cannot be read".to_owned(),
        rustls::Error::InvalidCertificate(BadSignature) => {
            "its certificate was not signed by the authority that it names, whose name is trusted (--tls-ca)".to_owned()
        }
        // These have no names of rustls's own.
        rustls::Error::InvalidCertificate(Other(why)) if why.to_string() == "CaUsedAsEndEntity" => {
            "it shows an authority's certificate (CA:TRUE) as its own, as `openssl req -x509` makes them; it needs one \
             that is signed by that authority, or one with CA:FALSE"
                .to_owned()
        }
        rustls::Error::InvalidCertificate(Other(why)) if why.to_string().starts_with("UnsupportedCertVersion") => {
            "its certificate is not of version 3 of X.509, the only one that is read; it needs a newer one, with a \
             subjectAltName"
                .to_owned()
        }
        error => {
            let told = error.to_string();
            format!("{told}{}", asks_for_certificate(&told))
        }
    }
}

/// Which of these alerts a server sends that misses a certificate, depends on the version of TLS (RFC 5246, RFC 8446).
fn asks_for_certificate(alert: &str) -> &'static str {
    let is_it =
        alert.strip_prefix(ALERT).is_some_and(|name| matches!(name, "CertificateRequired" | "HandshakeFailure"));
    if is_it { "; it may want a client certificate (--tls-cert FILE, --tls-key FILE)" } else { "" }
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
