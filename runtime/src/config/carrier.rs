//! Who carries messages, and what the carrier is to be told of the account.

use std::ffi::OsString;
use std::time::Duration;

use super::secrets;
use crate::carrier::{Account, CARRIERS, CarrierKind, Need};
use crate::flow::Program;
use crate::near::nearest;
use crate::value::Url;

/// The carrier, and the account with it.
#[derive(Debug)]
pub(crate) struct CarrierConfig {
    pub(crate) kind: &'static CarrierKind,
    pub(crate) account: Account,
}

/// How messages are sent, whoever carries them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageConfig {
    /// How long a message waits for a carrier that is busy or away.
    pub(crate) patience: Duration,
    /// Messages a second from one number; `None`: as they come.
    pub(crate) rate: Option<u32>,
}

impl Default for MessageConfig {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), rate: None }
    }
}

/// What those are told who send STOP, START or HELP. An empty text is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OptOutTexts {
    pub(crate) stop: String,
    pub(crate) start: String,
    pub(crate) help: String,
}

impl OptOutTexts {
    /// What they are told when no option says something else.
    pub(crate) fn usual(flow: &str) -> Self {
        Self {
            stop: format!("You will get no more messages from {flow}. Reply START to get them again."),
            start: format!("You will get messages from {flow} again. Reply STOP to get none."),
            help: format!("{flow}: reply STOP to get no more messages."),
        }
    }
}

/// Who sees to those who want no messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OptOutKeeper {
    /// This program.
    #[default]
    Program,
    /// The carrier; the words are messages like others.
    Carrier,
}

/// What the options say, before it is known whether all is there.
#[derive(Default)]
pub(super) struct CarrierDraft {
    /// `None`: the simulator, which is the first.
    pub(super) kind: Option<&'static CarrierKind>,
    pub(super) url: Option<Url>,
    pub(super) public_url: Option<Url>,
    pub(super) unsigned: bool,
    pub(super) messages: MessageConfig,
    pub(super) opt_outs: OptOutKeeper,
    pub(super) stop_text: Option<String>,
    pub(super) start_text: Option<String>,
    pub(super) help_text: Option<String>,
}

/// The carrier of this name.
pub(super) fn named(name: &str) -> Result<&'static CarrierKind, String> {
    let names = || CARRIERS.iter().map(|kind| kind.name.as_str());
    CARRIERS.iter().find(|kind| kind.name.as_str() == name).copied().ok_or_else(|| match nearest(name, names()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("the carriers are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

impl CarrierDraft {
    /// What the operator may have meant otherwise, about those who want no messages.
    pub(super) fn doubts(&self) -> Option<String> {
        let kind = self.kind.or_else(|| CARRIERS.first().copied())?;
        let has_texts = self.stop_text.is_some() || self.start_text.is_some() || self.help_text.is_some();
        match self.opt_outs {
            OptOutKeeper::Carrier if kind.answers.is_empty() => Some(format!(
                "--opt-outs carrier: nobody heeds STOP, unless {} was set up for it or the flow does",
                kind.title
            )),
            OptOutKeeper::Carrier if has_texts => {
                Some("--opt-outs carrier: --stop-text, --start-text and --help-text are not sent".to_owned())
            }
            OptOutKeeper::Program if has_texts && !kind.answers.is_empty() => Some(format!(
                "{} answers {} by itself, so these get none of --stop-text, --start-text and --help-text",
                kind.title,
                kind.answers.join(", ")
            )),
            _ => None,
        }
    }

    /// `None`: the carrier sees to them.
    pub(super) fn opt_out_texts(&self, flow: &str) -> Option<OptOutTexts> {
        let text = |given: &Option<String>, usual: String| given.clone().unwrap_or(usual);
        let OptOutTexts { stop, start, help } = OptOutTexts::usual(flow);
        (self.opt_outs == OptOutKeeper::Program).then(|| OptOutTexts {
            stop: text(&self.stop_text, stop),
            start: text(&self.start_text, start),
            help: text(&self.help_text, help),
        })
    }

    /// The same for `numbers`, which takes no texts: what only webhooks are told by may be missing. `None` if the carrier
    /// cannot be told who it is; then there is a problem.
    pub(super) fn finish_for_numbers(
        self,
        environment: &dyn Fn(&str) -> Option<OsString>,
        problems: &mut Vec<String>,
    ) -> Option<CarrierConfig> {
        let kind = self.kind.or_else(|| CARRIERS.first().copied())?;
        let wanted = |need| match need {
            Need::Always => Wanted::Needed,
            Need::Webhooks => Wanted::IfThere,
        };
        let keys = read_keys(kind, wanted, environment, problems);
        let Self { url, public_url, unsigned, .. } = self;
        Some(CarrierConfig { kind, account: Account { keys, url, public_url, unsigned } })
    }

    /// `None` if the carrier cannot be told who it is; then there is a problem.
    pub(super) fn finish(
        self,
        program: &Program,
        environment: &dyn Fn(&str) -> Option<OsString>,
        problems: &mut Vec<String>,
    ) -> Option<CarrierConfig> {
        let kind = self.kind.or_else(|| CARRIERS.first().copied())?;
        let Self { url, public_url, unsigned, .. } = self;
        let title = kind.title;
        let has_webhook = public_url.is_some() || program.takes_texts();
        let wanted = |need| match need {
            Need::Webhooks if unsigned || !has_webhook => Wanted::Not,
            Need::Always | Need::Webhooks => Wanted::Needed,
        };
        let keys = read_keys(kind, wanted, environment, problems);
        if kind.signs_address && program.takes_texts() && public_url.is_none() && !unsigned {
            problems.push(format!(
                "--public-url (FLOW_PUBLIC_URL) is missing: the address at which {title} reaches this program, as \
                 https://flows.example.com; {title}'s signatures cannot be checked without it"
            ));
        }
        if let Some(line) = program.media.first().filter(|_| !kind.carries_media) {
            problems.push(format!(
                "line {line} of {} sends a picture, and {title} carries only text: choose another carrier, or send a \
                 link in the text",
                program.source
            ));
        }
        Some(CarrierConfig { kind, account: Account { keys, url, public_url, unsigned } })
    }
}

/// Whether a key of a carrier's is read.
enum Wanted {
    Needed,
    IfThere,
    Not,
}

/// The keys that are wanted; one that is missing or empty is a problem.
fn read_keys(
    kind: &CarrierKind,
    wanted: impl Fn(Need) -> Wanted,
    environment: &dyn Fn(&str) -> Option<OsString>,
    problems: &mut Vec<String>,
) -> Vec<(&'static str, String)> {
    let what = format!("{}'s", kind.title);
    let mut keys = Vec::new();
    for key in kind.keys {
        let read = match wanted(key.need) {
            Wanted::Needed => secrets::read(key.name, &what, environment).map(Some),
            Wanted::IfThere => secrets::given(key.name, &what, environment),
            Wanted::Not => Ok(None),
        };
        match read {
            Ok(value) => keys.extend(value.map(|value| (key.name, value))),
            Err(problem) => problems.push(problem),
        }
    }
    keys
}
