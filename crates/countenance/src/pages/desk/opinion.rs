//! The legal opinion behind a door.

use axum::extract::State;
use axum::response::Response;
use countenance_access::set_opinion;
use countenance_base::{SystemRng, Timestamp};
use countenance_portal::Opinion;
use countenance_rules::LegalOpinion;
use serde::Deserialize;

use super::door;
use crate::pages::error::{Trouble, see};
use crate::pages::form::ProtectedForm;
use crate::pages::number::DoorNumber;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

/// An opinion as pages show it.
pub(crate) fn shown(opinion: &LegalOpinion, zone: &str) -> Opinion {
    Opinion {
        hash: opinion.hash.clone(),
        author: opinion.author.clone(),
        given: opinion.given.civil_day(zone),
    }
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    hash: String,
    author: String,
    given: String,
}

pub(crate) async fn post(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(fields): ProtectedForm<Fields>,
) -> Response {
    let zone = &state.site().time_zone;
    // The day begins at midnight; what is no day is none that has been.
    let given = Timestamp::parse_local(&format!("{}T00:00", fields.given.trim()), zone).unwrap_or(Timestamp(i64::MAX));
    let opinion = LegalOpinion {
        hash: fields.hash,
        author: fields.author,
        given,
    };
    desk.answer(set(&state, &desk, number, Some(opinion)).await)
}

pub(crate) async fn post_end(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(set(&state, &desk, number, None).await)
}

async fn set(state: &AppState, desk: &Desk, number: u32, opinion: Option<LegalOpinion>) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let known = door::lookup(&mut tx, number).await?;
    let before = door::page(&mut tx, state, desk, &known).await?;
    match set_opinion(&mut tx, &ctx, known, opinion).await.map_err(Trouble::from) {
        Ok(()) => {
            tx.commit().await?;
            Ok(see(&format!("{}?saved=1", door::href(number))))
        }
        Err(Trouble::Code(code)) => Ok(door::refuse(before, code, Vec::new())),
        Err(trouble) => Err(trouble),
    }
}
