//! What is asked of `numbers`.

use super::{Scope, Setting};

const SETTING: Setting = Setting { scopes: &[Scope::Numbers], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "force",
        help: "Change numbers that lead elsewhere, too",
        set: |draft, _| {
            draft.numbers.force = true;
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "format",
        value: "FORMAT",
        default: "human",
        help: "human or json",
        set: |draft, text| {
            draft.numbers.json = match text {
                "human" => false,
                "json" => true,
                _ => return Err("the formats are human and json".to_owned()),
            };
            Ok(())
        },
        ..SETTING
    },
];
