//! What the rulebook asks about the whole site.

use countenance_rules::SiteFacts;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// The site as it stands. Officer, filing and suppliers are not kept anywhere yet: below the rulebook's thresholds nobody asks for
/// the first two, and the notices say that nobody processes for this site.
pub async fn site_facts(tx: &mut Trace) -> Result<SiteFacts, StoreError> {
    Ok(SiteFacts {
        stored_persons: store::consent::count_stored_persons(tx).await?,
        ..SiteFacts::default()
    })
}
