//! The numbers of an account with IntelePeer: "Receiving SMS Messages" in IntelePeer's documentation. Its API sets the webhook
//! of a number; it tells neither which numbers an account has nor where they lead, and takes no webhook away.

use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::{Intelepeer, Unheard, WHO, told};
use crate::carrier::Account;
use crate::carrier::numbers::{Asking, LeadsTo, Numbers, Owned};
use crate::carrier::url_token::UrlToken;
use crate::value::Phone;

/// Where the account's owner does what the API does not.
const PORTAL: &str = "the Customer Portal";

pub(super) struct IntelepeerNumbers {
    api: Intelepeer,
    webhooks: reqwest::Url,
    token: Option<UrlToken>,
}

impl IntelepeerNumbers {
    pub(super) fn new(client: &Client, given: &Account) -> Result<Self, String> {
        let webhooks = format!("{}/_rest/v4/my/did/sms/webhook", given.base("https://api.intelepeer.com"));
        Ok(Self {
            api: Intelepeer::new(client.clone(), given)?,
            webhooks: webhooks.parse().map_err(|error| format!("--carrier-url: {error}"))?,
            token: UrlToken::of(given.key("INTELEPEER_TOKEN")),
        })
    }

    async fn set(&self, owned: &Owned, url: &str) -> Result<LeadsTo, String> {
        let body = json!({ "endpoints": [owned.number], "webhook": url }).to_string();
        let request = || {
            let request = self.api.client.post(self.webhooks.clone());
            request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body.clone())
        };
        match self.api.ask(request).await {
            // 207 says that it was done for some of the numbers, and this is the only one.
            Ok(answer) if answer.is_success() && answer.status != 207 => Ok(LeadsTo::Unknown),
            Ok(answer) => Err(told(&answer, "the webhook")),
            Err(Unheard::NoToken(not_sent)) => Err(not_sent.why),
            Err(Unheard::NoAnswer(unanswered)) => Err(unanswered.told()),
        }
    }
}

impl Numbers for IntelepeerNumbers {
    fn list(&self) -> Asking<'_, Vec<Owned>> {
        let why =
            format!("{WHO}'s API does not list an account's numbers; {PORTAL} does, and `numbers assign` takes them");
        Box::pin(async move { Err(why) })
    }

    fn find<'a>(&'a self, wanted: &'a [Phone]) -> Asking<'a, Vec<Owned>> {
        let unknown = |number: &Phone| Owned { number: number.clone(), id: String::new(), leads_to: LeadsTo::Unknown };
        Box::pin(async move { Ok(wanted.iter().map(unknown).collect()) })
    }

    fn address(&self, webhook: &str) -> Result<String, String> {
        let missing = "IntelePeer's INTELEPEER_TOKEN is missing: set it, or INTELEPEER_TOKEN_FILE, to the token by which this \
                       flow knows IntelePeer";
        self.token.as_ref().map(|token| token.on(webhook)).ok_or_else(|| missing.to_owned())
    }

    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, LeadsTo> {
        Box::pin(self.set(owned, url))
    }

    fn clear<'a>(&'a self, _: &'a Owned) -> Asking<'a, LeadsTo> {
        let why = format!("{WHO}'s API does not take a webhook away; {PORTAL} does");
        Box::pin(async move { Err(why) })
    }
}
