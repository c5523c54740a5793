//! What happened, sealed: the only place of a frame that names a person, and it holds no score.

use countenance_base::{AttemptId, ConsentId, GateId, PersonId, PurposeId, Rng, SecretKey, Timestamp};
use countenance_grant::{decode_canonical, encode, open_letter, seal_letter};

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
    let opened: Opened = decode_canonical(&plain)?;
    if commit_bytes(&opened.opening, &opened.record) != *commitment {
        return None;
    }
    decode_canonical(&opened.record)
}

fn context(gate: GateId, sequence: u64) -> Vec<u8> {
    [b"countenance/record/v1".as_slice(), &gate.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}
