//! Deciding about a face at one door: the question, the signed answer, the enrolment code.

use axum::extract::{Path, State};
use axum::response::Response;
use countenance_access::{begin_consent, lookup_door, lookup_door_by_number, make_enrolment_code};
use countenance_base::{GateId, SystemRng, from_hex, to_hex};
use countenance_grant::Signature;
use countenance_persons::{
    Consent, ConsentError, ConsentState, EnrolmentCode, SignConsent, list_credentials, lookup_consent, lookup_notice, sign_consent,
    signing_key,
};
use countenance_portal::{Place, Refusal, resident};
use countenance_trace::{Reader, Trace};
use serde::Deserialize;

use super::account::NoFields;
use super::consents::own;
use super::ways::{alternatives, nameless};
use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::number::DoorNumber;
use crate::pages::session::Resident;
use crate::pages::{refusals, reply};
use crate::state::AppState;

/// Asks for the question: the rulebook is asked first, then the text is made and its page shown.
pub(crate) async fn post_begin(
    resident: Resident,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    resident.answer(begin(&state, &resident, number).await)
}

async fn begin(state: &AppState, resident: &Resident, number: u32) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(resident.person)).await?;
    let door = lookup_door_by_number(&mut tx, number).await?.ok_or(Trouble::Code("door.unknown"))?;
    match begin_consent(&mut tx, &mut ctx, resident.person, door.id).await {
        Ok(begun) => {
            tx.commit().await?;
            Ok(see(&format!("/face/{number}/{}", begun.consent.id)))
        }
        Err(ConsentError::Refused(ruling)) => {
            let page = resident::FaceRefused {
                frame: resident.at(Place::Ways),
                door: door.name,
                refusals: refusals::of(&ruling),
            };
            Ok(reply::page_with(status_of("rulebook.refused"), &page))
        }
        Err(error) => Err(error.into()),
    }
}

/// The question itself. Once answered, its address leads to the consent.
pub(crate) async fn show(
    resident: Resident,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    resident.answer(question(&state, &resident, number, &id).await)
}

async fn question(state: &AppState, resident: &Resident, number: u32, id: &str) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let consent = draft(&mut tx, resident, id).await?;
    if consent.state != ConsentState::Begun {
        return Ok(see(&format!("/consents/{}", consent.id)));
    }
    let door = lookup_door(&mut tx, consent.door).await?.ok_or(Trouble::Code("door.unknown"))?;
    let notice = lookup_notice(&mut tx, consent.notice_hash)
        .await?
        .ok_or(Trouble::Code("notice.broken"))?;
    let key = signing_key(&mut tx, resident.person).await?.ok_or(Trouble::Code("account.none"))?;
    let credentials = list_credentials(&mut tx, resident.person).await?;
    let frame = resident.at(Place::Ways);
    let page = resident::FaceConsent {
        notice: frame.text(&notice).to_owned(),
        notice_hash: to_hex(&consent.notice_hash),
        alternatives: alternatives(&door.settings.ways, &credentials),
        door: door.name,
        text: consent.text,
        until: consent.until,
        fingerprint: to_hex(&key.fingerprint()),
        action: format!("/face/{number}/{}", consent.id),
        problem: None,
        frame,
    };
    Ok(reply::page(&page))
}

async fn draft(tx: &mut Trace, resident: &Resident, id: &str) -> Result<Consent, Trouble> {
    let id = id.parse().map_err(|_| Trouble::Code("consent.unknown"))?;
    Ok(lookup_consent(tx, resident.person, id)
        .await?
        .ok_or(Trouble::Code("consent.unknown"))?
        .consent)
}

#[derive(Deserialize)]
pub(crate) struct SignFields {
    /// Hexadecimal, by the browser's key over the text on the page.
    signature: String,
}

pub(crate) async fn post_sign(
    resident: Resident,
    State(state): State<AppState>,
    Path((_, id)): Path<(String, String)>,
    ProtectedForm(fields): ProtectedForm<SignFields>,
) -> Response {
    resident.answer(sign(&state, &resident, &id, &fields.signature).await)
}

async fn sign(state: &AppState, resident: &Resident, id: &str, signature: &str) -> Result<Response, Trouble> {
    let consent = id.parse().map_err(|_| Trouble::Code("consent.unknown"))?;
    let signature = from_hex(signature).map(Signature).ok_or(Trouble::Code("consent.signature"))?;
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(resident.person)).await?;
    let signed = sign_consent(
        &mut tx,
        &ctx,
        SignConsent {
            person: resident.person,
            consent,
            signature,
        },
    )
    .await?;
    tx.commit().await?;
    Ok(see(&format!("/consents/{}", signed.id)))
}

#[derive(Deserialize)]
pub(crate) struct CodeFields {
    gate: String,
}

/// The code is kept nowhere in the clear, so this answer is the page itself: reading it again makes another code.
pub(crate) async fn post_code(
    resident: Resident,
    State(state): State<AppState>,
    Path(id): Path<String>,
    ProtectedForm(fields): ProtectedForm<CodeFields>,
) -> Response {
    resident.answer(code(&state, &resident, &id, &fields.gate).await)
}

async fn code(state: &AppState, resident: &Resident, id: &str, gate: &str) -> Result<Response, Trouble> {
    let gate: GateId = gate.parse().map_err(|_| Trouble::Code("consent.gate"))?;
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(resident.person)).await?;
    let consent = own(&mut tx, resident.person, id).await?.consent;
    match make_enrolment_code(&mut tx, &mut ctx, resident.person, consent.id, gate).await {
        Ok(made) => {
            let page = code_page(&mut tx, resident, &consent, made).await?;
            tx.commit().await?;
            Ok(reply::page(&page))
        }
        Err(ConsentError::Refused(ruling)) => refused(&mut tx, resident, &consent, refusals::of(&ruling)).await,
        Err(error) => Err(error.into()),
    }
}

async fn code_page(
    tx: &mut Trace,
    resident: &Resident,
    consent: &Consent,
    made: EnrolmentCode,
) -> Result<resident::EnrolmentCode, Trouble> {
    let key = signing_key(tx, resident.person).await?.ok_or(Trouble::Code("account.none"))?;
    let door = lookup_door(tx, consent.door).await?;
    Ok(resident::EnrolmentCode {
        frame: resident.at(Place::Ways),
        door: door.map_or_else(nameless, |door| door.name),
        gate: made.gate.0,
        code: made.code,
        expires: made.expires_at,
        fingerprint: to_hex(&key.fingerprint()),
        consent: format!("/consents/{}", consent.id),
    })
}

async fn refused(tx: &mut Trace, resident: &Resident, consent: &Consent, refusals: Vec<Refusal>) -> Result<Response, Trouble> {
    let door = lookup_door(tx, consent.door).await?.map_or_else(nameless, |door| door.name);
    let page = resident::FaceRefused {
        frame: resident.at(Place::Ways),
        door,
        refusals,
    };
    Ok(reply::page_with(status_of("rulebook.refused"), &page))
}
