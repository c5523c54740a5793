//! Emergency stops, in two confirmations: what would stop, and the word of it typed.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use countenance_access::{Stop, StopScope, begin_stop, lift_stop, list_doors, list_stops, lookup_door};
use countenance_base::{SystemRng, Text};
use countenance_persons::{PurposeState, list_purposes, lookup_person, lookup_purpose};
use countenance_portal::desk::{StopAsk, StopLine, Stops};
use countenance_portal::{Place, Problem};
use countenance_trace::Trace;
use serde::Deserialize;

use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

/// What a page calls a scope, where it stops, and the word that has to be typed for it.
struct Named {
    name: Text,
    doors: Vec<Text>,
    words: Vec<String>,
}

pub(crate) async fn show_all(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None).await)
}

async fn all(state: &AppState, desk: &Desk, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let standing = list_stops(&mut tx).await?;
    let mut stops = Vec::new();
    for Stop { id, scope, begun_at } in &standing {
        stops.push(StopLine {
            id: id.to_string(),
            what: scope.word().to_owned(),
            name: named(&mut tx, state, *scope).await?.name,
            since: *begun_at,
        });
    }
    let is_free = |scope| !standing.iter().any(|stop| stop.scope == scope);
    let purposes = list_purposes(&mut tx).await?;
    let purposes = purposes
        .iter()
        .filter(|purpose| purpose.state() == PurposeState::Active && is_free(StopScope::Purpose(purpose.id)))
        .map(|purpose| (href(StopScope::Purpose(purpose.id)), purpose.facts.text.clone()));
    let page = Stops {
        frame: desk.at(Place::Doors),
        stops,
        purposes: purposes.collect(),
        site: is_free(StopScope::Site),
        problem: problem.map(Problem::new),
    };
    tx.commit().await?;
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

fn href(scope: StopScope) -> String {
    match scope {
        StopScope::Person(person) => format!("/desk/stop/person/{person}"),
        StopScope::Purpose(purpose) => format!("/desk/stop/purpose/{purpose}"),
        StopScope::Site => "/desk/stop/site".to_owned(),
    }
}

async fn named(tx: &mut Trace, state: &AppState, scope: StopScope) -> Result<Named, Trouble> {
    let unknown = Trouble::Code("stop.unknown");
    Ok(match scope {
        StopScope::Person(person) => {
            let person = lookup_person(tx, person).await?.ok_or(unknown)?;
            Named {
                name: Text::new(person.login.clone(), person.login.clone()),
                doors: Vec::new(),
                words: vec![person.login],
            }
        }
        StopScope::Purpose(purpose) => {
            let purpose = lookup_purpose(tx, purpose).await?.ok_or(unknown)?;
            let door = lookup_door(tx, purpose.door.id).await?.ok_or(Trouble::Code("stop.unknown"))?;
            Named {
                name: purpose.facts.text,
                doors: vec![door.name],
                words: vec![door.number.to_string()],
            }
        }
        StopScope::Site => {
            let doors = list_doors(tx).await?.into_iter().filter(|door| door.settings.has_face());
            let name = state.site().name.clone();
            Named {
                doors: doors.map(|door| door.name).collect(),
                words: vec![name.zh.clone(), name.en.clone()],
                name,
            }
        }
    })
}

#[derive(Deserialize)]
pub(crate) struct Sure {
    sure: Option<String>,
}

pub(crate) async fn show_site(desk: Desk, State(state): State<AppState>, Query(sure): Query<Sure>) -> Response {
    desk.answer(ask(&state, &desk, Ok(StopScope::Site), sure.sure.is_some(), None).await)
}

pub(crate) async fn show(
    desk: Desk,
    State(state): State<AppState>,
    Path((what, id)): Path<(String, String)>,
    Query(sure): Query<Sure>,
) -> Response {
    desk.answer(ask(&state, &desk, scope(&what, &id), sure.sure.is_some(), None).await)
}

fn scope(what: &str, id: &str) -> Result<StopScope, Trouble> {
    let unknown = |_| Trouble::Code("stop.unknown");
    match what {
        "person" => id.parse().map(StopScope::Person).map_err(unknown),
        "purpose" => id.parse().map(StopScope::Purpose).map_err(unknown),
        _ => Err(Trouble::Code("stop.unknown")),
    }
}

async fn ask(
    state: &AppState,
    desk: &Desk,
    scope: Result<StopScope, Trouble>,
    sure: bool,
    problem: Option<&'static str>,
) -> Result<Response, Trouble> {
    let scope = scope?;
    let mut tx = state.trace(desk.reader()).await?;
    let Named { name, doors, words } = named(&mut tx, state, scope).await?;
    tx.commit().await?;
    let frame = desk.at(Place::Doors);
    // Of two names, the one that stands on this page.
    let word = words.iter().find(|word| *word == frame.text(&name)).or(words.first()).cloned();
    let page = StopAsk {
        frame,
        href: href(scope),
        what: scope.word().to_owned(),
        name,
        doors,
        word: word.filter(|_| sure),
        problem: problem.map(Problem::new),
    };
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    word: String,
}

pub(crate) async fn post_site(desk: Desk, State(state): State<AppState>, ProtectedForm(typed): ProtectedForm<Typed>) -> Response {
    desk.answer(stop(&state, &desk, Ok(StopScope::Site), typed.word.trim()).await)
}

pub(crate) async fn post(
    desk: Desk,
    State(state): State<AppState>,
    Path((what, id)): Path<(String, String)>,
    ProtectedForm(typed): ProtectedForm<Typed>,
) -> Response {
    desk.answer(stop(&state, &desk, scope(&what, &id), typed.word.trim()).await)
}

async fn stop(state: &AppState, desk: &Desk, scope: Result<StopScope, Trouble>, typed: &str) -> Result<Response, Trouble> {
    let scope = scope?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    if !named(&mut tx, state, scope).await?.words.iter().any(|word| word == typed) {
        // The look at whom it would have been about is written down by the page that follows.
        tx.commit().await?;
        return ask(state, desk, Ok(scope), true, Some("stop.word")).await;
    }
    begin_stop(&mut tx, &mut state.ctx(&mut rng), desk.operator.id, scope).await?;
    tx.commit().await?;
    Ok(see("/desk/stop"))
}

pub(crate) async fn post_lift(
    desk: Desk,
    State(state): State<AppState>,
    Path(id): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(lift(&state, &desk, &id).await)
}

async fn lift(state: &AppState, desk: &Desk, id: &str) -> Result<Response, Trouble> {
    let id = id.parse().map_err(|_| Trouble::Code("stop.lifted"))?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    lift_stop(&mut tx, &state.ctx(&mut rng), desk.operator.id, id).await?;
    tx.commit().await?;
    Ok(see("/desk/stop"))
}
