//! A gate as it is on its device: the real sealed store and the real journal in two folders, without camera and models.

use std::path::{Path, PathBuf};

use countenance_access::{Gate, lookup_gate, take_frames, take_poll};
use countenance_base::{AttemptId, ConsentId, GateId, PersonId, SecretKey, SeededRng, Timestamp, rng};
use countenance_gallery::{Embedding, MatchPolicy, enrol};
use countenance_gate::journal_file::{Entry, Journal, Need, open_note};
use countenance_gate::store::{ClaimedGate, SealedStore};
use countenance_gate_core::journal::{LeafClass, Ratchet, Record, RecordKind};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Ending, Frames, Note, Passage, Poll, Receipt, Redeemed, UploadedFrame, Window};
use countenance_grant::{Attempt, PublicKey, SigningKey, decode_canonical, letter_key, verify_enrol};
use countenance_testdb::{reading, trace_at};
use zeroize::Zeroizing;

use crate::world::World;

/// Room for some thousand frames.
const CAPACITY: u64 = 4 << 20;
const UPLOAD_FRAMES: usize = 64;

/// Somebody with their own secrets: what a browser holds.
pub(crate) struct Member {
    pub(crate) id: PersonId,
    pub(crate) key: PublicKey,
    /// S, and the month in which it was made.
    pub(crate) secret: SecretKey,
    pub(crate) since: Timestamp,
    pub(crate) record_seed: [u8; 32],
}

impl Member {
    /// W of this writer, in the month in which S was made.
    pub(crate) fn start(&self, writer: GateId) -> Ratchet {
        Ratchet::start(&self.secret, writer, self.since.month())
    }
}

pub(crate) struct Device {
    pub(crate) folder: PathBuf,
    pub(crate) id: GateId,
    pub(crate) store: SealedStore,
    pub(crate) journal: Journal,
    evidence_key: [u8; 32],
    rng: SeededRng,
}

impl Device {
    /// Claims a gate of the world's door for a new device.
    pub(crate) async fn claim(world: &mut World, folder: PathBuf) -> Self {
        let mut rng = SeededRng::new(world.now.0.unsigned_abs() ^ folder.as_os_str().len() as u64);
        let draft = SealedStore::draft(&mut rng);
        let id = world.claim_as(SigningKey::from_seed(&draft.device_seed()).public()).await;
        let claimed = ClaimedGate {
            site: world.site.id,
            gate: id,
            site_key: world.site_key.public(),
            server: "http://127.0.0.1:1".into(),
            demo: true,
        };
        SealedStore::create(&folder.join("data"), &folder.join("anchor"), draft, &claimed, &mut rng).unwrap();
        Self::open(world, &folder)
    }

    /// The device that lies in this folder.
    pub(crate) fn open(world: &World, folder: &Path) -> Self {
        let mut rng = SeededRng::new(folder.as_os_str().len() as u64);
        let store = SealedStore::open(&folder.join("data"), &folder.join("anchor"), &mut rng).unwrap();
        let id = store.claimed().gate;
        Self {
            folder: folder.to_owned(),
            id,
            journal: Journal::open(&folder.join("journal"), CAPACITY, id).unwrap(),
            store,
            evidence_key: world.site.evidence_key,
            rng,
        }
    }

    /// A copy of everything on this device's disk, as whoever takes an image of it has it.
    pub(crate) fn image(&self, to: &Path) {
        copy(&self.folder, to);
    }

    pub(crate) fn write(&mut self, entry: Entry) {
        let need = if entry.class == LeafClass::Erase {
            Need::Erase
        } else {
            Need::Other
        };
        let transit = self.store.page().current_transit();
        self.journal.append(need, vec![entry], transit, &mut self.rng).unwrap();
    }

    fn ratchet(&self, person: PersonId, now: Timestamp) -> Ratchet {
        let (month, key) = self.store.page().person(person).unwrap().ratchet();
        Ratchet::new(month, key).turned_to(now.month())
    }

    /// What the keeper journals of an act about a person who is enrolled here.
    pub(crate) fn about(&mut self, member: &Member, kind: RecordKind, now: Timestamp, note: Option<Note>) {
        let ratchet = self.ratchet(member.id, now);
        self.write_about(member, kind, now, ratchet, None, note);
    }

    fn write_about(
        &mut self,
        member: &Member,
        kind: RecordKind,
        now: Timestamp,
        ratchet: Ratchet,
        consent: Option<ConsentId>,
        note: Option<Note>,
    ) {
        let record = Record {
            person: Some(member.id),
            consent,
            ..record(kind, now)
        };
        let recipients = vec![letter_key(&member.record_seed).unwrap(), self.evidence_key];
        self.write(Entry {
            recipients,
            ratchet: Some(ratchet),
            note,
            ..entry(record)
        });
    }

    /// What the keeper journals of itself.
    pub(crate) fn own(&mut self, kind: RecordKind, now: Timestamp, note: Option<Note>) {
        let nobody = letter_key(&rng::bytes(&mut self.rng)).unwrap();
        let recipients = vec![nobody, self.evidence_key];
        self.write(Entry {
            recipients,
            note,
            ..entry(record(kind, now))
        });
    }

    /// An attempt at the door: searched, passed, and the capture window.
    pub(crate) fn pass(&mut self, world: &mut World, member: &Member) {
        let now = world.now;
        let attempt = AttemptId::new(now, &mut world.rng);
        self.about(member, RecordKind::Searched, now, None);
        let passage = Passage {
            attempt,
            at: now,
            door: world.door,
            lanes: vec![Lane::Face],
            person: Some(member.id),
            opened: true,
            reason: "passage.recognised".to_owned(),
            demo: true,
            waited: None,
        };
        self.about(member, RecordKind::Opened, now, Some(Note::Passage(passage)));
        let window = Window {
            attempt,
            opened: now,
            closed: now,
            frames: 3,
            faces_max: 1,
            embedded: 1,
        };
        self.own(RecordKind::CameraWindow, now, Some(Note::Window(window)));
    }

    /// Code, grant, trace, template: as the keeper does it, with a face that nobody has.
    pub(crate) async fn enrol(&mut self, world: &mut World, member: &Member, code: &str, consent: ConsentId) {
        world.gate = self.id;
        let Redeemed::Granted(envelope) = world.redeem(code).await else {
            panic!("the server grants it")
        };
        let attempt = Attempt {
            id: AttemptId::new(world.now, &mut world.rng),
            site: world.site.id,
            gate: self.id,
            now: world.now,
            last_contact: world.now,
        };
        let fingerprint = member.key.fingerprint();
        let (grant, full) = verify_enrol(&attempt, &envelope, &world.site_key.public(), &fingerprint, 0).unwrap();
        self.store
            .use_grant(grant.id(), full.statement.until, world.now, &mut self.rng)
            .unwrap();
        let ratchet = member.start(self.id).turned_to(world.now.month());
        let receipt = self.receipt(world, member, consent, "enrolled");
        let note = Note::Enrolled(receipt.sign(&self.store.device_key()));
        self.write_about(member, RecordKind::Enrolled, world.now, ratchet.clone(), Some(consent), Some(note));
        let pictures = [face(member.id), face(member.id), face(member.id)];
        let enrolled = enrol(grant, pictures, &policy(), &mut self.rng).unwrap();
        self.store.admit(enrolled, world.now, &ratchet, &mut self.rng).unwrap();
    }

    /// Trace, then the end of template and keys.
    pub(crate) fn erase(&mut self, world: &World, member: &Member, cause: &str) {
        let consent = self.store.page().person(member.id).unwrap().consent();
        let ratchet = self.ratchet(member.id, world.now);
        let receipt = self.receipt(world, member, consent, cause);
        let ending = Ending {
            gate: self.id,
            sequence: receipt.sequence,
            at: receipt.at,
        };
        let device = self.store.device_key();
        let note = Note::Erased(receipt.sign(&device), ending.sign(&device));
        self.write_about(member, RecordKind::Erased, world.now, ratchet, Some(consent), Some(note));
        self.store.erase_person(member.id, &mut self.rng).unwrap();
    }

    /// For the frame that is written next.
    fn receipt(&self, world: &World, member: &Member, consent: ConsentId, cause: &str) -> Receipt {
        Receipt {
            gate: self.id,
            door: world.door,
            person: member.id,
            consent,
            at: world.now,
            sequence: self.journal.head().size,
            cause: cause.to_owned(),
        }
    }

    /// Frames that the server does not have yet, as they travel.
    pub(crate) fn frames(&self) -> Frames {
        let frames = self.journal.frames_from(self.journal.acknowledged(), UPLOAD_FRAMES).unwrap();
        let note = |frame: &_, id| {
            let opened = open_note(frame, self.id, self.store.page().transit(id)?)?;
            decode_canonical(&opened)
        };
        Frames {
            frames: frames
                .iter()
                .map(|frame| UploadedFrame {
                    leaf: frame.raw_leaf(),
                    record: frame.record.clone(),
                    note: note(frame, frame.transit),
                })
                .collect(),
        }
    }

    /// Sends what the server does not have. Whether the server saw a fork.
    pub(crate) async fn upload(&mut self, world: &World) -> bool {
        let gate = self.row(world).await;
        let mut tx = trace_at(&world.db, world.now).await;
        let answer = take_frames(&mut tx, &gate, &self.frames(), world.now).await.unwrap();
        tx.commit().await.unwrap();
        if !answer.forked {
            self.journal.acknowledge(answer.acknowledged).unwrap();
            // The server has them all: the keys of their notes end.
            self.store.rotate_transit(&mut self.rng).unwrap();
        }
        answer.forked
    }

    /// Shows the server where the journal stands. Whether the server saw a fork.
    pub(crate) async fn poll(&self, world: &World) -> bool {
        let poll = Poll {
            epoch: 0,
            head: self.journal.head(),
            wait_s: 0,
            alarms: vec![],
            seal: None,
            pack: None,
            program: None,
        };
        let gate = self.row(world).await;
        let mut tx = trace_at(&world.db, world.now).await;
        let forked = take_poll(&mut tx, &gate, &poll, world.now).await.unwrap();
        tx.commit().await.unwrap();
        forked
    }

    pub(crate) async fn row(&self, world: &World) -> Gate {
        lookup_gate(&mut *reading(&world.db).await, self.id).await.unwrap().unwrap()
    }

    /// As the keeper does it on the first of a month.
    pub(crate) fn turn(&mut self, now: Timestamp) {
        self.store.turn_month(now.month(), &mut self.rng).unwrap();
    }
}

fn entry(record: Record) -> Entry {
    Entry {
        class: record.kind.class(),
        demo: true,
        policy: 1,
        recipients: vec![],
        record,
        ratchet: None,
        note: None,
    }
}

fn record(kind: RecordKind, at: Timestamp) -> Record {
    Record {
        kind,
        at,
        attempt: None,
        person: None,
        purpose: None,
        consent: None,
        reason: kind.word().to_owned(),
        pack: Some([3; 32]),
        actor: None,
    }
}

fn face(person: PersonId) -> Embedding {
    let seed = person
        .as_bytes()
        .iter()
        .fold(0u64, |seed, byte| seed.rotate_left(7) ^ u64::from(*byte));
    let mut rng = SeededRng::new(seed);
    let values = (0..512).map(|_| f32::from(rng::bytes::<1>(&mut rng)[0]) - 127.5).collect();
    Embedding::from_raw(Zeroizing::new(values)).unwrap()
}

const fn policy() -> MatchPolicy {
    MatchPolicy {
        threshold: 0.5,
        margin: 0.1,
        search_max: 20,
        few_max: 20,
        recogniser: [9; 32],
    }
}

/// Copies a folder with everything below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
