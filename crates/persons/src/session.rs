//! Sessions: a random token in a cookie, its keyed hash in the database.

use std::time::Duration;

use countenance_base::{OperatorId, PersonId, Timestamp, rng, to_hex};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::{Ctx, Operator, store};

const PERSON_SESSION: Duration = Duration::from_hours(30 * 24);
const OPERATOR_SESSION: Duration = Duration::from_hours(12);
const PERSON: &str = "person-session";
const OPERATOR: &str = "operator-session";
/// Hexadecimal of 32 bytes; anything longer is no token and is not hashed.
const TOKEN_CHARS: usize = 64;

/// A session that has just begun; the token goes into the cookie and is kept nowhere else.
pub struct PersonSession {
    pub person: PersonId,
    pub token: String,
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for PersonSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonSession({})", self.person)
    }
}

/// An operator's session that has just begun.
pub struct OperatorSession {
    pub operator: OperatorId,
    pub token: String,
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for OperatorSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OperatorSession({})", self.operator)
    }
}

pub(crate) async fn begin_person_session(tx: &mut Trace, ctx: &mut Ctx<'_>, person: PersonId) -> Result<PersonSession, StoreError> {
    let token = to_hex(&rng::bytes::<32>(ctx.rng));
    let ends_at = ctx.now.plus(PERSON_SESSION);
    store::session::insert_person(tx, ctx.pepper.hash_code(PERSON, &token), person, ctx.now, ends_at).await?;
    Ok(PersonSession { person, token, ends_at })
}

pub(crate) async fn begin_operator_session(tx: &mut Trace, ctx: &mut Ctx<'_>, operator: OperatorId) -> Result<OperatorSession, StoreError> {
    let token = to_hex(&rng::bytes::<32>(ctx.rng));
    let ends_at = ctx.now.plus(OPERATOR_SESSION);
    store::session::insert_operator(tx, ctx.pepper.hash_code(OPERATOR, &token), operator, ctx.now, ends_at).await?;
    Ok(OperatorSession { operator, token, ends_at })
}

/// Whose session `token` is.
pub async fn lookup_person_session(tx: &mut Trace, ctx: &Ctx<'_>, token: &str) -> Result<Option<PersonId>, StoreError> {
    if token.len() != TOKEN_CHARS {
        return Ok(None);
    }
    store::session::lookup_person(tx, ctx.pepper.hash_code(PERSON, token), ctx.now).await
}

/// Which operator's session `token` is.
pub async fn lookup_operator_session(tx: &mut Trace, ctx: &Ctx<'_>, token: &str) -> Result<Option<Operator>, StoreError> {
    if token.len() != TOKEN_CHARS {
        return Ok(None);
    }
    match store::session::lookup_operator(tx, ctx.pepper.hash_code(OPERATOR, token), ctx.now).await? {
        Some(operator) => store::operator::lookup(tx, operator).await,
        None => Ok(None),
    }
}

/// Ends the session of this token, whoever's it is.
pub async fn end_session(tx: &mut Trace, ctx: &Ctx<'_>, token: &str) -> Result<(), StoreError> {
    store::session::end(tx, ctx.pepper.hash_code(PERSON, token), ctx.pepper.hash_code(OPERATOR, token)).await
}

/// Ends every session of a person, on all their devices.
pub async fn end_all_sessions(tx: &mut Trace, person: PersonId) -> Result<u64, StoreError> {
    store::session::end_all_of_person(tx, person).await
}

/// Removes sessions that are over.
pub async fn forget_ended_sessions(tx: &mut Trace, now: Timestamp) -> Result<u64, StoreError> {
    store::session::forget_ended(tx, now).await
}
