//! Runs that do not fit the flow: their states are of another version.

use std::collections::BTreeMap;

use super::journal::{Place, Unfinished};
use crate::flow::{Fault, Program, Secrets};

/// Why a program cannot go on from a state, in serde's words; `None` if it can. What else may be wrong with the state is
/// told when it is carried out.
pub(crate) fn unfit(program: &Program, secrets: &Secrets, state: &str) -> Option<String> {
    match (program.enter)(state, secrets) {
        Err(Fault::State(why)) => Some(why),
        _ => None,
    }
}

/// Where runs are that cannot go on, and how to mend it; `cancel` is what ends a run.
pub(crate) fn sentences(unfit: &[(Unfinished, String)], cancel: &str) -> Vec<String> {
    let mut places: BTreeMap<(u32, String, String), usize> = BTreeMap::new();
    for (run, why) in unfit {
        let place = run.place.as_ref();
        let line = place.map_or(0, |place: &Place| place.line);
        let name = place.map_or_else(|| under_way(&run.state), |place| format!("`{}`", place.name));
        *places.entry((line, name, reason(why))).or_default() += 1;
    }
    let sentence = |((line, name, why), count): (&(u32, String, String), &usize)| {
        let runs = if *count == 1 { "1 run is".to_owned() } else { format!("{count} runs are") };
        let line = if *line == 0 { String::new() } else { format!(" (line {line} of the former version)") };
        format!(
            "{runs} at {name}{line}, and this version of the flow cannot go on there: {why}. Let the former version \
             finish them, cancel them with {cancel}, or set them aside with --unfit-runs park"
        )
    };
    places.iter().map(sentence).collect()
}

/// What a run was at that did not wait, by the names in its state: `{"on sms":{"call 3fa9c2d1":{}}}`.
fn under_way(state: &str) -> String {
    let named = |json: &serde_json::Value| -> Option<String> {
        let (trigger, state) = json.as_object()?.iter().next()?;
        let step = state.as_object()?.keys().next()?.split(' ').next()?;
        Some(format!("a `{step}` of `{trigger}` that was under way"))
    };
    let parsed = serde_json::from_str(state).ok();
    parsed.as_ref().and_then(named).unwrap_or_else(|| "a step that was under way".to_owned())
}

/// What serde says of a state, for people who do not know what a variant is.
pub(crate) fn reason(why: &str) -> String {
    let quoted = || why.split('`').nth(1).unwrap_or_default();
    if why.starts_with("unknown variant") {
        "it has no such step, or the words of the step or of its trigger were changed (`flowc diff` tells more)"
            .to_owned()
    } else if why.starts_with("missing field") {
        format!("it needs `{}` there, which the run does not have", quoted())
    } else {
        format!("its variables are of other types ({why})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::journal::Status;
    use crate::run_id::RunId;

    #[test]
    fn places_are_named_with_their_runs() {
        let place = Place { name: "ask \"How many?\"".to_owned(), line: 3 };
        let run = |place: Option<&Place>| Unfinished {
            id: RunId::new(),
            state: String::new(),
            place: place.cloned(),
            status: Status::Asked,
        };
        let unfit = [
            (run(Some(&place)), "unknown variant `ask 12`, expected `x`".to_owned()),
            (run(Some(&place)), "unknown variant `ask 12`, expected `x`".to_owned()),
            (run(None), "missing field `guests: int` at line 1".to_owned()),
        ];
        let told = sentences(&unfit, "`runs cancel`");
        assert!(told.iter().any(|told| told.starts_with("2 runs are at `ask \"How many?\"` (line 3 of")), "{told:?}");
        assert!(told.iter().any(|told| told.contains("it needs `guests: int` there")), "{told:?}");
    }
}
