//! Who is asking: extractors that hand a handler its frame and its person, or answer with the way to sign in.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use countenance_base::{PersonId, SystemRng};
use countenance_persons::{Operator, lookup_operator_session, lookup_person_session};
use countenance_portal::{Frame, Place};
use countenance_storage::StoreError;
use countenance_trace::Reader;

use super::error::{PageError, Trouble, see};
use super::{cookie, form, frame};
use crate::state::AppState;

/// Anyone. Pages with forms need a secret to bind them to; a guest without one gets it with the answer.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) frame: Frame,
    new_secret: Option<String>,
}

impl Guest {
    /// Adds the cookie of a new guest to the answer.
    pub(crate) fn reply(&self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        if let Some(secret) = &self.new_secret {
            cookie::keep(response.headers_mut(), cookie::GUEST, secret, 3_600);
        }
        response
    }
}

impl FromRequestParts<AppState> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let mut frame = frame::from_parts(&parts.method, &parts.uri, &parts.headers, state);
        let mut new_secret = None;
        if form::secret(parts.uri.path(), &parts.headers).is_none() {
            let secret = cookie::new_guest(&mut SystemRng);
            frame.token = form::token_of(&secret);
            new_secret = Some(secret);
        }
        Ok(Self { frame, new_secret })
    }
}

/// A signed-in resident.
#[derive(Debug)]
pub(crate) struct Resident {
    pub(crate) frame: Frame,
    pub(crate) person: PersonId,
}

impl Resident {
    /// The frame, standing at `place`.
    pub(crate) fn at(&self, place: Place) -> Frame {
        Frame {
            place,
            ..self.frame.clone()
        }
    }

    /// The answer, or the page that says why there is none.
    pub(crate) fn answer(&self, answer: Result<Response, Trouble>) -> Response {
        answer.unwrap_or_else(|trouble| PageError::of(self.at(Place::Ways), &trouble).into_response())
    }
}

/// Not signed in: readers go to the sign-in page, writers learn that nothing was done.
#[derive(Debug)]
pub(crate) enum NotSignedIn {
    SignIn,
    Error(PageError),
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn => see("/sign-in"),
            Self::Error(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<AppState> for Resident {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, NotSignedIn> {
        let frame = frame::from_parts(&parts.method, &parts.uri, &parts.headers, state);
        match lookup_resident(&parts.headers, state).await {
            Ok(Some(person)) => Ok(Self { frame, person }),
            Ok(None) if parts.method == axum::http::Method::GET => Err(NotSignedIn::SignIn),
            Ok(None) => Err(NotSignedIn::Error(PageError::new(frame, "session.none").to("/sign-in"))),
            Err(error) => Err(NotSignedIn::Error(PageError::store(frame, &error))),
        }
    }
}

async fn lookup_resident(headers: &HeaderMap, state: &AppState) -> Result<Option<PersonId>, StoreError> {
    let Some(token) = cookie::read(headers, cookie::PERSON) else {
        return Ok(None);
    };
    let mut rng = SystemRng;
    let mut tx = state.read(Reader::Machine).await?;
    lookup_person_session(&mut tx, &state.ctx(&mut rng), token).await
}

/// A signed-in operator.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) frame: Frame,
    pub(crate) operator: Operator,
}

impl Desk {
    pub(crate) fn at(&self, place: Place) -> Frame {
        Frame {
            place,
            ..self.frame.clone()
        }
    }

    /// The answer, or the page that says why there is none.
    pub(crate) fn answer(&self, answer: Result<Response, Trouble>) -> Response {
        answer.unwrap_or_else(|trouble| PageError::of(self.at(Place::Doors), &trouble).into_response())
    }

    /// Who reads, for the trace.
    pub(crate) const fn reader(&self) -> Reader {
        Reader::Desk(self.operator.id)
    }
}

impl FromRequestParts<AppState> for Desk {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let frame = frame::from_parts(&parts.method, &parts.uri, &parts.headers, state);
        match lookup_desk(&parts.headers, state).await {
            Ok(Some(operator)) => Ok(Self { frame, operator }),
            // The desk has no sign-in page: its links are printed by the server.
            Ok(None) => Err(PageError::new(frame, "desk.none").to("/")),
            Err(error) => Err(PageError::store(frame, &error)),
        }
    }
}

async fn lookup_desk(headers: &HeaderMap, state: &AppState) -> Result<Option<Operator>, StoreError> {
    let Some(token) = cookie::read(headers, cookie::DESK) else {
        return Ok(None);
    };
    let mut rng = SystemRng;
    let mut tx = state.read(Reader::Machine).await?;
    lookup_operator_session(&mut tx, &state.ctx(&mut rng), token).await
}
