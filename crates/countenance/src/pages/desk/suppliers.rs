//! Who processes for this site, at the desk.

use axum::extract::{Path, State};
use axum::response::Response;
use countenance_base::{SystemRng, Text};
use countenance_oversight::{AddSupplier, add_supplier, end_supplier, list_suppliers, set_contract};
use countenance_portal::desk::{SupplierLine, Suppliers};
use countenance_portal::{Place, Problem};
use serde::Deserialize;

use super::after;
use super::due::day_if_any;
use crate::pages::error::{Trouble, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::pages::suppliers::{shown, today};
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None).await)
}

async fn all(state: &AppState, desk: &Desk, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let suppliers = list_suppliers(&mut tx).await?;
    tx.commit().await?;
    let today = today(state);
    let page = Suppliers {
        frame: desk.at(Place::Due),
        suppliers: suppliers
            .iter()
            .map(|supplier| SupplierLine {
                number: supplier.number.into(),
                shown: shown(supplier, today),
                began: supplier.began_on.to_string(),
                ended: supplier.ended_on.map(|day| day.to_string()),
            })
            .collect(),
        problem: problem.map(Problem::new),
    };
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

async fn answer(state: &AppState, desk: &Desk, done: Result<(), Trouble>) -> Response {
    let again = |code| all(state, desk, Some(code));
    desk.answer(after(done, "/desk/suppliers", again).await)
}

#[derive(Deserialize)]
pub(crate) struct AddFields {
    name_zh: String,
    name_en: String,
    contact: String,
    purpose_zh: String,
    purpose_en: String,
    kinds_zh: String,
    kinds_en: String,
    contract: String,
    until: String,
}

pub(crate) async fn post_add(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<AddFields>) -> Response {
    let done = add(&state, &desk, fields).await;
    answer(&state, &desk, done).await
}

async fn add(state: &AppState, desk: &Desk, fields: AddFields) -> Result<(), Trouble> {
    let input = AddSupplier {
        contract_until: day_if_any(&fields.until)?,
        name: Text::new(fields.name_zh, fields.name_en),
        contact: fields.contact,
        purpose: Text::new(fields.purpose_zh, fields.purpose_en),
        kinds: Text::new(fields.kinds_zh, fields.kinds_en),
        contract: fields.contract,
    };
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    add_supplier(&mut tx, &state.ctx(&mut rng), input).await?;
    Ok(tx.commit().await?)
}

#[derive(Deserialize)]
pub(crate) struct ContractFields {
    contract: String,
    until: String,
}

pub(crate) async fn post_contract(
    desk: Desk,
    State(state): State<AppState>,
    Path(number): Path<u32>,
    ProtectedForm(fields): ProtectedForm<ContractFields>,
) -> Response {
    let done = contract(&state, &desk, number, &fields).await;
    answer(&state, &desk, done).await
}

async fn contract(state: &AppState, desk: &Desk, number: u32, fields: &ContractFields) -> Result<(), Trouble> {
    let until = day_if_any(&fields.until)?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    set_contract(&mut tx, &state.ctx(&mut rng), number, &fields.contract, until).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn post_end(
    desk: Desk,
    State(state): State<AppState>,
    Path(number): Path<u32>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    let done = end(&state, &desk, number).await;
    answer(&state, &desk, done).await
}

async fn end(state: &AppState, desk: &Desk, number: u32) -> Result<(), Trouble> {
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    end_supplier(&mut tx, &state.ctx(&mut rng), number).await?;
    Ok(tx.commit().await?)
}
