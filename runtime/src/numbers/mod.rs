//! `BINARY numbers …`: the telephone numbers of the account with the carrier, and leading them to this flow.

mod probe;
mod shown;

use std::io::Write;
use std::process::ExitCode;

use self::probe::probe;
use self::shown::{Line, Shown};
use crate::carrier::numbers::{LeadsTo, Numbers, Owned};
use crate::config::{NumbersCommand, NumbersTask};
use crate::flow::Program;
use crate::terminal::plain;
use crate::value::Phone;

/// Does what the command says, and prints what came of it.
///
/// Exits with 0 when it was done, with 1 when it was not for some of the numbers, with 2 when it could not be tried.
pub(crate) fn main(program: &Program, command: &NumbersCommand) -> ExitCode {
    let done = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| format!("the threads could not be started: {error}"))
        .and_then(|runtime| runtime.block_on(carry_out(program, command)));
    match done {
        Ok(told) => {
            // Whoever closed a pipe does not want to read it.
            let _ = std::io::stdout().write_all(told.out.as_bytes());
            let _ = std::io::stderr().write_all(told.err.as_bytes());
            ExitCode::from(u8::from(told.failed))
        }
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "error: {}", plain(&problem));
            ExitCode::from(2)
        }
    }
}

async fn carry_out(program: &Program, command: &NumbersCommand) -> Result<Shown, String> {
    let client = command.network.client().map_err(|error| format!("TLS could not be set up: {error}"))?;
    let numbers = (command.open)(&client, &command.account)?;
    let here = Here { webhook: command.account.webhook(command.carrier) };
    let mut shown = Shown::new(command.json);
    match &command.task {
        NumbersTask::List => shown.list(&sorted(numbers.list().await?), &here),
        NumbersTask::Search(digits) => {
            let mut found = sorted(numbers.list().await?);
            found.retain(|owned| owned.number.as_str().contains(digits));
            if found.is_empty() && !command.json {
                shown.failed(&format!("no number of this account holds {digits}"));
            } else {
                shown.list(&found, &here);
            }
        }
        NumbersTask::Assign(wanted) => {
            let Some(base) = command.account.public_base() else { return Err("--public-url is missing".to_owned()) };
            if let Err(why) = probe(&client, program, &base).await {
                shown.failed(&format!("nothing was assigned: {why}"));
                return Ok(shown);
            }
            let url = numbers.address(&here.webhook.clone().unwrap_or_default())?;
            let found = numbers.find(wanted).await?;
            for number in wanted {
                let done = assign(&*numbers, owned(&found, number), &here, &url, command.force).await;
                shown.change(number, done, &here);
            }
        }
        NumbersTask::Clear(wanted) => {
            let found = numbers.find(wanted).await?;
            for number in wanted {
                let done = clear(&*numbers, owned(&found, number), &here, command.force).await;
                shown.change(number, done, &here);
            }
        }
    }
    Ok(shown)
}

/// Where texts to this flow are to be brought.
struct Here {
    /// `None`: nobody has said.
    webhook: Option<String>,
}

impl Here {
    /// Whether a number leads to this flow, however its URL is written; whatever the query says, in which there may be a
    /// token that was changed.
    fn is(&self, leads_to: &LeadsTo) -> bool {
        let (Some(webhook), LeadsTo::Url(url)) = (&self.webhook, leads_to) else { return false };
        let place = |text: &str| {
            // Parsing writes the host small and leaves the usual port out (RFC 3986, 6.2).
            let url = reqwest::Url::parse(text).ok()?;
            let path = url.path().trim_end_matches('/').to_owned();
            Some((url.origin(), path))
        };
        place(webhook).is_some_and(|here| place(url) == Some(here))
    }
}

fn sorted(mut numbers: Vec<Owned>) -> Vec<Owned> {
    numbers.sort_by(|a, b| a.number.as_str().cmp(b.number.as_str()));
    numbers
}

fn owned<'a>(found: &'a [Owned], number: &Phone) -> Result<&'a Owned, String> {
    let owned = found.iter().find(|owned| owned.number == *number);
    owned.ok_or_else(|| "it is no number of this account that takes texts; `numbers list` shows those".to_owned())
}

async fn assign(
    numbers: &dyn Numbers,
    owned: Result<&Owned, String>,
    here: &Here,
    url: &str,
    force: bool,
) -> Result<Line, String> {
    let owned = owned?;
    match &owned.leads_to {
        LeadsTo::Url(now) if now == url => return Ok(Line::Unchanged),
        leads_to if here.is(leads_to) || *leads_to == LeadsTo::Nowhere || force => {}
        LeadsTo::Unknown => {
            return Err(
                "the carrier does not tell whether it leads to another program; --force leads it here".to_owned()
            );
        }
        leads_to => return Err(format!("it leads to {}; --force takes it over", shown::place(leads_to))),
    }
    match numbers.assign(owned, url).await? {
        LeadsTo::Url(now) if now != url => Err(still(&LeadsTo::Url(now))),
        LeadsTo::Url(_) | LeadsTo::Unknown => Ok(Line::Assigned),
        elsewhere => Err(still(&elsewhere)),
    }
}

async fn clear(numbers: &dyn Numbers, owned: Result<&Owned, String>, here: &Here, force: bool) -> Result<Line, String> {
    let owned = owned?;
    match &owned.leads_to {
        LeadsTo::Nowhere => return Ok(Line::Unchanged),
        leads_to if here.is(leads_to) || force => {}
        LeadsTo::Unknown => {
            return Err("the carrier does not tell whether it leads to this flow; --force clears it".to_owned());
        }
        leads_to => return Err(format!("it leads to {}, not to this flow; --force clears it", shown::place(leads_to))),
    }
    match numbers.clear(owned).await? {
        LeadsTo::Nowhere | LeadsTo::Unknown => Ok(Line::Cleared),
        somewhere => Err(still(&somewhere)),
    }
}

/// The carrier said that it did what it was asked, and in the same answer that it did not.
fn still(leads_to: &LeadsTo) -> String {
    let place = match leads_to {
        LeadsTo::Nowhere => "nowhere".to_owned(),
        somewhere => format!("to {}", shown::place(somewhere)),
    };
    format!("the carrier took the change, but the number still leads {place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_flow_is_known_however_its_url_is_written() {
        let here = Here { webhook: Some("https://flows.example.com/carrier/twilio".to_owned()) };
        for (url, is_here) in [
            ("https://flows.example.com/carrier/twilio", true),
            ("https://FLOWS.example.com:443/carrier/twilio/", true),
            ("https://flows.example.com/carrier/twilio?token=old#x", true),
            ("https://flows.example.com:8443/carrier/twilio", false),
            ("http://flows.example.com/carrier/twilio", false),
            ("https://flows.example.com/carrier/Twilio", false),
            ("https://flows.example.com/carrier/telnyx", false),
            ("flows", false),
        ] {
            assert_eq!(here.is(&LeadsTo::Url(url.to_owned())), is_here, "{url}");
        }
    }
}
