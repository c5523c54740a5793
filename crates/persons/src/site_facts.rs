//! What the rulebook asks about the whole site.

use std::time::Duration;

use countenance_base::Timestamp;
use countenance_rules::SiteFacts;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::{Ctx, store};

/// Counting is hourly work; who has not counted for so long does not know when a threshold was reached.
const COUNT_HOLDS: Duration = Duration::from_hours(48);

/// What `oversight` worked out of its own tables, left where this crate reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub officer: bool,
    pub filing_acknowledged: bool,
    /// The last instant in time.
    pub filing_due: Option<Timestamp>,
    pub suppliers_without_contract: u32,
    /// People at the handler's other sites.
    pub elsewhere: u32,
    pub counted_at: Option<Timestamp>,
}

/// Keeps the standing; written by `oversight` in the transaction that changes it.
pub async fn put_standing(tx: &mut Trace, standing: &Standing) -> Result<(), StoreError> {
    store::site::put_standing(tx, standing).await
}

/// People whose face information is stored here at this moment, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoredPersons {
    pub persons: u32,
    /// Of those, below the guardian age.
    pub children: u32,
}

pub async fn count_stored(tx: &mut Trace) -> Result<StoredPersons, StoreError> {
    Ok(StoredPersons {
        persons: store::consent::count_stored_persons(tx).await?,
        children: store::consent::count_stored_children(tx).await?,
    })
}

/// The site as it stands. Thresholds are the handler's, so its other sites count too; who is at several counts several times.
pub async fn site_facts(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<SiteFacts, StoreError> {
    let standing = store::site::standing(tx).await?;
    let stored_persons = store::consent::count_stored_persons(tx).await?.saturating_add(standing.elsewhere);
    Ok(SiteFacts {
        stored_persons,
        officer: standing.officer,
        filing_acknowledged: standing.filing_acknowledged,
        filing_due: standing.filing_due.or_else(|| just_reached(&standing, ctx.now)),
        suppliers_without_contract: standing.suppliers_without_contract,
    })
}

/// Between two counts a threshold may be reached before its clock was set; then nothing can be overdue yet.
fn just_reached(standing: &Standing, now: Timestamp) -> Option<Timestamp> {
    standing.counted_at.filter(|at| now.since(*at) <= COUNT_HOLDS).map(|_| now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_not_set_is_forgiven_only_right_after_a_count() {
        let counted = |at| Standing {
            counted_at: at,
            ..Standing::default()
        };
        let now = Timestamp::from_seconds(1_000_000);
        assert_eq!(just_reached(&counted(Some(now)), now), Some(now));
        assert_eq!(just_reached(&counted(Some(now.minus(COUNT_HOLDS))), now), Some(now));
        assert_eq!(
            just_reached(&counted(Some(now.minus(COUNT_HOLDS).minus(Duration::from_secs(1)))), now),
            None
        );
        assert_eq!(just_reached(&counted(None), now), None);
    }
}
