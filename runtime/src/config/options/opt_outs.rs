//! What is asked of `opt-outs`.

use super::{Scope, Setting};
use crate::config::opt_outs::ListFormat;

pub(super) static SETTINGS: &[Setting] = &[Setting {
    flag: "format",
    value: "FORMAT",
    default: "human",
    help: "human or json, or csv of a list",
    scopes: &[Scope::OptOuts],
    set: |draft, text| {
        draft.opt_outs.format = match text {
            "human" => ListFormat::Human,
            "json" => ListFormat::Json,
            "csv" => ListFormat::Csv,
            _ => return Err("the formats are human, json and csv".to_owned()),
        };
        Ok(())
    },
    ..Setting::NONE
}];
