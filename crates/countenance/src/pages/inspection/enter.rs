//! The inspector's one-time link. Looking at it uses nothing up; its button does.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countenance_base::SystemRng;
use countenance_inspection::{InspectionSession, open_inspection};
use countenance_portal::Problem;
use countenance_portal::inspection::EnterInspection;
use countenance_trace::Reader;

use crate::pages::error::{PageError, Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Guest;
use crate::pages::{cookie, reply};
use crate::state::AppState;

fn page(guest: &Guest, code: &str, problem: Option<Problem>) -> EnterInspection {
    EnterInspection {
        frame: guest.frame.clone(),
        action: format!("/inspection/enter/{code}"),
        problem,
    }
}

pub(crate) async fn show(guest: Guest, Path(code): Path<String>) -> Response {
    guest.reply(reply::page(&page(&guest, &code, None)))
}

pub(crate) async fn post(
    guest: Guest,
    State(state): State<AppState>,
    Path(code): Path<String>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    match open(&state, &code).await {
        Ok(session) => {
            let mut response = see("/inspection");
            let left = session.ends_at.since(state.now()).as_secs();
            cookie::keep(response.headers_mut(), cookie::INSPECTION, &session.token, left);
            response
        }
        Err(Trouble::Code(problem)) => reply::page_with(status_of(problem), &page(&guest, &code, Some(Problem::new(problem)))),
        Err(trouble) => PageError::of(guest.frame, &trouble).into_response(),
    }
}

async fn open(state: &AppState, code: &str) -> Result<InspectionSession, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Machine).await?;
    let session = open_inspection(&mut tx, &mut ctx, code).await?;
    tx.commit().await?;
    Ok(session)
}
