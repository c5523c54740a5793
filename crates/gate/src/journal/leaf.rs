//! The 128-byte leaf: what the ledger keeps for ever, and nothing personal in it.

use countenance_base::{GateId, Timestamp};
use sha2::{Digest, Sha256};

pub const LEAF_BYTES: usize = 128;

/// `CN` `L` version 1.
const MAGIC: [u8; 4] = [b'C', b'N', b'L', 1];

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LeafClass {
    Boot = 1,
    Policy = 2,
    /// A decision at the door, opened or refused.
    Passage = 3,
    /// A template is about to be compared with a probe.
    Search = 4,
    Enrol = 5,
    Erase = 6,
    Copy = 7,
    /// The camera was open.
    Window = 8,
    // The server's own, under writer 0.
    /// A person said yes.
    Consent = 9,
    /// A consent ended.
    Withdraw = 10,
    /// An operator, or who holds the server, read what is about a person.
    Look = 11,
    /// Something about a person was given out.
    Export = 12,
    /// A key or a policy changed.
    Change = 13,
    /// Sealed evidence was opened.
    Opening = 14,
    /// A checkpoint of another site's ledger.
    Foreign = 15,
    /// The list of a stretch's tags.
    Tags = 16,
    /// A destruction was planned.
    Plan = 17,
    /// A destruction was certified.
    Certificate = 18,
    /// An auditor's nonce was promised, by its hash.
    Nonce = 19,
    /// Somebody who held copies was lost.
    Lost = 20,
}

impl LeafClass {
    pub const ALL: [Self; 20] = [
        Self::Boot,
        Self::Policy,
        Self::Passage,
        Self::Search,
        Self::Enrol,
        Self::Erase,
        Self::Copy,
        Self::Window,
        Self::Consent,
        Self::Withdraw,
        Self::Look,
        Self::Export,
        Self::Change,
        Self::Opening,
        Self::Foreign,
        Self::Tags,
        Self::Plan,
        Self::Certificate,
        Self::Nonce,
        Self::Lost,
    ];

    /// Stable word for counts and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Policy => "policy",
            Self::Passage => "passage",
            Self::Search => "search",
            Self::Enrol => "enrol",
            Self::Erase => "erase",
            Self::Copy => "copy",
            Self::Window => "window",
            Self::Consent => "consent",
            Self::Withdraw => "withdraw",
            Self::Look => "look",
            Self::Export => "export",
            Self::Change => "change",
            Self::Opening => "opening",
            Self::Foreign => "foreign",
            Self::Tags => "tags",
            Self::Plan => "plan",
            Self::Certificate => "certificate",
            Self::Nonce => "nonce",
            Self::Lost => "lost",
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| *class as u8 == byte)
    }
}

/// A leaf, big-endian at the offsets of the layout: magic 0, class 4, flags 5, zero 6, gate 8, sequence 16, time 24, policy 28,
/// previous 32, commitment 64, tag 96.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    pub class: LeafClass,
    /// Bit 0: DEMO.
    pub flags: u8,
    pub gate: GateId,
    /// Contiguous from 0 for each gate.
    pub sequence: u64,
    /// Units of ten minutes; the exact time is in the record.
    pub ten_minutes: u32,
    /// Low 32 bits of the policy epoch.
    pub policy: u32,
    /// SHA-256 of the gate's previous leaf; zero for the first.
    pub previous: [u8; 32],
    pub commitment: [u8; 32],
    pub tag: [u8; 32],
}

/// 128 bytes on the wire.
#[derive(Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct RawLeaf(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; LEAF_BYTES]);

impl std::fmt::Debug for RawLeaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawLeaf(…)")
    }
}

impl Leaf {
    pub const FLAG_DEMO: u8 = 1;

    pub fn to_bytes(&self) -> [u8; LEAF_BYTES] {
        let mut bytes = [0u8; LEAF_BYTES];
        let fields: [&[u8]; 10] = [
            &MAGIC,
            &[self.class as u8, self.flags, 0, 0],
            &self.gate.0.to_be_bytes(),
            &self.sequence.to_be_bytes(),
            &self.ten_minutes.to_be_bytes(),
            &self.policy.to_be_bytes(),
            &self.previous,
            &self.commitment,
            &self.tag,
            &[],
        ];
        for (byte, value) in bytes.iter_mut().zip(fields.concat()) {
            *byte = value;
        }
        bytes
    }

    /// Reads a leaf; `None` for wrong magic, class, padding or unknown flags.
    pub fn from_bytes(bytes: &[u8; LEAF_BYTES]) -> Option<Self> {
        let mut rest = bytes.as_slice();
        if take::<4>(&mut rest)? != MAGIC {
            return None;
        }
        let [class, flags, 0, 0] = take::<4>(&mut rest)? else { return None };
        if flags & !Self::FLAG_DEMO != 0 {
            return None;
        }
        Some(Self {
            class: LeafClass::from_byte(class)?,
            flags,
            gate: GateId(u64::from_be_bytes(take(&mut rest)?)),
            sequence: u64::from_be_bytes(take(&mut rest)?),
            ten_minutes: u32::from_be_bytes(take(&mut rest)?),
            policy: u32::from_be_bytes(take(&mut rest)?),
            previous: take(&mut rest)?,
            commitment: take(&mut rest)?,
            tag: take(&mut rest)?,
        })
    }

    /// What the next leaf's back-link holds.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }

    /// What the ledger hashes (RFC 6962, section 2.1).
    pub fn entry_hash(&self) -> [u8; 32] {
        Sha256::new().chain_update([0]).chain_update(self.to_bytes()).finalize().into()
    }

    pub fn time(now: Timestamp) -> u32 {
        now.ten_minutes()
    }
}

/// Splits the first `N` bytes off `rest`.
pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}
