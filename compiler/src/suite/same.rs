//! Whether two JSON values say the same: the order of members aside, and however a number is written.

use serde_json::Value as Json;

/// Whether they are the same: `84` and `84.0` are, `84` and `"84"` are not.
pub(super) fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let is_there = |(name, value): (&String, &Json)| other.get(name).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(is_there)
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Number(one), Json::Number(other)) => {
            let (one, other) = (one.to_string(), other.to_string());
            one == other || number(&one).is_some_and(|one| Some(one) == number(&other))
        }
        (one, other) => one == other,
    }
}

/// A number as its sign, its digits without zeros at both ends, and the power of ten of the last one; `None` where that is
/// too large to count.
fn number(text: &str) -> Option<(bool, String, i64)> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let length = |digits: &str| i64::try_from(digits.len()).ok();
    let power = power.parse::<i64>().ok()?.checked_sub(length(fraction)?)?;
    let power = power.checked_add(length(digits)? - length(significant)?)?;
    Some((is_negative, significant.to_owned(), power))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn values_are_compared_and_not_their_spelling() {
        let same =
            |one: &str, other: &str| same(&serde_json::from_str(one).unwrap(), &serde_json::from_str(other).unwrap());
        for (one, other) in [
            (r#"{"a":1,"b":[2,null]}"#, r#"{"b":[2.0,null],"a":1}"#),
            ("84", "84.00"),
            ("8400", "8.4e3"),
            ("-0", "0.0"),
            ("0.0010", "1E-3"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert!(same(one, other) && same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("84", "\"84\""),
            ("1", "-1"),
            ("10", "1"),
            ("123456789012345678901234567890", "123456789012345678901234567891"),
            ("1e99999999999999999999", "1"),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":1,"b":2}"#, r#"{"a":1,"c":2}"#),
            ("[1,2]", "[2,1]"),
            ("[]", "null"),
        ] {
            assert!(!same(one, other) && !same(other, one), "{one} {other}");
        }
    }
}
