use countenance_base::{ConsentId, GateId, Text};
use countenance_rules::Finding;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::findings_view::KeptFinding;

/// Replaces what was found about this gate.
pub(crate) async fn replace(tx: &mut Trace, gate: GateId, epoch: u64, findings: &[(ConsentId, Finding)]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM grant_findings WHERE gate_id = $1", &[gate.into()]).await?;
    for (consent, finding) in findings {
        tx.change_one(
            "INSERT INTO grant_findings (gate_id, consent_id, rule, article_zh, article_en, text_zh, text_en, remedy_zh, remedy_en, epoch)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                gate.into(),
                (*consent).into(),
                (&finding.id).into(),
                (&finding.article.zh).into(),
                (&finding.article.en).into(),
                (&finding.text.zh).into(),
                (&finding.text.en).into(),
                (&finding.remedy.zh).into(),
                (&finding.remedy.en).into(),
                epoch.into(),
            ],
        )
        .await?;
    }
    Ok(())
}

pub(crate) async fn list_of_consent(tx: &mut Trace, consent: ConsentId) -> Result<Vec<KeptFinding>, StoreError> {
    tx.list(
        "SELECT gate_id, rule, article_zh, article_en, text_zh, text_en, remedy_zh, remedy_en, epoch
         FROM grant_findings
         WHERE consent_id = $1
         ORDER BY gate_id, rule",
        &[consent.into()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(KeptFinding {
            gate: row.get("gate_id")?,
            rule: row.get("rule")?,
            article: Text {
                zh: row.get("article_zh")?,
                en: row.get("article_en")?,
            },
            text: Text {
                zh: row.get("text_zh")?,
                en: row.get("text_en")?,
            },
            remedy: Text {
                zh: row.get("remedy_zh")?,
                en: row.get("remedy_en")?,
            },
            epoch: row.get("epoch")?,
        })
    })
    .collect()
}
