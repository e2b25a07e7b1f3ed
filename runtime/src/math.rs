//! Arithmetic of the language: exact, or a fault that says why.

use rust_decimal::RoundingStrategy;

use crate::flow::Fault;
use crate::value::Number;

/// Digits of a number, as docs/language.md promises them.
const MOST_DIGITS: u32 = 28;

fn too_large(what: &str, kind: &str) -> Fault {
    Fault::Flow(format!("the result of {what} is too large for {kind}"))
}

/// `a + b`
pub fn add_int(a: i64, b: i64) -> Result<i64, Fault> {
    a.checked_add(b).ok_or_else(|| too_large(&format!("{a} + {b}"), "an int"))
}

/// `a - b`
pub fn sub_int(a: i64, b: i64) -> Result<i64, Fault> {
    a.checked_sub(b).ok_or_else(|| too_large(&format!("{a} - {b}"), "an int"))
}

/// `a * b`
pub fn mul_int(a: i64, b: i64) -> Result<i64, Fault> {
    a.checked_mul(b).ok_or_else(|| too_large(&format!("{a} * {b}"), "an int"))
}

/// `-a`
pub fn neg_int(a: i64) -> Result<i64, Fault> {
    a.checked_neg().ok_or_else(|| too_large(&format!("-({a})"), "an int"))
}

/// `a + b`
pub fn add(a: Number, b: Number) -> Result<Number, Fault> {
    a.checked_add(b).ok_or_else(|| too_large(&format!("{a} + {b}"), "a number"))
}

/// `a - b`
pub fn sub(a: Number, b: Number) -> Result<Number, Fault> {
    a.checked_sub(b).ok_or_else(|| too_large(&format!("{a} - {b}"), "a number"))
}

/// `a * b`
pub fn mul(a: Number, b: Number) -> Result<Number, Fault> {
    a.checked_mul(b).ok_or_else(|| too_large(&format!("{a} * {b}"), "a number"))
}

/// `a / b`, to 28 digits; dividing by zero is a [`Fault::Flow`].
pub fn div(a: Number, b: Number) -> Result<Number, Fault> {
    if b.is_zero() {
        return Err(Fault::Flow(format!("{a} cannot be divided by zero")));
    }
    let quotient = a.checked_div(b).ok_or_else(|| too_large(&format!("{a} / {b}"), "a number"))?;
    // A division pads its result with zeros; `7 / 2` is 3.5.
    Ok(quotient.normalize())
}

/// `-a`
pub fn neg(a: Number) -> Result<Number, Fault> {
    Ok(-a)
}

/// `round(a, places)`: a half goes away from zero, as people round prices; `places` lies
/// between 0 and 28, and what lies outside is taken as the nearer of these. The result is written
/// with so many places, `10.00`, unless it had more than 28 digits then.
pub fn round(a: Number, places: i64) -> Number {
    let places = u32::try_from(places.clamp(0, 28)).unwrap_or_default();
    let rounded = a.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let mut padded = rounded;
    padded.rescale(places);
    let is_written = padded.scale() == places && padded.mantissa().unsigned_abs() < 10_u128.pow(MOST_DIGITS);
    if is_written { padded } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::number;

    #[test]
    fn results_are_exact() {
        assert_eq!(add(number("0.1"), number("0.2")), Ok(number("0.3")));
        assert_eq!(div(number("7"), number("2")).map(|n| n.to_string()), Ok("3.5".to_owned()));
        assert_eq!(mul(number("12.50"), number("3")).map(|n| n.to_string()), Ok("37.50".to_owned()));
        assert_eq!(div(number("10"), number("4")), Ok(number("2.5")));
        assert_eq!(round(number("2.345"), 2), number("2.35"));
        assert_eq!(round(number("-2.5"), 0), number("-3"));
        assert_eq!(round(number("2.5"), -7), number("3"));
    }

    #[test]
    fn what_is_rounded_has_its_places() {
        let written = |text: &str, places| round(number(text), places).to_string();
        assert_eq!(written("10", 2), "10.00");
        assert_eq!(written("-0.005", 2), "-0.01");
        assert_eq!(written("2.50", 1), "2.5");
        assert_eq!(written("9.995", 2), "10.00");
        assert_eq!(round(number("10"), 2), number("10"));
        let long = "1234567890123456789012345678";
        assert_eq!(written(long, 2), long);
        assert_eq!(written("1", 28), "1");
    }

    #[test]
    fn what_has_no_value_is_the_flows_fault() {
        assert_eq!(
            add_int(i64::MAX, 1),
            Err(Fault::Flow("the result of 9223372036854775807 + 1 is too large for an int".to_owned()))
        );
        assert!(neg_int(i64::MIN).is_err());
        assert_eq!(div(number("1"), number("0.0")), Err(Fault::Flow("1 cannot be divided by zero".to_owned())));
        assert!(mul(Number::MAX, number("10")).is_err());
    }
}
