//! Ways in: the cards, QR and PIN on and off, the person's door code.

use axum::extract::{Path, State};
use axum::response::Response;
use countenance_access::list_doors;
use countenance_base::{PersonId, SystemRng, Text};
use countenance_gate_core::policy::Lane as DoorLane;
use countenance_persons::{
    ConsentState, Credential, TurnOnError, list_credentials, lookup_active_purpose, lookup_live_consent, signing_key, turn_off,
    turn_on_pin, turn_on_qr,
};
use countenance_portal::resident::{CardHow, DoorQr, FaceDoor, FaceDoorState, Lane, LaneCard, SetPin, Ways};
use countenance_portal::{Place, Problem};
use countenance_storage::StoreError;
use countenance_trace::{Reader, Trace};
use serde::Deserialize;

use super::account::NoFields;
use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::session::Resident;
use crate::state::AppState;

pub(crate) async fn show(resident: Resident, State(state): State<AppState>) -> Response {
    resident.answer(ways(&state, &resident).await)
}

async fn ways(state: &AppState, resident: &Resident) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let credentials = list_credentials(&mut tx, resident.person).await?;
    let doors = face_doors(&mut tx, resident.person).await?;
    Ok(reply::page(&Ways {
        frame: resident.at(Place::Ways),
        cards: cards(&credentials, &doors),
        problem: None,
    }))
}

/// One card for each lane, in the order for someone whose last use is not known.
pub(crate) fn cards(credentials: &[Credential], doors: &[FaceDoor]) -> Vec<LaneCard> {
    let card = |lane: Lane| {
        let on = match lane {
            Lane::Face => doors.iter().any(|door| matches!(door.state, FaceDoorState::Enrolled(_))),
            Lane::Qr | Lane::Card | Lane::Pin => credentials.iter().any(|credential| credential.lane.word() == lane.word()),
        };
        LaneCard {
            lane,
            on,
            doors: if lane == Lane::Face { doors.to_vec() } else { Vec::new() },
        }
    };
    Lane::FIRST_ORDER.into_iter().map(card).collect()
}

/// The doors whose purpose is active, and how the person stands to each.
async fn face_doors(tx: &mut Trace, person: PersonId) -> Result<Vec<FaceDoor>, StoreError> {
    let mut doors = Vec::new();
    for door in list_doors(tx).await?.into_iter().filter(|door| door.settings.has_face()) {
        let Some(purpose) = lookup_active_purpose(tx, door.id).await? else {
            continue;
        };
        let consent = lookup_live_consent(tx, person, purpose.id).await?;
        let state = match consent.as_ref().map(|consent| (consent.state, consent.enrolled_at)) {
            Some((ConsentState::Enrolled, Some(at))) => FaceDoorState::Enrolled(at),
            Some((ConsentState::Signed, _)) => FaceDoorState::Signed,
            _ => FaceDoorState::Undecided,
        };
        let href = consent.map_or_else(|| format!("/face/{}", door.number), |consent| format!("/consents/{}", consent.id));
        doors.push(FaceDoor {
            name: door.name,
            state,
            href,
        });
    }
    Ok(doors)
}

/// The door's ways without a face, as cards that say which of them this person has.
pub(crate) fn alternatives(ways: &[Vec<DoorLane>], credentials: &[Credential]) -> Vec<LaneCard> {
    let offered = |lane: Lane| {
        ways.iter()
            .filter(|way| !way.contains(&DoorLane::Face))
            .flatten()
            .any(|way| way.word() == lane.word())
    };
    cards(credentials, &[]).into_iter().filter(|card| offered(card.lane)).collect()
}

pub(crate) async fn show_card(resident: Resident) -> Response {
    reply::page(&CardHow {
        frame: resident.at(Place::Ways),
    })
}

pub(crate) async fn show_pin(resident: Resident) -> Response {
    reply::page(&SetPin {
        frame: resident.at(Place::Ways),
        problem: None,
    })
}

#[derive(Deserialize)]
pub(crate) struct PinFields {
    pin: String,
    again: String,
}

pub(crate) async fn post_pin(
    resident: Resident,
    State(state): State<AppState>,
    ProtectedForm(fields): ProtectedForm<PinFields>,
) -> Response {
    let refuse = |code: &'static str| {
        reply::page_with(
            status_of(code),
            &SetPin {
                frame: resident.at(Place::Ways),
                problem: Some(Problem::new(code)),
            },
        )
    };
    if fields.pin != fields.again {
        return refuse("pin.differs");
    }
    match set_pin(&state, resident.person, &fields.pin).await {
        Ok(()) => see("/ways"),
        Err(TurnOnError::Store(error)) => resident.answer(Err(error.into())),
        Err(error) => refuse(error.code()),
    }
}

async fn set_pin(state: &AppState, person: PersonId, pin: &str) -> Result<(), TurnOnError> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(person)).await?;
    turn_on_pin(&mut tx, &mut ctx, person, pin).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn post_qr_on(
    resident: Resident,
    State(state): State<AppState>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    resident.answer(qr_on(&state, resident.person).await)
}

async fn qr_on(state: &AppState, person: PersonId) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(person)).await?;
    turn_on_qr(&mut tx, &mut ctx, person).await?;
    tx.commit().await?;
    Ok(see("/ways"))
}

pub(crate) async fn post_off(
    resident: Resident,
    State(state): State<AppState>,
    Path(lane): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    resident.answer(off(&state, resident.person, &lane).await)
}

async fn off(state: &AppState, person: PersonId, lane: &str) -> Result<Response, Trouble> {
    let lane = match DoorLane::from_word(lane) {
        Some(lane @ (DoorLane::Qr | DoorLane::Pin)) => lane,
        Some(DoorLane::Card | DoorLane::Face | DoorLane::Remote) | None => return Err(Trouble::Code("page.not_found")),
    };
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(person)).await?;
    turn_off(&mut tx, &ctx, person, lane).await?;
    tx.commit().await?;
    Ok(see("/ways"))
}

pub(crate) async fn show_qr(resident: Resident, State(state): State<AppState>) -> Response {
    resident.answer(door_qr(&state, &resident).await)
}

async fn door_qr(state: &AppState, resident: &Resident) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let is_on = list_credentials(&mut tx, resident.person)
        .await?
        .iter()
        .any(|credential| credential.lane == DoorLane::Qr);
    if !is_on {
        return Ok(see("/ways"));
    }
    let key = signing_key(&mut tx, resident.person).await?.ok_or(Trouble::Code("account.none"))?;
    let page = DoorQr {
        frame: resident.at(Place::Ways),
        person: resident.person.to_string(),
        fingerprint: countenance_base::to_hex(&key.fingerprint()),
    };
    Ok(reply::page(&page))
}

/// A name for a door that is no longer there.
pub(crate) fn nameless() -> Text {
    Text::new("—", "—")
}
