//! Frames on a gate's disk, and what travels between gate and server.

use std::fmt::Debug;

use countenance_gate_core::journal::read_frame;
use countenance_gate_core::journal::write_frame;
use countenance_gate_core::wire::{Claim, Claimed, Frames, FramesAnswer, Note, Poll, PollAnswer, Redeem};
use countenance_grant::{decode_canonical, encode};

use crate::Verdict;

/// A frame as it lies on the disk; and the same bytes under a right length and checksum, so that what is behind them is reached too.
pub(super) fn journal_frame(bytes: &[u8]) -> Verdict {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let framed = [length.to_be_bytes().as_slice(), &crc32c::crc32c(bytes).to_be_bytes(), bytes].concat();
    let as_it_lies = reads_back(bytes);
    Verdict::accepted_if(reads_back(&framed) || as_it_lies)
}

fn reads_back(bytes: &[u8]) -> bool {
    let Ok((frame, length)) = read_frame(bytes) else {
        return false;
    };
    assert_eq!(bytes.get(..length), Some(write_frame(&frame).as_slice()), "one frame has one form");
    true
}

/// Requests, answers and notes; the first byte says which.
pub(super) fn wire(bytes: &[u8]) -> Verdict {
    let Some((kind, body)) = bytes.split_first() else {
        return Verdict::Refused;
    };
    let accepted = match kind % 8 {
        0 => is_one_form::<Claim>(body),
        1 => is_one_form::<Claimed>(body),
        2 => is_one_form::<Poll>(body),
        3 => is_one_form::<PollAnswer>(body),
        4 => frames(body),
        5 => is_one_form::<FramesAnswer>(body),
        6 => is_one_form::<Redeem>(body),
        _ => is_one_form::<Note>(body),
    };
    Verdict::accepted_if(accepted)
}

fn is_one_form<T>(body: &[u8]) -> bool
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> + PartialEq + Debug,
{
    let Some(value) = decode_canonical::<T>(body) else {
        return false;
    };
    let again = encode(&value);
    assert_eq!(again, body);
    assert_eq!(decode_canonical::<T>(&again), Some(value));
    true
}

fn frames(body: &[u8]) -> bool {
    for frame in decode_canonical::<Frames>(body).into_iter().flat_map(|frames| frames.frames) {
        if let Some(leaf) = frame.leaf() {
            assert_eq!(leaf.to_bytes(), frame.leaf.0, "one leaf has one form");
        }
    }
    is_one_form::<Frames>(body)
}
