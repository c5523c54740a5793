//! Working days as the State Council's notices change them.

use countenance_rules::{Calendars, Day, add_working_days};

use crate::{edited, shelf};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn due(from: &str, n: u32) -> (String, bool) {
    let due = add_working_days(day(from), n, &shelf().calendars("cn"));
    (due.day.to_string(), due.complete)
}

#[test]
fn deadlines_match_those_that_the_authority_published() {
    for (from, n, expected) in [
        ("2025-06-01", 30, "2025-07-14"),
        ("2025-07-18", 30, "2025-08-29"),
        // Counting starts on the next day, over a weekend and a holiday.
        ("2025-06-01", 1, "2025-06-03"),
        // A Sunday on which people work before the October holidays, and the days off after it.
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2025-12-31", 1, "2026-01-04"),
        ("2025-06-01", 0, "2025-06-01"),
    ] {
        assert_eq!(due(from, n), (expected.to_owned(), true), "{n} after {from}");
    }
}

#[test]
fn a_year_without_a_calendar_counts_the_week_and_says_so() {
    assert_eq!(due("2026-12-31", 0), ("2026-12-31".to_owned(), true));
    assert_eq!(due("2026-12-31", 5), ("2027-01-07".to_owned(), false));
    // Without its calendar, the same deadline comes earlier.
    let june = day("2025-06-01");
    let (with, without) = (
        add_working_days(june, 30, &shelf().calendars("cn")),
        add_working_days(june, 30, &Calendars::default()),
    );
    assert!(without.day < with.day);
    assert!(with.complete && !without.complete);
    assert_eq!(
        add_working_days(day("9999-12-30"), 30, &Calendars::default()).day.to_string(),
        "9999-12-31"
    );
}

#[test]
fn every_year_since_the_first_rulebook_has_its_calendar_and_notice() {
    let calendars = shelf().calendars("cn");
    assert_eq!(calendars.years().collect::<Vec<_>>(), [2021, 2022, 2023, 2024, 2025, 2026]);
    for year in calendars.years() {
        let calendar = calendars.calendar(year).unwrap();
        assert!(calendar.source.zh.contains("国办发明电"), "{year}");
        // The law gives eleven to thirteen days off a year; weekends among them are worked on or fall together.
        assert!((15..=20).contains(&calendar.off.len()), "{year}: {}", calendar.off.len());
        assert!((5..=8).contains(&calendar.work.len()), "{year}: {}", calendar.work.len());
    }
    assert_eq!(shelf().calendars("eu"), Calendars::default());
}

/// Counting day by day and counting at once agree, on every day of the calendars.
#[test]
fn working_days_add_up() {
    let calendars = shelf().calendars("cn");
    let mut at = day("2021-01-01");
    let mut days = 0;
    while at < day("2026-06-30") {
        let mut step = at;
        for _ in 0..7 {
            step = add_working_days(step, 1, &calendars).day;
            assert!(calendars.is_working(step));
        }
        assert_eq!(add_working_days(at, 7, &calendars).day, step, "{at}");
        at = at.next().unwrap();
        days += 1;
    }
    assert!(days > 2_000);
}

#[test]
fn a_broken_calendar_says_where_and_what_to_do() {
    let path = "cn/calendars/2025.toml";
    let cases = [
        ("a day off on a weekend", edited(path, "  2025-04-04,\n", "  2025-04-05,\n")),
        ("a worked weekday", edited(path, "  2025-04-27,\n", "  2025-04-28,\n")),
        ("a day of another year", edited(path, "  2025-04-27,\n", "  2026-04-26,\n")),
        ("a day twice", edited(path, "  2025-04-27,\n", "  2025-01-26,\n")),
        ("another year", edited(path, "year = 2025", "year = 2027")),
        (
            "no notice",
            edited(
                path,
                "General Office of the State Council, notice on holidays in 2025 (Guobanfa Mingdian [2024] No. 12, 2024-11-12)",
                " ",
            ),
        ),
        ("no such day", edited(path, "  2025-04-04,\n", "  2025-04-31,\n")),
    ];
    crate::refused::assert_refusals("broken_calendars", &cases);
}
