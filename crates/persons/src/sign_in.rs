//! A person signs in with login and PIN.

use countenance_base::PersonId;
use countenance_storage::{Db, StoreError};
use countenance_trace::Reader;

use crate::session::{PersonSession, begin_person_session};
use crate::store::account::AccountRow;
use crate::{Ctx, store};

/// Input of [`sign_in`].
pub struct SignIn {
    pub login: String,
    pub pin: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("login and PIN do not belong together")]
    Wrong,
    #[error("too many wrong PINs, the next is looked at in {wait_s} s")]
    Throttled { wait_s: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SignInError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "pin.wrong",
            Self::Throttled { .. } => "pin.throttled",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Checks the PIN and begins a session. Takes the database, since a wrong try must be counted also when it fails.
pub async fn sign_in(db: &Db, ctx: &mut Ctx<'_>, input: SignIn) -> Result<PersonSession, SignInError> {
    // The try is counted durably before it is judged: parallel guesses cannot share one count.
    let counted = count_try(db, ctx, &input.login).await?;
    // argon2 takes tens of milliseconds: outside any transaction. An unknown login costs the same.
    let (salt, hash) = counted
        .as_ref()
        .map_or(([0; 16], [0; 32]), |(_, account)| (account.pin_salt, account.pin_hash));
    let fits = ctx.pepper.pin_fits(&input.pin, &salt, &hash);
    let (Some((person, _)), true) = (counted, fits) else {
        return Err(SignInError::Wrong);
    };
    let mut tx = ctx.trace(db.write().await?, Reader::Own(person));
    store::account::throttle(&mut tx, person, crate::pin::Throttle::default()).await?;
    let session = begin_person_session(&mut tx, ctx, person).await?;
    tx.commit().await?;
    Ok(session)
}

async fn count_try(db: &Db, ctx: &mut Ctx<'_>, login: &str) -> Result<Option<(PersonId, AccountRow)>, SignInError> {
    let mut tx = ctx.trace(db.write().await?, Reader::Machine);
    let Some(person) = crate::lookup_person_by_login(&mut tx, login).await? else {
        return Ok(None);
    };
    let Some(account) = store::account::lookup(&mut tx, person.id).await? else {
        return Ok(None);
    };
    let throttle = account.throttle.take_try(ctx.now).map_err(|until| SignInError::Throttled {
        wait_s: until.since(ctx.now).as_secs().max(1),
    })?;
    store::account::throttle(&mut tx, person.id, throttle).await?;
    tx.commit().await?;
    Ok(Some((person.id, account)))
}
