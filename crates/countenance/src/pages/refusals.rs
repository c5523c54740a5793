//! A ruling's reasons as pages show them.

use countenance_access::KeptFinding;
use countenance_portal::Refusal;
use countenance_rules::Ruling;

pub(crate) fn of(ruling: &Ruling) -> Vec<Refusal> {
    let refusal = |finding: &countenance_rules::Finding| Refusal {
        rule: finding.id.clone(),
        text: finding.text.clone(),
        remedy: finding.remedy.clone(),
        article: finding.article.clone(),
        to_confirm: finding.confidence.to_be_confirmed(),
    };
    ruling.findings.iter().map(refusal).collect()
}

/// Reasons kept from the last snapshot.
pub(crate) fn kept(findings: Vec<KeptFinding>) -> Vec<Refusal> {
    let refusal = |finding: KeptFinding| Refusal {
        rule: finding.rule,
        text: finding.text,
        remedy: finding.remedy,
        article: finding.article,
        to_confirm: false,
    };
    findings.into_iter().map(refusal).collect()
}
