//! An estate with door 3, its claimed gate, and residents who hold their own keys.

use countenance_testdb::{reading, trace_at};
use countenance_trace::{PersonSecret, Trace};
use std::time::Duration;

use countenance_access::{
    BegunConsent, DoorSettings, Gate, SaveDoor, begin_consent, build_snapshot, claim_gate, lookup_door, lookup_gate, make_enrolment_code,
    make_gate_code, method, redeem_code, save_door, take_frames,
};
use countenance_base::{ConsentId, DoorId, GateId, PersonId, PurposeId, Rng, SecretKey, SeededRng, SiteId, Text, Timestamp, rng};
use countenance_gate_core::journal::{Leaf, LeafClass, RawLeaf};
use countenance_gate_core::policy::{Lane, Policy};
use countenance_gate_core::wire::{Claim, Ending, Frames, FramesAnswer, Note, Receipt, Redeemed, UploadedFrame};
use countenance_grant::{Mode, PublicKey, SigningKey, SnapshotStatement, VerifiedSnapshot, decode_canonical, letter_key};
use countenance_persons::{
    ClaimAccount, Ctx, DeclarePurpose, ImportHousehold, NewPerson, Operator, Pepper, SignConsent, Site, WriteAssessment, activate_purpose,
    approve_assessment, claim_account, declare_purpose, follow_operator_link, found_site, import_household, make_claim_letter,
    make_operator_link, sign_consent, turn_on_pin, turn_on_qr, write_assessment,
};
use countenance_rules::{AssessmentHead, LawfulBasis, PurposeFacts, Rulebook};
use countenance_storage::Db;
use countenance_testdb::Place;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) now: Timestamp,
    pub(crate) rng: SeededRng,
    pub(crate) rulebook: Rulebook,
    pub(crate) pepper: Pepper,
    pub(crate) site: Site,
    pub(crate) site_key: SigningKey,
    pub(crate) door: DoorId,
    pub(crate) gate: GateId,
    pub(crate) device: SigningKey,
    pub(crate) journal: Vec<Leaf>,
    pub(crate) place: Place,
    /// What [`World::activate`] declares.
    pub(crate) mode: Mode,
    /// For an event: what [`World::activate`] declares.
    pub(crate) event_ends: Option<Timestamp>,
}

/// A resident with their own signing key.
pub(crate) struct Resident {
    pub(crate) id: PersonId,
    pub(crate) key: SigningKey,
}

impl World {
    /// Door 3 with QR, PIN and face; its gate claimed; no purpose yet.
    pub(crate) async fn new() -> Self {
        let place = Place::empty().await;
        let db = place.open().await;
        let now = Timestamp::parse_rfc3339("2026-11-23T08:00:00Z").unwrap();
        let mut rng = SeededRng::new(11);
        let name = Text::new("清和园", "Qinghe Gardens");
        let site_key = SigningKey::generate(&mut rng);
        let site = Site {
            id: SiteId::new(now, &mut rng),
            name: name.clone(),
            operator: name.clone(),
            contact: name.clone(),
            complaints: name,
            time_zone: "Asia/Shanghai".to_owned(),
            public_key: site_key.public(),
            evidence_key: letter_key(&[9; 32]).unwrap(),
            intake_key: countenance_testdb::intake(),
        };
        let mut tx = trace_at(&db, now).await;
        found_site(&mut tx, now, &site).await.unwrap();
        tx.commit().await.unwrap();
        let device = SigningKey::generate(&mut rng);
        let mut world = Self {
            db,
            now,
            rulebook: countenance_rules::embedded().unwrap().pop().unwrap(),
            pepper: Pepper::from_root(&SecretKey::new([5; 32])),
            site,
            site_key,
            door: DoorId::new(now, &mut rng),
            gate: GateId(0),
            device,
            journal: Vec::new(),
            rng,
            place,
            event_ends: None,
            mode: Mode::OneToFew,
        };
        world.door = world.save(vec![vec![Lane::Qr], vec![Lane::Pin], vec![Lane::Face]]).await.unwrap();
        world.gate = world.claim().await;
        world
    }

    pub(crate) fn parts(&mut self) -> (Db, Ctx<'_>) {
        let ctx = Ctx {
            now: self.now,
            rng: &mut self.rng,
            rulebook: &self.rulebook,
            pepper: &self.pepper,
            site: &self.site,
        };
        (self.db.clone(), ctx)
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// Saves door 3 with these ways; the ids of the rules that refuse, when they do.
    pub(crate) async fn save(&mut self, ways: Vec<Vec<Lane>>) -> Result<DoorId, Vec<String>> {
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let settings = DoorSettings {
            ways,
            ..DoorSettings::entrance(1_500)
        };
        let input = SaveDoor {
            number: 3,
            name: Text::new("三号门", "door 3"),
            settings,
        };
        match save_door(&mut tx, &mut ctx, input).await {
            Ok(door) => {
                tx.commit().await.unwrap();
                Ok(door)
            }
            Err(error) => Err(match error.ruling() {
                Some(ruling) => ruling.findings.iter().map(|finding| finding.id.clone()).collect(),
                None => vec![error.code().to_owned()],
            }),
        }
    }

    /// Moves door 3 to another kind of place, and purposes to another mode.
    pub(crate) async fn place_at(&mut self, place: countenance_rules::Place, mode: Mode) {
        self.mode = mode;
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let settings = DoorSettings {
            place,
            public_security: true,
            ways: vec![vec![Lane::Qr], vec![Lane::Pin], vec![Lane::Face]],
            ..DoorSettings::entrance(1_500)
        };
        let input = SaveDoor {
            number: 3,
            name: Text::new("三号门", "door 3"),
            settings,
        };
        save_door(&mut tx, &mut ctx, input).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn claim(&mut self) -> GateId {
        let device = self.device.public();
        self.claim_as(device).await
    }

    /// Claims a further gate of the door for the device with this key.
    pub(crate) async fn claim_as(&mut self, device: PublicKey) -> GateId {
        let door = self.door;
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let code = make_gate_code(&mut tx, &mut ctx, door).await.unwrap();
        let claim = Claim {
            code: code.code,
            device_key: device,
            pack: [3; 32],
            demo: true,
        };
        let claimed = claim_gate(&mut tx, &ctx, &claim).await.unwrap();
        assert_eq!(claim_gate(&mut tx, &ctx, &claim).await.unwrap_err().code(), "claim.key_known");
        tx.commit().await.unwrap();
        claimed.gate
    }

    /// Declares, assesses and activates the purpose of door 3.
    pub(crate) async fn activate(&mut self) -> PurposeId {
        let (door, event_ends, mode) = (self.door, self.event_ends, self.mode);
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let facts = PurposeFacts {
            mode,
            open_search_necessity: (mode == Mode::OneToMany).then(|| "guests with full hands".to_owned()),
            open_search_apart: mode == Mode::OneToMany,
            ..purpose_facts()
        };
        let purpose = activate(&mut tx, &mut ctx, door, facts, event_ends).await;
        tx.commit().await.unwrap();
        purpose
    }

    /// A resident with an account and no way in yet.
    pub(crate) async fn resident(&mut self, unit: &str, under_guardian_age: bool) -> Resident {
        let record_key = letter_key(&rng::bytes(&mut self.rng)).unwrap();
        let secret = PersonSecret {
            month: self.now.month(),
            key: SecretKey::new(rng::bytes(&mut self.rng)),
        };
        self.resident_with(unit, under_guardian_age, record_key, secret).await
    }

    /// A resident whose browser made this record key, and this first secret for the server.
    pub(crate) async fn resident_with(
        &mut self,
        unit: &str,
        under_guardian_age: bool,
        record_key: [u8; 32],
        secret: PersonSecret,
    ) -> Resident {
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let people = vec![NewPerson {
            display_name: "someone".to_owned(),
            under_guardian_age,
        }];
        let person = import_household(
            &mut tx,
            &mut ctx,
            ImportHousehold {
                unit: unit.to_owned(),
                people,
            },
        )
        .await
        .unwrap()
        .remove(0);
        let letter = make_claim_letter(&mut tx, &mut ctx, person.id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let key = SigningKey::generate(ctx.rng);
        let input = ClaimAccount {
            login: letter.login,
            code: letter.code,
            pin: "704182".to_owned(),
            signing_key: key.public().0,
            record_key,
            secret,
        };
        claim_account(&db, &mut ctx, input).await.unwrap();
        Resident { id: person.id, key }
    }

    pub(crate) async fn turn_on(&mut self, resident: &Resident, lane: Lane) {
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        match lane {
            Lane::Qr => turn_on_qr(&mut tx, &mut ctx, resident.id).await.unwrap(),
            Lane::Pin => turn_on_pin(&mut tx, &mut ctx, resident.id, "386015").await.unwrap(),
            Lane::Card | Lane::Face | Lane::Remote => panic!("nobody turns this on"),
        }
        tx.commit().await.unwrap();
    }

    /// The text to sign, or the ids of the rules that refuse.
    pub(crate) async fn begin(&mut self, resident: &Resident) -> Result<BegunConsent, Vec<String>> {
        let door = self.door;
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        match begin_consent(&mut tx, &mut ctx, resident.id, door).await {
            Ok(begun) => {
                tx.commit().await.unwrap();
                Ok(begun)
            }
            Err(error) => Err(match error.ruling() {
                Some(ruling) => ruling.findings.iter().map(|finding| finding.id.clone()).collect(),
                None => vec![error.code().to_owned()],
            }),
        }
    }

    /// Begins and signs.
    pub(crate) async fn consent(&mut self, resident: &Resident) -> ConsentId {
        let begun = self.begin(resident).await.unwrap();
        let signature = resident.key.sign_plain(begun.consent.text.as_bytes());
        let (db, ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let input = SignConsent {
            person: resident.id,
            consent: begun.consent.id,
            signature,
        };
        sign_consent(&mut tx, &ctx, input).await.unwrap();
        tx.commit().await.unwrap();
        begun.consent.id
    }

    pub(crate) async fn code(&mut self, resident: &Resident, consent: ConsentId) -> String {
        let gate = self.gate;
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let code = make_enrolment_code(&mut tx, &mut ctx, resident.id, consent, gate).await.unwrap();
        tx.commit().await.unwrap();
        code.code
    }

    pub(crate) async fn gate_row(&self) -> Gate {
        lookup_gate(&mut *reading(&self.db).await, self.gate).await.unwrap().unwrap()
    }

    pub(crate) async fn redeem(&mut self, code: &str) -> Redeemed {
        let gate = Gate {
            last_seen_at: Some(self.now),
            ..self.gate_row().await
        };
        let site_key = SigningKey::from_seed(&self.site_key.seed());
        let (db, mut ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let redeemed = redeem_code(&mut tx, &mut ctx, &site_key, &gate, code).await.unwrap();
        tx.commit().await.unwrap();
        redeemed
    }

    /// The gate's snapshot as it would be sent now.
    pub(crate) async fn snapshot(&mut self) -> (SnapshotStatement, Policy) {
        let gate = Gate {
            last_seen_at: Some(self.now),
            ..self.gate_row().await
        };
        let site_key = SigningKey::from_seed(&self.site_key.seed());
        let (db, ctx) = self.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let envelope = build_snapshot(&mut tx, &ctx, &site_key, &gate).await.unwrap();
        tx.commit().await.unwrap();
        let verified = VerifiedSnapshot::open(&envelope, &site_key.public()).unwrap();
        let policy = decode_canonical(&verified.statement().body).unwrap();
        (verified.statement().clone(), policy)
    }

    /// The next journal frame of the gate, with `note` made from its sequence.
    pub(crate) fn frame(&mut self, class: LeafClass, note: impl FnOnce(&Self, u64) -> Option<Note>) -> UploadedFrame {
        let sequence = self.journal.len() as u64;
        let leaf = Leaf {
            class,
            flags: Leaf::FLAG_DEMO,
            gate: self.gate,
            sequence,
            ten_minutes: self.now.ten_minutes(),
            policy: 1,
            previous: self.journal.last().map_or([0; 32], Leaf::hash),
            commitment: rng::bytes(&mut self.rng),
            tag: rng::bytes(&mut self.rng),
        };
        let note = note(self, sequence);
        let frame = UploadedFrame {
            leaf: RawLeaf(leaf.to_bytes()),
            record: vec![7; 40],
            note,
        };
        self.journal.push(leaf);
        frame
    }

    pub(crate) fn receipt(&self, resident: &Resident, consent: ConsentId, sequence: u64, cause: &str) -> Receipt {
        Receipt {
            gate: self.gate,
            door: self.door,
            person: resident.id,
            consent,
            at: self.now,
            sequence,
            cause: cause.to_owned(),
        }
    }

    /// What the gate signs when it erases: for the person, and for everybody.
    pub(crate) fn erased(receipt: &Receipt, key: &SigningKey) -> Note {
        let ending = Ending {
            gate: receipt.gate,
            sequence: receipt.sequence,
            at: receipt.at,
        };
        Note::Erased(receipt.sign(key), ending.sign(key))
    }

    pub(crate) async fn upload(&mut self, frames: Vec<UploadedFrame>) -> FramesAnswer {
        let gate = self.gate_row().await;
        let mut tx = trace_at(&self.db, self.now).await;
        let answer = take_frames(&mut tx, &gate, &Frames { frames }, self.now).await.unwrap();
        tx.commit().await.unwrap();
        answer
    }

    /// Consent, code, redemption, receipt: the whole enrolment.
    pub(crate) async fn enrol(&mut self, resident: &Resident) -> ConsentId {
        let consent = self.consent(resident).await;
        let code = self.code(resident, consent).await;
        assert!(matches!(self.redeem(&code).await, Redeemed::Granted(_)));
        let frame = self.frame(LeafClass::Enrol, |world, sequence| {
            Some(Note::Enrolled(
                world.receipt(resident, consent, sequence, "enrolled").sign(&world.device),
            ))
        });
        assert!(!self.upload(vec![frame]).await.forked);
        consent
    }
}

/// Declares a purpose, has one operator write its assessment and another approve it, and activates it.
pub(crate) async fn activate(
    tx: &mut Trace,
    ctx: &mut Ctx<'_>,
    door: DoorId,
    facts: PurposeFacts,
    event_ends: Option<Timestamp>,
) -> PurposeId {
    let writer = operator(tx, ctx).await.id;
    let door = lookup_door(tx, door).await.unwrap().unwrap();
    let method = method(tx, &door, facts.mode).await.unwrap();
    let declare = DeclarePurpose {
        operator: writer,
        door: door.words(),
        facts,
        event_ends,
    };
    let purpose = declare_purpose(tx, ctx, declare).await.unwrap();
    let write = WriteAssessment {
        purpose,
        operator: writer,
        texts: AssessmentHead::ALL
            .into_iter()
            .map(|head| (head.word().to_owned(), "considered".to_owned()))
            .collect(),
        system: "mode 1:few".to_owned(),
        method,
    };
    let version = write_assessment(tx, ctx, write).await.unwrap();
    let other = operator_named(tx, ctx, "safety").await.id;
    approve_assessment(tx, ctx, purpose, version, other, method).await.unwrap();
    activate_purpose(tx, ctx, purpose, writer, &method).await.unwrap();
    purpose
}

pub(crate) async fn operator(tx: &mut Trace, ctx: &mut Ctx<'_>) -> Operator {
    operator_named(tx, ctx, "desk").await
}

pub(crate) async fn operator_named(tx: &mut Trace, ctx: &mut Ctx<'_>, name: &str) -> Operator {
    let code = make_operator_link(tx, ctx, name).await.unwrap();
    let session = follow_operator_link(tx, ctx, &code).await.unwrap();
    Operator {
        id: session.operator,
        display_name: name.to_owned(),
    }
}

pub(crate) fn purpose_facts() -> PurposeFacts {
    PurposeFacts {
        text: Text::new("住户进门", "residents pass the door"),
        necessity: Text::new("双手提物的住户", "residents with full hands"),
        alternatives: vec!["QR code: needs a hand".to_owned(), "PIN: can be seen".to_owned()],
        basis: LawfulBasis::Consent,
        mode: Mode::OneToFew,
        open_search_necessity: None,
        open_search_apart: false,
        template_days: 365,
        passage_days: 30,
        owner: "safety officer".to_owned(),
    }
}

/// Any bytes that look like an id but are none here.
pub(crate) fn stranger(rng: &mut dyn Rng) -> PersonId {
    PersonId::new(Timestamp(1), rng)
}
