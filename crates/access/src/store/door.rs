use countenance_base::{DoorId, Text};
use countenance_gate_core::challenge::Liveness;
use countenance_gate_core::policy::{Lane, Zone};
use countenance_rules::{Area, LegalOpinion, Place};
use countenance_storage::{Row, StoreError, Tx};

use crate::door::{Door, DoorSettings};

pub(crate) async fn put(tx: &mut Tx, door: &Door) -> Result<(), StoreError> {
    let settings = &door.settings;
    let opinion = settings.opinion.as_ref();
    tx.change_one(
        "INSERT INTO doors (id, number, name_zh, name_en, place, area, camera, sign, public_security, ways, open_ms, distance_max_mm,
                            zone_left, zone_top, zone_right, zone_bottom, liveness, saved_at, opinion_hash, opinion_author, opinion_given_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (id) DO UPDATE
         SET number = excluded.number, name_zh = excluded.name_zh, name_en = excluded.name_en, place = excluded.place,
             area = excluded.area, camera = excluded.camera, sign = excluded.sign, public_security = excluded.public_security,
             ways = excluded.ways, open_ms = excluded.open_ms, distance_max_mm = excluded.distance_max_mm,
             zone_left = excluded.zone_left, zone_top = excluded.zone_top, zone_right = excluded.zone_right,
             zone_bottom = excluded.zone_bottom, liveness = excluded.liveness, saved_at = excluded.saved_at,
             opinion_hash = excluded.opinion_hash, opinion_author = excluded.opinion_author,
             opinion_given_at = excluded.opinion_given_at",
        &[
            door.id.into(),
            door.number.into(),
            (&door.name.zh).into(),
            (&door.name.en).into(),
            settings.place.word().into(),
            settings.area.word().into(),
            settings.camera.into(),
            settings.sign.into(),
            settings.public_security.into(),
            (&write_ways(&settings.ways)).into(),
            settings.open_ms.into(),
            settings.distance_max_mm.into(),
            settings.zone.left.into(),
            settings.zone.top.into(),
            settings.zone.right.into(),
            settings.zone.bottom.into(),
            settings.liveness.word().into(),
            door.saved_at.into(),
            opinion.map(|opinion| opinion.hash.as_str()).into(),
            opinion.map(|opinion| opinion.author.as_str()).into(),
            opinion.map(|opinion| opinion.given).into(),
        ],
    )
    .await
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, number, name_zh, name_en, place, area, camera, sign, public_security, ways, open_ms, distance_max_mm,
                    zone_left, zone_top, zone_right, zone_bottom, liveness, saved_at, opinion_hash, opinion_author, opinion_given_at
             FROM doors ",
            $tail
        )
    };
}

pub(crate) async fn lookup(tx: &mut Tx, id: DoorId) -> Result<Option<Door>, StoreError> {
    tx.lookup(select!("WHERE id = $1"), &[id.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) async fn lookup_by_number(tx: &mut Tx, number: u32) -> Result<Option<Door>, StoreError> {
    tx.lookup(select!("WHERE number = $1"), &[number.into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<Door>, StoreError> {
    tx.list(select!("ORDER BY number"), &[]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Door, StoreError> {
    let (place, area, ways): (String, String, String) = (row.get("place")?, row.get("area")?, row.get("ways")?);
    let liveness: String = row.get("liveness")?;
    Ok(Door {
        id: row.get("id")?,
        number: row.get("number")?,
        name: Text {
            zh: row.get("name_zh")?,
            en: row.get("name_en")?,
        },
        settings: DoorSettings {
            place: Place::from_word(&place).ok_or(StoreError::Column { column: "place" })?,
            area: Area::from_word(&area).ok_or(StoreError::Column { column: "area" })?,
            camera: row.get("camera")?,
            sign: row.get("sign")?,
            public_security: row.get("public_security")?,
            ways: read_ways(&ways).ok_or(StoreError::Column { column: "ways" })?,
            open_ms: row.get("open_ms")?,
            distance_max_mm: row.get("distance_max_mm")?,
            zone: Zone {
                left: row.get("zone_left")?,
                top: row.get("zone_top")?,
                right: row.get("zone_right")?,
                bottom: row.get("zone_bottom")?,
            },
            liveness: Liveness::from_word(&liveness).ok_or(StoreError::Column { column: "liveness" })?,
            opinion: read_opinion(row)?,
        },
        saved_at: row.get("saved_at")?,
    })
}

fn read_opinion(row: &Row) -> Result<Option<LegalOpinion>, StoreError> {
    let Some(hash) = row.get_optional("opinion_hash")? else {
        return Ok(None);
    };
    Ok(Some(LegalOpinion {
        hash,
        author: row.get("opinion_author")?,
        given: row.get("opinion_given_at")?,
    }))
}

/// `qr|card+pin`.
fn write_ways(ways: &[Vec<Lane>]) -> String {
    ways.iter().map(|way| write_lanes(way)).collect::<Vec<_>>().join("|")
}

fn read_ways(text: &str) -> Option<Vec<Vec<Lane>>> {
    text.split('|').map(read_lanes).collect()
}

pub(crate) fn write_lanes(lanes: &[Lane]) -> String {
    lanes.iter().map(|lane| lane.word()).collect::<Vec<_>>().join("+")
}

pub(crate) fn read_lanes(text: &str) -> Option<Vec<Lane>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split('+').map(Lane::from_word).collect()
}
