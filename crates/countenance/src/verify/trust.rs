//! Whom a verifier trusts: the policy, and what stands in its comments that begin with `#: `.

use std::collections::BTreeMap;

use countenance_base::{GateId, from_hex};
use countenance_grant::PublicKey;
use countenance_tlog::{NoteKey, Policy, PolicyError, Witnessed};

/// A policy with the keys that only this project's tools read.
#[derive(Debug)]
pub(crate) struct Trust {
    pub(crate) policy: Policy,
    /// Signs certificates.
    pub(crate) operator: Option<NoteKey>,
    pub(crate) gates: BTreeMap<GateId, PublicKey>,
    pub(crate) auditors: Vec<NoteKey>,
    /// Of each witness whether it is independent of the operator, and in words who runs it.
    run_by: BTreeMap<String, (bool, String)>,
}

/// Who saw a checkpoint, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Whatever the policy says of them.
    pub(crate) who: usize,
    pub(crate) all: usize,
    /// Of those who saw it, run by the operator; also those of whom the policy does not say who runs them.
    pub(crate) operator: usize,
}

impl Seen {
    /// An operator's word about the operator's own ledger counts for nothing.
    pub(crate) const fn is_independent(self) -> bool {
        self.who > self.operator
    }
}

impl Trust {
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyError> {
        let mut trust = Self {
            policy: Policy::parse(text)?,
            operator: None,
            gates: BTreeMap::new(),
            auditors: Vec::new(),
            run_by: BTreeMap::new(),
        };
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(said) = line.strip_prefix("#: ") {
                trust.take(said).ok_or(PolicyError::Line(number))?;
            }
        }
        Ok(trust)
    }

    /// `None` for a line of a known word that cannot be read; unknown words are for newer tools.
    fn take(&mut self, said: &str) -> Option<()> {
        let (word, rest) = said.split_once(' ')?;
        match word {
            // A second key for the same would leave open which of them is meant.
            "operator" if self.operator.is_some() => return None,
            "operator" => self.operator = Some(NoteKey::parse(rest)?),
            "gate" => {
                let (number, key) = rest.split_once(' ')?;
                let before = self.gates.insert(GateId(number.parse().ok()?), PublicKey(from_hex(key)?));
                before.is_none().then_some(())?;
            }
            "auditor" => self.auditors.push(NoteKey::parse(rest)?),
            "run-by" => {
                let (name, rest) = rest.split_once(' ')?;
                let (by, words) = rest.split_once(' ').unwrap_or((rest, ""));
                let independent = match by {
                    "independent" => true,
                    "operator" => false,
                    _ => return None,
                };
                let before = self.run_by.insert(name.to_owned(), (independent, words.to_owned()));
                before.is_none().then_some(())?;
            }
            _ => {}
        }
        Some(())
    }

    pub(crate) fn seen(&self, witnessed: &Witnessed) -> Seen {
        let independent = |name: &&String| self.run_by.get(*name).is_some_and(|(independent, _)| *independent);
        Seen {
            who: witnessed.len(),
            all: self.policy.witnesses().count(),
            operator: witnessed.len() - witnessed.keys().filter(independent).count(),
        }
    }

    /// Who runs a witness, in words.
    pub(crate) fn run_by(&self, name: &str) -> &str {
        self.run_by.get(name).map_or("", |(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use countenance_tlog::{KEY_COSIGNER, KEY_LOG, NoteSigner};

    use super::*;

    fn policy(lines: &str) -> String {
        let log = NoteSigner::new("log.example", KEY_LOG, &[1; 32]).unwrap();
        let witness = |name: &str, seed| NoteSigner::new(name, KEY_COSIGNER, &[seed; 32]).unwrap();
        format!(
            "log {}\nwitness a {}\nwitness b {}\ngroup g 1 a b\nquorum g\n{lines}",
            log.public(),
            witness("a.example", 2).public(),
            witness("b.example", 3).public()
        )
    }

    #[test]
    fn what_saw_it_counts_by_who_runs_it() {
        let trust = Trust::parse(&policy(
            "#: run-by a independent a notary\n#: run-by b operator\n#: newer word\n# remark\n",
        ))
        .unwrap();
        let seen = |names: &[&str]| trust.seen(&names.iter().map(|name| ((*name).to_owned(), 1)).collect());
        assert_eq!(
            seen(&["a", "b"]),
            Seen {
                who: 2,
                all: 2,
                operator: 1
            }
        );
        assert!(seen(&["a"]).is_independent() && !seen(&["b"]).is_independent() && !seen(&[]).is_independent());
        assert_eq!((trust.run_by("a"), trust.run_by("b")), ("a notary", ""));
        let silent = Trust::parse(&policy("")).unwrap();
        assert!(
            !silent.seen(&[("a".to_owned(), 1)].into()).is_independent(),
            "who does not say counts as the operator"
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let good = policy("#: gate 3 0707070707070707070707070707070707070707070707070707070707070707\n");
        assert_eq!(Trust::parse(&good).unwrap().gates.len(), 1);
        for bad in [
            "#: gate x 07",
            "#: gate 3 07",
            "#: operator nobody",
            "#: auditor a+b",
            "#: run-by a friend",
            "#: gate",
            "#: run-by a operator\n#: run-by a independent",
        ] {
            let line = 5 + bad.lines().count();
            assert_eq!(Trust::parse(&policy(bad)).unwrap_err(), PolicyError::Line(line), "{bad}");
        }
    }
}
