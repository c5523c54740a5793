//! The certificate is written once everything that it names is in a ledger that witnesses have seen.

use std::collections::BTreeMap;

use countenance_access::leaf_place;
use countenance_anchor::METHOD;
use countenance_base::{DestructionId, GateId, to_hex};
use countenance_gate_core::journal::{LeafClass, RecordKind};
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_tlog::{Hash, Note, NoteSigner};
use countenance_trace::{Event, Trace, open_leaf};
use sha2::{Digest, Sha256};

use crate::certificate::{Bundle, Certificate, FORM, Mine, base64};
use crate::copies::{Copy, CopyTree, End};
use crate::finish::endings_hold;
use crate::order::plan_words;
use crate::sample::promise_words;
use crate::scope::What;
use crate::store::{self, CopyRow, Done};
use crate::view::Destruction;

/// Why no certificate was written.
#[derive(Debug, thiserror::Error)]
pub enum CertifyError {
    /// What a gate signed is not what the database says it signed.
    #[error("what a gate signed about an ending does not hold")]
    Ending,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CertifyError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ending => "destruction.ending",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Certifies every finished destruction whose leaves lie below `registry.0`, the size of the checkpoint that was published last.
/// How many were certified.
pub async fn certify(tx: &mut Trace, ctx: &Ctx<'_>, operator: &NoteSigner, registry: (u64, Hash)) -> Result<usize, CertifyError> {
    let mut count = 0;
    for (id, done) in store::list_uncertified(tx).await? {
        let rows = store::list_copies(tx, id).await?;
        let Some(certificate) = certificate(tx, ctx, id, &done, &rows, registry).await? else {
            continue;
        };
        if !endings_hold(tx, &rows).await? {
            return Err(CertifyError::Ending);
        }
        let text = certificate.to_text();
        let note = Note::new(text.clone(), vec![operator.sign_text(&text)]);
        store::set_certificate(tx, id, &note.to_string()).await?;
        tx.leave(Event::site(RecordKind::DestructionCertified, Certificate::leaf_words(&text)));
        count += 1;
    }
    Ok(count)
}

/// `None` while a leaf that it names is not under the checkpoint.
async fn certificate(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    id: DestructionId,
    done: &Done,
    rows: &[CopyRow],
    registry: (u64, Hash),
) -> Result<Option<Certificate>, StoreError> {
    let below = |place: &u64| *place < registry.0;
    let Some(copies) = placed(tx, rows).await? else {
        return Ok(None);
    };
    let plan = open_leaf(tx, LeafClass::Plan, &plan_words(id, done.what)).await?;
    let Some(plan) = plan.and_then(|leaf| leaf.place).filter(below) else {
        return Ok(None);
    };
    let mut promise = None;
    if let Some(hash) = done.promise {
        let leaf = open_leaf(tx, LeafClass::Nonce, &promise_words(&hash)).await?;
        let Some(place) = leaf.and_then(|leaf| leaf.place).filter(below) else {
            return Ok(None);
        };
        promise = Some((place, hash));
    }
    if copies.iter().any(|copy| !below(&copy.ended)) {
        return Ok(None);
    }
    let tree = CopyTree::of(&copies);
    let everybody = matches!(done.what, What::Person | What::Site);
    Ok(Some(Certificate {
        site: ctx.site.id,
        name: ctx.site.name.clone(),
        destruction: id,
        what: done.what,
        ordered: done.ordered_at,
        ended: done.destroyed_at,
        plan,
        registry,
        copies: (tree.count(), tree.root()),
        lost: copies.iter().filter(|copy| copy.end == End::Lost).count() as u64,
        holders: holders(&copies, everybody),
        rows: done.rows.clone(),
        sweep: everybody.then(|| "server: every table that names people and both keyrings were asked again; nothing was left".to_owned()),
        promise,
    }))
}

/// Who held what. A gate that holds nothing of it is not named.
fn holders(copies: &[Copy], keyring: bool) -> Vec<String> {
    let mut gates: BTreeMap<GateId, (u64, u64)> = BTreeMap::new();
    for copy in copies {
        let (erased, lost) = gates.entry(copy.gate).or_default();
        match copy.end {
            End::Erased(_) => *erased += 1,
            End::Lost => *lost += 1,
        }
    }
    let gate = |(gate, (erased, lost)): (&GateId, &(u64, u64))| {
        if *lost > 0 {
            format!("gate {gate}: {erased} erased, signed by the gate ({METHOD}); {lost} out of reach, the gate was declared lost")
        } else {
            format!("gate {gate}: {erased} erased, signed by the gate ({METHOD})")
        }
    };
    let server = keyring.then(|| format!("server: monthly keys in the keyring, keys of backups ({METHOD})"));
    gates.iter().map(gate).chain(server).collect()
}

/// The copies with the places of their leaves; `None` while one has none.
async fn placed(tx: &mut Trace, rows: &[CopyRow]) -> Result<Option<Vec<Copy>>, StoreError> {
    let mut copies = Vec::with_capacity(rows.len());
    for row in rows {
        let Some((_, ended)) = leaf_place(tx, row.ended.0, row.ended.1).await? else {
            return Ok(None);
        };
        let mut enrolled = None;
        if let Some(sequence) = row.enrolled {
            let Some((_, place)) = leaf_place(tx, row.gate, sequence).await? else {
                return Ok(None);
            };
            enrolled = Some(place);
        }
        copies.push(Copy {
            gate: row.gate,
            enrolled,
            ended,
            end: row
                .ending
                .as_ref()
                .map_or(End::Lost, |ending| End::Erased(Sha256::digest(ending).into())),
        });
    }
    Ok(Some(copies))
}

/// More copies than this do not travel in one file with everything else: a person gets their own with its path.
const WHOLE_MAX: usize = 10_000;

/// The file that carries a certificate, with `proof` of its leaf; with `only`, one person's copies and their paths.
pub async fn make_bundle(
    tx: &mut Trace,
    destruction: &Destruction,
    proof: String,
    authority: Option<String>,
    only: Option<&[u64]>,
) -> Result<Option<Bundle>, StoreError> {
    let Some(note) = destruction.certificate.clone() else {
        return Ok(None);
    };
    let rows = store::list_copies(tx, destruction.id).await?;
    let Some(copies) = placed(tx, &rows).await? else {
        return Ok(None);
    };
    let everything: Vec<u64> = (0..copies.len() as u64).collect();
    let wanted = only.unwrap_or(&everything);
    let tree = CopyTree::of(&copies);
    let chosen = |index: &u64| usize::try_from(*index).ok().filter(|index| *index < copies.len());
    let indexes: Vec<usize> = wanted.iter().filter_map(chosen).take(WHOLE_MAX).collect();
    let place = |index: &usize| {
        let index = *index as u64;
        let path = tree.path(index)?;
        Some(Mine {
            index,
            path: path.iter().map(|hash| base64(hash)).collect(),
        })
    };
    let endings = indexes.iter().filter_map(|index| rows.get(*index)?.ending.as_ref());
    Ok(Some(Bundle {
        form: FORM.to_owned(),
        note,
        copies: indexes.iter().filter_map(|index| Some(copies.get(*index)?.line())).collect(),
        mine: (indexes.len() < copies.len()).then(|| indexes.iter().filter_map(place).collect()),
        endings: endings
            .map(|ending| (to_hex(&<[u8; 32]>::from(Sha256::digest(ending))), base64(ending)))
            .collect(),
        proof,
        timestamp: destruction.stamp.as_ref().map(|stamp| base64(stamp)),
        authority,
        sample: destruction.sample.clone(),
    }))
}
