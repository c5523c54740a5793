//! From signed bytes to a permission that one attempt may use.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use countenance_base::{AttemptId, ConsentId, GateId, GrantId, PersonId, PurposeId, SiteId, Timestamp};

use crate::{Act, CopyGrant, EnrolGrant, Envelope, Mode, PublicKey, Statement, VerifiedSnapshot};

/// An act as a type. Sealed: the three below are all.
pub trait GrantAct: private::Sealed {
    const ACT: Act;
    /// What a grant for this act carries beside its statement.
    type Bound;
}

mod private {
    pub trait Sealed {}
    impl Sealed for super::Enrol {}
    impl Sealed for super::Match {}
    impl Sealed for super::Copy {}
}

/// [`Act::Enrol`] as a type.
#[derive(Debug)]
pub enum Enrol {}
/// [`Act::Match`] as a type.
#[derive(Debug)]
pub enum Match {}
/// [`Act::Copy`] as a type.
#[derive(Debug)]
pub enum Copy {}

impl GrantAct for Enrol {
    const ACT: Act = Act::Enrol;
    type Bound = ();
}
impl GrantAct for Match {
    const ACT: Act = Act::Match;
    type Bound = ();
}
impl GrantAct for Copy {
    const ACT: Act = Act::Copy;
    /// The X25519 key that the copy is sealed to.
    type Bound = [u8; 32];
}

/// One person in front of one gate at one time. Grants are verified for it and end with it.
#[derive(Debug)]
pub struct Attempt {
    pub id: AttemptId,
    pub site: SiteId,
    pub gate: GateId,
    pub now: Timestamp,
    /// When the gate last heard from the server; face grants hold for the lease after it.
    pub last_contact: Timestamp,
}

/// Permission for one act on one person's template within one attempt.
pub struct VerifiedGrant<'attempt, A: GrantAct> {
    statement: Statement,
    bound: A::Bound,
    attempt: &'attempt Attempt,
    act: PhantomData<fn() -> A>,
}

impl<A: GrantAct> VerifiedGrant<'_, A> {
    pub const fn id(&self) -> GrantId {
        self.statement.id
    }
    pub const fn person(&self) -> PersonId {
        self.statement.person
    }
    pub const fn consent(&self) -> ConsentId {
        self.statement.consent
    }
    pub const fn consent_version(&self) -> u32 {
        self.statement.consent_version
    }
    pub const fn purpose(&self) -> PurposeId {
        self.statement.purpose
    }
    pub const fn mode(&self) -> Mode {
        self.statement.mode
    }
    pub const fn site(&self) -> SiteId {
        self.statement.site
    }
    /// The gate of the attempt, one of those that the statement names.
    pub const fn gate(&self) -> GateId {
        self.attempt.gate
    }
    pub const fn until(&self) -> Timestamp {
        self.statement.until
    }
    /// The attempt that this grant was verified for: what an act checks before it mixes several grants.
    pub const fn attempt(&self) -> &Attempt {
        self.attempt
    }
}

impl VerifiedGrant<'_, Copy> {
    /// The X25519 key that the copy is sealed to, out of the signed grant: no caller chooses it.
    pub const fn recipient(&self) -> &[u8; 32] {
        &self.bound
    }
}

impl<A: GrantAct> fmt::Debug for VerifiedGrant<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedGrant({:?}, {})", A::ACT, self.statement.id)
    }
}

/// Why a grant does not hold here and now. Each is a refusal of its own; none is an error of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum GrantRefused {
    #[error("no such grant")]
    Missing,
    #[error("grant is not signed by this site's key")]
    Signature,
    #[error("grant is for another site")]
    Site,
    #[error("grant is for another act")]
    Act,
    #[error("grant is for another gate")]
    Gate,
    #[error("grant is for another person")]
    Person,
    #[error("grant is not valid yet")]
    NotYet,
    #[error("grant has ended")]
    Ended,
    #[error("grant belongs to another policy epoch")]
    Epoch,
    #[error("the gate has not heard from the server for longer than face grants hold")]
    Lease,
    #[error("consent is not signed by the key that the enrolment code shows")]
    ConsentSignature,
    #[error("consent does not cover this grant")]
    ConsentScope,
}

/// Verifies a match grant out of a verified snapshot.
///
/// # Errors
/// The first condition that does not hold, see [`GrantRefused`].
pub fn verify_match<'a>(
    attempt: &'a Attempt,
    snapshot: &VerifiedSnapshot,
    person: PersonId,
    id: GrantId,
) -> Result<VerifiedGrant<'a, Match>, GrantRefused> {
    let policy = snapshot.statement();
    let statement = policy.grants.iter().find(|grant| grant.id == id).ok_or(GrantRefused::Missing)?;
    if policy.gate != attempt.gate {
        return Err(GrantRefused::Gate);
    }
    if statement.person != person {
        return Err(GrantRefused::Person);
    }
    if statement.epoch > policy.epoch {
        return Err(GrantRefused::Epoch);
    }
    let lease = Duration::from_secs(u64::from(policy.face_lease_s));
    if attempt.now > attempt.last_contact.plus(lease) {
        return Err(GrantRefused::Lease);
    }
    hold::<Match>(attempt, statement, ())
}

/// Verifies an enrol grant: the server's signature, and the **person's own** signature under the key whose fingerprint the
/// enrolment code carried. `epoch` is that of the gate's snapshot: a grant minted under an older policy does not hold.
///
/// # Errors
/// The first condition that does not hold, see [`GrantRefused`].
pub fn verify_enrol<'a>(
    attempt: &'a Attempt,
    envelope: &Envelope,
    site_key: &PublicKey,
    key_fingerprint: &[u8; 32],
    epoch: u64,
) -> Result<(VerifiedGrant<'a, Enrol>, EnrolGrant), GrantRefused> {
    let grant: EnrolGrant = envelope.open(EnrolGrant::DOMAIN, site_key).map_err(|_| GrantRefused::Signature)?;
    if grant.consent.key.fingerprint() != *key_fingerprint {
        return Err(GrantRefused::ConsentSignature);
    }
    let consent = grant.consent.open().map_err(|_| GrantRefused::ConsentSignature)?;
    let statement = &grant.statement;
    if statement.epoch < epoch {
        return Err(GrantRefused::Epoch);
    }
    let verified = hold::<Enrol>(attempt, statement, ())?;
    let covered = consent.site == statement.site
        && consent.person == statement.person
        && consent.consent == statement.consent
        && consent.version == statement.consent_version
        && consent.purpose == statement.purpose
        && consent.mode == statement.mode
        && consent.gates.contains(&attempt.gate)
        && statement.gates.iter().all(|gate| consent.gates.contains(gate))
        && consent.given <= attempt.now
        && attempt.now < consent.until;
    if !covered {
        return Err(GrantRefused::ConsentScope);
    }
    Ok((verified, grant))
}

/// Verifies a copy grant: the server's signature over act, person and recipient. `epoch` as in [`verify_enrol`].
///
/// # Errors
/// The first condition that does not hold, see [`GrantRefused`].
pub fn verify_copy<'a>(
    attempt: &'a Attempt,
    envelope: &Envelope,
    site_key: &PublicKey,
    epoch: u64,
) -> Result<VerifiedGrant<'a, Copy>, GrantRefused> {
    let grant: CopyGrant = envelope.open(CopyGrant::DOMAIN, site_key).map_err(|_| GrantRefused::Signature)?;
    if grant.statement.epoch < epoch {
        return Err(GrantRefused::Epoch);
    }
    hold::<Copy>(attempt, &grant.statement, grant.recipient)
}

fn hold<'a, A: GrantAct>(attempt: &'a Attempt, statement: &Statement, bound: A::Bound) -> Result<VerifiedGrant<'a, A>, GrantRefused> {
    if statement.site != attempt.site {
        return Err(GrantRefused::Site);
    }
    if statement.act != A::ACT {
        return Err(GrantRefused::Act);
    }
    if !statement.gates.contains(&attempt.gate) {
        return Err(GrantRefused::Gate);
    }
    if attempt.now < statement.not_before {
        return Err(GrantRefused::NotYet);
    }
    if attempt.now >= statement.until {
        return Err(GrantRefused::Ended);
    }
    Ok(VerifiedGrant {
        statement: statement.clone(),
        bound,
        attempt,
        act: PhantomData,
    })
}

#[cfg(test)]
mod tests;
