//! Whom a verifier trusts: logs, witnesses, and how many of them it takes (C2SP tlog-policy).

use std::collections::BTreeMap;

use crate::checkpoint::{Checkpoint, open_cosignature};
use crate::note::{KEY_COSIGNER, KEY_LOG, Note, NoteError, NoteKey};
use crate::text;

/// Groups within groups within … are refused beyond this.
const MEMBERS_MAX: usize = 64;

/// Why a policy is none, or a checkpoint does not meet it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("line {0} of the policy cannot be read")]
    Line(usize),
    #[error("the policy names no log")]
    NoLog,
    #[error("the policy says no quorum")]
    NoQuorum,
    #[error("no log of the policy signed this checkpoint")]
    Log,
    #[error("a signature of a known key does not hold")]
    Signature,
    #[error("too few witnesses saw this checkpoint")]
    Quorum,
}

/// Who cosigned a checkpoint, by the names of the policy, and when (seconds since 1970).
pub type Witnessed = BTreeMap<String, u64>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Witness(NoteKey),
    Group { least: usize, members: Vec<String> },
}

/// A parsed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<NoteKey>,
    members: BTreeMap<String, Member>,
    /// `None`: no witness is asked for.
    quorum: Option<String>,
}

impl Policy {
    /// Reads a policy: one word a line, `#` begins a comment line. Names must be known before they are used, so groups have no circles.
    pub fn parse(policy: &str) -> Result<Self, PolicyError> {
        let mut parsed = Self {
            logs: Vec::new(),
            members: BTreeMap::new(),
            quorum: None,
        };
        let mut said_quorum = false;
        for (number, line) in (1..).zip(policy.lines()) {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["quorum", name] if !said_quorum => {
                    said_quorum = true;
                    parsed.quorum = (*name != "none").then(|| (*name).to_owned());
                    if *name != "none" && !parsed.members.contains_key(*name) {
                        return Err(PolicyError::Line(number));
                    }
                }
                words => parsed.take(words).ok_or(PolicyError::Line(number))?,
            }
        }
        if parsed.logs.is_empty() {
            return Err(PolicyError::NoLog);
        }
        if said_quorum { Ok(parsed) } else { Err(PolicyError::NoQuorum) }
    }

    fn take(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["log", key] | ["log", key, _] => {
                let key = NoteKey::parse(key).filter(|key| key.kind() == KEY_LOG)?;
                self.logs.push(key);
            }
            ["witness", name, key] | ["witness", name, key, _] => {
                let key = NoteKey::parse(key).filter(|key| key.kind() == KEY_COSIGNER)?;
                // One key under two names would count twice.
                if self.witnesses().any(|(_, known)| known.key() == key.key()) {
                    return None;
                }
                self.define(name, Member::Witness(key))?;
            }
            ["group", name, least, members @ ..] => {
                let count = members.len();
                let least = match *least {
                    "any" => 1,
                    "all" => count,
                    number => usize::try_from(text::number(number)?).ok()?,
                };
                let distinct: std::collections::BTreeSet<&&str> = members.iter().collect();
                let sound = (1..=count).contains(&least) && count <= MEMBERS_MAX && distinct.len() == count;
                if !sound || members.iter().any(|member| !self.members.contains_key(*member)) {
                    return None;
                }
                let members = members.iter().map(|member| (*member).to_owned()).collect();
                self.define(name, Member::Group { least, members })?;
            }
            _ => return None,
        }
        Some(())
    }

    fn define(&mut self, name: &str, member: Member) -> Option<()> {
        let free = name != "none" && !self.members.contains_key(name);
        free.then(|| {
            self.members.insert(name.to_owned(), member);
        })
    }

    pub fn logs(&self) -> &[NoteKey] {
        &self.logs
    }

    /// Names and keys of the witnesses.
    pub fn witnesses(&self) -> impl Iterator<Item = (&str, &NoteKey)> {
        self.members.iter().filter_map(|(name, member)| match member {
            Member::Witness(key) => Some((name.as_str(), key)),
            Member::Group { .. } => None,
        })
    }

    /// The checkpoint of a note that a log of this policy signed and that enough witnesses cosigned.
    pub fn open(&self, note: &Note) -> Result<(Checkpoint, Witnessed), PolicyError> {
        let checkpoint = self.open_unwitnessed(note)?;
        let witnessed = self.witnessed(note)?;
        if self.is_met(&witnessed) {
            Ok((checkpoint, witnessed))
        } else {
            Err(PolicyError::Quorum)
        }
    }

    /// The checkpoint, whoever saw it: for who is about to collect cosignatures, or to count them.
    pub fn open_unwitnessed(&self, note: &Note) -> Result<Checkpoint, PolicyError> {
        for log in &self.logs {
            match Checkpoint::open(note, log) {
                Ok(checkpoint) => return Ok(checkpoint),
                Err(NoteError::Unsigned) => {}
                Err(NoteError::Form | NoteError::Signature) => return Err(PolicyError::Signature),
            }
        }
        Err(PolicyError::Log)
    }

    /// Who of the policy's witnesses cosigned. A line by a known key that does not hold spoils the note (signed-note, "Verifying").
    pub fn witnessed(&self, note: &Note) -> Result<Witnessed, PolicyError> {
        let mut witnessed = Witnessed::new();
        for (name, key) in self.witnesses() {
            match open_cosignature(note, key) {
                Ok(cosignature) => {
                    witnessed.insert(name.to_owned(), cosignature.time);
                }
                Err(NoteError::Unsigned) => {}
                Err(NoteError::Form | NoteError::Signature) => return Err(PolicyError::Signature),
            }
        }
        Ok(witnessed)
    }

    /// Whether these are enough.
    pub fn is_met(&self, witnessed: &Witnessed) -> bool {
        self.quorum.as_ref().is_none_or(|quorum| self.has(quorum, witnessed))
    }

    fn has(&self, name: &str, witnessed: &Witnessed) -> bool {
        match self.members.get(name) {
            Some(Member::Witness(_)) => witnessed.contains_key(name),
            Some(Member::Group { least, members }) => {
                let count = members.iter().filter(|member| self.has(member, witnessed)).count();
                count >= *least
            }
            None => false,
        }
    }
}
