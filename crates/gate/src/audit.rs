//! An auditor's sample on its way: which copies are looked for, and what a holder's own machine answered. Plain text, so that a person
//! reads what is carried between machines.

use countenance_base::{GateId, from_hex, to_hex};

use crate::journal::{Leaf, RawLeaf};

const PICKS: &str = "countenance/sample-picks/v1";
const SEARCH: &str = "countenance/sample-search/v1";
/// The server, where a search names its holder.
const SERVER: &str = "server";

/// One copy that is looked for: the entries that made and ended it, as they stand in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Which of the certificate's copies.
    pub index: u64,
    pub gate: GateId,
    /// None at a lost gate that never told of it.
    pub enrolled: Option<RawLeaf>,
    /// The gate's own entry, or the server's when the gate was declared lost.
    pub ended: RawLeaf,
}

impl Pick {
    /// Whether somebody can be asked: a lost gate cannot.
    pub fn is_lost(&self) -> bool {
        Leaf::from_bytes(&self.ended.0).is_none_or(|leaf| leaf.gate != self.gate)
    }

    fn line(&self) -> String {
        let enrolled = self.enrolled.map_or_else(|| "-".to_owned(), |leaf| to_hex(&leaf.0));
        format!(
            "copy {} gate {} enrolled {enrolled} ended {}",
            self.index,
            self.gate,
            to_hex(&self.ended.0)
        )
    }

    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let ["copy", index, "gate", gate, "enrolled", enrolled, "ended", ended] = words.as_slice() else {
            return None;
        };
        Some(Self {
            index: index.parse().ok()?,
            gate: GateId(gate.parse().ok()?),
            enrolled: if *enrolled == "-" {
                None
            } else {
                Some(RawLeaf(from_hex(enrolled)?))
            },
            ended: RawLeaf(from_hex(ended)?),
        })
    }
}

/// What an auditor takes to the holders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picks {
    /// SHA-256 of the certificate's text.
    pub certificate: [u8; 32],
    pub picks: Vec<Pick>,
}

impl Picks {
    pub fn to_text(&self) -> String {
        let mut lines = vec![PICKS.to_owned(), format!("certificate {}", to_hex(&self.certificate))];
        lines.extend(self.picks.iter().map(Pick::line));
        lines.join("\n") + "\n"
    }

    /// `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == PICKS).then_some(())?;
        Some(Self {
            certificate: from_hex(lines.next()?.strip_prefix("certificate ")?)?,
            picks: lines.map(Pick::parse).collect::<Option<_>>()?,
        })
    }
}

/// What was found at one holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub certificate: [u8; 32],
    /// [`GateId::SERVER`] for the server.
    pub holder: GateId,
    /// Each copy that was looked for here, and whether anything of it was found.
    pub copies: Vec<(u64, bool)>,
    /// What was searched, and what the same search found that must be there.
    pub searched: Vec<String>,
}

impl Search {
    pub fn to_text(&self) -> String {
        let holder = if self.holder == GateId::SERVER {
            SERVER.to_owned()
        } else {
            format!("gate {}", self.holder)
        };
        let mut lines = vec![
            SEARCH.to_owned(),
            format!("certificate {}", to_hex(&self.certificate)),
            format!("holder {holder}"),
        ];
        let copy = |(index, found): &(u64, bool)| format!("copy {index} {}", if *found { "found" } else { "nothing" });
        lines.extend(self.copies.iter().map(copy));
        lines.extend(self.searched.iter().map(|words| format!("searched {words}")));
        lines.iter().map(|line| line.replace('\n', " ") + "\n").collect()
    }

    /// `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == SEARCH).then_some(())?;
        let certificate = from_hex(lines.next()?.strip_prefix("certificate ")?)?;
        let holder = match lines.next()?.strip_prefix("holder ")? {
            SERVER => GateId::SERVER,
            gate => GateId(gate.strip_prefix("gate ")?.parse().ok()?),
        };
        let mut search = Self {
            certificate,
            holder,
            copies: Vec::new(),
            searched: Vec::new(),
        };
        for line in lines {
            match line.split_once(' ')? {
                ("copy", words) => {
                    let (index, word) = words.split_once(' ')?;
                    let found = match word {
                        "found" => true,
                        "nothing" => false,
                        _ => return None,
                    };
                    search.copies.push((index.parse().ok()?, found));
                }
                ("searched", words) => search.searched.push(words.to_owned()),
                _ => return None,
            }
        }
        Some(search)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::LeafClass;

    fn leaf(gate: u64, sequence: u64) -> RawLeaf {
        let leaf = Leaf {
            class: LeafClass::Erase,
            flags: 0,
            gate: GateId(gate),
            sequence,
            ten_minutes: 7,
            policy: 1,
            previous: [1; 32],
            commitment: [2; 32],
            tag: [3; 32],
        };
        RawLeaf(leaf.to_bytes())
    }

    #[test]
    fn picks_are_read_as_they_were_written_and_a_lost_gate_shows() {
        let pick = |index, ended| Pick {
            index,
            gate: GateId(3),
            enrolled: (index == 4).then(|| leaf(3, 9)),
            ended,
        };
        let picks = Picks {
            certificate: [8; 32],
            picks: vec![pick(4, leaf(3, 12)), pick(7, leaf(0, 2))],
        };
        assert_eq!(Picks::parse(&picks.to_text()), Some(picks.clone()));
        let lost: Vec<bool> = picks.picks.iter().map(Pick::is_lost).collect();
        assert_eq!(lost, [false, true]);
        assert_eq!(Picks::parse(&picks.to_text().replace("ended", "begun")), None);
    }

    #[test]
    fn a_search_is_read_as_it_was_written() {
        for holder in [GateId::SERVER, GateId(3)] {
            let search = Search {
                certificate: [8; 32],
                holder,
                copies: vec![(4, false), (7, true)],
                searched: vec!["41 templates, each with its key".into()],
            };
            assert_eq!(Search::parse(&search.to_text()), Some(search.clone()));
            assert_eq!(Search::parse(&search.to_text().replace("nothing", "perhaps")), None);
        }
    }
}
