//! A flow that texts and nothing else, for carriers that carry no pictures.

use std::path::PathBuf;

use crate::build::binary_of;
use crate::program::Start;
use crate::stand_in::StandIn;

const FLOW: &str = r#"
flow "Texting"
on sms
  -> match $body {
       "later" -> call GET "https://slow.example/" ok -> sms "at last" fail -> sms "never"
       "elsewhere" -> sms to "72345" from "+13055550188" "Hello"
       "tell"  -> sms "refuse me"
                  fail -> call GET "https://report.example/" query "kind" = $failure.kind
                            query "status" = ($failure.status ?? 0) query "why" = $failure.message
                          fail -> end
       else    -> sms "You wrote: $body"
     }
"#;

/// Its binary: it says what was written, `later` only when `slow.example` has answered; and to `tell` it tells
/// `report.example` why it could not answer.
pub fn binary() -> PathBuf {
    binary_of("texting", FLOW)
}

/// Has its reports brought to this stand-in.
pub fn reporting(start: Start, report: &StandIn) -> Start {
    start.connect("report.example:443", &report.url())
}

/// The kind, status and reason of the first report.
pub fn report(report: &StandIn) -> [String; 3] {
    let query = report.wait_for(1)[0].query();
    ["kind", "status", "why"].map(|name| {
        let found = query.iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("no {name}: {query:?}")).1.clone()
    })
}
