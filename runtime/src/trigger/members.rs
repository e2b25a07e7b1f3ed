//! The members of a JSON object that somebody sent, each name once.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::value::Json;

/// An object's members, to be taken out by name. serde_json would let the last of two equal names
/// win in silence; here they are refused, since nobody can tell which one was meant.
#[derive(Debug)]
pub(crate) struct Members(Vec<(String, Json)>);

impl Members {
    /// Reads a body; the error is a sentence for its sender.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| format!("the body is not JSON as it is expected here: {error}"))
    }

    /// Takes a member out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// The names that were not taken.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object in braces")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format_args!("{name:?} is given twice")));
            }
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn members_are_taken_by_exact_name() {
        let mut members = Members::parse(br#"{"a":1,"A":{"a":2}}"#).unwrap();
        assert_eq!(members.take("a"), Some(Json::from(1)));
        assert_eq!(members.take("a"), None);
        assert_eq!(members.names().collect::<Vec<_>>(), ["A"]);
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_reason() {
        assert!(Members::parse(br#"{"a":1,"a":2}"#).unwrap_err().contains("\"a\" is given twice"));
        assert!(Members::parse(b"[]").unwrap_err().contains("an object in braces"));
        assert!(Members::parse(b"1").unwrap_err().contains("an object in braces"));
        assert!(Members::parse("[".repeat(100_000).as_bytes()).is_err());
        assert!(
            Members::parse(format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()).unwrap_err().contains("recursion")
        );
        assert!(Members::parse(br#"{"a":"\ud800"}"#).is_err());
        assert!(Members::parse(b"\xEF\xBB\xBF{}").is_err());
        assert!(Members::parse(b"").is_err());
    }
}
