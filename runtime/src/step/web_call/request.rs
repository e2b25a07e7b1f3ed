//! From a flow's call to the request on the wire.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Request, Url};
use url::form_urlencoded;

use super::{ConnectTo, address};
use crate::flow::{Auth, Body, Call, Failure, FailureKind, Method};

/// A request that is ready to be sent.
pub(super) struct Prepared {
    pub(super) request: Request,
    /// The host that the flow addresses, for messages.
    pub(super) upstream: String,
}

/// Builds the request; a value that does not fit its place is refused before a byte is sent.
pub(super) fn prepare(call: Call, rules: &[ConnectTo]) -> Result<Prepared, Failure> {
    let addressed = address::parse(&call.url, &call.query)?;
    let upstream = authority(&addressed);
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        headers.append(header_name(name)?, header_value(value, &format!("header \"{name}\""))?);
    }
    if let Some(auth) = &call.auth {
        headers.insert(AUTHORIZATION, authorization(auth)?);
    }
    let body = call.body.as_ref().map(encode).transpose()?;
    if let Some((content_type, _)) = &body
        && !headers.contains_key(CONTENT_TYPE)
    {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let redirected = rules.iter().find_map(|rule| rule.redirect(&addressed));
    if redirected.is_some() && !headers.contains_key(HOST) {
        // A stand-in sees the host that the flow addressed.
        headers.insert(HOST, header_value(&upstream, "host")?);
    }
    let mut request = Request::new(method(call.method), redirected.unwrap_or(addressed));
    *request.headers_mut() = headers;
    *request.body_mut() = body.map(|(_, bytes)| bytes.into());
    Ok(Prepared { request, upstream })
}

/// Host, and port where it is not the scheme's own.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn header_name(name: &str) -> Result<HeaderName, Failure> {
    let refused = |why: &str| Failure::new(FailureKind::Request, format!("header {name:?} was not sent: {why}"));
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("HTTP allows no such name (RFC 9110)"))?;
    match parsed.as_str() {
        "connection" | "content-length" | "transfer-encoding" | "upgrade" => {
            Err(refused("it frames the message, which is the runtime's task"))
        }
        _ => Ok(parsed),
    }
}

fn header_value(value: &str, place: &str) -> Result<HeaderValue, Failure> {
    let refused = |_| {
        let told = format!("{place} was not sent: its value holds a line break or another control character");
        Failure::new(FailureKind::Request, told)
    };
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(refused)?;
    // A flow may put a secret into any header.
    value.set_sensitive(true);
    Ok(value)
}

fn authorization(auth: &Auth) -> Result<HeaderValue, Failure> {
    match auth {
        Auth::Bearer(token) => header_value(&format!("Bearer {token}"), "`bearer`"),
        Auth::Basic { user, password } => {
            let refused = |why: &str| Failure::new(FailureKind::Request, format!("`basic` was not sent: {why}"));
            if user.contains(':') {
                return Err(refused("a user name may hold no colon (RFC 7617)"));
            }
            if user.chars().chain(password.chars()).any(char::is_control) {
                return Err(refused("user name and password may hold no control characters (RFC 7617)"));
            }
            header_value(&format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))), "`basic`")
        }
    }
}

/// The body's Content-Type and bytes.
fn encode(body: &Body) -> Result<(&'static str, Vec<u8>), Failure> {
    Ok(match body {
        Body::Json(json) => {
            let refused = |error| Failure::new(FailureKind::Request, format!("the JSON body was not sent: {error}"));
            ("application/json", serde_json::to_vec(json).map_err(refused)?)
        }
        Body::Form(pairs) => {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            ("application/x-www-form-urlencoded", form.into_bytes())
        }
        Body::Xml(document) => {
            if let Some(c) = document.chars().find(|c| !is_xml(*c)) {
                let told = format!(
                    "the XML body was not sent: a value holds the character U+{:04X}, which XML allows in no form",
                    u32::from(c)
                );
                return Err(Failure::new(FailureKind::Request, told));
            }
            ("application/xml; charset=utf-8", document.as_bytes().to_vec())
        }
        Body::Text(text) => ("text/plain; charset=utf-8", text.as_bytes().to_vec()),
    })
}

/// XML 1.0, section 2.2: `Char`.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn call() -> Call {
        Call {
            line: 1,
            method: Method::Post,
            url: "https://api.example.com/x".to_owned(),
            query: vec![],
            headers: vec![],
            auth: None,
            timeout: 10,
            body: None,
            bindings: &[],
        }
    }

    #[test]
    fn control_characters_never_reach_the_wire() {
        for value in ["a\r\nX: 1", "a\n", "a\0b"] {
            let kinds = [
                prepare(Call { headers: vec![("X-A", value.to_owned())], ..call() }, &[]),
                prepare(Call { auth: Some(Auth::Bearer(value.to_owned())), ..call() }, &[]),
                prepare(
                    Call { auth: Some(Auth::Basic { user: value.to_owned(), password: String::new() }), ..call() },
                    &[],
                ),
            ];
            assert!(
                kinds
                    .into_iter()
                    .all(|prepared| { prepared.is_err_and(|failure| failure.kind == FailureKind::Request) })
            );
        }
        assert!(prepare(Call { headers: vec![("Content-Length", "1".to_owned())], ..call() }, &[]).is_err());
    }

    #[test]
    fn a_colon_in_the_user_is_refused() {
        let auth = |user: &str| Some(Auth::Basic { user: user.to_owned(), password: "p:w".to_owned() });
        assert!(prepare(Call { auth: auth("a:b"), ..call() }, &[]).is_err());
        let prepared = prepare(Call { auth: auth("ab"), ..call() }, &[]).ok().unwrap();
        assert_eq!(prepared.request.headers().get(AUTHORIZATION).unwrap(), "Basic YWI6cDp3");
    }

    #[test]
    fn the_flows_content_type_wins() {
        let body = || Some(Body::Form(vec![("a b", "ä&=".to_owned())]));
        let plain = prepare(Call { body: body(), ..call() }, &[]).ok().unwrap().request;
        assert_eq!(plain.headers().get(CONTENT_TYPE).unwrap(), "application/x-www-form-urlencoded");
        assert_eq!(plain.body().unwrap().as_bytes().unwrap(), b"a+b=%C3%A4%26%3D");
        let own = Call { body: body(), headers: vec![("content-type", "application/x-own".to_owned())], ..call() };
        assert_eq!(prepare(own, &[]).ok().unwrap().request.headers().get(CONTENT_TYPE).unwrap(), "application/x-own");
    }

    #[test]
    fn xml_is_sent_whole_or_not_at_all() {
        let body = |text: &str| Call { body: Some(Body::Xml(format!("<a>{text}</a>"))), ..call() };
        let sent = prepare(body("é\t\u{10FFFF}"), &[]).ok().unwrap().request;
        assert_eq!(sent.headers().get(CONTENT_TYPE).unwrap(), "application/xml; charset=utf-8");
        assert_eq!(sent.body().unwrap().as_bytes().unwrap(), "<a>é\t\u{10FFFF}</a>".as_bytes());
        for forbidden in ["\0", "\u{7}", "\u{1b}", "\u{FFFE}", "\u{FFFF}"] {
            let failure = prepare(body(forbidden), &[]).err().unwrap();
            assert_eq!(failure.kind, FailureKind::Request, "{forbidden:?}");
        }
    }

    #[test]
    fn a_stand_in_sees_the_host_that_was_addressed() {
        let rule = ConnectTo::parse("api.example.com:443=http://127.0.0.1:9").unwrap();
        let prepared = prepare(call(), &[rule]).ok().unwrap();
        assert_eq!(prepared.request.url().as_str(), "http://127.0.0.1:9/x");
        assert_eq!(prepared.request.headers().get(HOST).unwrap(), "api.example.com");
        assert_eq!(prepared.upstream, "api.example.com");
    }
}
