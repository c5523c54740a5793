//! The frame of a page, from its request.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use countenance_portal::{Frame, Place};

use super::{cookie, form};
use crate::state::AppState;

/// The frame for a guest at this request; session extractors change the place.
pub(crate) fn of(request: &Request, state: &AppState) -> Frame {
    from_parts(request.method(), request.uri(), request.headers(), state)
}

pub(crate) fn from_parts(method: &Method, uri: &Uri, headers: &HeaderMap, state: &AppState) -> Frame {
    // A posted address has nothing to show: the language switch of its answer leads to the start.
    let path = if method == Method::GET {
        uri.path_and_query().map_or("/", |path| path.as_str())
    } else {
        start(uri.path())
    };
    Frame {
        locale: cookie::locale(headers),
        place: Place::Guest,
        path: path.to_owned(),
        token: form::secret(uri.path(), headers).map(form::token_of).unwrap_or_default(),
        now: state.now(),
        zone: state.site().time_zone.clone(),
        demo: state.demo(),
    }
}

/// Where someone at `path` begins anew.
pub(crate) fn start(path: &str) -> &'static str {
    if form::is_desk(path) { "/desk" } else { "/" }
}
