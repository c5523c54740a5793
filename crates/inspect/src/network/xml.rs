//! A device's XML as a small tree: no entities but XML's own five, no document types, and bounds on depth and number.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape::resolve_predefined_entity};

const DEPTH_MAX: usize = 64;
const ELEMENTS_MAX: usize = 20_000;

/// An element; names are without prefixes, since makers choose these freely.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Self>,
    pub(super) text: String,
}

/// Why bytes are no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTree {
    NotXml,
    /// A document type, which may define entities that grow.
    DocumentType,
    TooDeep,
    TooMany,
}

impl Element {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, NoTree> {
        // Makers write names in encodings that they do not say; a name with a wrong letter is better than no answer.
        let text = String::from_utf8_lossy(bytes);
        let mut reader = Reader::from_str(&text);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        let mut count = 0;
        loop {
            match reader.read_event().map_err(|_| NoTree::NotXml)? {
                Event::Start(start) => {
                    count += 1;
                    if open.len() == DEPTH_MAX {
                        return Err(NoTree::TooDeep);
                    }
                    open.push(begun(&start)?);
                }
                Event::Empty(start) => {
                    count += 1;
                    close(begun(&start)?, &mut open, &mut root)?;
                }
                Event::End(_) => {
                    let element = open.pop().ok_or(NoTree::NotXml)?;
                    close(element, &mut open, &mut root)?;
                }
                Event::Text(text) => put_text(&text, &mut open),
                Event::CData(text) => put_text(&text, &mut open),
                Event::GeneralRef(reference) => {
                    let char = reference.resolve_char_ref().map_err(|_| NoTree::NotXml)?;
                    let text = match char {
                        Some(char) => char.to_string(),
                        None => resolve_predefined_entity(&reference).ok_or(NoTree::NotXml)?.to_owned(),
                    };
                    put_text(&text, &mut open);
                }
                Event::DocType(_) => return Err(NoTree::DocumentType),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
            if count > ELEMENTS_MAX {
                return Err(NoTree::TooMany);
            }
        }
        root.filter(|_| open.is_empty()).ok_or(NoTree::NotXml)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element at a path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    pub(super) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// This element and all in it.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(element) = all.get(next).copied() {
            all.extend(&element.children);
            next += 1;
        }
        all
    }
}

fn begun(start: &BytesStart<'_>) -> Result<Element, NoTree> {
    let mut element = Element {
        name: start.local_name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| NoTree::NotXml)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| NoTree::NotXml)?;
        let key = attribute.key.local_name().as_ref().to_owned();
        element.attributes.push((key, value.into_owned()));
    }
    Ok(element)
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), NoTree> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_some() => return Err(NoTree::NotXml),
        None => *root = Some(element),
    }
    Ok(())
}

fn put_text(text: &str, open: &mut [Element]) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_without_prefixes() {
        let read =
            Element::read(b"<?xml version=\"1.0\"?><s:E xmlns:s='x'><!-- --><tt:A Name='a&amp;b'>1 &lt; &#50;</tt:A><B/></s:E>").unwrap();
        assert_eq!((read.name.as_str(), read.all().len()), ("E", 3));
        assert_eq!(read.text_at(&["A"]), Some("1 < 2"));
        assert_eq!(read.child("A").unwrap().attribute("Name"), Some("a&b"));
    }

    #[test]
    fn what_grows_or_does_not_end_is_refused() {
        let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(Element::read(deep(DEPTH_MAX).as_bytes()).is_ok());
        let many = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
        assert!(Element::read(many(ELEMENTS_MAX - 1).as_bytes()).is_ok());
        let laughs = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        for (text, why) in [
            (deep(DEPTH_MAX + 1), NoTree::TooDeep),
            (deep(1_000_000), NoTree::TooDeep),
            (many(ELEMENTS_MAX), NoTree::TooMany),
            (laughs.to_owned(), NoTree::DocumentType),
            ("<a>&other;</a>".to_owned(), NoTree::NotXml),
            ("<a b='&other;'/>".to_owned(), NoTree::NotXml),
            ("<a><b></a>".to_owned(), NoTree::NotXml),
            ("<a>".to_owned(), NoTree::NotXml),
            ("<a/><a/>".to_owned(), NoTree::NotXml),
            (String::new(), NoTree::NotXml),
            ("HTTP is not XML".to_owned(), NoTree::NotXml),
        ] {
            assert_eq!(Element::read(text.as_bytes()), Err(why), "{text:.60}");
        }
    }
}
