//! The numbers of an account with Telnyx: "Number Configurations" and "Messaging Profiles" in Telnyx's documentation.
//!
//! A number is led by its messaging profile, which has the URL of the webhook. So each program has a profile of its own,
//! which is made when the first number is led to it.

use std::collections::HashMap;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Refusal, WHO};
use crate::carrier::numbers::{Asking, LeadsTo, Numbers, Owned};
use crate::carrier::{Account, api};
use crate::encode;
use crate::value::Phone;

/// Pages of 250 that are read at most.
const PAGES: u32 = 100;

const NOT_UNDERSTOOD: &str = "Telnyx's settings of the number were not understood";

pub(super) struct TelnyxNumbers {
    client: Client,
    /// Base URL of the API, with its version.
    base: String,
    key: String,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    total_pages: u32,
}

#[derive(Deserialize)]
struct One<T> {
    data: T,
}

#[derive(Deserialize)]
struct Profile {
    id: String,
    webhook_url: Option<String>,
    /// The countries that its numbers may write to.
    #[serde(default)]
    whitelisted_destinations: Vec<String>,
}

#[derive(Deserialize)]
struct Number {
    phone_number: String,
    messaging_profile_id: Option<String>,
    country_code: Option<String>,
}

impl TelnyxNumbers {
    pub(super) fn new(client: &Client, given: &Account) -> Self {
        let base = format!("{}/v2", given.base("https://api.telnyx.com"));
        Self { client: client.clone(), base, key: given.key("TELNYX_API_KEY").to_owned() }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<api::Answer, String> {
        let answer = api::ask(&self.client, request.bearer_auth(&self.key), WHO).await;
        let answer = answer.map_err(api::Unanswered::told)?;
        if answer.is_success() {
            return Ok(answer);
        }
        let problem = answer.json().and_then(|Refusal { errors }| errors.into_iter().next());
        Err(match problem {
            Some(problem) => {
                format!("{WHO} answered {} with error {}: {}", answer.status, problem.code(), problem.reason())
            }
            None => format!("{WHO} answered {}: no reason was given", answer.status),
        })
    }

    /// All of a list, page after page.
    async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, String> {
        let mut all = Vec::new();
        for number in 1..=PAGES {
            let url = format!("{}{path}?page[number]={number}&page[size]=250", self.base);
            let answer = self.ask(self.client.get(url)).await?;
            let page: Page<T> =
                answer.json().ok_or_else(|| format!("the list of {WHO}'s {path} was not understood"))?;
            all.extend(page.data);
            if number >= page.meta.total_pages {
                break;
            }
        }
        Ok(all)
    }

    async fn profiles(&self) -> Result<Vec<Profile>, String> {
        self.all("/messaging_profiles").await
    }

    async fn owned(&self) -> Result<Vec<Owned>, String> {
        let profiles = self.profiles().await?;
        let urls: HashMap<&str, &str> = profiles
            .iter()
            .filter_map(|profile| Some((profile.id.as_str(), profile.webhook_url.as_deref()?)))
            .filter(|(_, url)| !url.is_empty())
            .collect();
        let numbers: Vec<Number> = self.all("/phone_numbers/messaging").await?;
        let owned = |Number { phone_number, messaging_profile_id, .. }: Number| {
            let url = messaging_profile_id.and_then(|profile| urls.get(profile.as_str()));
            let leads_to = url.map_or(LeadsTo::Nowhere, |url| LeadsTo::Url((*url).to_owned()));
            Some(Owned { number: Phone::parse(&phone_number).ok()?, id: phone_number, leads_to })
        };
        Ok(numbers.into_iter().filter_map(owned).collect())
    }

    fn settings(&self, owned: &Owned) -> String {
        format!("{}/phone_numbers/{}/messaging", self.base, encode::segment(&owned.id))
    }

    async fn send(&self, request: RequestBuilder, body: &Value) -> Result<api::Answer, String> {
        self.ask(request.header(CONTENT_TYPE, "application/json").body(body.to_string())).await
    }

    /// The profile that leads to this URL; one is made if there is none, with which the number may write where it may now.
    async fn profile(&self, owned: &Owned, url: &str) -> Result<String, String> {
        let profiles = self.profiles().await?;
        if let Some(profile) = profiles.iter().find(|profile| profile.webhook_url.as_deref() == Some(url)) {
            return Ok(profile.id.clone());
        }
        let answer = self.ask(self.client.get(self.settings(owned))).await?;
        let number: One<Number> = answer.json().ok_or(NOT_UNDERSTOOD)?;
        let now = profiles.iter().find(|profile| Some(&profile.id) == number.data.messaging_profile_id.as_ref());
        let destinations = match now {
            Some(profile) if !profile.whitelisted_destinations.is_empty() => profile.whitelisted_destinations.clone(),
            _ => number.data.country_code.into_iter().collect(),
        };
        let body = json!({
            "name": format!("flowc {url}"),
            "webhook_url": url,
            "webhook_api_version": "2",
            "whitelisted_destinations": destinations,
        });
        let made = self.send(self.client.post(format!("{}/messaging_profiles", self.base)), &body).await?;
        let made: One<Profile> = made.json().ok_or("Telnyx's new messaging profile was not understood")?;
        Ok(made.data.id)
    }

    /// Gives the profile that the number is in then, as the answer has it.
    async fn set(&self, owned: &Owned, profile: &str) -> Result<Option<String>, String> {
        let body = json!({ "messaging_profile_id": profile });
        let answer = self.send(self.client.patch(self.settings(owned)), &body).await?;
        let number: One<Number> = answer.json().ok_or(NOT_UNDERSTOOD)?;
        Ok(number.data.messaging_profile_id.filter(|now| !now.is_empty()))
    }
}

/// Where a number leads that is in a profile of which no more is known.
fn within(profile: Option<String>) -> LeadsTo {
    profile.map_or(LeadsTo::Nowhere, |profile| LeadsTo::Other(format!("the messaging profile {profile}")))
}

impl Numbers for TelnyxNumbers {
    fn list(&self) -> Asking<'_, Vec<Owned>> {
        Box::pin(self.owned())
    }

    fn assign<'a>(&'a self, owned: &'a Owned, url: &'a str) -> Asking<'a, LeadsTo> {
        Box::pin(async move {
            let profile = self.profile(owned, url).await?;
            let now = self.set(owned, &profile).await?;
            Ok(if now == Some(profile) { LeadsTo::Url(url.to_owned()) } else { within(now) })
        })
    }

    fn clear<'a>(&'a self, owned: &'a Owned) -> Asking<'a, LeadsTo> {
        // An empty profile takes the number out of the one it is in.
        Box::pin(async move { self.set(owned, "").await.map(within) })
    }
}
