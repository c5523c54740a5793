//! Who else processes for this site, and whom to ask: for everybody, without a sign-in.

use axum::extract::State;
use axum::response::Response;
use countenance_oversight::{Supplier, list_suppliers, lookup_officer};
use countenance_portal::{PublicSupplier, PublicSuppliers};
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::Reader;

use super::error::PageError;
use super::reply;
use super::session::Guest;
use crate::state::AppState;

pub(crate) async fn show(guest: Guest, State(state): State<AppState>) -> Response {
    match page(&state, &guest).await {
        Ok(page) => guest.reply(reply::page(&page)),
        Err(error) => guest.reply(PageError::store(guest.frame.clone(), &error)),
    }
}

async fn page(state: &AppState, guest: &Guest) -> Result<PublicSuppliers, StoreError> {
    let mut tx = state.read(Reader::Machine).await?;
    let today = today(state);
    let suppliers = list_suppliers(&mut tx).await?;
    Ok(PublicSuppliers {
        frame: guest.frame.clone(),
        operator: state.site().operator.clone(),
        contact: state.site().contact.clone(),
        officer: lookup_officer(&mut tx).await?.map(|officer| officer.contact),
        suppliers: suppliers
            .iter()
            .filter(|supplier| supplier.ended_on.is_none())
            .map(|supplier| shown(supplier, today))
            .collect(),
    })
}

/// The local day; `None` for a clock that stands outside every calendar.
pub(crate) fn today(state: &AppState) -> Option<Day> {
    Day::parse(&state.now().civil_day(&state.site().time_zone))
}

pub(crate) fn shown(supplier: &Supplier, today: Option<Day>) -> PublicSupplier {
    PublicSupplier {
        name: supplier.name.clone(),
        contact: supplier.contact.clone(),
        purpose: supplier.purpose.clone(),
        kinds: supplier.kinds.clone(),
        contract: supplier.contract.clone(),
        contract_until: supplier.contract_until.map(|day| day.to_string()),
        bound: today.is_some_and(|today| supplier.is_bound(today)),
    }
}
