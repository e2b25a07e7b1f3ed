//! The options: one table, from which parsing, `--help` and errors come.

use std::ffi::OsString;
use std::net::SocketAddr;

use lexopt::Arg;
use tracing::level_filters::LevelFilter;

use crate::near::nearest;
use crate::step::web_call::ConnectTo;
use crate::value::Url;

/// One option. On the command line it wins over its variable; an empty variable counts as unset.
pub(super) struct Setting {
    pub(super) flag: &'static str,
    pub(super) variable: &'static str,
    pub(super) value: &'static str,
    /// Said in `--help` only; the value itself is in [`Draft::default`].
    pub(super) default: &'static str,
    pub(super) help: &'static str,
    /// May be repeated, and its variable holds a list with commas.
    many: bool,
    set: fn(&mut Draft, &str) -> Result<(), String>,
}

/// What the options say, before it is known whether all is there.
pub(super) struct Draft {
    pub(super) listen: Option<SocketAddr>,
    pub(super) carrier: Carrier,
    pub(super) carrier_url: Option<Url>,
    pub(super) public_url: Option<Url>,
    pub(super) connect_to: Vec<ConnectTo>,
    pub(super) max_runs: u32,
    pub(super) max_steps: u32,
    pub(super) log: LevelFilter,
}

#[derive(Clone, Copy)]
pub(super) enum Carrier {
    Simulator,
    Twilio,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            listen: None,
            carrier: Carrier::Simulator,
            carrier_url: None,
            public_url: None,
            connect_to: Vec::new(),
            max_runs: 256,
            max_steps: 1_000,
            log: LevelFilter::INFO,
        }
    }
}

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "listen",
        variable: "FLOW_LISTEN",
        value: "ADDRESS:PORT",
        default: "127.0.0.1:8080",
        help: "Where to listen; port 0 takes a free one and prints it",
        many: false,
        set: |draft, text| {
            let address = text.parse().map_err(|_| "write an address and a port, as 127.0.0.1:8080")?;
            draft.listen = Some(address);
            Ok(())
        },
    },
    Setting {
        flag: "carrier",
        variable: "FLOW_CARRIER",
        value: "NAME",
        default: "simulator",
        help: "Who carries messages: simulator or twilio",
        many: false,
        set: |draft, text| {
            draft.carrier = match text {
                "simulator" => Carrier::Simulator,
                "twilio" => Carrier::Twilio,
                _ => return Err("the carriers are simulator and twilio".to_owned()),
            };
            Ok(())
        },
    },
    Setting {
        flag: "carrier-url",
        variable: "FLOW_CARRIER_URL",
        value: "URL",
        default: "the carrier's own",
        help: "Base URL of the carrier's API",
        many: false,
        set: |draft, text| web_url(text).map(|url| draft.carrier_url = Some(url)),
    },
    Setting {
        flag: "public-url",
        variable: "FLOW_PUBLIC_URL",
        value: "URL",
        default: "",
        help: "Base URL at which the carrier reaches this program",
        many: false,
        set: |draft, text| web_url(text).map(|url| draft.public_url = Some(url)),
    },
    Setting {
        flag: "connect-to",
        variable: "FLOW_CONNECT_TO",
        value: "HOST:PORT=URL",
        default: "",
        help: "Send what the flow addresses to HOST:PORT to URL instead; may be repeated (in the variable: with commas)",
        many: true,
        set: |draft, text| ConnectTo::parse(text).map(|rule| draft.connect_to.push(rule)),
    },
    Setting {
        flag: "max-runs",
        variable: "FLOW_MAX_RUNS",
        value: "N",
        default: "256",
        help: "Runs in flight at a time; beyond it requests get 503",
        many: false,
        set: |draft, text| count(text).map(|runs| draft.max_runs = runs),
    },
    Setting {
        flag: "max-steps",
        variable: "FLOW_MAX_STEPS",
        value: "N",
        default: "1000",
        help: "Steps of one run; a loop that never ends is stopped there",
        many: false,
        set: |draft, text| count(text).map(|steps| draft.max_steps = steps),
    },
    Setting {
        flag: "log",
        variable: "FLOW_LOG",
        value: "LEVEL",
        default: "info",
        help: "error, warn, info, debug or off",
        many: false,
        set: |draft, text| {
            draft.log = text.parse().map_err(|_| "the levels are error, warn, info, debug and off")?;
            Ok(())
        },
    },
];

fn web_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| error.to_string())
}

fn count(text: &str) -> Result<u32, String> {
    // A million is far beyond what one machine can use, and within every counter.
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err("write a number from 1 to 1000000".to_owned()),
    }
}

/// What came of reading the options.
pub(super) enum Read {
    Options(Draft),
    Help,
    Version,
}

/// Reads flags and variables; each mistake becomes a problem, and reading goes on.
pub(super) fn read(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
    problems: &mut Vec<String>,
) -> Read {
    let mut draft = Draft::default();
    let mut given = Vec::new();
    let mut parser = lexopt::Parser::from_args(arguments);
    loop {
        let flag = match parser.next() {
            Ok(None) => break,
            Ok(Some(Arg::Long("help") | Arg::Short('h'))) => return Read::Help,
            Ok(Some(Arg::Long("version") | Arg::Short('V'))) => return Read::Version,
            Ok(Some(Arg::Long(flag))) => flag.to_owned(),
            Ok(Some(Arg::Short(flag))) => {
                problems.push(format!("unknown option -{flag}"));
                continue;
            }
            Ok(Some(Arg::Value(value))) => {
                problems.push(format!("{value:?} is not expected here"));
                continue;
            }
            Err(error) => {
                problems.push(error.to_string());
                continue;
            }
        };
        let Some(setting) = SETTINGS.iter().find(|setting| setting.flag == flag) else {
            let meant = nearest(&flag, SETTINGS.iter().map(|setting| setting.flag));
            problems.push(meant.map_or_else(
                || format!("unknown option --{flag}"),
                |meant| format!("unknown option --{flag}; did you mean --{meant}?"),
            ));
            // The value of a misspelt option is no mistake of its own.
            let _ = parser.values().map(Iterator::count);
            continue;
        };
        match parser.value() {
            Ok(value) => {
                given.push(flag);
                apply(setting, &format!("--{}", setting.flag), &value, &mut draft, problems);
            }
            Err(_) => problems.push(format!("--{} needs a value: {}", setting.flag, setting.value)),
        }
    }
    for setting in SETTINGS.iter().filter(|setting| !given.iter().any(|flag| flag == setting.flag)) {
        let Some(value) = environment(setting.variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        if setting.many {
            let list = value.to_string_lossy().into_owned();
            for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                apply(setting, setting.variable, part.as_ref(), &mut draft, problems);
            }
        } else {
            apply(setting, setting.variable, &value, &mut draft, problems);
        }
    }
    Read::Options(draft)
}

fn apply(setting: &Setting, place: &str, value: &std::ffi::OsStr, draft: &mut Draft, problems: &mut Vec<String>) {
    let result = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned()).and_then(|text| (setting.set)(draft, text));
    if let Err(why) = result {
        problems.push(format!("{place} {value:?}: {why}"));
    }
}
