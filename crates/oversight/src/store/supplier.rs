use countenance_base::Text;
use countenance_rules::Day;
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use super::{day, day_if_any};
use crate::facts::SupplierFacts;
use crate::supplier::{AddSupplier, Supplier};

pub(crate) async fn insert(tx: &mut Trace, supplier: &AddSupplier, began: Day) -> Result<(), StoreError> {
    let until = supplier.contract_until.map(|day| day.to_string());
    tx.change_one(
        "INSERT INTO suppliers (number, name_zh, name_en, contact, purpose_zh, purpose_en, kinds_zh, kinds_en,
                                contract, contract_until, began_on)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM suppliers), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            (&supplier.name.zh).into(),
            (&supplier.name.en).into(),
            (&supplier.contact).into(),
            (&supplier.purpose.zh).into(),
            (&supplier.purpose.en).into(),
            (&supplier.kinds.zh).into(),
            (&supplier.kinds.en).into(),
            (&supplier.contract).into(),
            until.as_deref().into(),
            (&began.to_string()).into(),
        ],
    )
    .await
}

pub(crate) async fn set_contract(tx: &mut Trace, number: u32, contract: &str, until: Option<Day>) -> Result<u64, StoreError> {
    let until = until.map(|day| day.to_string());
    tx.execute(
        "UPDATE suppliers SET contract = $2, contract_until = $3 WHERE number = $1 AND ended_on IS NULL",
        &[number.into(), contract.into(), until.as_deref().into()],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace, number: u32, on: Day) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE suppliers SET ended_on = $2 WHERE number = $1 AND ended_on IS NULL",
        &[number.into(), (&on.to_string()).into()],
    )
    .await
}

pub(crate) async fn forget(tx: &mut Trace, number: u32) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM suppliers WHERE number = $1 AND ended_on IS NOT NULL", &[number.into()])
        .await
}

pub(crate) async fn list(tx: &mut Trace) -> Result<Vec<Supplier>, StoreError> {
    let rows = tx
        .list(
            "SELECT number, name_zh, name_en, contact, purpose_zh, purpose_en, kinds_zh, kinds_en,
                    contract, contract_until, began_on, ended_on
             FROM suppliers ORDER BY number",
            &[],
        )
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn list_live(tx: &mut Trace) -> Result<Vec<Supplier>, StoreError> {
    let suppliers = list(tx).await?;
    Ok(suppliers.into_iter().filter(|supplier| supplier.ended_on.is_none()).collect())
}

pub(crate) async fn facts(tx: &mut Trace) -> Result<Vec<SupplierFacts>, StoreError> {
    let suppliers = list_live(tx).await?;
    Ok(suppliers.iter().map(Supplier::facts).collect())
}

fn read(row: &Row) -> Result<Supplier, StoreError> {
    let text = |zh, en| -> Result<Text, StoreError> {
        Ok(Text {
            zh: row.get(zh)?,
            en: row.get(en)?,
        })
    };
    Ok(Supplier {
        number: row.get("number")?,
        name: text("name_zh", "name_en")?,
        contact: row.get("contact")?,
        purpose: text("purpose_zh", "purpose_en")?,
        kinds: text("kinds_zh", "kinds_en")?,
        contract: row.get("contract")?,
        contract_until: day_if_any(row, "contract_until")?,
        began_on: day(row, "began_on")?,
        ended_on: day_if_any(row, "ended_on")?,
    })
}
