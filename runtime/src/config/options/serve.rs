//! What is asked of a program that serves.

use super::{Scope, Setting, count};
use crate::config::AdminConfig;

const SETTING: Setting = Setting { scopes: &[Scope::Serve], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "listen",
        variable: "FLOW_LISTEN",
        value: "ADDRESS:PORT",
        default: "127.0.0.1:8080",
        help: "Where to listen; port 0 takes a free one and prints it",
        set: |draft, text| {
            let address = text.parse().map_err(|_| "write an address and a port, as 127.0.0.1:8080")?;
            draft.listen = Some(address);
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "api-rate",
        variable: "FLOW_API_RATE",
        value: "N",
        help: "Requests a second that each `on api` takes; beyond it they get 429",
        set: |draft, text| count(text).map(|requests| draft.api_rate = Some(requests)),
        ..SETTING
    },
    Setting {
        flag: "max-runs",
        variable: "FLOW_MAX_RUNS",
        value: "N",
        default: "256",
        help: "Runs in flight at a time; beyond it requests get 503",
        set: |draft, text| count(text).map(|runs| draft.max_runs = runs),
        ..SETTING
    },
    Setting {
        flag: "max-steps",
        variable: "FLOW_MAX_STEPS",
        value: "N",
        default: "1000",
        help: "Steps of one run; a loop that never ends is stopped there",
        set: |draft, text| count(text).map(|steps| draft.max_steps = steps),
        ..SETTING
    },
    Setting {
        flag: "admin",
        variable: "FLOW_ADMIN",
        value: "ADDRESS:PORT",
        default: "127.0.0.1:9464, if it is free",
        help: "Where operators ask for /metrics, /readyz and /healthz; off: nowhere",
        set: |draft, text| {
            draft.admin = match text {
                "off" => AdminConfig::Off,
                _ => {
                    AdminConfig::At(text.parse().map_err(|_| "write an address and a port, as 127.0.0.1:9464, or off")?)
                }
            };
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "log",
        variable: "FLOW_LOG",
        value: "LEVEL",
        default: "info",
        help: "error, warn, info, debug or off",
        set: |draft, text| {
            draft.log = text.parse().map_err(|_| "the levels are error, warn, info, debug and off")?;
            Ok(())
        },
        ..SETTING
    },
];
