//! Who passed, and when cameras were open: read models for the person and the console.

use countenance_base::{GateId, PersonId, Timestamp};
use countenance_gate_core::wire::{Passage, Window};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// A page of any list of what happened.
const PAGE: u32 = 100;

/// A passage with where its evidence stands in the gate's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageView {
    pub gate: GateId,
    pub sequence: u64,
    pub passage: Passage,
}

/// A capture window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowView {
    pub gate: GateId,
    pub sequence: u64,
    pub window: Window,
}

/// The newest hundred passages of the site before `before`; the last one's time is the next page's `before`.
pub async fn passages_view(tx: &mut Trace, before: Timestamp) -> Result<Vec<PassageView>, StoreError> {
    store::passage::list(tx, before, PAGE).await
}

/// The same, of one person.
pub async fn passages_of_person(tx: &mut Trace, person: PersonId, before: Timestamp) -> Result<Vec<PassageView>, StoreError> {
    store::passage::list_of_person(tx, person, before, PAGE).await
}

/// The newest hundred capture windows before `before`.
pub async fn windows_view(tx: &mut Trace, before: Timestamp) -> Result<Vec<WindowView>, StoreError> {
    store::passage::list_windows(tx, before, PAGE).await
}
