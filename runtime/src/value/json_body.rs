//! The flow's values as parts of a JSON body.

use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::{Json, Number, Phone, Scalar, Url};
use crate::flow::JsonBody;

impl Serialize for JsonBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            JsonBody::Null => serializer.serialize_unit(),
            JsonBody::Bool(value) => serializer.serialize_bool(*value),
            JsonBody::Text(text) => serializer.serialize_str(text),
            JsonBody::Number(digits) => {
                // Parsed again, so that no text can pass for a number and bring its own JSON along.
                let number: serde_json::Number = digits.parse().map_err(S::Error::custom)?;
                number.serialize(serializer)
            }
            JsonBody::Value(value) => value.serialize(serializer),
            JsonBody::List(elements) => serializer.collect_seq(elements),
            JsonBody::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<String> for JsonBody {
    fn from(text: String) -> Self {
        JsonBody::Text(text)
    }
}

impl From<&str> for JsonBody {
    fn from(text: &str) -> Self {
        JsonBody::Text(text.to_owned())
    }
}

impl From<i64> for JsonBody {
    fn from(value: i64) -> Self {
        JsonBody::Number(value.to_string())
    }
}

impl From<Number> for JsonBody {
    fn from(value: Number) -> Self {
        JsonBody::Number(value.to_string())
    }
}

impl From<bool> for JsonBody {
    fn from(value: bool) -> Self {
        JsonBody::Bool(value)
    }
}

impl From<Phone> for JsonBody {
    fn from(phone: Phone) -> Self {
        JsonBody::Text(phone.into())
    }
}

impl From<Url> for JsonBody {
    fn from(url: Url) -> Self {
        JsonBody::Text(url.into())
    }
}

impl From<Json> for JsonBody {
    fn from(value: Json) -> Self {
        JsonBody::Value(value)
    }
}

impl From<Scalar> for JsonBody {
    fn from(value: Scalar) -> Self {
        match value {
            Scalar::Text(text) => JsonBody::Text(text),
            Scalar::Number(digits) => JsonBody::Number(digits),
            Scalar::Bool(value) => JsonBody::Bool(value),
        }
    }
}

impl<T: Into<JsonBody>> From<Vec<T>> for JsonBody {
    fn from(elements: Vec<T>) -> Self {
        JsonBody::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<JsonBody>> From<Option<T>> for JsonBody {
    fn from(value: Option<T>) -> Self {
        value.map_or(JsonBody::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::number;

    #[test]
    fn values_keep_their_shape_and_digits() {
        let body = JsonBody::Object(vec![
            ("text", "a \"quoted\"\n line".into()),
            ("int", 42.into()),
            ("number", number("12.50").into()),
            ("scalar", Scalar::Number("12345678901234567890".to_owned()).into()),
            ("list", vec![true, false].into()),
            ("none", None::<String>.into()),
        ]);
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"text":"a \"quoted\"\n line","int":42,"number":12.50,"scalar":12345678901234567890,"list":[true,false],"none":null}"#
        );
    }

    #[test]
    fn a_text_cannot_pass_for_a_number() {
        assert!(serde_json::to_string(&JsonBody::Number("1,\"admin\":true".to_owned())).is_err());
    }
}
