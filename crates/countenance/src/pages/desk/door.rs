//! Doors: the list, one door, its ways, its gate's claim code.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use countenance_access::{
    Alarm, Door, Gate, SaveDoor, list_alarms, list_doors, list_gates, lookup_door_by_number, make_gate_code, method, save_door,
};
use countenance_base::{SystemRng, to_hex};
use countenance_gate_core::challenge::Liveness;
use countenance_gate_core::policy::Lane;
use countenance_persons::{Purpose, list_purposes};
use countenance_portal::desk::{self, DoorLine, DoorPage, GateView, PurposeDraft, Way};
use countenance_portal::{Place, Problem, Refusal};
use countenance_trace::Trace;
use serde::Deserialize;

use super::{opinion, purpose};
use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::number::DoorNumber;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::pages::{refusals, reply};
use crate::state::AppState;

/// The choices that the form offers; a door may have others from an import, which it then shows too.
const CHOICES: [&[Lane]; 8] = [
    &[Lane::Qr],
    &[Lane::Card],
    &[Lane::Pin],
    &[Lane::Face],
    &[Lane::Qr, Lane::Pin],
    &[Lane::Card, Lane::Pin],
    &[Lane::Pin, Lane::Face],
    &[Lane::Card, Lane::Face],
];

pub(crate) async fn show_all(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk).await)
}

async fn all(state: &AppState, desk: &Desk) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let (gates, alarms, purposes) = (
        list_gates(&mut tx).await?,
        list_alarms(&mut tx).await?,
        list_purposes(&mut tx).await?,
    );
    let line = |door: Door| DoorLine {
        href: href(door.number),
        ways: door.settings.ways.iter().map(|way| shown_way(way, true)).collect(),
        gates: gate_views(&door, &gates, &alarms),
        purpose: purposes
            .iter()
            .find(|purpose| purpose.door.id == door.id)
            .map(|purpose| purpose::shown_state(purpose.state())),
        name: door.name,
    };
    let doors = list_doors(&mut tx).await?.into_iter().map(line).collect();
    Ok(reply::page(&desk::Doors {
        frame: desk.at(Place::Doors),
        doors,
    }))
}

pub(crate) fn href(number: u32) -> String {
    format!("/desk/doors/{number}")
}

#[derive(Deserialize)]
pub(crate) struct Saved {
    saved: Option<String>,
}

pub(crate) async fn show(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Query(query): Query<Saved>,
) -> Response {
    desk.answer(one(&state, &desk, number, query.saved.is_some()).await)
}

async fn one(state: &AppState, desk: &Desk, number: u32, saved: bool) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let door = lookup(&mut tx, number).await?;
    let page = DoorPage {
        saved,
        ..page(&mut tx, state, desk, &door).await?
    };
    Ok(reply::page(&page))
}

pub(crate) async fn lookup(tx: &mut Trace, number: u32) -> Result<Door, Trouble> {
    lookup_door_by_number(tx, number).await?.ok_or(Trouble::Code("door.unknown"))
}

/// The door's page as things stand; callers add what has just happened.
pub(crate) async fn page(tx: &mut Trace, state: &AppState, desk: &Desk, door: &Door) -> Result<DoorPage, Trouble> {
    let purposes: Vec<Purpose> = list_purposes(tx).await?;
    let current = purposes.iter().find(|purpose| purpose.door.id == door.id);
    let shown = match current {
        None => None,
        Some(current) => {
            let method = method(tx, door, current.facts.mode).await?;
            Some(purpose::shown(current, door.number, &method))
        }
    };
    Ok(DoorPage {
        frame: desk.at(Place::Doors),
        href: href(door.number),
        name: door.name.clone(),
        ways: ways(&door.settings.ways),
        challenge: door.settings.liveness == Liveness::Challenge,
        place: door.settings.place.word(),
        area: door.settings.area.word(),
        gates: gate_views(door, &list_gates(tx).await?, &list_alarms(tx).await?),
        purpose: shown,
        opinion: door
            .settings
            .opinion
            .as_ref()
            .map(|opinion| opinion::shown(opinion, &state.site().time_zone)),
        draft: PurposeDraft {
            template_days: state.rulebook().parameters().consent_max_days.to_string(),
            passage_days: state.rulebook().parameters().passage_retention_days.to_string(),
            ..PurposeDraft::default()
        },
        gate_code: None,
        refusals: Vec::new(),
        problem: None,
        saved: false,
    })
}

/// The page after a refusal: 422 with the rulebook's reasons, or with a code.
pub(crate) fn refuse(page: DoorPage, code: &'static str, refusals: Vec<Refusal>) -> Response {
    let problem = refusals.is_empty().then(|| Problem::new(code));
    reply::page_with(status_of(code), &DoorPage { refusals, problem, ..page })
}

fn ways(offered: &[Vec<Lane>]) -> Vec<Way> {
    let same = |one: &[Lane], other: &[Lane]| one.len() == other.len() && one.iter().all(|lane| other.contains(lane));
    let known = CHOICES
        .iter()
        .map(|choice| shown_way(choice, offered.iter().any(|way| same(way, choice))));
    let others = offered
        .iter()
        .filter(|way| !CHOICES.iter().any(|choice| same(way, choice)))
        .map(|way| shown_way(way, true));
    known.chain(others).collect()
}

fn shown_way(lanes: &[Lane], offered: bool) -> Way {
    Way {
        lanes: lanes.iter().map(|lane| lane.word().to_owned()).collect(),
        offered,
    }
}

fn gate_views(door: &Door, gates: &[Gate], alarms: &[Alarm]) -> Vec<GateView> {
    let view = |gate: &Gate| GateView {
        number: gate.id.0,
        demo: gate.demo,
        claimed: gate.device_key.is_some(),
        last_contact: gate.last_seen_at,
        alarms: alarms
            .iter()
            .filter(|alarm| alarm.gate == gate.id)
            .map(|alarm| alarm.code.clone())
            .collect(),
        pack: gate.pack.map(|pack| to_hex(&pack)),
        program: gate.program.map(|program| to_hex(&program)),
        forked: gate.forked_at.is_some(),
    };
    gates.iter().filter(|gate| gate.door == door.id).map(view).collect()
}

/// Fields are the ticked ways, each named by its lanes: `card+pin=on`; and `liveness`, which stays as it is when it is not sent.
pub(crate) async fn post_ways(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(fields): ProtectedForm<BTreeMap<String, String>>,
) -> Response {
    let ticked = |name: &String| name.split('+').map(Lane::from_word).collect::<Option<Vec<Lane>>>();
    let ways = fields.keys().filter_map(ticked).collect();
    let liveness = fields.get("liveness").and_then(|word| Liveness::from_word(word));
    desk.answer(save_ways(&state, &desk, number, ways, liveness).await)
}

async fn save_ways(
    state: &AppState,
    desk: &Desk,
    number: u32,
    ways: Vec<Vec<Lane>>,
    liveness: Option<Liveness>,
) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let door = lookup(&mut tx, number).await?;
    let before = page(&mut tx, state, desk, &door).await?;
    let mut settings = door.settings;
    settings.ways = ways;
    settings.liveness = liveness.unwrap_or(settings.liveness);
    match save_door(
        &mut tx,
        &mut ctx,
        SaveDoor {
            number,
            name: door.name,
            settings,
        },
    )
    .await
    {
        Ok(_) => {
            tx.commit().await?;
            Ok(see(&format!("{}?saved=1", href(number))))
        }
        Err(error) => {
            let reasons = error.ruling().map(refusals::of).unwrap_or_default();
            match error.into() {
                Trouble::Code(code) => Ok(refuse(before, code, reasons)),
                trouble @ Trouble::Store(_) => Err(trouble),
            }
        }
    }
}

/// The code is kept nowhere in the clear, so this answer is the page itself.
pub(crate) async fn post_gate_code(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(gate_code(&state, &desk, number).await)
}

async fn gate_code(state: &AppState, desk: &Desk, number: u32) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let door = lookup(&mut tx, number).await?;
    let made = make_gate_code(&mut tx, &mut ctx, door.id).await?;
    let page = DoorPage {
        gate_code: Some(made.code),
        ..page(&mut tx, state, desk, &door).await?
    };
    tx.commit().await?;
    Ok(reply::page(&page))
}
