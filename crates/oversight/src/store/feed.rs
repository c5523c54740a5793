use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::Trace;

pub(crate) async fn set_hash(tx: &mut Trace, hash: [u8; 32]) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO oversight (one, feed_hash) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET feed_hash = excluded.feed_hash",
        &[hash.into()],
    )
    .await
}

pub(crate) async fn hash(tx: &mut Trace) -> Result<Option<[u8; 32]>, StoreError> {
    let row = tx.lookup("SELECT feed_hash FROM oversight", &[]).await?;
    row.map_or(Ok(None), |row| row.get_optional("feed_hash"))
}

pub(crate) async fn set_webhook(tx: &mut Trace, address: Option<&str>) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO oversight (one, webhook) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET webhook = excluded.webhook",
        &[address.into()],
    )
    .await
}

pub(crate) async fn webhook(tx: &mut Trace) -> Result<Option<String>, StoreError> {
    let row = tx.lookup("SELECT webhook FROM oversight", &[]).await?;
    row.map_or(Ok(None), |row| row.get_optional("webhook"))
}

pub(crate) async fn told_on(tx: &mut Trace, day: Day) -> Result<Vec<String>, StoreError> {
    let rows = tx
        .list("SELECT duty FROM duties_told WHERE day = $1", &[(&day.to_string()).into()])
        .await?;
    rows.iter().map(|row| row.get("duty")).collect()
}

pub(crate) async fn note_told(tx: &mut Trace, duty: &str, day: Day) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO duties_told (duty, day) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[duty.into(), (&day.to_string()).into()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn forget_told(tx: &mut Trace, before: Day) -> Result<(), StoreError> {
    tx.execute("DELETE FROM duties_told WHERE day < $1", &[(&before.to_string()).into()])
        .await?;
    Ok(())
}
