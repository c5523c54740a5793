//! The protection officer at the desk.

use axum::extract::State;
use axum::response::Response;
use countenance_base::{SystemRng, Text};
use countenance_oversight::{appoint_officer, end_officer, lookup_officer, report_officer};
use countenance_portal::desk::{OfficerPage, OfficerView};
use countenance_portal::{Place, Problem};
use serde::Deserialize;

use super::after;
use super::due::day;
use super::filing::AnswerFields;
use crate::pages::error::{Trouble, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None).await)
}

async fn all(state: &AppState, desk: &Desk, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let officer = lookup_officer(&mut tx).await?;
    tx.commit().await?;
    let page = OfficerPage {
        frame: desk.at(Place::Due),
        officer: officer.map(|officer| OfficerView {
            name: officer.name,
            contact: officer.contact,
            appointed: officer.appointed_on.to_string(),
            reported: officer.reported.map(|(on, number)| (on.to_string(), number)),
        }),
        problem: problem.map(Problem::new),
    };
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

async fn answer(state: &AppState, desk: &Desk, done: Result<(), Trouble>) -> Response {
    let again = |code| all(state, desk, Some(code));
    desk.answer(after(done, "/desk/officer", again).await)
}

#[derive(Deserialize)]
pub(crate) struct AppointFields {
    name: String,
    contact_zh: String,
    contact_en: String,
}

pub(crate) async fn post_appoint(
    desk: Desk,
    State(state): State<AppState>,
    ProtectedForm(fields): ProtectedForm<AppointFields>,
) -> Response {
    let done = appoint(&state, &desk, fields).await;
    answer(&state, &desk, done).await
}

async fn appoint(state: &AppState, desk: &Desk, fields: AppointFields) -> Result<(), Trouble> {
    let contact = Text::new(fields.contact_zh, fields.contact_en);
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    appoint_officer(&mut tx, &state.ctx(&mut rng), &fields.name, &contact).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn post_report(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<AnswerFields>) -> Response {
    let done = report(&state, &desk, &fields).await;
    answer(&state, &desk, done).await
}

async fn report(state: &AppState, desk: &Desk, fields: &AnswerFields) -> Result<(), Trouble> {
    let on = day(&fields.day)?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    report_officer(&mut tx, &state.ctx(&mut rng), &fields.acknowledgement, on).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn post_end(desk: Desk, State(state): State<AppState>, ProtectedForm(NoFields {}): ProtectedForm<NoFields>) -> Response {
    let done = end(&state, &desk).await;
    answer(&state, &desk, done).await
}

async fn end(state: &AppState, desk: &Desk) -> Result<(), Trouble> {
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    end_officer(&mut tx, &state.ctx(&mut rng)).await?;
    Ok(tx.commit().await?)
}
