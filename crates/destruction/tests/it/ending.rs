use std::time::Duration;

use countenance_access::{BeginHold, begin_hold, end_hold, forget_passages, list_holds, passages_of_person};
use countenance_base::{AttemptId, Timestamp};
use countenance_destruction::{Certificate, Copy, CopyTree, Scope, Stage, What, is_included, keep_promise, promise_of};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Note, Passage};
use countenance_persons::{
    PurposeState, list_events_over, list_evidence, lookup_person, lookup_purpose, open_evidence, rows_of_person, shred_evidence,
};
use countenance_testdb::{reading, trace};

use crate::estate::{Estate, operator};
use crate::world::{Resident, World};

const LATER: Timestamp = Timestamp(i64::MAX);

async fn pass(world: &mut World, resident: &Resident) {
    let passage = Passage {
        attempt: AttemptId::new(world.now, &mut world.rng),
        at: world.now,
        door: world.door,
        lanes: vec![Lane::Face],
        person: Some(resident.id),
        opened: true,
        reason: "passage.recognised".to_owned(),
        demo: true,
        waited: None,
    };
    let frame = world.frame(LeafClass::Passage, |_, _| Some(Note::Passage(passage)));
    world.upload(vec![frame]).await;
}

async fn rows(estate: &Estate, resident: &Resident) -> u64 {
    let mut tx = reading(&estate.world.db).await;
    rows_of_person(&mut tx, resident.id)
        .await
        .unwrap()
        .iter()
        .map(|(_, count)| count)
        .sum()
}

fn finds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test]
async fn a_person_ends_at_every_holder_and_a_certificate_says_so() {
    let mut estate = Estate::new().await;
    estate.world.activate().await;
    let (a, b) = (
        estate.world.resident("12-1803", false).await,
        estate.world.resident("12-1804", false).await,
    );
    for resident in [&a, &b] {
        estate.world.turn_on(resident, Lane::Qr).await;
    }
    let consent = estate.world.enrol(&a).await;
    estate.world.enrol(&b).await;
    for resident in [&a, &b] {
        pass(&mut estate.world, resident).await;
    }
    estate.log().await;
    // Positive first: rows, keys and bytes are there to be found.
    assert!(rows(&estate, &a).await > 3);
    assert!(estate.keyring_has(a.id) && estate.keyring_has(b.id));
    assert!(finds(&estate.world.place.bytes().await, a.id.as_bytes()));

    let id = estate.order(Scope::Person(a.id)).await.unwrap();
    assert_eq!(estate.order(Scope::Person(a.id)).await.unwrap_err().code(), "destruction.ordered");
    let (snapshot, policy) = estate.world.snapshot().await;
    assert!(
        !snapshot.grants.iter().any(|grant| grant.person == a.id),
        "the gate is no longer permitted"
    );
    assert!(
        policy.member(a.id).is_none_or(|member| member.qr_key.is_none()),
        "nor does the QR open"
    );
    assert_eq!(estate.waits(id).await, 1, "the gate has not answered");
    assert!(rows(&estate, &a).await > 3, "nothing ends here before it has");

    estate.gate_erases(&a, consent).await;
    assert_eq!(estate.waits(id).await, 0);
    estate.finish(id).await;
    assert_eq!(rows(&estate, &a).await, 0);
    assert!(!estate.keyring_has(a.id));
    assert!(
        passages_of_person(&mut reading(&estate.world.db).await, a.id, LATER)
            .await
            .unwrap()
            .is_empty()
    );
    estate.world.db.sweep().await.unwrap();
    assert!(
        !finds(&estate.world.place.bytes().await, a.id.as_bytes()),
        "no byte of the person's id is left"
    );
    // Everybody else is untouched.
    assert!(estate.keyring_has(b.id) && rows(&estate, &b).await > 3);
    assert!(lookup_person(&mut reading(&estate.world.db).await, b.id).await.unwrap().is_some());

    let size = estate.log().await;
    assert_eq!(
        estate.certify(3).await,
        0,
        "not while a leaf that it names is beyond the checkpoint"
    );
    assert_eq!(estate.lookup(id).await.stage(), Stage::Destroyed);
    assert_eq!(estate.certify(size).await, 1);
    let bundle = estate.bundle(id, None).await;
    let certificate = bundle.certificate(operator().public()).unwrap();
    assert_eq!((certificate.what, certificate.copies.0, certificate.lost), (What::Person, 1, 0));
    assert!(certificate.rows.as_deref().unwrap().contains("passages 1"));
    assert_eq!(bundle.endings.len(), 1);
    let copies: Vec<Copy> = bundle.copies.iter().map(|line| Copy::parse(line).unwrap()).collect();
    assert_eq!(CopyTree::of(&copies).root(), certificate.copies.1);
    assert!(
        !bundle.note.contains(&a.id.to_string()) && !bundle.copies.concat().contains(&a.id.to_string()),
        "it names nobody"
    );
    assert_eq!(estate.certify(size).await, 0, "once");
}

#[tokio::test]
async fn what_stays_for_a_court_opens_for_the_evidence_key_and_is_shredded() {
    let mut estate = Estate::new().await;
    estate.world.activate().await;
    let a = estate.world.resident("12-1803", false).await;
    estate.world.turn_on(&a, Lane::Qr).await;
    let consent = estate.world.enrol(&a).await;
    estate.log().await;
    let id = estate.order(Scope::Person(a.id)).await.unwrap();
    estate.gate_erases(&a, consent).await;
    estate.finish(id).await;
    let sealed = list_evidence(&mut reading(&estate.world.db).await).await.unwrap();
    let [(_, letter)] = sealed.as_slice() else { panic!("one letter") };
    let kept = open_evidence(&[9; 32], letter).unwrap();
    assert_eq!((kept.len(), kept[0].consent, kept[0].receipts.len()), (1, consent, 2));
    assert!(kept[0].text.contains(&a.id.to_string()) && kept[0].signature.is_some());
    assert!(open_evidence(&[8; 32], letter).is_none());

    let days = u64::from(estate.world.rulebook.parameters().consent_receipt_keep_days);
    for (passed, left) in [(days * 86_400 - 1, 1), (2, 0)] {
        estate.world.pass(passed);
        let mut tx = trace(&estate.world.db).await;
        shred_evidence(&mut tx, estate.world.now).await.unwrap();
        assert_eq!(list_evidence(&mut tx).await.unwrap().len(), left);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_hold_keeps_passages_and_its_person_until_it_ends() {
    let mut estate = Estate::new().await;
    estate.world.activate().await;
    let (a, b) = (
        estate.world.resident("12-1803", false).await,
        estate.world.resident("12-1804", false).await,
    );
    for resident in [&a, &b] {
        pass(&mut estate.world, resident).await;
    }
    let now = estate.world.now;
    let (db, mut ctx) = estate.world.parts();
    let mut tx = trace(&db).await;
    let desk = crate::world::operator(&mut tx, &mut ctx).await;
    let hold = |name: &str, days| BeginHold {
        operator: desk.id,
        name: name.into(),
        reason: "a dispute".into(),
        person: Some(a.id),
        covers: (now.minus(Duration::from_hours(1)), now.plus(Duration::from_hours(1))),
        days,
    };
    assert_eq!(begin_hold(&mut tx, &mut ctx, hold(" ", 90)).await.unwrap_err().code(), "hold.words");
    assert_eq!(
        begin_hold(&mut tx, &mut ctx, hold("case", 999)).await.unwrap_err().code(),
        "hold.span"
    );
    let id = begin_hold(&mut tx, &mut ctx, hold("case", 90)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(estate.order(Scope::Person(a.id)).await.unwrap_err().code(), "destruction.held");

    estate.world.pass(40 * 86_400);
    for (live, left) in [(true, 1), (false, 0)] {
        let (db, ctx) = estate.world.parts();
        let mut tx = trace(&db).await;
        if !live {
            end_hold(&mut tx, &ctx, id).await.unwrap();
            assert_eq!(end_hold(&mut tx, &ctx, id).await.unwrap_err().code(), "hold.unknown");
        }
        forget_passages(&mut tx, &ctx).await.unwrap();
        assert_eq!(passages_of_person(&mut tx, a.id, LATER).await.unwrap().len(), left);
        assert!(
            passages_of_person(&mut tx, b.id, LATER).await.unwrap().is_empty(),
            "nobody else is held"
        );
        assert_eq!(list_holds(&mut tx).await.unwrap()[0].is_live(ctx.now), live);
        tx.commit().await.unwrap();
    }
    estate.order(Scope::Person(a.id)).await.unwrap();
}

#[tokio::test]
async fn a_purpose_ends_with_every_template_under_it_and_people_stay() {
    let mut estate = Estate::new().await;
    let purpose = estate.world.activate().await;
    let mut residents = Vec::new();
    for unit in ["12-1801", "12-1802", "12-1803"] {
        let resident = estate.world.resident(unit, false).await;
        estate.world.turn_on(&resident, Lane::Qr).await;
        let consent = estate.world.enrol(&resident).await;
        residents.push((resident, consent));
    }
    estate.log().await;
    let id = estate.order(Scope::Purpose(purpose)).await.unwrap();
    for (resident, consent) in &residents {
        assert_eq!(estate.waits(id).await, 1);
        estate.gate_erases(resident, *consent).await;
    }
    estate.finish(id).await;
    let size = estate.log().await;
    assert_eq!(estate.certify(size).await, 1);
    let whole = estate.bundle(id, None).await;
    let certificate = whole.certificate(operator().public()).unwrap();
    assert_eq!((certificate.copies.0, certificate.rows.as_deref()), (3, None));
    // A person's own file has their own line with its path.
    let own = estate.bundle(id, Some(&[1])).await;
    let mine = &own.mine.as_ref().unwrap()[0];
    let path: Vec<[u8; 32]> = mine.path.iter().map(|hash| decode(hash)).collect();
    assert!(is_included(&own.copies[0], mine.index, 3, &certificate.copies.1, &path));
    assert!(!is_included(&whole.copies[0], mine.index, 3, &certificate.copies.1, &path));
    assert_eq!((own.copies.len(), own.endings.len()), (1, 1));
    assert!(estate.keyring_has(residents[0].0.id) && rows(&estate, &residents[0].0).await > 3);
}

fn decode(base64: &str) -> [u8; 32] {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(base64)
        .unwrap()
        .try_into()
        .unwrap()
}

#[tokio::test]
async fn an_event_ends_by_itself_with_what_happened_at_its_door() {
    let mut estate = Estate::new().await;
    estate.world.event_ends = Some(estate.world.now.plus(Duration::from_hours(3)));
    let purpose = estate.world.activate().await;
    let a = estate.world.resident("12-1803", false).await;
    estate.world.turn_on(&a, Lane::Qr).await;
    let consent = estate.world.enrol(&a).await;
    let begun = countenance_persons::lookup_consent(&mut reading(&estate.world.db).await, a.id, consent)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        begun.consent.until,
        estate.world.event_ends.unwrap(),
        "the consent ends with the event"
    );
    pass(&mut estate.world, &a).await;
    estate.log().await;
    let over = |at| {
        let db = estate.world.db.clone();
        async move { list_events_over(&mut reading(&db).await, at).await.unwrap() }
    };
    assert!(over(estate.world.now).await.is_empty());
    estate.world.pass(3 * 3_600);
    assert_eq!(
        list_events_over(&mut reading(&estate.world.db).await, estate.world.now)
            .await
            .unwrap(),
        [purpose]
    );
    let id = estate.order(Scope::Event(purpose)).await.unwrap();
    let state = lookup_purpose(&mut reading(&estate.world.db).await, purpose)
        .await
        .unwrap()
        .unwrap()
        .state();
    assert_eq!(state, PurposeState::Ended);
    estate.gate_erases(&a, consent).await;
    estate.finish(id).await;
    assert!(
        passages_of_person(&mut reading(&estate.world.db).await, a.id, LATER)
            .await
            .unwrap()
            .is_empty()
    );
    let size = estate.log().await;
    assert_eq!(estate.certify(size).await, 1);
    let certificate = estate.bundle(id, None).await.certificate(operator().public()).unwrap();
    assert_eq!((certificate.what, certificate.copies.0), (What::Event, 1));
}

#[tokio::test]
async fn a_site_closes_with_everybody() {
    let mut estate = Estate::new().await;
    estate.world.activate().await;
    let a = estate.world.resident("12-1803", false).await;
    let b = estate.world.resident("12-1804", false).await;
    estate.world.turn_on(&a, Lane::Qr).await;
    let consent = estate.world.enrol(&a).await;
    estate.log().await;
    let id = estate.order(Scope::Site).await.unwrap();
    assert_eq!(estate.order(Scope::Person(b.id)).await.unwrap_err().code(), "destruction.ordered");
    estate.gate_erases(&a, consent).await;
    estate.finish(id).await;
    for resident in [&a, &b] {
        assert_eq!(rows(&estate, resident).await, 0);
        assert!(!estate.keyring_has(resident.id));
    }
    assert_eq!(estate.writer.keyring().count().unwrap(), 0);
}

#[tokio::test]
async fn an_auditors_promise_is_logged_before_the_order_and_serves_once() {
    let mut estate = Estate::new().await;
    let a = estate.world.resident("12-1803", false).await;
    let hash = promise_of(&[7; 32]);
    let (db, ctx) = estate.world.parts();
    let mut tx = trace(&db).await;
    keep_promise(&mut tx, &ctx, "auditor", hash).await.unwrap();
    assert_eq!(
        keep_promise(&mut tx, &ctx, "auditor", hash).await.unwrap_err().code(),
        "promise.known"
    );
    tx.commit().await.unwrap();
    estate.log().await;
    let id = estate.order(Scope::Person(a.id)).await.unwrap();
    estate.finish(id).await;
    let size = estate.log().await;
    assert_eq!(estate.certify(size).await, 1);
    let certificate = estate.bundle(id, None).await.certificate(operator().public()).unwrap();
    let (place, promised) = certificate.promise.unwrap();
    assert_eq!(promised, hash);
    assert!(place < certificate.plan, "promised before it was planned");
    let b = estate.world.resident("12-1804", false).await;
    let id = estate.order(Scope::Person(b.id)).await.unwrap();
    estate.finish(id).await;
    let size = estate.log().await;
    estate.certify(size).await;
    assert_eq!(
        estate.bundle(id, None).await.certificate(operator().public()).unwrap().promise,
        None
    );
}

#[tokio::test]
async fn a_changed_certificate_is_not_the_operators() {
    let mut estate = Estate::new().await;
    let a = estate.world.resident("12-1803", false).await;
    estate.log().await;
    let id = estate.order(Scope::Person(a.id)).await.unwrap();
    estate.finish(id).await;
    let size = estate.log().await;
    estate.certify(size).await;
    let bundle = estate.bundle(id, None).await;
    assert!(bundle.certificate(operator().public()).is_some());
    let mut changed = bundle.clone();
    changed.note = changed.note.replace("lost 0", "lost 1");
    assert!(changed.certificate(operator().public()).is_none());
    let other = countenance_tlog::NoteSigner::new("countenance/test/operator", countenance_tlog::KEY_LOG, &[4; 32]).unwrap();
    assert!(bundle.certificate(other.public()).is_none());
    assert_eq!(Certificate::parse(&bundle.text().unwrap()).unwrap().destruction, id);
}
