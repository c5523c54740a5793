//! The policy that verifiers are given: tlog-policy for every tool, and in comments that begin with `#: ` what only ours read.

use countenance_access::list_gates;
use countenance_base::to_hex;
use countenance_persons::list_auditors;
use countenance_storage::StoreError;
use countenance_tlog::{KEY_LOG, NoteSigner};
use countenance_trace::Reader;

use super::Handle;
use crate::state::AppState;

/// Who signs certificates of this site: the site's own key, under a name beside the ledger's.
pub(crate) fn operator_signer(state: &AppState) -> Option<NoteSigner> {
    NoteSigner::new(
        &format!("countenance/{}/operator", state.site().id),
        KEY_LOG,
        &state.site_key().seed(),
    )
}

/// Log and witnesses; the keys of the operator, of every gate that was ever claimed, and of auditors.
pub(crate) async fn policy_text(state: &AppState, handle: &Handle) -> Result<String, StoreError> {
    let mut lines = Vec::new();
    if let Some(operator) = operator_signer(state) {
        lines.push(format!("operator {}", operator.public()));
    }
    let mut tx = state.read(Reader::Machine).await?;
    for gate in list_gates(&mut tx).await? {
        if let Some(key) = gate.device_key {
            lines.push(format!("gate {} {}", gate.id, to_hex(&key.0)));
        }
    }
    for key in list_auditors(&mut tx).await?.into_iter().filter_map(|auditor| auditor.key) {
        lines.push(format!("auditor {key}"));
    }
    Ok(lines.iter().fold(handle.policy.clone(), |text, line| text + "#: " + line + "\n"))
}
