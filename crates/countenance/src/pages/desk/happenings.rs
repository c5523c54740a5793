//! What happened: passages, capture windows, alarms.

use axum::extract::{Query, State};
use axum::response::Response;
use countenance_access::{Door, Gate, PassageView, WindowView, list_alarms, list_doors, list_gates, passages_view, windows_view};
use countenance_base::{DoorId, GateId, Text};
use countenance_persons::lookup_person;
use countenance_portal::Place;
use countenance_portal::desk::{AlarmRow, Happenings, WindowRow};
use countenance_portal::parts::{Day, Pager, PassageRow};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::pages::error::Trouble;
use crate::pages::reply;
use crate::pages::resident::uses::{Before, older, row};
use crate::pages::resident::ways::nameless;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>, Query(before): Query<Before>) -> Response {
    desk.answer(happenings(&state, &desk, &before).await)
}

async fn happenings(state: &AppState, desk: &Desk, before: &Before) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let doors = list_doors(&mut tx).await?;
    let gates = list_gates(&mut tx).await?;
    let passages = passages_view(&mut tx, before.time()).await?;
    let windows = windows_view(&mut tx, before.time()).await?;
    let alarms = list_alarms(&mut tx).await?;
    let frame = desk.at(Place::Happenings);
    let page = Happenings {
        alarms: alarms
            .into_iter()
            .map(|alarm| AlarmRow {
                gate: alarm.gate.0,
                door: door_of(alarm.gate, &gates, &doors),
                code: alarm.code,
            })
            .collect(),
        days: Day::group(rows(&mut tx, &passages, &doors, &windows).await?, &frame.zone),
        windows: windows.iter().map(|view| window(view, &gates, &doors)).collect(),
        pager: Pager::new("/desk/happenings", before.is_paged(), older(&passages)),
        retention_days: u64::from(state.rulebook().parameters().passage_retention_days),
        frame,
    };
    // Whose flats stand on the page learns of it; no page before that is durable.
    tx.commit().await?;
    Ok(reply::page(&page))
}

/// Rows with the flat of whoever a credential named. The name stays in the register: a list of who went where is not a register.
async fn rows(tx: &mut Trace, passages: &[PassageView], doors: &[Door], windows: &[WindowView]) -> Result<Vec<PassageRow>, StoreError> {
    let names: Vec<(DoorId, Text)> = doors.iter().map(|door| (door.id, door.name.clone())).collect();
    let mut rows = Vec::with_capacity(passages.len());
    for view in passages {
        let who = match view.passage.person {
            Some(person) => lookup_person(tx, person).await?.map(|person| person.unit),
            None => None,
        };
        rows.push(PassageRow {
            who,
            ..row(view, &names, windows)
        });
    }
    Ok(rows)
}

fn window(view: &WindowView, gates: &[Gate], doors: &[Door]) -> WindowRow {
    let window = &view.window;
    WindowRow {
        gate: view.gate.0,
        door: door_of(view.gate, gates, doors),
        opened: window.opened,
        closed: window.closed,
        frames: u64::from(window.frames),
        faces_max: u64::from(window.faces_max),
        embedded: u64::from(window.embedded),
    }
}

fn door_of(gate: GateId, gates: &[Gate], doors: &[Door]) -> Text {
    let door = gates
        .iter()
        .find(|known| known.id == gate)
        .and_then(|gate| doors.iter().find(|door| door.id == gate.door));
    door.map_or_else(nameless, |door| door.name.clone())
}
