//! A question and the reply to it: in which words it is asked, and which are understood.

use crate::flow::{Ask, Input, Sms};
use crate::metrics::StepOutcome;
use crate::value::{Kind, Value, Values};

/// What a reply says.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    Understood(Values),
    /// The person is to be asked again, and may be so many times after that.
    Again(u32),
    /// It is not understood, and no retry is left.
    GivenUp,
}

impl Reply {
    /// For logs and the journal.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Understood(_) => "ok",
            Self::Again(_) | Self::GivenUp => "not understood",
        }
    }

    pub(crate) fn outcome(&self) -> StepOutcome {
        match self {
            Self::Understood(_) => StepOutcome::Ok,
            Self::Again(_) | Self::GivenUp => StepOutcome::Response,
        }
    }
}

impl Ask {
    /// The question, in the words in which it is to be asked when so many retries are left.
    pub(crate) fn words(&self, retries: u32) -> Sms {
        match &self.again {
            Some(again) if retries < self.retries => {
                Sms { body: again.clone(), media: Vec::new(), ..self.question.clone() }
            }
            _ => self.question.clone(),
        }
    }

    /// Reads a reply; `retries` are left, of which the version of the flow that asked may have allowed more.
    pub(crate) fn read(&self, words: &str, retries: Option<u32>) -> Reply {
        match (understand(self.reply, words), retries.unwrap_or(self.retries).min(self.retries)) {
            (Some(values), _) => Reply::Understood(values),
            (None, 0) => Reply::GivenUp,
            (None, left) => Reply::Again(left - 1),
        }
    }
}

/// Reads a reply as the type of the variable that holds it; `None`: it is not of this type.
///
/// White space around it does not matter, but to a text. A bool is also `yes` or `no`, in any case; a number may bear a
/// plus sign. A question whose reply is not kept understands everything.
fn understand(wanted: Option<Input>, words: &str) -> Option<Values> {
    let mut values = Values::default();
    if let Some(Input { name, kind, .. }) = wanted {
        values.push(name, Some(value(kind, words)?));
    }
    Some(values)
}

fn value(kind: Kind, words: &str) -> Option<Value> {
    let trimmed = words.trim();
    match kind {
        Kind::Bool => match trimmed.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(Value::Bool(true)),
            "no" | "false" => Some(Value::Bool(false)),
            _ => None,
        },
        // People do write `007` and `+3`, which JSON does not know.
        Kind::Int => trimmed.parse().ok().map(Value::Int),
        Kind::Number => {
            let digits = trimmed.strip_prefix('+').unwrap_or(trimmed);
            Value::from_text(kind, digits).or_else(|_| Value::from_text(kind, digits.trim_start_matches('0'))).ok()
        }
        Kind::Text => Value::from_text(kind, words).ok(),
        _ => Value::from_text(kind, trimmed).ok(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::{Phone, Url, number};

    #[test]
    fn a_reply_is_read_by_its_type() {
        let read = |kind, words| value(kind, words);
        assert_eq!(read(Kind::Int, " 4\n"), Some(Value::Int(4)));
        assert_eq!(read(Kind::Int, "+04"), Some(Value::Int(4)));
        assert_eq!(read(Kind::Int, "-4"), Some(Value::Int(-4)));
        assert_eq!(read(Kind::Number, "4.50"), Some(Value::Number(number("4.50"))));
        assert_eq!(read(Kind::Number, "+04.50"), Some(Value::Number(number("4.50"))));
        assert_eq!(read(Kind::Bool, "Yes "), Some(Value::Bool(true)));
        assert_eq!(read(Kind::Bool, "NO"), Some(Value::Bool(false)));
        assert_eq!(read(Kind::Text, " as it came "), Some(Value::Text(" as it came ".to_owned())));
        assert_eq!(read(Kind::Phone, " +13055550100"), Some(Value::Phone(Phone::literal("+13055550100"))));
        let url = Url::literal("https://example.com/a");
        assert_eq!(read(Kind::Url, "https://example.com/a "), Some(Value::Url(url)));
    }

    #[test]
    fn what_is_not_of_the_type_is_not_understood() {
        for (kind, words) in [
            (Kind::Int, "four"),
            (Kind::Int, "4.5"),
            (Kind::Int, "99999999999999999999"),
            (Kind::Number, "4,5"),
            (Kind::Bool, "maybe"),
            (Kind::Phone, "305-555-0100"),
            (Kind::Url, "example.com"),
            (Kind::Text, "\0"),
        ] {
            assert_eq!(value(kind, words), None, "{words:?}");
        }
    }

    #[test]
    fn a_reply_that_nobody_reads_is_always_understood() {
        assert!(understand(None, "\0").is_some());
        let guests = Input { name: "guests", kind: Kind::Int, optional: false };
        assert_eq!(understand(Some(guests), "3").unwrap().int("guests"), Ok(3));
    }

    fn ask(retries: u32) -> Ask {
        let question = Sms { line: 1, to: None, from: None, body: "How many?".to_owned(), media: vec![] };
        let reply = Some(Input { name: "guests", kind: Kind::Int, optional: false });
        Ask { question, place: "ask", reply, within: 60, retries, again: Some("A number, please.".to_owned()) }
    }

    #[test]
    fn a_version_that_allows_fewer_retries_asks_no_oftener() {
        assert_eq!(ask(1).read("many", Some(2)), Reply::Again(0));
        assert_eq!(ask(1).words(0).body, "A number, please.");
        assert_eq!(ask(0).read("many", Some(2)), Reply::GivenUp);
        assert_eq!(ask(2).read("many", None), Reply::Again(1));
        assert_eq!(ask(2).words(2).body, "How many?");
        assert!(matches!(ask(0).read("3", Some(2)), Reply::Understood(_)));
    }
}
