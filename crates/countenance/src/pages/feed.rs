//! The calendar feed behind a secret address. It says which deadlines there are, and names nobody.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countenance_base::{Locale, SystemRng};
use countenance_oversight::{DutyState, duties, opens_feed};
use countenance_portal::ics::{Deadline, calendar};
use countenance_trace::Reader;
use serde::Deserialize;

use super::desk::due::{Names, line};
use super::error::{PageError, Trouble};
use super::session::Guest;
use crate::state::AppState;

#[derive(Deserialize)]
pub(crate) struct Language {
    lang: Option<String>,
}

/// `{secret}.ics`; another secret is no page.
pub(crate) async fn show(
    guest: Guest,
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(language): Query<Language>,
) -> Response {
    let locale = language.lang.as_deref().and_then(Locale::from_tag).unwrap_or_default();
    match feed(&state, &name, locale).await {
        Ok(Some(text)) => ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response(),
        Ok(None) => PageError::not_found(guest.frame).into_response(),
        Err(trouble) => PageError::of(guest.frame, &trouble).into_response(),
    }
}

async fn feed(state: &AppState, name: &str, locale: Locale) -> Result<Option<String>, Trouble> {
    let Some(code) = name.strip_suffix(".ics") else { return Ok(None) };
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.read(Reader::Machine).await?;
    if !opens_feed(&mut tx, &ctx, code).await? {
        return Ok(None);
    }
    let site = state.site().id;
    let deadlines: Vec<Deadline> = duties(&mut tx, &ctx)
        .await?
        .iter()
        // What was done once and does not come again has no day to remember.
        .filter(|duty| duty.state != DutyState::Done || line(state, duty, &Names::default()).clock() == "duty-again")
        .map(|duty| {
            let shown = line(state, duty, &Names::default());
            Deadline {
                uid: format!("{}@{site}", duty.key()),
                kind: shown.kind,
                day: shown.due,
                time: shown.time,
                article: shown.article,
            }
        })
        .collect();
    Ok(Some(calendar(locale, state.now(), &deadlines)))
}
