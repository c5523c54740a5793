//! An estate with its ledger and real gates, in which people enrol, pass, read and are read about; every act has ten minutes of its own.

use countenance_access::{forget_passages, make_enrolment_code};
use countenance_base::{ConsentId, GateId, PersonId, SecretKey, rng};
use countenance_destruction::Scope;
use countenance_gate_core::journal::{Leaf, RecordKind, open_record};
use countenance_gate_core::policy::Lane;
use countenance_grant::letter_key;
use countenance_persons::{forget_ended_sessions, forget_enrolment_codes, lookup_person, lookup_receipt, withdraw_consent};
use countenance_testdb::{reading, trace_at, trace_by};
use countenance_tlog::Note;
use countenance_trace::{PersonSecret, Reader};

use crate::estate::Estate;
use crate::gate::{Device, Member};
use crate::ledger::Ledger;
use crate::world::{Resident, operator};

/// The holders of evidence shares, together.
const EVIDENCE: [u8; 32] = [9; 32];
/// A little more than a stretch of the ledger's time.
const APART: u64 = 660;

/// A leaf with its sealed record and its place.
pub(crate) struct Framed {
    pub(crate) leaf: Leaf,
    pub(crate) record: Vec<u8>,
    pub(crate) place: u64,
}

pub(crate) struct Town {
    pub(crate) estate: Estate,
    pub(crate) gates: Vec<Device>,
    pub(crate) members: Vec<Member>,
    residents: Vec<Resident>,
    consents: Vec<Option<ConsentId>>,
    pub(crate) ledger: Ledger,
}

impl Town {
    /// Two gates at one door, and so many members with an account, a QR code and the purpose's consent not yet given.
    pub(crate) async fn new(count: u8) -> Self {
        let mut estate = Estate::new().await;
        let folder = estate.world.place.folder().to_owned();
        let mut gates = Vec::new();
        for name in ["gate-one", "gate-other"] {
            let mut gate = Device::claim(&mut estate.world, folder.join(name)).await;
            gate.own(RecordKind::Boot, estate.world.now, None);
            gates.push(gate);
        }
        estate.world.activate().await;
        let mut town = Self {
            ledger: Ledger::new(&folder.join("ledger")),
            estate,
            gates,
            members: Vec::new(),
            residents: Vec::new(),
            consents: Vec::new(),
        };
        for number in 0..count {
            town.move_in(number).await;
        }
        town
    }

    async fn move_in(&mut self, number: u8) {
        self.next().await;
        let world = &mut self.estate.world;
        let (secret, record_seed) = (SecretKey::new([0xa0 + number; 32]), [0xb0 + number; 32]);
        let mut member = Member {
            id: PersonId::from_bytes([0; 16]),
            key: world.site_key.public(),
            secret,
            since: world.now,
            record_seed,
        };
        let start = member.start(GateId::SERVER);
        let first = PersonSecret {
            month: start.month(),
            key: start.key().clone(),
        };
        let record_key = letter_key(&record_seed).unwrap();
        let resident = world.resident_with(&format!("12-18{number:02}"), false, record_key, first).await;
        (member.id, member.key) = (resident.id, resident.key.public());
        self.next().await;
        self.estate.world.turn_on(&resident, Lane::Qr).await;
        self.members.push(member);
        self.residents.push(resident);
        self.consents.push(None);
    }

    /// What is there becomes leaves, and the next act has time of its own.
    pub(crate) async fn next(&mut self) {
        for gate in &mut self.gates {
            assert!(!gate.upload(&self.estate.world).await);
        }
        self.estate.log().await;
        self.estate.world.pass(APART);
    }

    /// A template of this member at a gate, under a consent that is signed when there is none.
    pub(crate) async fn enrol(&mut self, member: usize, gate: usize) {
        self.next().await;
        let consent = match self.consents[member] {
            Some(consent) => consent,
            None => self.estate.world.consent(&self.residents[member]).await,
        };
        self.consents[member] = Some(consent);
        self.next().await;
        let (person, at) = (self.members[member].id, self.gates[gate].id);
        let (db, mut ctx) = self.estate.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let code = make_enrolment_code(&mut tx, &mut ctx, person, consent, at).await.unwrap();
        tx.commit().await.unwrap();
        let world = &mut self.estate.world;
        self.gates[gate].enrol(world, &self.members[member], &code.code, consent).await;
    }

    pub(crate) async fn pass_door(&mut self, member: usize, gate: usize) {
        self.next().await;
        self.gates[gate].pass(&mut self.estate.world, &self.members[member]);
    }

    /// A copy onto the person's own card.
    pub(crate) async fn copy(&mut self, member: usize, gate: usize) {
        self.next().await;
        let now = self.estate.world.now;
        self.gates[gate].about(&self.members[member], RecordKind::Copied, now, None);
    }

    /// The desk looks a person up.
    pub(crate) async fn look(&mut self, member: usize) {
        self.next().await;
        let (db, mut ctx) = self.estate.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        let desk = operator(&mut tx, &mut ctx).await;
        tx.commit().await.unwrap();
        let mut tx = trace_by(&db, Reader::Desk(desk.id), ctx.now).await;
        assert!(lookup_person(&mut tx, self.members[member].id).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }

    /// A person downloads a receipt of their own.
    pub(crate) async fn export(&mut self, member: usize, gate: usize) {
        self.next().await;
        let person = self.members[member].id;
        let now = self.estate.world.now;
        let mut tx = trace_by(&self.estate.world.db, Reader::Own(person), now).await;
        let receipts = countenance_persons::receipts_view(&mut tx, person).await.unwrap();
        let receipt = receipts.iter().find(|receipt| receipt.gate == self.gates[gate].id).unwrap();
        assert!(
            lookup_receipt(&mut tx, person, receipt.gate, receipt.sequence)
                .await
                .unwrap()
                .is_some()
        );
        tx.commit().await.unwrap();
    }

    /// A consent ends in the portal, and the gates end the templates under it.
    pub(crate) async fn withdraw(&mut self, member: usize) {
        self.next().await;
        let (person, consent) = (self.members[member].id, self.consents[member].take().unwrap());
        let (db, ctx) = self.estate.world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        withdraw_consent(&mut tx, &ctx, person, consent).await.unwrap();
        tx.commit().await.unwrap();
        self.end_templates(member).await;
    }

    async fn end_templates(&mut self, member: usize) {
        for at in 0..self.gates.len() {
            if self.gates[at].store.page().person(self.members[member].id).is_some() {
                self.next().await;
                self.gates[at].erase(&self.estate.world, &self.members[member], "grant.ended");
            }
        }
    }

    /// Ordered, answered by every gate, ended here, certified.
    pub(crate) async fn erase(&mut self, member: usize) {
        self.next().await;
        let id = self.estate.order(Scope::Person(self.members[member].id)).await.unwrap();
        self.end_templates(member).await;
        self.next().await;
        assert_eq!(self.estate.waits(id).await, 0);
        self.estate.finish(id).await;
        let size = self.estate.log().await;
        assert_eq!(self.estate.certify(size).await, 1);
        self.estate.world.db.sweep().await.unwrap();
    }

    /// The day after a month's end and a retention of it: what server and gates do on the first, and the server hourly.
    pub(crate) async fn outlive(&mut self, days: u64) {
        self.next().await;
        self.estate.world.pass(days * 86_400);
        let world = &mut self.estate.world;
        let month = world.now.month();
        self.estate.writer.turn(month, &mut world.rng).unwrap();
        for gate in &mut self.gates {
            gate.turn(world.now);
        }
        let (db, ctx) = world.parts();
        let mut tx = trace_at(&db, ctx.now).await;
        forget_passages(&mut tx, &ctx).await.unwrap();
        forget_ended_sessions(&mut tx, ctx.now).await.unwrap();
        forget_enrolment_codes(&mut tx, ctx.now).await.unwrap();
        tx.commit().await.unwrap();
        db.sweep().await.unwrap();
    }

    pub(crate) async fn publish(&mut self) -> (u64, Note) {
        self.next().await;
        self.ledger.publish(&self.estate.world.db).await
    }

    /// Every leaf that the server has, by place.
    pub(crate) async fn frames(&self) -> Vec<Framed> {
        let mut tx = reading(&self.estate.world.db).await;
        let sql = "SELECT leaf, record, place FROM frames WHERE place IS NOT NULL ORDER BY place";
        let rows = tx.list(sql, &[]).await.unwrap();
        rows.iter()
            .map(|row| {
                let leaf: Vec<u8> = row.get("leaf").unwrap();
                Framed {
                    leaf: Leaf::from_bytes(&leaf.try_into().unwrap()).unwrap(),
                    record: row.get("record").unwrap(),
                    place: row.get("place").unwrap(),
                }
            })
            .collect()
    }

    /// Whom a leaf is about, as the holders of evidence shares would find out.
    pub(crate) fn truth(frame: &Framed) -> Option<PersonId> {
        let Framed { leaf, record, .. } = frame;
        open_record(&EVIDENCE, leaf.gate, leaf.sequence, &leaf.commitment, record)?.person
    }

    /// Another number for what is drawn at random.
    pub(crate) fn folder(&mut self) -> std::path::PathBuf {
        let name = u64::from_be_bytes(rng::bytes(&mut self.estate.world.rng));
        self.estate.world.place.folder().join(format!("image-{name:x}"))
    }
}
