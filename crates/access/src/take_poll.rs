//! What a gate says of itself: where its journal stands, and what is wrong.

use countenance_base::Timestamp;
use countenance_gate_core::journal::RecordKind;
use countenance_gate_core::wire::{Head, Poll, Seal};
use countenance_grant::encode;
use countenance_persons::raise_epoch;
use countenance_storage::{StoreError, Tx};
use countenance_trace::{Event, Trace};

use crate::gate::{ALARM_FORKED, Gate, list_alarms};
use crate::store;

/// More alarms than a gate has codes for; the rest is not read.
const ALARMS_MAX: usize = 32;
const ALARM_CHARS_MAX: usize = 64;

/// Takes the sequence number of a request whose signature was checked. `false`: not above the last one, so replayed or overtaken.
pub async fn take_sequence(tx: &mut Tx, gate: &Gate, sequence: u64, now: Timestamp) -> Result<bool, StoreError> {
    store::gate::take_sequence(tx, gate.id, sequence, now).await
}

/// Compares the gate's head with what is known, and keeps its alarms, its model pack and its program. `true`: forked, here or before.
pub async fn take_poll(tx: &mut Trace, gate: &Gate, poll: &Poll, now: Timestamp) -> Result<bool, StoreError> {
    take_alarms(tx, gate, &poll.alarms, now).await?;
    take_seal(tx, gate, poll).await?;
    take_pack(tx, gate, poll).await?;
    take_program(tx, gate, poll).await?;
    if gate.forked_at.is_some() {
        return Ok(true);
    }
    if extends(tx, gate, &poll.head).await? {
        store::gate::set_head(tx, gate.id, &poll.head).await?;
        return Ok(false);
    }
    fork(tx, gate, now).await?;
    Ok(true)
}

/// Another pack recognises differently: assessments that were written about the one before no longer hold.
async fn take_pack(tx: &mut Trace, gate: &Gate, poll: &Poll) -> Result<(), StoreError> {
    let Some(pack) = poll.pack.filter(|pack| gate.pack != Some(*pack)) else {
        return Ok(());
    };
    store::gate::set_pack(tx, gate.id, &pack).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("gate.pack {}", gate.id.0)));
    raise_epoch(tx).await?;
    Ok(())
}

/// Another program than the gate said before leaves a leaf; what it does with faces is not told by a hash, so nothing rests for it.
async fn take_program(tx: &mut Trace, gate: &Gate, poll: &Poll) -> Result<(), StoreError> {
    let Some(program) = poll.program.filter(|program| gate.program != Some(*program)) else {
        return Ok(());
    };
    store::gate::set_program(tx, gate.id, &program).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("gate.program {}", gate.id.0)));
    Ok(())
}

/// Keeps the gate's newest seal. One that is not over the head of this poll, or not the gate's, is no seal.
async fn take_seal(tx: &mut Tx, gate: &Gate, poll: &Poll) -> Result<(), StoreError> {
    let (Some(envelope), Some(key)) = (&poll.seal, gate.device_key) else {
        return Ok(());
    };
    let seal = Seal::open(envelope, &key).filter(|seal| seal.gate == gate.id && seal.head == poll.head);
    match seal {
        Some(seal) => store::gate::set_seal(tx, gate.id, &encode(envelope), seal.at).await,
        None => Ok(()),
    }
}

/// Closes the gate's face lane for good: the same device key has told two histories.
pub(crate) async fn fork(tx: &mut Tx, gate: &Gate, now: Timestamp) -> Result<(), StoreError> {
    if store::gate::set_forked(tx, gate.id, now).await? {
        store::gate::raise_alarm(tx, gate.id, ALARM_FORKED, now).await?;
        raise_epoch(tx).await?;
    }
    Ok(())
}

/// Whether `head` is the last polled one, or longer, and agrees with the leaves held.
///
/// A poll may be shorter than what is held: an upload that started after it can arrive first. It must then be a prefix of what is
/// held, and never shorter than the poll before it; a rolled-back journal that slips through here differs at its next frame.
async fn extends(tx: &mut Tx, gate: &Gate, head: &Head) -> Result<bool, StoreError> {
    if head.size < gate.head.size || (head.size == gate.head.size && head.hash != gate.head.hash) {
        return Ok(false);
    }
    if head.size == gate.held.size {
        return Ok(head.hash == gate.held.hash);
    }
    let Some(last) = head.size.checked_sub(1) else {
        return Ok(head.hash == [0; 32]);
    };
    if head.size > gate.held.size {
        return Ok(true);
    }
    let leaf = store::gate::lookup_leaf(tx, gate.id, last).await?;
    let leaf: Option<[u8; countenance_gate_core::journal::LEAF_BYTES]> = leaf.and_then(|bytes| bytes.try_into().ok());
    let known = leaf.as_ref().and_then(countenance_gate_core::journal::Leaf::from_bytes);
    Ok(known.is_some_and(|leaf| leaf.hash() == head.hash))
}

async fn take_alarms(tx: &mut Tx, gate: &Gate, alarms: &[String], now: Timestamp) -> Result<(), StoreError> {
    let well_formed = |code: &&String| {
        !code.is_empty()
            && code.len() <= ALARM_CHARS_MAX
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    };
    let said: Vec<&String> = alarms.iter().filter(well_formed).take(ALARMS_MAX).collect();
    for code in &said {
        store::gate::raise_alarm(tx, gate.id, code, now).await?;
    }
    for standing in list_alarms(tx).await?.into_iter().filter(|alarm| alarm.gate == gate.id) {
        // What the server itself raised does not end because the gate is silent about it.
        let ours = standing.code == ALARM_FORKED || standing.code == crate::gate::ALARM_RECEIPT;
        if !ours && !said.iter().any(|code| **code == standing.code) {
            store::gate::end_alarm(tx, gate.id, &standing.code, now).await?;
        }
    }
    Ok(())
}
