//! Why a consenting person's face does not open a door: what the rulebook said when the last snapshot was compiled.

use countenance_base::{ConsentId, GateId, Text};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::store;

/// A reason that kept a match grant out of a gate's snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFinding {
    pub gate: GateId,
    pub rule: String,
    pub article: Text,
    pub text: Text,
    pub remedy: Text,
    pub epoch: u64,
}

/// The reasons that stand against this consent, none when its face lane is open.
pub async fn findings_of_consent(tx: &mut Trace, consent: ConsentId) -> Result<Vec<KeptFinding>, StoreError> {
    store::finding::list_of_consent(tx, consent).await
}
