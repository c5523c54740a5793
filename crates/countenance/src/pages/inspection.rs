//! The inspector's pages: a link that is good once, then reading only. Every view is written down before it is answered.

pub(crate) mod enter;
pub(crate) mod path;
pub(crate) mod session;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countenance_base::{SystemRng, to_hex};
use countenance_inspection::{PromisedSample, SampleError, draw_sample, leave_look, promise_sample};
use countenance_portal::inspection::{InspectionOverview, InspectionSection, SECTIONS, SampleForm, Table};
use countenance_portal::{Place, Problem};
use countenance_trace::Reader;
use serde::Deserialize;

use super::error::{Trouble, status_of};
use super::reply;
use crate::inspection::{BundleError, make_bundle, sample, section};
use crate::state::AppState;
use session::Inspector;

impl From<SampleError> for Trouble {
    fn from(error: SampleError) -> Self {
        let code = error.code();
        match error {
            SampleError::Store(error) => Self::Store(error),
            SampleError::Word | SampleError::Waits | SampleError::Unknown => Self::Code(code),
        }
    }
}

impl From<BundleError> for Trouble {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Waits => Self::Code("ledger.waits"),
            BundleError::Stopped => Self::Code("ledger.stopped"),
            BundleError::Store(error) => Self::Store(error),
        }
    }
}

pub(crate) async fn overview(inspector: Inspector, State(state): State<AppState>) -> Response {
    inspector.answer(show_overview(&state, &inspector).await)
}

async fn show_overview(state: &AppState, inspector: &Inspector) -> Result<Response, Trouble> {
    let mut tx = state.trace(Reader::Inspector).await?;
    leave_look(&mut tx, inspector.inspection.id, "overview");
    tx.commit().await?;
    let inspection = inspector.inspection.clone();
    Ok(reply::page(&InspectionOverview {
        frame: inspector.at(Place::Inspection),
        authority: inspection.authority,
        inspector: inspection.inspector,
        reason: inspection.reason,
        from: inspection.begins_at,
        until: inspection.ends_at,
    }))
}

/// A sample, and the word with which it is drawn.
#[derive(Debug, Deserialize)]
pub(crate) struct Drawing {
    sample: Option<String>,
    #[serde(default)]
    word: String,
}

pub(crate) async fn show(
    inspector: Inspector,
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(drawing): Query<Drawing>,
) -> Response {
    let name = SECTIONS.into_iter().find(|section| *section == name);
    let answer = match name {
        Some("consents") => show_consents(&state, &inspector, &drawing).await,
        Some(name) => show_section(&state, &inspector, name).await,
        None => Err(Trouble::Code("page.not_found")),
    };
    inspector.answer(answer)
}

async fn show_section(state: &AppState, inspector: &Inspector, name: &'static str) -> Result<Response, Trouble> {
    let mut tx = state.trace(Reader::Inspector).await?;
    leave_look(&mut tx, inspector.inspection.id, name);
    let tables = section(state, &mut tx, &inspector.inspection, name).await?;
    tx.commit().await?;
    let tables = tables.ok_or(Trouble::Code("page.not_found"))?;
    Ok(page(inspector, name, tables, None))
}

fn page(inspector: &Inspector, section: &'static str, tables: Vec<Table>, sample: Option<SampleForm>) -> Response {
    let problem = sample
        .as_ref()
        .and_then(|form| form.problem.as_ref())
        .map(|problem| problem.code.clone());
    let page = InspectionSection {
        frame: inspector.at(Place::Inspection),
        section,
        tables,
        sample,
    };
    problem.map_or_else(|| reply::page(&page), |code| reply::page_with(status_of(&code), &page))
}

/// The promise comes first, and stays until a word was said; what was drawn last stands below it.
async fn show_consents(state: &AppState, inspector: &Inspector, drawing: &Drawing) -> Result<Response, Trouble> {
    const NAME: &str = "consents";
    let id = inspector.inspection.id;
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Inspector).await?;
    leave_look(&mut tx, id, NAME);
    let mut problem = None;
    let tables = match drawn(&mut tx, &ctx, inspector, drawing).await {
        Ok(Some(tables)) => tables,
        Ok(None) => section(state, &mut tx, &inspector.inspection, NAME).await?.unwrap_or_default(),
        Err(Trouble::Code(code)) => {
            problem = Some(Problem::new(code));
            section(state, &mut tx, &inspector.inspection, NAME).await?.unwrap_or_default()
        }
        Err(trouble @ Trouble::Store(_)) => return Err(trouble),
    };
    let promised = promise_sample(&mut tx, &mut ctx, id).await?;
    tx.commit().await?;
    Ok(page(inspector, NAME, tables, Some(form(&promised, problem))))
}

async fn drawn(
    tx: &mut countenance_trace::Trace,
    ctx: &countenance_persons::Ctx<'_>,
    inspector: &Inspector,
    drawing: &Drawing,
) -> Result<Option<Vec<Table>>, Trouble> {
    let Some(wanted) = &drawing.sample else { return Ok(None) };
    let wanted = wanted.parse().map_err(|_| Trouble::Code("page.not_found"))?;
    let drawn = draw_sample(tx, ctx, inspector.inspection.id, wanted, &drawing.word).await?;
    Ok(Some(sample(tx, &drawn).await?))
}

fn form(promised: &PromisedSample, problem: Option<Problem>) -> SampleForm {
    SampleForm {
        id: promised.id.to_string(),
        nonce_hash: to_hex(&promised.nonce_hash),
        list_hash: to_hex(&promised.list_hash),
        count: promised.count,
        problem,
    }
}

pub(crate) async fn bundle(inspector: Inspector, State(state): State<AppState>) -> Response {
    inspector.answer(make(&state, &inspector).await)
}

async fn make(state: &AppState, inspector: &Inspector) -> Result<Response, Trouble> {
    let mut tx = state.trace(Reader::Inspector).await?;
    leave_look(&mut tx, inspector.inspection.id, "bundle");
    let bundle = make_bundle(state, &mut tx, &inspector.inspection).await?;
    tx.commit().await?;
    let json = serde_json::to_string(&bundle).map_err(|_| Trouble::Code("internal"))?;
    let name = format!("attachment; filename=\"inspection-{}.json\"", inspector.inspection.id);
    Ok((
        [
            (header::CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        json,
    )
        .into_response())
}
