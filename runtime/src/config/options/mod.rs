//! The options: tables, from which parsing, `--help` and errors come.

mod carrier;
mod engine;
mod numbers;
mod opt_outs;
mod outbound;
mod runs;
mod serve;
mod trial;

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::time::Duration;

use lexopt::Arg;
use tracing::level_filters::LevelFilter;

use super::carrier::CarrierDraft;
use super::engine::{EngineDraft, EngineName};
use super::numbers::NumbersDraft;
use super::opt_outs::OptOutsDraft;
use super::outbound::OutboundDraft;
use super::runs::RunsDraft;
use super::{AdminConfig, secrets};
use crate::engine::Limits;
use crate::near::nearest;
use crate::value::Url;

/// One option. On the command line it wins over its variable; an empty variable counts as unset.
pub(super) struct Setting {
    pub(super) flag: &'static str,
    /// Empty: it has none.
    pub(super) variable: &'static str,
    /// Empty: the option is a switch.
    pub(super) value: &'static str,
    /// Said in `--help` only; the value itself is in [`Draft::default`].
    pub(super) default: &'static str,
    pub(super) help: &'static str,
    /// The commands that take it.
    pub(super) scopes: &'static [Scope],
    /// The engine that it means something to; `None`: to all.
    pub(super) engine: Option<EngineName>,
    /// Its value is shown nowhere, and a file may hold it.
    pub(super) secret: bool,
    /// May be repeated, and its variable holds a list with commas.
    many: bool,
    set: fn(&mut Draft, &str) -> Result<(), String>,
}

impl Setting {
    /// What the tables go out from.
    const NONE: Setting = Setting {
        flag: "",
        variable: "",
        value: "",
        default: "",
        help: "",
        scopes: &[Scope::Serve],
        engine: None,
        secret: false,
        many: false,
        set: |_, _| Ok(()),
    };
}

/// The commands of the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The program that serves.
    Serve,
    /// `runs …`
    Runs,
    /// `opt-outs …`
    OptOuts,
    /// `numbers …`
    Numbers,
    /// `call`
    Call,
}

/// What the options say, before it is known whether all is there.
pub(super) struct Draft {
    pub(super) listen: Option<SocketAddr>,
    pub(super) carrier: CarrierDraft,
    pub(super) outbound: OutboundDraft,
    /// `None`: as many as come.
    pub(super) api_rate: Option<u32>,
    pub(super) max_runs: u32,
    pub(super) max_steps: u32,
    pub(super) admin: AdminConfig,
    pub(super) log: LevelFilter,
    pub(super) engine: EngineDraft,
    pub(super) runs: RunsDraft,
    pub(super) opt_outs: OptOutsDraft,
    pub(super) numbers: NumbersDraft,
    /// `call --send`
    pub(super) send: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            listen: None,
            carrier: CarrierDraft::default(),
            outbound: OutboundDraft::default(),
            api_rate: None,
            max_runs: Limits::USUAL.runs,
            max_steps: Limits::USUAL.steps,
            admin: AdminConfig::IfFree,
            log: LevelFilter::INFO,
            engine: EngineDraft::default(),
            runs: RunsDraft::default(),
            opt_outs: OptOutsDraft::default(),
            numbers: NumbersDraft::default(),
            send: false,
        }
    }
}

/// All options that a command takes, in the order of its help.
pub(super) fn settings(scope: Scope) -> impl Iterator<Item = &'static Setting> {
    let tables = [
        trial::SETTINGS,
        numbers::SETTINGS,
        serve::SETTINGS,
        carrier::SETTINGS,
        outbound::SETTINGS,
        runs::SETTINGS,
        opt_outs::SETTINGS,
        engine::SETTINGS,
    ];
    tables.into_iter().flatten().filter(move |setting| setting.scopes.contains(&scope))
}

fn web_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| error.to_string())
}

/// Whether a format is for programs rather than people.
fn is_json(text: &str) -> Result<bool, String> {
    match text {
        "human" => Ok(false),
        "json" => Ok(true),
        _ => Err("the formats are human and json".to_owned()),
    }
}

fn count(text: &str) -> Result<u32, String> {
    // A million is far beyond what one machine can use, and within every counter.
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err("write a number from 1 to 1000000".to_owned()),
    }
}

/// A duration as flows have it: `30s`, `10m`, `2h`, `7d`.
fn duration(text: &str) -> Result<Duration, String> {
    let unit = match text.bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok());
    match number {
        Some(number) if number > 0 && unit > 0 => Ok(Duration::from_secs(u64::from(number) * unit)),
        Some(0) if unit > 0 => Err("it should be at least 1s".to_owned()),
        _ => Err("write a whole number and s, m, h or d, as 30d".to_owned()),
    }
}

/// What came of reading the options.
pub(super) enum Read {
    /// The options, and what stood among them without being one.
    Options(Box<Draft>, Vec<String>),
    Help,
    Version,
}

/// Reads flags and variables; each mistake becomes a problem, and reading goes on.
pub(super) fn read(
    scope: Scope,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<OsString>,
    problems: &mut Vec<String>,
) -> Read {
    let mut reader = Reader { draft: Box::default(), problems };
    let mut given = Vec::new();
    let mut words = Vec::new();
    let mut parser = lexopt::Parser::from_args(arguments);
    loop {
        let flag = match parser.next() {
            Ok(None) => break,
            Ok(Some(Arg::Long("help") | Arg::Short('h'))) => return Read::Help,
            Ok(Some(Arg::Long("version") | Arg::Short('V'))) => return Read::Version,
            Ok(Some(Arg::Long(flag))) => flag.to_owned(),
            Ok(Some(Arg::Short(flag))) => {
                reader.problems.push(format!("unknown option -{flag}"));
                continue;
            }
            Ok(Some(Arg::Value(value))) => {
                words.push(value.to_string_lossy().into_owned());
                continue;
            }
            Err(error) => {
                reader.problems.push(error.to_string());
                continue;
            }
        };
        let Some(setting) = settings(scope).find(|setting| setting.flag == flag) else {
            let meant = nearest(&flag, settings(scope).map(|setting| setting.flag));
            reader.problems.push(meant.map_or_else(
                || format!("unknown option --{flag}"),
                |meant| format!("unknown option --{flag}; did you mean --{meant}?"),
            ));
            // The value of a misspelt option is no mistake of its own. Where words have a meaning, what follows is
            // one of those.
            if !matches!(scope, Scope::Runs | Scope::OptOuts | Scope::Numbers) {
                let _ = parser.values().map(Iterator::count);
            }
            continue;
        };
        given.push(flag);
        reader.draft.engine.asked_of.extend(setting.engine.map(|engine| (setting.flag, engine)));
        let place = format!("--{}", setting.flag);
        if setting.value.is_empty() {
            reader.apply(setting, &place, OsStr::new(""));
        } else if let Ok(value) = parser.value() {
            reader.apply(setting, &place, &value);
        } else {
            reader.problems.push(format!("{place} needs a value: {}", setting.value));
        }
    }
    for setting in settings(scope).filter(|setting| !given.iter().any(|flag| flag == setting.flag)) {
        reader.read_variable(setting, environment);
    }
    Read::Options(reader.draft, words)
}

struct Reader<'a> {
    draft: Box<Draft>,
    problems: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn read_variable(&mut self, setting: &Setting, environment: &dyn Fn(&str) -> Option<OsString>) {
        if setting.secret {
            match secrets::given(setting.variable, "the variable", environment) {
                Ok(None) => {}
                Ok(Some(value)) => self.apply(setting, setting.variable, value.as_ref()),
                Err(problem) => {
                    // It was given, so it is not told as missing too.
                    let _ = (setting.set)(&mut self.draft, "");
                    self.problems.push(problem);
                }
            }
            return;
        }
        let named = (!setting.variable.is_empty()).then(|| environment(setting.variable)).flatten();
        let Some(value) = named.filter(|value| !value.is_empty()) else { return };
        if setting.many {
            let list = value.to_string_lossy().into_owned();
            for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                self.apply(setting, setting.variable, part.as_ref());
            }
        } else {
            self.apply(setting, setting.variable, &value);
        }
    }

    fn apply(&mut self, setting: &Setting, place: &str, value: &OsStr) {
        if let Some(missing) = setting.engine.filter(|engine| !engine.is_here()) {
            self.problems.push(format!("{place} is of the engine {missing}, which {}", missing.how_to_get()));
            return;
        }
        let shown = if setting.secret || setting.value.is_empty() { String::new() } else { format!(" {value:?}") };
        let result = value
            .to_str()
            .ok_or_else(|| "it is not UTF-8".to_owned())
            .and_then(|text| (setting.set)(&mut self.draft, text));
        if let Err(why) = result {
            let is_list = setting.many && place.starts_with("--") && value.to_string_lossy().contains(',');
            let hint = if is_list { format!("; for several, repeat {place}") } else { String::new() };
            self.problems.push(format!("{place}{shown}: {why}{hint}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_in_flows() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(7 * 86_400)));
        for wrong in ["", "d", "0d", "7", "7w", "1.5h", "-1h", "7 d", "é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
