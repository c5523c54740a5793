//! The door's number in an address.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::error::PageError;
use super::frame;
use crate::state::AppState;

/// The `{door}` of a path; what is no number is no door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DoorNumber(pub(crate) u32);

impl FromRequestParts<AppState> for DoorNumber {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let number = params
            .as_ref()
            .and_then(|params| params.iter().find(|(name, _)| *name == "door")?.1.parse().ok());
        number
            .map(Self)
            .ok_or_else(|| PageError::new(frame::from_parts(&parts.method, &parts.uri, &parts.headers, state), "door.unknown"))
    }
}
