//! Inspections at the desk: one operator asks, another grants, either ends.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use countenance_base::{InspectionId, SystemRng, Timestamp};
use countenance_inspection::{AskInspection, DAYS_MAX, Inspection, ask_inspection, end_inspection, grant_inspection, list_inspections};
use countenance_portal::inspection::{InspectionLine, Inspections};
use countenance_portal::{Place, Problem};
use serde::Deserialize;

use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None, None).await)
}

async fn all(state: &AppState, desk: &Desk, link: Option<String>, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let inspections = list_inspections(&mut tx).await?;
    tx.commit().await?;
    let page = Inspections {
        frame: desk.at(Place::Inspections),
        inspections: inspections.into_iter().map(|found| line(found, desk, state.now())).collect(),
        days_max: DAYS_MAX,
        link,
        problem: problem.map(Problem::new),
    };
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

fn line(inspection: Inspection, desk: &Desk, now: Timestamp) -> InspectionLine {
    InspectionLine {
        id: inspection.id.to_string(),
        state: inspection.state(now).word().to_owned(),
        own: inspection.asked_by == desk.operator.id,
        from: inspection.begins_at,
        until: inspection.ended.map_or(inspection.ends_at, |(at, _)| at),
        authority: inspection.authority,
        inspector: inspection.inspector,
        reason: inspection.reason,
    }
}

/// Again the list, with what was wrong; a database that failed is another matter.
async fn answer(state: &AppState, desk: &Desk, done: Result<Response, Trouble>) -> Response {
    let done = match done {
        Err(Trouble::Code(code)) => all(state, desk, None, Some(code)).await,
        other => other,
    };
    desk.answer(done)
}

#[derive(Deserialize)]
pub(crate) struct AskFields {
    authority: String,
    inspector: String,
    reason: String,
    #[serde(default)]
    from: String,
    days: String,
}

pub(crate) async fn post_ask(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<AskFields>) -> Response {
    let done = ask(&state, &desk, fields).await;
    answer(&state, &desk, done).await
}

async fn ask(state: &AppState, desk: &Desk, fields: AskFields) -> Result<Response, Trouble> {
    let span = || Trouble::Code("inspection.span");
    let begins = match fields.from.trim() {
        "" => state.now(),
        from => Timestamp::parse_local(from, &state.site().time_zone).ok_or_else(span)?,
    };
    let input = AskInspection {
        operator: desk.operator.id,
        authority: fields.authority,
        inspector: fields.inspector,
        reason: fields.reason,
        begins,
        days: fields.days.trim().parse().map_err(|_| span())?,
    };
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    ask_inspection(&mut tx, &mut state.ctx(&mut rng), input).await?;
    tx.commit().await?;
    Ok(see("/desk/inspections"))
}

fn parse(id: &str) -> Result<InspectionId, Trouble> {
    id.parse().map_err(|_| Trouble::Code("inspection.unknown"))
}

pub(crate) async fn post_grant(
    desk: Desk,
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let done = grant(&state, &desk, &id, host.unwrap_or_default()).await;
    answer(&state, &desk, done).await
}

/// The page with the link is the answer itself: it is shown once, and reloading grants nothing again.
async fn grant(state: &AppState, desk: &Desk, id: &str, host: &str) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    let code = grant_inspection(&mut tx, &mut state.ctx(&mut rng), parse(id)?, desk.operator.id).await?;
    tx.commit().await?;
    all(state, desk, Some(format!("{host}/inspection/enter/{code}")), None).await
}

pub(crate) async fn post_end(
    desk: Desk,
    State(state): State<AppState>,
    Path(id): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    let done = end(&state, &desk, &id).await;
    answer(&state, &desk, done).await
}

async fn end(state: &AppState, desk: &Desk, id: &str) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    end_inspection(&mut tx, &state.ctx(&mut rng), parse(id)?, desk.operator.id).await?;
    tx.commit().await?;
    Ok(see("/desk/inspections"))
}
