use std::time::Duration;

use countenance_access::{next_place, place_leaves, unplaced_leaves};
use countenance_base::{InspectionId, OperatorId, SecretKey, SeededRng, SiteId, Text, Timestamp};
use countenance_gate_core::journal::{LeafClass, RecordKind};
use countenance_grant::{SigningKey, letter_key};
use countenance_inspection::{
    AskInspection, DAYS_MAX, InspectionError, InspectionState, ask_inspection, draw_sample, end_inspection, forget_ended_inspections,
    grant_inspection, last_drawn_sample, leave_look, list_inspections, lookup_inspection, lookup_inspection_session, open_inspection,
    promise_sample,
};
use countenance_persons::{Ctx, Pepper, Site, follow_operator_link, found_site, make_operator_link, write_leaves};
use countenance_rules::Rulebook;
use countenance_storage::Db;
use countenance_testdb::{Place, keyring, reading, trace_at, trace_by};
use countenance_trace::{Ink, OpenLeaf, Reader, Writer, open_leaves};

struct World {
    place: Place,
    db: Db,
    now: Timestamp,
    rng: SeededRng,
    rulebook: Rulebook,
    pepper: Pepper,
    site: Site,
    writer: Writer,
    ann: OperatorId,
    ben: OperatorId,
}

impl World {
    async fn new() -> Self {
        let place = Place::empty().await;
        let db = place.open().await;
        let now = Timestamp::parse_rfc3339("2026-11-23T08:00:00Z").unwrap();
        let mut rng = SeededRng::new(11);
        let name = Text::new("清和园", "Qinghe Gardens");
        let site = Site {
            id: SiteId::new(now, &mut rng),
            name: name.clone(),
            operator: name.clone(),
            contact: name.clone(),
            complaints: name,
            time_zone: "Asia/Shanghai".to_owned(),
            public_key: SigningKey::generate(&mut rng).public(),
            evidence_key: letter_key(&[9; 32]).unwrap(),
            intake_key: countenance_testdb::intake(),
        };
        let mut tx = trace_at(&db, now).await;
        found_site(&mut tx, now, &site).await.unwrap();
        tx.commit().await.unwrap();
        let writer = Writer::new(keyring(&place.folder().join("keyring")));
        let nobody = OperatorId::new(now, &mut rng);
        let mut world = Self {
            place,
            db,
            now,
            rng,
            rulebook: countenance_rules::embedded().unwrap().pop().unwrap(),
            pepper: Pepper::from_root(&SecretKey::new([5; 32])),
            site,
            writer,
            ann: nobody,
            ben: nobody,
        };
        world.ann = world.operator("Ann").await;
        world.ben = world.operator("Ben").await;
        world
    }

    fn parts(&mut self) -> (Db, Ctx<'_>) {
        // Events of one millisecond become leaves in any order.
        self.now = self.now.plus(Duration::from_millis(2));
        let ctx = Ctx {
            now: self.now,
            rng: &mut self.rng,
            rulebook: &self.rulebook,
            pepper: &self.pepper,
            site: &self.site,
        };
        (self.db.clone(), ctx)
    }

    async fn operator(&mut self, name: &str) -> OperatorId {
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let code = make_operator_link(&mut tx, &mut ctx, name).await.unwrap();
        let session = follow_operator_link(&mut tx, &mut ctx, &code).await.unwrap();
        tx.commit().await.unwrap();
        session.operator
    }

    async fn ask_with(&mut self, change: impl FnOnce(&mut AskInspection)) -> Result<InspectionId, InspectionError> {
        let mut input = AskInspection {
            operator: self.ann,
            authority: "区网信办".into(),
            inspector: "王某".into(),
            reason: "2026 年第 114 号".into(),
            begins: self.now,
            days: 2,
        };
        change(&mut input);
        let operator = input.operator;
        let (db, mut ctx) = self.parts();
        let mut tx = trace_by(&db, Reader::Desk(operator), ctx.now).await;
        let id = ask_inspection(&mut tx, &mut ctx, input).await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    async fn grant(&mut self, id: InspectionId, operator: OperatorId) -> Result<String, InspectionError> {
        let (db, mut ctx) = self.parts();
        let mut tx = trace_by(&db, Reader::Desk(operator), ctx.now).await;
        let code = grant_inspection(&mut tx, &mut ctx, id, operator).await?;
        tx.commit().await.unwrap();
        Ok(code)
    }

    async fn open(&mut self, code: &str) -> Result<String, InspectionError> {
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let session = open_inspection(&mut tx, &mut ctx, code).await?;
        tx.commit().await.unwrap();
        Ok(session.token)
    }

    async fn end(&mut self, id: InspectionId, operator: OperatorId) -> Result<(), InspectionError> {
        let (db, ctx) = self.parts();
        let mut tx = trace_by(&db, Reader::Desk(operator), ctx.now).await;
        end_inspection(&mut tx, &ctx, id, operator).await?;
        tx.commit().await.unwrap();
        Ok(())
    }

    async fn is_in(&mut self, token: &str) -> bool {
        let (db, ctx) = self.parts();
        lookup_inspection_session(&mut reading(&db).await, &ctx, token)
            .await
            .unwrap()
            .is_some()
    }

    fn pass(&mut self, hours: u64) {
        self.now = self.now.plus(Duration::from_hours(hours));
    }

    /// Events become leaves, leaves get places.
    async fn log(&mut self) {
        let ink = Ink {
            evidence_key: self.site.evidence_key,
            policy: 1,
            demo: true,
            now: self.now,
        };
        let mut tx = trace_at(&self.db, self.now).await;
        while write_leaves(&mut tx, &mut self.writer, 100, ink, &mut self.rng).await.unwrap() {}
        let leaves = unplaced_leaves(&mut tx, 1_000).await.unwrap();
        let first = next_place(&mut tx).await.unwrap();
        let entries: Vec<Vec<u8>> = leaves.into_iter().map(|leaf| leaf.leaf).collect();
        place_leaves(&mut tx, first, &entries).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Open leaves of a class, the oldest first.
    async fn leaves(&self, class: LeafClass) -> Vec<OpenLeaf> {
        let mut tx = reading(&self.db).await;
        let mut leaves = open_leaves(&mut tx, class).await.unwrap();
        leaves.reverse();
        leaves
    }
}

#[tokio::test]
async fn two_operators_let_an_inspector_in_and_the_ledger_says_which_two() {
    let mut world = World::new().await;
    let (ann, ben) = (world.ann, world.ben);
    let id = world.ask_with(|_| ()).await.unwrap();
    assert_eq!(world.grant(id, ann).await.unwrap_err().code(), "inspection.same_operator");
    let code = world.grant(id, ben).await.unwrap();
    assert_eq!(world.grant(id, ben).await.unwrap_err().code(), "inspection.state", "once");
    let token = world.open(&code).await.unwrap();
    assert!(world.is_in(&token).await && !world.is_in(&code).await && !world.is_in("").await);
    assert_eq!(world.open(&code).await.unwrap_err().code(), "inspection.link", "single use");
    let mut tx = trace_by(&world.db, Reader::Inspector, world.now).await;
    leave_look(&mut tx, id, "registers");
    tx.commit().await.unwrap();
    world.end(id, ann).await.unwrap();
    assert!(!world.is_in(&token).await);
    world.log().await;
    let changes = world.leaves(LeafClass::Change).await;
    let said: Vec<(String, Option<OperatorId>)> = changes
        .into_iter()
        .map(|leaf| (leaf.record.reason, leaf.record.actor))
        .filter(|(reason, _)| reason.starts_with("inspection."))
        .collect();
    let step = |what: &str| format!("inspection.{what} {id}");
    assert_eq!(
        said,
        [
            (step("asked"), Some(ann)),
            (step("granted"), Some(ben)),
            (step("opened"), None),
            (step("ended"), Some(ann)),
        ]
    );
    let looks = world.leaves(LeafClass::Look).await;
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].record.reason, format!("inspection.looked {id} registers"));
}

#[tokio::test]
async fn it_is_over_on_its_day_and_before_if_an_operator_says_so() {
    let mut world = World::new().await;
    let ben = world.ben;
    let id = world.ask_with(|_| ()).await.unwrap();
    let code = world.grant(id, ben).await.unwrap();
    let token = world.open(&code).await.unwrap();
    world.pass(47);
    assert!(world.is_in(&token).await);
    world.pass(1);
    assert!(!world.is_in(&token).await);
    assert_eq!(world.end(id, ben).await.unwrap_err().code(), "inspection.over");
    let mut tx = trace_at(&world.db, world.now).await;
    assert_eq!(forget_ended_inspections(&mut tx, world.now).await.unwrap(), 1);
    assert_eq!(
        list_inspections(&mut tx).await.unwrap().len(),
        1,
        "who was let in stays on the record"
    );
    tx.commit().await.unwrap();

    let late = world.ask_with(|_| ()).await.unwrap();
    world.pass(48);
    assert_eq!(world.grant(late, ben).await.unwrap_err().code(), "inspection.over");

    let code = {
        let id = world
            .ask_with(|ask| ask.begins = ask.begins.plus(Duration::from_hours(5)))
            .await
            .unwrap();
        let code = world.grant(id, ben).await.unwrap();
        assert_eq!(
            world.open(&code).await.unwrap_err().code(),
            "inspection.link",
            "not before its time"
        );
        world.pass(5);
        world.end(id, ben).await.unwrap();
        assert_eq!(world.end(id, ben).await.unwrap_err().code(), "inspection.state");
        code
    };
    assert_eq!(world.open(&code).await.unwrap_err().code(), "inspection.link", "not after its end");
    let back = world.ask_with(|_| ()).await.unwrap();
    world.end(back, ben).await.unwrap();
    assert_eq!(world.grant(back, ben).await.unwrap_err().code(), "inspection.state");
    let unknown = InspectionId::from_bytes([7; 16]);
    assert_eq!(world.grant(unknown, ben).await.unwrap_err().code(), "inspection.unknown");
    let found = lookup_inspection(&mut reading(&world.db).await, back).await.unwrap().unwrap();
    assert_eq!(found.state(world.now), InspectionState::Ended);
}

#[tokio::test]
async fn what_is_asked_has_words_and_a_few_days() {
    let mut world = World::new().await;
    let far = world.now.plus(Duration::from_hours(31 * 24));
    for (code, change) in [
        ("inspection.words", (|ask| ask.authority = " ".into()) as fn(&mut AskInspection)),
        ("inspection.words", |ask| ask.inspector = "王".repeat(121)),
        ("inspection.words", |ask| ask.reason = "114\nsample none".into()),
        ("inspection.span", |ask| ask.days = 0),
        ("inspection.span", |ask| ask.days = DAYS_MAX + 1),
    ] {
        assert_eq!(world.ask_with(change).await.unwrap_err().code(), code);
    }
    assert_eq!(world.ask_with(|ask| ask.begins = far).await.unwrap_err().code(), "inspection.span");
    let early = world.ask_with(|ask| ask.begins = Timestamp(0)).await.unwrap();
    let found = lookup_inspection(&mut reading(&world.db).await, early).await.unwrap().unwrap();
    assert_eq!(found.begins_at, world.now, "nothing begins in the past");
}

#[tokio::test]
async fn nothing_is_drawn_before_the_promise_is_in_the_ledger_and_the_word_counts_once() {
    let mut world = World::new().await;
    let id = world.ask_with(|_| ()).await.unwrap();
    let (db, mut ctx) = world.parts();
    let mut tx = trace_by(&db, Reader::Inspector, ctx.now).await;
    let promised = promise_sample(&mut tx, &mut ctx, id).await.unwrap();
    assert_eq!(
        promise_sample(&mut tx, &mut ctx, id).await.unwrap(),
        promised,
        "it waits for its word"
    );
    let early = draw_sample(&mut tx, &ctx, id, promised.id, "652").await.unwrap_err();
    assert_eq!(early.code(), "ledger.waits");
    tx.commit().await.unwrap();
    world.log().await;
    let nonces = world.leaves(LeafClass::Nonce).await;
    assert_eq!((nonces.len(), nonces[0].record.kind), (1, RecordKind::NoncePromised));
    let (db, ctx) = world.parts();
    let mut tx = trace_by(&db, Reader::Inspector, ctx.now).await;
    assert!(last_drawn_sample(&mut tx, id).await.unwrap().is_none());
    for bad in ["", "  ", &"6".repeat(65)] {
        assert_eq!(
            draw_sample(&mut tx, &ctx, id, promised.id, bad).await.unwrap_err().code(),
            "sample.word"
        );
    }
    let drawn = draw_sample(&mut tx, &ctx, id, promised.id, " 652 ").await.unwrap();
    assert_eq!((drawn.word.as_str(), drawn.count, drawn.consents.len()), ("652", 0, 0));
    let again = draw_sample(&mut tx, &ctx, id, promised.id, "111").await.unwrap();
    assert_eq!(again, drawn, "another word changes nothing");
    assert_eq!(countenance_inspection::promise_hash(&drawn.nonce), promised.nonce_hash);
    assert_eq!(last_drawn_sample(&mut tx, id).await.unwrap(), Some(drawn));
    let foreign = InspectionId::from_bytes([7; 16]);
    assert_eq!(
        draw_sample(&mut tx, &ctx, foreign, promised.id, "1").await.unwrap_err().code(),
        "page.not_found"
    );
    forget_ended_inspections(&mut tx, ctx.now).await.unwrap();
    assert!(
        last_drawn_sample(&mut tx, id).await.unwrap().is_some(),
        "it stays while the inspection lasts"
    );
    let over = ctx.now.plus(Duration::from_hours(48));
    forget_ended_inspections(&mut tx, over).await.unwrap();
    assert!(last_drawn_sample(&mut tx, id).await.unwrap().is_none(), "and ends with it");
    tx.commit().await.unwrap();
    drop(world.place);
}
