//! The page on which anybody checks what they were given: served to everybody, and to be kept as a file.

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use countenance_portal::{verify_content_policy, verify_page};

use crate::state::AppState;

/// Under a content policy of its own: it needs its inline script and style, and no address at all.
pub(crate) async fn show(State(state): State<AppState>) -> Response {
    let policy = state.ledger().map_or("", |handle| handle.policy.as_str());
    let framed = format!("{}; frame-ancestors 'none'", verify_content_policy());
    ([(header::CONTENT_SECURITY_POLICY, framed)], Html(verify_page(policy))).into_response()
}
