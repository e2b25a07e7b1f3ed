//! What Kannel's smsbox brings: texts by its `sms-service`, and the delivery reports of what was sent.

use std::borrow::Cow;

use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use encoding_rs::{Encoding, UTF_8};

use crate::carrier::number::number;
use crate::carrier::url_token::UrlToken;
use crate::carrier::{Brought, Parameters, Report, Stage, Webhook, WebhookRequest, value};
use crate::clock::Time;
use crate::flow::InboundSms;

/// Where smsbox brings messages and reports to.
pub(super) struct KannelWebhook {
    /// `None`: they are taken from anybody.
    pub(super) token: Option<UrlToken>,
}

impl Webhook for KannelWebhook {
    fn verify(&self, request: &WebhookRequest, _: Time) -> Result<(), String> {
        self.token.as_ref().map_or(Ok(()), |token| token.verify(request))
    }

    fn read(&self, request: &WebhookRequest) -> Result<Vec<Brought>, String> {
        let given = request.query();
        let brought = match value(&given, "report") {
            Some(code) => Brought::Report(report(&given, code)?),
            None => message(&given, request)?,
        };
        Ok(vec![brought])
    }

    fn acknowledgement(&self) -> Response {
        // Words in it would be sent to the person.
        ([(header::CONTENT_TYPE, "text/plain")], "").into_response()
    }
}

/// Reads a delivery report ("Delivery reports" in Kannel's guide, with its values of `%d`).
fn report(given: &Parameters, code: &str) -> Result<Report, String> {
    let id = value(given, "id").filter(|id| !id.is_empty()).ok_or("id is missing")?.to_owned();
    let (stage, word) = match code {
        "1" => (Stage::Delivered, "delivered"),
        "2" => (Stage::Failed, "undelivered"),
        "4" => (Stage::Underway, "queued by the network"),
        "8" => (Stage::Underway, "accepted by the network"),
        "16" => (Stage::Failed, "refused by the network"),
        _ if code.bytes().all(|byte| byte.is_ascii_digit()) && !code.is_empty() => (Stage::Underway, code),
        _ => return Err("report is no number".to_owned()),
    };
    let told = value(given, "answer").map(told).unwrap_or_default();
    Ok(Report { id, stage, word: format!("{word}{told}") })
}

/// What a network's receipt says of the fate of a message (SMPP 3.4, appendix B). The rest of it may quote the text, which
/// is nothing for a log.
fn told(answer: &str) -> String {
    let fate = answer.split_whitespace().filter(|word| word.starts_with("stat:") || word.starts_with("err:"));
    fate.take(2).map(|word| format!(" {}", word.chars().take(24).collect::<String>())).collect()
}

/// Reads a message: who, whom and which in the URL, the text there or as the body.
fn message(given: &Parameters, request: &WebhookRequest) -> Result<Brought, String> {
    let (from, to) = (number("from", value(given, "from"))?, number("to", value(given, "to"))?);
    let text = match (raw_text(request.uri.query().unwrap_or_default()), &request.method) {
        (Some(text), _) => Cow::Owned(text),
        (None, &Method::GET) => return Err("text is missing".to_owned()),
        (None, _) => Cow::Borrowed(&*request.body),
    };
    // Kannel's names for bytes that are no text, of several ages; refused, they would be brought again and again.
    let charset = value(given, "charset").filter(|charset| !charset.is_empty());
    if charset.is_some_and(|charset| ["8-bit", "binary"].contains(&charset.to_ascii_lowercase().as_str())) {
        return Ok(Brought::Nothing("a message of data, not of text".to_owned()));
    }
    // Kannel leaves texts outside the alphabet of 160 characters as the network brought them: in UTF-16BE.
    let encoding = match charset {
        None => UTF_8,
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or("charset is none that is known")?,
    };
    let (body, _) = encoding.decode_without_bom_handling(&text);
    let id = value(given, "id").filter(|id| !id.is_empty()).map(str::to_owned);
    Ok(Brought::Message { id, sms: InboundSms { from, to, body: body.into_owned(), media: vec![] } })
}

/// The bytes of the parameter `text`, which need be no UTF-8.
fn raw_text(query: &str) -> Option<Vec<u8>> {
    let text = query.split('&').find_map(|pair| pair.strip_prefix("text="))?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        let coded = behind.split_at_checked(2).filter(|_| *byte == b'%');
        let coded = coded.and_then(|(digits, behind)| {
            let byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
            Some((byte, behind))
        });
        match (coded, byte) {
            (Some((byte, behind)), _) => {
                bytes.push(byte);
                rest = behind;
            }
            (None, b'+') => bytes.push(b' '),
            (None, byte) => bytes.push(*byte),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(method: Method, query: &str, body: &[u8]) -> Result<Vec<Brought>, String> {
        let uri = format!("/carrier/kannel?{query}").parse().unwrap();
        let body = axum::body::Bytes::copy_from_slice(body);
        KannelWebhook { token: None }.read(&WebhookRequest { method, uri, headers: Default::default(), body })
    }

    fn text(method: Method, query: &str, body: &[u8]) -> Result<String, String> {
        let brought = read(method, &format!("from=13055550123&to=%2B13055550100&id=u1&{query}"), body)?.remove(0);
        let Brought::Message { id, sms } = brought else { return Err(format!("{brought:?}")) };
        assert_eq!((id.as_deref(), sms.from.as_str(), sms.to.as_str()), (Some("u1"), "+13055550123", "+13055550100"));
        Ok(sms.body)
    }

    #[test]
    fn a_text_is_read_in_its_charset_wherever_it_is() {
        for (query, expected) in [
            ("text=a+b%26%2Bc%%zz%4", "a b&+c%%zz%4"),
            ("charset=UTF-8&text=%E2%82%AC", "€"),
            ("charset=UTF-16BE&text=%D8%3D%DE%00%00e", "😀e"),
            ("charset=ISO-8859-1&text=%E9", "é"),
            ("text=", ""),
        ] {
            assert_eq!(text(Method::GET, query, b"").unwrap(), expected, "{query}");
        }
        assert_eq!(text(Method::POST, "charset=UTF-16BE", b"\xd8\x3d\xde\x00").unwrap(), "😀");
        assert_eq!(text(Method::POST, "charset=UTF-8&new=1", "äöü {}".as_bytes()).unwrap(), "äöü {}");
        assert_eq!(text(Method::POST, "", b"").unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(text(Method::GET, "", b"").unwrap_err(), "text is missing");
        assert_eq!(text(Method::POST, "charset=klingon", b"a").unwrap_err(), "charset is none that is known");
        assert_eq!(read(Method::GET, "to=911&text=a", b"").unwrap_err(), "from is missing");
        assert!(read(Method::GET, "from=HOTEL&to=911&text=a", b"").unwrap_err().starts_with("from is no telephone"));
    }

    #[test]
    fn data_is_nothing_for_a_flow() {
        for charset in ["8-BIT", "binary"] {
            let brought = read(Method::POST, &format!("from=911&to=911&charset={charset}"), b"\0").unwrap();
            assert_eq!(brought, [Brought::Nothing("a message of data, not of text".to_owned())]);
        }
    }

    #[test]
    fn a_report_tells_how_far_a_message_has_come() {
        let report = |query: &str| match read(Method::GET, query, b"")?.remove(0) {
            Brought::Report(Report { id, stage, word }) => Ok((id, stage, word)),
            brought => Err(format!("{brought:?}")),
        };
        let receipt = "id:7 sub:001 dlvrd:000 submit date:1 done date:2 stat:EXPIRED err:011 text:secret";
        let receipt: String = receipt.replace(' ', "+");
        for (query, stage, word) in [
            ("report=1&id=e1&answer=", Stage::Delivered, "delivered"),
            (&format!("report=2&id=e1&answer={receipt}"), Stage::Failed, "undelivered stat:EXPIRED err:011"),
            ("report=4&id=e1", Stage::Underway, "queued by the network"),
            ("report=8&id=e1&answer=ACK%2F", Stage::Underway, "accepted by the network"),
            ("report=16&id=e1", Stage::Failed, "refused by the network"),
            ("report=32&id=e1", Stage::Underway, "32"),
        ] {
            assert_eq!(report(query).unwrap(), ("e1".to_owned(), stage, word.to_owned()), "{query}");
        }
        assert_eq!(report("report=1").unwrap_err(), "id is missing");
        assert_eq!(report("report=&id=e1").unwrap_err(), "report is no number");
    }
}
