//! What an inspector took along: the operator's signature over sections and places, the leaves that let the inspector in, the sample.

use countenance_base::GateId;
use countenance_destruction::picks;
use countenance_gate_core::journal::{LeafClass, Record};
use countenance_inspection::{
    Bundle, FORM as BUNDLE_FORM, LeafLine, PICKS_MAX, SampleLine, Statement, promise_hash, promise_words, sample_seed, words_of_asked,
    words_of_granted,
};
use countenance_tlog::Witnessed;

use super::{ShownLeaf, Trust, Why, proof};

pub(super) const FORM: &str = BUNDLE_FORM;

/// What a bundle shows.
#[derive(Debug)]
pub(crate) struct ShownInspection {
    pub(crate) statement: Statement,
    /// Who saw the leaf of the grant.
    pub(crate) witnessed: Witnessed,
    /// Which consents of the list were drawn.
    pub(crate) picks: Vec<u64>,
    /// Of how many of them a gate's entry is proved.
    pub(crate) enrolled: usize,
}

pub(super) fn check(file: &str, trust: &Trust) -> Result<ShownInspection, Why> {
    let bundle: Bundle = serde_json::from_str(file).map_err(|_| Why::Form)?;
    if bundle.form != FORM {
        return Err(Why::Form);
    }
    let operator = trust.operator.as_ref().ok_or(Why::NoOperator)?;
    let statement = bundle.statement(operator).ok_or(Why::Signature)?;
    if !bundle.sections_hold(&statement) {
        return Err(Why::Section);
    }
    if bundle.proofs.len() != statement.leaves.len() {
        return Err(Why::Leaf);
    }
    let picks = statement.sample.as_ref().map_or_else(Vec::new, picks_of);
    let (mut asked, mut granted, mut promised, mut enrolled) = (None, None, None, Vec::new());
    for (line, text) in statement.leaves.iter().zip(&bundle.proofs) {
        let shown = proof::check(text, trust)?;
        if shown.index != line.place() || line.place() >= statement.checkpoint.0 {
            return Err(Why::Order);
        }
        match line {
            LeafLine::Asked(_) => put(&mut asked, shown)?,
            LeafLine::Granted(_) => put(&mut granted, shown)?,
            LeafLine::Promised(_) => put(&mut promised, shown)?,
            LeafLine::Consent { index, .. } => {
                let gate = shown.leaf.gate != GateId::SERVER && shown.leaf.class == LeafClass::Enrol;
                let drawn = picks.contains(index) && !enrolled.contains(index);
                (gate && drawn).then_some(()).ok_or(Why::Leaf)?;
                enrolled.push(*index);
            }
        }
    }
    let granted = let_in(&statement, asked.as_ref(), granted)?;
    sampled(&statement, promised)?;
    Ok(ShownInspection {
        witnessed: granted.witnessed,
        picks,
        enrolled: enrolled.len(),
        statement,
    })
}

fn picks_of(sample: &SampleLine) -> Vec<u64> {
    picks(&sample_seed(&sample.nonce, &sample.word), sample.count, PICKS_MAX)
}

/// Each of these leaves stands once.
fn put(place: &mut Option<ShownLeaf>, shown: ShownLeaf) -> Result<(), Why> {
    place.replace(shown).is_none().then_some(()).ok_or(Why::Leaf)
}

/// The server's open record, when it says exactly this.
fn said<'a>(shown: Option<&'a ShownLeaf>, class: LeafClass, words: &str) -> Result<&'a Record, Why> {
    let shown = shown.filter(|shown| shown.leaf.gate == GateId::SERVER && shown.leaf.class == class);
    let record = shown.and_then(|shown| shown.record.as_ref());
    record.filter(|record| record.reason == words).ok_or(Why::Leaf)
}

/// Asked by one operator, granted by another and not before.
fn let_in(statement: &Statement, asked: Option<&ShownLeaf>, granted: Option<ShownLeaf>) -> Result<ShownLeaf, Why> {
    let id = statement.inspection;
    let one = said(asked, LeafClass::Change, &words_of_asked(id))?;
    let other = said(granted.as_ref(), LeafClass::Change, &words_of_granted(id))?;
    if one.actor.is_none() || other.actor.is_none() || one.actor == other.actor {
        return Err(Why::TwoOperators);
    }
    // By their own times: leaves of one millisecond stand in any order.
    if one.at > other.at {
        return Err(Why::Order);
    }
    granted.ok_or(Why::Leaf)
}

/// Nonce and list are those that were promised.
fn sampled(statement: &Statement, promised: Option<ShownLeaf>) -> Result<(), Why> {
    match (&statement.sample, promised) {
        (None, None) => Ok(()),
        (Some(sample), Some(promised)) => {
            let nonce = promise_hash(&sample.nonce);
            let words = promise_words(statement.inspection, &nonce, sample.count, &sample.list_hash);
            said(Some(&promised), LeafClass::Nonce, &words).map(drop).map_err(|_| Why::Sample)
        }
        (None, Some(_)) | (Some(_), None) => Err(Why::Sample),
    }
}
