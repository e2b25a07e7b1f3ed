//! An answer, and the places in it: what labels and paths go through, be it JSON or XML.

use serde_json::Value;

use crate::path::Segment;
use crate::xml::{Place, Xml};
use crate::{describe, label, path};

/// An answer that has been understood.
#[derive(Debug)]
pub enum Document<'t> {
    /// A JSON text.
    Json(Value),
    /// An XML document.
    Xml(Xml<'t>),
}

impl Document<'_> {
    /// Where every query begins.
    pub fn root(&self) -> Node<'_> {
        match self {
            Self::Json(json) => Node::Json(json),
            Self::Xml(xml) => Node::Xml(xml.root()),
        }
    }
}

/// A place in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node<'a> {
    /// Any JSON value.
    Json(&'a Value),
    /// An element or an attribute.
    Xml(Place<'a>),
}

/// What is right inside a [`Node`].
pub struct Part<'a> {
    /// How a path goes on to it: `.name`, `[0]`, `.row[1]`.
    pub step: String,
    /// Its name; elements of a list have none.
    pub name: Option<&'a str>,
    /// Itself.
    pub node: Node<'a>,
}

impl<'a> Node<'a> {
    /// The first member of this name, depth-first in document order.
    pub fn label(self, name: &str) -> Option<Self> {
        match self {
            Self::Json(json) => label(json, name).map(Self::Json),
            Self::Xml(place) => place.label(name).map(Self::Xml),
        }
    }

    /// What a path leads to, if all of it is there.
    pub fn path<'s>(self, segments: impl IntoIterator<Item = Segment<'s>>) -> Option<Self> {
        match self {
            Self::Json(json) => path(json, segments).map(Self::Json),
            Self::Xml(place) => place.path(segments).map(Self::Xml),
        }
    }

    /// Whether it is there and says that there is no value: `null`, `xsi:nil="true"`.
    pub fn is_null(self) -> bool {
        match self {
            Self::Json(json) => json.is_null(),
            Self::Xml(place) => place.is_nil(),
        }
    }

    /// Whether it may have members.
    pub fn has_members(self) -> bool {
        match self {
            Self::Json(json) => json.is_object(),
            Self::Xml(place) => place.text().is_none(),
        }
    }

    /// What is right inside it, in document order.
    pub fn parts(self) -> Vec<Part<'a>> {
        match self {
            Self::Json(Value::Object(members)) => {
                let part = |(name, value): (&'a String, &'a Value)| Part {
                    step: format!(".{name}"),
                    name: Some(name),
                    node: Self::Json(value),
                };
                members.iter().map(part).collect()
            }
            Self::Json(Value::Array(elements)) => {
                let part = |(at, value): (usize, &'a Value)| Part {
                    step: format!("[{at}]"),
                    name: None,
                    node: Self::Json(value),
                };
                elements.iter().enumerate().map(part).collect()
            }
            Self::Json(_) => Vec::new(),
            Self::Xml(place) => {
                let part = |(step, name, place)| Part { step, name: Some(name), node: Self::Xml(place) };
                place.members().into_iter().map(part).collect()
            }
        }
    }

    /// What it is, in words for people, behind "there is".
    pub fn describe(self) -> String {
        match self {
            Self::Json(json) => describe(json),
            Self::Xml(place) => match (place.text(), place.children()) {
                (Some(text), _) => describe(&Value::String(text)),
                (None, 1) => "an element with 1 child".to_owned(),
                (None, count) => format!("an element with {count} children"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn each_form_is_described_in_its_own_words() {
        let json = Document::Json(json!({ "a": { "b": null } }));
        let xml = Document::Xml(Xml::parse("<a><b c=' 84 '/><d/></a>").unwrap());
        let described = |document: &Document<'_>, name| document.root().label(name).unwrap().describe();
        assert_eq!(described(&json, "a"), "an object with 1 member");
        assert_eq!(described(&xml, "a"), "an element with 2 children");
        assert_eq!(described(&xml, "c"), "the text \"84\"");
        assert_eq!(xml.root().describe(), "an element with 1 child");
        assert!(json.root().label("b").unwrap().is_null());
    }

    #[test]
    fn the_steps_of_parts_lead_to_them() {
        let documents = [
            Document::Json(json!({ "a": [{ "b": 1 }, [2]], "c": { "d": "e" } })),
            Document::Xml(Xml::parse("<a x='1'><b><x/></b><x>2</x><b>3</b></a>").unwrap()),
        ];
        fn assert_reached(root: Node<'_>, way: &[Segment<'_>], here: Node<'_>) {
            assert_eq!(root.path(way.iter().copied()), Some(here), "{way:?}");
            for part in here.parts() {
                let name = part.name.map(Segment::Member);
                let index = part.step.rsplit_once('[').map(|(_, index)| index.trim_end_matches(']').parse().unwrap());
                let way: Vec<_> = way.iter().copied().chain(name).chain(index.map(Segment::Index)).collect();
                assert_reached(root, &way, part.node);
            }
        }
        documents.iter().for_each(|document| assert_reached(document.root(), &[], document.root()));
    }
}
