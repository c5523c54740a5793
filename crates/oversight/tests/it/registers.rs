//! Officer, suppliers, incidents, documents: each use case, its refusals, and what the rulebook says of it.

use countenance_base::Text;
use countenance_gate_core::policy::Lane;
use countenance_oversight::{
    AddSupplier, DutyKind, DutyState, IncidentKind, OpenIncident, RecordDone, add_supplier, appoint_officer, close_incident, end_officer,
    end_supplier, forget_suppliers, grade_incident, list_incidents, list_suppliers, lookup_officer, open_incident, put_handler_site,
    record_duty_done, report_incident, report_officer, set_contract, tell_incident,
};
use countenance_rules::Day;
use countenance_testdb::trace_at;

use crate::filing::{all, begin, state, today};
use crate::police::record;
use crate::world::World;

fn supplier(contract: &str) -> AddSupplier {
    AddSupplier {
        name: Text::new("云安科技", "Yun'an Technology"),
        contact: "400-000-0000".into(),
        purpose: Text::new("维护门禁设备", "maintains the gates"),
        kinds: Text::new("设备日志", "logs of the gates"),
        contract: contract.into(),
        contract_until: None,
    }
}

#[tokio::test]
async fn without_a_contract_nobody_is_enrolled_and_with_one_they_are() {
    let mut world = World::new().await;
    world.activate().await;
    let resident = world.resident("12-1803", false).await;
    world.turn_on(&resident, Lane::Qr).await;
    world.begin(&resident).await.unwrap();
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let blank = AddSupplier {
        contact: String::new(),
        ..supplier("")
    };
    assert_eq!(add_supplier(&mut tx, &ctx, blank).await.unwrap_err().code(), "oversight.words");
    add_supplier(&mut tx, &ctx, supplier("")).await.unwrap();
    let number = list_suppliers(&mut tx).await.unwrap()[0].number;
    tx.commit().await.unwrap();
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.suppliers_bound"]);
    assert_eq!(state(&all(&mut world).await, DutyKind::Contract), Some(DutyState::Open));
    let mut tx = begin(&world).await;
    let yesterday = Day::parse("2026-11-22");
    let (_, ctx) = world.parts();
    set_contract(&mut tx, &ctx, number, "HT-2026-1", yesterday).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.suppliers_bound"], "it has ended");
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    set_contract(&mut tx, &ctx, number, "HT-2026-1", Day::parse("2027-11-22"))
        .await
        .unwrap();
    assert_eq!(
        set_contract(&mut tx, &ctx, 9, "x", None).await.unwrap_err().code(),
        "oversight.unknown"
    );
    tx.commit().await.unwrap();
    world.begin(&resident).await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::Contract), None);
}

#[tokio::test]
async fn a_supplier_that_ended_is_forgotten_after_the_years_of_the_rulebook() {
    let mut world = World::new().await;
    let years = u64::from(world.rulebook.parameters().share_record_keep_years.unwrap());
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    add_supplier(&mut tx, &ctx, supplier("HT-1")).await.unwrap();
    end_supplier(&mut tx, &ctx, 1).await.unwrap();
    assert_eq!(end_supplier(&mut tx, &ctx, 1).await.unwrap_err().code(), "oversight.unknown");
    assert_eq!(forget_suppliers(&mut tx, &ctx).await.unwrap(), 0);
    tx.commit().await.unwrap();
    world.pass(years * 365 * 86_400);
    for (more, gone) in [(0, 0), (3 * 86_400, 1)] {
        world.pass(more);
        let mut tx = begin(&world).await;
        let (_, ctx) = world.parts();
        assert_eq!(forget_suppliers(&mut tx, &ctx).await.unwrap(), gone);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn from_a_million_on_an_officer_must_be_there() {
    let mut world = World::new().await;
    world.activate().await;
    let resident = world.resident("12-1803", false).await;
    world.turn_on(&resident, Lane::Qr).await;
    let threshold = world.rulebook.parameters().officer_threshold_persons.unwrap();
    let mut tx = begin(&world).await;
    let on = today(&world);
    let (_, ctx) = world.parts();
    put_handler_site(&mut tx, &ctx, "望江苑", threshold, on, "集团信息部")
        .await
        .unwrap();
    assert_eq!(
        report_officer(&mut tx, &ctx, "1", on).await.unwrap_err().code(),
        "oversight.unknown"
    );
    tx.commit().await.unwrap();
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.officer"]);
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let contact = Text::new("电话 010-0000-0001", "telephone 010-0000-0001");
    let nobody = appoint_officer(&mut tx, &ctx, "", &contact).await.unwrap_err();
    assert_eq!(nobody.code(), "oversight.words");
    appoint_officer(&mut tx, &ctx, "负责人甲", &contact).await.unwrap();
    tx.commit().await.unwrap();
    world.begin(&resident).await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::OfficerReport), Some(DutyState::Open));
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let empty = report_officer(&mut tx, &ctx, "", on).await.unwrap_err();
    assert_eq!(empty.code(), "oversight.acknowledgement");
    report_officer(&mut tx, &ctx, "报 9", on).await.unwrap();
    assert_eq!(
        report_officer(&mut tx, &ctx, "报 9", on).await.unwrap_err().code(),
        "oversight.state"
    );
    tx.commit().await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::OfficerReport), Some(DutyState::Done));
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    assert!(!format!("{:?}", lookup_officer(&mut tx).await.unwrap()).contains("负责人甲"));
    end_officer(&mut tx, &ctx).await.unwrap();
    assert_eq!(end_officer(&mut tx, &ctx).await.unwrap_err().code(), "oversight.unknown");
    tx.commit().await.unwrap();
    assert_eq!(world.begin(&resident).await.unwrap_err(), ["site.officer"]);
}

#[tokio::test]
async fn an_incident_is_closed_when_nothing_of_it_is_owed() {
    let mut world = World::new().await;
    let steps = world.rulebook.parameters().leak_grade_persons.clone();
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let input = OpenIncident {
        kind: IncidentKind::Leak,
        words: "一台门禁设备失窃".into(),
        known_at: ctx.now,
        persons: None,
        critical: false,
        public_interest: false,
    };
    let later = OpenIncident {
        known_at: ctx.now.plus(std::time::Duration::from_secs(1)),
        ..input.clone()
    };
    assert_eq!(open_incident(&mut tx, &ctx, &later).await.unwrap_err().code(), "oversight.day");
    let number = open_incident(&mut tx, &ctx, &input).await.unwrap();
    assert_eq!(
        close_incident(&mut tx, &ctx, number, "x").await.unwrap_err().code(),
        "oversight.state"
    );
    // Somebody calls it small; so many people make it of the middle grade.
    grade_incident(&mut tx, &ctx, number, Some(steps[0]), 0).await.unwrap();
    // An empty field takes nothing back.
    grade_incident(&mut tx, &ctx, number, None, 0).await.unwrap();
    let graded = &list_incidents(&mut tx).await.unwrap()[0];
    assert_eq!((graded.grade, graded.persons), (Some(1), Some(steps[0])));
    assert_eq!(
        grade_incident(&mut tx, &ctx, number, None, 4).await.unwrap_err().code(),
        "oversight.number"
    );
    assert_eq!(
        report_incident(&mut tx, &ctx, number, "").await.unwrap_err().code(),
        "oversight.acknowledgement"
    );
    report_incident(&mut tx, &ctx, number, "报 1").await.unwrap();
    assert_eq!(
        report_incident(&mut tx, &ctx, number, "报 1").await.unwrap_err().code(),
        "oversight.state"
    );
    assert_eq!(
        close_incident(&mut tx, &ctx, number, "x").await.unwrap_err().code(),
        "oversight.state"
    );
    tell_incident(&mut tx, &ctx, number).await.unwrap();
    close_incident(&mut tx, &ctx, number, "锁已更换").await.unwrap();
    assert_eq!(tell_incident(&mut tx, &ctx, number).await.unwrap_err().code(), "oversight.state");
    tx.commit().await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::IncidentTold), None);
}

#[tokio::test]
async fn what_was_done_elsewhere_is_kept_as_hash_and_place() {
    let mut world = World::new().await;
    world.activate().await;
    let on = today(&world);
    let mut tx = begin(&world).await;
    let (_, ctx) = world.parts();
    let hash = "ab".repeat(32);
    for (kind, day, document, place, code) in [
        (DutyKind::Filing, on, hash.as_str(), "x", "oversight.unknown"),
        (DutyKind::LevelAssessment, on, "ab", "x", "oversight.document"),
        (DutyKind::LevelAssessment, on, &hash, "", "oversight.words"),
        (DutyKind::LevelAssessment, on.next().unwrap(), &hash, "x", "oversight.day"),
    ] {
        let done = RecordDone {
            document: document.to_owned(),
            place: place.to_owned(),
            ..record(kind, &day.to_string())
        };
        let refused = record_duty_done(&mut tx, &ctx, &done).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let done = RecordDone {
        document: hash.to_uppercase(),
        ..record(DutyKind::LevelAssessment, &on.to_string())
    };
    record_duty_done(&mut tx, &ctx, &done).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(state(&all(&mut world).await, DutyKind::LevelAssessment), Some(DutyState::Done));
}

#[tokio::test]
async fn a_major_incident_makes_every_assessment_stale_and_a_smaller_one_none() {
    let mut world = World::new().await;
    let purpose = world.activate().await;
    let (db, ctx) = world.parts();
    let mut tx = trace_at(&db, ctx.now).await;
    let input = OpenIncident {
        kind: IncidentKind::Leak,
        words: "a gate was carried off".into(),
        known_at: ctx.now,
        persons: None,
        critical: false,
        public_interest: false,
    };
    let number = open_incident(&mut tx, &ctx, &input).await.unwrap();
    for (grade, stale) in [(1, false), (2, true)] {
        grade_incident(&mut tx, &ctx, number, None, grade).await.unwrap();
        let purpose = countenance_persons::lookup_purpose(&mut tx, purpose).await.unwrap().unwrap();
        let method = purpose.assessment.as_ref().unwrap().method.unwrap();
        assert_eq!(purpose.is_stale(&method), stale, "grade {grade}");
    }
}
