//! Tables read and written as plain rows, as a copy of a database needs it.

use countenance_base::GateId;
use countenance_storage::{Kind, StoreError, Table, Tx, Value, tables};
use countenance_testdb::Place;

async fn frame(tx: &mut Tx, gate: u64, sequence: u64) {
    tx.change_one(
        "INSERT INTO frames (gate_id, sequence, leaf, record, received_at, place) VALUES ($1, $2, $3, $3, 5, NULL)",
        &[GateId(gate).into(), sequence.into(), [gate.to_be_bytes()[7]; 3].into()],
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn every_table_has_a_key_and_columns_of_three_kinds() {
    let place = Place::empty().await;
    let db = place.open().await;
    let mut tx = db.read().await.unwrap();
    for name in tables(&mut tx).await.unwrap() {
        let table = Table::of(&mut tx, &name).await.unwrap();
        assert_eq!((table.name(), table.columns().is_empty()), (name.as_str(), false));
    }
    let frames = Table::of(&mut tx, "frames").await.unwrap();
    assert_eq!(frames.columns()[2], ("leaf".to_owned(), Kind::Bytes));
    assert_eq!((frames.column("place"), frames.column("face")), (Some(5), None));
    assert!(Table::of(&mut tx, "faces").await.is_err());
}

#[tokio::test]
async fn rows_come_page_by_page_in_the_order_of_their_key_and_go_back_as_they_were() {
    let (one, other) = (Place::empty().await, Place::empty().await);
    let (from, to) = (one.open().await, other.open().await);
    let mut tx = from.write().await.unwrap();
    // Written in another order than that of the key.
    for gate in [300, 2, 70] {
        for sequence in [4, 0, 9] {
            frame(&mut tx, gate, sequence).await;
        }
    }
    tx.commit().await.unwrap();
    let (mut reading, mut writing) = (from.read().await.unwrap(), to.write().await.unwrap());
    let table = Table::of(&mut reading, "frames").await.unwrap();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    loop {
        let page = table.read(&mut reading, rows.last().map(Vec::as_slice), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        for row in &page {
            table.put(&mut writing, row).await.unwrap();
        }
        rows.extend(page);
    }
    let integer = |value: &Value| if let Value::Integer(Some(number)) = value { *number } else { -1 };
    let keys: Vec<(i64, i64)> = rows.iter().map(|row| (integer(&row[0]), integer(&row[1]))).collect();
    let sorted = [2, 70, 300].map(|gate| [(gate, 0), (gate, 4), (gate, 9)]).concat();
    assert_eq!(keys, sorted);
    let copied = table.read(&mut writing, None, 99).await.unwrap();
    assert!(copied == rows, "every value, and what is nothing stays nothing");
    assert!(matches!(table.put(&mut writing, &rows[0]).await, Err(StoreError::Engine(_))));
}
