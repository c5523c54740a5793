//! Everything at once, signed, with proofs of the leaves that it names.

use std::collections::BTreeMap;

use countenance_access::leaf_place;
use countenance_gate_core::journal::{LeafClass, RawLeaf, RecordKind};
use countenance_inspection::{
    Bundle, DrawnSample, Inspection, LeafLine, SampleLine, Statement, last_drawn_sample, promise_hash, promise_words, words_of_asked,
    words_of_granted,
};
use countenance_portal::inspection::SECTIONS;
use countenance_storage::StoreError;
use countenance_tlog::Checkpoint;
use countenance_trace::{Event, Trace, open_leaf};

use super::{json, section};
use crate::ledger::{Handle, operator_signer, prove};
use crate::state::AppState;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleError {
    #[error("the ledger has not published what the bundle must prove")]
    Waits,
    #[error("the ledger has stopped")]
    Stopped,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One leaf, and the proof of it.
struct Proved {
    line: LeafLine,
    proof: String,
}

/// Writes the bundle, and leaves a leaf that names its hash.
pub(crate) async fn make_bundle(state: &AppState, tx: &mut Trace, inspection: &Inspection) -> Result<Bundle, BundleError> {
    let handle = state.ledger().ok_or(BundleError::Waits)?;
    let signer = operator_signer(state).ok_or(BundleError::Stopped)?;
    let published = handle.published.borrow().clone().ok_or(BundleError::Waits)?;
    let checkpoint = Checkpoint::parse(published.note.text()).ok_or(BundleError::Stopped)?;
    let drawn = last_drawn_sample(tx, inspection.id).await?;
    let mut texts = BTreeMap::new();
    for name in SECTIONS {
        if let Some(tables) = section(state, tx, inspection, name).await? {
            texts.insert(name.to_owned(), json::text(&tables));
        }
    }
    let proved = prove_all(tx, handle, inspection, drawn.as_ref()).await?;
    // What was published since is proved by the next bundle.
    if proved.iter().any(|proved| proved.line.place() >= checkpoint.size) {
        return Err(BundleError::Waits);
    }
    let (leaves, proofs) = proved.into_iter().map(|proved| (proved.line, proved.proof)).unzip();
    let statement = Statement {
        site: state.site().id,
        name: state.site().name.clone(),
        inspection: inspection.id,
        authority: inspection.authority.clone(),
        inspector: inspection.inspector.clone(),
        reason: inspection.reason.clone(),
        from: inspection.begins_at,
        until: inspection.ends_at,
        written: state.now(),
        checkpoint: (checkpoint.size, checkpoint.root),
        sample: drawn.map(|drawn| SampleLine {
            nonce: drawn.nonce,
            word: drawn.word,
            count: drawn.count,
            list_hash: drawn.list_hash,
        }),
        leaves,
        sections: Vec::new(),
    };
    let bundle = Bundle::sign(statement, texts, proofs, &signer);
    let words = format!("inspection.bundle {} {}", inspection.id, bundle.hash());
    tx.leave(Event::site(RecordKind::Exported, words));
    Ok(bundle)
}

async fn prove_all(
    tx: &mut Trace,
    handle: &Handle,
    inspection: &Inspection,
    drawn: Option<&DrawnSample>,
) -> Result<Vec<Proved>, BundleError> {
    let id = inspection.id;
    let mut proved = vec![
        open(tx, handle, LeafClass::Change, &words_of_asked(id), LeafLine::Asked).await?,
        open(tx, handle, LeafClass::Change, &words_of_granted(id), LeafLine::Granted).await?,
    ];
    let Some(drawn) = drawn else { return Ok(proved) };
    let words = promise_words(id, &promise_hash(&drawn.nonce), drawn.count, &drawn.list_hash);
    proved.push(open(tx, handle, LeafClass::Nonce, &words, LeafLine::Promised).await?);
    for consent in &drawn.consents {
        for (gate, sequence) in consent.enrolled.iter().copied().take(1) {
            let Some((leaf, place)) = leaf_place(tx, gate, sequence).await? else {
                continue;
            };
            let leaf = leaf.try_into().map(RawLeaf).map_err(|_| BundleError::Stopped)?;
            let proof = prove(handle, leaf, place, None).await.map_err(|_| BundleError::Stopped)?;
            let line = LeafLine::Consent {
                index: consent.index,
                place,
            };
            proved.push(Proved {
                line,
                proof: proof.ok_or(BundleError::Waits)?,
            });
        }
    }
    Ok(proved)
}

/// The proof of the server's open leaf that says exactly this.
async fn open(
    tx: &mut Trace,
    handle: &Handle,
    class: LeafClass,
    words: &str,
    line: impl Fn(u64) -> LeafLine,
) -> Result<Proved, BundleError> {
    let leaf = open_leaf(tx, class, words).await?.ok_or(BundleError::Waits)?;
    let place = leaf.place.ok_or(BundleError::Waits)?;
    let proof = prove(handle, leaf.leaf, place, Some(leaf.opened))
        .await
        .map_err(|_| BundleError::Stopped)?;
    Ok(Proved {
        line: line(place),
        proof: proof.ok_or(BundleError::Waits)?,
    })
}
