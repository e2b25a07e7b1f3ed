//! Kannel, a gateway that one runs oneself, between programs and the connections of mobile networks.
//!
//! Sending follows "Using HTTP to send SMS messages", receiving "SMS services" and "Delivery reports", all in Kannel's
//! "User's Guide".

mod webhook;

use std::sync::Arc;

use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use self::webhook::KannelWebhook;
use super::numbers::Numbering;
use super::url_token::UrlToken;
use super::{Account, CarrierKind, Handover, Key, Need, Outgoing, Sending, SmsCarrier, Webhook, alphabet, api};
use crate::metrics::CarrierName;
use crate::step::EffectId;

const WHO: &str = "Kannel";

pub(super) static KIND: CarrierKind = CarrierKind {
    name: CarrierName::Kannel,
    title: WHO,
    keys: &[
        Key { name: "KANNEL_USERNAME", need: Need::Always },
        Key { name: "KANNEL_PASSWORD", need: Need::Always },
        Key { name: "KANNEL_TOKEN", need: Need::Webhooks },
    ],
    carries_media: false,
    answers: &[],
    signs_address: false,
    make: |client, account| Ok(Arc::new(Kannel::new(client.clone(), &account)?)),
    numbers: Numbering::Elsewhere(
        "the gateway's own configuration says where texts are brought, in a group `sms-service`",
    ),
};

/// All that a message can come to: at the phone, not at the phone, waiting, at the network, refused by the network.
const ALL_REPORTS: &str = "31";

/// A user of a gateway's `sendsms`.
struct Kannel {
    client: Client,
    sendsms: reqwest::Url,
    username: HeaderValue,
    password: HeaderValue,
    /// Where reports are to be brought to, up to what differs between messages; `None`: Kannel does not reach this program.
    reports: Option<String>,
    webhook: Option<KannelWebhook>,
}

impl Kannel {
    fn new(client: Client, given: &Account) -> Result<Self, String> {
        let credential = |name: &str| {
            let mut value = HeaderValue::from_bytes(given.key(name).as_bytes())
                .map_err(|_| format!("{name} has a character that no user of Kannel's has, as a line break"))?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        let base = given.base("http://127.0.0.1:13013");
        let sendsms = format!("{base}/cgi-bin/sendsms").parse().map_err(|error| format!("--carrier-url: {error}"))?;
        let token = UrlToken::of(given.key("KANNEL_TOKEN"));
        let reports = given.webhook(CarrierName::Kannel).map(|url| match &token {
            Some(token) => format!("{}&", token.on(&url)),
            None => format!("{url}?"),
        });
        Ok(Self {
            client,
            sendsms,
            username: credential("KANNEL_USERNAME")?,
            password: credential("KANNEL_PASSWORD")?,
            reports,
            webhook: (token.is_some() || given.unsigned).then_some(KannelWebhook { token }),
        })
    }

    async fn hand_over(&self, message: Outgoing<'_>) -> Handover {
        // By POST, so that neither the password nor the text is in a URL.
        let request = self.client.post(self.sendsms.clone()).headers(self.headers(&message));
        match api::ask(&self.client, request.body(message.body.to_owned()), WHO).await {
            Ok(answer) if answer.status == 202 => Handover::Sent(Some(message.effect.to_string())),
            Ok(answer) => refusal(&answer),
            Err(unanswered) => unanswered.into(),
        }
    }

    fn headers(&self, message: &Outgoing<'_>) -> HeaderMap {
        let coding = if message.body.chars().all(alphabet::holds) { "0" } else { "2" };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=UTF-8"));
        headers.insert("X-Kannel-Username", self.username.clone());
        headers.insert("X-Kannel-Password", self.password.clone());
        headers.insert("X-Kannel-Coding", HeaderValue::from_static(coding));
        for (name, phone) in [("X-Kannel-From", message.from), ("X-Kannel-To", message.to)] {
            // It is one: a phone is a plus sign and digits.
            if let Ok(value) = HeaderValue::from_str(phone.as_str()) {
                headers.insert(name, value);
            }
        }
        let url = self.reports.as_ref().map(|url| HeaderValue::from_str(&report_url(url, message.effect)));
        if let Some(Ok(mut url)) = url {
            url.set_sensitive(true);
            headers.insert("X-Kannel-DLR-Mask", HeaderValue::from_static(ALL_REPORTS));
            headers.insert("X-Kannel-DLR-Url", url);
        }
        headers
    }
}

/// Where the reports of a message are to be brought to. Kannel fills its escape codes in: `%d` is what became of the message,
/// `%A` what the network's answer was. It gives no message an id in its answer, so the URL holds ours.
fn report_url(url: &str, effect: EffectId) -> String {
    // What is percent-encoded already is no escape code.
    format!("{}id={effect}&report=%d&answer=%A", url.replace('%', "%%"))
}

/// What an answer other than 202 means ("SMS push reply codes"); its body is a sentence.
fn refusal(answer: &api::Answer) -> Handover {
    let words = answer.words();
    let words = words.trim_end_matches('.');
    let words = if words.is_empty() { "no reason was given" } else { words };
    let why = match answer.status {
        400..=499 => format!("Kannel refused the message with {}: {words}", answer.status),
        status => format!("Kannel answered {status}: {words}"),
    };
    if answer.status == 503 { answer.busy(why) } else { answer.refusal(why) }
}

impl SmsCarrier for Kannel {
    fn name(&self) -> CarrierName {
        CarrierName::Kannel
    }

    fn send<'a>(&'a self, message: Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.hand_over(message))
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        self.webhook.as_ref().map(|webhook| webhook as &dyn Webhook)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::carrier::{NotSent, Obstacle};
    use crate::client::Network;
    use crate::run_id::RunId;
    use crate::value::{Phone, Url};

    fn account(token: &str) -> Account {
        Account {
            keys: vec![
                ("KANNEL_USERNAME", "flow".to_owned()),
                ("KANNEL_PASSWORD", "pässword".to_owned()),
                ("KANNEL_TOKEN", token.to_owned()),
            ],
            public_url: Some(Url::literal("https://flows.example")),
            ..Account::default()
        }
    }

    fn headers(token: &str, body: &str) -> HeaderMap {
        let kannel = Kannel::new(Network::default().client().unwrap(), &account(token)).unwrap();
        let (from, to) = (Phone::literal("+13055550100"), Phone::literal("72345"));
        let effect = EffectId { run: "01a203eb-a40e-7196-b491-936447dcb4d1".parse::<RunId>().unwrap(), number: 3 };
        kannel.headers(&Outgoing { effect, line: 3, from: &from, to: &to, body, media: &[] })
    }

    #[test]
    fn a_message_is_a_request_of_headers_and_its_text() {
        let headers = headers("s3cret+", "Grüße für 5 €");
        let header = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        assert_eq!(header("X-Kannel-From").unwrap(), "+13055550100");
        assert_eq!(header("X-Kannel-To").unwrap(), "72345");
        assert_eq!(header("X-Kannel-Password").unwrap(), "pässword");
        assert_eq!(header("X-Kannel-Coding").unwrap(), "0");
        assert_eq!(
            header("X-Kannel-DLR-Url").unwrap(),
            "https://flows.example/carrier/kannel?token=s3cret%%2B&id=01a203eb-a40e-7196-b491-936447dcb4d1-3\
             &report=%d&answer=%A"
        );
        assert!(!format!("{headers:?}").contains("s3cret"), "{headers:?}");
        assert_eq!(self::headers("x", "Здравствуйте").get("X-Kannel-Coding").unwrap(), "2");
        assert!(self::headers("", "").get("X-Kannel-DLR-Url").unwrap().to_str().unwrap().contains("kannel?id="));
    }

    #[test]
    fn a_password_that_no_header_takes_is_told() {
        let mut account = account("x");
        account.keys.insert(0, ("KANNEL_USERNAME", "a\nb".to_owned()));
        let told = Kannel::new(Network::default().client().unwrap(), &account).err().unwrap();
        assert!(told.starts_with("KANNEL_USERNAME has a character"), "{told}");
    }

    #[test]
    fn what_a_status_means_is_known() {
        let refused = |status, body: &str| {
            refusal(&api::Answer { status, headers: Default::default(), body: body.to_owned().into() })
        };
        let why = "Kannel refused the message with 403: Authorization failed for sendsms";
        assert_eq!(refused(403, "Authorization failed for sendsms\n"), Handover::refused(403, why));
        let obstacle = |status| match refused(status, "x") {
            Handover::NotSent(NotSent { obstacle, .. }) => Some(obstacle),
            _ => None,
        };
        for (status, expected) in [
            // Some other server's, or a former Kannel's.
            (200, Some(Obstacle::Final)),
            (400, Some(Obstacle::Final)),
            (404, Some(Obstacle::Final)),
            (429, Some(Obstacle::Passing(None))),
            (500, None),
            (502, None),
            (503, Some(Obstacle::Passing(None))),
        ] {
            assert_eq!(obstacle(status), expected, "{status}");
        }
    }
}
