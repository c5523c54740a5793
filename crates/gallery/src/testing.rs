//! A small site for this crate's tests: keys, a gate, made-up people.

use std::collections::BTreeMap;
use std::time::Duration;

use countenance_base::{AttemptId, ConsentId, GateId, GrantId, Month, PersonId, PurposeId, SecretKey, SeededRng, SiteId, Timestamp};
use countenance_grant::{
    Act, Attempt, ConsentStatement, Copy, CopyGrant, EnrolGrant, Match, Mode, SignedConsent, SigningKey, SnapshotStatement, Statement,
    VerifiedGrant, VerifiedSnapshot, verify_copy, verify_enrol, verify_match,
};
use zeroize::Zeroizing;

use crate::template::Binding;
use crate::{Embedding, EnrolRefused, Enrolled, KeyPage, MatchPolicy, PersonKeys, SealedTemplate, enrol};

const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);

/// A made-up face: a direction that is nobody's.
pub(crate) fn embedding(seed: u64) -> Embedding {
    Embedding::from_raw(Zeroizing::new(noise(seed))).unwrap()
}

/// A face like `one`; the cosine of the two is about `1 / sqrt(1 + amount²)`.
pub(crate) fn near(one: &Embedding, seed: u64, amount: f32) -> Embedding {
    let other = embedding(seed.wrapping_add(0x5eed));
    let values = one
        .values()
        .iter()
        .zip(other.values())
        .map(|(value, noise)| value + noise * amount)
        .collect();
    Embedding::from_raw(Zeroizing::new(values)).unwrap()
}

fn noise(seed: u64) -> Vec<f32> {
    let mut rng = SeededRng::new(seed);
    // The sum of four uniform bytes is close enough to a normal distribution.
    let mut one = || {
        countenance_base::rng::bytes::<4>(&mut rng)
            .iter()
            .map(|byte| f32::from(*byte) - 127.5)
            .sum::<f32>()
    };
    (0..512).map(|_| one()).collect()
}

pub(crate) struct World {
    site_key: SigningKey,
    person_key: SigningKey,
    pub(crate) page: KeyPage,
    pub(crate) slots: BTreeMap<PersonId, SealedTemplate>,
    pub(crate) policy: MatchPolicy,
    pub(crate) mode: Mode,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            site_key: SigningKey::from_seed(&[1; 32]),
            person_key: SigningKey::from_seed(&[2; 32]),
            page: KeyPage::new(&mut SeededRng::new(77)),
            slots: BTreeMap::new(),
            policy: MatchPolicy {
                threshold: 0.5,
                margin: 0.1,
                search_max: 30,
                few_max: 20,
                recogniser: [9; 32],
            },
            mode: Mode::OneToFew,
        }
    }

    pub(crate) fn person(number: u8) -> PersonId {
        PersonId::from_bytes([number; 16])
    }

    pub(crate) fn attempt() -> Attempt {
        Attempt {
            id: AttemptId::from_bytes([7; 16]),
            site: SiteId::from_bytes([1; 16]),
            gate: GateId(3),
            now: NOW,
            last_contact: NOW,
        }
    }

    pub(crate) fn statement(&self, act: Act, person: PersonId) -> Statement {
        let mut id = *person.as_bytes();
        id[0] = act as u8;
        Statement {
            site: SiteId::from_bytes([1; 16]),
            id: GrantId::from_bytes(id),
            person,
            consent: ConsentId::from_bytes(*person.as_bytes()),
            consent_version: 1,
            act,
            purpose: PurposeId::from_bytes([5; 16]),
            mode: self.mode,
            gates: vec![GateId(3)],
            not_before: NOW,
            until: NOW.plus(Duration::from_mins(1)),
            epoch: 1,
        }
    }

    pub(crate) fn binding(&self, person: PersonId) -> Binding {
        let statement = self.statement(Act::Match, person);
        Binding {
            site: statement.site,
            gate: GateId(3),
            person,
            consent: statement.consent,
            version: statement.consent_version,
            recogniser: self.policy.recogniser,
        }
    }

    #[expect(clippy::unwrap_in_result, reason = "the result under test is that of enrol, the grant is a given")]
    pub(crate) fn enrol(&self, person: PersonId, pictures: [Embedding; 3]) -> Result<Enrolled, EnrolRefused> {
        let statement = self.statement(Act::Enrol, person);
        let consent = ConsentStatement {
            site: statement.site,
            person,
            consent: statement.consent,
            version: statement.consent_version,
            notice: [6; 32],
            purpose: statement.purpose,
            mode: statement.mode,
            gates: statement.gates.clone(),
            given: NOW,
            until: NOW.plus(Duration::from_hours(1)),
        };
        let text = consent.to_text();
        let signature = self.person_key.sign_plain(text.as_bytes());
        let consent = SignedConsent {
            text,
            signature,
            key: self.person_key.public(),
        };
        let envelope = EnrolGrant { statement, consent }.mint(&self.site_key);
        let attempt = Self::attempt();
        let fingerprint = self.person_key.public().fingerprint();
        let (grant, _) = verify_enrol(&attempt, &envelope, &self.site_key.public(), &fingerprint, 1).unwrap();
        enrol(grant, pictures, &self.policy, &mut SeededRng::new(u64::from(person.as_bytes()[0])))
    }

    /// Enrols person `number` with three pictures like `face`.
    pub(crate) fn enrolled(&mut self, number: u8, face: &Embedding) -> PersonId {
        let person = Self::person(number);
        let enrolled = self
            .enrol(person, [near(face, 1, 0.1), near(face, 2, 0.1), near(face, 3, 0.1)])
            .unwrap();
        self.slots
            .insert(person, SealedTemplate::from_bytes(enrolled.sealed().as_bytes()).unwrap());
        let slot = self.page.free_slot();
        self.page.admit(enrolled, slot, NOW, Month(24_300), &SecretKey::new([number; 32]));
        person
    }

    pub(crate) fn held(&self, person: PersonId) -> Option<(SealedTemplate, &PersonKeys)> {
        let sealed = SealedTemplate::from_bytes(self.slots.get(&person)?.as_bytes())?;
        Some((sealed, self.page.person(person)?))
    }

    /// A match grant for `person`, after `change` was made to it.
    pub(crate) fn match_grant<'a>(
        &self,
        attempt: &'a Attempt,
        person: PersonId,
        change: impl Fn(&mut Statement),
    ) -> VerifiedGrant<'a, Match> {
        let mut statement = self.statement(Act::Match, person);
        change(&mut statement);
        let id = statement.id;
        let grants = vec![statement];
        let (site, gate) = (attempt.site, attempt.gate);
        let snapshot = SnapshotStatement {
            site,
            gate,
            epoch: 1,
            issued: NOW,
            face_lease_s: 60,
            grants,
            body: Vec::new(),
        };
        let snapshot = VerifiedSnapshot::open(&snapshot.sign(&self.site_key), &self.site_key.public()).unwrap();
        verify_match(attempt, &snapshot, person, id).unwrap()
    }

    pub(crate) fn copy_grant<'a>(&self, attempt: &'a Attempt, person: PersonId, recipient: [u8; 32]) -> VerifiedGrant<'a, Copy> {
        self.copy_grant_of_version(attempt, person, recipient, 1)
    }

    pub(crate) fn copy_grant_of_version<'a>(
        &self,
        attempt: &'a Attempt,
        person: PersonId,
        recipient: [u8; 32],
        consent_version: u32,
    ) -> VerifiedGrant<'a, Copy> {
        let statement = Statement {
            consent_version,
            ..self.statement(Act::Copy, person)
        };
        let envelope = CopyGrant { statement, recipient }.mint(&self.site_key);
        verify_copy(attempt, &envelope, &self.site_key.public(), 1).unwrap()
    }
}
