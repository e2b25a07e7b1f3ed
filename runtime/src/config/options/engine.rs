//! What is asked of the engine: where runs are kept, and how they are gone on with.

use std::time::Duration;

use super::{Scope, Setting, duration, web_url};
use crate::config::engine::{DatabaseUrl, EngineName, UnfitRuns, UnknownOutcome};

const DAY: Duration = Duration::from_secs(86_400);

/// Of `runs` and `opt-outs` as well.
const SETTING: Setting = Setting { scopes: &[Scope::Serve, Scope::Runs, Scope::OptOuts], ..Setting::NONE };

/// Of all that speaks to Restate.
const OF_RESTATE: Setting = Setting { scopes: &[Scope::Serve, Scope::OptOuts], ..Setting::NONE };

const SERVING: Setting = Setting { scopes: &[Scope::Serve], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "engine",
        variable: "FLOW_ENGINE",
        value: "NAME",
        default: "what the program was built for",
        help: "What keeps runs and carries them out",
        set: |draft, text| EngineName::parse(text).map(|name| draft.engine.name = Some(name)),
        ..SETTING
    },
    Setting {
        flag: "state",
        variable: "FLOW_STATE",
        value: "PATH",
        default: "NAME.journal in $STATE_DIRECTORY, else here",
        help: "The file that runs are kept in",
        engine: Some(EngineName::Sqlite),
        set: |draft, text| {
            draft.engine.state = Some(text.into());
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "database",
        variable: "FLOW_DATABASE",
        value: "URL",
        help: "The PostgreSQL that runs are kept in: postgres://user:password@host/database",
        secret: true,
        engine: Some(EngineName::Postgres),
        set: |draft, text| {
            // A wrong one was given all the same, so it is not told as missing too.
            let url = DatabaseUrl::parse(text);
            draft.engine.database = Some(url.clone().unwrap_or_default());
            url.map(drop)
        },
        ..SETTING
    },
    Setting {
        flag: "restate-ingress",
        variable: "FLOW_RESTATE_INGRESS",
        value: "URL",
        default: "http://127.0.0.1:8080",
        help: "Where Restate takes invocations",
        engine: Some(EngineName::Restate),
        set: |draft, text| web_url(text).map(|url| draft.engine.restate_ingress = Some(url)),
        ..OF_RESTATE
    },
    Setting {
        flag: "restate-admin",
        variable: "FLOW_RESTATE_ADMIN",
        value: "URL",
        default: "http://127.0.0.1:9070",
        help: "Where Restate takes registrations",
        engine: Some(EngineName::Restate),
        set: |draft, text| web_url(text).map(|url| draft.engine.restate_admin = Some(url)),
        ..OF_RESTATE
    },
    Setting {
        flag: "restate-listen",
        variable: "FLOW_RESTATE_LISTEN",
        value: "ADDRESS:PORT",
        default: "127.0.0.1:9080",
        help: "Where this program listens to Restate",
        engine: Some(EngineName::Restate),
        set: |draft, text| {
            let address = text.parse().map_err(|_| "write an address and a port, as 127.0.0.1:9080")?;
            draft.engine.restate_listen = Some(address);
            Ok(())
        },
        ..SERVING
    },
    Setting {
        flag: "restate-service-url",
        variable: "FLOW_RESTATE_SERVICE_URL",
        value: "URL",
        default: "http:// and --restate-listen",
        help: "Where Restate reaches this program",
        engine: Some(EngineName::Restate),
        set: |draft, text| web_url(text).map(|url| draft.engine.restate_service_url = Some(url)),
        ..SERVING
    },
    Setting {
        flag: "unknown-outcome",
        variable: "FLOW_UNKNOWN_OUTCOME",
        value: "POLICY",
        default: "resend",
        help: "After a crash, a step of which nobody can tell whether it was done: resend or fail",
        set: |draft, text| {
            draft.engine.unknown_outcome = match text {
                "resend" => UnknownOutcome::Resend,
                "fail" => UnknownOutcome::Fail,
                _ => return Err("write resend (it may be done twice) or fail (it may be done not at all)".to_owned()),
            };
            Ok(())
        },
        ..SERVING
    },
    Setting {
        flag: "unfit-runs",
        variable: "FLOW_UNFIT_RUNS",
        value: "POLICY",
        default: "refuse",
        help: "Waiting runs of an older flow that do not fit this one: refuse to start, or park them",
        set: |draft, text| {
            draft.engine.unfit_runs = match text {
                "refuse" => UnfitRuns::Refuse,
                "park" => UnfitRuns::Park,
                _ => return Err("write refuse or park".to_owned()),
            };
            Ok(())
        },
        ..SERVING
    },
    Setting {
        flag: "keep-runs",
        variable: "FLOW_KEEP_RUNS",
        value: "DURATION",
        default: "30d",
        help: "How long runs that have ended can be looked at",
        set: |draft, text| duration(text).map(|time| draft.engine.keep.runs = time),
        ..SERVING
    },
    Setting {
        flag: "keep-keys",
        variable: "FLOW_KEEP_KEYS",
        value: "DURATION",
        default: "3d",
        help: "How long a second delivery of a message or request is known as one; at least 1d",
        set: |draft, text| {
            draft.engine.keep.keys = match duration(text)? {
                short if short < DAY => return Err("write at least 1d: carriers deliver again for hours".to_owned()),
                time => time,
            };
            Ok(())
        },
        ..SERVING
    },
];
