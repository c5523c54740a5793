//! What is ending and what is kept: destructions, lost gates, holds.

use axum::extract::{Path, State};
use axum::response::Response;
use countenance_access::{BeginHold, Hold, LostCause, begin_hold, declare_lost, end_hold, list_gates, list_holds};
use countenance_base::{GateId, SystemRng, Timestamp};
use countenance_destruction::{Destruction, list_destructions, standing};
use countenance_persons::lookup_person_by_login;
use countenance_portal::desk::{EndingLine, Endings, HoldLine, Lost};
use countenance_portal::{Place, Problem};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use serde::Deserialize;

use crate::pages::certificate::{href, shown_stage};
use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None).await)
}

async fn all(state: &AppState, desk: &Desk, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let mut endings = Vec::new();
    for destruction in list_destructions(&mut tx).await? {
        endings.push(line(&mut tx, &destruction).await?);
    }
    let holds = list_holds(&mut tx).await?.iter().map(|hold| hold_line(hold, state.now())).collect();
    let gates = list_gates(&mut tx).await?;
    let gates = gates
        .iter()
        .filter(|gate| gate.device_key.is_some() && gate.lost_at.is_none())
        .map(|gate| gate.id.0);
    let page = Endings {
        frame: desk.at(Place::Endings),
        endings,
        holds,
        gates: gates.collect(),
        problem: problem.map(Problem::new),
    };
    tx.commit().await?;
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

async fn line(tx: &mut Trace, destruction: &Destruction) -> Result<EndingLine, StoreError> {
    Ok(EndingLine {
        href: href(destruction.id),
        what: destruction.what.word().to_owned(),
        stage: shown_stage(destruction.stage()),
        ordered: destruction.ordered_at,
        waiting: standing(tx, destruction.id).await?.iter().map(|gate| gate.0).collect(),
        sampled: destruction.sample.is_some(),
    })
}

fn hold_line(hold: &Hold, now: Timestamp) -> HoldLine {
    HoldLine {
        id: hold.id.to_string(),
        name: hold.name.clone(),
        reason: hold.reason.clone(),
        personal: hold.person.is_some(),
        from: hold.covers.0,
        to: hold.covers.1,
        ends: hold.ended_at.unwrap_or(hold.ends_at),
        live: hold.is_live(now),
    }
}

/// Again the list, with what was wrong; a database that failed is another matter.
async fn refuse(state: &AppState, desk: &Desk, trouble: Trouble) -> Result<Response, Trouble> {
    match trouble {
        Trouble::Code(code) => all(state, desk, Some(code)).await,
        Trouble::Store(error) => Err(Trouble::Store(error)),
    }
}

#[derive(Deserialize)]
pub(crate) struct HoldFields {
    name: String,
    reason: String,
    login: String,
    from: String,
    to: String,
    days: String,
}

pub(crate) async fn post_hold(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<HoldFields>) -> Response {
    let answer = match hold(&state, &desk, fields).await {
        Ok(response) => Ok(response),
        Err(trouble) => refuse(&state, &desk, trouble).await,
    };
    desk.answer(answer)
}

async fn hold(state: &AppState, desk: &Desk, fields: HoldFields) -> Result<Response, Trouble> {
    let zone = &state.site().time_zone;
    let local = |text: &str| Timestamp::parse_local(text.trim(), zone).ok_or(Trouble::Code("hold.span"));
    let mut tx = state.trace(desk.reader()).await?;
    let person = match fields.login.trim() {
        "" => None,
        login => Some(
            lookup_person_by_login(&mut tx, login)
                .await?
                .ok_or(Trouble::Code("person.unknown"))?
                .id,
        ),
    };
    let input = BeginHold {
        operator: desk.operator.id,
        name: fields.name,
        reason: fields.reason,
        person,
        covers: (local(&fields.from)?, local(&fields.to)?),
        days: fields.days.trim().parse().map_err(|_| Trouble::Code("hold.span"))?,
    };
    let mut rng = SystemRng;
    begin_hold(&mut tx, &mut state.ctx(&mut rng), input).await?;
    tx.commit().await?;
    Ok(see("/desk/endings"))
}

pub(crate) async fn post_hold_end(
    desk: Desk,
    State(state): State<AppState>,
    Path(id): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    let answer = match end(&state, &desk, &id).await {
        Ok(response) => Ok(response),
        Err(trouble) => refuse(&state, &desk, trouble).await,
    };
    desk.answer(answer)
}

async fn end(state: &AppState, desk: &Desk, id: &str) -> Result<Response, Trouble> {
    let id = id.parse().map_err(|_| Trouble::Code("hold.unknown"))?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    end_hold(&mut tx, &state.ctx(&mut rng), id).await?;
    tx.commit().await?;
    Ok(see("/desk/endings"))
}

pub(crate) async fn show_lost(desk: Desk, Path(gate): Path<u64>) -> Response {
    reply::page(&Lost {
        frame: desk.at(Place::Endings),
        gate,
        causes: LostCause::ALL.iter().map(|cause| cause.word().to_owned()).collect(),
    })
}

#[derive(Deserialize)]
pub(crate) struct LostFields {
    cause: String,
}

pub(crate) async fn post_lost(
    desk: Desk,
    State(state): State<AppState>,
    Path(gate): Path<u64>,
    ProtectedForm(fields): ProtectedForm<LostFields>,
) -> Response {
    let answer = match lost(&state, &desk, GateId(gate), &fields.cause).await {
        Ok(response) => Ok(response),
        Err(trouble) => refuse(&state, &desk, trouble).await,
    };
    desk.answer(answer)
}

async fn lost(state: &AppState, desk: &Desk, gate: GateId, cause: &str) -> Result<Response, Trouble> {
    let cause = LostCause::from_word(cause).ok_or(Trouble::Code("form.fields"))?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    declare_lost(&mut tx, &state.ctx(&mut rng), gate, cause).await?;
    tx.commit().await?;
    Ok(see("/desk/endings"))
}
