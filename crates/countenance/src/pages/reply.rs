//! Pages as answers.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use countenance_portal::Template;

/// A page, status 200.
pub(crate) fn page(page: &impl Template) -> Response {
    page_with(StatusCode::OK, page)
}

pub(crate) fn page_with(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            // Templates are compiled and every sample renders; what is left is a formatter out of memory.
            tracing::error!(error = &error as &dyn std::error::Error, "page failed to render");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
