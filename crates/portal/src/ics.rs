//! Deadlines as a calendar that other programs read (RFC 5545): whole days, or moments where hours count.

use countenance_base::{Locale, Text, Timestamp};

use crate::frame::code_key;
use crate::messages;

/// A line has at most so many bytes; what is longer goes on in the next one, after a space.
const LINE_BYTES_MAX: usize = 75;

/// One deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The same for the same duty for ever; names nobody.
    pub uid: String,
    /// The duty's word.
    pub kind: String,
    /// `2026-11-30`.
    pub day: Option<String>,
    pub time: Option<Timestamp>,
    /// The law that says so.
    pub article: Option<Text>,
}

/// The calendar. `made` is when the answer is given.
pub fn calendar(locale: Locale, made: Timestamp, deadlines: &[Deadline]) -> String {
    let mut out = String::new();
    let name = messages::message(locale, "feed-name", &[]);
    for (key, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Countenance//What is due//EN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", &escaped(&name)),
    ] {
        line(&mut out, key, value);
    }
    for deadline in deadlines {
        event(&mut out, locale, made, deadline);
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

fn event(out: &mut String, locale: Locale, made: Timestamp, deadline: &Deadline) {
    let (key, value) = match (&deadline.day, deadline.time) {
        (Some(day), _) => ("DTSTART;VALUE=DATE", day.replace('-', "")),
        (None, Some(time)) => ("DTSTART", stamp(time)),
        (None, None) => return,
    };
    let words = |prefix: &str| messages::message(locale, &code_key(prefix, &deadline.kind), &[]);
    let mut description = words("duty-do");
    if let Some(article) = &deadline.article {
        description.push('\n');
        description.push_str(article.get(locale));
    }
    line(out, "BEGIN", "VEVENT");
    line(out, "UID", &escaped(&deadline.uid));
    line(out, "DTSTAMP", &stamp(made));
    line(out, key, &value);
    line(out, "SUMMARY", &escaped(&words("duty-name")));
    line(out, "DESCRIPTION", &escaped(&description));
    line(out, "TRANSP", "TRANSPARENT");
    line(out, "END", "VEVENT");
}

/// `20261123T033216Z`.
fn stamp(at: Timestamp) -> String {
    at.rfc3339().replace(['-', ':'], "")
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace('\r', "").replace('\n', "\\n")
}

fn line(out: &mut String, key: &str, value: &str) {
    let mut used = 0;
    for sign in key.chars().chain([':']).chain(value.chars()) {
        if used + sign.len_utf8() > LINE_BYTES_MAX {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(sign);
        used += sign.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deadline(kind: &str) -> Deadline {
        Deadline {
            uid: format!("{kind}.site.2026-10-12@0193"),
            kind: kind.into(),
            day: Some("2026-11-30".into()),
            time: None,
            article: Some(Text::new("《某办法》第十五条，第一款；甲\\乙", "Some Measures, article 15; a\\b")),
        }
    }

    #[test]
    fn lines_are_folded_at_whole_signs_and_texts_escaped() {
        let now = Timestamp::parse_rfc3339("2026-11-23T03:32:16Z").unwrap();
        for locale in Locale::ALL {
            let hours = Deadline {
                day: None,
                time: Some(now),
                ..deadline("incident_report")
            };
            let text = calendar(locale, now, &[deadline("filing"), hours]);
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']) && text.ends_with("END:VCALENDAR\r\n"));
            assert!(text.lines().all(|line| line.len() <= LINE_BYTES_MAX));
            assert!(text.contains("\r\n "), "something is folded");
            let whole = text.replace("\r\n ", "");
            assert!(whole.contains("DTSTART;VALUE=DATE:20261130\r\n") && whole.contains("DTSTART:20261123T033216Z\r\n"));
            assert_eq!(whole.matches("BEGIN:VEVENT").count(), 2);
            assert!(whole.contains("\\n") && whole.contains("\\\\"));
            assert!(!whole.contains('⟦'), "{whole}");
        }
        assert_eq!(escaped("a;b,c\\d\ne"), "a\\;b\\,c\\\\d\\ne");
    }

    #[test]
    fn what_has_no_day_is_no_event() {
        let none = Deadline {
            day: None,
            ..deadline("officer")
        };
        assert!(!calendar(Locale::En, Timestamp(0), &[none]).contains("VEVENT"));
    }
}
