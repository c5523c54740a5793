//! A frame on disk: `length u32 | CRC32C u32 | leaf 128 | record length u32 | sealed record | transit key u32 | sealed note`.
//! Length and checksum cover everything after themselves, so a torn or flipped frame is told from a whole one.

use super::leaf::{LEAF_BYTES, Leaf, RawLeaf, take};

/// Above any real frame (record ≈ 400 bytes, note ≈ 400): a longer one is damage.
pub const FRAME_BYTES_MAX: usize = 16 * 1024;
const HEADER_BYTES: usize = 8;

/// One journal entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub leaf: Leaf,
    pub record: Vec<u8>,
    /// Which transit key seals the note; 0 when there is no note.
    pub transit: u32,
    pub note: Vec<u8>,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// Zeroes: the preallocated rest of the journal begins here.
    #[error("end of journal")]
    End,
    #[error("frame is cut short")]
    Torn,
    #[error("frame checksum does not fit")]
    Checksum,
    #[error("frame holds no leaf")]
    Leaf,
}

/// The bytes of a frame.
pub fn write_frame(frame: &Frame) -> Vec<u8> {
    let length32 = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let body = [
        frame.leaf.to_bytes().as_slice(),
        &length32(frame.record.len()),
        &frame.record,
        &frame.transit.to_be_bytes(),
        &frame.note,
    ]
    .concat();
    [length32(body.len()).as_slice(), &crc32c::crc32c(&body).to_be_bytes(), &body].concat()
}

/// Reads the frame at the start of `bytes` and says how long it is.
pub fn read_frame(bytes: &[u8]) -> Result<(Frame, usize), FrameFault> {
    let mut rest = bytes;
    let length = u32::from_be_bytes(take(&mut rest).ok_or(FrameFault::End)?);
    if length == 0 {
        return Err(FrameFault::End);
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let crc = u32::from_be_bytes(take(&mut rest).ok_or(FrameFault::Torn)?);
    if length > FRAME_BYTES_MAX {
        return Err(FrameFault::Checksum);
    }
    let body = rest.get(..length).ok_or(FrameFault::Torn)?;
    if crc32c::crc32c(body) != crc {
        return Err(FrameFault::Checksum);
    }
    let frame = read_body(body).ok_or(FrameFault::Leaf)?;
    Ok((frame, HEADER_BYTES + length))
}

fn read_body(mut body: &[u8]) -> Option<Frame> {
    let leaf: [u8; LEAF_BYTES] = take(&mut body)?;
    let record_length = usize::try_from(u32::from_be_bytes(take(&mut body)?)).ok()?;
    let (record, mut rest) = body.split_at_checked(record_length)?;
    let transit = u32::from_be_bytes(take(&mut rest)?);
    Some(Frame {
        leaf: Leaf::from_bytes(&leaf)?,
        record: record.to_vec(),
        transit,
        note: rest.to_vec(),
    })
}

impl Frame {
    pub fn raw_leaf(&self) -> RawLeaf {
        RawLeaf(self.leaf.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::LeafClass;
    use countenance_base::GateId;

    fn frame() -> Frame {
        let leaf = Leaf {
            class: LeafClass::Passage,
            flags: Leaf::FLAG_DEMO,
            gate: GateId(3),
            sequence: 41,
            ten_minutes: 2_971_234,
            policy: 7,
            previous: [1; 32],
            commitment: [2; 32],
            tag: [3; 32],
        };
        Frame {
            leaf,
            record: vec![9; 300],
            transit: 5,
            note: vec![8; 40],
        }
    }

    #[test]
    fn a_frame_reads_back_and_every_cut_or_flip_is_seen() {
        let bytes = write_frame(&frame());
        assert_eq!(read_frame(&bytes), Ok((frame(), bytes.len())));
        for end in 0..bytes.len() {
            assert!(read_frame(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            assert!(read_frame(&flipped).is_err(), "flip at {at}");
        }
        assert_eq!(read_frame(&[0; 64]), Err(FrameFault::End));
    }
}
