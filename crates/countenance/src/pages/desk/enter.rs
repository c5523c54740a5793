//! The one-time link, and leaving the desk.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use countenance_base::SystemRng;
use countenance_persons::{OperatorSession, end_session, follow_operator_link};
use countenance_portal::{Problem, desk};
use countenance_trace::Reader;

use crate::pages::error::{PageError, Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::resident::account::NoFields;
use crate::pages::session::{Desk, Guest};
use crate::pages::{cookie, reply};
use crate::state::AppState;

fn page(guest: &Guest, code: &str, problem: Option<Problem>) -> desk::Enter {
    desk::Enter {
        frame: guest.frame.clone(),
        action: format!("/desk/enter/{code}"),
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
    match follow(&state, &code).await {
        Ok(session) => {
            let mut response = see("/desk");
            cookie::keep(
                response.headers_mut(),
                cookie::DESK,
                &session.token,
                session.ends_at.since(state.now()).as_secs(),
            );
            response
        }
        Err(Trouble::Code(problem)) => reply::page_with(status_of(problem), &page(&guest, &code, Some(Problem::new(problem)))),
        Err(trouble) => PageError::of(guest.frame, &trouble).into_response(),
    }
}

async fn follow(state: &AppState, code: &str) -> Result<OperatorSession, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Machine).await?;
    let session = follow_operator_link(&mut tx, &mut ctx, code).await?;
    tx.commit().await?;
    Ok(session)
}

pub(crate) async fn post_sign_out(
    desk: Desk,
    State(state): State<AppState>,
    headers: HeaderMap,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(sign_out(&state, cookie::read(&headers, cookie::DESK).unwrap_or_default()).await)
}

async fn sign_out(state: &AppState, token: &str) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Machine).await?;
    end_session(&mut tx, &ctx, token).await?;
    tx.commit().await?;
    let mut response = see("/");
    cookie::drop(response.headers_mut(), cookie::DESK);
    Ok(response)
}
