//! XML (1.0, with namespaces) as labels and paths see it.
//!
//! An element's members are its attributes, in their order, then its child elements, each by its local name: prefixes are
//! chosen by whoever writes the document. `xmlns` and what XML Schema says of an element (`xsi:type`) are no members.

use std::collections::HashMap;
use std::fmt;

use roxmltree::{Document, Error, Node, ParsingOptions};

use crate::path::Segment;

/// How deep elements may be nested: as deep as serde_json's parser lets JSON be.
const DEEPEST: usize = 128;

/// The namespace of `xsi:nil`, by which an element says that it has no value (XML Schema Part 1, section 2.6.2).
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A document that has been parsed.
#[derive(Debug)]
pub struct Xml<'t>(Document<'t>);

/// Why a text is no [`Xml`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XmlError {
    /// It is not well-formed.
    Malformed {
        /// What is wrong, in lower case without a full stop.
        what: String,
        /// From 1.
        line: u32,
        /// In characters, from 1.
        column: u32,
    },
    /// It has a document type: the entities that one declares are how a small document becomes a huge one.
    DocumentType,
    /// Its elements are nested deeper than 128 levels.
    TooDeep,
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, line, column } => write!(f, "{what} at line {line} column {column}"),
            Self::DocumentType => f.write_str("it has a document type (`<!DOCTYPE …>`), which is not read"),
            Self::TooDeep => write!(f, "its elements are nested deeper than {DEEPEST} levels"),
        }
    }
}

impl std::error::Error for XmlError {}

impl<'t> Xml<'t> {
    /// Parses a whole document, whatever encoding its declaration names: the text is decoded already.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &'t str) -> Result<Self, XmlError> {
        let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
        // A byte order mark is no part of the document (XML 1.0, section 4.3.3).
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = Document::parse_with_options(text, options).map_err(|error| told(&error))?;
        match is_deep(&document) {
            true => Err(XmlError::TooDeep),
            false => Ok(Self(document)),
        }
    }

    /// What holds the root element as its one member.
    pub fn root(&self) -> Place<'_> {
        Place::Element(self.0.root())
    }
}

fn told(error: &Error) -> XmlError {
    if matches!(error, Error::DtdDetected) {
        return XmlError::DocumentType;
    }
    let (text, at) = (error.to_string(), error.pos());
    let what = text.strip_suffix(&format!(" at {}:{}", at.row, at.col)).unwrap_or(&text).replace('\'', "`");
    XmlError::Malformed { what, line: at.row, column: at.col }
}

/// Walks from node to node, each once: to count each one's ancestors would take time that grows with the depth.
fn is_deep(document: &Document<'_>) -> bool {
    let (mut node, mut depth) = (document.root(), 0_usize);
    loop {
        if node.is_element() && depth > DEEPEST {
            return true;
        }
        if let Some(child) = node.first_child() {
            (node, depth) = (child, depth + 1);
            continue;
        }
        while node.next_sibling().is_none() {
            let Some(parent) = node.parent() else { return false };
            (node, depth) = (parent, depth - 1);
        }
        let Some(next) = node.next_sibling() else { return false };
        node = next;
    }
}

/// An element, or an attribute by its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place<'a> {
    /// The document counts as one, too.
    Element(Node<'a, 'a>),
    /// Its value, entities resolved.
    Attribute(&'a str),
}

impl<'a> Place<'a> {
    /// The first member of this name, depth-first in document order: an element is looked at before its attributes, and
    /// these before its children.
    pub fn label(self, name: &str) -> Option<Self> {
        let Self::Element(element) = self else { return None };
        element.descendants().filter(Node::is_element).find_map(|inner| {
            match inner != element && is_named(inner, name) {
                true => Some(Self::Element(inner)),
                false => attribute(inner, name),
            }
        })
    }

    /// What a path leads to, if all of it is there. A member is the attribute of this name, or else the first child; with
    /// an index behind it, it is that child of all that have the name.
    pub fn path<'s>(self, segments: impl IntoIterator<Item = Segment<'s>>) -> Option<Self> {
        let mut segments = segments.into_iter().peekable();
        let mut here = self;
        while let Some(segment) = segments.next() {
            let (Segment::Member(name), Self::Element(element)) = (segment, here) else { return None };
            let child = |index| children(element).filter(|inner| is_named(*inner, name)).nth(index).map(Self::Element);
            here = match segments.next_if(|next| matches!(next, Segment::Index(_))) {
                Some(Segment::Index(index)) => child(index)?,
                _ => attribute(element, name).or_else(|| child(0))?,
            };
        }
        Some(here)
    }

    /// The text, trimmed, CDATA sections included; `None` for an element with child elements, which is no single value.
    pub fn text(self) -> Option<String> {
        let text: String = match self {
            Self::Attribute(value) => value.to_owned(),
            Self::Element(element) if children(element).next().is_some() => return None,
            Self::Element(element) => element.children().filter(Node::is_text).filter_map(|text| text.text()).collect(),
        };
        Some(text.trim().to_owned())
    }

    /// Whether the element says that it has no value: `xsi:nil="true"`.
    pub fn is_nil(self) -> bool {
        let Self::Element(element) = self else { return false };
        matches!(element.attribute((XSI, "nil")), Some("true" | "1"))
    }

    /// The child elements.
    pub(crate) fn children(self) -> usize {
        match self {
            Self::Element(element) => children(element).count(),
            Self::Attribute(_) => 0,
        }
    }

    /// How many elements of this one's name its parent has; 0 for an attribute.
    pub fn siblings(self) -> usize {
        let Self::Element(element) = self else { return 0 };
        let name = element.tag_name().name();
        element.parent().map_or(0, |parent| children(parent).filter(|inner| is_named(*inner, name)).count())
    }

    /// All members: the step that leads to each from here as a path has it, its name, and itself.
    pub(crate) fn members(self) -> Vec<(String, &'a str, Self)> {
        let Self::Element(element) = self else { return Vec::new() };
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let of_attribute = |(name, value): (&'a str, &'a str)| (format!(".{name}"), name, Self::Attribute(value));
        let mut members: Vec<_> = attributes(element).map(of_attribute).collect();
        for child in children(element) {
            let name = child.tag_name().name();
            let index = counts.entry(name).or_default();
            // Without an index, a path finds the attribute, or the first of them.
            let step = match *index == 0 && attribute(element, name).is_none() {
                true => format!(".{name}"),
                false => format!(".{name}[{index}]"),
            };
            *index += 1;
            members.push((step, name, Self::Element(child)));
        }
        members
    }
}

fn children<'a>(element: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    element.children().filter(Node::is_element)
}

fn attributes<'a>(element: Node<'a, 'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    element.attributes().filter(|attribute| attribute.namespace() != Some(XSI)).map(|it| (it.name(), it.value()))
}

fn attribute<'a>(element: Node<'a, 'a>, name: &str) -> Option<Place<'a>> {
    attributes(element).find(|(known, _)| *known == name).map(|(_, value)| Place::Attribute(value))
}

fn is_named(element: Node<'_, '_>, name: &str) -> bool {
    element.tag_name().name() == name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ROWS: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
        <r:rows xmlns:r="urn:rows" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" count="2">
          <r:row id="7" xsi:type="Guest"><id>8</id><name> Ann &amp; <![CDATA[<Bob>]]> </name><note xsi:nil="true"/></r:row>
          <other><name>Eve</name></other>
          <row type="x"><name>Ćiro<!-- a comment -->&#x21;</name><empty/></row>
        </r:rows>"#;

    fn text(found: Option<Place<'_>>) -> Option<String> {
        found.map(|place| place.text().unwrap())
    }

    #[test]
    fn a_label_is_found_depth_first_in_document_order() {
        let xml = Xml::parse(ROWS).unwrap();
        let label = |name| xml.root().label(name);
        assert_eq!(text(label("name")).unwrap(), "Ann & <Bob>");
        assert_eq!(text(label("count")).unwrap(), "2");
        assert_eq!(text(label("id")).unwrap(), "7", "the attribute comes before the child");
        assert_eq!(text(label("type")).unwrap(), "x", "what XML Schema says of an element is no member");
        assert_eq!(text(label("empty")).unwrap(), "");
        assert!(label("note").unwrap().is_nil() && !label("name").unwrap().is_nil());
        assert_eq!(label("rows").unwrap().text(), None);
        assert_eq!(label("rows").unwrap().children(), 3);
        assert_eq!((label("Name"), label("r:row"), label("nil")), (None, None, None));
        let inside = Xml::parse("<x><x>1</x></x>").unwrap();
        assert_eq!(inside.root().label("x").unwrap().text(), None);
        assert_eq!(text(inside.root().label("x").unwrap().label("x")).unwrap(), "1");
    }

    #[test]
    fn a_path_begins_with_the_root_element() {
        use Segment::{Index, Member};
        let xml = Xml::parse(ROWS).unwrap();
        let path = |segments: &[Segment<'static>]| xml.root().path(segments.iter().copied());
        let (rows, row, name) = (Member("rows"), Member("row"), Member("name"));
        assert_eq!(text(path(&[rows, row, name])).unwrap(), "Ann & <Bob>");
        assert_eq!(text(path(&[rows, row, Index(1), name])).unwrap(), "Ćiro!");
        assert_eq!(text(path(&[rows, Index(0), row, Index(1), name, Index(0)])).unwrap(), "Ćiro!");
        assert_eq!(text(path(&[rows, row, Member("id")])).unwrap(), "7");
        assert_eq!(text(path(&[rows, row, Member("id"), Index(0)])).unwrap(), "8");
        assert_eq!(path(&[rows, row]).unwrap().siblings(), 2);
        assert_eq!(path(&[]), Some(xml.root()));
        for nowhere in [
            &[row][..],
            &[Index(0)],
            &[rows, Index(1)],
            &[rows, row, Index(2)],
            &[rows, row, Index(0), Index(0)],
            &[rows, Member("count"), name],
            &[rows, Member("count"), Index(0)],
        ] {
            assert_eq!(path(nowhere), None, "{nowhere:?}");
        }
    }

    #[test]
    fn the_steps_of_members_lead_to_them() {
        let xml = Xml::parse(r#"<a id="1"><id>2</id><b>3</b><id>4</id><b>5</b></a>"#).unwrap();
        let root = xml.root().label("a").unwrap();
        let steps: Vec<String> = root.members().into_iter().map(|(step, ..)| step).collect();
        assert_eq!(steps, [".id", ".id[0]", ".b", ".id[1]", ".b[1]"]);
    }

    #[test]
    fn what_is_no_document_is_told() {
        let told = |text: &str| Xml::parse(text).unwrap_err().to_string();
        assert_eq!(told("<a>\n<b></a>"), "expected `b` tag, not `a` at line 2 column 4");
        assert!(told("<!DOCTYPE html><html/>").contains("document type"));
        for text in ["", "84", "<a/><b/>", "<a", "<a>&x;</a>", "<x:a/>", "<a b=1/>", "<a>\u{1}</a>", "<a>&#0;</a>"] {
            assert!(Xml::parse(text).is_err(), "{text}");
        }
        assert!(Xml::parse("\u{feff}<a/>").is_ok());
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(Xml::parse(&nested(128)).is_ok());
        assert_eq!(Xml::parse(&nested(129)).unwrap_err(), XmlError::TooDeep);
        assert_eq!(Xml::parse(&nested(100_000)).unwrap_err(), XmlError::TooDeep);
        assert!(Xml::parse(&"<a>".repeat(1_000_000)).is_err());
    }
}
