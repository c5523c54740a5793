use countenance_base::{DoorId, GateId, PersonId, Timestamp};
use countenance_gate_core::wire::{Passage, Window};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::passages_view::{PassageView, WindowView};
use crate::store::door::{read_lanes, write_lanes};

pub(crate) async fn put(tx: &mut Trace, gate: GateId, sequence: u64, passage: &Passage) -> Result<(), StoreError> {
    tx.change_one(
        // A person who is not on file (any more) must not stop a journal from coming in.
        "INSERT INTO passages (gate_id, sequence, attempt, at, door_id, lanes, person_id, opened, reason, demo)
         VALUES ($1, $2, $3, $4, $5, $6, (SELECT id FROM persons WHERE id = $7), $8, $9, $10)",
        &[
            gate.into(),
            sequence.into(),
            passage.attempt.into(),
            passage.at.into(),
            passage.door.into(),
            (&write_lanes(&passage.lanes)).into(),
            passage.person.into(),
            passage.opened.into(),
            (&passage.reason).into(),
            passage.demo.into(),
        ],
    )
    .await
}

pub(crate) async fn put_window(tx: &mut Trace, gate: GateId, sequence: u64, window: &Window) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO windows (gate_id, sequence, attempt, opened_at, closed_at, frames, faces_max, embedded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            gate.into(),
            sequence.into(),
            window.attempt.into(),
            window.opened.into(),
            window.closed.into(),
            window.frames.into(),
            window.faces_max.into(),
            window.embedded.into(),
        ],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT gate_id, sequence, attempt, at, door_id, lanes, person_id, opened, reason, demo FROM passages ",
            $tail
        )
    };
}

pub(crate) async fn list(tx: &mut Trace, before: Timestamp, limit: u32) -> Result<Vec<PassageView>, StoreError> {
    let rows = tx
        .list(
            select!("WHERE at < $1 ORDER BY at DESC, gate_id, sequence DESC LIMIT $2"),
            &[before.into(), limit.into()],
        )
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

pub(crate) async fn list_of_person(
    tx: &mut Trace,
    person: PersonId,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<PassageView>, StoreError> {
    let rows = tx
        .list(
            select!("WHERE person_id = $1 AND at < $2 ORDER BY at DESC, gate_id, sequence DESC LIMIT $3"),
            &[person.into(), before.into(), limit.into()],
        )
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

pub(crate) async fn list_windows(tx: &mut Trace, before: Timestamp, limit: u32) -> Result<Vec<WindowView>, StoreError> {
    tx.list(
        "SELECT gate_id, sequence, attempt, opened_at, closed_at, frames, faces_max, embedded
         FROM windows
         WHERE opened_at < $1
         ORDER BY opened_at DESC, gate_id, sequence DESC
         LIMIT $2",
        &[before.into(), limit.into()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(WindowView {
            gate: row.get("gate_id")?,
            sequence: row.get("sequence")?,
            window: Window {
                attempt: row.get("attempt")?,
                opened: row.get("opened_at")?,
                closed: row.get("closed_at")?,
                frames: row.get("frames")?,
                faces_max: row.get("faces_max")?,
                embedded: row.get("embedded")?,
            },
        })
    })
    .collect()
}

/// When a way without a face last opened this door.
pub(crate) async fn last_opened_without_face(tx: &mut Trace, door: DoorId) -> Result<Option<Timestamp>, StoreError> {
    let row = tx
        .lookup(
            "SELECT at
             FROM passages
             WHERE door_id = $1 AND opened = 1 AND lanes NOT LIKE '%face%'
             ORDER BY at DESC
             LIMIT 1",
            &[door.into()],
        )
        .await?;
    row.map(|row| row.get("at")).transpose()
}

pub(crate) async fn forget_of_door(tx: &mut Trace, door: DoorId, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM passages
         WHERE door_id = $1 AND at < $2
           AND NOT EXISTS (SELECT 1 FROM holds
                           WHERE ended_at IS NULL AND ends_at > $3 AND passages.at BETWEEN covers_from AND covers_to
                             AND (holds.person_id IS NULL OR holds.person_id = passages.person_id))",
        &[door.into(), before.into(), now.into()],
    )
    .await
}

pub(crate) async fn forget(tx: &mut Trace, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    let passages = tx
        .execute(
            "DELETE FROM passages
             WHERE at < $1
               AND NOT EXISTS (SELECT 1 FROM holds
                               WHERE ended_at IS NULL AND ends_at > $2 AND passages.at BETWEEN covers_from AND covers_to
                                 AND (holds.person_id IS NULL OR holds.person_id = passages.person_id))",
            &[before.into(), now.into()],
        )
        .await?;
    // A window names nobody: a hold about everybody keeps it.
    let windows = tx
        .execute(
            "DELETE FROM windows
             WHERE opened_at < $1
               AND NOT EXISTS (SELECT 1 FROM holds
                               WHERE ended_at IS NULL AND ends_at > $2 AND holds.person_id IS NULL
                                 AND windows.opened_at BETWEEN covers_from AND covers_to)",
            &[before.into(), now.into()],
        )
        .await?;
    Ok(passages + windows)
}

/// Also removes ended holds about the person: their rows would name them.
pub(crate) async fn erase_of_person(tx: &mut Trace, person: PersonId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM holds WHERE person_id = $1", &[person.into()]).await?;
    tx.execute("DELETE FROM passages WHERE person_id = $1", &[person.into()]).await
}

pub(crate) async fn count_of_person(tx: &mut Trace, person: PersonId) -> Result<u64, StoreError> {
    let row = tx
        .lookup("SELECT COUNT(*) AS n FROM passages WHERE person_id = $1", &[person.into()])
        .await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

pub(crate) async fn count_at(tx: &mut Trace, gate: GateId, sequence: u64) -> Result<u64, StoreError> {
    let row = tx
        .lookup(
            "SELECT COUNT(*) AS n FROM passages WHERE gate_id = $1 AND sequence = $2",
            &[gate.into(), sequence.into()],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// Passages and capture windows at a door's gates between two instants.
pub(crate) async fn erase_of_door(tx: &mut Trace, door: DoorId, from: Timestamp, to: Timestamp) -> Result<u64, StoreError> {
    let passages = tx
        .execute(
            "DELETE FROM passages WHERE door_id = $1 AND at BETWEEN $2 AND $3",
            &[door.into(), from.into(), to.into()],
        )
        .await?;
    let windows = tx
        .execute(
            "DELETE FROM windows
             WHERE opened_at BETWEEN $2 AND $3 AND gate_id IN (SELECT id FROM gates WHERE door_id = $1)",
            &[door.into(), from.into(), to.into()],
        )
        .await?;
    Ok(passages + windows)
}

fn read(tx: &mut Trace, row: &Row) -> Result<PassageView, StoreError> {
    let person = row.get_optional("person_id")?;
    if let Some(person) = person {
        tx.looked_at(person);
    }
    let lanes: String = row.get("lanes")?;
    Ok(PassageView {
        gate: row.get("gate_id")?,
        sequence: row.get("sequence")?,
        passage: Passage {
            attempt: row.get("attempt")?,
            at: row.get("at")?,
            door: row.get("door_id")?,
            lanes: read_lanes(&lanes).ok_or(StoreError::Column { column: "lanes" })?,
            person,
            opened: row.get("opened")?,
            reason: row.get("reason")?,
            demo: row.get("demo")?,
            waited: None,
        },
    })
}
