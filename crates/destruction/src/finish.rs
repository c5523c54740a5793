//! The server's own part, once no gate is awaited: copies are counted out of receipts, rows end, keys end, and the question whether
//! anything is left is asked again.
//!
//! Order: leaves about the people first, since their tags need the keys; rows in the transaction; keys durably, those of backups with
//! them; then the commit. A crash before the commit brings the rows back and not the keys: the next round does the rest, and only the last
//! leaf of the person carries a tag that they do not find.

use std::collections::{BTreeMap, VecDeque};

use countenance_access::{count_passages, erase_passages, erase_passages_of_event, list_gates, lost_gate};
use countenance_base::{DestructionId, GateId, PersonId};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::wire::Ending;
use countenance_grant::{Envelope, decode_canonical};
use countenance_persons::{
    CAUSE_ENROLLED, CAUSE_KEPT, CAUSE_NOT_ENROLLED, Ctx, ReceiptView, end_rows_of_person, erased, list_everybody, receipts_of_consent,
    rows_of_person, write_leaves,
};
use countenance_storage::StoreError;
use countenance_trace::{Ink, Trace, WriteError, Writer, open_leaves};

use crate::scope::Scope;
use crate::store::{self, CopyRow};

/// Leaves in one go.
const BATCH: u64 = 256;

/// Why the server's part did not end.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    #[error("something is left in `{0}` after it ended")]
    Residue(&'static str),
    /// The leaf that a lost gate's copies end with is not written yet.
    #[error("a gate's loss is not in the ledger yet")]
    Unlogged,
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FinishError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Residue(_) => "destruction.residue",
            Self::Unlogged => "destruction.unlogged",
            Self::Write(_) => "ledger.stopped",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Ends the server's part; the caller has seen that no gate is awaited and commits.
pub async fn finish_destruction(
    tx: &mut Trace,
    ctx: &mut Ctx<'_>,
    writer: &mut Writer,
    ink: Ink,
    destruction: DestructionId,
) -> Result<(), FinishError> {
    let Some(scope) = store::scope(tx, destruction).await? else {
        return Ok(());
    };
    for (number, copy) in (0..).zip(copies(tx, scope).await?) {
        store::put_copy(tx, destruction, number, &copy).await?;
    }
    let people = match scope {
        Scope::Person(person) => vec![person],
        Scope::Site => list_everybody(tx).await?,
        Scope::Purpose(_) | Scope::Event(_) => Vec::new(),
    };
    say_farewell(tx, ctx, writer, ink, &people).await?;
    let mut ended: BTreeMap<&'static str, u64> = BTreeMap::new();
    for person in &people {
        let passages = erase_passages(tx, *person).await?;
        *ended.entry("passages").or_default() += passages;
        for (table, count) in end_rows_of_person(tx, ctx, *person).await? {
            *ended.entry(table).or_default() += count;
        }
    }
    if let Some((door, from)) = scope.event(tx).await? {
        let count = erase_passages_of_event(tx, door, from, ctx.now).await?;
        ended.insert("passages and windows", count);
    }
    writer.erase(&people, destruction, ctx.rng).map_err(WriteError::from)?;
    sweep(tx, writer, &people).await?;
    let rows: Vec<String> = ended.iter().map(|(table, count)| format!("{table} {count}")).collect();
    let rows = (!rows.is_empty()).then(|| rows.join(", "));
    Ok(store::set_destroyed(tx, destruction, ctx.now, rows.as_deref()).await?)
}

/// The last leaf about each person, and every one that waits.
async fn say_farewell(tx: &mut Trace, ctx: &mut Ctx<'_>, writer: &mut Writer, ink: Ink, people: &[PersonId]) -> Result<(), FinishError> {
    for person in people {
        tx.leave(erased(*person));
    }
    tx.settle().await?;
    while write_leaves(tx, writer, BATCH, ink, ctx.rng).await? {}
    Ok(())
}

/// Asks every table and both keyrings.
async fn sweep(tx: &mut Trace, writer: &Writer, people: &[PersonId]) -> Result<(), FinishError> {
    for person in people {
        for (table, count) in rows_of_person(tx, *person).await? {
            if count > 0 {
                return Err(FinishError::Residue(table));
            }
        }
        if count_passages(tx, *person).await? > 0 {
            return Err(FinishError::Residue("passages"));
        }
        if let Some(keyring) = writer.held_of(*person).map_err(WriteError::from)? {
            return Err(FinishError::Residue(keyring));
        }
    }
    Ok(())
}

/// Every copy that a gate told of, and those that lost gates may have.
async fn copies(tx: &mut Trace, scope: Scope) -> Result<Vec<CopyRow>, FinishError> {
    let mut copies = Vec::new();
    let mut lost: BTreeMap<GateId, u64> = BTreeMap::new();
    for consent in scope.consents(tx).await? {
        let receipts = receipts_of_consent(tx, consent.id).await?;
        for gate in &consent.gates {
            let told: Vec<&ReceiptView> = receipts.iter().filter(|receipt| receipt.gate == gate.gate).collect();
            let (mut pairs, open) = paired(&told);
            copies.append(&mut pairs);
            let may_be_left = gate.lost_at.is_some() && gate.erased_at.is_none();
            if !may_be_left {
                continue;
            }
            let leaf = lost_leaf(tx, gate.gate, &mut lost).await?;
            copies.push(CopyRow {
                gate: gate.gate,
                enrolled: open,
                ended: (GateId::SERVER, leaf),
                ending: None,
            });
        }
    }
    Ok(copies)
}

/// Each enrolment with the receipt that ended it, the oldest first: a newer template under the same consent is made before the older
/// one is ended. And the enrolment that none has ended.
fn paired(receipts: &[&ReceiptView]) -> (Vec<CopyRow>, Option<u64>) {
    let mut sorted = receipts.to_vec();
    sorted.sort_by_key(|receipt| receipt.sequence);
    let mut open = VecDeque::new();
    let mut pairs = Vec::new();
    for receipt in sorted {
        if receipt.cause == CAUSE_ENROLLED {
            open.push_back(receipt.sequence);
            continue;
        }
        // What made no template ends its own enrolment; anything else the oldest one.
        let failed = matches!(receipt.cause.as_str(), CAUSE_KEPT | CAUSE_NOT_ENROLLED);
        let enrolled = if failed { open.pop_back() } else { open.pop_front() };
        if let Some(enrolled) = enrolled {
            pairs.push(CopyRow {
                gate: receipt.gate,
                enrolled: Some(enrolled),
                ended: (receipt.gate, receipt.sequence),
                ending: receipt.ending.clone(),
            });
        }
    }
    (pairs, open.pop_front())
}

/// The server's leaf that declares a gate lost.
async fn lost_leaf(tx: &mut Trace, gate: GateId, known: &mut BTreeMap<GateId, u64>) -> Result<u64, FinishError> {
    if let Some(sequence) = known.get(&gate) {
        return Ok(*sequence);
    }
    let leaves = open_leaves(tx, LeafClass::Lost).await?;
    let leaf = leaves.iter().find(|leaf| lost_gate(&leaf.record.reason) == Some(gate));
    let sequence = leaf.ok_or(FinishError::Unlogged)?.sequence;
    known.insert(gate, sequence);
    Ok(sequence)
}

/// Whether what gates signed about these copies still holds; asked before it is certified.
pub(crate) async fn endings_hold(tx: &mut Trace, copies: &[CopyRow]) -> Result<bool, StoreError> {
    let gates = list_gates(tx).await?;
    let holds = |copy: &CopyRow| {
        let Some(ending) = &copy.ending else { return true };
        let envelope: Option<Envelope> = decode_canonical(ending);
        let key = gates.iter().find(|gate| gate.id == copy.gate).and_then(|gate| gate.device_key);
        let opened = envelope.zip(key).and_then(|(envelope, key)| Ending::open(&envelope, &key));
        opened.is_some_and(|ending| ending.gate == copy.gate && ending.sequence == copy.ended.1)
    };
    Ok(copies.iter().all(holds))
}
