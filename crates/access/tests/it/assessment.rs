use std::collections::BTreeMap;

use countenance_access::{lookup_door, method, take_poll};
use countenance_base::{OperatorId, PurposeId};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Poll, Redeemed};
use countenance_persons::{
    Assessment, DeclarePurpose, PurposeState, WriteAssessment, activate_purpose, approve_assessment, declare_purpose, epoch,
    list_assessments, lookup_purpose, outdate_assessments, write_assessment,
};
use countenance_rules::AssessmentHead;
use countenance_testdb::{reading, trace, trace_at};

use crate::world::{World, operator_named, purpose_facts};

/// An estate with a declared purpose, and two operators.
struct Declared {
    world: World,
    purpose: PurposeId,
    writer: OperatorId,
    other: OperatorId,
}

fn texts() -> BTreeMap<String, String> {
    let heads = AssessmentHead::ALL
        .into_iter()
        .map(|head| (head.word().to_owned(), "considered".to_owned()));
    heads
        .chain([
            ("flow".to_owned(), "camera to gate".to_owned()),
            ("mood".to_owned(), "none".to_owned()),
        ])
        .collect()
}

impl Declared {
    async fn new() -> Self {
        let mut world = World::new().await;
        let door = world.door;
        let (db, mut ctx) = world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let writer = operator_named(&mut tx, &mut ctx, "desk").await.id;
        let other = operator_named(&mut tx, &mut ctx, "safety").await.id;
        let declare = DeclarePurpose {
            operator: writer,
            door: lookup_door(&mut tx, door).await.unwrap().unwrap().words(),
            facts: purpose_facts(),
            event_ends: None,
        };
        let purpose = declare_purpose(&mut tx, &mut ctx, declare).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            world,
            purpose,
            writer,
            other,
        }
    }

    async fn method(&self) -> [u8; 32] {
        let mut tx = reading(&self.world.db).await;
        let door = lookup_door(&mut tx, self.world.door).await.unwrap().unwrap();
        method(&mut tx, &door, purpose_facts().mode).await.unwrap()
    }

    async fn write(&mut self, texts: BTreeMap<String, String>) -> u32 {
        let method = self.method().await;
        let (purpose, operator) = (self.purpose, self.writer);
        let (db, ctx) = self.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let write = WriteAssessment {
            purpose,
            operator,
            texts,
            system: "mode 1:few".to_owned(),
            method,
        };
        let version = write_assessment(&mut tx, &ctx, write).await.unwrap();
        tx.commit().await.unwrap();
        version
    }

    async fn approve(&mut self, version: u32, by: OperatorId) -> Result<(), &'static str> {
        let (method, purpose) = (self.method().await, self.purpose);
        let (db, ctx) = self.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        approve_assessment(&mut tx, &ctx, purpose, version, by, method)
            .await
            .map_err(|error| error.code())?;
        tx.commit().await.unwrap();
        Ok(())
    }

    /// The rules that refuse, or the code.
    async fn activate(&mut self) -> Result<(), Vec<String>> {
        let (method, purpose, writer) = (self.method().await, self.purpose, self.writer);
        let (db, mut ctx) = self.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        activate_purpose(&mut tx, &mut ctx, purpose, writer, &method)
            .await
            .map_err(|error| match error.ruling() {
                Some(ruling) => ruling.findings.iter().map(|finding| finding.id.clone()).collect(),
                None => vec![error.code().to_owned()],
            })?;
        tx.commit().await.unwrap();
        Ok(())
    }

    async fn state(&self) -> PurposeState {
        lookup_purpose(&mut reading(&self.world.db).await, self.purpose)
            .await
            .unwrap()
            .unwrap()
            .state()
    }

    async fn epoch(&self) -> u64 {
        epoch(&mut *reading(&self.world.db).await).await.unwrap()
    }

    async fn versions(&self) -> Vec<Assessment> {
        list_assessments(&mut reading(&self.world.db).await, self.purpose).await.unwrap()
    }

    /// The gate says that it has this pack now.
    async fn pack(&mut self, pack: [u8; 32]) {
        let gate = self.world.gate_row().await;
        let mut tx = trace(&self.world.db).await;
        let poll = Poll {
            epoch: 1,
            head: gate.head,
            wait_s: 0,
            alarms: vec![],
            seal: None,
            pack: Some(pack),
            program: None,
        };
        assert!(!take_poll(&mut tx, &gate, &poll, self.world.now).await.unwrap());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn one_operator_writes_another_approves_and_then_faces_may_be_used() {
    let mut declared = Declared::new().await;
    let (writer, other) = (declared.writer, declared.other);
    assert_eq!(declared.state().await, PurposeState::Declared);
    assert!(declared.activate().await.unwrap_err().contains(&"assessment.approved".to_owned()));
    let mut gaps = texts();
    gaps.insert(AssessmentHead::Risk.word().to_owned(), " ".to_owned());
    assert_eq!(declared.write(gaps).await, 1);
    assert_eq!(declared.state().await, PurposeState::Assessed);
    assert_eq!(declared.approve(1, other).await, Err("assessment.heads"));
    assert_eq!(declared.write(texts()).await, 1, "nobody approved the first yet");
    assert_eq!(declared.approve(1, writer).await, Err("assessment.same_person"));
    assert_eq!(declared.approve(2, other).await, Err("purpose.state"));
    assert!(declared.activate().await.is_err());
    assert_eq!(declared.approve(1, other).await, Ok(()));
    assert_eq!(declared.state().await, PurposeState::Approved);
    assert_eq!(declared.approve(1, other).await, Err("purpose.state"));
    assert_eq!(declared.activate().await, Ok(()));
    assert_eq!(declared.state().await, PurposeState::Active);
}

#[tokio::test]
async fn what_was_approved_stays_as_it_was_and_is_kept() {
    let mut declared = Declared::new().await;
    let other = declared.other;
    declared.write(texts()).await;
    declared.approve(1, other).await.unwrap();
    let approved = declared.versions().await.remove(0);
    assert_eq!(
        (approved.texts.len(), approved.texts.contains_key("mood")),
        (5, false),
        "four heads and a field"
    );
    let approval = approved.approval.unwrap();
    let days = approval.kept_until.since(approval.at).as_secs() / 86_400;
    assert_eq!(days, u64::from(declared.world.rulebook.parameters().assessment_keep_days));
    declared.world.pass(86_400);
    let mut later = texts();
    later.insert("flow".to_owned(), "camera to gate, nowhere else".to_owned());
    assert_eq!(declared.write(later).await, 2);
    let versions = declared.versions().await;
    assert_eq!(versions.first(), Some(&approved));
    assert_ne!(versions[1].hash(), approved.hash());
    let purpose = lookup_purpose(&mut reading(&declared.world.db).await, declared.purpose)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(purpose.assessment, Some(approved), "the newer one counts when it is approved");
}

#[tokio::test]
async fn another_pack_stops_enrolment_and_matching_until_it_is_assessed_anew() {
    let mut declared = Declared::new().await;
    let other = declared.other;
    declared.write(texts()).await;
    declared.approve(1, other).await.unwrap();
    declared.activate().await.unwrap();
    let (a, b) = (
        declared.world.resident("12-1803", false).await,
        declared.world.resident("12-1804", false).await,
    );
    for resident in [&a, &b] {
        declared.world.turn_on(resident, Lane::Qr).await;
    }
    declared.world.enrol(&a).await;
    let consent = declared.world.consent(&b).await;
    let code = declared.world.code(&b, consent).await;
    let granted = async |world: &mut World| world.snapshot().await.0.grants.iter().any(|grant| grant.person == a.id);
    assert!(granted(&mut declared.world).await);
    declared.pack([3; 32]).await;
    assert!(granted(&mut declared.world).await, "the pack of before");

    let before = declared.method().await;
    declared.pack([4; 32]).await;
    assert_ne!(declared.method().await, before);
    assert!(!granted(&mut declared.world).await);
    let (_, policy) = declared.world.snapshot().await;
    let rests = policy.stop.unwrap();
    assert_eq!(rests.since, None);
    assert!(
        rests.kept.iter().any(|kept| kept.person == a.id),
        "the template waits for the new assessment"
    );
    let stale = "assessment.not_stale".to_owned();
    assert!(declared.world.begin(&b).await.unwrap_err().contains(&stale));
    assert_eq!(declared.world.redeem(&code).await, Redeemed::Refused(stale));

    declared.write(texts()).await;
    assert!(!granted(&mut declared.world).await, "written is not approved");
    let before = declared.epoch().await;
    declared.approve(2, other).await.unwrap();
    assert!(declared.epoch().await > before, "gates learn of it");
    assert!(granted(&mut declared.world).await);
    assert!(matches!(declared.world.redeem(&code).await, Redeemed::Granted(_)));
}

#[tokio::test]
async fn what_was_written_about_another_method_is_not_approved() {
    let mut declared = Declared::new().await;
    let other = declared.other;
    declared.write(texts()).await;
    declared.pack([4; 32]).await;
    assert_eq!(declared.approve(1, other).await, Err("assessment.stale"));
    declared.write(texts()).await;
    assert_eq!(declared.approve(1, other).await, Ok(()));
}

#[tokio::test]
async fn after_a_major_incident_every_assessment_is_made_again() {
    let mut declared = Declared::new().await;
    let other = declared.other;
    declared.write(texts()).await;
    declared.approve(1, other).await.unwrap();
    declared.activate().await.unwrap();
    let a = declared.world.resident("12-1803", false).await;
    declared.world.turn_on(&a, Lane::Qr).await;
    assert!(declared.world.begin(&a).await.is_ok());
    let mut tx = trace(&declared.world.db).await;
    assert_eq!(outdate_assessments(&mut tx, declared.world.now).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert!(
        declared
            .world
            .begin(&a)
            .await
            .is_err_and(|rules| rules.contains(&"assessment.not_stale".to_owned()))
    );
    declared.write(texts()).await;
    declared.approve(2, other).await.unwrap();
    assert!(declared.world.begin(&a).await.is_ok());
}
