//! From text to signature. Whether the rulebook permits the enrolment is asked by `access`, which knows the door.

use std::time::Duration;

use countenance_base::{ConsentId, GateId, GrantId, PersonId, Timestamp};
use countenance_gate_core::journal::RecordKind;
use countenance_grant::{ConsentStatement, PublicKey, Signature};
use countenance_rules::{Notice, NoticeRefused, Ruling};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::consent::{Consent, ConsentState};
use crate::notice::{consent_days, note_shown};
use crate::purpose::Purpose;
use crate::{Ctx, store};

/// A text that waits longer is made anew: the person signs what they have just read.
const DRAFT_LIFE: Duration = Duration::from_mins(30);

/// Why a consent was not begun, signed or given a code.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    #[error("the rulebook refuses")]
    Refused(Box<Ruling>),
    #[error("person has no account")]
    NoAccount,
    #[error("no such consent of this person")]
    Unknown,
    #[error("door has no active purpose or no gate")]
    NoPurpose,
    #[error("a consent to this purpose is in force already")]
    InForce,
    #[error("consent is not in the state that this step needs")]
    State,
    #[error("the text was made too long ago")]
    DraftOld,
    #[error("signature is not by the account's key over this text")]
    Signature,
    #[error("consent does not name this gate")]
    Gate,
    #[error("an operator stopped faces here")]
    Stopped,
    #[error("notice cannot be rendered")]
    Notice(#[source] NoticeRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ConsentError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "rulebook.refused",
            Self::NoAccount => "account.none",
            Self::Unknown => "consent.unknown",
            Self::NoPurpose => "purpose.none",
            Self::InForce => "consent.in_force",
            Self::State => "consent.state",
            Self::DraftOld => "consent.draft_old",
            Self::Signature => "consent.signature",
            Self::Gate => "consent.gate",
            Self::Stopped => "face.stopped",
            Self::Notice(_) => "notice.broken",
            Self::Store(_) => "store.failed",
        }
    }

    /// The rulebook's reasons, when it was the rulebook.
    pub fn ruling(&self) -> Option<&Ruling> {
        if let Self::Refused(ruling) = self { Some(ruling) } else { None }
    }
}

/// The text for `person` to sign, not kept yet.
pub fn draft_consent(ctx: &mut Ctx<'_>, person: PersonId, purpose: &Purpose, gates: &[GateId], notice: &Notice, version: u32) -> Consent {
    // People sign whole seconds.
    let given = Timestamp::from_seconds(ctx.now.seconds());
    let longest = given.plus(Duration::from_secs(u64::from(consent_days(ctx, purpose)) * 86_400));
    let until = purpose.event_ends.map_or(longest, |ends| ends.min(longest));
    let id = ConsentId::new(ctx.now, ctx.rng);
    let statement = ConsentStatement {
        site: ctx.site.id,
        person,
        consent: id,
        version,
        notice: notice.hash,
        purpose: purpose.id,
        mode: purpose.facts.mode,
        gates: gates.to_vec(),
        given,
        until,
    };
    let grants = gates.iter().map(|gate| crate::consent::ConsentGate {
        gate: *gate,
        match_grant: GrantId::new(ctx.now, ctx.rng),
        redeemed_at: None,
        enrolled_at: None,
        erased_at: None,
        lost_at: None,
    });
    Consent {
        id,
        person,
        purpose: purpose.id,
        door: purpose.door.id,
        version,
        mode: purpose.facts.mode,
        text: statement.to_text(),
        notice_hash: notice.hash,
        state: ConsentState::Begun,
        given,
        until,
        signature: None,
        key: None,
        signed_at: None,
        enrolled_at: None,
        ended_at: None,
        ended_by: None,
        gates: grants.collect(),
    }
}

/// The version that the person's next consent to this purpose has.
pub async fn next_version(tx: &mut Trace, person: PersonId, purpose: &Purpose) -> Result<u32, StoreError> {
    Ok(store::consent::count_versions(tx, person, purpose.id).await? + 1)
}

/// Keeps a draft, and that its notice was shown; an earlier unsigned one ends.
pub async fn keep_draft(tx: &mut Trace, ctx: &Ctx<'_>, consent: &Consent, purpose: &Purpose, notice: &Notice) -> Result<(), ConsentError> {
    if store::consent::lookup_live(tx, consent.person, purpose.id).await?.is_some() {
        return Err(ConsentError::InForce);
    }
    note_shown(tx, ctx, consent.person, purpose, notice).await?;
    store::consent::drop_drafts(tx, consent.person).await?;
    Ok(store::consent::insert(tx, consent).await?)
}

/// Input of [`sign_consent`].
#[derive(Debug, Clone)]
pub struct SignConsent {
    pub person: PersonId,
    pub consent: ConsentId,
    /// Ed25519 over the text's bytes.
    pub signature: Signature,
}

/// Checks the signature with the account's key and keeps it.
pub async fn sign_consent(tx: &mut Trace, ctx: &Ctx<'_>, input: SignConsent) -> Result<Consent, ConsentError> {
    let account = store::account::lookup(tx, input.person).await?.ok_or(ConsentError::NoAccount)?;
    let mut consent = lookup_own(tx, input.person, input.consent).await?;
    if consent.state != ConsentState::Begun {
        return Err(ConsentError::State);
    }
    if ctx.now >= consent.given.plus(DRAFT_LIFE) {
        return Err(ConsentError::DraftOld);
    }
    check_signature(&account.signing_key, &consent.text, &input.signature)?;
    let purpose = store::purpose::lookup(tx, consent.purpose).await?.ok_or(ConsentError::NoPurpose)?;
    if purpose.state() != crate::PurposeState::Active {
        return Err(ConsentError::NoPurpose);
    }
    store::consent::sign(tx, consent.id, account.signing_key, &input.signature, ctx.now).await?;
    tx.leave(about(&consent, RecordKind::Consented, "consent.signed"));
    consent.state = ConsentState::Signed;
    consent.key = Some(account.signing_key);
    consent.signature = Some(input.signature);
    consent.signed_at = Some(ctx.now);
    Ok(consent)
}

/// What the person's timeline says about a consent.
pub(crate) fn about(consent: &Consent, kind: RecordKind, reason: &str) -> Event {
    Event {
        purpose: Some(consent.purpose),
        consent: Some(consent.id),
        ..Event::about(consent.person, kind, reason)
    }
}

pub(crate) async fn lookup_own(tx: &mut Trace, person: PersonId, id: ConsentId) -> Result<Consent, ConsentError> {
    store::consent::lookup(tx, id)
        .await?
        .filter(|consent| consent.person == person)
        .ok_or(ConsentError::Unknown)
}

fn check_signature(key: &PublicKey, text: &str, signature: &Signature) -> Result<(), ConsentError> {
    key.verify_plain(text.as_bytes(), signature).map_err(|_| ConsentError::Signature)
}
