//! The pure core against days that were published, and numbers out of the rulebook itself.

use countenance_base::Timestamp;
use countenance_oversight::{
    DayCount, Deadline, DoneFacts, Duty, DutyFacts, DutyKind, DutyState, Evidence, Filed, Incident, IncidentKind, OfficerFacts,
    PublicVideo, Source, SupplierFacts, UseFacts, due, grade_of, warning,
};
use countenance_rules::{Calendars, Day, Parameters, embedded_shelf};

pub(crate) const ZONE: &str = "Asia/Shanghai";

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Noon in Shanghai.
pub(crate) fn noon(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}T04:00:00Z")).unwrap()
}

pub(crate) fn parameters() -> Parameters {
    embedded_shelf().unwrap().rulebooks().last().unwrap().parameters().clone()
}

fn count(on: &str, persons: u32) -> DayCount {
    DayCount {
        day: day(on),
        here: persons / 2,
        elsewhere: persons - persons / 2,
        children: 0,
    }
}

pub(crate) fn on(today: &str, facts: &DutyFacts) -> Vec<Duty> {
    due(noon(today), ZONE, facts, &parameters(), &embedded_shelf().unwrap().calendars("cn"))
}

pub(crate) fn the(duties: &[Duty], kind: DutyKind) -> Option<Duty> {
    let mut found = duties.iter().filter(|duty| duty.kind == kind);
    let first = found.next().cloned();
    assert_eq!(found.next(), None, "{kind:?} twice");
    first
}

pub(crate) fn last_day(duty: &Duty) -> (String, bool) {
    match duty.due {
        Some(Deadline::Day(due)) => (due.day.to_string(), due.complete),
        ref other => panic!("{other:?}"),
    }
}

fn reached(on: &str, persons: u32) -> DutyFacts {
    DutyFacts {
        persons,
        series: vec![count(on, persons)],
        ..DutyFacts::default()
    }
}

pub(crate) fn done(kind: DutyKind, on: &str) -> DoneFacts {
    DoneFacts {
        number: 1,
        kind,
        on: day(on),
        evidence: Evidence::Document([7; 32], "档案室 3 柜".into()),
        to_put_right: false,
        about: None,
    }
}

#[test]
fn filing_is_due_after_real_working_days() {
    let threshold = parameters().filing_threshold_persons.unwrap();
    for (since, today, expected) in [
        // Both days that the authority published.
        ("2025-06-01", "2025-06-10", ("2025-07-14", true)),
        // Before the number existed: the day that was set for them.
        ("2025-03-01", "2025-06-10", ("2025-07-14", true)),
        // Over the new year of 2026, whose calendar is known.
        ("2025-12-20", "2026-01-10", ("2026-02-02", true)),
    ] {
        let filing = the(&on(today, &reached(since, threshold)), DutyKind::Filing).unwrap();
        assert_eq!(filing.since, day(since));
        let (last, complete) = last_day(&filing);
        assert_eq!((last.as_str(), complete), expected, "{since}");
        assert_eq!(filing.state, DutyState::Open);
        assert_eq!(filing.source, Source::Parameter("filing_workdays"));
    }
}

#[test]
fn a_year_without_a_calendar_is_said_beside_the_day() {
    let threshold = parameters().filing_threshold_persons.unwrap();
    let known: Vec<i16> = embedded_shelf().unwrap().calendars("cn").years().collect();
    assert!(known.contains(&2026) && !known.contains(&2027));
    let filing = the(&on("2026-12-21", &reached("2026-12-20", threshold)), DutyKind::Filing).unwrap();
    assert!(!last_day(&filing).1);
    let none = due(
        noon("2025-06-10"),
        ZONE,
        &reached("2025-06-01", threshold),
        &parameters(),
        &Calendars::default(),
    );
    // Without holidays the day comes earlier, never later.
    assert_eq!(last_day(&the(&none, DutyKind::Filing).unwrap()), ("2025-07-11".to_owned(), false));
}

#[test]
fn reaching_counts_one_below_does_not_and_falling_back_changes_nothing() {
    let threshold = parameters().filing_threshold_persons.unwrap();
    assert!(the(&on("2026-03-02", &reached("2026-03-01", threshold)), DutyKind::Filing).is_some());
    assert!(the(&on("2026-03-02", &reached("2026-03-01", threshold - 1)), DutyKind::Filing).is_none());
    let fallen = DutyFacts {
        persons: 3,
        series: vec![
            count("2026-03-01", threshold - 1),
            count("2026-03-02", threshold),
            count("2026-03-03", 3),
        ],
        ..DutyFacts::default()
    };
    assert_eq!(the(&on("2026-03-09", &fallen), DutyKind::Filing).unwrap().since, day("2026-03-02"));
    // Reached at this moment, and not counted into the series yet.
    let now = DutyFacts {
        persons: threshold,
        ..DutyFacts::default()
    };
    assert_eq!(the(&on("2026-03-09", &now), DutyKind::Filing).unwrap().since, day("2026-03-09"));
}

#[test]
fn the_last_day_is_in_time_and_the_next_is_not() {
    let threshold = parameters().filing_threshold_persons.unwrap();
    let state = |today| the(&on(today, &reached("2025-06-01", threshold)), DutyKind::Filing).unwrap().state;
    assert_eq!(state("2025-07-14"), DutyState::Open);
    assert_eq!(state("2025-07-15"), DutyState::Overdue);
    // Midnight is Shanghai's.
    let at = |text: &str| {
        let facts = reached("2025-06-01", threshold);
        let now = Timestamp::parse_rfc3339(text).unwrap();
        the(
            &due(now, ZONE, &facts, &parameters(), &embedded_shelf().unwrap().calendars("cn")),
            DutyKind::Filing,
        )
        .unwrap()
        .state
    };
    assert_eq!(at("2025-07-14T15:59:59Z"), DutyState::Open);
    assert_eq!(at("2025-07-14T16:00:00Z"), DutyState::Overdue);
}

#[test]
fn filed_only_with_a_number_then_changes_and_the_end_have_clocks() {
    let threshold = parameters().filing_threshold_persons.unwrap();
    let mut facts = reached("2026-03-02", threshold);
    facts.filed = Some(Filed {
        on: day("2026-03-20"),
        acknowledgement: "网信备 44-17".into(),
        changed_on: None,
    });
    facts.uses.active = true;
    let filing = the(&on("2026-09-01", &facts), DutyKind::Filing).unwrap();
    assert_eq!(filing.state, DutyState::Done);
    assert_eq!(
        filing.evidence,
        Some((day("2026-03-20"), Evidence::Acknowledgement("网信备 44-17".into())))
    );
    assert!(the(&on("2026-09-01", &facts), DutyKind::FilingChange).is_none());
    facts.filed.as_mut().unwrap().changed_on = Some(day("2026-09-01"));
    let change = the(&on("2026-09-02", &facts), DutyKind::FilingChange).unwrap();
    // Twenty-five weekdays of September and October's holidays later.
    assert_eq!(last_day(&change), ("2026-10-19".to_owned(), true));
    facts.uses = UseFacts {
        first: Some(day("2026-01-05")),
        active: false,
        last_end: Some(day("2026-09-01")),
    };
    let cancel = the(&on("2026-10-20", &facts), DutyKind::FilingCancel).unwrap();
    assert_eq!((cancel.state, last_day(&cancel).0.as_str()), (DutyState::Overdue, "2026-10-19"));
    facts.filed = None;
    facts.cancelled = Some((day("2026-10-01"), "注销 3".into()));
    let cancel = the(&on("2026-10-20", &facts), DutyKind::FilingCancel).unwrap();
    assert_eq!(cancel.state, DutyState::Done);
    // What was cancelled is not owed again while nobody new is stored.
    facts.persons = 0;
    assert!(the(&on("2026-10-20", &facts), DutyKind::Filing).is_none());
    facts.series.push(count("2026-12-01", threshold));
    assert_eq!(the(&on("2026-12-02", &facts), DutyKind::Filing).unwrap().since, day("2026-12-01"));
}

#[test]
fn an_officer_is_advised_then_owed_then_reported() {
    let (must, advised) = (
        parameters().officer_threshold_persons.unwrap(),
        parameters().officer_recommended_persons.unwrap(),
    );
    let kinds = |persons| -> Vec<DutyKind> {
        let duties = on("2026-03-02", &reached("2026-03-02", persons));
        let officer = |kind: &DutyKind| matches!(kind, DutyKind::Officer | DutyKind::OfficerAdvised | DutyKind::OfficerReport);
        let mut kinds: Vec<DutyKind> = duties.iter().map(|duty| duty.kind).filter(officer).collect();
        kinds.sort_unstable();
        kinds
    };
    assert_eq!(kinds(advised), []);
    assert_eq!(kinds(advised + 1), [DutyKind::OfficerAdvised]);
    assert_eq!(kinds(must - 1), [DutyKind::OfficerAdvised]);
    assert_eq!(kinds(must), [DutyKind::Officer, DutyKind::OfficerReport]);
    let report = |since: &str| {
        let duties = on("2025-08-01", &reached(since, must));
        last_day(&the(&duties, DutyKind::OfficerReport).unwrap()).0
    };
    // The second of the published pairs, and the day for who was there before.
    assert_eq!(report("2025-07-18"), "2025-08-29");
    assert_eq!(report("2025-06-18"), "2025-08-29");
    let mut facts = reached("2026-03-02", must);
    facts.officer = Some(OfficerFacts {
        appointed: day("2026-03-03"),
        reported: None,
    });
    let duties = on("2026-03-04", &facts);
    assert_eq!(the(&duties, DutyKind::Officer).unwrap().state, DutyState::Done);
    assert_eq!(the(&duties, DutyKind::OfficerReport).unwrap().state, DutyState::Open);
}

#[test]
fn what_comes_again_is_open_shortly_before_its_day() {
    let mut facts = DutyFacts {
        uses: UseFacts {
            first: Some(day("2025-09-01")),
            active: true,
            last_end: None,
        },
        ..DutyFacts::default()
    };
    let level = |today: &str, facts: &DutyFacts| {
        let duty = the(&on(today, facts), DutyKind::LevelAssessment).unwrap();
        (duty.state, last_day(&duty).0)
    };
    assert_eq!(level("2026-08-31", &facts), (DutyState::Open, "2026-09-01".to_owned()));
    assert_eq!(level("2026-09-02", &facts).0, DutyState::Overdue);
    facts.done.push(done(DutyKind::LevelAssessment, "2026-08-20"));
    assert_eq!(level("2026-09-02", &facts), (DutyState::Done, "2027-08-20".to_owned()));
    assert_eq!(level("2027-07-01", &facts).0, DutyState::Open);
    assert_eq!(level("2027-08-21", &facts).0, DutyState::Overdue);
}

#[test]
fn the_audits_have_their_thresholds() {
    let more_than = parameters().audit_threshold_persons.unwrap();
    assert!(the(&on("2026-03-02", &reached("2026-03-01", more_than)), DutyKind::Audit).is_none());
    let audit = the(&on("2026-03-02", &reached("2026-03-01", more_than + 1)), DutyKind::Audit).unwrap();
    assert_eq!(last_day(&audit).0, "2028-03-01");
    let mut facts = DutyFacts::default();
    assert!(the(&on("2026-03-02", &facts), DutyKind::MinorsAudit).is_none());
    facts.series.push(DayCount {
        children: 1,
        ..count("2026-03-01", 4)
    });
    let minors = |today: &str, facts: &DutyFacts| {
        let duty = the(&on(today, facts), DutyKind::MinorsAudit).unwrap();
        (duty.state, last_day(&duty).0)
    };
    assert_eq!(minors("2026-11-02", &facts), (DutyState::Open, "2027-01-31".to_owned()));
    assert_eq!(minors("2027-02-01", &facts).0, DutyState::Overdue);
    for (done, state) in [("2026-12-30", DutyState::Overdue), ("2027-01-20", DutyState::Done)] {
        facts.done = vec![self::done(DutyKind::MinorsAudit, done)];
        assert_eq!(minors("2027-02-01", &facts).0, state, "{done}");
    }
}

#[test]
fn contracts_are_asked_for_before_they_end() {
    let contract = |has_contract, until: Option<&str>| {
        let facts = DutyFacts {
            suppliers: vec![SupplierFacts {
                number: 4,
                began: day("2026-01-01"),
                has_contract,
                until: until.map(day),
            }],
            ..DutyFacts::default()
        };
        the(&on("2026-03-02", &facts), DutyKind::Contract).map(|duty| (duty.state, duty.subject.unwrap()))
    };
    assert_eq!(contract(true, None), None);
    assert_eq!(contract(true, Some("2026-12-31")), None);
    assert_eq!(contract(true, Some("2026-04-01")), Some((DutyState::Open, "4".into())));
    assert_eq!(contract(true, Some("2026-03-01")), Some((DutyState::Overdue, "4".into())));
    assert_eq!(contract(false, None), Some((DutyState::Open, "4".into())));
}

fn incident(kind: IncidentKind) -> Incident {
    Incident {
        number: 2,
        kind,
        words: "一台门禁设备失窃".into(),
        known_at: noon("2026-03-02"),
        persons: None,
        grade: None,
        critical: false,
        public_interest: false,
        reported_at: None,
        acknowledgement: None,
        told_at: None,
        closed_at: None,
        closing: None,
    }
}

fn of_incident(incident: Incident, minutes: u64) -> Vec<(DutyKind, DutyState)> {
    let facts = DutyFacts {
        incidents: vec![incident],
        ..DutyFacts::default()
    };
    let now = noon("2026-03-02").plus(std::time::Duration::from_mins(minutes));
    due(now, ZONE, &facts, &parameters(), &Calendars::default())
        .into_iter()
        .map(|duty| (duty.kind, duty.state))
        .collect()
}

#[test]
fn an_incident_has_hours() {
    let hours = |hours: Option<u32>| u64::from(hours.unwrap()) * 60;
    let (plain, critical) = (
        hours(parameters().incident_report_hours),
        hours(parameters().incident_report_critical_hours),
    );
    let leak = incident(IncidentKind::Leak);
    assert_eq!(
        of_incident(leak.clone(), 0),
        [
            (DutyKind::IncidentGrade, DutyState::Open),
            (DutyKind::IncidentTold, DutyState::Open)
        ]
    );
    let graded = |grade, critical| Incident {
        grade: Some(grade),
        critical,
        told_at: Some(leak.known_at),
        ..leak.clone()
    };
    let report = |incident, minutes| {
        of_incident(incident, minutes)
            .into_iter()
            .find(|(kind, _)| *kind == DutyKind::IncidentReport)
    };
    assert_eq!(report(graded(0, false), plain), None);
    assert_eq!(report(graded(1, false), plain), Some((DutyKind::IncidentReport, DutyState::Open)));
    assert_eq!(
        report(graded(1, false), plain + 1),
        Some((DutyKind::IncidentReport, DutyState::Overdue))
    );
    assert_eq!(report(graded(1, true), critical), Some((DutyKind::IncidentReport, DutyState::Open)));
    assert_eq!(
        report(graded(1, true), critical + 1),
        Some((DutyKind::IncidentReport, DutyState::Overdue))
    );
    let reported = Incident {
        reported_at: Some(leak.known_at),
        ..graded(1, false)
    };
    assert_eq!(report(reported, plain + 1), Some((DutyKind::IncidentReport, DutyState::Done)));
    let flaw = Incident {
        grade: Some(0),
        public_interest: true,
        ..incident(IncidentKind::Flaw)
    };
    let late = hours(parameters().flaw_report_hours) + 1;
    assert_eq!(of_incident(flaw.clone(), late), [(DutyKind::FlawReport, DutyState::Overdue)]);
    let private = Incident {
        public_interest: false,
        ..flaw
    };
    assert_eq!(of_incident(private, late), []);
}

#[test]
fn grades_and_warnings_count_when_reached() {
    let parameters = parameters();
    let steps = parameters.leak_grade_persons.clone();
    assert_eq!(steps.len(), 3);
    for (grade, step) in (1..).zip(&steps) {
        assert_eq!((grade_of(step - 1, &parameters), grade_of(*step, &parameters)), (grade - 1, grade));
    }
    let steps = &parameters.filing_warning_persons;
    let (first, last) = (steps[0], steps[2]);
    assert_eq!(Some(last), parameters.filing_threshold_persons);
    assert_eq!(warning(first - 1, steps), None);
    assert_eq!(warning(first, steps), Some((first, false)));
    assert_eq!(warning(last - 1, steps), Some((steps[1], false)));
    assert_eq!(warning(last, steps), Some((last, true)));
    assert_eq!(warning(last, &[]), None);
}

#[test]
fn every_duty_that_names_a_number_names_one_that_exists_and_keys_are_of_one_duty() {
    let threshold = parameters().audit_threshold_persons.unwrap() + 1;
    let mut facts = reached("2026-03-02", threshold);
    facts.children = 1;
    facts.uses = UseFacts {
        first: Some(day("2026-01-01")),
        active: true,
        last_end: None,
    };
    facts.incidents = vec![Incident {
        grade: Some(1),
        ..incident(IncidentKind::Leak)
    }];
    facts.video = PublicVideo::Since(day("2026-02-01"));
    for (number, kind, about) in [
        (1, DutyKind::Audit, None),
        (2, DutyKind::AuditFindings, Some(1)),
        (3, DutyKind::Audit, None),
    ] {
        facts.done.push(DoneFacts {
            number,
            to_put_right: kind == DutyKind::Audit,
            about,
            ..done(kind, "2026-03-02")
        });
    }
    let duties = on("2026-03-03", &facts);
    for kind in [
        DutyKind::AuditFindings,
        DutyKind::AuditReport,
        DutyKind::LevelFiling,
        DutyKind::VideoFiling,
    ] {
        assert!(duties.iter().any(|duty| duty.kind == kind), "{kind:?}");
    }
    assert!(duties.len() > 11);
    let mut keys: Vec<String> = duties.iter().map(Duty::key).collect();
    for duty in &duties {
        if let Source::Parameter(name) = duty.source {
            assert!(parameters().sources.contains_key(name), "{name}");
        }
    }
    keys.sort_unstable();
    let all = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), all);
    assert!(duties.is_sorted_by_key(|duty| duty.state));
}
