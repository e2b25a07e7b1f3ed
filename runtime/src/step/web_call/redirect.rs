//! Where an answer points to (RFC 9110, 15.4), and what may go along there.

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION,
    CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, USER_AGENT,
};
use reqwest::{Method, Response, Url};

use super::request::{Outbound, authority};
use crate::flow::{Failure, FailureKind};

/// Redirects that are followed for one request.
const HOPS: u32 = 5;

/// The headers that another host may see. Any of the others may hold a key.
const HARMLESS: [HeaderName; 5] =
    [ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, USER_AGENT, HeaderName::from_static("traceparent")];

/// The headers that say of a body what it is.
const OF_BODY: [HeaderName; 5] = [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION];

/// The request that follows an answer, when `hops` redirects have been followed before; `None`: the answer is the last.
///
/// # Errors
///
/// It points to where this request may not go, or there were too many redirects.
pub(super) fn next(sent: &Outbound, answer: &Response, hops: u32) -> Result<Option<Outbound>, Failure> {
    after(sent, answer.status().as_u16(), answer.headers(), hops)
}

/// The target of an answer's Location, absolute, without user and fragment; `None` if there is none that can be asked.
fn target(headers: &HeaderMap, base: &Url) -> Option<Url> {
    let location = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
    let mut target = base.join(location).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    target.set_fragment(None);
    // Never fails for a URL with a host, and every http URL has one.
    let _ = target.set_username("").and_then(|()| target.set_password(None));
    Some(target)
}

/// Where an answer points to, if its status says that it does, without what nobody else should see.
pub(super) fn location(answer: &Response, base: &Url) -> Option<String> {
    let target = target(answer.headers(), base).filter(|_| answer.status().is_redirection());
    target.as_ref().map(shown)
}

/// The failure of a request that another upstream had pointed to: it may be that one which has to be mended.
pub(super) fn pointed_by(upstream: &str, failure: Failure) -> Failure {
    Failure { message: format!("{} ({upstream} points there)", failure.message), ..failure }
}

/// A target as messages show it: its query may be secret.
fn shown(target: &Url) -> String {
    let mut shown = target.clone();
    shown.set_query(None);
    shown.into()
}

fn after(sent: &Outbound, status: u16, headers: &HeaderMap, hops: u32) -> Result<Option<Outbound>, Failure> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(url) = target(headers, &sent.url) else { return Ok(None) };
    let points = || format!("{} answered {status}, which points to {}", authority(&sent.url), shown(&url));
    let blocked = |why: &str| {
        let told = format!("{}; {why}", points());
        Err(Failure::new(FailureKind::Blocked, told).with_status(status))
    };
    if hops >= HOPS {
        let told = format!("{}; it is redirect {} of this call, and {HOPS} are followed", points(), hops + 1);
        return Err(Failure::new(FailureKind::Status, told).with_status(status));
    }
    if (sent.url.scheme(), url.scheme()) == ("https", "http") {
        return blocked("it was not followed, since anybody can read what is sent by http");
    }
    let becomes_get = match status {
        // What all clients do, though the RFC would let a POST stay one.
        301 | 302 => sent.method == Method::POST,
        303 => sent.method != Method::GET,
        _ => false,
    };
    let mut next = Outbound { url: url.clone(), ..sent.clone() };
    if becomes_get {
        next.method = Method::GET;
        next.body = None;
        OF_BODY.iter().for_each(|name| drop(next.headers.remove(name)));
    }
    if !same_origin(&sent.url, &next.url) {
        if next.body.is_some() {
            return blocked("the body was not sent to another host; if it should be, write that URL into the flow");
        }
        next.headers = harmless(&next.headers);
    }
    Ok(Some(next))
}

/// Whether both are one server: the same scheme, host and port, or the same host on https instead of http.
fn same_origin(from: &Url, to: &Url) -> bool {
    let is_upgrade = from.scheme() == "http" && to.scheme() == "https" && from.host() == to.host();
    from.origin() == to.origin() || (is_upgrade && from.port().is_none() && to.port().is_none())
}

fn harmless(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| HARMLESS.contains(name)) {
        kept.append(name.clone(), value.clone());
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use reqwest::header::{AUTHORIZATION, HeaderValue};

    fn sent(method: Method, url: &str) -> Outbound {
        let headers = [
            (ACCEPT, "a/b"),
            (AUTHORIZATION, "Bearer canary"),
            (CONTENT_TYPE, "text/plain"),
            (HeaderName::from_static("x-key"), "canary"),
            (HeaderName::from_static("traceparent"), "00-1-2-01"),
        ];
        Outbound {
            body: (method != Method::GET).then(|| "body".into()),
            method,
            url: Url::parse(url).unwrap(),
            headers: headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect(),
        }
    }

    fn to(location: &str) -> HeaderMap {
        HeaderMap::from_iter([(LOCATION, HeaderValue::from_bytes(location.as_bytes()).unwrap())])
    }

    fn followed(method: Method, url: &str, status: u16, location: &str) -> Outbound {
        after(&sent(method, url), status, &to(location), 0).unwrap().unwrap()
    }

    fn refused(method: Method, url: &str, status: u16, location: &str) -> Failure {
        after(&sent(method, url), status, &to(location), 0).err().unwrap()
    }

    const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

    #[test]
    fn methods_are_kept_but_where_the_status_says_get() {
        for method in METHODS {
            for status in [301, 302, 303, 307, 308] {
                let next = followed(method.clone(), "https://a.example/x/y?q", status, "../z?r");
                assert_eq!(next.url.as_str(), "https://a.example/z?r");
                let becomes_get = status == 303 || (status < 303 && method == Method::POST) || method == Method::GET;
                assert_eq!(next.method, if becomes_get { Method::GET } else { method.clone() }, "{method} {status}");
                assert_eq!(next.body.is_some(), !becomes_get, "{method} {status}");
                assert!(next.headers.contains_key(AUTHORIZATION));
                assert_eq!(next.headers.contains_key(CONTENT_TYPE), !becomes_get || method == Method::GET);
            }
        }
    }

    #[test]
    fn other_answers_are_the_last() {
        for status in [200, 300, 304, 305, 306, 404] {
            assert!(after(&sent(Method::GET, "http://a.example"), status, &to("/z"), 0).unwrap().is_none(), "{status}");
        }
        for location in ["ftp://a.example", "javascript:canary", "http://", "https://a b/", "mailto:a@b.example"] {
            assert!(
                after(&sent(Method::GET, "http://a.example"), 302, &to(location), 0).unwrap().is_none(),
                "{location}"
            );
        }
        assert!(after(&sent(Method::GET, "http://a.example"), 302, &HeaderMap::new(), 0).unwrap().is_none());
    }

    #[test]
    fn another_host_sees_no_key() {
        for (from, location) in [
            ("https://a.example", "https://b.example/z"),
            ("https://a.example", "//b.example/z"),
            ("https://a.example", "https://a.example:8443/z"),
            ("https://a.example", "https://a.example.b.example/z"),
            ("http://a.example:8080", "https://a.example/z"),
            ("http://a.example", "https://a.example:8443/z"),
        ] {
            let next = followed(Method::GET, from, 302, location);
            let names: Vec<_> = next.headers.keys().map(HeaderName::as_str).collect();
            assert_eq!(names, ["accept", "traceparent"], "{from} {location}");
        }
        for (from, location) in
            [("http://a.example", "https://A.example./z"), ("https://a.example", "https://a.example:443/z")]
        {
            let same = followed(Method::GET, from, 302, location).headers.contains_key("x-key");
            // A dot at the end makes another host of it, for cookies and certificates too.
            assert_eq!(same, !location.contains("./"), "{location}");
        }
        assert!(followed(Method::PUT, "http://a.example", 307, "https://a.example/z").headers.contains_key("x-key"));
    }

    #[test]
    fn a_body_stays_where_it_was_sent_to() {
        for status in [307, 308] {
            let failure = refused(Method::POST, "https://a.example", status, "https://b.example/z?canary");
            assert_eq!((failure.kind, failure.status), (FailureKind::Blocked, Some(status)));
            let told = format!(
                "a.example answered {status}, which points to https://b.example/z; the body was not sent to another host; \
                 if it should be, write that URL into the flow"
            );
            assert_eq!(failure.message, told);
        }
        assert_eq!(refused(Method::PUT, "https://a.example", 302, "https://b.example").kind, FailureKind::Blocked);
    }

    #[test]
    fn nothing_goes_back_to_clear_text() {
        let failure = refused(Method::GET, "https://a.example", 302, "http://anna:canary@a.example/z#canary");
        assert_eq!(failure.kind, FailureKind::Blocked);
        assert!(failure.message.contains("points to http://a.example/z; it was not followed"), "{}", failure.message);
    }

    #[test]
    fn five_are_followed() {
        let after = |hops| after(&sent(Method::GET, "http://a.example"), 302, &to("/?canary"), hops);
        assert!(after(4).unwrap().is_some());
        let failure = after(5).err().unwrap();
        assert_eq!((failure.kind, failure.status), (FailureKind::Status, Some(302)));
        assert!(failure.message.ends_with("it is redirect 6 of this call, and 5 are followed"), "{}", failure.message);
    }
}
