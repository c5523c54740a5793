//! What every page knows: language, place, the session's token, the time and its zone.

use std::borrow::Borrow;
use std::fmt::Display;
use std::time::Duration;

use countenance_base::{Locale, Text, Timestamp};
use fluent_bundle::FluentValue;

use crate::messages;

const JUST_NOW: Duration = Duration::from_mins(2);
const DAY: Duration = Duration::from_hours(24);

/// Where in the product a page stands; decides which navigation it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nobody is signed in.
    Guest,
    /// For everybody: no form, no session, no cookie.
    Public,
    Ways,
    Uses,
    Consents,
    Doors,
    Happenings,
    People,
    Endings,
    Due,
    /// The desk's page of inspections.
    Inspections,
    /// An inspector's own pages.
    Inspection,
}

/// One entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub href: &'static str,
    pub key: &'static str,
    pub here: bool,
}

/// The part of every page around its content.
#[derive(Clone)]
pub struct Frame {
    pub locale: Locale,
    pub place: Place,
    /// Path and query of this page, to which the language switch comes back.
    pub path: String,
    /// The token that every form sends back; see the server's `ProtectedForm`.
    pub token: String,
    pub now: Timestamp,
    /// IANA name of the site's zone.
    pub zone: String,
    /// The site runs with simulated parts: every page says so.
    pub demo: bool,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret of the session.
        f.debug_struct("Frame")
            .field("locale", &self.locale)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Frame {
    /// A message without arguments.
    pub fn t(&self, key: &str) -> String {
        messages::message(self.locale, key, &[])
    }

    /// A message with one argument.
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        messages::message(self.locale, key, &[(name, FluentValue::from(value.to_string()))])
    }

    /// A message with two arguments.
    pub fn t2(&self, key: &str, first: &str, one: impl Display, second: &str, two: impl Display) -> String {
        let arguments = [(first, one.to_string()), (second, two.to_string())].map(|(name, value)| (name, FluentValue::from(value)));
        messages::message(self.locale, key, &arguments)
    }

    /// A message with a number that the language may decline by.
    pub fn count(&self, key: &str, number: impl Borrow<u64>) -> String {
        messages::message(self.locale, key, &[("n", FluentValue::from(*number.borrow()))])
    }

    /// The message `prefix-code` with the code's dots as dashes, or `prefix-other` for a code that has no words yet.
    pub fn code(&self, prefix: &str, code: &str) -> String {
        let key = code_key(prefix, code);
        if messages::has(self.locale, &key) {
            self.t(&key)
        } else {
            self.t1(&format!("{prefix}-other"), "code", code)
        }
    }

    pub fn text<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.locale)
    }

    /// Local time; with the date when not today.
    pub fn when(&self, at: impl Borrow<Timestamp>) -> String {
        let at = *at.borrow();
        let time = at.civil_time(&self.zone);
        if at.civil_day(&self.zone) == self.now.civil_day(&self.zone) {
            time.split_once(' ').map_or_else(|| time.clone(), |(_, clock)| clock.to_owned())
        } else {
            time
        }
    }

    /// Local date and time, for what is kept or printed and read on another day.
    pub fn dated(&self, at: impl Borrow<Timestamp>) -> String {
        at.borrow().civil_time(&self.zone)
    }

    /// "just now" within two minutes, else [`Self::when`].
    pub fn ago(&self, at: impl Borrow<Timestamp>) -> String {
        let at = *at.borrow();
        if self.now.since(at) <= JUST_NOW {
            self.t("just-now")
        } else {
            self.when(at)
        }
    }

    /// The local day of `at`; today and yesterday by their names.
    pub fn day(&self, at: impl Borrow<Timestamp>) -> String {
        let at = *at.borrow();
        let day = at.civil_day(&self.zone);
        if day == self.now.civil_day(&self.zone) {
            self.t("today")
        } else if day == self.now.minus(DAY).civil_day(&self.zone) {
            self.t("yesterday")
        } else {
            day
        }
    }

    /// Local time of day.
    pub fn clock(&self, at: impl Borrow<Timestamp>) -> String {
        let at = *at.borrow();
        at.civil_time(&self.zone)
            .split_once(' ')
            .map(|(_, clock)| clock.to_owned())
            .unwrap_or_default()
    }

    /// The address of a static file, which changes with its content.
    pub fn asset(&self, name: &str) -> String {
        crate::assets::path(name)
    }

    pub const fn is_desk(&self) -> bool {
        matches!(
            self.place,
            Place::Doors | Place::Happenings | Place::People | Place::Endings | Place::Due | Place::Inspections
        )
    }

    /// Tables stand here, and want room.
    pub const fn is_wide(&self) -> bool {
        self.is_desk() || matches!(self.place, Place::Inspection)
    }

    /// Whether a sign-out stands in the head. An inspector's session ends by itself, and may post nothing.
    pub const fn has_sign_out(&self) -> bool {
        !matches!(self.place, Place::Guest | Place::Public | Place::Inspection)
    }

    /// Where the wordmark leads.
    pub const fn home(&self) -> &'static str {
        match (self.is_desk(), matches!(self.place, Place::Inspection)) {
            (true, _) => "/desk",
            (false, true) => "/inspection",
            (false, false) => "/",
        }
    }

    /// Navigation of this place; a guest has none.
    pub fn links(&self) -> Vec<Link> {
        let links: &[(Place, &'static str, &'static str)] = match self.place {
            Place::Guest | Place::Public => &[],
            Place::Ways | Place::Uses | Place::Consents => &[
                (Place::Ways, "/ways", "nav-ways"),
                (Place::Uses, "/uses", "nav-uses"),
                (Place::Consents, "/consents", "nav-consents"),
            ],
            Place::Inspection => &[(Place::Inspection, "/inspection", "inspect-title")],
            Place::Doors | Place::Happenings | Place::People | Place::Endings | Place::Due | Place::Inspections => &[
                (Place::Doors, "/desk", "nav-doors"),
                (Place::Due, "/desk/due", "nav-due"),
                (Place::Happenings, "/desk/happenings", "nav-happenings"),
                (Place::People, "/desk/people", "nav-people"),
                (Place::Endings, "/desk/endings", "nav-endings"),
                (Place::Inspections, "/desk/inspections", "nav-inspections"),
            ],
        };
        links
            .iter()
            .map(|&(place, href, key)| Link {
                href,
                key,
                here: place == self.place,
            })
            .collect()
    }

    /// The language that the switch leads to.
    pub fn other(&self) -> Locale {
        match self.locale {
            Locale::Zh => Locale::En,
            Locale::En => Locale::Zh,
        }
    }

    /// The switch's address; the path to come back to is a query value.
    pub fn switch(&self) -> String {
        let word = match self.other() {
            Locale::Zh => "zh",
            Locale::En => "en",
        };
        if self.place == Place::Public {
            // Kept nowhere: a page that sets no cookie has its language in its address.
            let path = self.path.split('?').next().unwrap_or_default();
            return format!("{path}?language={word}");
        }
        format!("/language/{word}?back={}", percent(&self.path))
    }
}

/// The Fluent key of a stable code: `pin.throttled` under `problem` is `problem-pin-throttled`.
pub fn code_key(prefix: &str, code: &str) -> String {
    format!("{prefix}-{}", code.replace(['.', '_'], "-"))
}

/// RFC 3986: everything but unreserved characters and `/` as `%XX`.
fn percent(text: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes()
        .map(|byte| {
            if kept(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(now: Timestamp) -> Frame {
        Frame {
            locale: Locale::En,
            place: Place::Guest,
            path: "/uses?page=2".into(),
            token: String::new(),
            now,
            zone: "Asia/Shanghai".into(),
            demo: false,
        }
    }

    #[test]
    fn times_are_local_and_carry_the_date_when_not_today() {
        let now = Timestamp::parse_rfc3339("2026-11-23T03:32:16Z").unwrap();
        let frame = frame(now);
        for (at, when, day) in [
            ("2026-11-23T03:30:00Z", "11:30:00", "today"),
            ("2026-11-22T15:59:59Z", "2026-11-22 23:59:59", "yesterday"),
            ("2026-11-20T00:00:00Z", "2026-11-20 08:00:00", "2026-11-20"),
        ] {
            let at = Timestamp::parse_rfc3339(at).unwrap();
            assert_eq!(frame.when(at), when);
            assert_eq!(frame.day(at).to_lowercase(), day);
        }
    }

    #[test]
    fn the_switch_comes_back_to_this_page() {
        assert_eq!(frame(Timestamp(0)).switch(), "/language/zh?back=/uses%3Fpage%3D2");
        let public = Frame {
            place: Place::Public,
            path: "/gates/3?language=en".into(),
            ..frame(Timestamp(0))
        };
        assert_eq!(public.switch(), "/gates/3?language=zh");
    }

    #[test]
    fn a_code_without_words_shows_itself() {
        assert!(frame(Timestamp(0)).code("why", "never.heard").contains("never.heard"));
    }
}
