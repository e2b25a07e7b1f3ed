//! Who carries messages.

use super::{Scope, Setting, count, duration, web_url};
use crate::config::carrier::{OptOutKeeper, named};
use crate::value::Url;

const SETTING: Setting = Setting { scopes: &[Scope::Serve], ..Setting::NONE };

/// What `numbers` must know, too.
const OF_ACCOUNT: Setting = Setting { scopes: &[Scope::Serve, Scope::Numbers], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "carrier",
        variable: "FLOW_CARRIER",
        value: "NAME",
        default: "simulator",
        help: "Who carries messages; see Carriers below",
        set: |draft, text| named(text).map(|kind| draft.carrier.kind = Some(kind)),
        ..OF_ACCOUNT
    },
    Setting {
        flag: "carrier-url",
        variable: "FLOW_CARRIER_URL",
        value: "URL",
        default: "the carrier's own",
        help: "Base URL of the carrier's API",
        set: |draft, text| web_url(text).map(|url| draft.carrier.url = Some(url)),
        ..OF_ACCOUNT
    },
    Setting {
        flag: "public-url",
        variable: "FLOW_PUBLIC_URL",
        value: "URL",
        help: "Base URL at which the carrier reaches this program",
        set: |draft, text| public_url(text).map(|url| draft.carrier.public_url = Some(url)),
        ..OF_ACCOUNT
    },
    Setting {
        flag: "unsigned",
        help: "Take messages from anybody who reaches the webhook: for tests alone",
        set: |draft, _| {
            draft.carrier.unsigned = true;
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "carrier-patience",
        variable: "FLOW_CARRIER_PATIENCE",
        value: "DURATION",
        default: "30s",
        help: "How long a message waits for a carrier that is busy or away",
        set: |draft, text| duration(text).map(|patience| draft.carrier.messages.patience = patience),
        ..SETTING
    },
    Setting {
        flag: "sms-rate",
        variable: "FLOW_SMS_RATE",
        value: "N",
        default: "as they come",
        help: "Messages a second from each number",
        set: |draft, text| count(text).map(|rate| draft.carrier.messages.rate = Some(rate)),
        ..SETTING
    },
    Setting {
        flag: "opt-outs",
        variable: "FLOW_OPT_OUTS",
        value: "WHO",
        default: "program",
        help: "Who heeds STOP, START and HELP: program or carrier",
        set: |draft, text| {
            draft.carrier.opt_outs = match text {
                "program" => OptOutKeeper::Program,
                "carrier" => OptOutKeeper::Carrier,
                _ => return Err("write program or carrier".to_owned()),
            };
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "stop-text",
        variable: "FLOW_STOP_TEXT",
        value: "TEXT",
        help: "What those are told who send STOP",
        set: |draft, text| message(text).map(|text| draft.carrier.stop_text = text),
        ..SETTING
    },
    Setting {
        flag: "start-text",
        variable: "FLOW_START_TEXT",
        value: "TEXT",
        help: "What those are told who send START after that",
        set: |draft, text| message(text).map(|text| draft.carrier.start_text = text),
        ..SETTING
    },
    Setting {
        flag: "help-text",
        variable: "FLOW_HELP_TEXT",
        value: "TEXT",
        help: "What those are told who send HELP: who you are, and how to reach you",
        set: |draft, text| message(text).map(|text| draft.carrier.help_text = text),
        ..SETTING
    },
];

/// A base URL: paths are put behind it.
fn public_url(text: &str) -> Result<Url, String> {
    let url = web_url(text)?;
    let rest = url.as_str().split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    if rest.contains(['?', '#']) || authority.contains('@') {
        return Err("write it without user, query and fragment, as https://flows.example.com".to_owned());
    }
    Ok(url)
}

/// A text to a person, no longer than what flows may send.
fn message(text: &str) -> Result<Option<String>, String> {
    const MOST: usize = 1_600;
    match text.chars().count() {
        0..=MOST => Ok(Some(text.to_owned())),
        length => Err(format!("it has {length} characters, and a message may have {MOST}")),
    }
}
