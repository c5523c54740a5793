//! The page on which anybody checks what they were given: served to everybody, and to be kept as a file.

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use countenance_portal::{verify_content_policy, verify_page};

use crate::ledger::policy_text;
use crate::state::AppState;

/// Under a content policy of its own: it needs its inline script and style, and no address at all.
pub(crate) async fn show(State(state): State<AppState>) -> Response {
    let policy = match state.ledger() {
        Some(handle) => policy_text(&state, handle).await,
        // Another server of the site keeps the ledger: the reader is asked for a policy.
        None => Ok(String::new()),
    };
    let policy = policy.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "database failed");
        String::new()
    });
    let framed = format!("{}; frame-ancestors 'none'", verify_content_policy());
    ([(header::CONTENT_SECURITY_POLICY, framed)], Html(verify_page(&policy))).into_response()
}
