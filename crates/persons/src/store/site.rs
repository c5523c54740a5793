use countenance_base::{Text, Timestamp};
use countenance_grant::PublicKey;
use countenance_storage::{StoreError, Tx};

use crate::Site;
use crate::site_facts::Standing;

pub(crate) async fn insert(tx: &mut Tx, now: Timestamp, site: &Site) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO site (one, id, name_zh, name_en, operator_zh, operator_en, contact_zh, contact_en, complaints_zh, complaints_en,
                           time_zone, public_key, evidence_key, intake_key, epoch, created_at)
         VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14)",
        &[
            site.id.into(),
            (&site.name.zh).into(),
            (&site.name.en).into(),
            (&site.operator.zh).into(),
            (&site.operator.en).into(),
            (&site.contact.zh).into(),
            (&site.contact.en).into(),
            (&site.complaints.zh).into(),
            (&site.complaints.en).into(),
            (&site.time_zone).into(),
            site.public_key.0.into(),
            site.evidence_key.into(),
            site.intake_key.into(),
            now.into(),
        ],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Tx) -> Result<Option<Site>, StoreError> {
    let row = tx
        .lookup(
            "SELECT id, name_zh, name_en, operator_zh, operator_en, contact_zh, contact_en, complaints_zh, complaints_en,
                    time_zone, public_key, evidence_key, intake_key
             FROM site",
            &[],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Site {
        id: row.get("id")?,
        name: Text {
            zh: row.get("name_zh")?,
            en: row.get("name_en")?,
        },
        operator: Text {
            zh: row.get("operator_zh")?,
            en: row.get("operator_en")?,
        },
        contact: Text {
            zh: row.get("contact_zh")?,
            en: row.get("contact_en")?,
        },
        complaints: Text {
            zh: row.get("complaints_zh")?,
            en: row.get("complaints_en")?,
        },
        time_zone: row.get("time_zone")?,
        public_key: PublicKey(row.get("public_key")?),
        evidence_key: row.get("evidence_key")?,
        intake_key: row.get_optional("intake_key")?,
    }))
}

pub(crate) async fn epoch(tx: &mut Tx) -> Result<u64, StoreError> {
    let row = tx.lookup("SELECT epoch FROM site", &[]).await?;
    row.map_or(Ok(0), |row| row.get("epoch"))
}

pub(crate) async fn raise_epoch(tx: &mut Tx) -> Result<u64, StoreError> {
    let row = tx.lookup("UPDATE site SET epoch = epoch + 1 RETURNING epoch", &[]).await?;
    row.ok_or(StoreError::Affected { changed: 0 })?.get("epoch")
}

/// Changes nothing when the epoch is as high.
pub(crate) async fn lift_epoch(tx: &mut Tx, number: u64) -> Result<(), StoreError> {
    tx.execute("UPDATE site SET epoch = $1 WHERE epoch < $1", &[number.into()]).await?;
    Ok(())
}

/// As nothing yet, before anything was written.
pub(crate) async fn standing(tx: &mut Tx) -> Result<Standing, StoreError> {
    let row = tx
        .lookup(
            "SELECT officer, filing_acknowledged, filing_due, suppliers_without_contract, elsewhere, counted_at FROM oversight",
            &[],
        )
        .await?;
    let Some(row) = row else { return Ok(Standing::default()) };
    Ok(Standing {
        officer: row.get("officer")?,
        filing_acknowledged: row.get("filing_acknowledged")?,
        filing_due: row.get_optional("filing_due")?,
        suppliers_without_contract: row.get("suppliers_without_contract")?,
        elsewhere: row.get("elsewhere")?,
        counted_at: row.get_optional("counted_at")?,
    })
}

pub(crate) async fn put_standing(tx: &mut Tx, standing: &Standing) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO oversight (one, officer, filing_acknowledged, filing_due, suppliers_without_contract, elsewhere, counted_at)
         VALUES (1, $1, $2, $3, $4, $5, $6)
         ON CONFLICT (one) DO UPDATE
         SET officer = excluded.officer, filing_acknowledged = excluded.filing_acknowledged, filing_due = excluded.filing_due,
             suppliers_without_contract = excluded.suppliers_without_contract, elsewhere = excluded.elsewhere,
             counted_at = excluded.counted_at",
        &[
            standing.officer.into(),
            standing.filing_acknowledged.into(),
            standing.filing_due.into(),
            standing.suppliers_without_contract.into(),
            standing.elsewhere.into(),
            standing.counted_at.into(),
        ],
    )
    .await
}
