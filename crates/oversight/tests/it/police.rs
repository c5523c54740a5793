//! Filings with the police and findings of audits: the pure core by days, and what may be written down.

use countenance_oversight::{
    DoneFacts, DutyFacts, DutyKind, DutyState, Evidence, OversightError, PublicVideo, RecordDone, Source, UseFacts, duties,
    list_unanswered, read_facts, record_duty_done, set_public_video,
};

use crate::filing::begin;
use crate::vectors::{day, done, last_day, on, parameters, the};
use crate::world::World;

fn used(first: &str) -> DutyFacts {
    DutyFacts {
        uses: UseFacts {
            first: Some(day(first)),
            active: true,
            last_end: None,
        },
        ..DutyFacts::default()
    }
}

fn filed(kind: DutyKind, on: &str) -> DoneFacts {
    DoneFacts {
        evidence: Evidence::Filed {
            number: "公安备 3301-7".into(),
            document: [7; 32],
            place: "档案室".into(),
        },
        ..done(kind, on)
    }
}

#[test]
fn the_graded_system_is_filed_thirty_days_after_its_first_use_whatever_days_they_are() {
    // Over the new year of 2026: days of the calendar, so holidays count.
    let mut facts = used("2026-02-01");
    let level = |today: &str, facts: &DutyFacts| the(&on(today, facts), DutyKind::LevelFiling);
    let open = level("2026-03-03", &facts).unwrap();
    assert_eq!((open.state, last_day(&open)), (DutyState::Open, ("2026-03-03".to_owned(), true)));
    assert_eq!(open.source, Source::Parameter("level_filing_days"));
    assert_eq!(level("2026-03-04", &facts).unwrap().state, DutyState::Overdue);
    facts.done.push(filed(DutyKind::LevelFiling, "2026-03-06"));
    let filed = level("2026-03-09", &facts).unwrap();
    assert_eq!(filed.state, DutyState::Done);
    assert!(matches!(filed.evidence, Some((_, Evidence::Filed { number, .. })) if number == "公安备 3301-7"));
    facts.uses.active = false;
    assert_eq!(level("2026-03-09", &facts), None, "no face is used");
    assert_eq!(level("2026-03-09", &DutyFacts::default()), None);
}

#[test]
fn public_video_is_filed_only_where_somebody_says_that_it_runs() {
    let video = |today: &str, said, done: Vec<DoneFacts>| {
        let facts = DutyFacts {
            video: said,
            done,
            ..used("2025-03-01")
        };
        the(&on(today, &facts), DutyKind::VideoFiling).map(|duty| (duty.state, last_day(&duty).0))
    };
    for said in [PublicVideo::Unsaid, PublicVideo::None] {
        assert_eq!(video("2026-03-02", said, vec![]), None);
    }
    let since = |text| PublicVideo::Since(day(text));
    let due = |state, on: &str| Some((state, on.to_owned()));
    assert_eq!(video("2025-05-01", since("2025-04-01"), vec![]), due(DutyState::Open, "2025-05-01"));
    assert_eq!(
        video("2025-05-02", since("2025-04-01"), vec![]),
        due(DutyState::Overdue, "2025-05-01")
    );
    // In use before the regulations were in force: ninety days from that day.
    assert_eq!(video("2025-06-30", since("2025-03-31"), vec![]), due(DutyState::Open, "2025-06-30"));
    assert_eq!(
        video("2025-07-01", since("2019-01-01"), vec![]),
        due(DutyState::Overdue, "2025-06-30")
    );
    let number = || vec![filed(DutyKind::VideoFiling, "2025-04-20")];
    assert_eq!(
        video("2025-06-01", since("2025-04-01"), number()),
        due(DutyState::Done, "2025-05-01")
    );
    // What was filed before this one ran was another one.
    assert_eq!(
        video("2026-03-02", since("2026-03-01"), number()),
        due(DutyState::Open, "2026-03-31")
    );
}

#[test]
fn what_an_ordered_audit_found_is_put_right_then_reported_by_working_days() {
    let number = parameters().audit_rectified_workdays;
    assert!(number.is_some());
    let audit = |to_put_right| DoneFacts {
        to_put_right,
        ..done(DutyKind::Audit, "2026-09-01")
    };
    let mut facts = DutyFacts {
        done: vec![audit(false)],
        ..DutyFacts::default()
    };
    assert_eq!(on("2026-10-09", &facts), [], "nothing was found, or nobody ordered it");
    facts.done = vec![audit(true)];
    let found = the(&on("2026-10-09", &facts), DutyKind::AuditFindings).unwrap();
    assert_eq!((found.state, found.due, found.since), (DutyState::Open, None, day("2026-09-01")));
    assert_eq!(found.subject.as_deref(), Some("1"));
    assert!(
        the(&on("2026-10-09", &facts), DutyKind::AuditReport).is_none(),
        "its clock has not begun"
    );
    let answer = |number, kind, at| DoneFacts {
        number,
        about: Some(1),
        ..done(kind, at)
    };
    facts.done.push(answer(2, DutyKind::AuditFindings, "2026-09-18"));
    let state = |today: &str, facts: &DutyFacts| {
        let duties = on(today, facts);
        assert_eq!(the(&duties, DutyKind::AuditFindings).unwrap().state, DutyState::Done);
        let report = the(&duties, DutyKind::AuditReport).unwrap();
        assert_eq!(report.source, Source::Parameter("audit_rectified_workdays"));
        (report.state, last_day(&report))
    };
    // Fifteen working days, with the Sunday and the Saturday that are worked and the holidays of autumn.
    let last = ("2026-10-15".to_owned(), true);
    assert_eq!(state("2026-10-15", &facts), (DutyState::Open, last.clone()));
    assert_eq!(state("2026-10-16", &facts), (DutyState::Overdue, last.clone()));
    facts.done.push(answer(3, DutyKind::AuditReport, "2026-10-12"));
    assert_eq!(state("2026-10-20", &facts), (DutyState::Done, last));
}

pub(crate) fn record(kind: DutyKind, at: &str) -> RecordDone {
    RecordDone {
        kind,
        on: day(at),
        document: "5b".repeat(32),
        place: "档案室".into(),
        acknowledgement: String::new(),
        ordered: false,
        findings: false,
        about: None,
    }
}

async fn write(world: &mut World, record: RecordDone) -> Result<(), &'static str> {
    let mut tx = begin(world).await;
    let (_, ctx) = world.parts();
    record_duty_done(&mut tx, &ctx, &record).await.map_err(|error| error.code())?;
    tx.commit().await.unwrap();
    Ok(())
}

#[tokio::test]
async fn a_filing_needs_its_number_and_video_needs_to_run() {
    let mut world = World::new().await;
    let today = world.now.civil_day("Asia/Shanghai");
    let level = |number: &str| RecordDone {
        acknowledgement: number.into(),
        ..record(DutyKind::LevelFiling, &today)
    };
    assert_eq!(write(&mut world, level(" ")).await, Err("oversight.acknowledgement"));
    assert_eq!(write(&mut world, level("公安备 3301-7")).await, Ok(()));
    let video = |at: &str| RecordDone {
        acknowledgement: "公安视 2".into(),
        ..record(DutyKind::VideoFiling, at)
    };
    assert_eq!(write(&mut world, video(&today)).await, Err("oversight.state"));
    for (said, code) in [
        (PublicVideo::Unsaid, Some("oversight.unknown")),
        (PublicVideo::Since(day("2099-01-01")), Some("oversight.day")),
        (PublicVideo::None, None),
        (PublicVideo::Since(day(&today)), None),
    ] {
        let mut tx = begin(&world).await;
        let (_, ctx) = world.parts();
        let answer = set_public_video(&mut tx, &ctx, said).await;
        assert_eq!(answer.err().map(|error: OversightError| error.code()), code);
        if code.is_none() {
            assert_eq!(read_facts(&mut tx, &ctx).await.unwrap().video, said);
        }
        tx.commit().await.unwrap();
    }
    assert_eq!(write(&mut world, video("2020-01-01")).await, Err("oversight.day"), "before it ran");
    assert_eq!(write(&mut world, video(&today)).await, Ok(()));
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let duty = the(&duties(&mut tx, &ctx).await.unwrap(), DutyKind::VideoFiling).unwrap();
    assert_eq!(duty.state, DutyState::Done);
    assert!(matches!(duty.evidence, Some((_, Evidence::Filed { number, .. })) if number == "公安视 2"));
}

#[tokio::test]
async fn an_audit_is_answered_in_order_and_once() {
    let mut world = World::new().await;
    let today = world.now.civil_day("Asia/Shanghai");
    let audit = |ordered, findings| RecordDone {
        ordered,
        findings,
        ..record(DutyKind::Audit, &today)
    };
    let about = |kind, number| RecordDone {
        about: Some(number),
        ..record(kind, &today)
    };
    for (ordered, findings) in [(true, false), (false, true), (true, true)] {
        write(&mut world, audit(ordered, findings)).await.unwrap();
    }
    let open = list_unanswered(&mut begin(&world).await).await.unwrap();
    let open: Vec<_> = open.iter().map(|(kind, audit)| (*kind, audit.number)).collect();
    assert_eq!(open, [(DutyKind::AuditFindings, 3)]);
    let (right, report) = (DutyKind::AuditFindings, DutyKind::AuditReport);
    assert_eq!(write(&mut world, about(right, 1)).await, Err("oversight.unknown"));
    assert_eq!(
        write(&mut world, about(report, 3)).await,
        Err("oversight.state"),
        "first it is put right"
    );
    let early = RecordDone {
        on: day("2020-01-01"),
        ..about(right, 3)
    };
    assert_eq!(write(&mut world, early).await, Err("oversight.day"));
    assert_eq!(write(&mut world, about(right, 3)).await, Ok(()));
    assert_eq!(write(&mut world, about(right, 3)).await, Err("oversight.state"));
    assert_eq!(write(&mut world, about(report, 3)).await, Ok(()));
    assert_eq!(
        write(&mut world, about(report, 3)).await,
        Err("oversight.unknown"),
        "it is answered"
    );
}
