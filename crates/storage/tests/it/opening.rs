//! What is not ours is refused, by a name and with a way out.

use countenance_storage::{Db, DbUrl, StoreError};
use countenance_testdb::Place;

async fn refused(url: &DbUrl) -> &'static str {
    let error = Db::open(url, false).await.unwrap_err();
    assert!(error.code() == "store.failed" || error.way_out().is_some(), "{error}");
    error.code()
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_refused() {
    for (change, expected) in [
        ("UPDATE migrations SET sha256 = 'x' WHERE number = 1", "database.changed"),
        (
            "INSERT INTO migrations (number, name, sha256) VALUES (99, 'later', 'x')",
            "database.newer",
        ),
        ("ALTER TABLE migrations RENAME TO others", "database.foreign"),
    ] {
        let place = Place::empty().await;
        let db = place.open().await;
        let mut tx = db.write().await.unwrap();
        tx.execute(change, &[]).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        assert_eq!(refused(place.url()).await, expected);
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let place = Place::empty().await;
    match place.url() {
        DbUrl::Sqlite(_) => assert_eq!(refused(place.url()).await, "store.failed", "nothing is made by omission"),
        DbUrl::Postgres(options) => {
            let DbUrl::Postgres(encrypted) = "postgres://localhost/a?sslmode=require".parse().unwrap() else {
                unreachable!("that is no file");
            };
            for (options, expected) in [
                (options.clone().database("nobody_made_this"), "database.missing"),
                (options.clone().username("nobody_knows_me"), "database.denied"),
                (options.clone().ssl_mode(encrypted.get_ssl_mode()), "database.tls"),
            ] {
                assert_eq!(refused(&DbUrl::Postgres(Box::new(options))).await, expected);
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_at_once() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let url = format!("postgres://me@127.0.0.1:{port}/site").parse().unwrap();
    assert_eq!(refused(&url).await, "database.unreachable");
    assert!(matches!("http://localhost".parse::<DbUrl>(), Err(StoreError::Url)));
}
