//! The auditor's sample. The auditor promises a nonce by its hash before the destruction is ordered, and reveals it afterwards: neither
//! side can steer which copies are looked for.

use countenance_base::{from_hex, to_hex};
use countenance_tlog::{Hash, Note, NoteKey, NoteSigner};
use sha2::{Digest, Sha256};

const HEAD: &str = "countenance/destruction-sample/v1";

/// What the promise's leaf says.
pub fn promise_words(hash: &[u8; 32]) -> String {
    format!("nonce {}", to_hex(hash))
}

/// The hash that an auditor promises.
pub fn promise_of(nonce: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(nonce).into()
}

/// Where the sample begins: SHA-256(nonce ‖ root of the copies).
pub fn seed(nonce: &[u8; 32], copies: &Hash) -> [u8; 32] {
    Sha256::new().chain_update(nonce).chain_update(copies).finalize().into()
}

/// Which of `count` copies are looked for, at most `most`: by SHA-256(seed ‖ number), each once, in order.
pub fn picks(seed: &[u8; 32], count: u64, most: u64) -> Vec<u64> {
    if count <= most {
        return (0..count).collect();
    }
    let mut picked = std::collections::BTreeSet::new();
    let mut number: u64 = 0;
    while (picked.len() as u64) < most {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(seed)
            .chain_update(number.to_be_bytes())
            .finalize()
            .into();
        // 128 bits modulo a count of copies: the bias is below 2^-64.
        let wide = hash.iter().take(16).fold(0u128, |wide, byte| wide << 8 | u128::from(*byte));
        picked.insert(u64::try_from(wide % u128::from(count)).unwrap_or(0));
        number += 1;
    }
    picked.into_iter().collect()
}

/// What an auditor found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// SHA-256 of the certificate's text.
    pub certificate: [u8; 32],
    /// Place of the promise's leaf.
    pub promised: u64,
    pub nonce: [u8; 32],
    pub seed: [u8; 32],
    /// Of how many copies.
    pub count: u64,
    /// Each picked copy, and whether anything of it was found.
    pub copies: Vec<(u64, bool)>,
    /// What was searched, and what the same search found that must be there.
    pub searched: Vec<String>,
}

impl Sample {
    pub fn found(&self) -> usize {
        self.copies.iter().filter(|(_, found)| *found).count()
    }

    pub fn to_text(&self) -> String {
        let mut lines = vec![
            HEAD.to_owned(),
            format!("certificate {}", to_hex(&self.certificate)),
            format!("promised {}", self.promised),
            format!("nonce {}", to_hex(&self.nonce)),
            format!("seed {}", to_hex(&self.seed)),
            format!("sampled {} of {}", self.copies.len(), self.count),
        ];
        let copy = |(index, found): &(u64, bool)| format!("copy {index} {}", if *found { "found" } else { "nothing" });
        lines.extend(self.copies.iter().map(copy));
        lines.extend(self.searched.iter().map(|searched| format!("searched {searched}")));
        lines.push(format!("found {}", self.found()));
        lines.iter().map(|line| line.replace('\n', " ") + "\n").collect()
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        (lines.next()? == HEAD).then_some(())?;
        let mut take = |word: &str| lines.next()?.strip_prefix(word)?.strip_prefix(' ');
        let certificate = from_hex(take("certificate")?)?;
        let promised = take("promised")?.parse().ok()?;
        let nonce = from_hex(take("nonce")?)?;
        let seed = from_hex(take("seed")?)?;
        let (_, count) = take("sampled")?.split_once(" of ")?;
        let mut parsed = Self {
            certificate,
            promised,
            nonce,
            seed,
            count: count.parse().ok()?,
            copies: Vec::new(),
            searched: Vec::new(),
        };
        for line in lines {
            match line.split_once(' ')? {
                ("copy", words) => {
                    let (index, word) = words.split_once(' ')?;
                    parsed.copies.push((index.parse().ok()?, word == "found"));
                }
                ("searched", words) => parsed.searched.push(words.to_owned()),
                ("found", _) => {}
                _ => return None,
            }
        }
        (parsed.to_text() == text).then_some(parsed)
    }

    pub fn sign(&self, auditor: &NoteSigner) -> Note {
        let text = self.to_text();
        let signature = auditor.sign_text(&text);
        Note::new(text, vec![signature])
    }

    /// Reads a sample that one of these auditors signed.
    pub fn open(note: &str, auditors: &[NoteKey]) -> Option<(Self, String)> {
        let note = Note::parse(note).ok()?;
        let auditor = auditors.iter().find(|key| note.verify(key).is_ok())?;
        Some((Self::parse(note.text())?, auditor.name().to_owned()))
    }

    /// Whether nonce, seed and picks are those that the promise and the certificate's copies demand.
    pub fn follows(&self, promise: &[u8; 32], copies: (u64, &Hash)) -> bool {
        let (count, root) = copies;
        let indexes: Vec<u64> = self.copies.iter().map(|(index, _)| *index).collect();
        promise_of(&self.nonce) == *promise
            && self.seed == seed(&self.nonce, root)
            && self.count == count
            && indexes == picks(&self.seed, count, indexes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use countenance_tlog::KEY_LOG;

    use super::*;

    fn sample(most: u64) -> Sample {
        let nonce = [7; 32];
        let seed = seed(&nonce, &[8; 32]);
        Sample {
            certificate: [1; 32],
            promised: 5,
            nonce,
            seed,
            count: 1_000,
            copies: picks(&seed, 1_000, most).into_iter().map(|index| (index, false)).collect(),
            searched: vec!["gate 3: 2 keys on 90 leaves, 41 tied to people who are there".into()],
        }
    }

    #[test]
    fn a_sample_is_read_as_it_was_signed() {
        let auditor = NoteSigner::new("auditor.example", KEY_LOG, &[4; 32]).unwrap();
        let other = NoteSigner::new("other.example", KEY_LOG, &[5; 32]).unwrap();
        let note = sample(9).sign(&auditor).to_string();
        let (read, name) = Sample::open(&note, &[other.public().clone(), auditor.public().clone()]).unwrap();
        assert_eq!((read, name.as_str()), (sample(9), "auditor.example"));
        assert!(Sample::open(&note, &[other.public().clone()]).is_none());
        assert!(Sample::open(&note.replace("found 0", "found 1"), &[auditor.public().clone()]).is_none());
    }

    #[test]
    fn picks_follow_from_the_nonce_and_nothing_else() {
        let good = sample(9);
        assert_eq!(good.copies.len(), 9);
        assert!(good.follows(&promise_of(&[7; 32]), (1_000, &[8; 32])));
        assert!(!good.follows(&promise_of(&[6; 32]), (1_000, &[8; 32])), "another promise");
        assert!(!good.follows(&promise_of(&[7; 32]), (1_000, &[9; 32])), "other copies");
        let mut steered = sample(9);
        steered.copies[3].0 += 1;
        assert!(!steered.follows(&promise_of(&[7; 32]), (1_000, &[8; 32])), "another choice");
        assert_eq!(picks(&good.seed, 4, 9), [0, 1, 2, 3]);
    }
}
