//! What happened, sealed: the only place of a frame that names a person, and it holds no score.

use countenance_base::{AttemptId, ConsentId, GateId, OperatorId, PersonId, PurposeId, Rng, SecretKey, Timestamp};
use countenance_grant::{decode_canonical, encode, open_letter, seal_letter};

use super::leaf::LeafClass;
use super::ratchet::hmac;

/// The commitment key is a public constant: hiding comes from the 32-byte opening (key transparency's form).
const COMMITMENT_KEY: &[u8] = b"countenance/commitment/v1";

/// What a record says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum RecordKind {
    #[n(0)]
    Boot,
    #[n(1)]
    PolicyTaken,
    #[n(2)]
    Opened,
    #[n(3)]
    Refused,
    /// The template was about to be read and compared.
    #[n(4)]
    Searched,
    #[n(5)]
    Enrolled,
    #[n(6)]
    Erased,
    #[n(7)]
    Copied,
    #[n(8)]
    CameraWindow,
    // The server's own.
    #[n(9)]
    Consented,
    #[n(10)]
    Withdrawn,
    #[n(11)]
    Looked,
    #[n(12)]
    Exported,
    #[n(13)]
    Changed,
    #[n(14)]
    EvidenceOpened,
    #[n(15)]
    ForeignCheckpoint,
    #[n(16)]
    TagList,
    #[n(17)]
    DestructionPlanned,
    #[n(18)]
    DestructionCertified,
    #[n(19)]
    NoncePromised,
    #[n(21)]
    HolderLost,
}

impl RecordKind {
    /// The class of the leaf that commits to such a record.
    pub const fn class(self) -> LeafClass {
        match self {
            Self::Boot => LeafClass::Boot,
            Self::PolicyTaken => LeafClass::Policy,
            Self::Opened | Self::Refused => LeafClass::Passage,
            Self::Searched => LeafClass::Search,
            Self::Enrolled => LeafClass::Enrol,
            Self::Erased => LeafClass::Erase,
            Self::Copied => LeafClass::Copy,
            Self::CameraWindow => LeafClass::Window,
            Self::Consented => LeafClass::Consent,
            Self::Withdrawn => LeafClass::Withdraw,
            Self::Looked => LeafClass::Look,
            Self::Exported => LeafClass::Export,
            Self::Changed => LeafClass::Change,
            Self::EvidenceOpened => LeafClass::Opening,
            Self::ForeignCheckpoint => LeafClass::Foreign,
            Self::TagList => LeafClass::Tags,
            Self::DestructionPlanned => LeafClass::Plan,
            Self::DestructionCertified => LeafClass::Certificate,
            Self::NoncePromised => LeafClass::Nonce,
            Self::HolderLost => LeafClass::Lost,
        }
    }
}

impl RecordKind {
    /// Whether the record is for everybody: about nobody, and committed to with an opening that all know.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::ForeignCheckpoint
                | Self::TagList
                | Self::DestructionPlanned
                | Self::DestructionCertified
                | Self::NoncePromised
                | Self::HolderLost
        )
    }
}

/// One record. Exact time lives here, coarse time in the leaf.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Record {
    #[n(0)]
    pub kind: RecordKind,
    #[n(1)]
    pub at: Timestamp,
    #[n(2)]
    pub attempt: Option<AttemptId>,
    #[n(3)]
    pub person: Option<PersonId>,
    #[n(4)]
    pub purpose: Option<PurposeId>,
    #[n(5)]
    pub consent: Option<ConsentId>,
    /// A stable code: why opened, refused, erased.
    #[n(6)]
    pub reason: String,
    /// SHA-256 of the manifest of the model pack in force, whatever the record is about; none while none passes its checks.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub pack: Option<[u8; 32]>,
    /// Which operator did it; none for gates and for what the server does by itself.
    #[n(8)]
    pub actor: Option<OperatorId>,
}

#[derive(minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
struct Opened {
    #[cbor(n(0), with = "minicbor::bytes")]
    opening: [u8; 32],
    #[cbor(n(1), with = "minicbor::bytes")]
    record: Vec<u8>,
}

/// C = HMAC-SHA-256(Kc, opening ‖ length ‖ record).
pub fn commit(opening: &SecretKey, record: &Record) -> [u8; 32] {
    commit_bytes(opening.expose(), &encode(record))
}

fn commit_bytes(opening: &[u8; 32], record: &[u8]) -> [u8; 32] {
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX).to_be_bytes();
    hmac(COMMITMENT_KEY, &[opening, &length, record])
}

/// The commitment of a record that is about nobody and hides nothing: its opening is 32 zeroes, so whoever is given the record checks it.
pub fn commit_openly(record: &Record) -> [u8; 32] {
    commit_bytes(&[0; 32], &encode(record))
}

/// Opening and record as a proof carries them, for a record committed to [openly](commit_openly).
pub fn opened_openly(record: &Record) -> Vec<u8> {
    encode(&Opened {
        opening: [0; 32],
        record: encode(record),
    })
}

/// The record in what a proof carries, when it is what the leaf commits to.
pub fn read_opened(opened: &[u8], commitment: &[u8; 32]) -> Option<Record> {
    let opened: Opened = decode_canonical(opened)?;
    if commit_bytes(&opened.opening, &opened.record) != *commitment {
        return None;
    }
    decode_canonical(&opened.record)
}

/// Seals opening and record to `recipients` (evidence key, and the person where known), bound to gate and sequence.
pub fn seal_record(
    record: &Record,
    opening: &SecretKey,
    gate: GateId,
    sequence: u64,
    recipients: &[[u8; 32]],
    rng: &mut dyn Rng,
) -> Option<Vec<u8>> {
    let plain = zeroize::Zeroizing::new(encode(&Opened {
        opening: *opening.expose(),
        record: encode(record),
    }));
    seal_letter(recipients, &context(gate, sequence), &plain, rng)
}

/// Opens a sealed record and checks it against the leaf's commitment.
pub fn open_record(secret: &[u8; 32], gate: GateId, sequence: u64, commitment: &[u8; 32], sealed: &[u8]) -> Option<Record> {
    let plain = open_letter(secret, &context(gate, sequence), sealed)?;
    read_opened(&plain, commitment)
}

fn context(gate: GateId, sequence: u64) -> Vec<u8> {
    [b"countenance/record/v1".as_slice(), &gate.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}
