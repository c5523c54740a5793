//! Who processes personal information for this site: purpose, kinds, contract; shown to everybody.

use countenance_base::Text;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::{day_of, years_later};
use crate::error::{OversightError, words};
use crate::facts::SupplierFacts;
use crate::{settle, store};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplier {
    pub number: u32,
    pub name: Text,
    pub contact: String,
    pub purpose: Text,
    /// Which kinds of information.
    pub kinds: Text,
    /// By which contract; empty without one.
    pub contract: String,
    pub contract_until: Option<Day>,
    pub began_on: Day,
    pub ended_on: Option<Day>,
}

impl Supplier {
    pub(crate) const fn facts(&self) -> SupplierFacts {
        SupplierFacts {
            number: self.number,
            began: self.began_on,
            has_contract: !self.contract.is_empty(),
            until: self.contract_until,
        }
    }

    pub fn is_bound(&self, today: Day) -> bool {
        self.facts().is_bound(today)
    }
}

/// Input of [`add_supplier`]; without a contract the rulebook lets nothing begin.
#[derive(Debug, Clone)]
pub struct AddSupplier {
    pub name: Text,
    pub contact: String,
    pub purpose: Text,
    pub kinds: Text,
    pub contract: String,
    pub contract_until: Option<Day>,
}

pub async fn add_supplier(tx: &mut Trace, ctx: &Ctx<'_>, input: AddSupplier) -> Result<(), OversightError> {
    let text = |text: &Text, most| -> Result<Text, OversightError> { Ok(Text::new(words(&text.zh, most)?, words(&text.en, most)?)) };
    let supplier = AddSupplier {
        name: text(&input.name, 80)?,
        contact: words(&input.contact, 200)?,
        purpose: text(&input.purpose, 300)?,
        kinds: text(&input.kinds, 300)?,
        contract: contract(&input.contract)?,
        contract_until: input.contract_until,
    };
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    store::supplier::insert(tx, &supplier, today).await?;
    tx.leave(Event::site(RecordKind::Changed, "supplier.added"));
    settle(tx, ctx).await?;
    Ok(())
}

fn contract(text: &str) -> Result<String, OversightError> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    words(text, 120)
}

/// A contract was made, renewed, or ended without another.
pub async fn set_contract(tx: &mut Trace, ctx: &Ctx<'_>, number: u32, text: &str, until: Option<Day>) -> Result<(), OversightError> {
    if store::supplier::set_contract(tx, number, &contract(text)?, until).await? == 0 {
        return Err(OversightError::Unknown);
    }
    tx.leave(Event::site(RecordKind::Changed, "supplier.contract"));
    settle(tx, ctx).await?;
    Ok(())
}

pub async fn end_supplier(tx: &mut Trace, ctx: &Ctx<'_>, number: u32) -> Result<(), OversightError> {
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    if store::supplier::end(tx, number, today).await? == 0 {
        return Err(OversightError::Unknown);
    }
    tx.leave(Event::site(RecordKind::Changed, "supplier.ended"));
    settle(tx, ctx).await?;
    Ok(())
}

/// Every one that is kept, those that ended too.
pub async fn list_suppliers(tx: &mut Trace) -> Result<Vec<Supplier>, StoreError> {
    store::supplier::list(tx).await
}

/// Removes those that ended so long ago that their record need not be kept any more.
pub async fn forget_suppliers(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<u64, StoreError> {
    let kept = ctx.rulebook.parameters().share_record_keep_years;
    let Some((years, today)) = kept.zip(day_of(ctx.now, &ctx.site.time_zone)) else {
        return Ok(0);
    };
    let mut gone = 0;
    for supplier in store::supplier::list(tx).await? {
        if supplier.ended_on.is_some_and(|ended| years_later(ended, years) < today) {
            gone += store::supplier::forget(tx, supplier.number).await?;
        }
    }
    Ok(gone)
}
