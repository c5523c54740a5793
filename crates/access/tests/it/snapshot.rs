use countenance_access::{findings_of_consent, take_poll};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Head, Note, Poll};
use countenance_persons::{ConsentState, end_purpose, expire_consents, lookup_consent, turn_off, withdraw_consent};
use countenance_testdb::{reading, trace};

use crate::world::World;

#[tokio::test]
async fn without_an_active_purpose_there_is_no_face_and_no_name() {
    let mut world = World::new().await;
    let (statement, policy) = world.snapshot().await;
    assert!(policy.face.is_none() && statement.grants.is_empty() && policy.households.is_empty());
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Pin).await;
    let purpose = world.activate().await;
    let (statement, policy) = world.snapshot().await;
    assert_eq!(policy.face.as_ref().map(|face| face.purpose), Some(purpose));
    assert_eq!(statement.face_lease_s, 86_400);
    let member = policy.member(a.id).unwrap();
    assert!(member.pin.is_some() && member.qr_key.is_none() && member.face.is_none() && member.record_key.is_some());
    assert!(
        policy
            .texts
            .iter()
            .any(|text| text.code == "other_way.held" && !text.text.zh.is_empty())
    );
    world.save(vec![vec![Lane::Qr], vec![Lane::Pin]]).await.unwrap();
    assert!(
        world.snapshot().await.1.face.is_none(),
        "a door without a face lane has none, whatever its purpose"
    );
}

#[tokio::test]
async fn a_match_grant_stands_from_redemption_to_withdrawal() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.consent(&a).await;
    assert!(world.snapshot().await.0.grants.is_empty(), "a signature alone opens nothing");
    let code = world.code(&a, consent).await;
    world.redeem(&code).await;
    let (statement, policy) = world.snapshot().await;
    let [grant] = statement.grants.as_slice() else {
        panic!("one grant was expected")
    };
    assert_eq!((grant.person, grant.consent, grant.epoch), (a.id, consent, statement.epoch));
    assert_eq!(policy.member(a.id).unwrap().face, Some(grant.id));
    assert_eq!(world.snapshot().await.0.grants[0].id, grant.id, "the grant keeps its name");
    let (db, ctx) = world.parts();
    let mut tx = trace(&db).await;
    withdraw_consent(&mut tx, &ctx, a.id, consent).await.unwrap();
    tx.commit().await.unwrap();
    let (statement, policy) = world.snapshot().await;
    assert!(statement.grants.is_empty() && policy.member(a.id).unwrap().face.is_none());
}

#[tokio::test]
async fn a_face_without_another_way_loses_its_grant_and_says_why() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    let consent = world.enrol(&a).await;
    assert_eq!(world.snapshot().await.0.grants.len(), 1);
    let (db, ctx) = world.parts();
    let mut tx = trace(&db).await;
    turn_off(&mut tx, &ctx, a.id, Lane::Qr).await.unwrap();
    tx.commit().await.unwrap();
    assert!(world.snapshot().await.0.grants.is_empty());
    let findings = findings_of_consent(&mut reading(&world.db).await, consent).await.unwrap();
    assert_eq!(
        findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(),
        ["other_way.held"]
    );
    assert!(!findings[0].remedy.en.is_empty() && !findings[0].article.zh.is_empty());
    world.turn_on(&a, Lane::Pin).await;
    assert_eq!(world.snapshot().await.0.grants.len(), 1);
    assert!(
        findings_of_consent(&mut reading(&world.db).await, consent)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn consents_end_with_their_time_and_with_their_purpose() {
    let mut world = World::new().await;
    let purpose = world.activate().await;
    let (a, b) = (world.resident("12-1803", false).await, world.resident("12-1804", false).await);
    world.turn_on(&a, Lane::Qr).await;
    world.turn_on(&b, Lane::Qr).await;
    let old = world.enrol(&a).await;
    world.pass(100 * 86_400);
    let young = world.enrol(&b).await;
    world.pass(265 * 86_400);
    let mut tx = trace(&world.db).await;
    assert_eq!(expire_consents(&mut tx, world.now).await.unwrap(), 1);
    assert_eq!(expire_consents(&mut tx, world.now).await.unwrap(), 0);
    assert_eq!(
        lookup_consent(&mut tx, a.id, old).await.unwrap().unwrap().consent.state,
        ConsentState::Expired
    );
    tx.commit().await.unwrap();
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    end_purpose(&mut tx, &mut ctx, purpose).await.unwrap();
    let view = lookup_consent(&mut tx, b.id, young).await.unwrap().unwrap();
    assert_eq!(
        (view.consent.state, view.consent.ended_by.map(countenance_persons::EndedBy::word)),
        (ConsentState::Withdrawn, Some("purpose"))
    );
    tx.commit().await.unwrap();
    let (statement, policy) = world.snapshot().await;
    assert!(statement.grants.is_empty() && policy.face.is_none());
}

#[tokio::test]
async fn a_gate_that_tells_two_histories_loses_its_face_lane() {
    let mut world = World::new().await;
    world.activate().await;
    let a = world.resident("12-1803", false).await;
    world.turn_on(&a, Lane::Qr).await;
    world.enrol(&a).await;
    let good = Head {
        size: 1,
        hash: world.journal[0].hash(),
    };
    let longer = Head { size: 9, hash: [8; 32] };
    let poll = |head| Poll {
        epoch: 1,
        head,
        wait_s: 0,
        alarms: vec!["clock.behind".to_owned(), "<b>".to_owned()],
        seal: None,
        pack: None,
        program: None,
    };
    for (head, forked) in [
        (good, false),
        (longer, false),
        (longer, false),
        (Head { size: 9, hash: [7; 32] }, true),
        (longer, true),
    ] {
        let gate = world.gate_row().await;
        let mut tx = trace(&world.db).await;
        assert_eq!(take_poll(&mut tx, &gate, &poll(head), world.now).await.unwrap(), forked);
        tx.commit().await.unwrap();
    }
    let alarms = countenance_access::list_alarms(&mut *reading(&world.db).await).await.unwrap();
    let codes: Vec<&str> = alarms.iter().map(|alarm| alarm.code.as_str()).collect();
    assert_eq!(codes, ["clock.behind", "journal.forked"]);
    let (statement, policy) = world.snapshot().await;
    assert!(policy.face.is_none() && statement.grants.is_empty());
    assert!(policy.member(a.id).unwrap().qr_key.is_some(), "the other lanes go on");
    let frame = world.frame(countenance_gate_core::journal::LeafClass::Boot, |_, _| None::<Note>);
    assert!(world.upload(vec![frame]).await.forked);
    let code = {
        let consent = world.gate_row().await;
        consent.forked_at
    };
    assert!(code.is_some());
}

#[tokio::test]
async fn a_rolled_back_head_is_seen_and_an_overtaken_one_is_not_blamed() {
    let mut world = World::new().await;
    let frames: Vec<_> = (0..3)
        .map(|_| world.frame(countenance_gate_core::journal::LeafClass::Boot, |_, _| None))
        .collect();
    world.upload(frames).await;
    let head = |size: usize, world: &World| Head {
        size: size as u64,
        hash: size.checked_sub(1).map_or([0; 32], |last| world.journal[last].hash()),
    };
    for (size, forked) in [(1, false), (2, false), (3, false), (2, true)] {
        let gate = world.gate_row().await;
        let poll = Poll {
            epoch: 1,
            head: head(size, &world),
            wait_s: 0,
            alarms: vec![],
            seal: None,
            pack: None,
            program: None,
        };
        let mut tx = trace(&world.db).await;
        assert_eq!(take_poll(&mut tx, &gate, &poll, world.now).await.unwrap(), forked, "size {size}");
        tx.commit().await.unwrap();
    }
}
