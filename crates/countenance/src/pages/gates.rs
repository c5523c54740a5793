//! A gate's own page, and the list of gates: for everybody, without sign-in, code or cookie. Nothing here is about a person, and no
//! number tells how busy a door is.

use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countenance_access::{Door, Gate, face_lane, list_doors, list_gates, lookup_door, lookup_gate};
use countenance_base::{GateId, Locale, to_hex};
use countenance_gate_core::device::{device_fingerprint, device_word, host_of};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire;
use countenance_grant::{Envelope, Mode, decode_canonical};
use countenance_oversight::lookup_officer;
use countenance_persons::{Ctx, Purpose, lookup_active_purpose};
use countenance_portal::desk::Way;
use countenance_portal::seal::Seal;
use countenance_portal::{FaceLane, Frame, GatePage, Place, PublicPurpose};
use countenance_rules::Place as SiteClass;
use countenance_storage::StoreError;
use countenance_trace::{Reader, Trace};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::desk::opinion::shown;
use super::error::{PageError, Trouble};
use super::reply;
use crate::state::AppState;

/// Nobody may change what a page says by its address, but its language.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    language: Option<String>,
}

/// Address of a gate's page within the site.
pub(crate) fn href(gate: GateId) -> String {
    format!("/gates/{gate}")
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let mut frame = super::frame::of(&request, &state);
    frame.place = Place::Public;
    if let Some(locale) = wanted.language.as_deref().and_then(Locale::from_tag) {
        frame.locale = locale;
    }
    match page(&state, frame.clone(), &number).await {
        Ok(page) => reply::page(&page),
        Err(trouble) => PageError::of(frame, &trouble).into_response(),
    }
}

async fn page(state: &AppState, frame: Frame, number: &str) -> Result<GatePage, Trouble> {
    let unknown = || Trouble::Code("gate.unknown");
    let number: u64 = number.parse().map_err(|_| unknown())?;
    let mut rng = countenance_base::SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.read(Reader::Machine).await?;
    let gate = lookup_gate(&mut tx, GateId(number)).await?.ok_or_else(unknown)?;
    let door = lookup_door(&mut tx, gate.door).await?.ok_or_else(unknown)?;
    let purpose = lookup_active_purpose(&mut tx, door.id).await?;
    let lane = lane(&mut tx, &ctx, &gate, &door, purpose.as_ref()).await?;
    let officer = lookup_officer(&mut tx).await?.map(|officer| officer.contact);
    Ok(GatePage {
        officer,
        ..filled(state, frame, &gate, door, lane, purpose.as_ref())
    })
}

async fn lane(tx: &mut Trace, ctx: &Ctx<'_>, gate: &Gate, door: &Door, purpose: Option<&Purpose>) -> Result<FaceLane, StoreError> {
    use countenance_access::FaceLane as Known;
    Ok(match face_lane(tx, ctx, gate, door, purpose).await? {
        Known::Open => FaceLane::Open,
        Known::None => FaceLane::None,
        Known::Unclaimed => FaceLane::Unclaimed,
        Known::OtherWayDead(since) => FaceLane::OtherWayDead(since),
        Known::Forked(at) => FaceLane::Forked(at),
        Known::Lost(at) => FaceLane::Lost(at),
        Known::Stopped(at) => FaceLane::Stopped(at),
        Known::Stale => FaceLane::Stale,
    })
}

fn filled(state: &AppState, frame: Frame, gate: &Gate, door: Door, lane: FaceLane, purpose: Option<&Purpose>) -> GatePage {
    let (site, rulebook) = (state.site(), state.rulebook());
    let parameters = rulebook.parameters();
    let usual = parameters.passage_retention_days;
    let mut books = rulebook.id().split(" + ").map(str::to_owned);
    let zone = door.settings.zone;
    GatePage {
        number: gate.id.0,
        demo: state.demo() || gate.demo,
        site: site.name.clone(),
        operator: site.operator.clone(),
        contact: site.contact.clone(),
        complaints: site.complaints.clone(),
        officer: None,
        lane,
        purpose: purpose.map(|purpose| PublicPurpose {
            text: purpose.facts.text.clone(),
            necessity: purpose.facts.necessity.clone(),
            mode: mode_word(purpose.facts.mode).to_owned(),
            template_days: u64::from(purpose.facts.template_days.min(parameters.consent_max_days)),
        }),
        zone: [zone.left, zone.top, zone.right, zone.bottom].map(u64::from),
        distance_max_mm: u64::from(door.settings.distance_max_mm),
        ways: other_ways(&door),
        passage_days: u64::from(purpose.map_or(usual, |purpose| purpose.facts.passage_days.min(usual))),
        // A purpose's shorter promise is about passages; windows name nobody and go with the rulebook's time.
        window_days: u64::from(usual),
        seal: seal(gate),
        device: gate
            .device_key
            .as_ref()
            .map(|key| (device_word(key), to_hex(&device_fingerprint(key)))),
        host: host_of(state.address()).to_owned(),
        software: concat!("Countenance ", env!("CARGO_PKG_VERSION")).to_owned(),
        pack: gate.pack.map(|pack| to_hex(&pack)),
        program: gate.program.map(|program| to_hex(&program)),
        opinion: door.settings.opinion.as_ref().map(|opinion| shown(opinion, &site.time_zone)),
        open_place: matches!(door.settings.place, SiteClass::Business | SiteClass::Public),
        rulebook: books.next().unwrap_or_default(),
        rulebook_day: rulebook.from_day().to_owned(),
        rulebook_version: rulebook.version().to_owned(),
        drafts: books.collect(),
        door: door.name,
        frame,
    }
}

const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::OneToOne => "one",
        Mode::OneToFew => "few",
        Mode::OneToMany => "many",
    }
}

/// The ways of a door that ask for no face.
pub(crate) fn other_ways(door: &Door) -> Vec<Way> {
    let ways = door.settings.ways.iter().filter(|way| !way.contains(&Lane::Face));
    ways.map(|way| Way {
        lanes: way.iter().map(|lane| lane.word().to_owned()).collect(),
        offered: true,
    })
    .collect()
}

/// What the gate signed last about its journal. Checked here, so that no seal stands on the page that the gate did not sign.
fn seal(gate: &Gate) -> Option<(Seal, countenance_base::Timestamp)> {
    let (bytes, key) = (gate.seal.as_ref()?, gate.device_key.as_ref()?);
    let envelope: Envelope = decode_canonical(bytes)?;
    let signed = wire::Seal::open(&envelope, key).filter(|signed| signed.gate == gate.id)?;
    Some((Seal::of(&Sha256::digest(bytes).into(), gate.id.0), signed.at))
}

/// The site's gates, for who compares a network with the register.
pub(crate) async fn list(State(state): State<AppState>) -> Response {
    match register(&state).await {
        Ok(register) => Json(register).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "database failed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn register(state: &AppState) -> Result<Value, StoreError> {
    let mut tx = state.read(Reader::Machine).await?;
    let doors = list_doors(&mut tx).await?;
    let line = |gate: Gate| {
        let door = doors.iter().find(|door| door.id == gate.door)?;
        let key = gate.device_key.as_ref();
        Some(json!({
            "gate": gate.id.0,
            "door": { "number": door.number, "zh": door.name.zh, "en": door.name.en },
            "page": href(gate.id),
            "word": key.map(device_word),
            "device": key.map(|key| to_hex(&device_fingerprint(key))),
            "pack": gate.pack.map(|pack| to_hex(&pack)),
            "program": gate.program.map(|program| to_hex(&program)),
            "demo": state.demo() || gate.demo,
            "lost": gate.lost_at.is_some(),
            "forked": gate.forked_at.is_some(),
        }))
    };
    let gates: Vec<Value> = list_gates(&mut tx).await?.into_iter().filter_map(line).collect();
    let site = state.site();
    Ok(json!({
        "site": site.id.to_string(),
        "operator": { "zh": site.operator.zh, "en": site.operator.en },
        "host": host_of(state.address()),
        "gates": gates,
    }))
}
