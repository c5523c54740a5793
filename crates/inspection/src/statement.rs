//! What the operator signs for an inspector to take along: what was asked for, which sections there are by hash, which leaves prove it.

use countenance_base::{InspectionId, SiteId, Text, Timestamp, from_hex, to_hex};
use countenance_tlog::Hash;

const HEAD: &str = "countenance/inspection/v1";

/// Said on every bundle, since nothing shows the contrary.
pub const NOT_SHOWN: [&str; 3] = [
    "that what the operator states is true",
    "that nothing was left out before it was written",
    "that no device is there which the registers do not name",
];

/// The sample that the bundle's section of consents shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleLine {
    pub nonce: [u8; 32],
    /// The inspector's word; in the text as hexadecimal of its UTF-8.
    pub word: String,
    /// Of how many consents, and the hash of their list.
    pub count: u64,
    pub list_hash: [u8; 32],
}

/// A leaf of the ledger that the bundle proves, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafLine {
    /// One operator asked.
    Asked(u64),
    /// Another granted.
    Granted(u64),
    /// The sample's nonce and list were promised.
    Promised(u64),
    /// A gate enrolled under the consent with this number in the list.
    Consent { index: u64, place: u64 },
}

impl LeafLine {
    pub const fn place(self) -> u64 {
        match self {
            Self::Asked(place) | Self::Granted(place) | Self::Promised(place) | Self::Consent { place, .. } => place,
        }
    }

    fn to_words(self) -> String {
        match self {
            Self::Asked(place) => format!("asked {place}"),
            Self::Granted(place) => format!("granted {place}"),
            Self::Promised(place) => format!("promised {place}"),
            Self::Consent { index, place } => format!("consent {index} {place}"),
        }
    }

    fn parse(words: &str) -> Option<Self> {
        let (what, rest) = words.split_once(' ')?;
        Some(match what {
            "asked" => Self::Asked(rest.parse().ok()?),
            "granted" => Self::Granted(rest.parse().ok()?),
            "promised" => Self::Promised(rest.parse().ok()?),
            "consent" => {
                let (index, place) = rest.split_once(' ')?;
                Self::Consent {
                    index: index.parse().ok()?,
                    place: place.parse().ok()?,
                }
            }
            _ => return None,
        })
    }
}

/// A section by its name and the SHA-256 of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionLine {
    pub name: String,
    pub hash: [u8; 32],
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub site: SiteId,
    pub name: Text,
    pub inspection: InspectionId,
    pub authority: String,
    pub inspector: String,
    pub reason: String,
    pub from: Timestamp,
    pub until: Timestamp,
    pub written: Timestamp,
    /// Size and root of the ledger as witnesses last saw it.
    pub checkpoint: (u64, Hash),
    pub sample: Option<SampleLine>,
    pub leaves: Vec<LeafLine>,
    pub sections: Vec<SectionLine>,
}

impl Statement {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let (size, root) = &self.checkpoint;
        let mut lines = vec![
            HEAD.to_owned(),
            format!("site {}", self.site),
            format!("name {} / {}", self.name.zh, self.name.en),
            format!("inspection {}", self.inspection),
            format!("authority {}", self.authority),
            format!("inspector {}", self.inspector),
            format!("reason {}", self.reason),
            format!("from {}", self.from.rfc3339()),
            format!("until {}", self.until.rfc3339()),
            format!("written {}", self.written.rfc3339()),
            format!("checkpoint {size} {}", base64(root)),
        ];
        lines.push(match &self.sample {
            None => "sample none".to_owned(),
            Some(sample) => {
                let word = to_hex(sample.word.as_bytes());
                let (nonce, list) = (to_hex(&sample.nonce), to_hex(&sample.list_hash));
                format!("sample {nonce} {word} {} {list}", sample.count)
            }
        });
        lines.extend(self.leaves.iter().map(|leaf| format!("leaf {}", leaf.to_words())));
        let section = |section: &SectionLine| format!("section {} {}", section.name, to_hex(&section.hash));
        lines.extend(self.sections.iter().map(section));
        lines.extend(NOT_SHOWN.iter().map(|not| format!("not {not}")));
        lines.iter().map(|line| line.replace('\n', " ") + "\n").collect()
    }

    /// Reads such a text; `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        (lines.next()? == HEAD).then_some(())?;
        let mut take = |word: &str| lines.next()?.strip_prefix(word)?.strip_prefix(' ');
        let site = take("site")?.parse().ok()?;
        let (zh, en) = take("name")?.split_once(" / ")?;
        let mut parsed = Self {
            site,
            name: Text::new(zh, en),
            inspection: take("inspection")?.parse().ok()?,
            authority: take("authority")?.to_owned(),
            inspector: take("inspector")?.to_owned(),
            reason: take("reason")?.to_owned(),
            from: Timestamp::parse_rfc3339(take("from")?)?,
            until: Timestamp::parse_rfc3339(take("until")?)?,
            written: Timestamp::parse_rfc3339(take("written")?)?,
            checkpoint: checkpoint(take("checkpoint")?)?,
            sample: sample(take("sample")?)?,
            leaves: Vec::new(),
            sections: Vec::new(),
        };
        for line in lines {
            match line.split_once(' ')? {
                ("leaf", words) => parsed.leaves.push(LeafLine::parse(words)?),
                ("section", words) => {
                    let (name, hash) = words.split_once(' ')?;
                    parsed.sections.push(SectionLine {
                        name: name.to_owned(),
                        hash: from_hex(hash)?,
                    });
                }
                ("not", _) => {}
                _ => return None,
            }
        }
        // One text for one meaning: what does not come out the same was not written by us.
        (parsed.to_text() == text).then_some(parsed)
    }
}

fn checkpoint(words: &str) -> Option<(u64, Hash)> {
    let (size, root) = words.split_once(' ')?;
    Some((size.parse().ok()?, unbase64(root)?))
}

/// The outer `None` when the words cannot be read.
#[expect(clippy::option_option, reason = "no sample, and no words, are two things")]
fn sample(words: &str) -> Option<Option<SampleLine>> {
    if words == "none" {
        return Some(None);
    }
    let mut words = words.split(' ');
    let nonce = from_hex(words.next()?)?;
    let word = String::from_utf8(unhex(words.next()?)?).ok()?;
    let count = words.next()?.parse().ok()?;
    let list_hash = from_hex(words.next()?)?;
    Some(Some(SampleLine {
        nonce,
        word,
        count,
        list_hash,
    }))
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let [byte] = from_hex::<1>(std::str::from_utf8(pair).ok()?)?;
            Some(byte)
        })
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn unbase64(text: &str) -> Option<Hash> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            site: SiteId::from_bytes([1; 16]),
            name: Text::new("示范小区", "Demo estate"),
            inspection: InspectionId::from_bytes([2; 16]),
            authority: "区网信办".into(),
            inspector: "王某".into(),
            reason: "2026 年第 114 号".into(),
            from: Timestamp::from_seconds(1_790_000_000),
            until: Timestamp::from_seconds(1_790_086_400),
            written: Timestamp::from_seconds(1_790_000_060),
            checkpoint: (120, [3; 32]),
            sample: Some(SampleLine {
                nonce: [4; 32],
                word: "六五二".into(),
                count: 41,
                list_hash: [5; 32],
            }),
            leaves: vec![
                LeafLine::Asked(7),
                LeafLine::Granted(9),
                LeafLine::Promised(12),
                LeafLine::Consent { index: 3, place: 2 },
            ],
            sections: vec![SectionLine {
                name: "registers".into(),
                hash: [6; 32],
            }],
        }
    }

    #[test]
    fn a_statement_is_read_as_it_was_written_and_in_no_other_spelling() {
        let text = statement().to_text();
        assert_eq!(Statement::parse(&text), Some(statement()));
        let without = Statement {
            sample: None,
            leaves: Vec::new(),
            ..statement()
        };
        assert_eq!(Statement::parse(&without.to_text()), Some(without));
        for (from, to) in [
            ("asked 7", "asked 07"),
            ("not that nothing", "not that something"),
            ("checkpoint 120", "checkpoint +120"),
            ("section registers", "sections registers"),
            (HEAD, "countenance/inspection/v2"),
            ("consent 3 2", "consent 3"),
            ("authority ", "authority"),
        ] {
            assert!(text.contains(from));
            assert_eq!(Statement::parse(&text.replacen(from, to, 1)), None, "{to}");
        }
        assert_eq!(Statement::parse(text.trim_end()), None);
    }

    #[test]
    fn words_never_break_into_lines_of_their_own() {
        let forged = Statement {
            reason: "114\nsample none".into(),
            ..statement()
        };
        assert_eq!(forged.to_text().lines().filter(|line| line.starts_with("sample ")).count(), 1);
    }
}
