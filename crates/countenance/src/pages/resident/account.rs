//! Claiming an account, signing in and out.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use countenance_base::{Month, PersonId, SecretKey, SystemRng, from_hex};
use countenance_destruction::{Scope, order_destruction};
use countenance_persons::{ClaimAccount, ClaimAccountError, PersonSession, SignIn, SignInError, claim_account, end_session, sign_in};
use countenance_portal::{Place, Problem, resident};
use countenance_trace::{PersonSecret, Reader};
use serde::Deserialize;

use crate::pages::certificate;
use crate::pages::cookie;
use crate::pages::error::{PageError, Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::session::{Guest, Resident};
use crate::state::AppState;

pub(crate) async fn show_sign_in(guest: Guest) -> Response {
    guest.reply(reply::page(&resident::SignIn {
        frame: guest.frame.clone(),
        login: String::new(),
        problem: None,
    }))
}

#[derive(Deserialize)]
pub(crate) struct SignInFields {
    login: String,
    pin: String,
}

pub(crate) async fn post_sign_in(
    guest: Guest,
    State(state): State<AppState>,
    ProtectedForm(fields): ProtectedForm<SignInFields>,
) -> Response {
    let mut rng = SystemRng;
    let input = SignIn {
        login: fields.login.clone(),
        pin: fields.pin,
    };
    let error = match sign_in(state.db(), &mut state.ctx(&mut rng), input).await {
        Ok(session) => return begin(&session, &state),
        Err(SignInError::Store(error)) => return PageError::store(guest.frame, &error).into_response(),
        Err(error) => error,
    };
    let wait_s = if let SignInError::Throttled { wait_s } = error {
        Some(wait_s)
    } else {
        None
    };
    let problem = Problem {
        code: error.code().to_owned(),
        wait_s,
    };
    let page = resident::SignIn {
        frame: guest.frame,
        login: fields.login,
        problem: Some(problem),
    };
    reply::page_with(status_of(error.code()), &page)
}

pub(crate) async fn show_claim(guest: Guest) -> Response {
    guest.reply(reply::page(&resident::Claim {
        frame: guest.frame.clone(),
        login: String::new(),
        problem: None,
    }))
}

#[derive(Deserialize)]
pub(crate) struct ClaimFields {
    login: String,
    code: String,
    pin: String,
    again: String,
    signing_key: String,
    record_key: String,
    /// The server's own monthly secret about the person, and its month.
    ratchet: String,
    month: u32,
}

pub(crate) async fn post_claim(guest: Guest, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<ClaimFields>) -> Response {
    let login = fields.login.clone();
    let refuse = |code: &'static str, wait_s: Option<u64>| {
        let problem = Some(Problem {
            code: code.to_owned(),
            wait_s,
        });
        reply::page_with(
            status_of(code),
            &resident::Claim {
                frame: guest.frame.clone(),
                login: login.clone(),
                problem,
            },
        )
    };
    let keys = (
        from_hex(&fields.signing_key),
        from_hex(&fields.record_key),
        from_hex(&fields.ratchet),
    );
    let (Some(signing_key), Some(record_key), Some(ratchet)) = keys else {
        return refuse("claim.key", None);
    };
    if fields.pin != fields.again {
        return refuse("pin.differs", None);
    }
    let mut rng = SystemRng;
    let input = ClaimAccount {
        login: fields.login,
        code: fields.code,
        pin: fields.pin,
        signing_key,
        record_key,
        secret: PersonSecret {
            month: Month(fields.month),
            key: SecretKey::new(ratchet),
        },
    };
    match claim_account(state.db(), &mut state.ctx(&mut rng), input).await {
        Ok(session) => begin(&session, &state),
        Err(ClaimAccountError::Store(error)) => PageError::store(guest.frame, &error).into_response(),
        Err(ClaimAccountError::Throttled { wait_s }) => refuse("claim.throttled", Some(wait_s)),
        Err(error) => refuse(error.code(), None),
    }
}

/// The new session's cookie, and the first page.
fn begin(session: &PersonSession, state: &AppState) -> Response {
    let mut response = see("/ways");
    let headers = response.headers_mut();
    cookie::keep(
        headers,
        cookie::PERSON,
        &session.token,
        session.ends_at.since(state.now()).as_secs(),
    );
    cookie::drop(headers, cookie::GUEST);
    response
}

#[derive(Deserialize)]
pub(crate) struct NoFields {}

pub(crate) async fn post_sign_out(
    resident: Resident,
    State(state): State<AppState>,
    headers: HeaderMap,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    resident.answer(sign_out(&state, resident.person, cookie::read(&headers, cookie::PERSON).unwrap_or_default()).await)
}

async fn sign_out(state: &AppState, person: PersonId, token: &str) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Own(person)).await?;
    end_session(&mut tx, &ctx, token).await?;
    tx.commit().await?;
    let mut response = see("/sign-in");
    cookie::drop(response.headers_mut(), cookie::PERSON);
    Ok(response)
}

pub(crate) async fn show_close(resident: Resident, State(state): State<AppState>) -> Response {
    reply::page(&close_page(&state, &resident, None))
}

fn close_page(state: &AppState, resident: &Resident, problem: Option<Problem>) -> resident::CloseAccount {
    resident::CloseAccount {
        frame: resident.at(Place::Ways),
        evidence_days: u64::from(state.rulebook().parameters().consent_receipt_keep_days),
        problem,
    }
}

pub(crate) async fn post_close(
    resident: Resident,
    State(state): State<AppState>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    match close(&state, resident.person).await {
        Err(Trouble::Code(code)) => reply::page_with(status_of(code), &close_page(&state, &resident, Some(Problem::new(code)))),
        answer => resident.answer(answer),
    }
}

/// From here on there is no account to come back to: the certificate's address is what the person keeps.
async fn close(state: &AppState, person: PersonId) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut tx = state.trace(Reader::Own(person)).await?;
    let id = order_destruction(&mut tx, &mut state.ctx(&mut rng), Scope::Person(person)).await?;
    tx.commit().await?;
    let mut response = see(&certificate::href(id));
    cookie::drop(response.headers_mut(), cookie::PERSON);
    Ok(response)
}
