//! The one row that says whose database this is.

use countenance_base::Timestamp;
use countenance_storage::{StoreError, Tx};

use crate::{Site, store};

/// Writes the site at first start.
///
/// # Errors
/// The database belongs to a site already.
pub async fn found_site(tx: &mut Tx, now: Timestamp, site: &Site) -> Result<(), StoreError> {
    store::site::insert(tx, now, site).await
}

/// The site, `None` before first start.
pub async fn lookup_site(tx: &mut Tx) -> Result<Option<Site>, StoreError> {
    store::site::lookup(tx).await
}
