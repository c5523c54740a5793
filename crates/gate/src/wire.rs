//! What travels between gate and server: deterministic CBOR over signed HTTP requests.
//!
//! A request carries the headers below; its signature covers method, path, body hash, sequence and time. An answer is signed
//! by the site key over the request's signature and the body hash, so it fits this one request only.

use countenance_base::{AttemptId, ConsentId, DoorId, GateId, PersonId, SiteId, Timestamp, to_hex};
use countenance_grant::{Envelope, PublicKey, Signature, SigningKey};
use sha2::{Digest, Sha256};

use crate::journal::{Leaf, RawLeaf};
use crate::policy::Lane;
use crate::wait::Wait;

pub const HEADER_GATE: &str = "x-countenance-gate";
pub const HEADER_SEQUENCE: &str = "x-countenance-sequence";
pub const HEADER_TIME: &str = "x-countenance-time";
pub const HEADER_SIGNATURE: &str = "x-countenance-signature";

pub const PATH_CLAIM: &str = "/gate/claim";
pub const PATH_POLL: &str = "/gate/poll";
pub const PATH_FRAMES: &str = "/gate/frames";
pub const PATH_REDEEM: &str = "/gate/redeem";

/// Bodies beyond this are refused unread: a poll answer of 2,400 households is about 400 kB.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Frames in one upload.
pub const FRAMES_MAX: usize = 256;

/// What a gate signs of a request.
pub fn request_bytes(method: &str, path: &str, body: &[u8], gate: GateId, sequence: u64, time: Timestamp) -> Vec<u8> {
    format!(
        "{method}\n{path}\n{}\n{gate}\n{sequence}\n{}",
        to_hex(&Sha256::digest(body)),
        time.0
    )
    .into_bytes()
}

/// Domain of request signatures.
pub const REQUEST_DOMAIN: &str = "countenance/gate-request/v1";
/// Domain of answer signatures.
pub const ANSWER_DOMAIN: &str = "countenance/gate-answer/v1";

/// What the server signs of an answer.
pub fn answer_bytes(request: &Signature, status: u16, body: &[u8]) -> Vec<u8> {
    format!("{}\n{status}\n{}", to_hex(&request.0), to_hex(&Sha256::digest(body))).into_bytes()
}

/// First words of a gate: a claim code made in the console, and the device's own key. Signed by that key (gate 0, sequence 0).
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Claim {
    #[n(0)]
    pub code: String,
    #[n(1)]
    pub device_key: PublicKey,
    /// SHA-256 of the model pack's manifest.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub pack: [u8; 32],
    /// Claimed as demo: only such a gate starts simulated parts.
    #[n(3)]
    pub demo: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Claimed {
    #[n(0)]
    pub site: SiteId,
    #[n(1)]
    pub gate: GateId,
    /// Pinned from here on: snapshots, grants and answers are signed by it.
    #[n(2)]
    pub site_key: PublicKey,
}

/// A gate's journal position: the number of leaves and the hash of the last one (zero when none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Head {
    #[n(0)]
    pub size: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

/// Long poll: answered at once when the server's epoch differs from `epoch`, else after `wait_s`.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Poll {
    #[n(0)]
    pub epoch: u64,
    #[n(1)]
    pub head: Head,
    /// At most 25.
    #[n(2)]
    pub wait_s: u8,
    /// Codes of what is wrong at the gate (`journal.80`, `clock.behind`, …), for the console.
    #[n(3)]
    pub alarms: Vec<String>,
    /// A [`Seal`] over `head`, for whoever watches the ledger.
    #[n(4)]
    pub seal: Option<Envelope>,
    /// SHA-256 of the installed model pack's manifest; none while no pack is in use.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub pack: Option<[u8; 32]>,
    /// SHA-256 of the file that the gate runs, as the gate itself reads it; none from gates that do not say it. Nothing attests it:
    /// another program could say the same.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub program: Option<[u8; 32]>,
}

/// "My journal has this many leaves and ends with this one, as of now." Handed on to monitors, so it is signed apart from the request.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Seal {
    #[n(0)]
    pub gate: GateId,
    #[n(1)]
    pub head: Head,
    #[n(2)]
    pub at: Timestamp,
}

impl Seal {
    const DOMAIN: &'static str = "countenance/seal/v1";

    pub fn sign(&self, device: &SigningKey) -> Envelope {
        Envelope::seal(Self::DOMAIN, self, device)
    }

    pub fn open(envelope: &Envelope, device: &PublicKey) -> Option<Self> {
        envelope.open(Self::DOMAIN, device).ok()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct PollAnswer {
    /// A [`countenance_grant::SnapshotStatement`], when newer than what the gate has.
    #[n(0)]
    pub snapshot: Option<Envelope>,
    /// Leaves that the server has durably.
    #[n(1)]
    pub acknowledged: u64,
    /// The head does not extend the last one known (clone or rollback): the face lane closes until the gate is claimed anew.
    #[n(2)]
    pub forked: bool,
    #[n(3)]
    pub now: Timestamp,
}

/// Journal frames from `acknowledged` on, in order.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Frames {
    #[n(0)]
    pub frames: Vec<UploadedFrame>,
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct UploadedFrame {
    #[n(0)]
    pub leaf: RawLeaf,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub record: Vec<u8>,
    #[n(2)]
    pub note: Option<Note>,
}

impl UploadedFrame {
    /// The parsed leaf, `None` when it is not one.
    pub fn leaf(&self) -> Option<Leaf> {
        Leaf::from_bytes(&self.leaf.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct FramesAnswer {
    #[n(0)]
    pub acknowledged: u64,
    /// The first frame offered does not extend what the server has.
    #[n(1)]
    pub forked: bool,
}

/// What the server may know of a frame while passages are retained. Sealed in the journal under a transit key that is
/// destroyed once the server has the frame.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum Note {
    #[n(0)]
    Passage(#[n(0)] Passage),
    /// A [`Receipt`] signed by the device key.
    #[n(1)]
    Enrolled(#[n(0)] Envelope),
    /// A [`Receipt`] and an [`Ending`], both signed by the device key.
    #[n(2)]
    Erased(#[n(0)] Envelope, #[n(1)] Envelope),
    #[n(3)]
    Window(#[n(0)] Window),
}

/// An opened or refused attempt.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Passage {
    #[n(0)]
    pub attempt: AttemptId,
    #[n(1)]
    pub at: Timestamp,
    #[n(2)]
    pub door: DoorId,
    #[n(3)]
    pub lanes: Vec<Lane>,
    /// Present when a credential named the person; never after an unknown face.
    #[n(4)]
    pub person: Option<PersonId>,
    #[n(5)]
    pub opened: bool,
    /// Why, as a stable code (`passage.recognised`, `face.unknown`, `pin.wrong`, …).
    #[n(6)]
    pub reason: String,
    #[n(7)]
    pub demo: bool,
    /// Of an opening: how long since the first touch. The server counts it and keeps it beside no passage.
    #[n(8)]
    pub waited: Option<Wait>,
}

/// When the camera was open and what it met: the operator's only evidence that a passer-by was not captured.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Window {
    #[n(0)]
    pub attempt: AttemptId,
    #[n(1)]
    pub opened: Timestamp,
    #[n(2)]
    pub closed: Timestamp,
    #[n(3)]
    pub frames: u32,
    /// Most faces that the detector saw in one frame.
    #[n(4)]
    pub faces_max: u32,
    #[n(5)]
    pub embedded: u32,
}

/// What a gate signs for a person.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Receipt {
    #[n(0)]
    pub gate: GateId,
    #[n(1)]
    pub door: DoorId,
    #[n(2)]
    pub person: PersonId,
    #[n(3)]
    pub consent: ConsentId,
    #[n(4)]
    pub at: Timestamp,
    /// Journal sequence of the frame written before the act.
    #[n(5)]
    pub sequence: u64,
    /// `enrolled`, or why erased: `withdrawn.gate` (the person did so here), `grant.ended` (the snapshot permits this face no longer;
    /// the gate is not told why, and signs no more than it knows),
    /// `recogniser.changed` (the gate's new pack makes other numbers).
    #[n(6)]
    pub cause: String,
}

impl Receipt {
    const DOMAIN: &'static str = "countenance/receipt/v1";

    pub fn sign(&self, device: &SigningKey) -> Envelope {
        Envelope::seal(Self::DOMAIN, self, device)
    }

    pub fn open(envelope: &Envelope, device: &PublicKey) -> Option<Self> {
        envelope.open(Self::DOMAIN, device).ok()
    }
}

/// What a gate signs for whoever stood before it and asked for it: this entry will be in the ledger. Not yet a proof.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Promise {
    #[n(0)]
    pub gate: GateId,
    #[n(1)]
    pub sequence: u64,
    /// RFC 6962 hash of the leaf.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub leaf: [u8; 32],
    #[n(3)]
    pub at: Timestamp,
    /// By then it is in the ledger, or something is wrong.
    #[n(4)]
    pub until: Timestamp,
}

impl Promise {
    const DOMAIN: &'static str = "countenance/passage-receipt/v1";
    const PREFIX: &'static str = "CR1:";

    pub fn sign(&self, device: &SigningKey) -> Envelope {
        Envelope::seal(Self::DOMAIN, self, device)
    }

    pub fn open(envelope: &Envelope, device: &PublicKey) -> Option<Self> {
        envelope.open(Self::DOMAIN, device).ok()
    }

    /// The text of a receipt's QR.
    pub fn to_text(envelope: &Envelope) -> String {
        let bytes = countenance_grant::encode(envelope);
        format!("{}{}", Self::PREFIX, crate::base64url::encode(&bytes))
    }

    /// Reads what [`Promise::to_text`] writes; whose signature it is has still to be asked.
    pub fn envelope(text: &str) -> Option<Envelope> {
        let bytes = crate::base64url::decode(text.strip_prefix(Self::PREFIX)?)?;
        countenance_grant::decode_canonical(&bytes)
    }
}

/// What a gate signs for everybody when a template ended: where in its journal that stands, and nothing about whose it was. A
/// certificate of destruction carries these, since it names nobody.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Ending {
    #[n(0)]
    pub gate: GateId,
    /// Journal sequence of the frame written before the template ended.
    #[n(1)]
    pub sequence: u64,
    #[n(2)]
    pub at: Timestamp,
}

impl Ending {
    const DOMAIN: &'static str = "countenance/ending/v1";

    pub fn sign(&self, device: &SigningKey) -> Envelope {
        Envelope::seal(Self::DOMAIN, self, device)
    }

    pub fn open(envelope: &Envelope, device: &PublicKey) -> Option<Self> {
        envelope.open(Self::DOMAIN, device).ok()
    }
}

/// Exchanges an enrolment code for an enrol grant, once.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Redeem {
    #[n(0)]
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum Redeemed {
    /// A [`countenance_grant::EnrolGrant`], minted now.
    #[n(0)]
    Granted(#[n(0)] Envelope),
    /// `code.unknown`, `code.used`, `code.expired`, `code.other_gate`, or the id of the rule that refused.
    #[n(1)]
    Refused(#[n(0)] String),
}

/// What the person's phone shows as a QR for enrolment: `CE1:` + base64url of this.
/// The ratchet start goes from phone to gate only; the server never sees it.
#[derive(Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct EnrolmentTicket {
    #[n(0)]
    pub code: String,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key_fingerprint: [u8; 32],
    /// W of `month` for this gate.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub ratchet: [u8; 32],
    #[n(3)]
    pub month: u32,
}

impl std::fmt::Debug for EnrolmentTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentTicket(…)")
    }
}

impl Drop for EnrolmentTicket {
    /// The ratchet start is the person's secret; it ends with the attempt.
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.ratchet);
    }
}

impl EnrolmentTicket {
    const PREFIX: &'static str = "CE1:";

    /// Reads the text of an enrolment QR; `None` for anything that [`Self::to_text`] would not have written.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = crate::base64url::decode(text.strip_prefix(Self::PREFIX)?)?;
        countenance_grant::decode_canonical(&bytes)
    }

    /// The text that the phone shows as a QR.
    pub fn to_text(&self) -> String {
        let bytes = zeroize::Zeroizing::new(countenance_grant::encode(self));
        format!("{}{}", Self::PREFIX, crate::base64url::encode(&bytes))
    }

    /// The two digits that phone and kiosk both show: first byte pair of SHA-256(`code` ‖ fingerprint) modulo 100.
    pub fn digits(&self) -> String {
        let hash = Sha256::new()
            .chain_update(self.code.as_bytes())
            .chain_update(self.key_fingerprint)
            .finalize();
        let number = hash.iter().take(2).fold(0u32, |sum, byte| sum * 256 + u32::from(*byte));
        format!("{:02}", number % 100)
    }
}

/// What the person's phone shows at a door: `CQ1:` + base64url of person (16) ‖ seconds (8, big-endian) ‖ signature (64) over
/// `countenance qr v1\n<person>\n<seconds>\n` by the person's key. Good for one minute and once per gate.
pub fn qr_text_to_sign(person: PersonId, seconds: i64) -> String {
    format!("countenance qr v1\n{person}\n{seconds}\n")
}
