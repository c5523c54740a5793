//! The person's entries in the ledger: a page that the browser fills with the person's own keys.

use axum::extract::State;
use axum::response::Response;
use countenance_persons::{list_purposes, signing_key};
use countenance_portal::{Place, resident};
use countenance_trace::Reader;

use crate::pages::error::Trouble;
use crate::pages::reply;
use crate::pages::session::Resident;
use crate::state::AppState;

pub(crate) async fn show(resident: Resident, State(state): State<AppState>) -> Response {
    resident.answer(mine(&state, &resident).await)
}

async fn mine(state: &AppState, resident: &Resident) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let key = signing_key(&mut tx, resident.person).await?.ok_or(Trouble::Code("account.none"))?;
    let purposes = list_purposes(&mut tx).await?;
    Ok(reply::page(&resident::UsesMine {
        frame: resident.at(Place::Uses),
        fingerprint: countenance_base::to_hex(&key.fingerprint()),
        purposes: purposes
            .into_iter()
            .map(|purpose| (purpose.id.to_string(), purpose.facts.text))
            .collect(),
    }))
}
