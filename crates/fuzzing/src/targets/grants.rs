//! What the server signs, and what is sealed to a person.

use countenance_gate_core::decide::{Decision, Proof, decide};
use countenance_gate_core::policy::{Lane, Policy};
use countenance_gate_core::wire::Redeemed;
use countenance_grant::{Envelope, VerifiedSnapshot, decode_canonical, encode, open_letter, verify_enrol};

use crate::Verdict;
use crate::estate::{ENROL_DOMAIN, ESTATE, LETTER, LETTER_CONTEXT, LETTER_SECRET, NOW};

/// The server's answer to an enrolment code: accepted is only what it signed, to the byte.
pub(super) fn grant(bytes: &[u8]) -> Verdict {
    let Some(Redeemed::Granted(envelope)) = decode_canonical::<Redeemed>(bytes) else {
        return Verdict::Refused;
    };
    let attempt = ESTATE.attempt();
    let verified = verify_enrol(&attempt, &envelope, &ESTATE.site_key.public(), &ESTATE.fingerprint(), ESTATE.epoch);
    if verified.is_ok() {
        assert!(bytes == ESTATE.redeemed, "an altered grant was accepted");
    }
    Verdict::accepted_if(verified.is_ok())
}

/// A server that signs anything: even so nothing is accepted without the person's own signature over this consent.
pub(super) fn grant_signed_anew(bytes: &[u8]) -> Verdict {
    let envelope = Envelope {
        payload: bytes.to_vec(),
        signature: ESTATE.site_key.sign(ENROL_DOMAIN, bytes),
    };
    let attempt = ESTATE.attempt();
    match verify_enrol(&attempt, &envelope, &ESTATE.site_key.public(), &ESTATE.fingerprint(), ESTATE.epoch) {
        Ok((verified, grant)) => {
            assert_eq!(grant.consent, ESTATE.consent, "another consent than the person signed");
            assert_eq!(verified.person(), ESTATE.person);
            assert_eq!(verified.gate(), attempt.gate);
            assert!(verified.until() > NOW);
            assert_eq!(encode(&grant), bytes);
            Verdict::Accepted
        }
        Err(_) => Verdict::Refused,
    }
}

/// A poll's snapshot: accepted is only what the server signed, to the byte.
pub(super) fn snapshot(bytes: &[u8]) -> Verdict {
    let opened = decode_canonical::<Envelope>(bytes).and_then(|envelope| VerifiedSnapshot::open(&envelope, &ESTATE.site_key.public()).ok());
    if opened.is_some() {
        assert!(bytes == ESTATE.snapshot, "an altered snapshot was accepted");
    }
    Verdict::accepted_if(opened.is_some())
}

/// A policy's body, whoever wrote it: one encoding, and no shape of it opens a door without a proof of each lane of a way.
pub(super) fn policy(bytes: &[u8]) -> Verdict {
    let Some(policy) = decode_canonical::<Policy>(bytes) else {
        return Verdict::Refused;
    };
    assert_eq!(encode(&policy), bytes);
    assert!(matches!(decide(&policy, &ESTATE.standing, &[], NOW), Decision::Refused(_)));
    for lane in Lane::ALL {
        let proof = Proof {
            lane,
            person: ESTATE.person,
        };
        if let Decision::Open { person, lanes } = decide(&policy, &ESTATE.standing, &[proof], NOW) {
            assert_eq!(person, proof.person);
            assert!(policy.member(person).is_some());
            assert!(!lanes.is_empty() && lanes.iter().all(|opened| *opened == lane));
        }
    }
    Verdict::Accepted
}

/// A sealed letter: what opens is what was sealed.
pub(super) fn letter(bytes: &[u8]) -> Verdict {
    let opened = open_letter(&LETTER_SECRET, LETTER_CONTEXT, bytes);
    if let Some(plain) = &opened {
        assert!(bytes == ESTATE.letter, "an altered letter was opened");
        assert_eq!(plain.as_slice(), LETTER);
    }
    Verdict::accepted_if(opened.is_some())
}
