//! The engine and what it needs.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::engine::journal::Retention;
use crate::near::nearest;
use crate::value::Url;

/// What keeps runs and carries them out.
#[derive(Debug)]
pub struct EngineConfig {
    pub(crate) engine: EngineChoice,
    /// The flow's name as files and schemas may be named: `weather-forecast`.
    pub(crate) name: String,
    pub(crate) unknown_outcome: UnknownOutcome,
    pub(crate) unfit_runs: UnfitRuns,
    pub(crate) keep: Retention,
}

/// An engine that this binary was built with, and its own options.
#[derive(Debug)]
pub(crate) enum EngineChoice {
    /// Runs end with the process.
    Memory,
    /// A file; the path of it.
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    /// A database that many replicas share.
    #[cfg(feature = "postgres")]
    Postgres(DatabaseUrl),
    #[cfg(feature = "restate")]
    Restate(RestateConfig),
}

impl EngineChoice {
    pub(crate) fn name(&self) -> EngineName {
        match self {
            Self::Memory => EngineName::Memory,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => EngineName::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => EngineName::Postgres,
            #[cfg(feature = "restate")]
            Self::Restate(_) => EngineName::Restate,
        }
    }
}

/// Where Restate is, and where it finds this program.
#[cfg(feature = "restate")]
#[derive(Debug)]
pub(crate) struct RestateConfig {
    pub(crate) ingress: Url,
    pub(crate) admin: Url,
    /// Port 0 takes any free one.
    pub(crate) listen: SocketAddr,
    /// `None`: `http://` and the address that is listened at.
    pub(crate) service_url: Option<Url>,
}

/// Where a PostgreSQL is and how one logs in there; shown nowhere.
#[derive(Clone, Default)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let is_one = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        let told = "write a URL, as postgres://user:password@host/database";
        if is_one { Ok(Self(text.to_owned())) } else { Err(told.to_owned()) }
    }

    /// The URL with its password.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl")
    }
}

/// What to do about an effect of which nobody can tell whether it happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownOutcome {
    /// Once more: it may happen twice.
    #[default]
    Resend,
    /// The step's `fail`: it may not happen at all.
    Fail,
}

/// What to do about runs whose state the program does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnfitRuns {
    /// Name them and do not start.
    #[default]
    Refuse,
    /// Name them and leave them as they are.
    Park,
}

/// The engines that there are, in this binary or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EngineName {
    Sqlite,
    Postgres,
    Restate,
    Memory,
}

impl EngineName {
    /// The first that a binary has is the one that it was built for: `flowc build --engine` puts in one beside memory.
    const ALL: [Self; 4] = [Self::Sqlite, Self::Postgres, Self::Restate, Self::Memory];

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let here = || Self::ALL.into_iter().filter(|engine| engine.is_here()).map(Self::as_str);
        match Self::ALL.into_iter().find(|engine| engine.as_str() == text) {
            Some(engine) if engine.is_here() => Ok(engine),
            Some(engine) => Err(format!("it {}", engine.how_to_get())),
            None => Err(nearest(text, Self::ALL.map(Self::as_str)).map_or_else(
                || format!("this program has {}", here().collect::<Vec<_>>().join(" and ")),
                |meant| format!("did you mean {meant}?"),
            )),
        }
    }

    pub(super) fn built_for() -> Self {
        Self::ALL.into_iter().find(|engine| engine.is_here()).unwrap_or(Self::Memory)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Restate => "restate",
            Self::Memory => "memory",
        }
    }

    pub(super) fn is_here(self) -> bool {
        match self {
            Self::Sqlite => cfg!(feature = "sqlite"),
            Self::Postgres => cfg!(feature = "postgres"),
            Self::Restate => cfg!(feature = "restate"),
            Self::Memory => true,
        }
    }

    pub(super) fn how_to_get(self) -> String {
        format!("is not in this program; build the flow with `flowc build --engine {self}`")
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the options say of the engine.
pub(super) struct EngineDraft {
    pub(super) name: Option<EngineName>,
    pub(super) state: Option<PathBuf>,
    pub(super) database: Option<DatabaseUrl>,
    pub(super) restate_ingress: Option<Url>,
    pub(super) restate_admin: Option<Url>,
    pub(super) restate_listen: Option<SocketAddr>,
    pub(super) restate_service_url: Option<Url>,
    pub(super) unknown_outcome: UnknownOutcome,
    pub(super) unfit_runs: UnfitRuns,
    pub(super) keep: Retention,
    /// The options of one engine that were given on the command line.
    pub(super) asked_of: Vec<(&'static str, EngineName)>,
}

impl Default for EngineDraft {
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        Self {
            name: None,
            state: None,
            database: None,
            restate_ingress: None,
            restate_admin: None,
            restate_listen: None,
            restate_service_url: None,
            unknown_outcome: UnknownOutcome::default(),
            unfit_runs: UnfitRuns::default(),
            keep: Retention { runs: days(30), keys: days(3) },
            asked_of: Vec::new(),
        }
    }
}

impl EngineDraft {
    /// The configuration of the engine for a flow of this name, and what is wrong with it.
    pub(super) fn finish(
        self,
        flow: &str,
        #[cfg_attr(not(feature = "sqlite"), allow(unused_variables))] environment: &dyn Fn(&str) -> Option<OsString>,
        problems: &mut Vec<String>,
    ) -> EngineConfig {
        let chosen = self.name.unwrap_or_else(EngineName::built_for);
        // A variable may be set for other programs too, but who writes an option wants it obeyed.
        for (flag, engine) in self.asked_of.iter().filter(|(_, engine)| engine.is_here() && *engine != chosen) {
            problems.push(format!("--{flag} is of the engine {engine}, but --engine is {chosen}"));
        }
        let name = file_name(flow);
        let engine = match chosen {
            #[cfg(feature = "sqlite")]
            EngineName::Sqlite => EngineChoice::Sqlite(self.state.unwrap_or_else(|| state_file(&name, environment))),
            #[cfg(feature = "postgres")]
            EngineName::Postgres => {
                if self.database.is_none() {
                    problems.push(
                        "--database (FLOW_DATABASE, or FLOW_DATABASE_FILE) is missing: the PostgreSQL that runs are \
                         kept in, as postgres://user:password@host/database"
                            .to_owned(),
                    );
                }
                EngineChoice::Postgres(self.database.unwrap_or_default())
            }
            #[cfg(feature = "restate")]
            EngineName::Restate => EngineChoice::Restate(RestateConfig {
                ingress: self.restate_ingress.unwrap_or_else(|| Url::literal("http://127.0.0.1:8080")),
                admin: self.restate_admin.unwrap_or_else(|| Url::literal("http://127.0.0.1:9070")),
                listen: self.restate_listen.unwrap_or_else(|| ([127, 0, 0, 1], 9080).into()),
                service_url: self.restate_service_url,
            }),
            // What is not here could not be chosen.
            _ => EngineChoice::Memory,
        };
        let Self { unknown_outcome, unfit_runs, keep, .. } = self;
        EngineConfig { engine, name, unknown_outcome, unfit_runs, keep }
    }
}

/// In systemd's folder for the state of a service, of which there may be several; else in the working folder.
#[cfg(feature = "sqlite")]
fn state_file(name: &str, environment: &dyn Fn(&str) -> Option<OsString>) -> PathBuf {
    let folders = environment("STATE_DIRECTORY").unwrap_or_default();
    let folder = std::env::split_paths(&folders).next().unwrap_or_default();
    folder.join(format!("{name}.journal"))
}

/// A flow's name in lower case, with a dash for all that is neither letter nor digit.
fn file_name(flow: &str) -> String {
    let lower = flow.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    // Names of files end at 255 bytes.
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(60).collect();
    if name.is_empty() { "flow".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_name_their_files() {
        assert_eq!(file_name("Weather forecast"), "weather-forecast");
        assert_eq!(file_name("  Öffnungszeiten & Co. "), "öffnungszeiten-co");
        assert_eq!(file_name("../…"), "flow");
        assert!(file_name(&"ж".repeat(300)).len() < 200);
    }

    #[test]
    fn a_database_is_not_shown() {
        let url = DatabaseUrl::parse("postgres://a:canary@b/c");
        assert!(matches!(&url, Ok(url) if url.reveal().contains("canary")));
        assert!(!format!("{url:?}").contains("canary"));
        assert!(DatabaseUrl::parse("mysql://a:canary@b/c").is_err_and(|told| !told.contains("canary")));
    }
}
