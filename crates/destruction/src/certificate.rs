//! The certificate: a signed note that a notary can print and a program can read, and the file that carries it with everything that
//! is needed to check it without the server.

use countenance_base::{DestructionId, SiteId, Text, Timestamp, from_hex, to_hex};
use countenance_tlog::{Hash, Note, NoteKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::What;

const HEAD: &str = "countenance/destruction/v1";
/// Of the file.
pub const FORM: &str = "countenance/certificate/v1";

/// Said on every certificate, since nothing shows the contrary.
pub const NOT_SHOWN: [&str; 3] = [
    "that no copy exists outside the holders named here",
    "that nobody read a copy before it ended",
    "that a disk kept no older blocks: a file anchor does not resist disk forensics",
];

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub site: SiteId,
    pub name: Text,
    pub destruction: DestructionId,
    pub what: What,
    pub ordered: Timestamp,
    pub ended: Timestamp,
    /// Place of the leaf that announced it.
    pub plan: u64,
    /// Size and root of the ledger out of which the copies were read.
    pub registry: (u64, Hash),
    /// Number and root of the copies ([`crate::CopyTree`]).
    pub copies: (u64, Hash),
    /// How many of them are at lost holders.
    pub lost: u64,
    /// Who held something, and by which method it ended.
    pub holders: Vec<String>,
    /// Rows that ended at the server.
    pub rows: Option<String>,
    /// What was asked afterwards, and the answer.
    pub sweep: Option<String>,
    /// An auditor's promise before the order: place of its leaf and SHA-256 of the nonce.
    pub promise: Option<(u64, [u8; 32])>,
}

impl Certificate {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let (size, root) = &self.registry;
        let (count, copies) = &self.copies;
        let mut lines = vec![
            HEAD.to_owned(),
            format!("site {}", self.site),
            format!("name {} / {}", self.name.zh, self.name.en),
            format!("destruction {}", self.destruction),
            format!("what {}", self.what.word()),
            format!("ordered {}", self.ordered.rfc3339()),
            format!("ended {}", self.ended.rfc3339()),
            format!("plan {}", self.plan),
            format!("registry {size} {}", base64(root)),
            format!("copies {count} {}", base64(copies)),
            format!("lost {}", self.lost),
        ];
        lines.extend(self.holders.iter().map(|holder| format!("holder {holder}")));
        lines.extend(self.rows.iter().map(|rows| format!("rows {rows}")));
        lines.extend(self.sweep.iter().map(|sweep| format!("sweep {sweep}")));
        lines.push(match &self.promise {
            Some((place, hash)) => format!("sample promised {place} {}", to_hex(hash)),
            None => "sample none".to_owned(),
        });
        lines.extend(NOT_SHOWN.iter().map(|not| format!("not {not}")));
        lines.iter().map(|line| line.replace('\n', " ") + "\n").collect()
    }

    /// Reads a certificate's text; `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        (lines.next()? == HEAD).then_some(())?;
        let mut take = |word: &str| lines.next()?.strip_prefix(word)?.strip_prefix(' ');
        let site = take("site")?.parse().ok()?;
        let (zh, en) = take("name")?.split_once(" / ")?;
        let name = Text::new(zh, en);
        let destruction = take("destruction")?.parse().ok()?;
        let what = What::from_word(take("what")?)?;
        let ordered = Timestamp::parse_rfc3339(take("ordered")?)?;
        let ended = Timestamp::parse_rfc3339(take("ended")?)?;
        let plan = take("plan")?.parse().ok()?;
        let registry = numbered_root(take("registry")?)?;
        let copies = numbered_root(take("copies")?)?;
        let lost = take("lost")?.parse().ok()?;
        let mut parsed = Self {
            site,
            name,
            destruction,
            what,
            ordered,
            ended,
            plan,
            registry,
            copies,
            lost,
            holders: Vec::new(),
            rows: None,
            sweep: None,
            promise: None,
        };
        for line in lines {
            match line.split_once(' ')? {
                ("holder", words) => parsed.holders.push(words.to_owned()),
                ("rows", words) => parsed.rows = Some(words.to_owned()),
                ("sweep", words) => parsed.sweep = Some(words.to_owned()),
                ("sample", "none") | ("not", _) => {}
                ("sample", words) => parsed.promise = Some(promise(words)?),
                _ => return None,
            }
        }
        // One text for one meaning: what does not come out the same was not written by us.
        (parsed.to_text() == text).then_some(parsed)
    }

    /// What the ledger's leaf says of the certificate, and what identifies it.
    pub fn hash(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }

    /// The reason in the record of the certificate's leaf.
    pub fn leaf_words(text: &str) -> String {
        format!("certificate {}", to_hex(&Self::hash(text)))
    }
}

fn promise(words: &str) -> Option<(u64, [u8; 32])> {
    let (place, hash) = words.strip_prefix("promised ")?.split_once(' ')?;
    Some((place.parse().ok()?, from_hex(hash)?))
}

fn numbered_root(words: &str) -> Option<(u64, Hash)> {
    let (number, root) = words.split_once(' ')?;
    Some((number.parse().ok()?, unbase64(root)?.try_into().ok()?))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// One copy's place in the tree, in a file that does not carry all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mine {
    pub index: u64,
    /// Base64, the lowest first.
    pub path: Vec<String>,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    pub form: String,
    /// The signed certificate.
    pub note: String,
    /// Lines of copies: all of them, or those that `mine` places.
    pub copies: Vec<String>,
    pub mine: Option<Vec<Mine>>,
    /// What gates signed, by its SHA-256 in hexadecimal, as base64.
    pub endings: std::collections::BTreeMap<String, String>,
    /// The `.tlog-proof` of the certificate's leaf.
    pub proof: String,
    /// An RFC 3161 token over the SHA-256 of the note's text, base64 of DER.
    pub timestamp: Option<String>,
    /// Certificates with which the token is checked (PEM).
    pub authority: Option<String>,
    /// The auditor's signed note about a sample.
    pub sample: Option<String>,
}

impl Bundle {
    /// The certificate of the note, when the operator's key signed it.
    pub fn certificate(&self, operator: &NoteKey) -> Option<Certificate> {
        let note = Note::parse(&self.note).ok()?;
        note.verify(operator).ok()?;
        Certificate::parse(note.text())
    }

    /// The certificate's text, whoever signed it.
    pub fn text(&self) -> Option<String> {
        Some(Note::parse(&self.note).ok()?.text().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn certificate() -> Certificate {
        Certificate {
            site: SiteId::from_bytes([1; 16]),
            name: Text::new("示范小区", "Demo estate"),
            destruction: DestructionId::from_bytes([2; 16]),
            what: What::Person,
            ordered: Timestamp::from_seconds(1_790_000_000),
            ended: Timestamp::from_seconds(1_790_000_060),
            plan: 57,
            registry: (120, [3; 32]),
            copies: (1, [4; 32]),
            lost: 0,
            holders: vec!["gate 3: 1 erased".into(), "server: keyring".into()],
            rows: Some("accounts 1".into()),
            sweep: Some("server: 9 tables asked, 0 rows".into()),
            promise: Some((41, [5; 32])),
        }
    }

    #[test]
    fn a_certificate_is_read_as_it_was_written_and_in_no_other_spelling() {
        let text = certificate().to_text();
        assert_eq!(Certificate::parse(&text), Some(certificate()));
        let without = Certificate {
            promise: None,
            rows: None,
            ..certificate()
        };
        assert_eq!(Certificate::parse(&without.to_text()), Some(without));
        for (from, to) in [
            ("plan 57", "plan 057"),
            ("not that no copy", "not that a copy"),
            ("copies 1", "copies +1"),
            ("what person", "what people"),
            ("holder server", "keeper server"),
            (HEAD, "countenance/destruction/v2"),
            ("sample promised", "sample  promised"),
        ] {
            assert!(text.contains(from));
            assert_eq!(Certificate::parse(&text.replace(from, to)), None, "{to}");
        }
        assert_eq!(Certificate::parse(text.trim_end()), None);
    }

    #[test]
    fn words_never_break_into_lines_of_their_own() {
        let forged = Certificate {
            holders: vec!["gate 3\nlost 7".into()],
            ..certificate()
        };
        assert_eq!(forged.to_text().lines().filter(|line| line.starts_with("lost ")).count(), 1);
    }
}
