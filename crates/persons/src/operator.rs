//! Operators sign in with one-time links; there is no default password because there is no password.

use std::time::Duration;

use countenance_base::{OperatorId, Timestamp, rng, to_hex};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::session::{OperatorSession, begin_operator_session};
use crate::{Ctx, store};

/// Whoever starts the server follows the link the same day, or prints another.
const LINK_LIFE: Duration = Duration::from_hours(24);
const KIND: &str = "operator-link";

/// Somebody who works at the console.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    pub display_name: String,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operator({})", self.id)
    }
}

/// The link's code is unknown, used or too old; which of them is nobody's business without it.
#[derive(Debug, thiserror::Error)]
pub enum FollowLinkError {
    #[error("sign-in link is unknown, used or too old")]
    NotGood,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FollowLinkError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotGood => "link.not_good",
            Self::Store(_) => "store.failed",
        }
    }
}

pub async fn lookup_operator(tx: &mut Trace, id: OperatorId) -> Result<Option<Operator>, StoreError> {
    store::operator::lookup(tx, id).await
}

/// Makes a one-time code for the operator of this name, who is registered when new. 64 hexadecimal digits.
pub async fn make_operator_link(tx: &mut Trace, ctx: &mut Ctx<'_>, display_name: &str) -> Result<String, StoreError> {
    let id = if let Some(id) = store::operator::lookup_by_name(tx, display_name).await? {
        id
    } else {
        let operator = Operator {
            id: OperatorId::new(ctx.now, ctx.rng),
            display_name: display_name.to_owned(),
        };
        store::operator::insert(tx, &operator, ctx.now).await?;
        operator.id
    };
    let code = to_hex(&rng::bytes::<32>(ctx.rng));
    store::operator::insert_link(tx, ctx.pepper.hash_code(KIND, &code), id, ctx.now, ctx.now.plus(LINK_LIFE)).await?;
    Ok(code)
}

/// Uses the link up and begins a session.
pub async fn follow_operator_link(tx: &mut Trace, ctx: &mut Ctx<'_>, code: &str) -> Result<OperatorSession, FollowLinkError> {
    let hash = ctx.pepper.hash_code(KIND, code);
    let operator = store::operator::use_link(tx, hash, ctx.now)
        .await?
        .ok_or(FollowLinkError::NotGood)?;
    Ok(begin_operator_session(tx, ctx, operator).await?)
}

/// Whether somebody signed in before, or still can with a printed link.
pub async fn operator_can_sign_in(tx: &mut Trace, now: Timestamp) -> Result<bool, StoreError> {
    store::operator::any_way_in(tx, now).await
}
