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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Shown, Trust, Why, check};

    fn judge(vectors: &Value, change: &Value, trust: &Trust) -> Result<Shown, Why> {
        let mut file = vectors["whole"].clone();
        file.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        check(&file.to_string(), trust)
    }

    /// The same bundles, with the same verdicts, as the verify page is tested with (`static/test/verify-inspection.test.mjs`).
    #[test]
    fn what_the_verify_page_is_tested_with_is_judged_alike_here() {
        let vectors: Value = serde_json::from_str(include_str!("../../../portal/static/test/inspection-vectors.json")).unwrap();
        let policy = vectors["policy"].as_str().unwrap();
        let trust = Trust::parse(policy).unwrap();
        let nothing = serde_json::json!({});
        for (change, drawn, enrolled) in [
            (&nothing, &vectors["drawn"], &vectors["enrolled"]),
            (&vectors["nothing_drawn"], &serde_json::json!([]), &0.into()),
        ] {
            let Ok(Shown::Inspection(shown)) = judge(&vectors, change, &trust) else {
                panic!("{:?}", judge(&vectors, change, &trust));
            };
            assert_eq!((&serde_json::json!(shown.picks), &Value::from(shown.enrolled)), (drawn, enrolled));
        }
        let changed = vectors["changed"].as_array().unwrap();
        assert!(changed.len() > 30);
        for lie in changed {
            let why = judge(&vectors, &lie["change"], &trust).unwrap_err();
            assert_eq!(lie["command"], format!("{why:?}"), "{}", lie["name"]);
        }
        let others: Vec<&str> = policy.lines().filter(|line| !line.starts_with("#: operator ")).collect();
        let nobody = others.join("\n") + "\n";
        let nobody = Trust::parse(&nobody).unwrap();
        assert_eq!(judge(&vectors, &nothing, &nobody).unwrap_err(), Why::NoOperator);
    }
}
