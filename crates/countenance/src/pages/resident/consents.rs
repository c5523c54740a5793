//! The person's consents, their end, and what gates signed about them.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countenance_access::{face_stopped, findings_of_consent, lookup_door};
use countenance_base::{ConsentId, PersonId, SystemRng, Text, Timestamp};
use countenance_persons::{ConsentState, ConsentView, consents_view, lookup_consent, withdraw_consent};
use countenance_portal::parts::ReceiptView;
use countenance_portal::seal::Seal;
use countenance_portal::{Place, resident};
use countenance_storage::StoreError;
use countenance_trace::{Reader, Trace};
use sha2::{Digest, Sha256};

use super::account::NoFields;
use super::ways::nameless;
use crate::pages::error::{Trouble, see};
use crate::pages::form::ProtectedForm;
use crate::pages::session::Resident;
use crate::pages::{refusals, reply};
use crate::state::AppState;

pub(crate) async fn show_all(resident: Resident, State(state): State<AppState>) -> Response {
    resident.answer(all(&state, &resident).await)
}

async fn all(state: &AppState, resident: &Resident) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let mut consents = Vec::new();
    for view in consents_view(&mut tx, resident.person)
        .await?
        .iter()
        .filter(|view| view.consent.state != ConsentState::Begun)
    {
        let door = door_name(&mut tx, view).await?;
        consents.push(shown(view, &door, stopped(&mut tx, view).await?));
    }
    Ok(reply::page(&resident::Consents {
        frame: resident.at(Place::Consents),
        consents,
    }))
}

pub(crate) async fn show(resident: Resident, State(state): State<AppState>, Path(id): Path<String>) -> Response {
    resident.answer(one(&state, &resident, &id).await)
}

async fn one(state: &AppState, resident: &Resident, id: &str) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let view = own(&mut tx, resident.person, id).await?;
    let door = door_name(&mut tx, &view).await?;
    let findings = if view.consent.state.is_live() {
        findings_of_consent(&mut tx, view.consent.id).await?
    } else {
        Vec::new()
    };
    let stopped = stopped(&mut tx, &view).await?;
    let page = resident::ConsentPage {
        frame: resident.at(Place::Consents),
        consent: shown(&view, &door, stopped),
        text: view.consent.text.clone(),
        refusals: refusals::kept(findings),
    };
    Ok(reply::page(&page))
}

/// The state's word alone, for the page that waits for the gate.
pub(crate) async fn show_state(resident: Resident, State(state): State<AppState>, Path(id): Path<String>) -> Response {
    resident.answer(word(&state, &resident, &id).await)
}

async fn word(state: &AppState, resident: &Resident, id: &str) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    Ok(own(&mut tx, resident.person, id).await?.consent.state.word().into_response())
}

pub(crate) async fn post_withdraw(
    resident: Resident,
    State(state): State<AppState>,
    Path(id): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    resident.answer(withdraw(&state, resident.person, &id).await)
}

async fn withdraw(state: &AppState, person: PersonId, id: &str) -> Result<Response, Trouble> {
    let consent: ConsentId = id.parse().map_err(|_| Trouble::Code("consent.unknown"))?;
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(person)).await?;
    withdraw_consent(&mut tx, &ctx, person, consent).await?;
    tx.commit().await?;
    Ok(see(&format!("/consents/{consent}")))
}

/// The person's own consent; somebody else's does not exist.
pub(crate) async fn own(tx: &mut Trace, person: PersonId, id: &str) -> Result<ConsentView, Trouble> {
    let id: ConsentId = id.parse().map_err(|_| Trouble::Code("consent.unknown"))?;
    lookup_consent(tx, person, id)
        .await?
        .filter(|view| view.consent.state != ConsentState::Begun)
        .ok_or(Trouble::Code("consent.unknown"))
}

async fn door_name(tx: &mut Trace, view: &ConsentView) -> Result<Text, StoreError> {
    Ok(lookup_door(tx, view.consent.door).await?.map_or_else(nameless, |door| door.name))
}

/// Since when an operator stopped this face; what ended by itself is not called stopped.
async fn stopped(tx: &mut Trace, view: &ConsentView) -> Result<Option<Timestamp>, StoreError> {
    let consent = &view.consent;
    if !consent.state.is_live() {
        return Ok(None);
    }
    face_stopped(tx, consent.person, consent.purpose).await
}

/// A consent as its page shows it.
fn shown(view: &ConsentView, door: &Text, stopped: Option<Timestamp>) -> resident::ConsentView {
    let consent = &view.consent;
    let state = match consent.state {
        ConsentState::Begun | ConsentState::Signed => resident::ConsentState::Signed,
        ConsentState::Enrolled => resident::ConsentState::Enrolled,
        ConsentState::Expired => resident::ConsentState::Expired,
        ConsentState::Withdrawn if consent.gates.iter().all(|gate| gate.enrolled_at.is_none()) => resident::ConsentState::NeverEnrolled,
        ConsentState::Withdrawn if consent.is_forgotten() => resident::ConsentState::Forgotten,
        ConsentState::Withdrawn if consent.is_lost() => resident::ConsentState::Lost,
        ConsentState::Withdrawn => resident::ConsentState::Withdrawn,
    };
    let receipts = view.receipts.iter().map(|receipt| ReceiptView {
        gate: receipt.gate.0,
        door: door.clone(),
        at: receipt.at,
        sequence: receipt.sequence,
        cause: receipt.cause.clone(),
        // Its signature was checked when it was taken in; nothing else is stored.
        seal: Seal::of(&Sha256::digest(&receipt.envelope).into(), receipt.gate.0),
    });
    resident::ConsentView {
        id: consent.id.to_string(),
        door: door.clone(),
        gates: consent.gates.iter().map(|gate| gate.gate.0).collect(),
        state,
        given: consent.given,
        until: consent.until,
        ended: consent.ended_at,
        attested: consent.signature.is_none(),
        stopped,
        receipts: receipts.collect(),
    }
}
