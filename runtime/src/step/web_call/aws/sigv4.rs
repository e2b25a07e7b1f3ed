//! AWS Signature Version 4 ("Create a signed AWS API request" in the AWS IAM User Guide).
//!
//! It is our own: the crates that sign (`aws-sigv4`, `reqsign`) bring a dozen more along, which everybody's first build
//! would pay for, and ring has all that it takes.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use ring::{digest, hmac};

use crate::clock::Time;
use crate::encode;
use crate::flow::{Aws, Failure};
use crate::step::web_call::request::{Outbound, header_value};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The request with its signature of this moment. Headers that are not signed may be added later: a proxy's, or those of a
/// trace.
pub(super) fn signed(outbound: &Outbound, keys: &Aws, now: Time) -> Result<Outbound, Failure> {
    let mut signed = outbound.clone();
    let stamp = stamp(now);
    signed.headers.insert(DATE, header_value(&stamp, "the time")?);
    if let Some(token) = &keys.session_token {
        signed.headers.insert(TOKEN, header_value(token, "the session token")?);
    }
    let (canonical, names) = canonical(&signed);
    let date = stamp.get(..8).unwrap_or_default();
    let scope = format!("{date}/{}/{}/aws4_request", keys.region, keys.service);
    let to_sign = format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let secret = format!("AWS4{}", keys.secret);
    let key = [date, keys.region, keys.service, "aws4_request"]
        .into_iter()
        .fold(secret.into_bytes(), |key, part| hmac_sha256(&key, part.as_bytes()));
    let signature = encode::hex(&hmac_sha256(&key, to_sign.as_bytes()));
    let told = format!("{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", keys.key_id);
    signed.headers.insert(AUTHORIZATION, header_value(&told, "the access key id")?);
    Ok(signed)
}

/// The request in the one form that both sides sign, and the names of the headers in it.
fn canonical(outbound: &Outbound) -> (String, String) {
    let upstream = outbound.upstream();
    let written = |name: &HeaderName| {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let value = outbound.headers.get(name).map(text)?;
        Some((name.as_str().to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    let mut headers = vec![(HOST.as_str().to_owned(), upstream)];
    headers.extend([CONTENT_TYPE, DATE, TOKEN].iter().filter_map(written));
    headers.sort();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    // What stands in a URL is encoded already; AWS has each segment encoded once more, Amazon S3 aside.
    let path: Vec<String> = outbound.url.path().split('/').map(|segment| encode::segment(&segment)).collect();
    let mut query: Vec<(&str, &str)> =
        outbound.url.query().into_iter().flat_map(|query| query.split('&')).map(pair).collect();
    query.sort_unstable();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = sha256(outbound.body.as_deref().unwrap_or_default());
    let (method, path, query) = (&outbound.method, path.join("/"), query.join("&"));
    (format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{body}"), names)
}

fn pair(part: &str) -> (&str, &str) {
    part.split_once('=').unwrap_or((part, ""))
}

/// `20150830T123600Z`
fn stamp(now: Time) -> String {
    let seconds = now.to_string();
    let seconds = seconds.split('.').next().unwrap_or_default();
    seconds.chars().filter(|c| !matches!(c, '-' | ':')).chain(['Z']).collect()
}

fn sha256(bytes: &[u8]) -> String {
    encode::hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use reqwest::Method;
    use reqwest::header::HeaderMap;

    /// 2015-08-30T12:36:00Z, the moment of AWS's own examples.
    const NOW: Time = Time(1_440_938_160_000);

    fn keys(service: &'static str, session_token: Option<&str>) -> Aws {
        Aws {
            key_id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: session_token.map(str::to_owned),
            region: "us-east-1",
            service,
        }
    }

    fn told(outbound: &Outbound, keys: &Aws) -> String {
        let signed = signed(outbound, keys, NOW).unwrap();
        let value = signed.headers.get(AUTHORIZATION).unwrap();
        assert!(value.is_sensitive());
        value.to_str().unwrap().to_owned()
    }

    fn get(url: &str) -> Outbound {
        Outbound { method: Method::GET, url: url.parse().unwrap(), headers: HeaderMap::new(), body: None }
    }

    fn turn() -> Outbound {
        let url = "https://runtime-v2-lex.us-east-1.amazonaws.com/bots/ABCDEFGHIJ/botAliases/TSTALIASID/botLocales/en_US\
                   /sessions/a%3Ab/text";
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let body = r#"{"text":"two nights, é"}"#;
        Outbound { method: Method::POST, url: url.parse().unwrap(), headers, body: Some(body.into()) }
    }

    #[test]
    fn aws_own_examples_come_out_the_same() {
        for (url, signature) in [
            ("https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (
                "https://example.amazonaws.com/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={signature}"
            );
            assert_eq!(told(&get(url), &keys("service", None)), expected, "{url}");
        }
    }

    #[test]
    fn a_turn_is_signed_as_botocore_signs_it() {
        for (token, names, signature) in [
            (None, "content-type;host;x-amz-date", "c8d482479b7508dd50911b972439f63983e41c9d71cced1307d9e2156605b072"),
            (
                Some("FwoGZXIvYXdz/+=="),
                "content-type;host;x-amz-date;x-amz-security-token",
                "1013dac701ea820d020247af7ccd3955d07fcdaa8f5f3fdf3df45c2f39335475",
            ),
        ] {
            let told = told(&turn(), &keys("lex", token));
            assert!(told.ends_with(&format!("SignedHeaders={names}, Signature={signature}")), "{told}");
        }
    }

    #[test]
    fn what_fits_no_header_is_not_sent() {
        let failure = signed(&turn(), &keys("lex", Some("a\r\nX: 1")), NOW).err().unwrap();
        assert_eq!(
            failure.message,
            "the session token was not sent: its value holds a line break or another control character"
        );
    }
}
