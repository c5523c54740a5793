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
    #[n(20)]
    HolderLost,
    /// Nothing happened: a leaf that fills up a stretch, so that how busy a door is does not show.
    #[n(21)]
    Padding,
}

impl RecordKind {
    /// The class of the leaf that commits to such a record.
    pub const fn class(self) -> LeafClass {
        match self {
            Self::Boot => LeafClass::Boot,
            Self::PolicyTaken => LeafClass::Policy,
            Self::Opened | Self::Refused | Self::Padding => LeafClass::Passage,
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
    /// Stable word: that of the class, and for a passage what it was.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Refused => "refused",
            Self::Padding => "padding",
            Self::Boot
            | Self::PolicyTaken
            | Self::Searched
            | Self::Enrolled
            | Self::Erased
            | Self::Copied
            | Self::CameraWindow
            | Self::Consented
            | Self::Withdrawn
            | Self::Looked
            | Self::Exported
            | Self::Changed
            | Self::EvidenceOpened
            | Self::ForeignCheckpoint
            | Self::TagList
            | Self::DestructionPlanned
            | Self::DestructionCertified
            | Self::NoncePromised
            | Self::HolderLost => self.class().word(),
        }
    }

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

impl Record {
    /// Committed to [openly](commit_openly): of an open kind, or what was changed, looked at or given out at the site and is about
    /// nobody. Who did it stands there by number.
    pub const fn is_open(&self) -> bool {
        let plain = matches!(self.kind, RecordKind::Changed | RecordKind::Looked | RecordKind::Exported);
        self.kind.is_open() || (plain && self.person.is_none())
    }
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

/// What is sealed is a multiple of this long, so that length does not tell one record from another.
const SHAPE_BYTES: usize = 256;

/// Length in two bytes, the bytes, zeroes.
fn shaped(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(bytes.len()).ok()?.to_be_bytes();
    let mut shaped = [length.as_slice(), bytes].concat();
    shaped.resize(shaped.len().next_multiple_of(SHAPE_BYTES), 0);
    Some(shaped)
}

fn unshaped(shaped: &[u8]) -> Option<&[u8]> {
    let (length, rest) = shaped.split_first_chunk::<2>()?;
    let (bytes, zeroes) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    zeroes.iter().all(|byte| *byte == 0).then_some(bytes)
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
    let shaped = zeroize::Zeroizing::new(shaped(&plain)?);
    seal_letter(recipients, &context(gate, sequence), &shaped, rng)
}

/// Opens a sealed record and checks it against the leaf's commitment.
pub fn open_record(secret: &[u8; 32], gate: GateId, sequence: u64, commitment: &[u8; 32], sealed: &[u8]) -> Option<Record> {
    read_opened(&opened_record(secret, gate, sequence, sealed)?, commitment)
}

/// Opening and record, as a person adds them to a proof of their own. Not checked against anything.
pub fn opened_record(secret: &[u8; 32], gate: GateId, sequence: u64, sealed: &[u8]) -> Option<Vec<u8>> {
    let shaped = open_letter(secret, &context(gate, sequence), sealed)?;
    unshaped(&shaped).map(<[u8]>::to_vec)
}

fn context(gate: GateId, sequence: u64) -> Vec<u8> {
    [b"countenance/record/v1".as_slice(), &gate.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use countenance_base::SeededRng;
    use countenance_grant::letter_key;

    use super::*;

    fn record(reason: &str) -> Record {
        Record {
            kind: RecordKind::Opened,
            at: Timestamp(1),
            attempt: None,
            person: Some(PersonId::from_bytes([1; 16])),
            purpose: None,
            consent: None,
            reason: reason.into(),
            pack: None,
            actor: None,
        }
    }

    #[test]
    fn records_of_another_length_have_the_same_shape_and_open_as_they_were() {
        let key = letter_key(&[4; 32]).unwrap();
        let mut rng = SeededRng::new(1);
        let mut lengths = std::collections::BTreeSet::new();
        for reason in ["padding", "passage.recognised", "face.not_followed_by_anybody"] {
            let opening = SecretKey::new([7; 32]);
            let record = record(reason);
            let sealed = seal_record(&record, &opening, GateId(3), 5, &[key], &mut rng).unwrap();
            lengths.insert(sealed.len());
            let commitment = commit(&opening, &record);
            assert_eq!(open_record(&[4; 32], GateId(3), 5, &commitment, &sealed), Some(record));
            assert_eq!(open_record(&[4; 32], GateId(3), 6, &commitment, &sealed), None, "another entry's");
        }
        assert_eq!(lengths.len(), 1);
    }

    #[test]
    fn what_is_no_shape_is_not_read() {
        let good = shaped(b"hello").unwrap();
        assert_eq!(unshaped(&good), Some(b"hello".as_slice()));
        let mut scribbled = good.clone();
        scribbled[200] = 1;
        for bad in [&good[..1], &good[..4], &scribbled] {
            assert_eq!(unshaped(bad), None);
        }
    }
}
