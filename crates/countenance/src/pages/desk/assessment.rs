//! The impact assessment of a purpose: written by one operator, approved by another, printed by either.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use countenance_access::{Door, Waited, lane_counts, lane_totals, lane_waits, list_gates_of_door, method, waited};
use countenance_base::{OperatorId, PurposeId, SystemRng, to_hex};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wait::STEPS_S;
use countenance_persons::{
    Assessment, AssessmentField, ConsentState, Purpose, PurposeError, WriteAssessment, approve_assessment, list_assessments,
    list_consents_of_purpose, lookup_operator, lookup_purpose, write_assessment,
};
use countenance_portal::desk::{
    ApprovalView, AssessmentPage, AssessmentPrint, AssessmentText, AssessmentVersion, SystemFact, WaitingVersion,
};
use countenance_portal::{Place, Problem};
use countenance_rules::AssessmentHead;
use countenance_trace::Trace;
use serde::Deserialize;

use super::door;
use super::purpose::shown_state;
use crate::figures::figures;
use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::number::DoorNumber;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

/// How far back use and waiting are counted.
const USED: Duration = Duration::from_hours(30 * 24);

#[derive(Deserialize)]
pub(crate) struct Saved {
    saved: Option<String>,
}

pub(crate) async fn show(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<Saved>,
) -> Response {
    desk.answer(show_form(&state, &desk, number, &id, query.saved.is_some()).await)
}

async fn show_form(state: &AppState, desk: &Desk, number: u32, id: &str, saved: bool) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let (door, purpose) = lookup(&mut tx, number, id).await?;
    let page = page(&mut tx, state, desk, &door, &purpose).await?;
    Ok(reply::page(&AssessmentPage { saved, ..page }))
}

async fn lookup(tx: &mut Trace, number: u32, id: &str) -> Result<(Door, Purpose), Trouble> {
    let id: PurposeId = id.parse().map_err(|_| Trouble::Code("purpose.unknown"))?;
    let door = door::lookup(tx, number).await?;
    let purpose = lookup_purpose(tx, id).await?.filter(|purpose| purpose.door.id == door.id);
    Ok((door, purpose.ok_or(Trouble::Code("purpose.unknown"))?))
}

pub(crate) fn href(door: u32, purpose: PurposeId) -> String {
    format!("{}/purposes/{purpose}/assessment", door::href(door))
}

async fn page(tx: &mut Trace, state: &AppState, desk: &Desk, door: &Door, purpose: &Purpose) -> Result<AssessmentPage, Trouble> {
    let method = method(tx, door, purpose.facts.mode).await?;
    let href = href(door.number, purpose.id);
    let mut versions = Vec::new();
    for assessment in list_assessments(tx, purpose.id).await?.iter().rev() {
        versions.push(shown_version(tx, &href, assessment, &method).await?);
    }
    let newest = purpose.written.as_ref().or(purpose.assessment.as_ref());
    let no_texts = BTreeMap::new();
    let texts = newest.map_or(&no_texts, |assessment| &assessment.texts);
    Ok(AssessmentPage {
        frame: desk.at(Place::Doors),
        door_href: door::href(door.number),
        door: door.name.clone(),
        purpose: purpose.facts.text.clone(),
        standing: shown_state(purpose.state()),
        heads: heads(texts),
        fields: fields(texts),
        system: system(tx, state, door, purpose).await?,
        versions,
        waiting: purpose.written.as_ref().map(|written| WaitingVersion {
            number: written.version,
            href: format!("{href}/{}/approve", written.version),
            own: written.written_by == desk.operator.id,
        }),
        stale: purpose.is_stale(&method),
        problem: None,
        saved: false,
        href,
    })
}

fn heads(texts: &BTreeMap<String, String>) -> Vec<AssessmentText> {
    AssessmentHead::ALL.iter().map(|head| text(texts, head.word())).collect()
}

fn fields(texts: &BTreeMap<String, String>) -> Vec<AssessmentText> {
    AssessmentField::ALL.iter().map(|field| text(texts, field.word())).collect()
}

fn text(texts: &BTreeMap<String, String>, word: &str) -> AssessmentText {
    AssessmentText {
        word: word.to_owned(),
        text: texts.get(word).cloned().unwrap_or_default(),
    }
}

async fn name(tx: &mut Trace, operator: OperatorId) -> Result<String, Trouble> {
    let operator = lookup_operator(tx, operator).await?;
    Ok(operator.map(|operator| operator.display_name).unwrap_or_default())
}

async fn shown_version(tx: &mut Trace, href: &str, assessment: &Assessment, method: &[u8; 32]) -> Result<AssessmentVersion, Trouble> {
    let approval = match assessment.approval {
        None => None,
        Some(approval) => Some(ApprovalView {
            by: name(tx, approval.by).await?,
            at: approval.at,
            kept_until: approval.kept_until,
        }),
    };
    Ok(AssessmentVersion {
        href: format!("{href}/{}", assessment.version),
        number: assessment.version,
        written_by: name(tx, assessment.written_by).await?,
        written_at: assessment.written_at,
        approval,
        stale: assessment.is_stale(method),
        hash: to_hex(&assessment.hash()),
    })
}

/// How faces are used at the door, as the program itself knows it.
async fn system(tx: &mut Trace, state: &AppState, door: &Door, purpose: &Purpose) -> Result<Vec<SystemFact>, Trouble> {
    let settings = &door.settings;
    let ways: Vec<String> = settings.ways.iter().map(|way| lanes(way)).collect();
    let gates = list_gates_of_door(tx, door.id).await?;
    let claimed = gates.iter().filter(|gate| gate.device_key.is_some() && gate.lost_at.is_none());
    let enrolled = list_consents_of_purpose(tx, purpose.id)
        .await?
        .iter()
        .filter(|consent| consent.state == ConsentState::Enrolled)
        .count();
    let mut facts = vec![
        fact("place", settings.place.word()),
        fact("mode", purpose.facts.mode.text()),
        fact("ways", ways.join(", ")),
        fact("liveness", settings.liveness.word()),
        fact("distance", format!("{} mm", settings.distance_max_mm)),
        fact("gates", claimed.clone().count()),
        fact("templates", enrolled),
        fact("template_days", purpose.facts.template_days),
        fact("passage_days", purpose.facts.passage_days),
        fact("rulebook", state.rulebook().id()),
    ];
    for pack in claimed.filter_map(|gate| gate.pack).collect::<BTreeSet<_>>() {
        facts.push(fact("pack", to_hex(&pack)));
        if let Some(figures) = figures(&pack) {
            facts.push(fact("threshold", format!("{} · {:.2}", figures.name, figures.threshold)));
            facts.push(fact("accuracy", figures.accuracy));
            facts.push(fact("presentation", figures.presentation));
        } else {
            facts.push(fact("unmeasured", "–"));
        }
    }
    facts.extend(practice(tx, state, door).await?);
    Ok(facts)
}

/// How each way was used and how long people waited at it: those that the door offers, used or not, and those that opened it before.
async fn practice(tx: &mut Trace, state: &AppState, door: &Door) -> Result<Vec<SystemFact>, Trouble> {
    let (since, now) = (state.now().minus(USED), state.now());
    let mut totals = lane_totals(&lane_counts(tx, since, now).await?);
    totals.retain(|total| total.door == door.id);
    let waits = lane_waits(tx, &state.site().time_zone, since, now).await?;
    let mut ways = door.settings.ways.clone();
    ways.extend(totals.iter().map(|total| total.lanes.clone()));
    let (mut used, mut waiting) = (Vec::new(), Vec::new());
    for way in distinct(ways) {
        let total = totals.iter().find(|total| total.lanes == way);
        let (opened, refused) = total.map_or((0, 0), |total| (total.opened, total.refused));
        used.push(fact("used", format!("{} {opened} + {refused}", lanes(&way))));
        let waited = waited(&waits, door.id, &way, opened);
        waiting.push(fact("waits", format!("{} {}", lanes(&way), kept_wait(waited))));
    }
    used.extend(waiting);
    Ok(used)
}

fn distinct(ways: Vec<Vec<Lane>>) -> Vec<Vec<Lane>> {
    let mut seen = BTreeSet::new();
    ways.into_iter().filter(|way| seen.insert(way.clone())).collect()
}

/// As it is kept with a version, in no language.
fn kept_wait(waited: Waited) -> String {
    let step = |within: Option<u16>| within.map_or_else(longer, |within| within.to_string());
    match waited {
        Waited::Nobody => "nobody".to_owned(),
        Waited::Unmeasured => "unmeasured".to_owned(),
        Waited::Few => "few".to_owned(),
        Waited::Within(count, half, most) => format!("{count} {} {}", step(half), step(most)),
    }
}

fn longer() -> String {
    format!(">{}", STEPS_S.last().unwrap_or(&0))
}

fn lanes(way: &[Lane]) -> String {
    way.iter().map(|lane| lane.word()).collect::<Vec<_>>().join("+")
}

fn fact(word: &str, value: impl Display) -> SystemFact {
    SystemFact {
        word: word.to_owned(),
        value: value.to_string(),
    }
}

/// As it is kept with a version: one fact a line.
fn kept(system: &[SystemFact]) -> String {
    system
        .iter()
        .map(|fact| format!("{} {}", fact.word, fact.value))
        .collect::<Vec<_>>()
        .join("\n")
}

fn read_kept(system: &str) -> Vec<SystemFact> {
    system
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(word, value)| fact(word, value))
        .collect()
}

/// A text for each head and field by its word.
pub(crate) async fn post_write(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id)): Path<(String, String)>,
    ProtectedForm(fields): ProtectedForm<BTreeMap<String, String>>,
) -> Response {
    desk.answer(act(&state, &desk, number, &id, Act::Write(fields)).await)
}

pub(crate) async fn post_approve(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id, version)): Path<(String, String, String)>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    let Ok(version) = version.parse() else {
        return desk.answer(Err(Trouble::Code("purpose.state")));
    };
    desk.answer(act(&state, &desk, number, &id, Act::Approve(version)).await)
}

enum Act {
    Write(BTreeMap<String, String>),
    Approve(u32),
}

async fn act(state: &AppState, desk: &Desk, number: u32, id: &str, act: Act) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let (door, purpose) = lookup(&mut tx, number, id).await?;
    let before = page(&mut tx, state, desk, &door, &purpose).await?;
    let method = method(&mut tx, &door, purpose.facts.mode).await?;
    let done: Result<(), PurposeError> = match act {
        Act::Write(texts) => {
            let write = WriteAssessment {
                purpose: purpose.id,
                operator: desk.operator.id,
                texts,
                system: kept(&before.system),
                method,
            };
            write_assessment(&mut tx, &ctx, write).await.map(|_| ())
        }
        Act::Approve(version) => approve_assessment(&mut tx, &ctx, purpose.id, version, desk.operator.id, method).await,
    };
    match done.map_err(Trouble::from) {
        Ok(()) => {
            tx.commit().await?;
            Ok(see(&format!("{}?saved=1", href(number, purpose.id))))
        }
        Err(Trouble::Code(code)) => Ok(reply::page_with(
            status_of(code),
            &AssessmentPage {
                problem: Some(Problem::new(code)),
                ..before
            },
        )),
        Err(trouble) => Err(trouble),
    }
}

pub(crate) async fn show_version(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id, version)): Path<(String, String, String)>,
) -> Response {
    desk.answer(print(&state, &desk, number, &id, &version).await)
}

async fn print(state: &AppState, desk: &Desk, number: u32, id: &str, version: &str) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let (door, purpose) = lookup(&mut tx, number, id).await?;
    let method = method(&mut tx, &door, purpose.facts.mode).await?;
    let all = list_assessments(&mut tx, purpose.id).await?;
    let assessment = all
        .iter()
        .find(|assessment| Ok(assessment.version) == version.parse())
        .ok_or(Trouble::Code("purpose.unknown"))?;
    let href = href(number, purpose.id);
    Ok(reply::page(&AssessmentPrint {
        frame: desk.at(Place::Doors),
        door: door.name.clone(),
        purpose: purpose.facts.text.clone(),
        heads: heads(&assessment.texts),
        fields: fields(&assessment.texts),
        system: read_kept(&assessment.system),
        version: shown_version(&mut tx, &href, assessment, &method).await?,
        back: href,
    }))
}
