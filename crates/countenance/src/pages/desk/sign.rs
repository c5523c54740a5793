//! The sign of a door, to be printed.

use axum::extract::State;
use axum::response::Response;
use countenance_access::{Gate, list_gates_of_door};
use countenance_gate_core::device::{device_word, host_of};
use countenance_persons::lookup_active_purpose;
use countenance_portal::Place;
use countenance_portal::desk::{Sign, SignSheet};
use countenance_portal::qr::QrDrawing;

use super::door;
use crate::pages::error::Trouble;
use crate::pages::number::DoorNumber;
use crate::pages::session::Desk;
use crate::pages::{gates, reply};
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>, DoorNumber(number): DoorNumber) -> Response {
    desk.answer(sign(&state, &desk, number).await)
}

async fn sign(state: &AppState, desk: &Desk, number: u32) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let door = door::lookup(&mut tx, number).await?;
    let purpose = lookup_active_purpose(&mut tx, door.id).await?;
    let address = state.address();
    let host = host_of(address).to_owned();
    let sheet = |gate: &Gate| SignSheet {
        number: gate.id.0,
        word: gate.device_key.as_ref().map(device_word),
        address: format!("{host}{}", gates::href(gate.id)),
        qr: QrDrawing::of(&format!("{address}{}", gates::href(gate.id))),
    };
    let gates = list_gates_of_door(&mut tx, door.id).await?;
    let sheets = gates.iter().filter(|gate| gate.lost_at.is_none()).map(sheet).collect();
    Ok(reply::page(&Sign {
        frame: desk.at(Place::Doors),
        back: door::href(number),
        operator: state.site().operator.clone(),
        contact: state.site().contact.clone(),
        purpose: purpose.map(|purpose| purpose.facts.text),
        ways: gates::other_ways(&door),
        door: door.name,
        host,
        sheets,
    }))
}
