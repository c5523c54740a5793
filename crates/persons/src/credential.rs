//! What opens doors for a person without a face: QR and PIN. They are offered before any face.

use countenance_base::{CredentialId, PersonId, Timestamp, rng};
use countenance_gate_core::policy::{Lane, PinVerifier};
use countenance_grant::{PublicKey, decode_canonical, encode};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::pin::{InvalidPin, check_pin};
use crate::store::credential::CredentialRow;
use crate::{Ctx, raise_epoch, store};

/// A live way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential {
    pub lane: Lane,
    pub began_at: Timestamp,
}

/// Why a lane was not turned on.
#[derive(Debug, thiserror::Error)]
pub enum TurnOnError {
    #[error("person has no account")]
    NoAccount,
    #[error(transparent)]
    Pin(#[from] InvalidPin),
    #[error("door PIN is the account's PIN")]
    SameAsAccount,
    #[error("door PIN could not be sealed")]
    Seal,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TurnOnError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAccount => "account.none",
            Self::Pin(pin) => pin.code(),
            Self::SameAsAccount => "pin.same_as_account",
            Self::Seal => "pin.seal",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Lets the person's signing key open doors as a QR code. Turning on what is on changes nothing.
pub async fn turn_on_qr(tx: &mut Trace, ctx: &mut Ctx<'_>, person: PersonId) -> Result<(), TurnOnError> {
    store::account::lookup(tx, person).await?.ok_or(TurnOnError::NoAccount)?;
    if store::credential::list_live(tx, person)
        .await?
        .iter()
        .any(|credential| credential.lane == Lane::Qr)
    {
        return Ok(());
    }
    let id = CredentialId::new(ctx.now, ctx.rng);
    begin(
        tx,
        CredentialRow {
            id,
            person,
            lane: Lane::Qr,
            sealed: Vec::new(),
            began_at: ctx.now,
        },
    )
    .await?;
    Ok(())
}

/// Sets the door PIN; an older one ends.
///
/// Gates hold its verifier without the pepper (they decide alone), so it must differ from the account's PIN: a stolen gate opens no account.
pub async fn turn_on_pin(tx: &mut Trace, ctx: &mut Ctx<'_>, person: PersonId, pin: &str) -> Result<(), TurnOnError> {
    check_pin(pin)?;
    let account = store::account::lookup(tx, person).await?.ok_or(TurnOnError::NoAccount)?;
    if ctx.pepper.pin_fits(pin, &account.pin_salt, &account.pin_hash) {
        return Err(TurnOnError::SameAsAccount);
    }
    let id = CredentialId::new(ctx.now, ctx.rng);
    let verifier = PinVerifier::of(pin, rng::bytes(ctx.rng)).ok_or(InvalidPin::Form)?;
    let sealed = ctx
        .pepper
        .seal(&context(person, id), &encode(&verifier), ctx.rng)
        .ok_or(TurnOnError::Seal)?;
    store::credential::end(tx, person, Lane::Pin, ctx.now).await?;
    begin(
        tx,
        CredentialRow {
            id,
            person,
            lane: Lane::Pin,
            sealed,
            began_at: ctx.now,
        },
    )
    .await?;
    Ok(())
}

/// Ends the live credential of `lane`. A face lane that rested on it closes with the next snapshot, by the rulebook.
pub async fn turn_off(tx: &mut Trace, ctx: &Ctx<'_>, person: PersonId, lane: Lane) -> Result<bool, StoreError> {
    let ended = store::credential::end(tx, person, lane, ctx.now).await? > 0;
    if ended {
        raise_epoch(tx).await?;
    }
    Ok(ended)
}

/// The person's live ways in.
pub async fn list_credentials(tx: &mut Trace, person: PersonId) -> Result<Vec<Credential>, StoreError> {
    let rows = store::credential::list_live(tx, person).await?;
    Ok(rows
        .iter()
        .map(|row| Credential {
            lane: row.lane,
            began_at: row.began_at,
        })
        .collect())
}

/// A person with an account, as snapshots need them.
#[derive(Debug, Clone)]
pub struct MemberKeys {
    pub unit: String,
    pub person: PersonId,
    /// Present when the QR lane is on.
    pub qr_key: Option<PublicKey>,
    pub pin: Option<PinVerifier>,
    pub record_key: [u8; 32],
    pub credentials: Vec<Credential>,
}

/// Everyone with an account, ordered by unit and login. A sealed PIN that does not open is left out: the lane refuses, nothing opens.
pub async fn list_member_keys(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<Vec<MemberKeys>, StoreError> {
    let mut live: std::collections::BTreeMap<PersonId, Vec<CredentialRow>> = std::collections::BTreeMap::new();
    for row in store::credential::list_all_live(tx).await? {
        live.entry(row.person).or_default().push(row);
    }
    let accounts = store::credential::list_accounts(tx).await?;
    Ok(accounts
        .into_iter()
        .map(|account| {
            let rows = live.remove(&account.person).unwrap_or_default();
            let has_qr = rows.iter().any(|row| row.lane == Lane::Qr);
            MemberKeys {
                unit: account.unit,
                person: account.person,
                qr_key: has_qr.then_some(PublicKey(account.signing_key)),
                pin: rows.iter().find(|row| row.lane == Lane::Pin).and_then(|row| open_pin(ctx, row)),
                record_key: account.record_key,
                credentials: rows
                    .iter()
                    .map(|row| Credential {
                        lane: row.lane,
                        began_at: row.began_at,
                    })
                    .collect(),
            }
        })
        .collect())
}

/// The public half of the key with which this person signs; `None` before they claimed their account.
pub async fn signing_key(tx: &mut Trace, person: PersonId) -> Result<Option<PublicKey>, StoreError> {
    Ok(store::account::lookup(tx, person).await?.map(|account| account.signing_key))
}

async fn begin(tx: &mut Trace, credential: CredentialRow) -> Result<(), StoreError> {
    store::credential::insert(tx, &credential).await?;
    raise_epoch(tx).await?;
    Ok(())
}

fn open_pin(ctx: &Ctx<'_>, row: &CredentialRow) -> Option<PinVerifier> {
    decode_canonical(&ctx.pepper.open(&context(row.person, row.id), &row.sealed)?)
}

fn context(person: PersonId, credential: CredentialId) -> Vec<u8> {
    [b"countenance/door-pin/v1".as_slice(), person.as_bytes(), credential.as_bytes()].concat()
}
