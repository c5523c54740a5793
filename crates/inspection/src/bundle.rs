//! The file that an inspector takes along: the signed statement, the sections as text, the proofs of the leaves that it names.

use std::collections::BTreeMap;

use countenance_base::to_hex;
use countenance_tlog::{Note, NoteKey, NoteSigner};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{SectionLine, Statement};

/// Of the file.
pub const FORM: &str = "countenance/inspection/v1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    pub form: String,
    /// The signed [`Statement`].
    pub note: String,
    /// By name, each as the very text whose hash is signed: JSON, which a reader may show and need not understand.
    pub sections: BTreeMap<String, String>,
    /// `.tlog-proof` files, one for each leaf that the statement names, in its order.
    pub proofs: Vec<String>,
}

impl Bundle {
    /// Signs `statement`, whose sections are made of these texts.
    pub fn sign(mut statement: Statement, sections: BTreeMap<String, String>, proofs: Vec<String>, operator: &NoteSigner) -> Self {
        let line = |(name, text): (&String, &String)| SectionLine {
            name: name.clone(),
            hash: Sha256::digest(text.as_bytes()).into(),
        };
        statement.sections = sections.iter().map(line).collect();
        let text = statement.to_text();
        let note = Note::new(text.clone(), vec![operator.sign_text(&text)]).to_string();
        Self {
            form: FORM.to_owned(),
            note,
            sections,
            proofs,
        }
    }

    /// The statement, when the operator's key signed it.
    pub fn statement(&self, operator: &NoteKey) -> Option<Statement> {
        let note = Note::parse(&self.note).ok()?;
        note.verify(operator).ok()?;
        Statement::parse(note.text())
    }

    /// SHA-256 of the signed note, hexadecimal.
    pub fn hash(&self) -> String {
        to_hex(&<[u8; 32]>::from(Sha256::digest(self.note.as_bytes())))
    }

    /// Whether the sections are those that were signed, each by its name and no other.
    pub fn sections_hold(&self, statement: &Statement) -> bool {
        let hash = |text: &String| <[u8; 32]>::from(Sha256::digest(text.as_bytes()));
        let here = self.sections.iter().map(|(name, text)| (name.clone(), hash(text)));
        here.eq(statement.sections.iter().map(|section| (section.name.clone(), section.hash)))
    }
}
