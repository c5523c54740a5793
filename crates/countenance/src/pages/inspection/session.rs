//! Who inspects: an extractor that hands a handler its inspection, to read only.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use countenance_base::SystemRng;
use countenance_inspection::{Inspection, lookup_inspection_session};
use countenance_portal::{Frame, Place};
use countenance_storage::StoreError;
use countenance_trace::Reader;

use crate::pages::error::{PageError, Trouble};
use crate::pages::{cookie, frame};
use crate::state::AppState;

/// An inspector whose inspection is open.
#[derive(Debug)]
pub(crate) struct Inspector {
    frame: Frame,
    pub(crate) inspection: Inspection,
}

impl Inspector {
    pub(crate) fn at(&self, place: Place) -> Frame {
        Frame {
            place,
            ..self.frame.clone()
        }
    }

    /// The answer, or the page that says why there is none.
    pub(crate) fn answer(&self, answer: Result<Response, Trouble>) -> Response {
        answer.unwrap_or_else(|trouble| PageError::of(self.at(Place::Inspection), &trouble).into_response())
    }
}

impl FromRequestParts<AppState> for Inspector {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let frame = frame::from_parts(&parts.method, &parts.uri, &parts.headers, state);
        // INVARIANT: an inspection reads. A route that posts cannot be given to an inspector, whatever its handler asks for.
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(PageError::new(frame, "inspection.none").to("/"));
        }
        match lookup(&parts.headers, state).await {
            Ok(Some(inspection)) => Ok(Self { frame, inspection }),
            Ok(None) => Err(PageError::new(frame, "inspection.none").to("/")),
            Err(error) => Err(PageError::store(frame, &error)),
        }
    }
}

async fn lookup(headers: &HeaderMap, state: &AppState) -> Result<Option<Inspection>, StoreError> {
    let Some(token) = cookie::read(headers, cookie::INSPECTION) else {
        return Ok(None);
    };
    let mut rng = SystemRng;
    let mut tx = state.read(Reader::Machine).await?;
    lookup_inspection_session(&mut tx, &state.ctx(&mut rng), token).await
}
