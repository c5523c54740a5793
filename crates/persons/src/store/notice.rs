use countenance_base::{PersonId, PurposeId, Text, Timestamp};
use countenance_rules::Notice;
use countenance_storage::StoreError;
use countenance_trace::Trace;

/// Keeps the text; the same hash is the same text.
pub(crate) async fn put(tx: &mut Trace, rulebook: &str, notice: &Notice) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO notices (hash, rulebook, version, zh, en)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (hash) DO NOTHING",
        &[
            notice.hash.into(),
            rulebook.into(),
            (&notice.version).into(),
            (&notice.zh).into(),
            (&notice.en).into(),
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn lookup(tx: &mut Trace, hash: [u8; 32]) -> Result<Option<Text>, StoreError> {
    let row = tx.lookup("SELECT zh, en FROM notices WHERE hash = $1", &[hash.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Text {
        zh: row.get("zh")?,
        en: row.get("en")?,
    }))
}

pub(crate) async fn note_shown(
    tx: &mut Trace,
    person: PersonId,
    purpose: PurposeId,
    hash: [u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO notices_shown (person_id, purpose_id, notice_hash, shown_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (person_id, purpose_id, notice_hash) DO UPDATE
         SET shown_at = excluded.shown_at",
        &[person.into(), purpose.into(), hash.into(), now.into()],
    )
    .await?;
    Ok(())
}
