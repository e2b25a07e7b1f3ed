//! The carriers that a program can be told to use, and what each must be told.

use std::fmt;
use std::sync::Arc;

use reqwest::Client;

use super::numbers::Numbering;
use super::{SmsCarrier, intelepeer, kannel, plivo, simulator, telnyx, twilio, vonage};
use crate::metrics::CarrierName;
use crate::value::Url;

/// All carriers, in the order in which they are listed to people.
pub(crate) static CARRIERS: &[&CarrierKind] =
    &[&simulator::KIND, &intelepeer::KIND, &twilio::KIND, &telnyx::KIND, &vonage::KIND, &plivo::KIND, &kannel::KIND];

/// A carrier that can be chosen.
pub(crate) struct CarrierKind {
    pub(crate) name: CarrierName,
    /// As people write it: `Twilio`.
    pub(crate) title: &'static str,
    /// What the account's owner has to say; none of it is ever shown.
    pub(crate) keys: &'static [Key],
    /// It carries pictures.
    pub(crate) carries_media: bool,
    /// The words of [`crate::opt_out`] that it answers by itself.
    pub(crate) answers: &'static [&'static str],
    /// Its webhooks cannot be told to be its own without knowing the address that it calls.
    pub(crate) signs_address: bool,
    /// A carrier for this account; or a sentence that says what is wrong with what was said.
    pub(crate) make: fn(&Client, Account) -> Made,
    /// Where its numbers are led to programs.
    pub(crate) numbers: Numbering,
}

/// A carrier that can be used, or why not.
pub(crate) type Made = Result<Arc<dyn SmsCarrier>, String>;

/// The words that carriers who answer any answer at least.
pub(crate) const USUAL_WORDS: &[&str] =
    &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "START", "UNSTOP", "HELP", "INFO"];

/// A part of an account's credentials: a variable, or a file that the variable with `_FILE` names.
pub(crate) struct Key {
    /// `TWILIO_AUTH_TOKEN`
    pub(crate) name: &'static str,
    pub(crate) need: Need,
}

/// When a key is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Always,
    /// To know the carrier's webhooks from those of others: not with `--unsigned`, nor for a program that gets none.
    Webhooks,
}

/// An account with a carrier, as configured.
#[derive(Default)]
pub(crate) struct Account {
    /// By the names of [`CarrierKind::keys`]; those that are not needed may be missing.
    pub(crate) keys: Vec<(&'static str, String)>,
    /// Base URL of the carrier's API, if it is not the carrier's own.
    pub(crate) url: Option<Url>,
    /// Base URL at which the carrier reaches this program; `None`: it does not.
    pub(crate) public_url: Option<Url>,
    /// Whether webhooks are taken from anybody.
    pub(crate) unsigned: bool,
}

impl Account {
    /// A key of [`CarrierKind::keys`]; empty if it was not needed.
    pub(crate) fn key(&self, name: &str) -> &str {
        self.keys.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Base URL of the carrier's API, without a slash at its end.
    pub(crate) fn base(&self, own: &str) -> String {
        self.url.as_ref().map_or(own, |url| url.as_str()).trim_end_matches('/').to_owned()
    }

    /// Base URL at which the carrier reaches this program, without a slash at its end.
    pub(crate) fn public_base(&self) -> Option<String> {
        self.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned())
    }

    /// Where the carrier brings messages and reports to.
    pub(crate) fn webhook(&self, carrier: CarrierName) -> Option<String> {
        self.public_base().map(|base| format!("{base}{}", carrier.path()))
    }
}

impl CarrierName {
    /// As people write it: `Twilio`.
    pub(crate) fn title(self) -> &'static str {
        CARRIERS.iter().find(|kind| kind.name == self).map_or(self.as_str(), |kind| kind.title)
    }

    /// The path of its webhook: `/carrier/twilio`.
    pub(crate) fn path(self) -> String {
        format!("/carrier/{}", self.as_str())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("url", &self.url)
            .field("public_url", &self.public_url)
            .field("unsigned", &self.unsigned)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CarrierKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_str())
    }
}
