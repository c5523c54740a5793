//! Consents by sample. The server promises a nonce by its hash, and the list of all consents by its hash, in one leaf; then the inspector
//! says a word of their own, and what is drawn follows from both. Whoever knew the nonce did not know the word, and the list was fixed.

use countenance_base::{ConsentId, InspectionId, SampleId, rng};
use countenance_destruction::picks;
use countenance_gate_core::journal::{LeafClass, RecordKind};
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace, open_leaf};
use sha2::{Digest, Sha256};

use crate::store;

/// Most consents in one sample.
pub const PICKS_MAX: u64 = 8;
const WORD_MAX: usize = 64;

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("the word has one to {WORD_MAX} signs")]
    Word,
    #[error("the promise is not in the ledger yet")]
    Waits,
    #[error("there is no such sample")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SampleError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Word => "sample.word",
            Self::Waits => "ledger.waits",
            Self::Unknown => "page.not_found",
            Self::Store(_) => "store.failed",
        }
    }
}

/// A promise that waits for the inspector's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromisedSample {
    pub id: SampleId,
    /// SHA-256 of the nonce.
    pub nonce_hash: [u8; 32],
    /// Of how many consents.
    pub count: u64,
    /// SHA-256 of the list.
    pub list_hash: [u8; 32],
}

/// One consent of a sample: what a receipt says, and nobody's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledConsent {
    /// Its number in the list.
    pub index: u64,
    /// `None` when it is no longer there: the person was erased since.
    pub consent: Option<countenance_persons::Consent>,
    /// Where gates wrote that they enrolled under it: gate and journal sequence.
    pub enrolled: Vec<(countenance_base::GateId, u64)>,
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnSample {
    pub id: SampleId,
    pub nonce: [u8; 32],
    pub word: String,
    pub count: u64,
    pub list_hash: [u8; 32],
    pub consents: Vec<SampledConsent>,
}

/// SHA-256 of the nonce.
pub fn promise_hash(nonce: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(nonce).into()
}

/// SHA-256 over the ids of all consents, sixteen bytes each, in order.
pub fn list_hash(listed: &[u8]) -> [u8; 32] {
    Sha256::digest(listed).into()
}

/// What the promise's leaf says.
pub fn promise_words(id: InspectionId, nonce_hash: &[u8; 32], count: u64, list_hash: &[u8; 32]) -> String {
    let [nonce, list] = [nonce_hash, list_hash].map(|hash| countenance_base::to_hex(hash));
    format!("inspection.promised {id} nonce {nonce} consents {count} list {list}")
}

/// Where the sample begins: SHA-256(nonce ‖ SHA-256(word)).
pub fn sample_seed(nonce: &[u8; 32], word: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(nonce)
        .chain_update(Sha256::digest(word.as_bytes()))
        .finalize()
        .into()
}

/// The promise that waits for a word; a new one when none does, over the consents as they stand now.
pub async fn promise_sample(tx: &mut Trace, ctx: &mut Ctx<'_>, inspection: InspectionId) -> Result<PromisedSample, StoreError> {
    if let Some(waiting) = store::sample::lookup_waiting(tx, inspection).await? {
        return Ok(waiting.promised());
    }
    let row = store::sample::SampleRow {
        id: SampleId::new(ctx.now, ctx.rng),
        nonce: rng::bytes(ctx.rng),
        listed: store::sample::list_consents(tx).await?,
        word: None,
    };
    store::sample::insert(tx, inspection, &row, ctx.now).await?;
    let promised = row.promised();
    let words = promise_words(inspection, &promised.nonce_hash, promised.count, &promised.list_hash);
    tx.leave(Event::site(RecordKind::NoncePromised, words));
    Ok(promised)
}

/// Draws with the inspector's word, once; again it shows what was drawn. The promise must be in the ledger.
pub async fn draw_sample(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    inspection: InspectionId,
    id: SampleId,
    word: &str,
) -> Result<DrawnSample, SampleError> {
    let mut row = store::sample::lookup(tx, inspection, id).await?.ok_or(SampleError::Unknown)?;
    if row.word.is_none() {
        let word = word.trim();
        if word.is_empty() || word.chars().count() > WORD_MAX || word.contains(char::is_control) {
            return Err(SampleError::Word);
        }
        let promised = row.promised();
        let words = promise_words(inspection, &promised.nonce_hash, promised.count, &promised.list_hash);
        let leaf = open_leaf(tx, LeafClass::Nonce, &words).await?;
        leaf.and_then(|leaf| leaf.place).ok_or(SampleError::Waits)?;
        store::sample::draw(tx, id, word, ctx.now).await?;
        tx.leave(Event::site(
            RecordKind::Looked,
            format!("inspection.drawn {inspection} {id} {word}"),
        ));
        row.word = Some(word.to_owned());
    }
    Ok(read(tx, row).await?)
}

/// The sample that this inspection drew last.
pub async fn last_drawn_sample(tx: &mut Trace, inspection: InspectionId) -> Result<Option<DrawnSample>, StoreError> {
    match store::sample::lookup_drawn(tx, inspection).await? {
        Some(row) => Ok(Some(read(tx, row).await?)),
        None => Ok(None),
    }
}

async fn read(tx: &mut Trace, row: store::sample::SampleRow) -> Result<DrawnSample, StoreError> {
    let promised = row.promised();
    let word = row.word.unwrap_or_default();
    let mut consents = Vec::new();
    for index in picks(&sample_seed(&row.nonce, &word), promised.count, PICKS_MAX) {
        let id = usize::try_from(index)
            .ok()
            .and_then(|index| row.listed.as_chunks::<16>().0.get(index).copied());
        let consent = match id.map(ConsentId::from_bytes) {
            Some(id) => countenance_persons::lookup_any_consent(tx, id).await?,
            None => None,
        };
        let enrolled = match &consent {
            Some(consent) => store::sample::list_enrolled(tx, consent.id).await?,
            None => Vec::new(),
        };
        consents.push(SampledConsent { index, consent, enrolled });
    }
    Ok(DrawnSample {
        id: row.id,
        nonce: row.nonce,
        word,
        count: promised.count,
        list_hash: promised.list_hash,
        consents,
    })
}
