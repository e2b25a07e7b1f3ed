//! From a flow's call to the request on the wire.

use axum::body::Bytes;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Request, Url};
use url::form_urlencoded;

use super::address;
use super::answer::{coding, extract};
use crate::flow::{Auth, Body, Call, Failure, FailureKind, Method};

/// A request that is ready to be sent.
#[derive(Clone)]
pub(super) struct Outbound {
    pub(super) method: reqwest::Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Outbound {
    /// Builds the request of a call, all but a token that is to be fetched; a value that does not fit its place is refused
    /// before a byte is sent.
    pub(super) fn of(call: &Call, traceparent: Option<String>) -> Result<Self, Failure> {
        let url = address::parse(&call.url, &call.query)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            headers.append(header_name(name)?, header_value(value, &format!("header \"{name}\""))?);
        }
        if let Some(value) = call.auth.as_ref().map(authorization).transpose()?.flatten() {
            headers.insert(AUTHORIZATION, value);
        }
        let body = call.body.as_ref().map(encode).transpose()?;
        if let Some((content_type, _)) = &body
            && !headers.contains_key(CONTENT_TYPE)
        {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(value) = traceparent.and_then(|value| HeaderValue::try_from(value).ok()) {
            // A flow that passes a trace on keeps it.
            headers.entry("traceparent").or_insert(value);
        }
        if call.bindings.iter().any(extract::needs_body) {
            coding::offer(&mut headers);
        }
        Ok(Self { method: method(call.method), url, headers, body: body.map(|(_, bytes)| bytes.into()) })
    }

    /// Host, and port where it is not the scheme's own, for messages.
    pub(super) fn upstream(&self) -> String {
        authority(&self.url)
    }

    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = self.body.clone().map(Into::into);
        request
    }
}

/// The same request with a token that was fetched.
pub(super) fn with_bearer(outbound: &Outbound, token: &str) -> Result<Outbound, Failure> {
    let mut outbound = outbound.clone();
    outbound.headers.insert(AUTHORIZATION, header_value(&format!("Bearer {token}"), "the token")?);
    Ok(outbound)
}

/// Host, and port where it is not the scheme's own.
pub(super) fn authority(url: &Url) -> String {
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
        "keep-alive" | "proxy-authorization" | "proxy-connection" | "te" | "trailer" => {
            Err(refused("it is about one connection, which is the runtime's task (RFC 9110, 7.6.1)"))
        }
        _ => Ok(parsed),
    }
}

pub(super) fn header_value(value: &str, place: &str) -> Result<HeaderValue, Failure> {
    let refused = |_| {
        let told = format!("{place} was not sent: its value holds a line break or another control character");
        Failure::new(FailureKind::Request, told)
    };
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(refused)?;
    // A flow may put a secret into any header.
    value.set_sensitive(true);
    Ok(value)
}

/// `None`: a token is fetched first, or the request is signed when it is sent.
fn authorization(auth: &Auth) -> Result<Option<HeaderValue>, Failure> {
    let value = match auth {
        Auth::Oauth(_) | Auth::Aws(_) | Auth::Iam(_) => return Ok(None),
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
    };
    value.map(Some)
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
            retries: 0,
            body: None,
            bindings: &[],
        }
    }

    fn outbound(call: Call) -> Result<Outbound, Failure> {
        Outbound::of(&call, None)
    }

    #[test]
    fn control_characters_never_reach_the_wire() {
        for value in ["a\r\nX: 1", "a\n", "a\0b"] {
            let kinds = [
                outbound(Call { headers: vec![("X-A", value.to_owned())], ..call() }),
                outbound(Call { auth: Some(Auth::Bearer(value.to_owned())), ..call() }),
                outbound(Call {
                    auth: Some(Auth::Basic { user: value.to_owned(), password: String::new() }),
                    ..call()
                }),
            ];
            assert!(
                kinds
                    .into_iter()
                    .all(|prepared| { prepared.is_err_and(|failure| failure.kind == FailureKind::Request) })
            );
        }
    }

    #[test]
    fn what_frames_the_message_or_is_of_one_connection_is_not_the_flows() {
        for name in [
            "Content-Length",
            "Transfer-Encoding",
            "Connection",
            "Upgrade",
            "Proxy-Authorization",
            "te",
            "KEEP-ALIVE",
            "Trailer",
            "Proxy-Connection",
        ] {
            let failure = outbound(Call { headers: vec![(name, "1".to_owned())], ..call() }).err().unwrap();
            assert!(failure.message.ends_with("the runtime's task") || failure.message.contains("7.6.1"), "{name}");
        }
        assert!(outbound(Call { headers: vec![("Trailers", "1".to_owned())], ..call() }).is_ok());
    }

    #[test]
    fn a_colon_in_the_user_is_refused() {
        let auth = |user: &str| Some(Auth::Basic { user: user.to_owned(), password: "p:w".to_owned() });
        assert!(outbound(Call { auth: auth("a:b"), ..call() }).is_err());
        let prepared = outbound(Call { auth: auth("ab"), ..call() }).ok().unwrap();
        assert_eq!(prepared.headers.get(AUTHORIZATION).unwrap(), "Basic YWI6cDp3");
    }

    #[test]
    fn the_flows_content_type_wins() {
        let body = || Some(Body::Form(vec![("a b", "ä&=".to_owned())]));
        let plain = outbound(Call { body: body(), ..call() }).ok().unwrap();
        assert_eq!(plain.headers.get(CONTENT_TYPE).unwrap(), "application/x-www-form-urlencoded");
        assert_eq!(plain.body.unwrap().as_ref(), b"a+b=%C3%A4%26%3D");
        let own = Call { body: body(), headers: vec![("content-type", "application/x-own".to_owned())], ..call() };
        assert_eq!(outbound(own).ok().unwrap().headers.get(CONTENT_TYPE).unwrap(), "application/x-own");
    }

    #[test]
    fn xml_is_sent_whole_or_not_at_all() {
        let body = |text: &str| Call { body: Some(Body::Xml(format!("<a>{text}</a>"))), ..call() };
        let sent = outbound(body("é\t\u{10FFFF}")).ok().unwrap();
        assert_eq!(sent.headers.get(CONTENT_TYPE).unwrap(), "application/xml; charset=utf-8");
        assert_eq!(sent.body.unwrap().as_ref(), "<a>é\t\u{10FFFF}</a>".as_bytes());
        for forbidden in ["\0", "\u{7}", "\u{1b}", "\u{FFFE}", "\u{FFFF}"] {
            let failure = outbound(body(forbidden)).err().unwrap();
            assert_eq!(failure.kind, FailureKind::Request, "{forbidden:?}");
        }
    }
}
