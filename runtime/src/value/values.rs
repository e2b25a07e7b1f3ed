//! Named values on their way into a flow.

use super::{Json, Number, Phone, Scalar, Url, Value};
use crate::flow::Fault;

/// Named, optional values. Emitted code takes each out once, by the type that the flow gave it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    entries: Vec<(&'static str, Option<Value>)>,
}

impl Values {
    /// Adds a value; `None` says that it is known to be absent.
    pub fn push(&mut self, name: &'static str, value: Option<Value>) {
        self.entries.push((name, value));
    }

    /// The values without their names, in the order in which they were added.
    pub(crate) fn into_values(self) -> Vec<Option<Value>> {
        self.entries.into_iter().map(|(_, value)| value).collect()
    }

    fn take(&mut self, name: &str) -> Result<Option<Value>, Fault> {
        let known = self.entries.iter_mut().find(|(known, _)| *known == name);
        known.map(|(_, value)| value.take()).ok_or_else(|| Fault::Bug(format!("no value `{name}` was asked for")))
    }
}

fn missing(name: &str) -> Fault {
    Fault::Bug(format!("`{name}` has no value, or has been taken already"))
}

fn mistyped(name: &str, expected: &str) -> Fault {
    Fault::Bug(format!("`{name}` is not {expected}"))
}

macro_rules! takers {
    ($($one:ident, $one_opt:ident, $many:ident, $many_opt:ident: $variant:ident($type:ty), $article:literal;)*) => {
        impl Values {
            $(
                #[doc = concat!("Takes ", $article, ".")]
                pub fn $one(&mut self, name: &str) -> Result<$type, Fault> {
                    self.$one_opt(name)?.ok_or_else(|| missing(name))
                }

                #[doc = concat!("Takes ", $article, " that may be absent.")]
                pub fn $one_opt(&mut self, name: &str) -> Result<Option<$type>, Fault> {
                    match self.take(name)? {
                        None => Ok(None),
                        Some(Value::$variant(value)) => Ok(Some(value)),
                        Some(_) => Err(mistyped(name, $article)),
                    }
                }

                #[doc = concat!("Takes a list; each element is ", $article, ".")]
                pub fn $many(&mut self, name: &str) -> Result<Vec<$type>, Fault> {
                    self.$many_opt(name)?.ok_or_else(|| missing(name))
                }

                #[doc = concat!("Takes a list that may be absent; each element is ", $article, ".")]
                pub fn $many_opt(&mut self, name: &str) -> Result<Option<Vec<$type>>, Fault> {
                    let Some(value) = self.take(name)? else { return Ok(None) };
                    let Value::List(elements) = value else { return Err(mistyped(name, "a list")) };
                    let typed = elements.into_iter().map(|element| match element {
                        Value::$variant(value) => Ok(value),
                        _ => Err(mistyped(name, concat!("a list where each element is ", $article))),
                    });
                    typed.collect::<Result<_, _>>().map(Some)
                }
            )*
        }
    };
}

takers! {
    text, text_opt, texts, texts_opt: Text(String), "a text";
    int, int_opt, ints, ints_opt: Int(i64), "an int";
    number, number_opt, numbers, numbers_opt: Number(Number), "a number";
    bool, bool_opt, bools, bools_opt: Bool(bool), "a bool";
    phone, phone_opt, phones, phones_opt: Phone(Phone), "a phone";
    url, url_opt, urls, urls_opt: Url(Url), "a url";
    json, json_opt, jsons, jsons_opt: Json(Json), "a JSON value";
    scalar, scalar_opt, scalars, scalars_opt: Scalar(Scalar), "a scalar";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_by_name_and_type() {
        let mut values = Values::default();
        values.push("a", Some(Value::Int(1)));
        values.push("b", None);
        values.push("c", Some(Value::List(vec![Value::Text("x".to_owned())])));
        assert_eq!(values.int("a"), Ok(1));
        assert_eq!(values.text_opt("b"), Ok(None));
        assert_eq!(values.texts("c"), Ok(vec!["x".to_owned()]));
    }

    #[test]
    fn a_disagreement_is_a_bug_of_ours() {
        let mut values = Values::default();
        values.push("a", Some(Value::Int(1)));
        values.push("b", None);
        assert!(matches!(values.text("a"), Err(Fault::Bug(_))));
        assert!(matches!(values.text("b"), Err(Fault::Bug(_))));
        assert!(matches!(values.text_opt("other"), Err(Fault::Bug(_))));
    }
}
