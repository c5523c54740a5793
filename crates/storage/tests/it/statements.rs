//! The SQL that stores may write, and every kind of value, on the engine of this run.

use countenance_base::{DoorId, GateId, SeededRng, Timestamp};
use countenance_storage::{Tx, Value};
use countenance_testdb::Place;

const NOTICE: &str = "INSERT INTO notices (hash, rulebook, version, zh, en)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (hash) DO UPDATE
     SET version = excluded.version
     RETURNING hash, version";

async fn one<T: countenance_storage::Column>(tx: &mut Tx, sql: &'static str, values: &[Value], column: &'static str) -> T {
    tx.lookup(sql, values).await.unwrap().unwrap().get(column).unwrap()
}

#[tokio::test]
async fn values_come_back_as_they_were_stored() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.write().await.unwrap();
    let door = DoorId::new(Timestamp(1), &mut SeededRng::new(1));
    tx.change_one(
        "INSERT INTO doors (id, number, name_zh, name_en, place, area, camera, sign, public_security, ways, open_ms, distance_max_mm,
                            zone_left, zone_top, zone_right, zone_bottom, liveness, saved_at)
         VALUES ($1, $2, $3, $4, '', '', $5, $6, 0, '', 0, 0, 0, 0, 0, 0, '', $7)",
        &[
            door.into(),
            7u32.into(),
            "三号门 🚪".into(),
            "a\0b".into(),
            true.into(),
            false.into(),
            Timestamp(i64::MIN).into(),
        ],
    )
    .await
    .unwrap();
    let row = tx
        .lookup("SELECT * FROM doors WHERE id = $1", &[door.into()])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.get::<DoorId>("id").unwrap(), door);
    assert_eq!(row.get::<String>("name_zh").unwrap(), "三号门 🚪");
    assert_eq!(row.get::<String>("name_en").unwrap(), "a\u{fffd}b", "no engine keeps a NUL");
    assert!(row.get::<bool>("camera").unwrap() && !row.get::<bool>("sign").unwrap());
    assert_eq!(row.get::<Timestamp>("saved_at").unwrap(), Timestamp(i64::MIN));
    let gate = GateId(i64::MAX.unsigned_abs());
    tx.change_one(
        "INSERT INTO gates (id, door_id, pack, claimed_at, head_hash, leaf_hash) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            gate.into(),
            door.into(),
            None::<[u8; 32]>.into(),
            None::<Timestamp>.into(),
            [0u8, 255].as_slice().into(),
            [0u8; 0].as_slice().into(),
        ],
    )
    .await
    .unwrap();
    let row = tx.lookup("SELECT * FROM gates", &[]).await.unwrap().unwrap();
    assert_eq!(row.get::<GateId>("id").unwrap(), gate);
    assert_eq!(row.get_optional::<[u8; 32]>("pack").unwrap(), None);
    assert!(row.get::<Timestamp>("claimed_at").is_err(), "NULL is no instant");
    assert_eq!(row.get::<Vec<u8>>("head_hash").unwrap(), [0, 255]);
    assert!(row.get::<Vec<u8>>("leaf_hash").unwrap().is_empty(), "empty is not NULL");
}

#[tokio::test]
async fn one_text_serves_upserts_returning_common_tables_and_windows() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.write().await.unwrap();
    for (hash, version) in [(1u8, "1"), (2, "1"), (1, "2")] {
        let values = [[hash; 32].into(), "r".into(), version.into(), "词".into(), "word".into()];
        let row = tx.lookup(NOTICE, &values).await.unwrap().unwrap();
        assert_eq!(row.get::<[u8; 32]>("hash").unwrap(), [hash; 32]);
        assert_eq!(row.get::<String>("version").unwrap(), version);
    }
    let newest = "WITH newest AS (SELECT MAX(version) AS version FROM notices)
         SELECT COUNT(*) AS many FROM notices n JOIN newest ON newest.version = n.version";
    assert_eq!(one::<i64>(&mut tx, newest, &[], "many").await, 1);
    let numbered = "SELECT hash, ROW_NUMBER() OVER (PARTITION BY rulebook ORDER BY hash DESC) AS place FROM notices ORDER BY hash";
    let places: Vec<i64> = tx
        .list(numbered, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("place").unwrap())
        .collect();
    assert_eq!(places, [2, 1]);
    assert!(
        tx.lookup("SELECT hash FROM notices WHERE version = $1", &[None::<&str>.into()])
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn text_is_ordered_by_its_bytes() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.write().await.unwrap();
    for (seed, unit) in (1..).zip(["b", "é", "B", "12-1803", "a", "三"]) {
        tx.change_one(crate::transaction::INSERT, &[crate::transaction::id(seed).into(), unit.into()])
            .await
            .unwrap();
    }
    let rows = tx.list("SELECT unit FROM households ORDER BY unit", &[]).await.unwrap();
    let units: Vec<String> = rows.iter().map(|row| row.get("unit").unwrap()).collect();
    assert_eq!(units, ["12-1803", "B", "a", "b", "é", "三"]);
}
