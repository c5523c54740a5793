//! Journal frames come in: the chain is checked, leaf and sealed record are kept, the note does its work; all in one transaction.

use std::collections::BTreeMap;

use countenance_base::Timestamp;
use countenance_gate_core::journal::Leaf;
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wire::{Ending, Frames, FramesAnswer, Head, Note, Passage, Receipt, UploadedFrame};
use countenance_grant::{Envelope, PublicKey, encode};
use countenance_persons::{ReceiptRefused, ReceiptView, lookup_site, take_receipt};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::gate::{ALARM_RECEIPT, Gate};
use crate::store;
use crate::take_poll::fork;

/// Far above a record of ours; what is longer is not one.
const RECORD_BYTES_MAX: usize = 8 * 1024;

enum Taken {
    Kept(Head),
    Known,
    /// A frame before it is missing: nothing after it is taken until that one comes.
    Gap,
    Fork,
}

/// Takes frames in order. Taking the same ones again changes nothing; others in their place are a fork.
pub async fn take_frames(tx: &mut Trace, gate: &Gate, frames: &Frames, now: Timestamp) -> Result<FramesAnswer, StoreError> {
    if gate.forked_at.is_some() {
        return Ok(FramesAnswer {
            acknowledged: gate.held.size,
            forked: true,
        });
    }
    let (mut held, mut forked, mut waits) = (gate.held, false, Vec::new());
    for frame in &frames.frames {
        match take_frame(tx, gate, held, frame, now).await? {
            Taken::Kept(next) => {
                held = next;
                waits.extend(wait_of(gate, frame));
            }
            Taken::Known => {}
            Taken::Gap => break,
            Taken::Fork => {
                forked = true;
                break;
            }
        }
    }
    add_waits(tx, gate, &waits).await?;
    store::gate::set_held(tx, gate.id, &held).await?;
    if forked {
        fork(tx, gate, now).await?;
    }
    Ok(FramesAnswer {
        acknowledged: held.size,
        forked,
    })
}

/// Of a frame that is new, so that none counts twice: the opening, and the step of its wait.
fn wait_of<'a>(gate: &Gate, frame: &'a UploadedFrame) -> Option<(&'a Passage, usize)> {
    let Some(Note::Passage(passage)) = &frame.note else { return None };
    let waited = passage.waited.filter(|_| passage.opened && passage.door == gate.door)?;
    Some((passage, waited.step()))
}

/// The one thing that is kept of a wait: that there was one more of its step on its day.
async fn add_waits(tx: &mut Trace, gate: &Gate, waits: &[(&Passage, usize)]) -> Result<(), StoreError> {
    if waits.is_empty() {
        return Ok(());
    }
    let zone = lookup_site(tx).await?.map_or_else(|| "UTC".to_owned(), |site| site.time_zone);
    let mut counts: BTreeMap<(String, &[Lane], usize), u64> = BTreeMap::new();
    for (passage, step) in waits {
        *counts.entry((passage.at.civil_day(&zone), &passage.lanes, *step)).or_default() += 1;
    }
    for ((day, lanes, step), count) in counts {
        store::lane_waits::add(tx, gate.door, &day, lanes, step, count).await?;
    }
    Ok(())
}

async fn take_frame(tx: &mut Trace, gate: &Gate, held: Head, frame: &UploadedFrame, now: Timestamp) -> Result<Taken, StoreError> {
    let Some(leaf) = frame
        .leaf()
        .filter(|leaf| leaf.gate == gate.id && frame.record.len() <= RECORD_BYTES_MAX)
    else {
        return Ok(Taken::Fork);
    };
    if leaf.sequence < held.size {
        let known = store::gate::lookup_leaf(tx, gate.id, leaf.sequence).await?;
        return Ok(if known.as_deref() == Some(frame.leaf.0.as_slice()) {
            Taken::Known
        } else {
            Taken::Fork
        });
    }
    if leaf.sequence > held.size {
        return Ok(Taken::Gap);
    }
    if leaf.previous != held.hash {
        return Ok(Taken::Fork);
    }
    let next = Head {
        size: held.size + 1,
        hash: leaf.hash(),
    };
    // The head that the gate showed in a poll binds it to this very leaf.
    if next.size == gate.head.size && next.hash != gate.head.hash {
        return Ok(Taken::Fork);
    }
    store::gate::put_frame(tx, gate.id, leaf.sequence, &frame.leaf.0, &frame.record, now).await?;
    if let Some(note) = &frame.note {
        take_note(tx, gate, &leaf, note, now).await?;
    }
    Ok(Taken::Kept(next))
}

async fn take_note(tx: &mut Trace, gate: &Gate, leaf: &Leaf, note: &Note, now: Timestamp) -> Result<(), StoreError> {
    match note {
        // A gate speaks for its own door only.
        Note::Passage(passage) if passage.door == gate.door => store::passage::put(tx, gate.id, leaf.sequence, passage).await,
        Note::Passage(_) => Ok(()),
        Note::Window(window) => store::passage::put_window(tx, gate.id, leaf.sequence, window).await,
        Note::Enrolled(_) | Note::Erased(..) => {
            let receipt = gate.device_key.and_then(|key| open_note(note, &key, gate, leaf));
            let taken = match receipt {
                Some(receipt) => take_receipt(tx, now, &receipt).await,
                None => Err(ReceiptRefused::Foreign),
            };
            match taken {
                Ok(()) => Ok(()),
                Err(ReceiptRefused::Foreign) => store::gate::raise_alarm(tx, gate.id, ALARM_RECEIPT, now).await,
                Err(ReceiptRefused::Store(error)) => Err(error),
            }
        }
    }
}

/// What the gate signed for the person; of an erasure also what it signed for everybody.
fn open_note(note: &Note, key: &PublicKey, gate: &Gate, leaf: &Leaf) -> Option<ReceiptView> {
    match note {
        Note::Enrolled(envelope) => open_receipt(envelope, key, gate, leaf),
        Note::Erased(envelope, ending) => {
            let said = Ending::open(ending, key).filter(|said| said.gate == gate.id && said.sequence == leaf.sequence)?;
            let receipt = open_receipt(envelope, key, gate, leaf)?;
            (said.at == receipt.at).then(|| ReceiptView {
                ending: Some(encode(ending)),
                ..receipt
            })
        }
        Note::Passage(_) | Note::Window(_) => None,
    }
}

/// The receipt, when the device signed it, it is about this gate, and it names the frame that carries it.
fn open_receipt(envelope: &Envelope, key: &PublicKey, gate: &Gate, leaf: &Leaf) -> Option<ReceiptView> {
    let receipt = Receipt::open(envelope, key)?;
    let fits = receipt.gate == gate.id && receipt.door == gate.door && receipt.sequence == leaf.sequence;
    fits.then(|| ReceiptView {
        gate: receipt.gate,
        sequence: receipt.sequence,
        person: receipt.person,
        consent: receipt.consent,
        cause: receipt.cause,
        at: receipt.at,
        envelope: encode(envelope),
        ending: None,
    })
}
