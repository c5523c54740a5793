//! A certificate of destruction: the operator's signature, every copy with what its gate signed, the leaf in the ledger, the sample.

use countenance_base::{GateId, from_hex};
use countenance_destruction::{Bundle, Certificate, Copy, CopyTree, End, FORM, Sample, is_included};
use countenance_gate_core::journal::LeafClass;
use countenance_gate_core::wire::Ending;
use countenance_grant::{Envelope, decode_canonical};
use countenance_tlog::{Hash, Witnessed};

use super::{Trust, Why, proof};

/// What a certificate shows.
#[derive(Debug)]
pub(crate) struct ShownCertificate {
    pub(crate) certificate: Certificate,
    /// How many of its copies are in this file.
    pub(crate) here: usize,
    pub(crate) witnessed: Witnessed,
    pub(crate) sample: Option<(Sample, String)>,
    pub(crate) stamped: bool,
}

pub(super) fn check(file: &str, trust: &Trust) -> Result<ShownCertificate, Why> {
    let bundle: Bundle = serde_json::from_str(file).map_err(|_| Why::Form)?;
    if bundle.form != FORM {
        return Err(Why::Form);
    }
    let operator = trust.operator.as_ref().ok_or(Why::NoOperator)?;
    let certificate = bundle.certificate(operator).ok_or(Why::Signature)?;
    let text = bundle.text().ok_or(Why::Form)?;
    let copies = copies(&bundle, &certificate)?;
    for (copy, line) in copies.iter().zip(&bundle.copies) {
        ended(copy, line, &bundle, trust)?;
    }
    // One word of a gate for each copy, and no other.
    let erased = copies.iter().filter(|copy| copy.end != End::Lost).count();
    if bundle.endings.len() != erased {
        return Err(Why::Ending);
    }
    let shown = proof::check(&bundle.proof, trust)?;
    let said = shown
        .record
        .as_ref()
        .is_some_and(|record| record.reason == Certificate::leaf_words(&text));
    if shown.leaf.class != LeafClass::Certificate || shown.leaf.gate != GateId::SERVER || !said {
        return Err(Why::Leaf);
    }
    // What it names lies before it, and what was promised before what was planned.
    let below = |place: u64| place < certificate.registry.0;
    let in_order = certificate.ordered <= certificate.ended && certificate.promise.is_none_or(|(place, _)| place < certificate.plan);
    if !below(certificate.plan) || !in_order || shown.index < certificate.registry.0 || !copies.iter().all(|copy| below(copy.ended)) {
        return Err(Why::Order);
    }
    let sample = bundle
        .sample
        .as_deref()
        .map(|note| sampled(note, &text, &certificate, trust))
        .transpose()?;
    Ok(ShownCertificate {
        here: copies.len(),
        witnessed: shown.witnessed,
        sample,
        stamped: bundle.timestamp.is_some(),
        certificate,
    })
}

/// All copies, or each with its path.
fn copies(bundle: &Bundle, certificate: &Certificate) -> Result<Vec<Copy>, Why> {
    let (count, root) = certificate.copies;
    let copies: Vec<Copy> = bundle
        .copies
        .iter()
        .map(|line| Copy::parse(line))
        .collect::<Option<_>>()
        .ok_or(Why::Form)?;
    let holds = match &bundle.mine {
        None => {
            let tree = CopyTree::of(&copies);
            let lost = copies.iter().filter(|copy| copy.end == End::Lost).count() as u64;
            (tree.count(), tree.root(), lost) == (count, root, certificate.lost)
        }
        Some(mine) => {
            let places: std::collections::BTreeSet<u64> = mine.iter().map(|mine| mine.index).collect();
            let lost = copies.iter().filter(|copy| copy.end == End::Lost).count() as u64;
            mine.len() == copies.len()
                && places.len() == mine.len()
                && lost <= certificate.lost
                && bundle.copies.iter().zip(mine).all(|(line, mine)| {
                    let path: Option<Vec<Hash>> = mine.path.iter().map(|hash| unbase64(hash)).collect();
                    path.is_some_and(|path| is_included(line, mine.index, count, &root, &path))
                })
        }
    };
    if holds && each_once(&copies) {
        Ok(copies)
    } else {
        Err(Why::Copies)
    }
}

/// One signed word of a gate ends one copy, and one leaf makes and ends one.
fn each_once(copies: &[Copy]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    copies.iter().all(|copy| match copy.end {
        End::Erased(hash) => seen.insert(hash.to_vec()) && seen.insert(format!("ended {}", copy.ended).into_bytes()),
        End::Lost => true,
    }) && {
        let mut made: Vec<u64> = copies.iter().filter_map(|copy| copy.enrolled).collect();
        let count = made.len();
        made.sort_unstable();
        made.dedup();
        made.len() == count
    }
}

fn unbase64(text: &str) -> Option<Hash> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()?.try_into().ok()
}

/// What the gate signed about this copy.
fn ended(copy: &Copy, line: &str, bundle: &Bundle, trust: &Trust) -> Result<(), Why> {
    let End::Erased(hash) = copy.end else { return Ok(()) };
    let name = line.rsplit(' ').next().unwrap_or_default();
    let bytes = bundle.endings.get(name).and_then(|ending| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(ending).ok()
    });
    let bytes = bytes
        .filter(|bytes| from_hex(name) == Some(hash) && sha256(bytes) == hash)
        .ok_or(Why::Ending)?;
    let envelope: Envelope = decode_canonical(&bytes).ok_or(Why::Ending)?;
    let key = trust.gates.get(&copy.gate).ok_or(Why::NoGate)?;
    Ending::open(&envelope, key)
        .filter(|ending| ending.gate == copy.gate)
        .map(drop)
        .ok_or(Why::Ending)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

fn sampled(note: &str, text: &str, certificate: &Certificate, trust: &Trust) -> Result<(Sample, String), Why> {
    let (sample, auditor) = Sample::open(note, &trust.auditors).ok_or(Why::Sample)?;
    let (place, promise) = certificate.promise.ok_or(Why::Sample)?;
    let (count, root) = &certificate.copies;
    let follows = sample.promised == place && sample.certificate == Certificate::hash(text) && sample.follows(&promise, (*count, root));
    match follows {
        true if sample.found() == 0 => Ok((sample, auditor)),
        true => Err(Why::Found),
        false => Err(Why::Sample),
    }
}
