//! A gate's store full of people, planted by the real path of an enrolment up to the disk: grant, signed consent, sealed template and key
//! page are real; the page is written once for all of them instead of once for each.

use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countenance_anchor::AnchorFile;
use countenance_base::{
    AttemptId, ConsentId, GateId, GrantId, Month, PersonId, PurposeId, Rng as _, SecretKey, SeededRng, SiteId, Timestamp,
};
use countenance_gallery::{Anchor, Embedding, Enrolled, KeyPage, MatchPolicy, SealedTemplate, enrol, search};
use countenance_gate::store::{ClaimedGate, SealedStore};
use countenance_grant::{
    Act, Attempt, ConsentStatement, EnrolGrant, Mode, SignedConsent, SigningKey, SnapshotStatement, Statement, VerifiedSnapshot,
    verify_enrol, verify_match,
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp::from_seconds(1_763_000_000);
pub(crate) const MONTH: Month = Month(24_300);
/// As the store lays templates out.
const SLOT_BYTES: usize = 2048;
/// People in one search.
const FEW: usize = 20;

/// Everybody's number is also their slot at their gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Somebody {
    pub(crate) gate: u32,
    pub(crate) slot: u32,
}

impl Somebody {
    pub(crate) fn id(self) -> PersonId {
        let mut bytes = [7u8; 16];
        bytes[8..12].copy_from_slice(&self.gate.to_be_bytes());
        bytes[12..].copy_from_slice(&self.slot.to_be_bytes());
        PersonId::from_bytes(bytes)
    }

    /// The monthly secret of this writer about them.
    pub(crate) fn secret(self, writer: u8) -> SecretKey {
        SecretKey::new(Sha256::digest([self.id().as_bytes().as_slice(), &[writer]].concat()).into())
    }

    fn face(self) -> Embedding {
        let mut bytes = [0u8; 512];
        SeededRng::new(u64::from(self.gate) << 32 | u64::from(self.slot)).fill(&mut bytes);
        let values = bytes.iter().map(|byte| f32::from(*byte) - 127.5).collect();
        Embedding::from_raw(Zeroizing::new(values)).unwrap()
    }

    fn statement(self, act: Act) -> Statement {
        let id = self.id();
        Statement {
            site: SiteId::from_bytes([1; 16]),
            id: GrantId::from_bytes(*id.as_bytes()),
            person: id,
            consent: ConsentId::from_bytes(*id.as_bytes()),
            consent_version: 1,
            act,
            purpose: PurposeId::from_bytes([5; 16]),
            mode: Mode::OneToFew,
            gates: vec![GateId(u64::from(self.gate))],
            not_before: NOW,
            until: NOW.plus(Duration::from_mins(1)),
            epoch: 1,
        }
    }

    fn enrolled(self, rng: &mut SeededRng) -> Enrolled {
        let key = SigningKey::from_seed(&[2; 32]);
        let statement = self.statement(Act::Enrol);
        let text = ConsentStatement {
            site: statement.site,
            person: statement.person,
            consent: statement.consent,
            version: 1,
            notice: [6; 32],
            purpose: statement.purpose,
            mode: statement.mode,
            gates: statement.gates.clone(),
            given: NOW,
            until: NOW.plus(Duration::from_hours(1)),
        }
        .to_text();
        let consent = SignedConsent {
            signature: key.sign_plain(text.as_bytes()),
            text,
            key: key.public(),
        };
        let envelope = EnrolGrant { statement, consent }.mint(&site_key());
        let attempt = attempt(self.gate);
        let (grant, _) = verify_enrol(&attempt, &envelope, &site_key().public(), &key.public().fingerprint(), 1).unwrap();
        enrol(grant, [self.face(), self.face(), self.face()], &policy(), rng).unwrap()
    }
}

fn site_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn attempt(gate: u32) -> Attempt {
    Attempt {
        id: AttemptId::from_bytes([7; 16]),
        site: SiteId::from_bytes([1; 16]),
        gate: GateId(u64::from(gate)),
        now: NOW,
        last_contact: NOW,
    }
}

const fn policy() -> MatchPolicy {
    MatchPolicy {
        threshold: 0.5,
        margin: 0.1,
        search_max: FEW,
        few_max: FEW,
        recogniser: [9; 32],
    }
}

/// The folders of one gate.
pub(crate) struct Gate {
    pub(crate) number: u32,
    pub(crate) folder: PathBuf,
    pub(crate) people: u32,
}

impl Gate {
    pub(crate) fn plant(folder: PathBuf, number: u32, people: u32) -> Self {
        let mut rng = SeededRng::new(u64::from(number) + 90);
        let claimed = ClaimedGate {
            site: SiteId::from_bytes([1; 16]),
            gate: GateId(u64::from(number)),
            site_key: site_key().public(),
            server: "http://127.0.0.1:1".into(),
            demo: true,
        };
        let gate = Self { number, folder, people };
        let mut page = SealedStore::draft(&mut rng);
        let mut places = Vec::with_capacity(people as usize * SLOT_BYTES);
        for somebody in gate.everybody() {
            let enrolled = somebody.enrolled(&mut rng);
            let mut place = [0u8; SLOT_BYTES];
            rng.fill(&mut place);
            let sealed = enrolled.sealed().as_bytes();
            place[..sealed.len()].copy_from_slice(sealed);
            places.extend_from_slice(&place);
            page.admit(enrolled, somebody.slot, NOW, MONTH, &somebody.secret(1));
        }
        let store = SealedStore::create(&gate.data(), &gate.anchor(), page, &claimed, &mut rng).unwrap();
        drop(store);
        let file = std::fs::OpenOptions::new().write(true).open(gate.data().join("templates")).unwrap();
        file.write_all_at(&places, 0).unwrap();
        gate
    }

    pub(crate) fn everybody(&self) -> impl Iterator<Item = Somebody> + use<> {
        let gate = self.number;
        (0..self.people).map(move |slot| Somebody { gate, slot })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn anchor(&self) -> PathBuf {
        self.folder.join("anchor")
    }

    pub(crate) fn open(&self) -> SealedStore {
        SealedStore::open(&self.data(), &self.anchor(), &mut SeededRng::new(1)).unwrap()
    }

    /// Who of these people's templates opens with this page, out of these places.
    pub(crate) fn opens(&self, page: &KeyPage, places: &[u8], people: &[Somebody]) -> Vec<Somebody> {
        self.opens_by(people, |somebody| Some((sealed(places, somebody)?, somebody)), page)
    }

    /// The same with whatever bytes and whosever key `with` puts in the place of each one's own.
    pub(crate) fn opens_by(
        &self,
        people: &[Somebody],
        with: impl Fn(Somebody) -> Option<(SealedTemplate, Somebody)>,
        page: &KeyPage,
    ) -> Vec<Somebody> {
        let grants: Vec<Statement> = people.iter().map(|somebody| somebody.statement(Act::Match)).collect();
        let attempt = attempt(self.number);
        let snapshot = SnapshotStatement {
            site: attempt.site,
            gate: attempt.gate,
            epoch: 1,
            issued: NOW,
            face_lease_s: 60,
            grants,
            body: Vec::new(),
        };
        let snapshot = VerifiedSnapshot::open(&snapshot.sign(&site_key()), &site_key().public()).unwrap();
        let mut opened = Vec::new();
        for few in people.chunks(FEW) {
            let grant = |somebody: &Somebody| {
                let id = somebody.id();
                verify_match(&attempt, &snapshot, id, GrantId::from_bytes(*id.as_bytes())).unwrap()
            };
            let held = |person: PersonId| {
                let (sealed, keys) = with(*few.iter().find(|somebody| somebody.id() == person)?)?;
                Some((sealed, page.person(keys.id())?))
            };
            let searched = search(few.iter().map(grant).collect(), &few[0].face(), held, &policy()).unwrap();
            let skipped = |somebody: &Somebody| searched.skipped.iter().any(|(person, _)| *person == somebody.id());
            opened.extend(few.iter().copied().filter(|somebody| !skipped(somebody)));
        }
        opened
    }
}

/// What lies in somebody's place.
pub(crate) fn sealed(places: &[u8], somebody: Somebody) -> Option<SealedTemplate> {
    let begin = somebody.slot as usize * SLOT_BYTES;
    let length = countenance_gallery::SEALED_TEMPLATE_BYTES;
    SealedTemplate::from_bytes(places.get(begin..begin + length)?)
}

/// Every key page below these data folders that opens with any key in the anchor's folder, whole or in its raw bytes.
pub(crate) fn pages(datas: &[&Path], anchor: &Path) -> Vec<KeyPage> {
    let whole = AnchorFile::open(anchor).unwrap().held().unwrap();
    let raw = std::fs::read(AnchorFile::path(anchor)).unwrap();
    let mut keys: Vec<[u8; 32]> = raw.as_chunks::<32>().0.to_vec();
    keys.extend(whole.iter().map(|(_, key)| ***key));
    keys.sort_unstable();
    keys.dedup();
    let mut opened = Vec::new();
    for data in datas {
        let bound: [u8; 32] = Sha256::digest(std::fs::read(data.join("gate.toml")).unwrap()).into();
        for entry in std::fs::read_dir(data).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(generation) = name.strip_prefix("keys.").and_then(|number| number.parse().ok()) else {
                continue;
            };
            let sealed = std::fs::read(&path).unwrap();
            opened.extend(
                keys.iter()
                    .filter_map(|key| KeyPage::open(&sealed, &Anchor::from_bytes(key), generation, &bound)),
            );
        }
    }
    opened
}
