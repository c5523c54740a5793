use countenance_base::{HouseholdId, SeededRng, Timestamp};
use countenance_storage::{Db, StoreError};

const INSERT: &str = "INSERT INTO households (id, unit) VALUES ($1, $2)";

fn id(seed: u64) -> HouseholdId {
    HouseholdId::new(Timestamp(1), &mut SeededRng::new(seed))
}

async fn count(db: &Db) -> i64 {
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
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    assert!(Db::open(&path, false).await.is_err(), "nothing is made by omission");
    let db = Db::open(&path, true).await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    drop(tx);
    assert_eq!(count(&db).await, 0);
    let mut tx = db.write().await.unwrap();
    tx.change_one(INSERT, &[id(1).into(), "1-101".into()]).await.unwrap();
    assert!(tx.change_one(INSERT, &[id(2).into(), "1-101".into()]).await.is_err());
    let none = tx.change_one("UPDATE households SET unit = 'x' WHERE unit = 'y'", &[]).await;
    assert!(matches!(none, Err(StoreError::Affected { changed: 0 })));
    tx.commit().await.unwrap();
    db.close().await;
    let db = Db::open(&path, false).await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn announcements_come_after_the_commit_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&folder.path().join("test.db"), true).await.unwrap();
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

#[tokio::test]
async fn foreign_keys_read_only_and_strict_types_hold() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&folder.path().join("test.db"), true).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert!(
        tx.execute(INSERT, &[id(1).into(), "1-101".into()]).await.is_err(),
        "a reader does not write"
    );
    drop(tx);
    let mut tx = db.write().await.unwrap();
    let person =
        "INSERT INTO persons (id, household_id, login, display_name, under_guardian_age, created_at) VALUES ($1, $2, 'a', 'a', $3, 1)";
    assert!(
        tx.execute(person, &[id(1).into(), id(2).into(), 0i64.into()]).await.is_err(),
        "no such household"
    );
    tx.execute(INSERT, &[id(2).into(), "1-101".into()]).await.unwrap();
    assert!(
        tx.execute(person, &[id(1).into(), id(2).into(), 2i64.into()]).await.is_err(),
        "neither yes nor no"
    );
    assert!(
        tx.execute(person, &[id(1).into(), id(2).into(), "yes".into()]).await.is_err(),
        "not a number"
    );
    tx.execute(person, &[id(1).into(), id(2).into(), 1i64.into()]).await.unwrap();
    let row = tx.lookup("SELECT id, login FROM persons", &[]).await.unwrap().unwrap();
    assert!(matches!(row.get::<i64>("nothing"), Err(StoreError::Engine(_))));
    assert!(matches!(row.get::<countenance_base::GateId>("login"), Err(StoreError::Engine(_))));
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_refused() {
    for (change, expected) in [
        ("UPDATE migrations SET sha256 = 'x' WHERE number = 1", "MigrationChanged"),
        ("INSERT INTO migrations (number, name, sha256) VALUES (99, 'later', 'x')", "Newer"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let db = Db::open(&path, true).await.unwrap();
        let mut tx = db.write().await.unwrap();
        tx.change_one(change, &[]).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        let refused = format!("{:?}", Db::open(&path, false).await.unwrap_err());
        assert!(refused.starts_with(expected), "{refused}");
    }
}
