//! Whether Twilio has taken a message: "Read multiple Message resources" in Twilio's documentation.

use std::time::Duration;

use serde::Deserialize;
use tracing::warn;

use super::{Twilio, WHO};
use crate::carrier::{Outgoing, api};
use crate::clock::Time;

/// Clocks may differ, and Twilio's dates have no fractions of a second.
const TOLERANCE: Duration = Duration::from_secs(5);

/// How often it is asked while it cannot be reached, and the pause before the second time; each one is twice as long as
/// the one before.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// What was on its way when the process ended may take this long until Twilio lists it.
const SETTLED: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct Page {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    body: String,
    /// As RFC 2822 has it: `Thu, 24 Aug 2023 05:01:45 +0000`.
    date_created: String,
}

impl Twilio {
    /// `None`: it could not be reached, or its answer was not understood.
    pub(super) async fn look_up(&self, message: Outgoing<'_>, since: Time) -> Option<bool> {
        let age = Time::now().since(since);
        match self.ask(&message, since).await {
            Some(false) if age < SETTLED => {
                tokio::time::sleep(SETTLED.saturating_sub(age)).await;
                self.ask(&message, since).await
            }
            known => known,
        }
    }

    async fn ask(&self, message: &Outgoing<'_>, since: Time) -> Option<bool> {
        let mut pause = PAUSE;
        for attempt in 1..=TRIES {
            match self.list(message, since).await {
                Ok(page) => return Some(page.messages.iter().any(|taken| taken.is(message, since))),
                Err(why) => {
                    warn!(blame = "carrier", retry = attempt < TRIES, reason = why, "Twilio could not be asked")
                }
            }
            if attempt < TRIES {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        None
    }

    async fn list(&self, message: &Outgoing<'_>, since: Time) -> Result<Page, String> {
        let mut url = self.messages.clone();
        // The day is UTC's; the day before it is asked for too, in case the clocks differ.
        let earliest = (since - Duration::from_secs(24 * 3600)).to_string();
        let day = earliest.get(..10).unwrap_or_default();
        url.query_pairs_mut()
            .append_pair("To", message.to.as_str())
            .append_pair("From", message.from.as_str())
            .append_pair("DateSent>", day)
            .append_pair("PageSize", "50");
        let request = self.client.get(url).basic_auth(&self.account, Some(&self.token));
        let answer = api::ask(&self.client, request, WHO).await.map_err(api::Unanswered::told)?;
        if !answer.is_success() {
            return Err(format!("Twilio answered {}", answer.status));
        }
        answer.json().ok_or_else(|| "its list of messages was not understood".to_owned())
    }
}

impl Message {
    fn is(&self, message: &Outgoing<'_>, since: Time) -> bool {
        // A trial account's messages begin with a note of Twilio's.
        self.body.ends_with(message.body) && created(&self.date_created).is_some_and(|at| at >= since - TOLERANCE)
    }
}

/// RFC 2822's form differs from HTTP's in the name of the zone alone.
fn created(date: &str) -> Option<Time> {
    httpdate::parse_http_date(&date.replace("+0000", "GMT")).ok().map(Time::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::run_id::RunId;
    use crate::step::EffectId;
    use crate::value::Phone;

    #[test]
    fn a_message_is_known_by_its_words_and_its_time() {
        let (from, to) = (Phone::literal("+13055550100"), Phone::literal("+13055550123"));
        let message = Outgoing {
            effect: EffectId { run: RunId::new(), number: 1 },
            line: 3,
            from: &from,
            to: &to,
            body: "hi",
            media: &[],
        };
        let at = created("Thu, 24 Aug 2023 05:01:45 +0000").unwrap();
        assert_eq!(at.to_string(), "2023-08-24T05:01:45.000000Z");
        let taken =
            |body: &str| Message { body: body.to_owned(), date_created: "Thu, 24 Aug 2023 05:01:45 +0000".to_owned() };
        assert!(taken("hi").is(&message, at) && taken("Sent from your Twilio trial account - hi").is(&message, at));
        assert!(!taken("hello").is(&message, at) && !taken("hi").is(&message, at + Duration::from_secs(60)));
    }
}
