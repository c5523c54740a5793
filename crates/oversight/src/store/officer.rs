use countenance_base::Text;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use super::{day, day_if_any};
use crate::facts::OfficerFacts;
use crate::officer::Officer;

/// One at a time: who was it before is no longer kept.
pub(crate) async fn put(tx: &mut Trace, name: &str, contact: &Text, on: Day) -> Result<(), StoreError> {
    end(tx).await?;
    tx.change_one(
        "INSERT INTO officers (number, name, contact_zh, contact_en, appointed_on) VALUES (1, $1, $2, $3, $4)",
        &[name.into(), (&contact.zh).into(), (&contact.en).into(), (&on.to_string()).into()],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM officers", &[]).await
}

pub(crate) async fn report(tx: &mut Trace, acknowledgement: &str, on: Day) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE officers SET acknowledgement = $1, reported_on = $2 WHERE acknowledgement IS NULL",
        &[acknowledgement.into(), (&on.to_string()).into()],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace) -> Result<Option<Officer>, StoreError> {
    let row = tx
        .lookup(
            "SELECT name, contact_zh, contact_en, appointed_on, acknowledgement, reported_on FROM officers",
            &[],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let number: Option<String> = row.get_optional("acknowledgement")?;
    Ok(Some(Officer {
        name: row.get("name")?,
        contact: Text {
            zh: row.get("contact_zh")?,
            en: row.get("contact_en")?,
        },
        appointed_on: day(&row, "appointed_on")?,
        reported: day_if_any(&row, "reported_on")?.zip(number),
    }))
}

pub(crate) async fn facts(tx: &mut Trace) -> Result<Option<OfficerFacts>, StoreError> {
    Ok(lookup(tx).await?.map(|officer| OfficerFacts {
        appointed: officer.appointed_on,
        reported: officer.reported,
    }))
}
