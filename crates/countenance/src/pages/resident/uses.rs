//! Who used it: the person's own passages.

use axum::extract::{Query, State};
use axum::response::Response;
use countenance_access::{PassageView, WindowView, list_doors, passages_of_person, windows_view};
use countenance_base::{DoorId, Text, Timestamp};
use countenance_portal::parts::{Day, Pager, PassageRow, Strip};
use countenance_portal::{Place, resident};
use countenance_trace::Reader;
use serde::Deserialize;

use super::ways::nameless;
use crate::pages::error::Trouble;
use crate::pages::reply;
use crate::pages::session::Resident;
use crate::state::AppState;

/// Full lists have another page; the read models give this many.
pub(crate) const PAGE: usize = 100;

#[derive(Deserialize)]
pub(crate) struct Before {
    /// Microseconds; the time before which this page begins. What is no number begins with the newest.
    before: Option<String>,
}

impl Before {
    pub(crate) fn is_paged(&self) -> bool {
        self.before.is_some()
    }

    /// The time to ask the read model with.
    pub(crate) fn time(&self) -> Timestamp {
        Timestamp(self.before.as_deref().and_then(|before| before.parse().ok()).unwrap_or(i64::MAX))
    }
}

pub(crate) async fn show(resident: Resident, State(state): State<AppState>, Query(before): Query<Before>) -> Response {
    resident.answer(uses(&state, &resident, &before).await)
}

async fn uses(state: &AppState, resident: &Resident, before: &Before) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Own(resident.person)).await?;
    let doors: Vec<(DoorId, Text)> = list_doors(&mut tx).await?.into_iter().map(|door| (door.id, door.name)).collect();
    let passages = passages_of_person(&mut tx, resident.person, before.time()).await?;
    let windows = windows_view(&mut tx, before.time()).await?;
    let frame = resident.at(Place::Uses);
    let rows = passages.iter().map(|view| row(view, &doors, &windows)).collect();
    let page = resident::Uses {
        days: Day::group(rows, &frame.zone),
        pager: Pager::new("/uses", before.is_paged(), older(&passages)),
        retention_days: u64::from(state.rulebook().parameters().passage_retention_days),
        frame,
    };
    Ok(reply::page(&page))
}

/// Where the next page begins, when this one is full.
pub(crate) fn older(passages: &[PassageView]) -> Option<Timestamp> {
    passages.last().filter(|_| passages.len() >= PAGE).map(|view| view.passage.at)
}

/// A passage as a row, without who it was.
pub(crate) fn row(view: &PassageView, doors: &[(DoorId, Text)], windows: &[WindowView]) -> PassageRow {
    let passage = &view.passage;
    PassageRow {
        at: passage.at,
        door: doors
            .iter()
            .find(|(id, _)| *id == passage.door)
            .map_or_else(nameless, |(_, name)| name.clone()),
        lanes: passage.lanes.iter().map(|lane| lane.word().to_owned()).collect(),
        opened: passage.opened,
        reason: passage.reason.clone(),
        demo: passage.demo,
        strip: strip(view, windows),
        who: None,
    }
}

/// When the face was asked for, measured and forgotten: from the capture window of the same attempt, and only where one face was measured.
fn strip(view: &PassageView, windows: &[WindowView]) -> Option<Strip> {
    let window = &windows.iter().find(|window| window.window.attempt == view.passage.attempt)?.window;
    (window.embedded > 0).then_some(Strip {
        asked: window.opened,
        measured: view.passage.at,
        forgotten: window.closed,
    })
}
