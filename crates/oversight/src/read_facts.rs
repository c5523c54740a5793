//! The facts of duties, out of the tables.

use countenance_base::Timestamp;
use countenance_persons::{Ctx, Purpose, PurposeState, count_stored, list_purposes};
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::due::day_of;
use crate::facts::{AssessedFacts, DutyFacts, UseFacts};
use crate::store;

/// The handler as it stands.
pub async fn read_facts(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<DutyFacts, StoreError> {
    let stored = count_stored(tx).await?;
    let elsewhere = store::site::sum(tx).await?;
    let purposes = list_purposes(tx).await?;
    Ok(DutyFacts {
        persons: stored.persons.saturating_add(elsewhere),
        children: stored.children,
        series: store::count::list(tx).await?,
        filed: store::filing::filed(tx).await?,
        cancelled: store::filing::cancelled(tx).await?,
        officer: store::officer::facts(tx).await?,
        uses: uses(&purposes, &ctx.site.time_zone),
        assessments: purposes
            .iter()
            .filter(|purpose| purpose.state() == PurposeState::Active)
            .filter_map(assessed)
            .collect(),
        incidents: store::incident::list_open(tx).await?,
        suppliers: store::supplier::facts(tx).await?,
        done: store::done::list(tx).await?,
        video: store::video::lookup(tx).await?,
    })
}

fn uses(purposes: &[Purpose], zone: &str) -> UseFacts {
    let day = |at: Option<Timestamp>| -> Option<Day> { day_of(at?, zone) };
    let begun = purposes.iter().filter(|purpose| purpose.activated_at.is_some());
    UseFacts {
        first: begun.clone().filter_map(|purpose| day(purpose.activated_at)).min(),
        active: purposes.iter().any(|purpose| purpose.state() == PurposeState::Active),
        last_end: begun.filter_map(|purpose| day(purpose.ended_at)).max(),
    }
}

/// The one place that knows what an assessment looks like.
pub(crate) fn assessed(purpose: &Purpose) -> Option<AssessedFacts> {
    let assessment = purpose.assessment.as_ref()?;
    Some(AssessedFacts {
        purpose: purpose.id.to_string(),
        approved: assessment.approval?.at,
        hash: assessment.hash(),
    })
}
