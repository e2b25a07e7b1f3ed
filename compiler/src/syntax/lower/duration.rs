//! Lengths of time: `10s`, `5m`, `2h`, `7d`.

use super::{Lower, Pair, Parts, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::Duration;
use crate::syntax::grammar::Rule;

const UNITS: &[(&str, u32)] = &[("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

/// What people write in full.
const LONG_UNITS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
];

impl Lower {
    /// The length of time behind `keyword`; `example` shows one in its place: `wait 2h`.
    pub(super) fn duration_behind(&mut self, parts: &mut Parts<'_>, keyword: Span, example: &str) -> Option<Duration> {
        match take(parts, Rule::duration) {
            Some(duration) => self.duration(&duration, example),
            None => {
                self.expected(keyword, &format!("a length of time, as in `{example}`"));
                None
            }
        }
    }

    pub(super) fn duration(&mut self, pair: &Pair<'_>, example: &str) -> Option<Duration> {
        let (text, span) = (pair.as_str(), self.span(pair));
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        if let Some((_, each)) = UNITS.iter().find(|(known, _)| *known == unit) {
            let seconds = number.parse::<u32>().unwrap_or(u32::MAX).saturating_mul(*each);
            return Some(Duration { seconds, span });
        }
        let meant = match unit {
            "" => unit_of(example),
            _ => LONG_UNITS.iter().find(|(long, _)| long.eq_ignore_ascii_case(unit)).map(|(_, short)| *short),
        };
        let message = format!("`{text}` is not a whole number with one of the units `s`, `m`, `h`, `d`");
        let label = if unit.is_empty() { "in which unit?" } else { "not understood" };
        let diagnostic = Diagnostic::new(Code::BadDuration, span, message, label)
            .with_help(format!("write seconds, minutes, hours or days, as in `{example}`"));
        self.report(match meant {
            Some(unit) => diagnostic.with_fix(span, format!("{number}{unit}")),
            None => diagnostic,
        });
        None
    }
}

/// The unit of the length of time that an example shows.
fn unit_of(example: &str) -> Option<&str> {
    let duration = example.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(duration.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::unit_of;

    #[test]
    fn the_unit_is_that_of_the_example() {
        assert_eq!(unit_of("timeout 10s"), Some("s"));
        assert_eq!(unit_of("when 10m pass"), Some("m"));
    }
}
