//! The people of one flat; and the end of everything about one of them.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use countenance_access::is_held;
use countenance_base::{PersonId, SystemRng};
use countenance_destruction::{Scope, list_unfinished, order_destruction};
use countenance_persons::{Person, list_household, lookup_person};
use countenance_portal::Place;
use countenance_portal::desk::{Erase, People, PersonLine};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use serde::Deserialize;

use crate::pages::certificate;
use crate::pages::error::{Trouble, see};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    unit: String,
}

pub(crate) async fn show(desk: Desk, State(state): State<AppState>, Query(asked): Query<Asked>) -> Response {
    desk.answer(people(&state, &desk, asked.unit.trim()).await)
}

async fn people(state: &AppState, desk: &Desk, unit: &str) -> Result<Response, Trouble> {
    // The look is written down before the page is given.
    let mut tx = state.trace(desk.reader()).await?;
    let mut people = Vec::new();
    for person in list_household(&mut tx, unit).await? {
        people.push(line(&mut tx, state, person).await?);
    }
    tx.commit().await?;
    Ok(reply::page(&People {
        frame: desk.at(Place::People),
        unit: unit.to_owned(),
        people,
        problem: None,
    }))
}

async fn line(tx: &mut Trace, state: &AppState, person: Person) -> Result<PersonLine, StoreError> {
    let ending = list_unfinished(tx)
        .await?
        .iter()
        .any(|(_, scope)| *scope == Scope::Site || *scope == Scope::Person(person.id));
    Ok(PersonLine {
        id: person.id.to_string(),
        login: person.login,
        name: person.display_name,
        claimed: person.claimed_at.is_some(),
        held: is_held(tx, person.id, state.now()).await?,
        ending,
    })
}

pub(crate) async fn show_erase(desk: Desk, State(state): State<AppState>, Path(id): Path<String>) -> Response {
    desk.answer(ask(&state, &desk, &id).await)
}

fn parse(id: &str) -> Result<PersonId, Trouble> {
    id.parse().map_err(|_| Trouble::Code("person.unknown"))
}

async fn ask(state: &AppState, desk: &Desk, id: &str) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let person = lookup_person(&mut tx, parse(id)?).await?.ok_or(Trouble::Code("person.unknown"))?;
    let person = line(&mut tx, state, person).await?;
    tx.commit().await?;
    Ok(reply::page(&Erase {
        frame: desk.at(Place::People),
        person,
        evidence_days: u64::from(state.rulebook().parameters().consent_receipt_keep_days),
    }))
}

pub(crate) async fn post_erase(
    desk: Desk,
    State(state): State<AppState>,
    Path(id): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(erase(&state, &desk, &id).await)
}

async fn erase(state: &AppState, desk: &Desk, id: &str) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    let destruction = order_destruction(&mut tx, &mut state.ctx(&mut rng), Scope::Person(parse(id)?)).await?;
    tx.commit().await?;
    Ok(see(&certificate::href(destruction)))
}
