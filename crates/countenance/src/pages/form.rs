//! A form that proves where it comes from, as a type: a handler cannot read one without the check.

use axum::body::Body;
use axum::extract::{FromRequest, RawForm, Request};
use axum::http::{HeaderMap, Method, header};
use countenance_base::to_hex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::cookie;
use super::error::PageError;
use crate::state::AppState;

/// The fields of a posted form whose token belongs to the session (or guest) cookie of the same request.
#[derive(Debug)]
pub(crate) struct ProtectedForm<T>(pub(crate) T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

/// The token for forms of whoever holds `secret`, the value of their cookie. It says nothing about the secret.
pub(crate) fn token_of(secret: &str) -> String {
    to_hex(&Sha256::new().chain_update(b"countenance/form/v1\0").chain_update(secret).finalize())
}

/// The cookie to which this request's forms are bound: the desk's under `/desk`, else the person's, else the guest's.
pub(crate) fn secret<'a>(path: &str, headers: &'a HeaderMap) -> Option<&'a str> {
    let session = if is_desk(path) { cookie::DESK } else { cookie::PERSON };
    cookie::read(headers, session)
        .or_else(|| cookie::read(headers, cookie::GUEST))
        .filter(|secret| !secret.is_empty())
}

pub(crate) fn is_desk(path: &str) -> bool {
    path == "/desk" || path.starts_with("/desk/")
}

impl<T: DeserializeOwned> FromRequest<AppState> for ProtectedForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let frame = super::frame::of(&request, state);
        let refuse = |code: &'static str| PageError::form(frame.clone(), code);
        let expected = secret(request.uri().path(), request.headers())
            .map(token_of)
            .ok_or_else(|| refuse("form.token"))?;
        if !is_from_here(request.headers()) {
            return Err(refuse("form.token"));
        }
        let RawForm(bytes) = RawForm::from_request(request, state).await.map_err(|_| refuse("form.fields"))?;
        let Token { token } = parse(bytes.clone()).await.ok_or_else(|| refuse("form.fields"))?;
        // Hashed before comparing, so that time tells nothing about the expected one.
        if Sha256::digest(&token) != Sha256::digest(&expected) {
            return Err(refuse("form.token"));
        }
        parse(bytes).await.map(Self).ok_or_else(|| refuse("form.fields"))
    }
}

/// Browsers say from which site a request comes; one that says "another" is refused whatever it carries.
fn is_from_here(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin" || site == "none")
}

async fn parse<T: DeserializeOwned>(bytes: axum::body::Bytes) -> Option<T> {
    let request = Request::builder()
        .method(Method::POST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(bytes))
        .ok()?;
    axum::Form::<T>::from_request(request, &())
        .await
        .ok()
        .map(|axum::Form(value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, axum::http::HeaderValue::from_static(value))])
    }

    #[test]
    fn a_form_is_bound_to_the_session_of_its_side() {
        let both = headers("countenance-person=p; countenance-desk=d; countenance-guest=g");
        assert_eq!(secret("/ways", &both), Some("p"));
        assert_eq!(secret("/desk/doors/1", &both), Some("d"));
        assert_eq!(secret("/desktop", &both), Some("p"));
        assert_eq!(secret("/sign-in", &headers("countenance-guest=g")), Some("g"));
        assert_eq!(secret("/sign-in", &headers("countenance-person=")), None);
        assert_ne!(token_of("p"), token_of("d"));
    }

    #[test]
    fn another_site_is_refused_by_what_the_browser_says() {
        let from = |site: &'static str| {
            HeaderMap::from_iter([(
                axum::http::HeaderName::from_static("sec-fetch-site"),
                axum::http::HeaderValue::from_static(site),
            )])
        };
        assert!(is_from_here(&HeaderMap::new()));
        assert!(is_from_here(&from("same-origin")));
        assert!(!is_from_here(&from("cross-site")));
        assert!(!is_from_here(&from("same-site")));
    }
}
