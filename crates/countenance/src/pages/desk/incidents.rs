//! The register of incidents.

use axum::extract::{Path, State};
use axum::response::Response;
use countenance_base::{SystemRng, Timestamp};
use countenance_oversight::{
    Incident, IncidentKind, OpenIncident, close_incident, grade_incident, list_incidents, lookup_incident, open_incident, report_incident,
    tell_incident,
};
use countenance_portal::desk::{IncidentLine, Incidents};
use countenance_portal::{Place, Problem};
use serde::Deserialize;

use super::after;
use crate::pages::error::{Trouble, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None).await)
}

async fn all(state: &AppState, desk: &Desk, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let page = Incidents {
        frame: desk.at(Place::Due),
        incidents: list_incidents(&mut tx).await?.into_iter().map(line).collect(),
        problem: problem.map(Problem::new),
    };
    tx.commit().await?;
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

fn line(incident: Incident) -> IncidentLine {
    IncidentLine {
        number: incident.number.into(),
        kind: incident.kind.word().to_owned(),
        words: incident.words,
        known: incident.known_at,
        persons: incident.persons.map(u64::from),
        grade: incident.grade.map(|grade| grade.to_string()),
        reported: incident.reported_at,
        acknowledgement: incident.acknowledgement,
        told: incident.told_at,
        closed: incident.closed_at,
        closing: incident.closing.unwrap_or_default(),
    }
}

async fn answer(state: &AppState, desk: &Desk, done: Result<(), Trouble>) -> Response {
    let again = |code| all(state, desk, Some(code));
    desk.answer(after(done, "/desk/incidents", again).await)
}

#[derive(Deserialize)]
pub(crate) struct OpenFields {
    kind: String,
    words: String,
    known: String,
    persons: String,
    critical: Option<String>,
    public_interest: Option<String>,
}

/// A number of people, or nothing while nobody knows.
fn persons(text: &str) -> Result<Option<u32>, Trouble> {
    match text.trim() {
        "" => Ok(None),
        number => number.parse().map(Some).map_err(|_| Trouble::Code("oversight.number")),
    }
}

pub(crate) async fn post_open(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<OpenFields>) -> Response {
    let done = open(&state, &desk, fields).await;
    answer(&state, &desk, done).await
}

async fn open(state: &AppState, desk: &Desk, fields: OpenFields) -> Result<(), Trouble> {
    let zone = &state.site().time_zone;
    let input = OpenIncident {
        kind: IncidentKind::from_word(&fields.kind).ok_or(Trouble::Code("form.fields"))?,
        known_at: Timestamp::parse_local(fields.known.trim(), zone).ok_or(Trouble::Code("oversight.day"))?,
        persons: persons(&fields.persons)?,
        critical: fields.critical.is_some(),
        public_interest: fields.public_interest.is_some(),
        words: fields.words,
    };
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    open_incident(&mut tx, &state.ctx(&mut rng), &input).await?;
    Ok(tx.commit().await?)
}

/// What the forms of one incident send; each sends its own part.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct ActFields {
    persons: String,
    grade: String,
    acknowledgement: String,
    closing: String,
}

pub(crate) async fn post_act(
    desk: Desk,
    State(state): State<AppState>,
    Path((number, act)): Path<(u32, String)>,
    ProtectedForm(fields): ProtectedForm<ActFields>,
) -> Response {
    let done = take(&state, &desk, number, &act, &fields).await;
    answer(&state, &desk, done).await
}

async fn take(state: &AppState, desk: &Desk, number: u32, act: &str, fields: &ActFields) -> Result<(), Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    lookup_incident(&mut tx, number).await?.ok_or(Trouble::Code("oversight.unknown"))?;
    match act {
        "grade" => {
            let grade = fields.grade.parse().map_err(|_| Trouble::Code("oversight.number"))?;
            grade_incident(&mut tx, &ctx, number, persons(&fields.persons)?, grade).await?;
        }
        "report" => report_incident(&mut tx, &ctx, number, &fields.acknowledgement).await?,
        "tell" => tell_incident(&mut tx, &ctx, number).await?,
        "close" => close_incident(&mut tx, &ctx, number, &fields.closing).await?,
        _ => return Err(Trouble::Code("oversight.unknown")),
    }
    Ok(tx.commit().await?)
}
