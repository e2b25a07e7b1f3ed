//! What is asked of `call`.

use super::{Scope, Setting};

pub(super) static SETTINGS: &[Setting] = &[Setting {
    flag: "send",
    scopes: &[Scope::Call],
    help: "Send the request, and show what comes back; without it, the request is only shown",
    set: |draft, _| {
        draft.send = true;
        Ok(())
    },
    ..Setting::NONE
}];
