use countenance_base::{DoorId, GateId, Timestamp};
use countenance_gate_core::wire::{Claim, Head};
use countenance_grant::PublicKey;
use countenance_storage::{Row, StoreError, Tx};

use crate::gate::{Alarm, Gate};

const NO_HASH: [u8; 32] = [0; 32];

pub(crate) async fn insert(tx: &mut Tx, door: DoorId, code: [u8; 32], expires: Timestamp) -> Result<GateId, StoreError> {
    let row = tx
        .lookup(
            // A number that stands in the ledger is never given again, even where the gate's own row was lost.
            "INSERT INTO gates (id, door_id, claim_code_hash, claim_expires_at, head_hash, leaf_hash)
             SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $4
             FROM (SELECT MAX(id) AS id FROM gates UNION ALL SELECT MAX(gate_id) FROM frames) AS numbers
             RETURNING id",
            &[door.into(), code.into(), expires.into(), NO_HASH.into()],
        )
        .await?;
    row.ok_or(StoreError::Affected { changed: 0 })?.get("id")
}

pub(crate) async fn lookup_unclaimed(tx: &mut Tx, door: DoorId) -> Result<Option<GateId>, StoreError> {
    let row = tx
        .lookup("SELECT id FROM gates WHERE door_id = $1 AND device_key IS NULL", &[door.into()])
        .await?;
    row.map(|row| row.get("id")).transpose()
}

pub(crate) async fn set_claim_code(tx: &mut Tx, gate: GateId, code: [u8; 32], expires: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE gates
         SET claim_code_hash = $2, claim_expires_at = $3
         WHERE id = $1 AND device_key IS NULL",
        &[gate.into(), code.into(), expires.into()],
    )
    .await
}

pub(crate) async fn device_key_known(tx: &mut Tx, key: PublicKey) -> Result<bool, StoreError> {
    Ok(tx
        .lookup("SELECT id FROM gates WHERE device_key = $1", &[key.0.into()])
        .await?
        .is_some())
}

/// Binds the device to the gate of this code; `None` when no unused, unexpired code has this hash.
pub(crate) async fn claim(tx: &mut Tx, code: [u8; 32], claim: &Claim, now: Timestamp) -> Result<Option<GateId>, StoreError> {
    let row = tx
        .lookup(
            "UPDATE gates
             SET device_key = $2, pack = $3, demo = $4, claimed_at = $5, claim_code_hash = NULL, claim_expires_at = NULL
             WHERE claim_code_hash = $1 AND claim_expires_at > $5 AND device_key IS NULL
             RETURNING id",
            &[
                code.into(),
                claim.device_key.0.into(),
                claim.pack.into(),
                claim.demo.into(),
                now.into(),
            ],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, door_id, device_key, pack, program, demo, claimed_at, last_sequence, last_seen_at, head_size, head_hash, leaves, leaf_hash,
                    forked_at, lost_at, seal, sealed_at
             FROM gates ",
            $tail
        )
    };
}

pub(crate) async fn lookup(tx: &mut Tx, id: GateId) -> Result<Option<Gate>, StoreError> {
    tx.lookup(select!("WHERE id = $1"), &[id.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<Gate>, StoreError> {
    tx.list(select!("ORDER BY id"), &[]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Gate, StoreError> {
    Ok(Gate {
        id: row.get("id")?,
        door: row.get("door_id")?,
        device_key: row.get_optional("device_key")?.map(PublicKey),
        pack: row.get_optional("pack")?,
        program: row.get_optional("program")?,
        demo: row.get("demo")?,
        claimed_at: row.get_optional("claimed_at")?,
        last_sequence: row.get("last_sequence")?,
        last_seen_at: row.get_optional("last_seen_at")?,
        head: Head {
            size: row.get("head_size")?,
            hash: row.get("head_hash")?,
        },
        held: Head {
            size: row.get("leaves")?,
            hash: row.get("leaf_hash")?,
        },
        forked_at: row.get_optional("forked_at")?,
        lost_at: row.get_optional("lost_at")?,
        seal: row.get_optional("seal")?,
        sealed_at: row.get_optional("sealed_at")?,
    })
}

/// Takes a request's sequence number; `false` when it is not above the last one.
pub(crate) async fn take_sequence(tx: &mut Tx, gate: GateId, sequence: u64, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE gates
             SET last_sequence = $2, last_seen_at = $3
             WHERE id = $1 AND last_sequence < $2",
            &[gate.into(), sequence.into(), now.into()],
        )
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn set_head(tx: &mut Tx, gate: GateId, head: &Head) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE gates SET head_size = $2, head_hash = $3 WHERE id = $1",
        &[gate.into(), head.size.into(), head.hash.into()],
    )
    .await
}

pub(crate) async fn set_held(tx: &mut Tx, gate: GateId, held: &Head) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE gates SET leaves = $2, leaf_hash = $3 WHERE id = $1",
        &[gate.into(), held.size.into(), held.hash.into()],
    )
    .await
}

/// Marks the gate as forked; `false` when it was already.
pub(crate) async fn set_forked(tx: &mut Tx, gate: GateId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE gates
             SET forked_at = $2
             WHERE id = $1 AND forked_at IS NULL",
            &[gate.into(), now.into()],
        )
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn set_seal(tx: &mut Tx, gate: GateId, seal: &[u8], at: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE gates SET seal = $2, sealed_at = $3 WHERE id = $1",
        &[gate.into(), seal.into(), at.into()],
    )
    .await
}

pub(crate) async fn set_pack(tx: &mut Tx, gate: GateId, pack: &[u8; 32]) -> Result<(), StoreError> {
    tx.change_one("UPDATE gates SET pack = $2 WHERE id = $1", &[gate.into(), (*pack).into()])
        .await
}

pub(crate) async fn set_program(tx: &mut Tx, gate: GateId, program: &[u8; 32]) -> Result<(), StoreError> {
    tx.change_one("UPDATE gates SET program = $2 WHERE id = $1", &[gate.into(), (*program).into()])
        .await
}

pub(crate) async fn set_lost(tx: &mut Tx, gate: GateId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one("UPDATE gates SET lost_at = $2 WHERE id = $1", &[gate.into(), now.into()])
        .await
}

/// Raises an alarm that does not stand yet.
pub(crate) async fn raise_alarm(tx: &mut Tx, gate: GateId, code: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO gate_alarms (gate_id, code, since)
         SELECT $1, $2, $3
         WHERE NOT EXISTS (SELECT 1 FROM gate_alarms WHERE gate_id = $1 AND code = $2 AND ended_at IS NULL)",
        &[gate.into(), code.into(), now.into()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn end_alarm(tx: &mut Tx, gate: GateId, code: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE gate_alarms
         SET ended_at = $3
         WHERE gate_id = $1 AND code = $2 AND ended_at IS NULL",
        &[gate.into(), code.into(), now.into()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn list_alarms(tx: &mut Tx) -> Result<Vec<Alarm>, StoreError> {
    tx.list(
        "SELECT gate_id, code, since
         FROM gate_alarms
         WHERE ended_at IS NULL
         ORDER BY since, gate_id, code",
        &[],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Alarm {
            gate: row.get("gate_id")?,
            code: row.get("code")?,
            since: row.get("since")?,
        })
    })
    .collect()
}

pub(crate) async fn put_frame(
    tx: &mut Tx,
    gate: GateId,
    sequence: u64,
    leaf: &[u8],
    record: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO frames (gate_id, sequence, leaf, record, received_at)
         VALUES ($1, $2, $3, $4, $5)",
        &[gate.into(), sequence.into(), leaf.into(), record.into(), now.into()],
    )
    .await
}

/// Leaf and record of an entry.
pub(crate) async fn lookup_frame(tx: &mut Tx, gate: GateId, sequence: u64) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
    let row = tx
        .lookup(
            "SELECT leaf, record FROM frames WHERE gate_id = $1 AND sequence = $2",
            &[gate.into(), sequence.into()],
        )
        .await?;
    row.map(|row| Ok((row.get("leaf")?, row.get("record")?))).transpose()
}

/// The leaf at `sequence`, when it is held.
pub(crate) async fn lookup_leaf(tx: &mut Tx, gate: GateId, sequence: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx
        .lookup(
            "SELECT leaf FROM frames WHERE gate_id = $1 AND sequence = $2",
            &[gate.into(), sequence.into()],
        )
        .await?;
    row.map(|row| row.get("leaf")).transpose()
}
