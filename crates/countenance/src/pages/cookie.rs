//! The cookies: who is signed in or inspects, who is only looking, and the language.

use axum::http::{HeaderMap, HeaderValue, header};
use countenance_base::{Locale, Rng, rng, to_hex};

/// Token of a person's session.
pub(crate) const PERSON: &str = "countenance-person";
/// Token of an operator's session.
pub(crate) const DESK: &str = "countenance-desk";
/// Token of an inspector's session.
pub(crate) const INSPECTION: &str = "countenance-inspection";
/// Random bytes to which the forms of somebody not signed in are bound.
pub(crate) const GUEST: &str = "countenance-guest";
pub(crate) const LANGUAGE: &str = "countenance-language";

const YEAR_S: u64 = 365 * 86_400;

/// The value of cookie `name`.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A cookie that scripts cannot read and other sites cannot send.
fn set(name: &str, value: &str, max_age_s: u64) -> Option<HeaderValue> {
    // Without `Secure`: a site behind TLS gets it from its proxy, and a first start on loopback has none.
    HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict")).ok()
}

pub(crate) fn keep(headers: &mut HeaderMap, name: &str, value: &str, max_age_s: u64) {
    if let Some(cookie) = set(name, value, max_age_s) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

pub(crate) fn drop(headers: &mut HeaderMap, name: &str) {
    keep(headers, name, "", 0);
}

pub(crate) fn keep_language(headers: &mut HeaderMap, locale: Locale) {
    let word = match locale {
        Locale::Zh => "zh",
        Locale::En => "en",
    };
    keep(headers, LANGUAGE, word, YEAR_S);
}

/// A new secret for somebody who is only looking.
pub(crate) fn new_guest(rng: &mut dyn Rng) -> String {
    to_hex(&rng::bytes::<32>(rng))
}

/// The chosen language, else the first of the browser's languages that exists here, else Chinese.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
    if let Some(chosen) = read(headers, LANGUAGE).and_then(Locale::from_tag) {
        return chosen;
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accepted.split(',').find_map(Locale::from_tag).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn cookies_are_read_by_whole_names() {
        let headers = headers("cookie", "xcountenance-guest=1; countenance-guest=2;countenance-desk=3");
        assert_eq!(read(&headers, GUEST), Some("2"));
        assert_eq!(read(&headers, DESK), Some("3"));
        assert_eq!(read(&headers, PERSON), None);
    }

    #[test]
    fn the_language_is_chosen_then_accepted_then_chinese() {
        for (name, value, expected) in [
            ("cookie", "countenance-language=en", Locale::En),
            ("accept-language", "de-DE, en;q=0.8", Locale::En),
            ("accept-language", "zh-HK,en", Locale::Zh),
            ("accept-language", "de", Locale::Zh),
        ] {
            assert_eq!(locale(&headers(name, value)), expected, "{value}");
        }
    }

    #[test]
    fn no_cookie_is_for_scripts_or_other_sites() {
        let mut headers = HeaderMap::new();
        keep(&mut headers, PERSON, "00", 60);
        assert_eq!(
            headers["set-cookie"],
            "countenance-person=00; Path=/; Max-Age=60; HttpOnly; SameSite=Strict"
        );
    }
}
