//! What is asked of `runs`.

use super::{Scope, Setting, count, is_json};
use crate::engine::journal::Status;
use crate::value::Phone;

const SETTING: Setting = Setting { scopes: &[Scope::Runs], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "status",
        value: "STATUS",
        help: "Of this status alone: running, waiting, asked, completed, failed, cancelled or parked",
        set: |draft, text| {
            let status = Status::ALL.into_iter().find(|status| status.as_str() == text);
            draft.runs.status =
                Some(status.ok_or_else(|| format!("the statuses are {}", Status::ALL.map(Status::as_str).join(", ")))?);
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "number",
        value: "NUMBER",
        help: "Of this person alone, as +15550123456",
        set: |draft, text| {
            draft.runs.number = Some(Phone::parse(text).map_err(|error| error.to_string())?);
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "limit",
        value: "N",
        default: "50",
        help: "At most so many runs",
        set: |draft, text| count(text).map(|limit| draft.runs.limit = Some(limit)),
        ..SETTING
    },
    Setting {
        flag: "format",
        value: "FORMAT",
        default: "human",
        help: "human or json",
        set: |draft, text| is_json(text).map(|json| draft.runs.json = json),
        ..SETTING
    },
    Setting {
        flag: "reveal",
        help: "Show telephone numbers and states whole",
        set: |draft, _| {
            draft.runs.reveal = true;
            Ok(())
        },
        ..SETTING
    },
];
