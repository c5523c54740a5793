use countenance_base::{HouseholdId, SeededRng, Timestamp};
use countenance_storage::{Db, StoreError, Value};
use countenance_testdb::Place;

pub(crate) const INSERT: &str = "INSERT INTO households (id, unit) VALUES ($1, $2)";

pub(crate) fn id(seed: u64) -> HouseholdId {
    HouseholdId::new(Timestamp(1), &mut SeededRng::new(seed))
}

pub(crate) async fn count(db: &Db) -> i64 {
    db.read()
        .await
        .unwrap()
        .lookup("SELECT COUNT(*) AS many FROM households", &[])
        .await
        .unwrap()
        .unwrap()
        .get("many")
        .unwrap()
}

#[tokio::test]
async fn a_transaction_is_whole_or_not_at_all_and_survives_reopening() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    drop(tx);
    assert_eq!(count(&db).await, 0);
    let mut tx = db.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    let none = tx.change_one("UPDATE households SET unit = 'x' WHERE unit = 'y'", &[]).await;
    assert!(matches!(none, Err(StoreError::Affected { changed: 0 })));
    tx.commit().await.unwrap();
    let mut tx = db.write().await.unwrap();
    assert!(tx.change_one(INSERT, &[id(2).into(), "1-101".into()]).await.is_err());
    drop(tx);
    db.close().await;
    let db = Db::open(place.url(), false).await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn announcements_come_after_the_commit_and_only_then() {
    let place = Place::empty().await;
    let db = place.open().await;
    let heard = db.announcements();
    let mut tx = db.write().await.unwrap();
    tx.announce(7);
    drop(tx);
    assert_eq!(*heard.borrow(), 0);
    let mut tx = db.write().await.unwrap();
    tx.announce(8);
    assert_eq!(*heard.borrow(), 0);
    tx.commit().await.unwrap();
    assert_eq!(*heard.borrow(), 8);
}

const PERSON: &str =
    "INSERT INTO persons (id, household_id, login, display_name, under_guardian_age, created_at) VALUES ($1, $2, 'a', 'a', $3, 1)";

#[tokio::test]
async fn foreign_keys_read_only_and_strict_types_hold() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    assert!(
        tx.execute(INSERT, &[id(1).into(), "1-101".into()]).await.is_err(),
        "a reader does not write"
    );
    drop(tx);
    let mut tx = db.write().await.unwrap();
    tx.execute(INSERT, &[id(2).into(), "1-101".into()]).await.unwrap();
    tx.commit().await.unwrap();
    let refused: [(&str, HouseholdId, Value); 3] = [
        ("no such household", id(3), 0i64.into()),
        ("neither yes nor no", id(2), 2i64.into()),
        ("not a number", id(2), "yes".into()),
    ];
    for (why, household, guardian) in refused {
        let mut tx = db.write().await.unwrap();
        assert!(
            tx.execute(PERSON, &[id(1).into(), household.into(), guardian]).await.is_err(),
            "{why}"
        );
    }
    let mut tx = db.write().await.unwrap();
    tx.execute(PERSON, &[id(1).into(), id(2).into(), 1i64.into()]).await.unwrap();
    let row = tx.lookup("SELECT id, login FROM persons", &[]).await.unwrap().unwrap();
    assert!(matches!(row.get::<i64>("nothing"), Err(StoreError::Engine(_))));
    assert!(matches!(row.get::<countenance_base::GateId>("login"), Err(StoreError::Engine(_))));
}
