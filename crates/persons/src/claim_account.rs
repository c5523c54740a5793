//! From a letter to an account: a claim code opens it, once, and nothing else.

use std::time::Duration;

use countenance_base::{PersonId, rng};
use countenance_gate_core::journal::RecordKind;
use countenance_grant::{PublicKey, seal_letter};
use countenance_storage::{Db, StoreError};
use countenance_trace::{Event, PersonSecret, Reader, Trace};
use subtle::ConstantTimeEq as _;

use crate::code::{CLAIM_CODE_CHARS, make_code, print_code, read_code};
use crate::pin::{InvalidPin, check_pin};
use crate::session::{PersonSession, begin_person_session};
use crate::store::account::AccountRow;
use crate::{Ctx, store};

/// A letter may lie in a mailbox for a quarter; then it is printed anew.
const CLAIM_CODE_LIFE: Duration = Duration::from_hours(90 * 24);
const KIND: &str = "claim";

/// What is printed for a person and handed over on paper.
pub struct ClaimLetter {
    pub login: String,
    /// `ABCD-EFGH-JKLM`.
    pub code: String,
}

impl std::fmt::Debug for ClaimLetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimLetter(…)")
    }
}

/// Input of [`claim_account`]; both keys were made in the person's browser.
pub struct ClaimAccount {
    pub login: String,
    pub code: String,
    pub pin: String,
    /// Ed25519: will sign consents and door codes.
    pub signing_key: [u8; 32],
    /// X25519: gates seal records to it.
    pub record_key: [u8; 32],
    /// The server's own monthly secret about the person, from their S.
    pub secret: PersonSecret,
}

impl std::fmt::Debug for ClaimAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimAccount(…)")
    }
}

/// Why no account was opened.
#[derive(Debug, thiserror::Error)]
pub enum ClaimAccountError {
    #[error("login and claim code do not belong together")]
    Wrong,
    #[error("too many wrong codes, the next is looked at in {wait_s} s")]
    Throttled { wait_s: u64 },
    #[error("claim code was used already")]
    Used,
    #[error("claim code is too old")]
    Expired,
    #[error(transparent)]
    Pin(#[from] InvalidPin),
    #[error("key is not one that can be used")]
    Key,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ClaimAccountError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "claim.wrong",
            Self::Throttled { .. } => "claim.throttled",
            Self::Used => "claim.used",
            Self::Expired => "claim.expired",
            Self::Pin(pin) => pin.code(),
            Self::Key => "claim.key",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Makes a claim code for `person`; an older one ends.
pub async fn make_claim_letter(tx: &mut Trace, ctx: &mut Ctx<'_>, person: PersonId) -> Result<Option<ClaimLetter>, StoreError> {
    let Some(person) = store::person::lookup(tx, person).await? else {
        return Ok(None);
    };
    let code = make_code(CLAIM_CODE_CHARS, ctx.rng);
    let hash = ctx.pepper.hash_code(KIND, &code);
    store::person::put_claim_code(tx, person.id, hash, ctx.now, ctx.now.plus(CLAIM_CODE_LIFE)).await?;
    Ok(Some(ClaimLetter {
        login: person.login,
        code: print_code(&code),
    }))
}

/// Opens the account and a first session. Takes the database, since a wrong try must be counted also when the claim fails.
pub async fn claim_account(db: &Db, ctx: &mut Ctx<'_>, input: ClaimAccount) -> Result<PersonSession, ClaimAccountError> {
    check_pin(&input.pin)?;
    check_record_key(ctx, &input)?;
    // A month to come would keep what happens until then out of the person's sight.
    if input.secret.month > ctx.now.month() {
        return Err(ClaimAccountError::Key);
    }
    let person = check_code(db, ctx, &input).await?;
    // argon2 takes tens of milliseconds: outside any transaction.
    let pin_salt = rng::bytes(ctx.rng);
    let pin_hash = *ctx.pepper.hash_pin(&input.pin, &pin_salt).ok_or(InvalidPin::Form)?.expose();
    let account = AccountRow {
        pin_salt,
        pin_hash,
        signing_key: PublicKey(input.signing_key),
        record_key: input.record_key,
        throttle: crate::pin::Throttle::default(),
    };
    let mut tx = ctx.trace(db.write().await?, Reader::Own(person));
    // Checked again by the statement itself: of two parallel claims with one code the second changes no row.
    match store::person::use_claim_code(&mut tx, person, ctx.now).await {
        Err(StoreError::Affected { .. }) => return Err(ClaimAccountError::Used),
        done => done?,
    }
    if store::account::insert(&mut tx, person, &account, ctx.now).await? == 0 {
        return Err(ClaimAccountError::Used);
    }
    let session = begin_person_session(&mut tx, ctx, person).await?;
    tx.leave(Event {
        secret: Some(input.secret),
        ..Event::about(person, RecordKind::Changed, "account.claimed")
    });
    tx.commit().await?;
    Ok(session)
}

/// A record key that seals nothing would leave the person without evidence; the signing key proves itself with the first consent.
fn check_record_key(ctx: &mut Ctx<'_>, input: &ClaimAccount) -> Result<(), ClaimAccountError> {
    seal_letter(&[input.record_key], b"countenance/record-key-check", b"", ctx.rng)
        .map(drop)
        .ok_or(ClaimAccountError::Key)
}

/// Counts the try durably, then judges it.
async fn check_code(db: &Db, ctx: &mut Ctx<'_>, input: &ClaimAccount) -> Result<PersonId, ClaimAccountError> {
    let mut tx = ctx.trace(db.write().await?, Reader::Machine);
    let Some(person) = crate::lookup_person_by_login(&mut tx, &input.login).await? else {
        return Err(ClaimAccountError::Wrong);
    };
    let Some(stored) = store::person::lookup_claim_code(&mut tx, person.id).await? else {
        return Err(ClaimAccountError::Wrong);
    };
    let throttle = stored.throttle.take_try(ctx.now).map_err(|until| ClaimAccountError::Throttled {
        wait_s: until.since(ctx.now).as_secs().max(1),
    })?;
    store::person::throttle_claim_code(&mut tx, person.id, throttle).await?;
    tx.commit().await?;
    let hash = read_code(&input.code)
        .map(|code| ctx.pepper.hash_code(KIND, &code))
        .ok_or(ClaimAccountError::Wrong)?;
    if !bool::from(hash.ct_eq(&stored.hash)) {
        return Err(ClaimAccountError::Wrong);
    }
    if stored.used_at.is_some() || person.claimed_at.is_some() {
        return Err(ClaimAccountError::Used);
    }
    if ctx.now >= stored.expires_at {
        return Err(ClaimAccountError::Expired);
    }
    Ok(person.id)
}
