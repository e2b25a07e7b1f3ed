//! What is asked of `numbers`.

use super::{Scope, Setting, is_json};

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
        set: |draft, text| is_json(text).map(|json| draft.numbers.json = json),
        ..SETTING
    },
];
