//! The language switch, and the way home.

use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use countenance_base::Locale;
use serde::Deserialize;

use super::cookie;
use super::error::see;

#[derive(Deserialize)]
pub(crate) struct Back {
    back: Option<String>,
}

/// Changes nothing but what the browser prefers to read, so a link may do it.
pub(crate) async fn switch(Path(word): Path<String>, Query(query): Query<Back>) -> Response {
    let mut response = see(query.back.as_deref().filter(|path| is_ours(path)).unwrap_or("/"));
    if let Some(locale) = Locale::from_tag(&word) {
        cookie::keep_language(response.headers_mut(), locale);
    }
    response
}

/// A path of this site: no scheme and no host can hide in it.
fn is_ours(path: &str) -> bool {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && path.starts_with('/') && !path.starts_with("//")
}

pub(crate) async fn home(headers: HeaderMap) -> Response {
    see(if cookie::read(&headers, cookie::PERSON).is_some() {
        "/ways"
    } else {
        "/sign-in"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_leads_nowhere_else() {
        for path in ["/", "/ways", "/uses?before=1"] {
            assert!(is_ours(path), "{path}");
        }
        for path in [
            "",
            "ways",
            "//else.example",
            "/\\else.example",
            "https://else.example",
            "/a\r\nb",
            "/\u{4e2d}",
        ] {
            assert!(!is_ours(path), "{path:?}");
        }
    }
}
